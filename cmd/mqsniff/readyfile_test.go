package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestReadyFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "ready")
	lines := []readyLine{{Mode: "name server", Address: "127.0.0.1:19876", Target: "a:1;b:2"}, {Mode: "control", Address: "/run/<x>.sock"}}
	const want = `{"mode":"name server","address":"127.0.0.1:19876","target":"a:1;b:2"}
{"mode":"control","address":"/run/<x>.sock"}
`
	r, err := newReadyFile(path)
	check(t, err)
	if _, err := os.Lstat(path); err == nil {
		t.Error("it is there too early")
	}
	check(t, r.write(lines))
	b, err := os.ReadFile(path)
	check(t, err)
	sameText(t, string(b), want)
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}

	// What a killed process left says nothing.
	again, err := newReadyFile(path)
	check(t, err)
	if _, err := os.Lstat(path); err == nil {
		t.Error("the old one is still there")
	}
	check(t, again.write(lines[:1]))
	r.remove()
	if _, err := os.Lstat(path); err != nil {
		t.Errorf("it took the other's away: %v", err)
	}
	again.remove()
	again.remove()
	if _, err := os.Lstat(path); err == nil {
		t.Error("it is still there")
	}
}

func TestReadyFileIsRefused(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "notes")
	check(t, os.WriteFile(path, []byte("precious"), 0o600))
	for file, want := range map[string]string{path: "holds something else", dir: "holds something else", filepath.Join(dir, "no", "such"): "directory that is there"} {
		if _, err := newReadyFile(file); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", file, err)
		}
	}
	if b, err := os.ReadFile(path); err != nil || string(b) != "precious" {
		t.Errorf("%q, %v", b, err)
	}
	none, err := newReadyFile("")
	check(t, err)
	check(t, none.write([]readyLine{{Mode: "x"}}))
	none.remove()
}
