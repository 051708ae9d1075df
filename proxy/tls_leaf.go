package proxy

import (
	"container/list"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"net"
	"net/netip"
	"regexp"
	"slices"
	"sync"
)

// maxLeaves is how many certificates are kept; clients choose names as they like.
const maxLeaves = 256

// leafNames are what a leaf is for: whatever the client verifies, it is one of them.
type leafNames struct {
	sni      string // host name that the client sent; "": none
	target   string // host that it wants to reach: a name or an address
	listener netip.Addr
}

// leaves are the certificates issued last, all for one key.
type leaves struct {
	key    *ecdsa.PrivateKey
	mu     sync.Mutex
	byName map[leafNames]*list.Element
	order  list.List // of *leaf, the one used last in front
}

type leaf struct {
	names leafNames
	cert  *tls.Certificate
}

// leaf returns a certificate for names, issued now or before.
func (a *authority) leaf(n leafNames) (*tls.Certificate, error) {
	if !hostName(n.sni) {
		n.sni = ""
	}
	l := &a.leaves
	l.mu.Lock()
	defer l.mu.Unlock()
	if e, ok := l.byName[n]; ok {
		if known := e.Value.(*leaf).cert; a.now().Add(backDate).Before(known.Leaf.NotAfter) {
			l.order.MoveToFront(e)
			return known, nil
		}
		l.remove(e)
	}
	cert, err := a.issue(n)
	if err != nil {
		return nil, err
	}
	if l.byName == nil {
		l.byName = map[leafNames]*list.Element{}
	}
	l.byName[n] = l.order.PushFront(&leaf{n, cert})
	if l.order.Len() > maxLeaves {
		l.remove(l.order.Back())
	}
	return cert, nil
}

func (l *leaves) remove(e *list.Element) {
	delete(l.byName, e.Value.(*leaf).names)
	l.order.Remove(e)
}

func (a *authority) issue(n leafNames) (*tls.Certificate, error) {
	serial, err := serialNumber()
	if err != nil {
		return nil, err
	}
	begin := a.now().Add(-backDate)
	end := begin.Add(leafLife)
	if end.After(a.cert.NotAfter) {
		end = a.cert.NotAfter
	}
	template := &x509.Certificate{
		SerialNumber:          serial,
		Subject:               pkix.Name{Organization: []string{"mqsniff"}},
		NotBefore:             begin,
		NotAfter:              end,
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
	}
	for _, host := range []string{n.sni, n.target, n.listener.Unmap().WithZone("").String()} {
		if ip, err := netip.ParseAddr(host); err == nil {
			address := net.IP(ip.Unmap().WithZone("").AsSlice())
			if !slices.ContainsFunc(template.IPAddresses, address.Equal) {
				template.IPAddresses = append(template.IPAddresses, address)
			}
		} else if hostName(host) && !slices.Contains(template.DNSNames, host) {
			template.DNSNames = append(template.DNSNames, host)
		}
	}
	if len(n.target) <= 64 { // ub-common-name (RFC 5280, appendix A.1)
		template.Subject.CommonName = n.target
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, &a.leaves.key.PublicKey, a.key)
	if err != nil {
		return nil, err
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	return &tls.Certificate{Certificate: [][]byte{der, a.cert.Raw}, PrivateKey: a.leaves.key, Leaf: parsed}, nil
}

var hostPattern = regexp.MustCompile(`^[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*$`)

// hostName tells whether text from a client can stand in a certificate as a host's name (RFC 1123, and underscores, which
// container networks have).
func hostName(s string) bool {
	if len(s) == 0 || len(s) > 253 || !hostPattern.MatchString(s) {
		return false
	}
	_, err := netip.ParseAddr(s)
	return err != nil
}
