//go:build linux

package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// socksTo is a client's SOCKS5 request for a target, behind its greeting. The connection is ready when the code is 0.
func (p *relayed) socksTo(target string) (c *net.TCPConn, code byte) {
	p.t.Helper()
	c = p.connect()
	at, err := netip.ParseAddrPort(target)
	check(p.t, err)
	_, err = c.Write([]byte{5, 1, 0})
	check(p.t, err)
	var answer [10]byte
	if _, err := io.ReadFull(c, answer[:2]); err != nil || answer[0] != 5 || answer[1] != 0 {
		p.t.Fatalf("% x, %v", answer[:2], err)
	}
	ip := at.Addr().As4()
	_, err = c.Write(binary.BigEndian.AppendUint16(append([]byte{5, 1, 0, 1}, ip[:]...), at.Port()))
	check(p.t, err)
	if _, err := io.ReadFull(c, answer[:]); err != nil || answer[0] != 5 {
		p.t.Fatalf("% x, %v", answer, err)
	}
	return c, answer[1]
}

// TestProxySocksServerDown: the client gets SOCKS5's code for it and a regular end behind that, and one line says what it wanted.
// Regression: a reset followed at once, which may take the answer away from a client that is far, or slow.
func TestProxySocksServerDown(t *testing.T) {
	down, hole := nobody(t), blackHole(t)
	for _, mode := range modes() {
		p := startRelay(t, nil, "--socks", "127.0.0.1:0", "--dial-timeout", "300ms", mode)
		failed := uint64(0)
		for _, c := range []struct {
			target string
			code   byte
			want   string
		}{
			{down, 5, down + ": connection refused"},
			{hole, 4, hole + ": i/o timeout: no answer within 300ms"},
		} {
			before := len(p.said())
			for range 3 { // said once
				conn, code := p.socksTo(c.target)
				rest, err := io.ReadAll(conn)
				if code != c.code || len(rest) > 0 || err != nil {
					t.Errorf("%s: code %d, want %d; then %q, %v", c.target, code, c.code, rest, err)
				}
			}
			failed += 3
			p.counted(failed)
			p.says(&p.errs, " wanted "+c.want+"\n")
			if said := p.said(); len(said) != before+1 {
				t.Errorf("%q, want %s", said, c.want)
			}
		}
		p.interrupt()
	}
}

// modes are those in which connections are carried: looked at, and by the kernel.
func modes() []string {
	if testing.Short() {
		return []string{"--headless"}
	}
	return []string{"--headless", "--no-tap"}
}

// counted waits until so many connections have not come about.
func (p *relayed) counted(failed uint64) {
	p.t.Helper()
	waitFor(p.t, "all are counted", func() bool { return p.stats().DialErrors == failed })
}

// TestProxySocksGarbage: what is no SOCKS5 gets no answer that it would not understand, and one line with the remedy.
func TestProxySocksGarbage(t *testing.T) {
	p := startRelay(t, nil, "--socks", "127.0.0.1:0", "--headless", "--dial-timeout", "250ms")
	all := uint64(0)
	for _, c := range []struct{ name, send, answer, want string }{
		{"a remoting client", string(command(codeRoute, 1, 0, nil)), "", "first byte 0x00): set the client's SOCKS proxy to this address, not its name server"},
		{"HTTP", "CONNECT a:1 HTTP/1.1\r\n\r\n", "", "this is no SOCKS5 client (first byte 0x43)"},
		{"TLS", "\x16\x03\x01\x00\x80", "", "this is no SOCKS5 client (first byte 0x16)"},
		{"SOCKS4", "\x04\x01\x00\x50\x7f\x00\x00\x01\x00", "", "this is no SOCKS5 client (first byte 0x04)"},
		{"Kerberos alone", "\x05\x01\x01", "\x05\xff", "no way to sign in"},
		{"no method", "\x05\x00", "\x05\xff", "no way to sign in"},
		{"BIND", "\x05\x01\x00\x05\x02\x00\x01\x7f\x00\x00\x01\x00\x50", "\x05\x00\x05\x07", "command 2 is not served, only CONNECT"},
		{"UDP", "\x05\x01\x00\x05\x03\x00\x03\x04host\x00\x50", "\x05\x00\x05\x07", "command 3 is not served, only CONNECT"},
		{"another address", "\x05\x01\x00\x05\x01\x00\x02", "\x05\x00\x05\x08", "address type 2 is not known"},
		{"silence", "", "", "the SOCKS5 greeting did not come in time"},
		{"half a greeting", "\x05\x09\x00", "", "the SOCKS5 greeting did not come in time"},
		{"no request", "\x05\x01\x00", "\x05\x00", "the SOCKS5 request did not come in time"},
		{"half a name", "\x05\x01\x02\x01\x09half", "\x05\x02", "the SOCKS5 request did not come in time"},
		{"half an address", "\x05\x01\x00\x05\x01\x00\x03\xffhalf", "\x05\x00", "the SOCKS5 request did not come in time"},
	} {
		before := len(p.said())
		var conns []net.Conn
		for range 3 {
			conn := p.connect()
			_, err := conn.Write([]byte(c.send))
			check(t, err)
			conns = append(conns, conn)
		}
		for _, conn := range conns {
			got, err := io.ReadAll(conn)
			if !strings.HasPrefix(string(got), c.answer) || c.answer == "" && len(got) > 0 || err != nil && !errors.Is(err, syscall.ECONNRESET) {
				t.Errorf("%s: %q, %v", c.name, got, err)
			}
			if strings.HasPrefix(c.want, "command") && err != nil {
				t.Errorf("%s: %v behind the answer", c.name, err)
			}
		}
		all += 3
		p.counted(all)
		p.says(&p.errs, c.want)
		if said := p.said(); len(said) > before+1 {
			t.Errorf("%s: %q", c.name, said[before:])
		}
	}
	hang := p.connect()
	hang.CloseWrite()
	p.says(&p.errs, "hung up before the end of its SOCKS5 greeting; unless it was a health check, set it to SOCKS5")
	p.interrupt()
}

// TestProxySocksHalfOpen: hundreds of clients that never finish their greeting keep nobody up, cost little, are gone after twice
// --dial-timeout, and are one line, not hundreds.
func TestProxySocksHalfOpen(t *testing.T) {
	const many = 600
	server := serve(t, answering(nil))
	for _, mode := range modes() {
		p := startRelay(t, nil, "--socks", "127.0.0.1:0", "--dial-timeout", "800ms", mode)
		served, code := p.socksTo(server)
		if code != 0 {
			t.Fatal(code)
		}
		before := p.peak()
		var waiting []net.Conn
		for i := range many {
			c := p.connect()
			_, err := c.Write([]byte{5, 2, 0}[:i%4])
			check(t, err)
			waiting = append(waiting, c)
		}
		for i := range int32(20) {
			check(t, ask(served, codeSendV2, i, nil))
		}
		other, code := p.socksTo(server)
		if code != 0 {
			t.Fatal(code)
		}
		check(t, ask(other, codeSendV2, 1, nil))
		waitFor(t, "the others are gone", func() bool { return p.stats().Open == 2 })
		if s := p.stats(); s.DialErrors != many || s.Refused != 0 {
			t.Errorf("%+v", s)
		}
		for _, c := range waiting {
			c.SetReadDeadline(time.Now().Add(30 * time.Second))
			if _, err := io.ReadAll(c); err != nil && !errors.Is(err, syscall.ECONNRESET) {
				t.Fatal(err)
			}
		}
		if grew := p.peak() - before; grew > 32<<20 && !raceDetector {
			t.Errorf("%d clients took %d bytes of memory", many, grew)
		}
		served.Close()
		other.Close()
		p.interrupt()
		if said := p.said(); len(said) != 1 || !strings.HasSuffix(said[0], "the SOCKS5 greeting did not come in time") {
			t.Errorf("%d lines: %.300q", len(said), said)
		}
	}
}

// TestProxySocksFull: no more connections than --max-conns, those that wait for a greeting among them, and room again when
// they are gone.
func TestProxySocksFull(t *testing.T) {
	server := serve(t, answering(nil))
	p := startRelay(t, nil, "--socks", "127.0.0.1:0", "--dial-timeout", "400ms", "--max-conns", "10", "--headless")
	for range 30 {
		if c, err := net.Dial("tcp", p.address); err == nil { // refused already
			defer c.Close()
		}
	}
	waitFor(t, "they are refused", func() bool { return p.stats().Refused == 20 })
	waitFor(t, "those that said nothing are gone", func() bool { return p.stats().Open == 0 })
	c, code := p.socksTo(server)
	if code != 0 {
		t.Fatal(code)
	}
	check(t, ask(c, codeSendV2, 1, nil))
	c.Close()
	p.interrupt()
}

// TestProxySocksCarries: through SOCKS5 a slow reader stops its server, and ends and resets are carried, as they are elsewhere.
func TestProxySocksCarries(t *testing.T) {
	for _, mode := range modes() {
		p := startRelay(t, nil, "--socks", "127.0.0.1:0", mode)
		t.Run("slow reader"+mode, func(t *testing.T) { slowReader(t, func(server string) net.Conn { return first(p.socksTo(server)) }) })
		t.Run("ends"+mode, func(t *testing.T) {
			carriesEnds(t, serve, func(server string) net.Conn { return first(p.socksTo(server)) })
		})
		p.interrupt()
		if said := p.said(); len(said) > 0 {
			t.Errorf("%q", said)
		}
	}
}

func first(c *net.TCPConn, _ byte) net.Conn { return c }

// slowReader has a server send to a client that does not read at first: it is stopped, and everything comes when the client reads.
// connect connects the client, through a proxy.
func slowReader(t *testing.T, connect func(server string) net.Conn) {
	const total = 48 << 20
	run := bytes.Repeat(command(statusOK, 1, 1, bytes.Repeat([]byte("a message "), 3000)), 20)
	slowReaderOf(t, total, run, serve, connect)
}

func slowReaderOf[C net.Conn](t *testing.T, total int64, run []byte, serve func(*testing.T, func(C)) string, connect func(server string) net.Conn) {
	t.Helper()
	var sent atomic.Int64
	want := sha256.New()
	written := make(chan struct{})
	server := serve(t, func(c C) {
		defer close(written)
		readFrame(c)
		for sent.Load() < total {
			n, err := c.Write(run)
			want.Write(run[:n])
			if sent.Add(int64(n)); err != nil {
				return
			}
		}
		closeWrite(c)
		io.ReadAll(c)
	})
	c := connect(server)
	belowTLS(c).SetReadBuffer(64 << 10)
	_, err := c.Write(command(codeSendV2, 1, 0, nil))
	check(t, err)
	last := int64(0)
	waitFor(t, "the server is stopped", func() bool {
		before := last
		time.Sleep(200 * time.Millisecond)
		last = sent.Load()
		return last > 0 && last == before
	})
	if last >= total {
		t.Errorf("the server could send %d bytes that nobody read", last)
	}
	got := sha256.New()
	n, err := io.Copy(got, c)
	closeWrite(c)
	c.Close()
	<-written
	if err != nil || n != sent.Load() || !bytes.Equal(got.Sum(nil), want.Sum(nil)) {
		t.Errorf("%d bytes of %d came, or others; %v", n, sent.Load(), err)
	}
}

// closeWrite is the half-close of TCP, or of TLS and of TCP below it.
func closeWrite(c net.Conn) {
	c.(interface{ CloseWrite() error }).CloseWrite()
	belowTLS(c).CloseWrite() // again, where there is no TLS
}

// belowTLS is the connection, or that below it.
func belowTLS(c net.Conn) *net.TCPConn {
	if t, ok := c.(interface{ NetConn() net.Conn }); ok {
		c = t.NetConn()
	}
	return c.(*net.TCPConn)
}

// carriesEnds: behind a half-close the answer comes; a reset is a reset on the other side, behind what came before.
func carriesEnds[C net.Conn](t *testing.T, serve func(*testing.T, func(C)) string, connect func(server string) net.Conn) {
	t.Helper()
	request, answer := command(codeRoute, 7, 0, nil), command(statusOK, 7, 1, bytes.Repeat([]byte("x"), 100_000))
	type seen struct {
		b   []byte
		err error
	}
	arrived, atServer, over := make(chan seen, 1), make(chan seen, 1), make(chan bool, 1)
	var how string
	server := serve(t, func(c C) {
		defer func() { over <- true }()
		b := make([]byte, len(request))
		_, err := io.ReadFull(c, b)
		arrived <- seen{b, err}
		if how == "server resets" {
			resetOf(c)
			return
		}
		b, err = io.ReadAll(c)
		atServer <- seen{b, err}
		if err == nil {
			c.Write(answer)
			closeWrite(c)
			io.ReadAll(c)
		}
	})
	for _, how = range []string{"half close", "client resets", "server resets"} {
		c := connect(server)
		_, err := c.Write(request)
		check(t, err)
		if s := <-arrived; s.err != nil || !bytes.Equal(s.b, request) {
			t.Errorf("%s: the server got other bytes, %v", how, s.err)
		}
		switch how {
		case "half close":
			closeWrite(c)
			b, err := io.ReadAll(c)
			if s := <-atServer; s.err != nil || len(s.b) > 0 {
				t.Errorf("%s: the server saw %d bytes, %v", how, len(s.b), s.err)
			}
			if err != nil || !bytes.Equal(b, answer) {
				t.Errorf("%s: %d bytes, %v", how, len(b), err)
			}
			c.Close()
		case "client resets":
			resetOf(c)
			if s := <-atServer; !errors.Is(s.err, syscall.ECONNRESET) {
				t.Errorf("%s: the server saw %d bytes, %v", how, len(s.b), s.err)
			}
		case "server resets":
			if b, err := io.ReadAll(c); !errors.Is(err, syscall.ECONNRESET) || len(b) > 0 {
				t.Errorf("%s: the client saw %d bytes, %v", how, len(b), err)
			}
			c.Close()
		}
		<-over
	}
}

// resetOf closes the connection, or the one below it, with a reset.
func resetOf(c net.Conn) {
	tcp := belowTLS(c)
	tcp.SetLinger(0)
	tcp.Close()
}
