package proxy

import (
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"path/filepath"
	"testing"
	"time"
)

// issuer is an authority for tests, apart from the proxy's.
type issuer struct{ *authority }

func newIssuer(t *testing.T) issuer {
	t.Helper()
	a, err := openAuthority(t.TempDir(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return issuer{a}
}

// server is a certificate for a host.
func (i issuer) server(t *testing.T, host string) tls.Certificate {
	t.Helper()
	c, err := i.leaf(leafNames{target: host})
	if err != nil {
		t.Fatal(err)
	}
	return *c
}

// client is a certificate that servers take.
func (i issuer) client(t *testing.T) tls.Certificate {
	c := i.server(t, "client")
	template := *c.Leaf
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	der, err := x509.CreateCertificate(rand.Reader, &template, i.cert, &i.leaves.key.PublicKey, i.key)
	if err != nil {
		t.Error(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: c.PrivateKey}
}

func (i issuer) pool() *x509.CertPool {
	p := x509.NewCertPool()
	p.AddCert(i.cert)
	return p
}

// files writes a certificate and its key.
func (i issuer) files(t *testing.T, host string) (cert, key string) {
	t.Helper()
	dir := t.TempDir()
	c := i.server(t, host)
	secret, err := x509.MarshalPKCS8PrivateKey(c.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	writePEM(t, cert, "CERTIFICATE", c.Certificate[0])
	writePEM(t, key, "PRIVATE KEY", secret)
	return cert, key
}

// tlsWatcher is an Observer that also remembers whether the connection was terminated.
type tlsWatcher struct {
	watcher
	encrypted bool
	there     chan bool // not nil: closed when the connection is open
}

func (w *tlsWatcher) Open(c *Conn, t int64) {
	w.watcher.Open(c, t)
	w.encrypted = c.TLS
	if w.there != nil {
		close(w.there)
	}
}
