package control

import (
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/mqsniff/mqsniff/proxy"
)

func TestParseAddress(t *testing.T) {
	dir := shortDir(t)
	t.Setenv("XDG_RUNTIME_DIR", dir)
	here, err := os.Getwd()
	check(t, err)
	for text, want := range map[string]string{
		"orders":                           "unix " + filepath.Join(dir, "mqsniff", "orders.sock"),
		"19876":                            "unix " + filepath.Join(dir, "mqsniff", "19876.sock"),
		"./x.sock":                         "unix " + filepath.Join(here, "x.sock"),
		"unix:x":                           "unix " + filepath.Join(here, "x"),
		"unix:@abstract":                   "unix " + filepath.Join(here, "@abstract"),
		"/run/mq/../x":                     "unix /run/x",
		"127.0.0.1:0":                      "tcp 127.0.0.1:0",
		"[::1]:9420":                       "tcp [::1]:9420",
		"proxy.local:80":                   "tcp proxy.local:80",
		"":                                 "",
		"unix:":                            "",
		"a b":                              "",
		"@abstract":                        "",
		"..":                               "",
		".hidden":                          "",
		"naïve":                            "",
		"127.0.0.1:":                       "",
		"::1":                              "",
		"1:2:3":                            "",
		"x\x00y":                           "",
		"/" + strings.Repeat("x", maxPath): "",
	} {
		network, address, err := ParseAddress(text)
		if got := network + " " + address; err == nil && got != want || err != nil && want != "" {
			t.Errorf("%q: %s, %v", text, got, err)
		}
	}
}

func TestListenTCP(t *testing.T) {
	p, _ := echoing(t, proxy.Options{})
	s := New(Options{Proxy: p})
	defer s.Close()
	for _, address := range []string{"0.0.0.0:0", "[::]:0", ":0", "[::ffff:0.0.0.0]:0", "192.0.2.1:0", "example.com:80", "127.0.0.1:x", "127.0.0.1:70000"} {
		if at, err := s.Listen(address, false); err == nil {
			t.Errorf("%s became %s", address, at)
		}
	}
	at, err := s.Listen("localhost:0", false)
	if err != nil || !strings.HasPrefix(at, "127.0.0.1:") {
		t.Fatal(at, err)
	}
	if _, err := s.Listen(at, false); err == nil || !strings.Contains(err.Error(), "is taken by another program") {
		t.Errorf("twice: %v", err)
	}
	if at, err = s.Listen("0.0.0.0:0", true); err != nil {
		t.Errorf("where anybody may ask: %v", err)
	}
	_, port, _ := net.SplitHostPort(at)
	c, err := NewClient("127.0.0.1:" + port)
	check(t, err)
	defer c.Close()
	if _, err := c.Get(t.Context(), "/healthz"); err != nil {
		t.Error(err)
	}
}

// deadSocket is what a process leaves that was killed.
func deadSocket(t *testing.T, path string) {
	t.Helper()
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	check(t, err)
	l.SetUnlinkOnClose(false)
	check(t, l.Close())
	_, err = os.Lstat(path)
	check(t, err)
}

func TestSocket(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("modes say nothing there")
	}
	dir := shortDir(t)
	t.Setenv("XDG_RUNTIME_DIR", dir)
	p, _ := echoing(t, proxy.Options{})
	first := New(Options{Proxy: p})
	defer first.Close()
	path, err := first.Listen("orders", false)
	check(t, err)
	for file, want := range map[string]fs.FileMode{path: fs.ModeSocket | 0o600, filepath.Dir(path): fs.ModeDir | 0o700} {
		if info, err := os.Lstat(file); err != nil || info.Mode() != want {
			t.Errorf("%s: %v, %v", file, info.Mode(), err)
		}
	}

	second := New(Options{Proxy: p})
	defer second.Close()
	if _, err := second.Listen("orders", false); err == nil || err.Error() != path+" is the socket of a program that runs: choose another name, or end that one" {
		t.Errorf("a living one: %v", err)
	}
	deadSocket(t, filepath.Join(filepath.Dir(path), "stock.sock"))
	if found, err := Sockets(); err != nil || !slices.Equal(found, []string{path}) {
		t.Errorf("%v, %v", found, err)
	}
	other, err := second.Listen("stock", false)
	if err != nil {
		t.Errorf("a dead one: %v", err)
	}
	if found, err := Sockets(); err != nil || !slices.Equal(found, []string{path, other}) {
		t.Errorf("%v, %v", found, err)
	}
	second.Close()
	if entries, err := os.ReadDir(filepath.Dir(path)); err != nil || len(entries) != 1 {
		t.Errorf("left behind: %v, %v", entries, err)
	}

	// One that was deleted and made anew is another's.
	check(t, os.Remove(path))
	third := New(Options{Proxy: p})
	defer third.Close()
	_, err = third.Listen("orders", false)
	check(t, err)
	first.Close()
	if found, err := Sockets(); err != nil || len(found) != 1 {
		t.Errorf("it took the other's socket away: %v, %v", found, err)
	}
}

func TestSocketIsRefused(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("modes say nothing there")
	}
	dir := shortDir(t)
	p, _ := echoing(t, proxy.Options{})
	s := New(Options{Proxy: p})
	defer s.Close()
	file, link := filepath.Join(dir, "file"), filepath.Join(dir, "link")
	check(t, os.WriteFile(file, []byte("precious"), 0o600))
	dead := filepath.Join(dir, "dead")
	deadSocket(t, dead)
	check(t, os.Symlink(dead, link))
	for _, path := range []string{file, link, dir} {
		if _, err := s.Listen(path, false); err == nil || !strings.Contains(err.Error(), "is no socket") {
			t.Errorf("%s: %v", path, err)
		}
	}
	if b, err := os.ReadFile(file); err != nil || string(b) != "precious" {
		t.Errorf("%q, %v", b, err)
	}
	if _, err := s.Listen(filepath.Join(dir, "no", "such"), false); err == nil || !strings.HasPrefix(err.Error(), filepath.Join(dir, "no", "such")+": ") {
		t.Errorf("a directory that is not there: %v", err)
	}

	// A directory that others can write to is none for named sockets.
	t.Setenv("XDG_RUNTIME_DIR", dir)
	shared := filepath.Join(dir, "mqsniff")
	check(t, os.Mkdir(shared, 0o700))
	check(t, os.Chmod(shared, 0o777))
	if _, err := s.Listen("name", false); err == nil || !strings.Contains(err.Error(), "nobody else can write to") {
		t.Errorf("a shared directory: %v", err)
	}
	check(t, os.Remove(shared))
	check(t, os.Symlink(dir, shared))
	if _, err := s.Listen("name", false); err == nil {
		t.Error("a directory that is a link")
	}
}

func TestRuntimeDir(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("XDG_RUNTIME_DIR", "relative") // the specification: to be ignored
	t.Setenv("TMPDIR", dir)
	if got, err := RuntimeDir(); err != nil || runtime.GOOS != "windows" && filepath.Dir(got) != dir {
		t.Errorf("%s, %v", got, err)
	}
	if found, err := Sockets(); err != nil || found != nil {
		t.Errorf("where there is no directory: %v, %v", found, err)
	}
}
