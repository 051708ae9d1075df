package tui

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Names below the state directory.
const (
	historyFile = "filters"
	copyFile    = "last-copy"
	maxHistory  = 200
)

// stateDir is where things are kept between runs: $XDG_STATE_HOME/mqsniff. Empty: nowhere.
func stateDir() string {
	if d := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(d) {
		return filepath.Join(d, "mqsniff")
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	return filepath.Join(home, ".local", "state", "mqsniff")
}

// history are the filters of this and earlier runs, oldest first.
type history struct {
	path  string // empty: not written
	lines []string
}

func readHistory(o Options) history {
	h := history{}
	if o.NoHistory || o.StateDir == "" {
		return h
	}
	h.path = filepath.Join(o.StateDir, historyFile)
	if b, err := os.ReadFile(h.path); err == nil && len(b) < 1<<20 {
		for line := range strings.Lines(string(b)) {
			if line = strings.TrimRight(line, "\n"); line != "" {
				h.lines = append(h.lines, line)
			}
		}
	}
	h.lines = h.lines[max(0, len(h.lines)-maxHistory):]
	return h
}

// add puts a filter at the end, once, and writes the file.
func (h *history) add(line string, a *app) {
	h.lines = slices.DeleteFunc(h.lines, func(l string) bool { return l == line })
	h.lines = append(h.lines, line)
	h.lines = h.lines[max(0, len(h.lines)-maxHistory):]
	if h.path == "" {
		return
	}
	if err := writePrivate(h.path, []byte(strings.Join(h.lines, "\n")+"\n")); err != nil {
		a.logf("history not written: %v", err)
	}
}

// writePrivate replaces a file that only its owner may read.
func writePrivate(path string, b []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(b)
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
