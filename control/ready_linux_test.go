package control

import (
	"net"
	"net/http/httptest"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/mqsniff/mqsniff/proxy"
)

// TestReadyFlips: a proxy that has no file descriptors left is not ready until it has some again.
func TestReadyFlips(t *testing.T) {
	p, l := echoing(t, proxy.Options{})
	s := New(Options{Proxy: p})
	defer s.Close()
	ready := func() (int, string) { // needs no descriptor
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest("GET", "/readyz", nil))
		return w.Code, w.Body.String()
	}
	if status, body := ready(); status != 200 {
		t.Fatal(body)
	}
	var old syscall.Rlimit
	check(t, syscall.Getrlimit(syscall.RLIMIT_NOFILE, &old))
	check(t, syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: 100, Max: old.Max}))
	defer func() { check(t, syscall.Setrlimit(syscall.RLIMIT_NOFILE, &old)) }()
	var held []*os.File
	free := func() {
		for _, f := range held {
			f.Close()
		}
		held = nil
	}
	defer free()
	for {
		f, err := os.Open(os.DevNull)
		if err != nil {
			break
		}
		held = append(held, f)
	}
	if len(held) == 0 {
		t.Skip("too many files are open already")
	}
	held[len(held)-1].Close() // one descriptor for the client, none for the proxy's side
	c, err := net.Dial("tcp", l.Address.String())
	check(t, err)
	defer c.Close()
	eventually(t, "it is not ready", func() bool { status, _ := ready(); return status == 503 })
	if _, body := ready(); !strings.Contains(body, l.Address.String()+" does not accept") || !strings.Contains(body, "raise the limit of open files") {
		t.Error(body)
	}
	free()
	eventually(t, "it is ready again", func() bool { status, _ := ready(); return status == 200 })
}
