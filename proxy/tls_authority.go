package proxy

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"os"
	"path/filepath"
	"runtime"
	"time"
)

// The authority's files in its directory, both of mode 0600: the first holds its key and certificate and stays here, the
// second the certificate alone, for clients.
const (
	authorityFile   = "ca-key.pem"
	certificateFile = "ca.pem"
)

// How long certificates are good for. Some verifiers refuse leaves of 200 days and more (CA/Browser Forum, ballot SC-081v3);
// clocks are allowed to differ by backDate.
const (
	authorityYears = 10
	leafLife       = 199 * 24 * time.Hour // from its back-dated beginning
	backDate       = 2 * 24 * time.Hour
)

// authority issues certificates for destinations.
type authority struct {
	file string // the certificate, for clients
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	now  func() time.Time

	leaves leaves
}

// openAuthority reads the authority in a directory, and makes it if there is none.
func openAuthority(dir string, now func() time.Time) (*authority, error) {
	dir, err := filepath.Abs(dir) // people get to see the name
	if err != nil {
		return nil, fmt.Errorf("authority for TLS: %w", err)
	}
	name := filepath.Join(dir, authorityFile)
	b, err := readSecret(name)
	if errors.Is(err, fs.ErrNotExist) {
		if err = makeAuthority(dir, now()); err == nil {
			b, err = readSecret(name)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("authority for TLS: %w", err)
	}
	a := &authority{file: filepath.Join(dir, certificateFile), now: now}
	if err := a.parse(b); err != nil {
		return nil, fmt.Errorf("authority for TLS: %s: %w: delete it to get a new one, and give that to clients", name, err)
	}
	if a.leaves.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		return nil, err
	}
	public := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw})
	if old, err := os.ReadFile(a.file); err != nil || !bytes.Equal(old, public) {
		if err := writeSecret(a.file, public, os.Rename); err != nil {
			return nil, fmt.Errorf("authority for TLS: %w", err)
		}
	}
	return a, nil
}

// readSecret reads a file that nobody else may read.
func readSecret(name string) ([]byte, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("%s can be read by others: chmod 600 it if nobody did, or delete it to get a new one", name)
	}
	return os.ReadFile(name)
}

func (a *authority) parse(b []byte) error {
	pair, err := tls.X509KeyPair(b, b)
	if err != nil {
		return err
	}
	key, ok := pair.PrivateKey.(*ecdsa.PrivateKey)
	switch {
	case !ok:
		return errors.New("its key is not ECDSA")
	case !pair.Leaf.IsCA:
		return errors.New("its certificate is no authority's")
	case !a.now().Before(pair.Leaf.NotAfter):
		return fmt.Errorf("its certificate expired on %s", pair.Leaf.NotAfter.Format(time.DateOnly))
	}
	a.cert, a.key = pair.Leaf, key
	return nil
}

// makeAuthority writes a new authority, unless another process was faster.
func makeAuthority(dir string, now time.Time) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	serial, err := serialNumber()
	if err != nil {
		return err
	}
	template := &x509.Certificate{
		SerialNumber: serial,
		// A name of its own for each: trust stores find issuers by name.
		Subject:               pkix.Name{Organization: []string{"mqsniff"}, CommonName: fmt.Sprintf("mqsniff proxy %s %.8x", now.Format(time.DateOnly), serial)},
		NotBefore:             now.Add(-backDate),
		NotAfter:              now.AddDate(authorityYears, 0, 0),
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		IsCA:                  true,
		BasicConstraintsValid: true,
		MaxPathLenZero:        true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return err
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	b := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})
	b = append(b, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return writeSecret(filepath.Join(dir, authorityFile), b, func(from, to string) error {
		err := os.Link(from, to) // it never replaces
		if errors.Is(err, fs.ErrExist) {
			return nil
		}
		if err != nil { // a file system without links
			return os.Rename(from, to)
		}
		return nil
	})
}

// writeSecret writes a file of mode 0600 that is whole as soon as it is there.
func writeSecret(name string, b []byte, place func(from, to string) error) error {
	f, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".*") // 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	return place(f.Name(), name)
}

// serialNumber is random and positive, of at most 20 bytes (RFC 5280, section 4.1.2.2).
func serialNumber() (*big.Int, error) {
	return rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
}
