package session

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"strings"
)

// PROXY protocol signatures (HAProxy's proxy-protocol.txt), and the longest headers.
const (
	proxyV1     = "PROXY "
	proxyV2     = "\r\n\r\n\x00\r\nQUIT\n"
	proxyV2Head = 16 // signature, version and command, family, int16 length
	maxProxyV1  = 107
	maxProxyV2  = 4 << 10 // none is that long: addresses and a few TLVs
)

// sniffProxyHeader knows the header that a load balancer puts in front of what its client sends.
func sniffProxyHeader(b []byte, final bool) sighting {
	switch match(b, proxyV1) {
	case found:
		line, _, ok := bytes.Cut(b[:min(len(b), maxProxyV1)], []byte("\r\n"))
		if ok {
			n := len(line) + 2
			return sighting{kind: ProxyHeader, n: n, from: n, note: proxyV1Note(string(line))}
		}
		return sighting{wait: !final && len(b) < maxProxyV1}
	case undecided:
		return sighting{wait: !final}
	}
	switch match(b, proxyV2) {
	case found:
		if len(b) < proxyV2Head {
			return sighting{wait: !final}
		}
		n := proxyV2Head + int(binary.BigEndian.Uint16(b[proxyV2Head-2:]))
		switch {
		case n > maxProxyV2:
		case len(b) >= n:
			return sighting{kind: ProxyHeader, n: n, from: n, note: proxyV2Note(b[:n])}
		default:
			return sighting{wait: !final}
		}
	case undecided:
		return sighting{wait: !final}
	}
	return sighting{}
}

// proxyV1Note puts "PROXY TCP4 source destination port port" in words.
func proxyV1Note(line string) string {
	f := strings.Fields(line)
	if len(f) != 6 {
		return "PROXY v1: no addresses (" + strings.TrimPrefix(line, proxyV1) + ")"
	}
	return "PROXY v1: " + f[1] + " from " + hostPort(f[2], f[4]) + " to " + hostPort(f[3], f[5])
}

func hostPort(host, port string) string {
	if strings.Contains(host, ":") {
		return "[" + host + "]:" + port
	}
	return host + ":" + port
}

// Facts of version 2: the command PROXY (the other is LOCAL: the balancer speaks for itself), families, a TLV.
const (
	proxyCommand   = 0x21
	proxyTCP4      = 0x11
	proxyTCP6      = 0x21
	proxyUnix      = 0x31
	proxyAuthority = 0x02
)

// proxyV2Note puts a whole header in words.
func proxyV2Note(b []byte) string {
	if b[12] != proxyCommand {
		return "PROXY v2: no addresses, the load balancer speaks for itself"
	}
	rest := b[proxyV2Head:]
	note, addresses := "PROXY v2: no addresses", 0
	switch family := b[13]; {
	case family == proxyTCP4 && len(rest) >= 12:
		note, addresses = "PROXY v2: TCP4"+fromTo(rest, 4), 12
	case family == proxyTCP6 && len(rest) >= 36:
		note, addresses = "PROXY v2: TCP6"+fromTo(rest, 16), 36
	case family == proxyUnix && len(rest) >= 216:
		note, addresses = "PROXY v2: Unix socket", 216
	}
	for tlv := rest[addresses:]; len(tlv) >= 3; {
		n := min(int(binary.BigEndian.Uint16(tlv[1:])), len(tlv)-3)
		if tlv[0] == proxyAuthority {
			note += ", server name " + string(tlv[3:3+n])
		}
		tlv = tlv[3+n:]
	}
	return note
}

// fromTo reads two addresses of n bytes each, and their ports.
func fromTo(b []byte, n int) string {
	source, _ := netip.AddrFromSlice(b[:n])
	destination, _ := netip.AddrFromSlice(b[n : 2*n])
	return " from " + netip.AddrPortFrom(source, binary.BigEndian.Uint16(b[2*n:])).String() +
		" to " + netip.AddrPortFrom(destination, binary.BigEndian.Uint16(b[2*n+2:])).String()
}
