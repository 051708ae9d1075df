package capture

import (
	"encoding/binary"
	"math/bits"
	"net/netip"

	"github.com/mqsniff/mqsniff/capture/tcp"
)

const (
	// maxSegment is the largest payload of a segment, in bytes: the limit of IPv4 with headers that have no options.
	maxSegment = 65535 - 20 - 20

	// windowScale makes the window of every segment 1 GiB (RFC 7323): nobody who reads shall think that it was full.
	windowScale = 14
)

// synOptions are what a SYN negotiates: segments of any size (RFC 9293, section 3.7.1), and the window's scale.
var synOptions = [...]byte{2, 4, maxSegment >> 8, maxSegment & 0xff, 1, 3, 3, windowScale}

// header is what the segments from one end to another have in common: IP and TCP headers with all that does not change.
type header struct {
	bytes [60]byte
	ip    int    // bytes of the IP header
	sum   uint64 // of the pseudo header's addresses (RFC 9293, section 3.1)
}

func newHeader(src, dst netip.AddrPort) *header {
	h := &header{}
	from, to := src.Addr().Unmap(), dst.Addr().Unmap()
	b := h.bytes[:]
	if from.Is4() && to.Is4() {
		h.ip = 20
		a, z := from.As4(), to.As4()
		b[0] = 4<<4 | 5
		b[6] = 0x40 // do not fragment
		b[8] = 64   // time to live
		b[9] = protocolTCP
		copy(b[12:], a[:])
		copy(b[16:], z[:])
		h.sum = sum(b[12:20], 0)
	} else {
		h.ip = 40
		a, z := from.As16(), to.As16()
		b[0] = 6 << 4
		b[6] = protocolTCP
		b[7] = 64 // hop limit
		copy(b[8:], a[:])
		copy(b[24:], z[:])
		h.sum = sum(b[8:40], 0)
	}
	t := b[h.ip:]
	binary.BigEndian.PutUint16(t, src.Port())
	binary.BigEndian.PutUint16(t[2:], dst.Port())
	binary.BigEndian.PutUint16(t[14:], 0xffff) // window
	return h
}

// segment is memory for one packet.
type segment struct{ bytes []byte }

// make builds the packet with the payload and, behind it, missing bytes that are on the wire but not in the recording: for
// the checksum they are zeros. id is that of an IPv4 packet. It returns where the payload begins.
func (s *segment) make(h *header, flags uint8, seq, ack uint32, id uint16, payload []byte, missing int) (at int) {
	at = h.ip + 20
	s.bytes = append(s.bytes[:0], h.bytes[:at]...)
	if flags&tcp.SYN != 0 {
		s.bytes = append(s.bytes, synOptions[:]...)
		at += len(synOptions)
	}
	s.bytes = append(s.bytes, payload...)
	b := s.bytes
	length := len(b) - h.ip + missing // of the TCP segment
	if h.ip == 20 {
		binary.BigEndian.PutUint16(b[2:], uint16(20+length))
		binary.BigEndian.PutUint16(b[4:], id)
		binary.BigEndian.PutUint16(b[10:], checksum(sum(b[:20], 0)))
	} else {
		binary.BigEndian.PutUint16(b[4:], uint16(length))
	}
	t := b[h.ip:]
	binary.BigEndian.PutUint32(t[4:], seq)
	binary.BigEndian.PutUint32(t[8:], ack)
	t[12] = byte(at-h.ip) / 4 << 4
	t[13] = flags
	binary.BigEndian.PutUint16(t[16:], checksum(sum(t, h.sum+swapped(protocolTCP)+swapped(uint16(length)))))
	return at
}

// sum adds b, as 16-bit words whose bytes are swapped, to s in ones' complement (RFC 1071, sections 1 and 2). An odd last
// byte counts as if a zero followed.
func sum(b []byte, s uint64) uint64 {
	var carry uint64
	for len(b) >= 32 {
		s, carry = bits.Add64(s, binary.LittleEndian.Uint64(b), 0)
		s, carry = bits.Add64(s, binary.LittleEndian.Uint64(b[8:]), carry)
		s, carry = bits.Add64(s, binary.LittleEndian.Uint64(b[16:]), carry)
		s, carry = bits.Add64(s, binary.LittleEndian.Uint64(b[24:]), carry)
		s, carry = bits.Add64(s, 0, carry)
		s += carry
		b = b[32:]
	}
	for len(b) > 0 {
		var word [8]byte
		b = b[copy(word[:], b):]
		s, carry = bits.Add64(s, binary.LittleEndian.Uint64(word[:]), 0)
		s += carry
	}
	return fold(s)
}

// fold makes 16 bits of a sum, so that more can be added without a carry.
func fold(s uint64) uint64 {
	for s > 0xffff {
		s = s>>16 + s&0xffff
	}
	return s
}

func swapped(v uint16) uint64 { return uint64(bits.ReverseBytes16(v)) }

// checksum is what a header has for a sum.
func checksum(s uint64) uint16 { return ^bits.ReverseBytes16(uint16(fold(s))) }
