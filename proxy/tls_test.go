package proxy

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/mqsniff/mqsniff/session"
)

// inTLS is a peer's connection that half-closes as the proxy's do.
func inTLS(c *tls.Conn) net.Conn {
	return tlsSide{c, func(err error) error { return err }}
}

// startTLS runs a proxy with TLS in front of a server that serve plays, in TLS if server is not nil.
func startTLS(t *testing.T, o TLSOptions, p Options, server *tls.Config, serve func(net.Conn)) (*TLS, *Proxy, *net.TCPConn) {
	t.Helper()
	x, err := NewTLS(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Close() })
	p.Connect = x.Connect
	proxy, client := start(t, p, func(c *net.TCPConn) {
		if server == nil {
			serve(c)
			return
		}
		serve(inTLS(tls.Server(c, server)))
	})
	return x, proxy, client
}

// trusting is a client's configuration that verifies as a Go program would.
func trusting(t *testing.T, x *TLS, name string) *tls.Config {
	t.Helper()
	b, err := os.ReadFile(x.CA())
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(b)
	return &tls.Config{RootCAs: pool, ServerName: name}
}

// answer sends back all that it got, when it has got all.
func answer(c net.Conn) {
	defer c.Close()
	b, err := io.ReadAll(c)
	if err != nil {
		return
	}
	c.Write(append([]byte("re: "), b...))
	(&side{Conn: c}).closeWrite()
}

// ask sends a question, closes that direction, and wants it answered.
func ask(t *testing.T, c net.Conn, question []byte) {
	t.Helper()
	if _, err := c.Write(question); err != nil {
		t.Error(err)
		return
	}
	if err := (&side{Conn: c}).closeWrite(); err != nil {
		t.Error(err)
	}
	b, err := io.ReadAll(c)
	if err != nil || !bytes.Equal(b, append([]byte("re: "), question...)) {
		t.Errorf("%d bytes of %d came back, or others; %v", len(b), 4+len(question), err)
	}
}

// Every mode, with either kind of client and of upstream, carries bytes as they are, and a half-close.
func TestTLSModes(t *testing.T) {
	upstreams := newIssuer(t)
	question := bytes.Repeat([]byte("\x00\x00\x00\x10 what is in between? "), 20_000)
	for _, c := range []struct {
		mode                  TLSMode
		upstream              UpstreamTLS
		certificate           bool
		clientTLS, serverTLS  bool
		terminated, encrypted bool // what the proxy does: reads the client's TLS; leaves it encrypted
	}{
		{mode: TLSAuto, certificate: true},
		{mode: TLSAuto, certificate: true, clientTLS: true, serverTLS: true, terminated: true},
		{mode: TLSAuto, certificate: true, clientTLS: true, upstream: UpstreamOff, terminated: true},
		{mode: TLSAuto, certificate: true, serverTLS: true, upstream: UpstreamOn},
		{mode: TLSAuto, certificate: true, clientTLS: true, serverTLS: true, upstream: UpstreamOn, terminated: true},
		{mode: TLSAuto},
		{mode: TLSAuto, clientTLS: true, serverTLS: true, encrypted: true},
		{mode: TLSAuto, clientTLS: true, serverTLS: true, upstream: UpstreamOn, encrypted: true},
		{mode: TLSTerminate, certificate: true, clientTLS: true, serverTLS: true, terminated: true},
		{mode: TLSTerminate, certificate: true, clientTLS: true, upstream: UpstreamOff, terminated: true},
		{mode: TLSPassthrough, certificate: true},
		{mode: TLSPassthrough, certificate: true, clientTLS: true, serverTLS: true, encrypted: true},
		{mode: TLSPassthrough, clientTLS: true, serverTLS: true, upstream: UpstreamOn, encrypted: true},
		{mode: TLSPassthrough, serverTLS: true, upstream: UpstreamOn},
		{mode: TLSOff, clientTLS: true, serverTLS: true, encrypted: true},
		{mode: TLSOff, serverTLS: true, upstream: UpstreamOn},
		{mode: TLSOff},
	} {
		for _, splice := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s upstream %s certificate %v client %v server %v splice %v", c.mode, c.upstream, c.certificate, c.clientTLS, c.serverTLS, splice), func(t *testing.T) {
				o := TLSOptions{Mode: c.mode, Upstream: c.upstream, UpstreamCA: upstreams.file}
				if c.certificate {
					o.StateDir = t.TempDir()
				}
				w := &tlsWatcher{}
				var p Options
				if !splice {
					p.Observer = w
				}
				var server *tls.Config
				if c.serverTLS {
					server = &tls.Config{Certificates: []tls.Certificate{upstreams.server(t, "127.0.0.1")}}
				}
				x, proxy, tcp := startTLS(t, o, p, server, answer)
				var client net.Conn = tcp
				if c.clientTLS {
					config := &tls.Config{RootCAs: upstreams.pool(), ServerName: "127.0.0.1"}
					if c.terminated {
						config = trusting(t, x, "127.0.0.1")
					}
					client = inTLS(tls.Client(tcp, config))
				}
				ask(t, client, question)
				client.Close()
				drain(proxy)
				if splice {
					return
				}
				if w.opened != 1 || len(w.closed) != 1 || w.closed[0] != session.CloseFIN {
					t.Errorf("opened %d times, closed %v", w.opened, w.closed)
				}
				if seen := bytes.Equal(w.read[session.ClientToServer], question); seen == c.encrypted {
					t.Errorf("the observer saw the question: %v", seen)
				}
				if w.encrypted != c.terminated {
					t.Errorf("Conn.TLS is %v", w.encrypted)
				}
			})
		}
	}
}

// Both versions, with and without a name; the certificate is for whatever the client verifies.
func TestTLSVersionsAndNames(t *testing.T) {
	dir := t.TempDir()
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		for _, name := range []string{"broker-a.example", "127.0.0.1"} { // an address is not sent: no SNI
			x, _, tcp := startTLS(t, TLSOptions{StateDir: dir, Upstream: UpstreamOff}, Options{}, nil, answer)
			config := trusting(t, x, name)
			config.MinVersion, config.MaxVersion = version, version
			client := tls.Client(tcp, config)
			ask(t, inTLS(client), []byte("hello"))
			s := client.ConnectionState()
			if leaf := s.PeerCertificates[0]; s.Version != version || leaf.VerifyHostname("127.0.0.1") != nil || leaf.VerifyHostname(name) != nil {
				t.Errorf("%x %s: version %x, names %v %v", version, name, s.Version, leaf.DNSNames, leaf.IPAddresses)
			}
		}
	}
}

// The upstream hears the name and the protocols that the client asked for, and the client its choice.
func TestTLSForwardsNameAndProtocols(t *testing.T) {
	upstreams := newIssuer(t)
	sni := make(chan string, 1)
	server := &tls.Config{NextProtos: []string{"h2"}, Certificates: []tls.Certificate{upstreams.server(t, "broker.example")},
		GetConfigForClient: func(h *tls.ClientHelloInfo) (*tls.Config, error) { sni <- h.ServerName; return nil, nil }}
	x, _, tcp := startTLS(t, TLSOptions{StateDir: t.TempDir(), UpstreamCA: upstreams.file}, Options{}, server, answer)
	config := trusting(t, x, "broker.example")
	config.NextProtos = []string{"http/1.1", "h2"}
	client := tls.Client(tcp, config)
	ask(t, inTLS(client), []byte("hello"))
	if got := client.ConnectionState().NegotiatedProtocol; got != "h2" {
		t.Errorf("the client got protocol %q", got)
	}
	if got := <-sni; got != "broker.example" {
		t.Errorf("the upstream heard %q", got)
	}
}

// A reset of either side is one of the other, through TLS on both.
func TestTLSResetIsMirrored(t *testing.T) {
	upstreams := newIssuer(t)
	server := &tls.Config{Certificates: []tls.Certificate{upstreams.server(t, "127.0.0.1")}}
	options := TLSOptions{StateDir: t.TempDir(), UpstreamCA: upstreams.file}
	insecure := &tls.Config{InsecureSkipVerify: true}
	t.Run("by the upstream", func(t *testing.T) {
		w := &watcher{}
		_, p, tcp := startTLS(t, options, Options{Observer: w}, server, func(c net.Conn) {
			io.ReadFull(c, make([]byte, 4))
			(&side{Conn: c}).reset()
		})
		client := tls.Client(tcp, insecure)
		client.Write([]byte("ping"))
		if _, err := io.ReadAll(client); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("the client saw %v", err)
		}
		drain(p)
		if len(w.closed) != 1 || w.closed[0] != session.CloseRST {
			t.Errorf("closed %v", w.closed)
		}
	})
	t.Run("by the client", func(t *testing.T) {
		seen, got := make(chan error, 1), make(chan bool)
		_, _, tcp := startTLS(t, options, Options{Observer: &watcher{}}, server, func(c net.Conn) {
			io.ReadFull(c, make([]byte, 4))
			close(got)
			_, err := io.ReadAll(c)
			seen <- err
		})
		tls.Client(tcp, insecure).Write([]byte("ping"))
		<-got
		tcp.SetLinger(0)
		tcp.Close()
		if err := <-seen; !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("the upstream saw %v", err)
		}
	})
}

// A reset before the first byte must not become an end: looking for it may not take it away.
func TestTLSEarlyReset(t *testing.T) {
	seen, there := make(chan error, 1), make(chan bool)
	_, _, client := startTLS(t, TLSOptions{StateDir: t.TempDir(), Silence: time.Hour}, Options{Observer: &watcher{}}, nil, func(c net.Conn) {
		close(there)
		_, err := io.ReadAll(c)
		seen <- err
	})
	<-there // the upstream is connected although nothing was said
	client.SetLinger(0)
	client.Close()
	if err := <-seen; !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("the upstream saw %v", err)
	}
}

// A client that says nothing has its upstream connected, hears it, and may speak later.
func TestTLSSilentClient(t *testing.T) {
	_, p, client := startTLS(t, TLSOptions{StateDir: t.TempDir(), Silence: 20 * time.Millisecond}, Options{}, nil, func(c net.Conn) {
		c.Write([]byte("I speak first. "))
		answer(c)
	})
	if _, err := io.ReadFull(client, make([]byte, 15)); err != nil {
		t.Fatal(err)
	}
	ask(t, client, []byte("late"))
	drain(p)
	if s := p.Stats(); s.DialErrors != 0 || s.Relayed[session.ClientToServer] != 4 {
		t.Errorf("%+v", s)
	}
}

// A client that only closes its direction does not wait for the silence to be over.
func TestTLSSilentHalfClose(t *testing.T) {
	_, _, client := startTLS(t, TLSOptions{StateDir: t.TempDir(), Silence: time.Hour}, Options{}, nil, answer)
	ask(t, client, nil)
}

// TLS that comes after the silence passes through to an upstream that may understand it.
func TestTLSAfterSilence(t *testing.T) {
	upstreams := newIssuer(t)
	there := make(chan bool)
	_, p, tcp := startTLS(t, TLSOptions{StateDir: t.TempDir(), Silence: time.Millisecond}, Options{Observer: &tlsWatcher{there: there}},
		&tls.Config{Certificates: []tls.Certificate{upstreams.server(t, "127.0.0.1")}}, answer)
	<-there
	ask(t, inTLS(tls.Client(tcp, &tls.Config{RootCAs: upstreams.pool(), ServerName: "127.0.0.1"})), []byte("hello"))
	drain(p)
}

// A connection whose beginning was read for other reasons is looked at all the same.
func TestTLSOverReplayed(t *testing.T) {
	a, b := net.Pipe()
	go b.Write([]byte("\x17rest"))
	first, c := peek(&replayed{a, []byte{recordHandshake}}, time.Second)
	if got := make([]byte, 6); first != recordHandshake {
		t.Errorf("first byte %#x", first)
	} else if _, err := io.ReadFull(c, got); err != nil || string(got) != "\x16\x17rest" {
		t.Errorf("%q, %v", got, err)
	}
	if got := (tlsSide{Conn: tls.Server(c, nil)}).NetConn(); got != a {
		t.Errorf("at the bottom is %T", got)
	}
	if first, same := peek(a, time.Millisecond); first != 0 || same != a {
		t.Errorf("silence: %#x, %T", first, same)
	}
}

// Where addresses should be rewritten, TLS that is not read is told of, once for a connection.
func TestTLSPassthroughNotice(t *testing.T) {
	upstreams := newIssuer(t)
	x, err := NewTLS(TLSOptions{})
	if err != nil {
		t.Fatal(err)
	}
	w := &watcher{}
	p, tcp := startRewriting(t, Options{Observer: w, Connect: x.Connect}, &noRewrite{}, func(c *net.TCPConn) {
		answer(inTLS(tls.Server(c, &tls.Config{Certificates: []tls.Certificate{upstreams.server(t, "127.0.0.1")}})))
	})
	ask(t, inTLS(tls.Client(tcp, &tls.Config{RootCAs: upstreams.pool(), ServerName: "127.0.0.1"})), []byte("hello"))
	drain(p)
	if len(w.notices) != 1 || !strings.Contains(w.notices[0], "TLS passes through unread") {
		t.Errorf("%q", w.notices)
	}
}

// The PROXY protocol comes before TLS.
func TestTLSBehindProxyHeader(t *testing.T) {
	upstreams := newIssuer(t)
	config := &tls.Config{Certificates: []tls.Certificate{upstreams.server(t, "127.0.0.1")}}
	heads := make(chan []byte, 1)
	x, _, tcp := startTLS(t, TLSOptions{StateDir: t.TempDir(), UpstreamCA: upstreams.file}, Options{ProxyProtocol: true}, nil, func(c net.Conn) {
		head := make([]byte, 28)
		io.ReadFull(c, head)
		heads <- head
		answer(inTLS(tls.Server(c, config)))
	})
	ask(t, inTLS(tls.Client(tcp, trusting(t, x, "127.0.0.1"))), []byte("hello"))
	if head := <-heads; !strings.HasPrefix(string(head), "\r\n\r\n\x00\r\nQUIT\n") {
		t.Errorf("the upstream got %x first", head)
	}
}
