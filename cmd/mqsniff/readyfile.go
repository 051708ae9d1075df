package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
)

// readyLine is one line of a ready file: an address that can be connected to by now.
type readyLine struct {
	Mode    string `json:"mode"`    // of a listener, or "control", "metrics"
	Address string `json:"address"` // ip:port, or the path of a socket
	Target  string `json:"target,omitempty"`
}

// readyFile is there while the program is ready, so that scripts and containers can wait for it. The zero value is none.
type readyFile struct {
	path    string
	mu      sync.Mutex
	written []byte // nil: not ready
}

// newReadyFile takes away what a program left behind that did not end by itself. path "" means no file.
func newReadyFile(path string) (*readyFile, error) {
	if path == "" {
		return &readyFile{}, nil
	}
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if _, err := os.Stat(filepath.Dir(path)); err != nil {
			return nil, fmt.Errorf("--ready-file: %w: name a file in a directory that is there", err)
		}
		return &readyFile{path: path}, nil
	case err != nil:
		return nil, fmt.Errorf("--ready-file: %w", err)
	case !info.Mode().IsRegular() || !isReadyFile(path):
		return nil, fmt.Errorf("--ready-file: %s holds something else: name another file", path)
	}
	return &readyFile{path: path}, os.Remove(path)
}

// readyStart is what a ready file begins with.
const readyStart = `{"mode":"`

// isReadyFile tells whether a file is empty or was written by write.
func isReadyFile(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, int64(len(readyStart))))
	return err == nil && (len(b) == 0 || string(b) == readyStart)
}

// write says that the program is ready: the file is there at once and whole.
func (r *readyFile) write(lines []readyLine) error {
	if r.path == "" {
		return nil
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	for _, l := range lines {
		if err := e.Encode(l); err != nil {
			return err
		}
	}
	f, err := os.CreateTemp(filepath.Dir(r.path), ".ready-*")
	if err != nil {
		return fmt.Errorf("--ready-file: %w", err)
	}
	_, err = f.Write(b.Bytes())
	err = errors.Join(err, f.Chmod(0o644), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), r.path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return fmt.Errorf("--ready-file: %w", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.written = b.Bytes()
	return nil
}

// remove says that the program is no longer ready; call it before the addresses are given up. It leaves alone what another
// program wrote meanwhile, which can have none of these addresses. It may be called from any goroutine.
func (r *readyFile) remove() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.written == nil {
		return
	}
	if now, err := os.ReadFile(r.path); err == nil && bytes.Equal(now, r.written) {
		_ = os.Remove(r.path)
	}
	r.written = nil
}
