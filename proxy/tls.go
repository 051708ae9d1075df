package proxy

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

// TLSMode says what becomes of clients that speak TLS.
type TLSMode string

// What a TLSMode may be.
const (
	// TLSAuto looks at a client's first byte as brokers do (NettyRemotingServer.HandshakeHandler): 0x16 begins TLS, which is
	// terminated if there is a certificate to do it with and passed through otherwise; anything else is plain.
	TLSAuto TLSMode = "auto"
	// TLSTerminate wants TLS of every client.
	TLSTerminate TLSMode = "terminate"
	// TLSPassthrough leaves TLS alone. Nothing in it can be seen or rewritten.
	TLSPassthrough TLSMode = "passthrough"
	// TLSOff does not look.
	TLSOff TLSMode = "off"
)

// UpstreamTLS says whether upstreams are spoken to in TLS.
type UpstreamTLS string

// What an UpstreamTLS may be.
const (
	UpstreamAuto UpstreamTLS = "auto" // as the client did
	UpstreamOn   UpstreamTLS = "on"
	UpstreamOff  UpstreamTLS = "off"
)

// DefaultSilence is what a client has to say its first byte before it is taken for a plain one. RocketMQ's clients speak
// at once.
const DefaultSilence = time.Second

// TLSOptions say how TLS is handled. All files are PEM. The zero value passes TLS through.
type TLSOptions struct {
	Mode TLSMode // "": TLSAuto

	// StateDir is where the authority is kept that issues a certificate for each destination; it is made on first use.
	// "": there is none.
	StateDir          string
	CertFile, KeyFile string // shown to all clients, in place of the authority's
	ClientCA          string // clients must show a certificate that one of these issued; "": they need none

	Upstream         UpstreamTLS // "": UpstreamAuto
	UpstreamCA       string      // "": the system's
	UpstreamName     string      // host name that upstreams' certificates are for; "": that of the target
	UpstreamInsecure bool        // upstreams' certificates are not verified
	UpstreamCert     string      // shown to upstreams that ask: a client's own cannot be forwarded
	UpstreamKey      string
	KeyLog           string        // secrets of both sides are appended, for Wireshark (NSS key log format)
	Silence          time.Duration // 0: DefaultSilence
}

// TLS prepares both sides of connections. Its Connect is for Options.
type TLS struct {
	options   TLSOptions
	authority *authority       // nil: given is shown
	given     *tls.Certificate // nil: the authority issues
	server    *tls.Config      // towards clients, but for the certificate
	client    *tls.Config      // towards upstreams, but for the name
	roots     *x509.CertPool   // of upstreams' certificates; nil: the system's
	keyLog    io.Closer
}

// NewTLS reads the files, and makes an authority if one is wanted and there is none yet. Close must be called in the end.
func NewTLS(o TLSOptions) (*TLS, error) {
	if o.Mode == "" {
		o.Mode = TLSAuto
	}
	if o.Upstream == "" {
		o.Upstream = UpstreamAuto
	}
	if o.Silence <= 0 {
		o.Silence = DefaultSilence
	}
	switch o.Mode {
	case TLSAuto, TLSTerminate, TLSPassthrough, TLSOff:
	default:
		return nil, fmt.Errorf("--tls %q: there are auto, terminate, passthrough and off", string(o.Mode))
	}
	switch o.Upstream {
	case UpstreamAuto, UpstreamOn, UpstreamOff:
	default:
		return nil, fmt.Errorf("--upstream-tls %q: there are auto, on and off", string(o.Upstream))
	}
	t := &TLS{options: o}
	if err := t.load(); err != nil {
		return nil, err
	}
	return t, nil
}

func (t *TLS) load() (err error) {
	o := &t.options
	// Without tickets each connection's secrets stand in the key log, and each shows its certificates.
	t.server = &tls.Config{MinVersion: tls.VersionTLS12, SessionTicketsDisabled: true}
	t.client = &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: true} // verify does it, see there
	if o.Mode == TLSAuto || o.Mode == TLSTerminate {
		switch {
		case o.CertFile != "" || o.KeyFile != "":
			t.given, err = keyPair("--tls-cert", o.CertFile, "--tls-key", o.KeyFile)
		case o.StateDir != "":
			t.authority, err = openAuthority(o.StateDir, time.Now)
		case o.Mode == TLSTerminate:
			err = errors.New("--tls terminate needs a certificate: give --tls-cert and --tls-key, or a state directory for an authority of its own")
		}
		if err != nil {
			return err
		}
	}
	if o.ClientCA != "" {
		t.server.ClientAuth = tls.RequireAndVerifyClientCert
		if t.server.ClientCAs, err = certPool("--tls-client-ca", o.ClientCA); err != nil {
			return err
		}
	}
	if o.UpstreamCA != "" {
		if t.roots, err = certPool("--upstream-ca", o.UpstreamCA); err != nil {
			return err
		}
	}
	if o.UpstreamCert != "" || o.UpstreamKey != "" {
		pair, err := keyPair("--upstream-cert", o.UpstreamCert, "--upstream-key", o.UpstreamKey)
		if err != nil {
			return err
		}
		t.client.Certificates = []tls.Certificate{*pair}
	}
	if o.KeyLog != "" {
		f, err := openKeyLog(o.KeyLog)
		if err != nil {
			return err
		}
		t.keyLog, t.server.KeyLogWriter, t.client.KeyLogWriter = f, f, f
	}
	return nil
}

// Terminates tells whether TLS of clients is read.
func (t *TLS) Terminates() bool { return t.given != nil || t.authority != nil }

// CA is the file that clients which verify must trust (tls.client.trustCertPath); "" when there is no authority.
func (t *TLS) CA() string {
	if t.authority == nil {
		return ""
	}
	return t.authority.file
}

// Close ends the key log; connections must have ended.
func (t *TLS) Close() error {
	if t.keyLog == nil {
		return nil
	}
	return t.keyLog.Close()
}

func keyPair(certFlag, cert, keyFlag, key string) (*tls.Certificate, error) {
	if cert == "" || key == "" {
		return nil, fmt.Errorf("%s and %s go together", certFlag, keyFlag)
	}
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		return nil, fmt.Errorf("%s %s, %s %s: %w (unencrypted PEM is needed)", certFlag, cert, keyFlag, key, err)
	}
	return &pair, nil
}

func certPool(flag, file string) (*x509.CertPool, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", flag, err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(b) {
		return nil, fmt.Errorf("%s %s: there is no certificate in it (PEM is needed; keytool -exportcert -rfc writes it)", flag, file)
	}
	return pool, nil
}

// openKeyLog opens a file for its owner alone: who has it can read the traffic.
func openKeyLog(name string) (*os.File, error) {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("--keylog: %w", err)
	}
	info, err := f.Stat()
	if err == nil && info.Mode().IsRegular() && info.Mode().Perm()&0o077 != 0 {
		err = f.Chmod(0o600)
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("--keylog: %w", err)
	}
	return f, nil
}
