package proxy

import (
	"io"
	"net"
	"os"
	"testing"

	"github.com/mqsniff/mqsniff/session"
)

// An idle connection has two descriptors where the kernel carries the bytes, and its bytes are counted while it is open.
func TestIdleConnectionsKeepNoPipe(t *testing.T) {
	const count = 50
	server, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	go func() {
		for {
			s, err := server.Accept()
			if err != nil {
				return
			}
			go func() {
				defer s.Close()
				io.Copy(struct{ io.Writer }{s}, s) // without a pipe of its own
			}()
		}
	}()
	p := New(Options{})
	defer drain(p)
	l, err := p.Listen("127.0.0.1:0", ListenOptions{Mode: "map", Target: server.Addr().String()})
	if err != nil {
		t.Fatal(err)
	}
	before := descriptors(t)
	for range count {
		c, err := net.Dial("tcp", l.Address.String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if _, err := c.Write([]byte("question")); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(c, make([]byte, len("question"))); err != nil {
			t.Fatal(err)
		}
	}
	if n := descriptors(t) - before - 2*count; n > 2*count+2*maxPipes/4 { // the two ends of client and server are here, too
		t.Errorf("%d connections have %d descriptors in the proxy", count, n)
	}
	for _, c := range p.Conns() {
		for _, dir := range []session.Direction{session.ClientToServer, session.ServerToClient} {
			if n := c.Relayed(dir); n != uint64(len("question")) {
				t.Errorf("connection %d counts %d bytes in direction %v", c.Number, n, dir)
			}
		}
	}
}

func descriptors(t *testing.T) int {
	t.Helper()
	all, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip(err)
	}
	return len(all)
}
