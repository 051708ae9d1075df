package proxy

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/netip"
	"strings"
	"syscall"
	"testing"
)

// socks runs a proxy with a SOCKS5 listener.
func socks(t *testing.T, o Options) (*Proxy, *Names, string) {
	t.Helper()
	p, names := New(o), &Names{}
	l, err := p.Listen("127.0.0.1:0", ListenOptions{Mode: "socks", Resolve: (&Socks{Names: names}).Resolve, Rewriter: names})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { drain(p) })
	return p, names, l.Address.String()
}

// echo is a server that sends back what it gets, behind its name.
func echo(t *testing.T, name string) netip.AddrPort {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				io.WriteString(c, name)
				io.Copy(c, c)
			}()
		}
	}()
	return addrPort(l.Addr())
}

func connectTo(at netip.AddrPort) []byte {
	b := append([]byte{5, 1, 0, 1}, at.Addr().AsSlice()...)
	return binary.BigEndian.AppendUint16(b, at.Port())
}

func expect(t *testing.T, c net.Conn, want []byte) {
	t.Helper()
	got := make([]byte, len(want))
	if _, err := io.ReadFull(c, got); err != nil || !bytes.Equal(got, want) {
		t.Fatalf("got %q, %v; want %q", got, err, want)
	}
}

var socksDone = []byte{5, 0, 0, 1, 0, 0, 0, 0, 0, 0}

func TestSocks(t *testing.T) {
	w := &watcher{}
	p, _, address := socks(t, Options{Observer: w})
	server := echo(t, "hello ")
	for name, hello := range map[string][2][]byte{
		"no authentication": {{5, 1, 0}, {5, 0}},
		"both":              {{5, 2, 2, 0}, {5, 0}},
		"password":          {{5, 1, 2, 1, 2, 'm', 'e', 1, 'x'}, {5, 2, 1, 0}},
	} {
		t.Run(name, func(t *testing.T) {
			c := dial(t, address)
			c.Write(hello[0])
			expect(t, c, hello[1])
			c.Write(connectTo(server))
			expect(t, c, socksDone)
			expect(t, c, []byte("hello "))
			c.Write([]byte("you"))
			expect(t, c, []byte("you"))
			c.Close()
		})
	}
	host := append([]byte{5, 1, 0, 3, 9}, "localhost"...)
	c := dial(t, address)
	c.Write([]byte{5, 1, 0})
	expect(t, c, []byte{5, 0})
	c.Write(binary.BigEndian.AppendUint16(host, server.Port()))
	expect(t, c, socksDone)
	c.Close()
	drain(p)
	if bytes.HasPrefix(w.read[0], []byte{5}) || !strings.Contains(string(w.read[0]), "you") {
		t.Errorf("the observer saw %q", w.read[0])
	}
}

func TestSocksRefusals(t *testing.T) {
	_, _, address := socks(t, Options{})
	for name, c := range map[string]struct {
		send []byte
		want []byte
	}{
		"no SOCKS":        {[]byte{0, 0, 1, 0}, nil},
		"SOCKS4":          {[]byte{4, 1, 0, 80}, nil},
		"unknown method":  {[]byte{5, 1, 9}, []byte{5, 0xff}},
		"BIND":            {[]byte{5, 1, 0, 5, 2, 0, 1, 1, 2, 3, 4, 0, 80}, []byte{5, 0, 5, 7}},
		"unknown address": {[]byte{5, 1, 0, 5, 1, 0, 9}, []byte{5, 0, 5, 8}},
		// Regression: these were dialled, the first as this machine, the last as two hosts.
		"no host":           {append([]byte{5, 1, 0, 5, 1, 0, 3, 0}, 0, 80), []byte{5, 0, 5, 8}},
		"two hosts":         {append([]byte{5, 1, 0, 5, 1, 0, 3, 3}, "a;b\x00\x50"...), []byte{5, 0, 5, 8}},
		"nobody is there":   {append([]byte{5, 1, 0}, connectTo(netip.MustParseAddrPort("127.0.0.1:1"))...), []byte{5, 0, 5, 5}},
		"cut in the middle": {[]byte{5, 1, 0, 5, 1}, []byte{5, 0}},
	} {
		t.Run(name, func(t *testing.T) {
			conn := dial(t, address)
			conn.Write(c.send)
			conn.CloseWrite()
			got, err := io.ReadAll(conn)
			if err != nil && !errors.Is(err, syscall.ECONNRESET) {
				t.Fatal(err)
			}
			if !bytes.HasPrefix(got, c.want) || c.want == nil && len(got) > 0 {
				t.Errorf("got % x, want % x", got, c.want)
			}
		})
	}
}

func TestProxyHeader(t *testing.T) {
	for _, c := range []struct{ client, server, want string }{
		{"10.0.0.1:1234", "10.0.0.2:10911", "\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c\x0a\x00\x00\x01\x0a\x00\x00\x02\x04\xd2\x2a\x9f"},
		{"[::1]:1", "10.0.0.2:2", "\r\n\r\n\x00\r\nQUIT\n\x21\x21\x00\x24" + strings.Repeat("\x00", 15) + "\x01" + strings.Repeat("\x00", 10) + "\xff\xff\x0a\x00\x00\x02\x00\x01\x00\x02"},
	} {
		if got := string(proxyHeader(netip.MustParseAddrPort(c.client), netip.MustParseAddrPort(c.server))); got != c.want {
			t.Errorf("%s to %s: %q", c.client, c.server, got)
		}
	}
	server := echo(t, "")
	p := New(Options{ProxyProtocol: true})
	defer drain(p)
	l, err := p.Listen("127.0.0.1:0", ListenOptions{Target: server.String()})
	if err != nil {
		t.Fatal(err)
	}
	c := dial(t, l.Address.String())
	expect(t, c, proxyHeader(addrPort(c.LocalAddr()), server))
	c.Close()
}

func TestRedirectWithoutRule(t *testing.T) {
	p := New(Options{})
	defer drain(p)
	l, err := p.Listen("127.0.0.1:0", ListenOptions{Mode: "redirect", Resolve: Redirect})
	if err != nil {
		t.Fatal(err)
	}
	if err := refused(l.Address.String()); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("the client saw %v", err)
	}
}
