package proxy

import (
	"errors"
	"io"
	"net"
	"syscall"
	"testing"
	"time"

	"github.com/mqsniff/mqsniff/session"
)

// A client that resets its connection to a server which takes nothing is gone for that server, too.
// Regression: the pump waited for room to write and never read the reset; the connection stayed until the server read again.
func TestResetIsMirroredWhileNothingIsTaken(t *testing.T) {
	for _, splice := range []bool{false, true} {
		w := &watcher{}
		o := Options{Observer: w}
		if splice {
			o.Observer = nil
		}
		accepted := make(chan *net.TCPConn, 1)
		p, client := start(t, o, func(s *net.TCPConn) { accepted <- s })
		server := <-accepted
		full := func() bool { // what is relayed does not grow any more
			before := p.Stats().Relayed
			client.SetWriteDeadline(time.Now().Add(300 * time.Millisecond))
			_, err := client.Write(make([]byte, 64<<10))
			return err != nil && p.Stats().Relayed == before
		}
		until(t, "all buffers are full", full)
		if n := p.Stats().Open; n != 1 {
			t.Fatalf("%d open", n)
		}
		client.SetLinger(0)
		client.Close()
		until(t, "the connection has ended", func() bool { return p.Stats().Open == 0 })
		if _, err := io.Copy(io.Discard, server); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("splice %v: the server saw %v", splice, err)
		}
		drain(p)
		if !splice && (len(w.closed) != 1 || w.closed[0] != session.CloseRST || w.closers[0] != session.ClientToServer) {
			t.Errorf("closed %v by %v", w.closed, w.closers)
		}
	}
}

// A server that takes nothing for long, and a client that waits for it, are left alone.
func TestStalledConnectionsGoOn(t *testing.T) {
	begin, total := make(chan struct{}), make(chan int64, 1)
	p, client := start(t, Options{Observer: &watcher{}}, func(s *net.TCPConn) {
		<-begin
		n, _ := io.Copy(io.Discard, s)
		total <- n
	})
	const size = 32 << 20
	go func() {
		client.Write(make([]byte, size))
		client.CloseWrite()
	}()
	until(t, "it has stalled", func() bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		for c := range p.conns {
			return c.stalled[session.ClientToServer].checks > patience
		}
		return false
	})
	close(begin)
	if n := <-total; n != size {
		t.Errorf("%d bytes arrived, want %d", n, size)
	}
}

// What a connection ended with is what was seen of it: our own reset is one, and the side that reset counts, not the one that
// had ended before.
// Regression: ctl reset was recorded as FINs, and the reset of a server as that of the client that had half-closed.
func TestReasonsOfEnds(t *testing.T) {
	const c2s, s2c = session.ClientToServer, session.ServerToClient
	ours, theirs := net.ErrClosed, error(syscall.ECONNRESET)
	for _, c := range []struct {
		first, second ending
		cut           bool
		by            session.Direction
		why           session.CloseReason
	}{
		{ending{c2s, nil}, ending{s2c, nil}, false, c2s, session.CloseFIN},
		{ending{s2c, nil}, ending{c2s, ours}, false, s2c, session.CloseFIN},
		{ending{c2s, nil}, ending{s2c, theirs}, true, s2c, session.CloseRST},
		{ending{s2c, theirs}, ending{c2s, ours}, true, s2c, session.CloseRST},
		{ending{c2s, ours}, ending{s2c, ours}, true, c2s, session.CloseRST},
	} {
		if by, why := closing(c.first, c.second, c.cut); by != c.by || why != c.why {
			t.Errorf("%+v: %v, %v", c, by, why)
		}
	}
	w := &watcher{}
	p, client := start(t, Options{Observer: w}, func(s *net.TCPConn) { io.Copy(s, s) })
	client.Write([]byte("a"))
	io.ReadFull(client, make([]byte, 1))
	p.Conns()[0].Abort()
	if _, err := io.ReadAll(client); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("the client saw %v", err)
	}
	drain(p)
	if len(w.closed) != 1 || w.closed[0] != session.CloseRST {
		t.Errorf("closed %v", w.closed)
	}
}
