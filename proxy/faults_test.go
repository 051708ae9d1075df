package proxy

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/mqsniff/mqsniff/decode"
	"github.com/mqsniff/mqsniff/session"
)

// modes are the ways of bytes through a pump.
var modes = map[string]struct{ tap, gate bool }{"splice": {}, "tap": {tap: true}, "gate": {tap: true, gate: true}, "gate alone": {gate: true}}

// One side ends, or breaks off, within a frame: the other side has what came until then, and sees the same end.
func TestEndsWithinAFrame(t *testing.T) {
	request, answer := frame(t, 105, 1, 0, []byte("a route is asked for")), frame(t, 0, 1, 1, bytes.Repeat([]byte("a route "), 1000))
	for mode, m := range modes {
		for name, c := range map[string]struct {
			client, reset bool
		}{"client FIN": {client: true}, "client RST": {client: true, reset: true}, "upstream FIN": {}, "upstream RST": {reset: true}} {
			t.Run(mode+" "+name, func(t *testing.T) {
				w := &watcher{}
				o := Options{}
				if m.tap {
					o.Observer = w
				}
				var rewriter Rewriter
				if m.gate {
					rewriter = &noRewrite{}
				}
				sent := [2][]byte{request, answer[:len(answer)-100]}
				if c.client {
					sent = [2][]byte{request[:len(request)-5], nil}
				}
				end := func(s *net.TCPConn) {
					if c.reset {
						s.SetLinger(0)
						s.Close()
						return
					}
					s.CloseWrite()
				}
				arrived := make(chan struct{}) // all that the other side sent
				var got [2][]byte
				var errs [2]error
				rest := func(s *net.TCPConn, dir session.Direction) {
					got[dir] = make([]byte, len(sent[dir]))
					if _, errs[dir] = io.ReadFull(s, got[dir]); errs[dir] != nil {
						return
					}
					if dir == session.ClientToServer {
						close(arrived)
					}
					var more []byte
					more, errs[dir] = io.ReadAll(s)
					got[dir] = append(got[dir], more...)
				}
				served := make(chan struct{})
				p, client := startRewriting(t, o, rewriter, func(s *net.TCPConn) {
					defer close(served)
					defer s.Close()
					if c.client {
						rest(s, session.ClientToServer)
						return
					}
					io.ReadFull(s, make([]byte, len(request)))
					s.Write(sent[1])
					if !m.gate { // the gate lets go when the end comes
						<-arrived
					}
					end(s)
					if !c.reset {
						io.ReadAll(s)
					}
				})
				client.Write(sent[0])
				if c.client {
					<-arrived
					end(client)
					if !c.reset {
						if b, err := io.ReadAll(client); err != nil || len(b) > 0 {
							t.Errorf("the client got %q, %v", b, err)
						}
					}
					<-served
				} else {
					got[1] = make([]byte, len(sent[1]))
					n, err := io.ReadFull(client, got[1])
					if got[1], errs[1] = got[1][:n], err; err == nil {
						close(arrived)
						_, errs[1] = io.ReadAll(client)
					}
					client.Close()
					<-served
				}
				dir := session.ServerToClient
				if c.client {
					dir = session.ClientToServer
				}
				if !bytes.Equal(got[dir], sent[dir]) {
					t.Errorf("%d bytes of %d arrived, or others", len(got[dir]), len(sent[dir]))
				}
				if reset := errors.Is(errs[dir], syscall.ECONNRESET); reset != c.reset || !reset && errs[dir] != nil {
					t.Errorf("the other side saw %v", errs[dir])
				}
				drain(p)
				if s := p.Stats(); s.Relayed[dir] != uint64(len(sent[dir])) {
					t.Errorf("counted %v", s.Relayed)
				}
				if !m.tap {
					return
				}
				why := session.CloseFIN
				if c.reset {
					why = session.CloseRST
				}
				if !bytes.Equal(w.read[dir], sent[dir]) || len(w.closed) != 1 || w.closed[0] != why {
					t.Errorf("the observer saw %d bytes of %d, and the ends %v", len(w.read[dir]), len(sent[dir]), w.closed)
				}
			})
		}
	}
}

// lateReader is a connection whose first bytes are read only when writing to it has failed.
type lateReader struct {
	net.Conn
	failed, closed chan struct{}
	once           [2]sync.Once
}

func (c *lateReader) Read(b []byte) (int, error) {
	<-c.failed
	select {
	case <-c.closed:
		return 0, net.ErrClosed
	case <-time.After(50 * time.Millisecond): // for who would close it now
	}
	return c.Conn.Read(b)
}

func (c *lateReader) Write(b []byte) (int, error) {
	n, err := c.Conn.Write(b)
	if err != nil {
		c.once[0].Do(func() { close(c.failed) })
	}
	return n, err
}

func (c *lateReader) Close() error {
	c.once[1].Do(func() { close(c.closed) })
	return c.Conn.Close()
}

// What a client sent before it went away arrives, although it does not take answers any more. Regression: an answer that could
// not be written reset both sides before the client's last bytes, such as a oneway of its offsets, had been read.
func TestLastWordsOfAClientArrive(t *testing.T) {
	said := bytes.Repeat([]byte("last words "), 100)
	heard, gone := make(chan []byte, 1), make(chan struct{})
	p, client := start(t, Options{
		Observer: &watcher{},
		Connect: func(ctx context.Context, c *Conn, client net.Conn, dial func(context.Context) (net.Conn, error)) (net.Conn, net.Conn, error) {
			upstream, err := dial(ctx)
			return &lateReader{Conn: client, failed: make(chan struct{}), closed: make(chan struct{})}, upstream, err
		},
	}, func(s *net.TCPConn) {
		defer s.Close()
		s.Write([]byte("an answer that is not read"))
		<-gone
		go func() {
			for {
				if _, err := s.Write(make([]byte, 100)); err != nil {
					return
				}
				time.Sleep(time.Millisecond)
			}
		}()
		b := make([]byte, len(said))
		n, _ := io.ReadFull(s, b)
		heard <- b[:n]
	})
	io.ReadFull(client, make([]byte, 2)) // the rest is not read, so that closing is a reset
	client.Write(said)
	client.Close()
	close(gone)
	if got := <-heard; !bytes.Equal(got, said) {
		t.Errorf("%d bytes of %d arrived", len(got), len(said))
	}
	drain(p)
}

// slowly rewrites nothing, and tells that it was asked.
type slowly struct {
	noRewrite
	called atomic.Bool
}

func (s *slowly) Rewrite(*Conn, int32, *decode.Command, decode.Frame) []byte {
	s.called.Store(true)
	return nil
}

// An answer at the gate is in the budget until the client has it. Regression: it was let go before it was written, so that
// clients which do not read held any amount of memory.
func TestAnswersForSlowReadersAreInTheBudget(t *testing.T) {
	answer := frame(t, 0, 1, 1, make([]byte, 15<<20)) // more than sockets hold
	r := &slowly{}
	p, client := startRewriting(t, Options{}, r, func(s *net.TCPConn) {
		defer s.Close()
		io.ReadFull(s, make([]byte, len(frame(t, 105, 1, 0, nil))))
		s.Write(answer)
	})
	client.Write(frame(t, 105, 1, 0, nil))
	until(t, "the whole answer is there", r.called.Load)
	if left := p.budget.Load(); left != DefaultMemory/2-int64(len(answer)) {
		t.Errorf("%d bytes are set aside while %d are not written", DefaultMemory/2-left, len(answer))
	}
	if n, err := io.Copy(io.Discard, client); err != nil || n != int64(len(answer)) {
		t.Errorf("%d bytes of %d, %v", n, len(answer), err)
	}
	client.Close()
	drain(p)
	if left := p.budget.Load(); left != DefaultMemory/2 {
		t.Errorf("%d bytes are still set aside", DefaultMemory/2-left)
	}
}

// The observer is told of all that it did not see, also when the client is gone before the rest of an answer is let go.
func TestSkippedIsToldWhenNobodyReads(t *testing.T) {
	answer := frame(t, 0, 1, 1, make([]byte, 100_000))
	w := &watcher{block: make(chan struct{})}
	p, client := startRewriting(t, Options{Observer: w, Memory: 64 << 10}, &noRewrite{}, func(s *net.TCPConn) {
		defer s.Close()
		for range 200 { // until there is no room
			s.Write(frame(t, 0, 2, 1, make([]byte, 1000)))
		}
		io.ReadFull(s, make([]byte, len(frame(t, 105, 1, 0, nil))))
		s.Write(answer[:len(answer)/2])
		io.ReadAll(s)
	})
	before := 200 * len(frame(t, 0, 2, 1, make([]byte, 1000)))
	io.CopyN(io.Discard, client, int64(before))
	client.Write(frame(t, 105, 1, 0, nil))
	want := int64(before + len(answer)/2)
	until(t, "half of the answer is at the gate", func() bool { return p.Stats().Relayed[1] == uint64(want) })
	client.SetLinger(0)
	client.Close()
	until(t, "the connection is over", func() bool { return p.Stats().Open == 0 })
	close(w.block)
	drain(p)
	if seen := int64(len(w.read[1])); seen+w.skipped[1] != want || w.skipped[1] == 0 {
		t.Errorf("the observer saw %d bytes and was told of %d that it did not see, of %d", seen, w.skipped[1], want)
	}
}

// Where descriptors are used up clients wait instead of being reset, one line says why, and all are served when there are some.
func TestDescriptorsAreUsedUp(t *testing.T) {
	server := echo(t, "")
	w := &watcher{}
	var short atomic.Bool
	var refusals atomic.Int64
	short.Store(true)
	p := New(Options{Observer: w, DialTimeout: time.Minute, Dial: func(ctx context.Context, target string) (net.Conn, error) {
		if short.Load() {
			refusals.Add(1)
			return nil, &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("socket", syscall.EMFILE)}
		}
		return new(net.Dialer).DialContext(ctx, "tcp", target)
	}})
	l, err := p.Listen("127.0.0.1:0", ListenOptions{Mode: "map", Target: server.String()})
	if err != nil {
		t.Fatal(err)
	}
	var clients []*net.TCPConn
	for i := range 20 {
		c := dial(t, l.Address.String())
		c.Write([]byte("a"))
		clients = append(clients, c)
		if i == 0 {
			until(t, "the shortage is known", func() bool { return refusals.Load() > 0 })
		}
	}
	until(t, "accepting pauses", func() bool { return l.Err() != nil && refusals.Load() > 4 })
	if s := p.Stats(); s.Accepted > 2 || s.DialErrors > 0 { // one more may be accepted when the shortage begins
		t.Errorf("%+v", s)
	}
	short.Store(false)
	for i, c := range clients {
		if _, err := io.ReadFull(c, make([]byte, 1)); err != nil {
			t.Errorf("client %d: %v", i, err)
		}
		c.Close()
	}
	if err := l.Err(); err != nil {
		t.Errorf("it accepts, and says %v", err)
	}
	drain(p)
	if len(w.notices) != 1 || !strings.HasPrefix(w.notices[0], "accepting on "+l.Address.String()+" pauses: too many open files") {
		t.Errorf("%q", w.notices)
	}
}

// A shortage that lasts resets the client that waits, with the reason.
func TestDescriptorsStayUsedUp(t *testing.T) {
	w := &watcher{}
	p := New(Options{Observer: w, DialTimeout: 50 * time.Millisecond, Dial: func(context.Context, string) (net.Conn, error) {
		return nil, os.NewSyscallError("socket", syscall.EMFILE)
	}})
	l, err := p.Listen("127.0.0.1:0", ListenOptions{Target: "broker:1"})
	if err != nil {
		t.Fatal(err)
	}
	if err := refused(l.Address.String()); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("the client saw %v", err)
	}
	drain(p)
	if n := strings.Count(strings.Join(w.notices, "\n"), " wanted broker:1: socket: too many open files"); n != 1 || p.Stats().DialErrors != 1 {
		t.Errorf("%q", w.notices)
	}
}

// What went wrong with a target is one line, also where several servers stand behind it, and a time-out says how long it was.
func TestFailuresAreOneLine(t *testing.T) {
	for want, dialed := range map[string]error{
		" wanted a:1;b:2: a refused; b refused":                                       errors.Join(errors.New("a refused"), errors.New("b refused")),
		" wanted a:1;b:2: context deadline exceeded: no answer within 1.5s":           context.DeadlineExceeded,
		" wanted a:1;b:2: dial tcp: context deadline exceeded: no answer within 1.5s": &net.OpError{Op: "dial", Net: "tcp", Err: context.DeadlineExceeded},
		" wanted a:1;b:2: a refused; dial tcp: i/o timeout: no answer within 1.5s":    errors.Join(errors.New("a refused"), &net.OpError{Op: "dial", Net: "tcp", Err: os.ErrDeadlineExceeded}),
	} {
		w := &watcher{}
		p := New(Options{Observer: w, DialTimeout: 1500 * time.Millisecond, Dial: func(context.Context, string) (net.Conn, error) { return nil, dialed }})
		l, err := p.Listen("127.0.0.1:0", ListenOptions{Target: "a:1;b:2"})
		if err != nil {
			t.Fatal(err)
		}
		refused(l.Address.String())
		until(t, "dialed", func() bool { return p.Stats().DialErrors == 1 })
		drain(p)
		if len(w.notices) != 1 || !strings.HasSuffix(w.notices[0], want) {
			t.Errorf("%q, want %s", w.notices, want)
		}
	}
}
