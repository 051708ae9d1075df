package proxy

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/netip"
	"time"
)

// recordHandshake is the first byte of TLS (RFC 8446, section 5.1). A remoting frame that began with it would be 369 MB long.
const recordHandshake = 0x16

// Connect is for Options.Connect. It dials first, so that a client which says nothing is connected too, and a SOCKS client
// gets its answer.
func (t *TLS) Connect(ctx context.Context, c *Conn, client net.Conn, dial func(context.Context) (net.Conn, error)) (net.Conn, net.Conn, error) {
	upstream, err := dial(ctx)
	if err != nil {
		return nil, nil, err
	}
	from, to, err := t.prepare(ctx, c, client, upstream)
	if err != nil {
		(&side{Conn: upstream}).reset()
		return nil, nil, err
	}
	return from, to, nil
}

func (t *TLS) prepare(ctx context.Context, c *Conn, client, upstream net.Conn) (net.Conn, net.Conn, error) {
	terminate := t.options.Mode == TLSTerminate
	if t.options.Mode == TLSAuto || t.options.Mode == TLSPassthrough && t.options.Upstream == UpstreamOn {
		var first byte
		first, client = peek(client, t.options.Silence)
		if first == recordHandshake {
			if !t.Terminates() { // what is TLS already needs no other around it
				return client, upstream, nil
			}
			terminate = true
		}
	}
	if terminate {
		return t.terminate(ctx, c, client, upstream)
	}
	if t.options.Upstream != UpstreamOn {
		return client, upstream, nil
	}
	to, err := t.originate(ctx, c, upstream, "", nil)
	return client, to, err
}

// terminate speaks TLS with the client, and with the upstream if it shall. The upstream comes first, in the middle of the
// client's handshake: by then the client has said what it wants, and if the upstream fails the client sees a failed
// handshake.
func (t *TLS) terminate(ctx context.Context, c *Conn, client, upstream net.Conn) (net.Conn, net.Conn, error) {
	to := upstream
	var failed error
	server := tls.Server(client, &tls.Config{GetConfigForClient: func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		config := t.server.Clone()
		if t.options.Upstream != UpstreamOff {
			up, err := t.originate(ctx, c, upstream, hello.ServerName, hello.SupportedProtos)
			if err != nil {
				failed = err
				return nil, err
			}
			to = up
			if protocol := up.ConnectionState().NegotiatedProtocol; protocol != "" {
				config.NextProtos = []string{protocol}
			}
		}
		leaf, err := t.leaf(c, hello.ServerName)
		if err != nil {
			failed = err
			return nil, err
		}
		config.Certificates = []tls.Certificate{*leaf}
		return config, nil
	}})
	// A deadline, since HandshakeContext would close the connection: the client shall see a reset.
	stop := context.AfterFunc(ctx, func() { client.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	err := server.HandshakeContext(context.WithoutCancel(ctx))
	switch {
	case failed != nil:
		return nil, nil, failed
	case err != nil:
		return nil, nil, t.clientError(err)
	}
	c.TLS = true
	return tlsSide{server, t.clientError}, to, nil
}

// originate speaks TLS with the upstream. sni and protocols are what the client asked for.
func (t *TLS) originate(ctx context.Context, c *Conn, upstream net.Conn, sni string, protocols []string) (tlsSide, error) {
	names := t.names(c.Target, sni)
	config := t.client.Clone()
	config.NextProtos = protocols
	config.ServerName = names[len(names)-1] // an address is not sent
	if !t.options.UpstreamInsecure {
		config.VerifyConnection = func(s tls.ConnectionState) error { return t.verify(s.PeerCertificates, names) }
	}
	asked := false
	if len(config.Certificates) == 0 {
		config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			asked = true
			return &tls.Certificate{}, nil
		}
	}
	explain := func(err error) error { return t.upstreamError(err, asked) }
	conn := tls.Client(upstream, config)
	if err := conn.HandshakeContext(ctx); err != nil {
		return tlsSide{}, explain(err)
	}
	return tlsSide{conn, explain}, nil
}

// names are what an upstream's certificate may be for. Where the target is an address, the name that the client sent counts
// too: of a redirected connection nothing else is known.
func (t *TLS) names(target, sni string) []string {
	if t.options.UpstreamName != "" {
		return []string{t.options.UpstreamName}
	}
	host := hostOf(target)
	if _, err := netip.ParseAddr(host); err == nil && hostName(sni) {
		return []string{host, sni}
	}
	return []string{host}
}

// verify is what crypto/tls would do, for more than one name.
func (t *TLS) verify(chain []*x509.Certificate, names []string) error {
	intermediates := x509.NewCertPool()
	for _, c := range chain[1:] {
		intermediates.AddCert(c)
	}
	_, err := chain[0].Verify(x509.VerifyOptions{Roots: t.roots, Intermediates: intermediates})
	if err != nil {
		return &tls.CertificateVerificationError{UnverifiedCertificates: chain, Err: err}
	}
	for _, name := range names {
		if err = chain[0].VerifyHostname(name); err == nil {
			return nil
		}
	}
	return &tls.CertificateVerificationError{UnverifiedCertificates: chain, Err: err}
}

// leaf is the certificate shown to a client: for the name it asked for, for where it wants to go, and for where it came to.
func (t *TLS) leaf(c *Conn, sni string) (*tls.Certificate, error) {
	if t.given != nil {
		return t.given, nil
	}
	return t.authority.leaf(leafNames{sni: sni, target: hostOf(c.Target), listener: c.Listener.Addr()})
}

func hostOf(target string) string {
	if host, _, err := net.SplitHostPort(target); err == nil {
		return host
	}
	return target
}

// tlsSide is a side that speaks TLS.
type tlsSide struct {
	*tls.Conn
	explain func(error) error
}

// Read says what an alert means: TLS 1.3 lets a server refuse its client's certificate when the handshake is over. A FIN within a
// record, of a peer that died, is the end as one between records is: as an error it would reset the other side, which throws away
// what that has not read yet.
func (s tlsSide) Read(p []byte) (int, error) {
	n, err := s.Conn.Read(p)
	switch {
	case alert(err) != "":
		err = s.explain(err)
	case errors.Is(err, io.ErrUnexpectedEOF):
		err = io.EOF
	}
	return n, err
}

// CloseWrite says close_notify and FIN: peers that close send both, and some wait for the second. It waits for room as any other
// write does: crypto/tls gives its close_notify five seconds, and behind those the peer would never see the end.
func (s tlsSide) CloseWrite() error {
	below := s.NetConn()
	waitForRoom(below)
	err := s.Conn.CloseWrite()
	return cmp.Or((&side{Conn: below}).closeWrite(), err)
}

// NetConn is the TCP connection at the bottom, so that a reset finds it.
func (s tlsSide) NetConn() net.Conn {
	below := s.Conn.NetConn()
	for {
		r, ok := below.(*replayed)
		if !ok {
			return below
		}
		below = r.Conn
	}
}

// readFirst is peek for connections that cannot be looked into: what was read is read again.
func readFirst(client net.Conn, wait time.Duration) (byte, net.Conn) {
	var b [1]byte
	client.SetReadDeadline(time.Now().Add(wait))
	n, _ := client.Read(b[:]) // an end or a failure is met again
	client.SetReadDeadline(time.Time{})
	if n == 0 {
		return 0, client
	}
	return b[0], &replayed{client, b[:]}
}
