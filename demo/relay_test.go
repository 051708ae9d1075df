package demo

import (
	"bytes"
	"context"
	"io"
	"net"
	"sync"
	"testing"

	"github.com/mqsniff/mqsniff/decode"
)

// relay copies connections, and keeps what was said on each.
type relay struct {
	mu    sync.Mutex
	talks []*talk
	group sync.WaitGroup
}

// talk is what was said on a connection, by client and server.
type talk struct {
	address string
	mu      sync.Mutex
	said    [2]bytes.Buffer
}

// dial is a ClientOptions.Dial: it makes a listener, which copies what comes to the address and back, and connects to that.
func (r *relay) dial(ctx context.Context, address string) (net.Conn, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	defer l.Close()
	client, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		return nil, err
	}
	near, err := l.Accept()
	if err != nil {
		return nil, err
	}
	far, err := net.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	t := &talk{address: address}
	r.mu.Lock()
	r.talks = append(r.talks, t)
	r.mu.Unlock()
	r.group.Go(func() { t.pass(0, far, near) })
	r.group.Go(func() { t.pass(1, near, far) })
	return client, nil
}

func (t *talk) pass(side int, to, from net.Conn) {
	defer to.(*net.TCPConn).CloseWrite()
	b := make([]byte, 4096)
	for {
		n, err := from.Read(b)
		t.mu.Lock()
		t.said[side].Write(b[:n])
		t.mu.Unlock()
		if _, failed := to.Write(b[:n]); failed != nil || err != nil {
			io.Copy(io.Discard, from)
			return
		}
	}
}

// frames are those that a side of the talk said. What is no whole frame fails the test.
func (t *talk) frames(tt *testing.T, side int) []*command {
	tt.Helper()
	t.mu.Lock()
	defer t.mu.Unlock()
	var out []*command
	for b := t.said[side].Bytes(); len(b) > 0; {
		f, n, err := decode.Split(b, decode.Limits{})
		if err != nil || n == 0 {
			tt.Fatalf("%s, side %d: %d bytes are no frame (%v)", t.address, side, len(b), err)
		}
		c := &command{frame: f}
		if err := c.Decode(f); err != nil {
			tt.Fatalf("%s, side %d: %v: %q", t.address, side, err, f.Raw)
		}
		out = append(out, c)
		b = b[n:]
	}
	return out
}
