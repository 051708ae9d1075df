package control

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const suffix = ".sock"

// maxPath is the longest path of a socket that all systems take, in bytes: sun_path of macOS has 104 with its end, that of
// Linux 108.
const maxPath = 103

func checkPath(path string) error {
	if len(path) > maxPath {
		return fmt.Errorf("%s: a socket's path has at most %d bytes: choose a shorter one", path, maxPath)
	}
	return nil
}

// RuntimeDir is where sockets are that were given a name: mqsniff in $XDG_RUNTIME_DIR or, where that is not set, a
// directory of this user's for temporary files. It may not exist.
func RuntimeDir() (string, error) {
	if dir := os.Getenv("XDG_RUNTIME_DIR"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "mqsniff"), nil
	}
	dir, err := filepath.Abs(filepath.Join(os.TempDir(), "mqsniff-"+strconv.Itoa(max(os.Getuid(), 0))))
	return dir, err
}

// ownDir makes the directory of a named socket, or sees to it that nobody else can put a socket there.
func ownDir(dir string) error {
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%w: set XDG_RUNTIME_DIR, or name the socket by a path", err)
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	if !info.IsDir() || !private(info) {
		return fmt.Errorf("%s must be a directory of yours that nobody else can write to: chmod 700 it, or name the socket by a path", dir)
	}
	return nil
}

// listenSocket listens on a socket that its owner alone can open. remove takes it away in the end, unless it is another's by
// then. What a dead process left behind is replaced.
func listenSocket(path string) (l net.Listener, remove func(), err error) {
	if dir, err := RuntimeDir(); err == nil && filepath.Dir(path) == dir {
		if err := ownDir(dir); err != nil {
			return nil, nil, err
		}
	}
	if err := vacant(path); err != nil {
		return nil, nil, err
	}
	// It gets its name when it has its mode, in place of what may lie there.
	hidden := filepath.Join(filepath.Dir(path), "."+strconv.Itoa(os.Getpid()))
	if err := checkPath(hidden); err != nil {
		return nil, nil, err
	}
	_ = os.Remove(hidden) // of a process with this number that is dead
	u, err := net.ListenUnix("unix", &net.UnixAddr{Name: hidden, Net: "unix"})
	if err != nil {
		var op *net.OpError
		if errors.As(err, &op) { // the name in it is not one that anybody gave
			err = op.Err
		}
		return nil, nil, fmt.Errorf("%s: %w: name the socket by a path in a directory of yours", path, err)
	}
	u.SetUnlinkOnClose(false)
	err = os.Chmod(hidden, 0o600)
	if err == nil {
		err = os.Rename(hidden, path)
	}
	var made fs.FileInfo
	if err == nil {
		made, err = os.Lstat(path)
	}
	if err != nil {
		u.Close()
		_ = os.Remove(hidden)
		return nil, nil, err
	}
	return u, func() {
		if now, err := os.Lstat(path); err == nil && os.SameFile(made, now) {
			_ = os.Remove(path)
		}
	}, nil
}

// vacant tells whether a socket may be put at path.
func vacant(path string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case info.Mode().Type() != fs.ModeSocket:
		return fmt.Errorf("%s is there and is no socket: choose another path", path)
	}
	switch alive, err := answers(path); {
	case alive:
		return fmt.Errorf("%s is the socket of a program that runs: choose another name, or end that one", path)
	case err != nil:
		return fmt.Errorf("%w: choose another name, or delete it", err)
	}
	return nil
}

// answers tells whether somebody listens on a socket. An error says that it cannot be told.
func answers(path string) (bool, error) {
	c, err := net.DialTimeout("unix", path, time.Second)
	if err == nil {
		c.Close()
		return true, nil
	}
	var slow net.Error
	switch {
	case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, fs.ErrNotExist):
		return false, nil
	case errors.Is(err, syscall.EAGAIN), errors.As(err, &slow) && slow.Timeout(): // it is busy
		return true, nil
	}
	return false, err
}

// Sockets are the paths of the sockets in RuntimeDir that somebody listens on, sorted.
func Sockets() ([]string, error) {
	dir, err := RuntimeDir()
	if err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var found []string
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		if !strings.HasSuffix(path, suffix) || e.Type() != fs.ModeSocket {
			continue
		}
		if alive, _ := answers(path); alive {
			found = append(found, path)
		}
	}
	slices.Sort(found)
	return found, nil
}
