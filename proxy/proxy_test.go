package proxy

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/mqsniff/mqsniff/decode"
	"github.com/mqsniff/mqsniff/session"
)

// watcher is an Observer that remembers what it saw.
type watcher struct {
	mu      sync.Mutex
	read    [2][]byte
	written [2][]byte
	skipped [2]int64
	opened  int
	closed  []session.CloseReason
	closers []session.Direction
	notices []string
	block   chan struct{} // not nil: every call waits for it
}

func (w *watcher) enter() func() {
	if w.block != nil {
		<-w.block
	}
	w.mu.Lock()
	return w.mu.Unlock
}

func (w *watcher) Idle()             {}
func (w *watcher) Open(*Conn, int64) { defer w.enter()(); w.opened++ }
func (w *watcher) Bytes(_ *Conn, r Relayed) {
	defer w.enter()()
	w.read[r.Dir] = append(w.read[r.Dir], r.Read...)
	w.written[r.Dir] = append(w.written[r.Dir], r.Written...)
}
func (w *watcher) Skipped(_ *Conn, dir session.Direction, _, n int64) {
	defer w.enter()()
	w.skipped[dir] += n
}
func (w *watcher) Notice(_ *Conn, _ int64, text string) {
	defer w.enter()()
	w.notices = append(w.notices, text)
}
func (w *watcher) Close(_ *Conn, dir session.Direction, _ int64, why session.CloseReason) {
	defer w.enter()()
	w.closed, w.closers = append(w.closed, why), append(w.closers, dir)
}

// start runs a proxy in front of a server that serve plays, and returns a client's connection through it.
func start(t *testing.T, o Options, serve func(*net.TCPConn)) (*Proxy, *net.TCPConn) {
	t.Helper()
	return startRewriting(t, o, nil, serve)
}

func startRewriting(t *testing.T, o Options, rewriter Rewriter, serve func(*net.TCPConn)) (*Proxy, *net.TCPConn) {
	t.Helper()
	upstream, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		for {
			c, err := upstream.Accept()
			if err != nil {
				return
			}
			go serve(c.(*net.TCPConn))
		}
	}()
	p := New(o)
	l, err := p.Listen("127.0.0.1:0", ListenOptions{Mode: "map", Target: upstream.Addr().String(), Rewriter: rewriter})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		upstream.Close()
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		p.Shutdown(ctx)
	})
	return p, dial(t, l.Address.String())
}

func dial(t *testing.T, address string) *net.TCPConn {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c.(*net.TCPConn)
}

// drain ends the proxy, so that the observer has seen everything.
func drain(p *Proxy) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	p.Shutdown(ctx)
}

func frame(t testing.TB, code, opaque, flag int32, body []byte) []byte {
	t.Helper()
	b, err := decode.EncodeCommand(nil, decode.JSON, &decode.CommandSpec{Code: code, Opaque: opaque, Flag: flag, Version: 479}, body)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// noRewrite wants answers and leaves them as they are, so that they pass through the gate.
type noRewrite struct{ seen, large int }

func (*noRewrite) Wants(code int32) bool { return code == 105 }
func (n *noRewrite) Rewrite(*Conn, int32, *decode.Command, decode.Frame) []byte {
	n.seen++
	return nil
}
func (n *noRewrite) Unread(*Conn, string) { n.large++ }

// Whatever comes in goes out, in both directions, in every mode of the pumps, and the observer sees just that.
func TestBytesGoThroughAsTheyCame(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	noise := func(n int) []byte {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(random.Uint32())
		}
		return b
	}
	var frames, answers []byte
	for i := range int32(300) {
		code := int32(310)
		if i%3 == 0 {
			code = 105
		}
		frames = append(frames, frame(t, code, i, 0, noise(random.IntN(3000)))...)
		answers = append(answers, frame(t, 0, i, 1, noise(random.IntN(3000)))...)
	}
	huge := binary.BigEndian.AppendUint32(nil, 300_000)
	huge = append(binary.BigEndian.AppendUint32(huge, 200_000), noise(299_996)...) // a header beyond what is looked into
	large := frame(t, 0, 1, 1, noise(17<<20))
	for name, c := range map[string]struct{ up, down []byte }{
		"frames":          {frames, answers},
		"truncated":       {frames[:len(frames)-100], answers[:len(answers)-10]},
		"garbage":         {noise(200_000), noise(300_000)},
		"garbage between": {append(append([]byte(nil), frames...), append(noise(5000), frames...)...), append(append([]byte(nil), answers...), noise(99)...)},
		"nothing":         {nil, nil},
		"one byte":        {[]byte{0}, []byte{1}},
		"huge header":     {append(huge, frames...), append(append([]byte(nil), huge...), answers...)},
		"large answer":    {frame(t, 105, 1, 0, nil), append(large, answers...)},
	} {
		for _, mode := range []string{"splice", "tap", "gate"} {
			for _, small := range []bool{false, true} {
				up, down := c.up, c.down
				if small {
					up, down = up[:min(len(up), 1500)], down[:min(len(down), 1500)]
				}
				if testing.Short() && len(down) > 1<<20 {
					continue
				}
				t.Run(name+" "+mode+map[bool]string{true: " byte by byte"}[small], func(t *testing.T) {
					w := &watcher{}
					o := Options{Memory: 256 << 20}
					if mode != "splice" {
						o.Observer = w
					}
					var rewriter Rewriter
					if mode == "gate" {
						rewriter = &noRewrite{}
					}
					var got []byte
					received := make(chan struct{})
					p, client := startRewriting(t, o, rewriter, func(s *net.TCPConn) {
						defer s.Close()
						go func() {
							defer close(received)
							got, _ = io.ReadAll(s)
						}()
						write(s, down, small)
						s.CloseWrite()
						<-received
					})
					go func() {
						write(client, up, small)
						client.CloseWrite()
					}()
					back, err := io.ReadAll(client)
					if err != nil {
						t.Fatal(err)
					}
					<-received
					drain(p)
					if sha256.Sum256(got) != sha256.Sum256(up) || sha256.Sum256(back) != sha256.Sum256(down) {
						t.Fatalf("%d of %d bytes arrived, %d of %d came back, or others", len(got), len(up), len(back), len(down))
					}
					if s := p.Stats(); s.Relayed != [2]uint64{uint64(len(up)), uint64(len(down))} {
						t.Errorf("counted %v, want %d and %d", s.Relayed, len(up), len(down))
					}
					if mode == "splice" {
						return
					}
					for dir, want := range [2][]byte{up, down} {
						if !bytes.Equal(w.read[dir], want) || !bytes.Equal(w.written[dir], want) {
							t.Errorf("the observer saw %d and %d bytes of %d, or others", len(w.read[dir]), len(w.written[dir]), len(want))
						}
					}
					if w.opened != 1 || len(w.closed) != 1 || w.closed[0] != session.CloseFIN {
						t.Errorf("opened %d times, closed %v", w.opened, w.closed)
					}
				})
			}
		}
	}
}

func write(c *net.TCPConn, b []byte, small bool) {
	if !small {
		c.Write(b)
		return
	}
	for i := range b {
		c.Write(b[i : i+1])
	}
}

// A client that has finished sending still gets its answer.
func TestHalfClose(t *testing.T) {
	_, client := start(t, Options{Observer: &watcher{}}, func(s *net.TCPConn) {
		b, _ := io.ReadAll(s)
		time.Sleep(50 * time.Millisecond)
		s.Write(append([]byte("re: "), b...))
		s.Close()
	})
	client.Write([]byte("question"))
	client.CloseWrite()
	if b, err := io.ReadAll(client); err != nil || string(b) != "re: question" {
		t.Errorf("%q, %v", b, err)
	}
}

// A reset of one side is a reset of the other, and the observer is told so.
func TestResetIsMirrored(t *testing.T) {
	for _, splice := range []bool{false, true} {
		w := &watcher{}
		o := Options{Observer: w}
		if splice {
			o.Observer = nil
		}
		p, client := start(t, o, func(s *net.TCPConn) {
			io.ReadFull(s, make([]byte, 4))
			s.SetLinger(0)
			s.Close()
		})
		client.Write([]byte("ping"))
		if _, err := io.ReadAll(client); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("splice %v: the client saw %v", splice, err)
		}
		drain(p)
		if !splice && (len(w.closed) != 1 || w.closed[0] != session.CloseRST) {
			t.Errorf("closed %v", w.closed)
		}
	}
}

// The other way round: the server sees that its client reset the connection.
func TestClientResetIsMirrored(t *testing.T) {
	seen := make(chan error, 1)
	_, client := start(t, Options{Observer: &watcher{}}, func(s *net.TCPConn) {
		_, err := io.ReadAll(s)
		seen <- err
	})
	client.Write([]byte("ping"))
	time.Sleep(20 * time.Millisecond)
	client.SetLinger(0)
	client.Close()
	if err := <-seen; !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("the server saw %v", err)
	}
}

// A stuck observer loses bytes, knows how many, and slows nothing down.
func TestStuckObserverDelaysNothing(t *testing.T) {
	w := &watcher{block: make(chan struct{})}
	const n = 8 << 20
	p, client := start(t, Options{Observer: w, Memory: 1 << 20}, func(s *net.TCPConn) {
		s.Write(make([]byte, n))
		s.Close()
	})
	if got, err := io.Copy(io.Discard, client); err != nil || got != n {
		t.Fatalf("%d bytes, %v", got, err)
	}
	if waiting := p.Stats().Waiting; waiting > 1<<20 {
		t.Errorf("%d bytes wait", waiting)
	}
	close(w.block)
	client.Close()
	drain(p)
	seen := int64(len(w.read[session.ServerToClient]))
	if lost := w.skipped[session.ServerToClient]; lost == 0 || seen+lost != n || p.Stats().Skipped[session.ServerToClient] != uint64(lost) {
		t.Errorf("saw %d, was told of %d lost, counted %v; sent %d", seen, lost, p.Stats().Skipped, n)
	}
	if waiting := p.Stats().Waiting; waiting != 0 {
		t.Errorf("%d bytes wait after the end", waiting)
	}
}

// A slow receiver stops the sender: nothing piles up in between.
func TestBackPressure(t *testing.T) {
	sent := make(chan int, 1)
	p, client := start(t, Options{Observer: &watcher{}}, func(s *net.TCPConn) {
		n := 0
		s.SetWriteDeadline(time.Now().Add(500 * time.Millisecond))
		for n < 1<<30 {
			m, err := s.Write(make([]byte, 1<<20))
			n += m
			if err != nil {
				break
			}
		}
		sent <- n
	})
	client.SetReadBuffer(64 << 10)
	if n := <-sent; n > 64<<20 {
		t.Errorf("the server could send %d bytes that nobody read", n)
	}
	client.Close()
	drain(p)
}
