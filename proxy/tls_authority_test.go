package proxy

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

func writePEM(t *testing.T, name, kind string, der []byte) {
	t.Helper()
	if err := os.WriteFile(name, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
}

// The authority stays the same over restarts; its key is for its owner alone and is not in the file for clients.
func TestAuthorityFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "state")
	first, err := openAuthority(dir, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	os.Remove(first.file) // comes back
	second, err := openAuthority(dir, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if !first.cert.Equal(second.cert) {
		t.Error("another authority after the restart")
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*"))
	if len(files) != 2 {
		t.Errorf("files: %q", files)
	}
	for _, f := range files {
		info, _ := os.Stat(f)
		if runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", f, info.Mode())
		}
	}
	public, _ := os.ReadFile(second.file)
	if bytes.Contains(public, []byte("PRIVATE")) {
		t.Error("the key is in the file for clients")
	}
	c := second.cert
	if years := c.NotAfter.Sub(c.NotBefore).Hours() / 24 / 365; !c.IsCA || !c.MaxPathLenZero || years < 10 || years > 10.1 || len(c.SubjectKeyId) == 0 {
		t.Errorf("CA %v, path %d, %.2f years, SKI %x", c.IsCA, c.MaxPathLen, years, c.SubjectKeyId)
	}
}

// Processes that start at the same time have the same authority.
func TestAuthorityRace(t *testing.T) {
	dir := t.TempDir()
	all := make([]*authority, 8)
	var group sync.WaitGroup
	for i := range all {
		group.Go(func() { all[i], _ = openAuthority(dir, time.Now) })
	}
	group.Wait()
	for _, a := range all {
		if a == nil || !a.cert.Equal(all[0].cert) {
			t.Fatal("they differ")
		}
	}
}

func TestAuthorityErrors(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(file string) error
		now   time.Time
		want  string
	}{
		"open to others": {spoil: func(f string) error { return os.Chmod(f, 0o644) }, want: "can be read by others: chmod 600"},
		"garbage":        {spoil: func(f string) error { return os.WriteFile(f, []byte("x"), 0o600) }, want: "delete it to get a new one"},
		"expired":        {now: time.Now().AddDate(11, 0, 0), want: "its certificate expired on 20"},
		"no authority": {spoil: func(f string) error {
			a, _ := openAuthority(filepath.Dir(f), time.Now)
			leaf, _ := a.leaf(leafNames{target: "x"})
			secret, _ := x509.MarshalPKCS8PrivateKey(leaf.PrivateKey)
			b := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})
			return os.WriteFile(f, append(b, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: leaf.Certificate[0]})...), 0o600)
		}, want: "is no authority's"},
	} {
		t.Run(name, func(t *testing.T) {
			if name == "open to others" && runtime.GOOS == "windows" {
				t.Skip("Windows has no such modes")
			}
			dir := t.TempDir()
			if _, err := openAuthority(dir, time.Now); err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(dir, authorityFile)
			if c.spoil != nil {
				if err := c.spoil(file); err != nil {
					t.Fatal(err)
				}
			}
			now := time.Now
			if !c.now.IsZero() {
				now = func() time.Time { return c.now }
			}
			if _, err := openAuthority(dir, now); err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), file) {
				t.Errorf("%v", err)
			}
		})
	}
}

// A leaf chains to the authority, is for all its names, and lives as long as it should.
func TestLeaf(t *testing.T) {
	a := newIssuer(t)
	here := netip.MustParseAddr("::ffff:127.0.0.1")
	for _, c := range []struct {
		names leafNames
		good  []string
		sans  int
	}{
		{leafNames{"broker.example", "10.0.0.1", here}, []string{"broker.example", "10.0.0.1", "127.0.0.1"}, 3},
		{leafNames{"", "broker_a", here}, []string{"127.0.0.1"}, 2},
		{leafNames{"same", "same", here}, []string{"same"}, 2},
		{leafNames{"", "127.0.0.1", here}, []string{"127.0.0.1"}, 1},
		{leafNames{"", "fe80::1%eth0", netip.Addr{}}, []string{"fe80::1"}, 1},
		{leafNames{strings.Repeat("x", 254), strings.Repeat("long.", 20) + "example", here}, []string{"127.0.0.1"}, 2},
		{leafNames{"*.example", "a b", here}, []string{"127.0.0.1"}, 1},
		{leafNames{"a..b", "-", here}, []string{"127.0.0.1"}, 1},
		{leafNames{"", "", netip.Addr{}}, nil, 0},
	} {
		cert, err := a.leaf(c.names)
		if err != nil {
			t.Errorf("%+v: %v", c.names, err)
			continue
		}
		leaf := cert.Leaf
		if len(leaf.DNSNames)+len(leaf.IPAddresses) != c.sans {
			t.Errorf("%+v: %q %v", c.names, leaf.DNSNames, leaf.IPAddresses)
		}
		for _, name := range c.good {
			if _, err := leaf.Verify(x509.VerifyOptions{Roots: a.pool(), DNSName: name}); err != nil {
				t.Errorf("%+v: %v", c.names, err)
			}
		}
		if life := leaf.NotAfter.Sub(leaf.NotBefore); life > 199*24*time.Hour || time.Until(leaf.NotBefore) > -47*time.Hour {
			t.Errorf("from %v to %v", leaf.NotBefore, leaf.NotAfter)
		}
		if !bytes.Equal(leaf.AuthorityKeyId, a.cert.SubjectKeyId) {
			t.Errorf("AKI %x, SKI %x", leaf.AuthorityKeyId, a.cert.SubjectKeyId)
		}
	}
}

// Leaves are kept, the ones used last, and renewed in time.
func TestLeafCache(t *testing.T) {
	a := newIssuer(t)
	now := time.Now()
	a.now = func() time.Time { return now }
	get := func(i int) []byte {
		c, err := a.leaf(leafNames{sni: fmt.Sprintf("host-%d", i)})
		if err != nil {
			t.Fatal(err)
		}
		return c.Certificate[0]
	}
	first, second := get(0), get(1)
	for i := range maxLeaves - 1 {
		get(i + 2)
		if i%100 == 0 {
			get(0)
		}
	}
	if n := a.leaves.order.Len(); n != maxLeaves || len(a.leaves.byName) != maxLeaves {
		t.Errorf("%d and %d leaves are kept", n, len(a.leaves.byName))
	}
	if !bytes.Equal(get(0), first) {
		t.Error("one in use was dropped")
	}
	if bytes.Equal(get(1), second) {
		t.Error("one not used was kept")
	}
	now = now.Add(196 * 24 * time.Hour)
	if bytes.Equal(get(0), first) {
		t.Error("it was not renewed")
	}
}
