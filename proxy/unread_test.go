package proxy

import (
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/mqsniff/mqsniff/decode"
)

// unread collects what went on unseen.
type unread struct{ what chan string }

func (*unread) Wants(code int32) bool { return code == codeRoute }
func (*unread) Rewrite(*Conn, int32, *decode.Command, decode.Frame) []byte {
	return nil
}
func (u *unread) Unread(_ *Conn, what string) { u.what <- what }

// What is not looked into although a route may be in it is said.
// Regression: requests and answers with long headers, more requests than are remembered, and what is no remoting passed in silence.
func TestUnreadAnswersAreSaid(t *testing.T) {
	long := func(flag int32) []byte {
		remark := strings.Repeat("x", maxHeader)
		b, err := decode.EncodeCommand(nil, decode.JSON, &decode.CommandSpec{Code: codeRoute, Opaque: 1, Flag: flag, Remark: &remark}, nil)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	var many []byte
	for i := range maxAsked + 1 {
		many = append(many, frame(t, codeRoute, int32(i), 0, nil)...)
	}
	for want, c := range map[string]struct{ request, answer []byte }{
		"a request with a header of":          {long(0), frame(t, 0, 1, 1, nil)},
		"with which an answer may begin":      {frame(t, codeRoute, 1, 0, nil), long(1)},
		"more than 16384 answers":             {many, nil},
		"no remoting while answers":           {frame(t, codeRoute, 1, 0, nil), []byte("HTTP/1.1 400 Bad Request\r\n\r\n")},
		"bytes to GET_ROUTEINFO_BY_TOPIC was": {frame(t, codeRoute, 1, 0, nil), frame(t, 0, 1, 1, make([]byte, maxHeld))},
	} {
		u := &unread{make(chan string, 100)}
		p, client := startRewriting(t, Options{}, u, func(s *net.TCPConn) {
			io.ReadFull(s, make([]byte, len(c.request)))
			s.Write(c.answer)
			s.CloseWrite()
			io.Copy(io.Discard, s)
		})
		go client.Write(c.request)
		if n, err := io.Copy(io.Discard, client); n != int64(len(c.answer)) || err != nil {
			t.Errorf("%s: %d bytes of %d, %v", want, n, len(c.answer), err)
		}
		client.Close()
		drain(p)
		close(u.what)
		if what := <-u.what; !strings.Contains(what, want) {
			t.Errorf("%q, want %q", what, want)
		}
	}
}

// 0.0.0.0 is all of IPv4, not of IPv6, too; for that there is [::].
// Regression: it was told to listen on IPv4, and listened on every address of both.
func TestListensOnTheFamilyThatIsMeant(t *testing.T) {
	p := New(Options{})
	defer drain(p)
	l, err := p.Listen("0.0.0.0:0", ListenOptions{Target: "127.0.0.1:1"})
	if err != nil {
		t.Fatal(err)
	}
	if l.Address.Addr() != netip.IPv4Unspecified() {
		t.Errorf("it listens on %v", l.Address)
	}
	c, err := net.DialTimeout("tcp6", netip.AddrPortFrom(netip.IPv6Loopback(), l.Address.Port()).String(), 5*time.Second)
	if err == nil {
		c.Close()
		t.Error("connected over IPv6")
	}
}

// A client that is none of RocketMQ, such as a health check, is told of once a minute, with its address.
// Regression: each connection had a line, all alike, that said neither who came nor where to.
func TestOpaqueIsSaidOnceAMinute(t *testing.T) {
	w := &watcher{}
	p, first := startRewriting(t, Options{Observer: w}, &noRewrite{}, func(s *net.TCPConn) {
		io.Copy(s, s)
		s.Close()
	})
	for _, c := range []*net.TCPConn{first, dial(t, p.Listeners()[0].Address.String()), dial(t, p.Listeners()[0].Address.String())} {
		c.Write([]byte("GET / HTTP/1.0\r\n\r\n"))
		c.CloseWrite()
		io.ReadAll(c)
	}
	drain(p)
	if len(w.notices) != 1 || !strings.HasPrefix(w.notices[0], first.LocalAddr().String()+" to 127.0.0.1:") || len(w.closed) != 3 {
		t.Errorf("%q, %d closed", w.notices, len(w.closed))
	}
}
