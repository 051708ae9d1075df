package proxy

import (
	"context"
	"io"
	"net"
	"strings"
	"testing"
)

// A connection that leads back to the proxy is reset, and a line says why; others between the same addresses go on.
// Regression: it made another one, and that the next, until there were as many as there may be.
func TestProxyToItself(t *testing.T) {
	w := &watcher{}
	p := New(Options{Observer: w})
	if _, err := p.Listen("127.0.0.1:29999", ListenOptions{Target: "127.0.0.1:29999"}); err == nil || !strings.Contains(err.Error(), "to itself") {
		t.Errorf("%v", err)
	}
	l, err := p.Listen("127.0.0.1:0", ListenOptions{Mode: "map", Resolve: func(_ context.Context, c net.Conn) (Destination, error) {
		return Destination{Target: strings.Replace(c.LocalAddr().String(), "127.0.0.1", "localhost", 1)}, nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		c, err := net.Dial("tcp", l.Address.String())
		if err != nil { // reset already
			continue
		}
		if _, err := io.ReadAll(c); err == nil {
			t.Error("the connection ended as if a server had ended it")
		}
		c.Close()
	}
	drain(p)
	if n := p.Stats().Accepted; n > 400 {
		t.Errorf("%d connections came of 20", n)
	}
	if said := strings.Join(w.notices, "\n"); !strings.Contains(said, "leads back to this proxy") {
		t.Errorf("%q", said)
	}
}
