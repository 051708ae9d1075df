package proxy

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"
)

// What fails is said in one line, with the side and the remedy, and the client is reset.
func TestTLSErrors(t *testing.T) {
	ours, theirs := newIssuer(t), newIssuer(t)
	good := &tls.Config{Certificates: []tls.Certificate{theirs.server(t, "127.0.0.1")}}
	asking := good.Clone()
	asking.ClientAuth, asking.MaxVersion = tls.RequireAnyClientCert, tls.VersionTLS12
	otherName := &tls.Config{Certificates: []tls.Certificate{theirs.server(t, "broker.example")}}
	cert, key := ours.files(t, "127.0.0.1")
	insecure := &tls.Config{InsecureSkipVerify: true}
	dir := t.TempDir()
	handshake := func(config *tls.Config) func(*net.TCPConn) {
		return func(c *net.TCPConn) { tls.Client(c, config).Handshake() }
	}
	say := func(text string) func(*net.TCPConn) {
		return func(c *net.TCPConn) { c.Write([]byte(text)) }
	}
	for name, c := range map[string]struct {
		options TLSOptions
		server  *tls.Config
		serve   func(net.Conn)
		client  func(*net.TCPConn)
		want    []string
	}{
		"client does not trust us": {TLSOptions{StateDir: dir, Upstream: UpstreamOff}, nil, nil, handshake(&tls.Config{ServerName: "127.0.0.1"}),
			[]string{"TLS with the client", "does not trust", filepath.Join(dir, certificateFile) + " as tls.client.trustCertPath", "tls.client.authServer=false"}},
		"client does not trust what was given": {TLSOptions{CertFile: cert, KeyFile: key, Upstream: UpstreamOff}, nil, nil, handshake(&tls.Config{ServerName: "127.0.0.1"}),
			[]string{"TLS with the client", "issued " + cert}},
		"client without certificate": {TLSOptions{StateDir: dir, ClientCA: ours.file, Upstream: UpstreamOff}, nil, nil, handshake(insecure),
			[]string{"TLS with the client", "tls.client.certPath", "--tls-client-ca"}},
		"client of another authority": {TLSOptions{StateDir: dir, ClientCA: ours.file, Upstream: UpstreamOff}, nil, nil, handshake(&tls.Config{InsecureSkipVerify: true,
			GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
				c := theirs.server(t, "x")
				return &c, nil
			}}),
			[]string{"TLS with the client", "was not issued by " + ours.file}},
		"client with RSA suites alone": {TLSOptions{StateDir: dir, Upstream: UpstreamOff}, nil, nil, handshake(&tls.Config{InsecureSkipVerify: true, MaxVersion: tls.VersionTLS12,
			CipherSuites: []uint16{tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256}}), []string{"TLS with the client", "RSA certificate", "--tls-cert"}},
		"old client": {TLSOptions{StateDir: dir, Upstream: UpstreamOff}, nil, nil, handshake(&tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}),
			[]string{"TLS with the client", "TLS 1.2 and 1.3"}},
		"client hangs up": {TLSOptions{StateDir: dir, Upstream: UpstreamOff}, nil, nil, func(c *net.TCPConn) { c.Write([]byte{recordHandshake}); c.CloseWrite() },
			[]string{"TLS with the client", "hung up"}},
		"garbage after 0x16":     {TLSOptions{StateDir: dir, Upstream: UpstreamOff}, nil, nil, say("\x16garbage, more than a record's header"), []string{"TLS with the client", "does not speak TLS", "--tls off"}},
		"handshake that is none": {TLSOptions{StateDir: dir, Upstream: UpstreamOff}, nil, nil, say("\x16\x03\x01\x00\x05\xff\x00\x00\x01\x00"), []string{"TLS with the client", "--tls passthrough"}},
		"plain client":           {TLSOptions{Mode: TLSTerminate, StateDir: dir}, nil, nil, say("\x00\x00\x01\x00\x00\x00\x00\x10"), []string{"TLS with the client", "tls.enable=true", "--tls auto"}},
		"upstream not trusted":   {TLSOptions{StateDir: dir}, good, nil, handshake(insecure), []string{"TLS with the upstream: ", "--upstream-ca", "--upstream-insecure"}},
		"upstream of another name": {TLSOptions{StateDir: dir, UpstreamCA: theirs.file}, otherName, nil, handshake(insecure),
			[]string{"TLS with the upstream", "broker.example", "--upstream-name"}},
		"upstream is plain": {TLSOptions{StateDir: dir}, nil, func(c net.Conn) { c.Write([]byte("HTTP/1.1 400 Bad Request\r\n")); io.ReadAll(c) }, handshake(insecure),
			[]string{"TLS with the upstream", "--upstream-tls off"}},
		"upstream hangs up": {TLSOptions{StateDir: dir}, nil, func(c net.Conn) { c.Read(make([]byte, 1)); c.Close() }, handshake(insecure),
			[]string{"TLS with the upstream", "tls.server.mode"}},
		"upstream wants a certificate": {TLSOptions{StateDir: dir, UpstreamCA: theirs.file}, asking, nil, handshake(insecure),
			[]string{"TLS with the upstream", "--upstream-cert"}},
		"upstream is silent": {TLSOptions{StateDir: dir}, nil, func(c net.Conn) { io.ReadAll(c) }, handshake(insecure), []string{"TLS with the upstream", "in time"}},
		"client is silent":   {TLSOptions{Mode: TLSTerminate, StateDir: dir}, nil, nil, func(*net.TCPConn) {}, []string{"TLS with the client", "in time"}},
	} {
		t.Run(name, func(t *testing.T) {
			if c.serve == nil {
				c.serve = func(conn net.Conn) {
					io.ReadAll(conn)
					conn.Close()
				}
			}
			w := &watcher{}
			o := Options{Observer: w}
			if strings.HasSuffix(name, "silent") {
				o.DialTimeout = 50 * time.Millisecond // the whole of connecting may take twice that
			}
			_, p, tcp := startTLS(t, c.options, o, c.server, c.serve)
			c.client(tcp)
			io.Copy(io.Discard, tcp)
			drain(p)
			if len(w.notices) != 1 || strings.Contains(w.notices[0], "\n") {
				t.Fatalf("said %q", w.notices)
			}
			for _, want := range c.want {
				if !strings.Contains(w.notices[0], want) {
					t.Errorf("%q does not say %q", w.notices[0], want)
				}
			}
			t.Log(w.notices[0])
		})
	}
}

// plainAlert says "unknown CA" where TLS 1.3 wants it encrypted.
type plainAlert struct {
	net.Conn
	greeted bool
}

func (c *plainAlert) Write(b []byte) (int, error) {
	if c.greeted {
		_, err := c.Conn.Write([]byte{21, 3, 3, 0, 2, 2, 48})
		return len(b), err
	}
	c.greeted = true
	return c.Conn.Write(b)
}

// OpenSSL, and Netty on it, send their alert about a TLS 1.3 server's certificate in the clear, which looks like a bad record.
func TestTLSPlainAlert(t *testing.T) {
	w := &watcher{}
	_, p, tcp := startTLS(t, TLSOptions{StateDir: t.TempDir(), Upstream: UpstreamOff}, Options{Observer: w}, nil, answer)
	tls.Client(&plainAlert{Conn: tcp}, &tls.Config{ServerName: "127.0.0.1"}).Handshake()
	io.Copy(io.Discard, tcp)
	drain(p)
	if len(w.notices) != 1 || !strings.Contains(w.notices[0], "tls.client.trustCertPath") {
		t.Errorf("%q", w.notices)
	}
}

// With TLS 1.3 an upstream refuses a client without certificate when the handshake is over: the first read says so.
func TestTLSLateRefusal(t *testing.T) {
	theirs := newIssuer(t)
	x, err := NewTLS(TLSOptions{UpstreamCA: theirs.file})
	if err != nil {
		t.Fatal(err)
	}
	near, far := tcpPair(t)
	go tls.Server(far, &tls.Config{Certificates: []tls.Certificate{theirs.server(t, "127.0.0.1")}, ClientAuth: tls.RequireAnyClientCert}).Handshake()
	to, err := x.originate(context.Background(), &Conn{Target: "127.0.0.1:10911"}, near, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := to.Read(make([]byte, 1)); err == nil || !strings.Contains(err.Error(), "TLS with the upstream: ") || !strings.Contains(err.Error(), "--upstream-cert") {
		t.Errorf("%v", err)
	}
}

func tcpPair(t *testing.T) (near, far net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	near = dial(t, l.Addr().String())
	if far, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { far.Close() })
	return near, far
}

// Certificates are shown and demanded on both sides, and a given one takes the place of the authority's.
func TestTLSClientCertificates(t *testing.T) {
	clients, brokers, given := newIssuer(t), newIssuer(t), newIssuer(t)
	cert, key := given.files(t, "127.0.0.1")
	upCert, upKey := brokers.files(t, "the proxy")
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		seen := make(chan string, 1)
		server := &tls.Config{MaxVersion: version, Certificates: []tls.Certificate{brokers.server(t, "broker.example")}, ClientAuth: tls.RequireAnyClientCert,
			VerifyConnection: func(s tls.ConnectionState) error { seen <- s.PeerCertificates[0].Subject.CommonName; return nil }}
		_, _, tcp := startTLS(t, TLSOptions{Mode: TLSTerminate, CertFile: cert, KeyFile: key, ClientCA: clients.file,
			UpstreamCA: brokers.file, UpstreamName: "broker.example", UpstreamCert: upCert, UpstreamKey: upKey}, Options{}, server, answer)
		config := &tls.Config{RootCAs: given.pool(), ServerName: "127.0.0.1", MaxVersion: version,
			GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
				c := clients.client(t)
				return &c, nil
			}}
		ask(t, inTLS(tls.Client(tcp, config)), []byte("hello"))
		if got := <-seen; got != "the proxy" {
			t.Errorf("the upstream saw %q", got)
		}
	}
}

// The key log holds what both peers would have logged.
func TestKeyLog(t *testing.T) {
	line := regexp.MustCompile(`^[A-Z][A-Z0-9_]+ [0-9a-f]{64} ([0-9a-f]{64}|[0-9a-f]{96})$`)
	upstreams := newIssuer(t)
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		name := filepath.Join(t.TempDir(), "keys.log")
		if err := os.WriteFile(name, []byte("# from before\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		var atServer, atClient bytes.Buffer
		server := &tls.Config{MaxVersion: version, Certificates: []tls.Certificate{upstreams.server(t, "127.0.0.1")}, KeyLogWriter: &atServer}
		x, p, tcp := startTLS(t, TLSOptions{StateDir: t.TempDir(), UpstreamCA: upstreams.file, KeyLog: name}, Options{}, server, answer)
		config := trusting(t, x, "127.0.0.1")
		config.MaxVersion, config.KeyLogWriter = version, &atClient
		ask(t, inTLS(tls.Client(tcp, config)), []byte("hello"))
		tcp.Close()
		drain(p)
		if info, _ := os.Stat(name); runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
			t.Errorf("mode %v", info.Mode())
		}
		b, _ := os.ReadFile(name)
		logged := map[string]bool{}
		for s := bufio.NewScanner(bytes.NewReader(b)); s.Scan(); {
			if logged[s.Text()] = true; !line.MatchString(s.Text()) && s.Text() != "# from before" {
				t.Errorf("line %q", s.Text())
			}
		}
		wanted := 0
		for s := bufio.NewScanner(io.MultiReader(&atServer, &atClient)); s.Scan(); wanted++ {
			if !logged[s.Text()] {
				t.Errorf("not logged: %s", s.Text())
			}
		}
		if len(logged) != wanted+1 || wanted < 2 {
			t.Errorf("%d lines, the peers have %d", len(logged)-1, wanted)
		}
	}
}

func TestTLSOptionErrors(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "empty.pem")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for want, o := range map[string]TLSOptions{
		`--tls "yes"`:                             {Mode: "yes"},
		`--upstream-tls "yes"`:                    {Upstream: "yes"},
		"--tls terminate needs a certificate":     {Mode: TLSTerminate},
		"--tls-cert and --tls-key go together":    {CertFile: empty},
		"--tls-cert " + empty:                     {CertFile: empty, KeyFile: empty},
		"--upstream-cert and --upstream-key":      {UpstreamKey: empty},
		"--tls-client-ca " + empty + ": there is": {ClientCA: empty},
		"--upstream-ca: open":                     {UpstreamCA: empty + "x"},
		"--keylog: open":                          {KeyLog: filepath.Join(empty, "x")},
	} {
		if _, err := NewTLS(o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v", o, err)
		}
	}
	x, err := NewTLS(TLSOptions{})
	if err != nil || x.Terminates() || x.CA() != "" || x.Close() != nil {
		t.Errorf("the zero value: %+v, %v", x, err)
	}
}
