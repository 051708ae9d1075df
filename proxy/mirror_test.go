package proxy

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

// vacant is an address of this machine that nobody listens on.
func vacant(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	return l.Addr().String()
}

// until waits for what another goroutine does.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("never: " + what)
		}
	}
}

// Clients of a server that is not there are refused as without the proxy, and connected as soon as it is there.
func TestRefusalIsMirrored(t *testing.T) {
	w := &watcher{}
	p := New(Options{Observer: w, MirrorRefused: true})
	defer drain(p)
	target := vacant(t)
	l, err := p.Listen("127.0.0.1:0", ListenOptions{Mode: "broker", Target: target})
	if err != nil {
		t.Fatal(err)
	}
	address := l.Address.String()
	if err := refused(address); !errors.Is(err, syscall.ECONNRESET) { // who finds it out
		t.Errorf("the first client saw %v", err)
	}
	until(t, "refused", func() bool { return errors.Is(refused(address), syscall.ECONNREFUSED) })
	if err := l.Err(); !errors.Is(err, ErrMirrored) {
		t.Errorf("the listener says %v", err)
	}
	if len(p.Listeners()) != 1 {
		t.Error("the listener is forgotten")
	}
	if _, err := p.Listen(address, ListenOptions{Target: "x"}); err == nil {
		t.Error("another broker got the address")
	}
	upstream, err := net.Listen("tcp", target)
	if err != nil {
		t.Skip(err)
	}
	defer upstream.Close()
	go func() {
		for {
			c, err := upstream.Accept()
			if err != nil {
				return
			}
			io.Copy(c, c)
			c.Close()
		}
	}()
	until(t, "listening again", func() bool { return l.Err() == nil })
	c := dial(t, address)
	c.Write([]byte("a"))
	if _, err := io.ReadFull(c, make([]byte, 1)); err != nil {
		t.Error(err)
	}
	c.Close()
	drain(p)
	notices := strings.Join(w.notices, "\n")
	if strings.Count(notices, target+" refuses connections") != 1 || strings.Count(notices, target+" accepts connections again") != 1 {
		t.Errorf("%s", notices)
	}
}

// A listener that refuses connections is closed like any other, and does not come back.
func TestShutdownWhileRefusing(t *testing.T) {
	p := New(Options{MirrorRefused: true})
	target := vacant(t)
	l, err := p.Listen("127.0.0.1:0", ListenOptions{Target: target})
	if err != nil {
		t.Fatal(err)
	}
	refused(l.Address.String())
	until(t, "refused", func() bool { return errors.Is(l.Err(), ErrMirrored) })
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	drain(p)
	if err := l.again(); err != nil || !errors.Is(refused(l.Address.String()), syscall.ECONNREFUSED) {
		t.Errorf("it listens again: %v", err)
	}
}

// Only what is refused by every server behind a target is mirrored; and nothing is unless that is asked for.
func TestWhatIsMirrored(t *testing.T) {
	no := os.NewSyscallError("connect", syscall.ECONNREFUSED)
	for name, c := range map[string]struct {
		mirror bool
		dialed error
		want   bool
	}{
		"not asked for":  {false, no, false},
		"one":            {true, no, true},
		"wrapped":        {true, &net.OpError{Op: "dial", Err: no}, true},
		"all":            {true, errors.Join(no, &net.OpError{Op: "dial", Err: no}), true},
		"one of several": {true, errors.Join(no, context.DeadlineExceeded), false},
		"black hole":     {true, context.DeadlineExceeded, false},
		"unreachable":    {true, os.NewSyscallError("connect", syscall.EHOSTUNREACH), false},
	} {
		p := New(Options{MirrorRefused: c.mirror, Dial: func(context.Context, string) (net.Conn, error) { return nil, c.dialed }})
		l, err := p.Listen("127.0.0.1:0", ListenOptions{Target: "broker:1"})
		if err != nil {
			t.Fatal(err)
		}
		refused(l.Address.String())
		until(t, "dialed", func() bool { return p.Stats().DialErrors == 1 })
		if got := errors.Is(l.Err(), ErrMirrored); got != c.want {
			t.Errorf("%s: mirrored %v", name, got)
		}
		drain(p)
	}
}
