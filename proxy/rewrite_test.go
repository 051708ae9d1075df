package proxy

import (
	"bytes"
	"io"
	"net"
	"sync"
	"testing"

	"github.com/mqsniff/mqsniff/decode"
	"github.com/mqsniff/mqsniff/session"
)

// doubled rewrites bodies to twice their length.
type doubled struct{ noRewrite }

func (*doubled) Rewrite(_ *Conn, _ int32, _ *decode.Command, f decode.Frame) []byte {
	return WithBody(f, append(append([]byte(nil), f.Body...), f.Body...))
}

// Only answers to what is wanted are rewritten, their length with them, however the bytes are cut; the rest stays.
func TestRewrite(t *testing.T) {
	other, wanted := frame(t, 0, 1, 1, []byte("other")), frame(t, 0, 2, 1, []byte("route"))
	changed := frame(t, 0, 2, 1, []byte("routeroute"))
	fromServer := frame(t, 105, 9, 0, []byte("a request of the server"))
	down := bytes.Join([][]byte{other, fromServer, wanted, other}, nil)
	want := bytes.Join([][]byte{other, fromServer, changed, other}, nil)
	for _, small := range []bool{false, true} {
		w := &watcher{}
		p, client := startRewriting(t, Options{Observer: w}, &doubled{}, func(s *net.TCPConn) {
			io.ReadFull(s, make([]byte, len(frame(t, 310, 1, 0, nil))+len(frame(t, 105, 2, 0, nil))))
			write(s, down, small)
			s.Close()
		})
		client.Write(append(frame(t, 310, 1, 0, nil), frame(t, 105, 2, 0, nil)...))
		back, err := io.ReadAll(client)
		if err != nil || !bytes.Equal(back, want) {
			t.Errorf("small %v: got %q, %v", small, back, err)
		}
		client.Close()
		drain(p)
		if !bytes.Equal(w.read[1], down) || !bytes.Equal(w.written[1], want) {
			t.Errorf("small %v: the observer saw other bytes", small)
		}
		if left := p.budget.Load(); left != DefaultMemory/2 {
			t.Errorf("%d bytes are still set aside", DefaultMemory/2-left)
		}
	}
}

// ahead fails when more came back from an echo than was sent, as far as it was told.
type ahead struct {
	watcher
	t     *testing.T
	total map[*Conn]*[2]int
}

func (a *ahead) Bytes(c *Conn, r Relayed) {
	n := a.total[c]
	if n == nil {
		n = new([2]int)
		a.total[c] = n
	}
	if n[r.Dir] += len(r.Read); n[1] > n[0] {
		a.t.Errorf("connection %d: %d bytes came back, and only %d were sent", c.Number, n[1], n[0])
	}
}

// An answer is told behind its request, however quick the server is: pairs are made by that order.
func TestAnswersAreToldBehindTheirRequests(t *testing.T) {
	server := echo(t, "")
	w := &ahead{t: t, total: map[*Conn]*[2]int{}}
	p := New(Options{Observer: w})
	l, err := p.Listen("127.0.0.1:0", ListenOptions{Target: server.String()})
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for range 8 {
		c := dial(t, l.Address.String())
		group.Go(func() {
			b := make([]byte, 10)
			for range 2000 {
				c.Write(b)
				io.ReadFull(c, b)
			}
			c.Close()
		})
	}
	group.Wait()
	drain(p)
}

// TestEndWhileHeld: what is held when the stream ends goes on without the buffer of the read before, which others have by then.
// Regression: the tap looked at that buffer.
func TestEndWhileHeld(t *testing.T) {
	answer := frame(t, 0, 7, 1, []byte("route"))
	cut := answer[:len(answer)-2]
	p := New(Options{})
	defer p.Shutdown(t.Context())
	near, server := tcpPair(t)
	_, client := tcpPair(t)
	defer near.Close()
	defer client.Close()
	asked := &asked{}
	asked.add(7, codeRoute)
	c := &Conn{rewriter: &noRewrite{}}
	u := &pump{proxy: p, conn: c, dir: session.ServerToClient, src: newSide(near), dst: newSide(client), asked: asked}
	u.gate = gate{conn: c, asked: asked, rewriter: c.rewriter, budget: &p.budget}
	server.Write(cut)
	server.Close()
	if err := u.run(); err != nil || u.from != nil || c.Relayed(session.ServerToClient) != uint64(len(cut)) {
		t.Errorf("%v, has a buffer: %t, %d bytes", err, u.from != nil, c.Relayed(session.ServerToClient))
	}
}
