package tcp

import (
	"encoding/binary"
	"net/netip"
)

// Flags of a TCP header (RFC 9293, section 3.1).
const (
	FIN = 1 << iota
	SYN
	RST
	PSH
	ACK
)

// Segment is one captured TCP segment.
type Segment struct {
	Src, Dst End
	Seq, Ack uint32
	Flags    uint8
	Payload  []byte // what was captured of it; borrowed for the call
	Lost     int    // bytes that the segment has behind Payload, but the capture has not (snap length)

	Time      int64  // ns since 1970
	Offset    int64  // of Payload[0] in the file; -1: the bytes cannot be read again
	Record    int64  // where the packet's record begins
	RecordLen uint32 // bytes
	Source    uint16 // number of the file
}

// End is an address and a port, made to be compared and hashed quickly.
type End struct {
	hi, lo uint64
	port   uint64 // with the IP version above it
}

// End4 makes an End of an IPv4 address in network order.
func End4(addr [4]byte, port uint16) End {
	return End{lo: uint64(binary.BigEndian.Uint32(addr[:])), port: 4<<16 | uint64(port)}
}

// End6 makes an End of an IPv6 address in network order.
func End6(addr *[16]byte, port uint16) End {
	return End{hi: binary.BigEndian.Uint64(addr[:8]), lo: binary.BigEndian.Uint64(addr[8:]), port: 6<<16 | uint64(port)}
}

// EndOf is the inverse of AddrPort.
func EndOf(a netip.AddrPort) End {
	if a.Addr().Is4() {
		return End4(a.Addr().As4(), a.Port())
	}
	b := a.Addr().As16()
	return End6(&b, a.Port())
}

// AddrPort is e in the form of the standard library.
func (e End) AddrPort() netip.AddrPort {
	if e.port>>16 == 4 {
		var b [4]byte
		binary.BigEndian.PutUint32(b[:], uint32(e.lo))
		return netip.AddrPortFrom(netip.AddrFrom4(b), uint16(e.port))
	}
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], e.hi)
	binary.BigEndian.PutUint64(b[8:], e.lo)
	return netip.AddrPortFrom(netip.AddrFrom16(b), uint16(e.port))
}

func (e *End) less(o *End) bool {
	if e.hi != o.hi {
		return e.hi < o.hi
	}
	if e.lo != o.lo {
		return e.lo < o.lo
	}
	return e.port < o.port
}

// key names a connection: its ends, the lesser first.
type key [2]End

// keyOf is the key of g's connection; from is the index of its sender there.
func keyOf(g *Segment) (k key, from int) {
	if g.Dst.less(&g.Src) {
		return key{g.Dst, g.Src}, 1
	}
	return key{g.Src, g.Dst}, 0
}
