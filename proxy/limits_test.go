package proxy

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"
)

// An upstream that is not there resets the client and is named.
func TestUpstreamDown(t *testing.T) {
	w := &watcher{}
	p := New(Options{Observer: w})
	closed, _ := net.Listen("tcp", "127.0.0.1:0")
	target := closed.Addr().String()
	closed.Close()
	l, err := p.Listen("127.0.0.1:0", ListenOptions{Target: target})
	if err != nil {
		t.Fatal(err)
	}
	if err := refused(l.Address.String()); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("the client saw %v", err)
	}
	drain(p)
	if len(w.notices) != 1 || !strings.Contains(w.notices[0], target) || p.Stats().DialErrors != 1 {
		t.Errorf("%q, %+v", w.notices, p.Stats())
	}
}

// A black hole does not hold a client for longer than the dial time-out.
func TestUpstreamBlackHole(t *testing.T) {
	p := New(Options{DialTimeout: 50 * time.Millisecond, Dial: func(ctx context.Context, _ string) (net.Conn, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}})
	l, err := p.Listen("127.0.0.1:0", ListenOptions{Target: "hole:1"})
	if err != nil {
		t.Fatal(err)
	}
	if err := refused(l.Address.String()); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("the client saw %v", err)
	}
	drain(p)
}

// refused connects and returns how that ended: in connecting already, or in reading.
func refused(address string) error {
	c, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	defer c.Close()
	_, err = io.ReadAll(c)
	return err
}

// Connections beyond the limit are refused and counted, which is said once a minute; the others go on.
// Regression: nobody was told why clients were reset.
func TestConnectionLimit(t *testing.T) {
	w := &watcher{}
	p, first := start(t, Options{MaxConns: 1, Observer: w}, func(s *net.TCPConn) { io.Copy(s, s) })
	first.Write([]byte("a"))
	io.ReadFull(first, make([]byte, 1))
	if err := refused(p.Listeners()[0].Address.String()); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("the second client saw %v", err)
	}
	refused(p.Listeners()[0].Address.String())
	first.Write([]byte("b"))
	if _, err := io.ReadFull(first, make([]byte, 1)); err != nil {
		t.Error(err)
	}
	if s := p.Stats(); s.Refused != 2 || s.Open != 1 {
		t.Errorf("%+v", s)
	}
	first.Close()
	drain(p)
	if len(w.notices) != 1 || !strings.Contains(w.notices[0], "--max-conns") {
		t.Errorf("said %q", w.notices)
	}
}

// Shutdown closes connections on which nothing happens in the regular way.
func TestShutdownWhenCalm(t *testing.T) {
	p, client := start(t, Options{Observer: &watcher{}}, func(s *net.TCPConn) { io.Copy(s, s) })
	client.Write([]byte("a"))
	io.ReadFull(client, make([]byte, 1))
	drain(p)
	if b, err := io.ReadAll(client); err != nil || len(b) > 0 {
		t.Errorf("the client saw %q, %v", b, err)
	}
}

// Shutdown waits for what goes on, and then does not wait any more.
func TestShutdown(t *testing.T) {
	p, client := start(t, Options{Observer: &watcher{}}, func(s *net.TCPConn) { io.Copy(s, s) })
	client.Write([]byte("a"))
	io.ReadFull(client, make([]byte, 1))
	address := p.Listeners()[0].Address.String()
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	p.Shutdown(ctx)
	if _, err := io.ReadAll(client); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("a connection that was still busy: the client saw %v", err)
	}
	if _, err := net.Dial("tcp", address); err == nil {
		t.Error("still listening")
	}
}

func TestListenErrors(t *testing.T) {
	p := New(Options{})
	defer drain(p)
	l, err := p.Listen("127.0.0.1:0", ListenOptions{Target: "x"})
	if err != nil {
		t.Fatal(err)
	}
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for address, want := range map[string]string{l.Address.String(): "is listened on by this proxy already, for x", taken.Addr().String(): "is taken by another program", "192.0.2.1:7": "is no address of this machine"} {
		if _, err := p.Listen(address, ListenOptions{Target: "x"}); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), address) {
			t.Errorf("%s: %v", address, err)
		}
	}
}
