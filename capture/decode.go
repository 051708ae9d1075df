package capture

import (
	"encoding/binary"

	"github.com/mqsniff/mqsniff/capture/pcapfile"
	"github.com/mqsniff/mqsniff/capture/tcp"
)

// verdict says what a packet is.
type verdict uint8

const (
	isTCP verdict = iota
	isOther
	isFragment    // of TCP: it is counted, not put together
	isMalformed   // headers that are cut or contradict themselves
	isUnknownLink // nothing is known of the packet
)

// Protocol numbers (IANA); the second group are IPv6 extension headers (RFC 8200, RFC 4302).
const (
	protocolTCP = 6

	protocolHopByHop    = 0
	protocolRouting     = 43
	protocolFragment    = 44
	protocolAH          = 51
	protocolDestination = 60
)

// decode makes a segment of a packet. Of g it leaves Source alone.
func decode(p *pcapfile.Packet, g *tcp.Segment) verdict {
	at, found, known := network(p.Link, p.Data)
	switch {
	case !known:
		return isUnknownLink
	case !found:
		return isOther
	case len(p.Data) < at+20:
		return isMalformed
	}
	q := p.Data[at:]
	missing := p.Original - len(p.Data) // bytes that the snap length cut off
	var header, wire int                // bytes: of all IP headers, and of the IP packet when it was sent
	var v verdict
	switch q[0] >> 4 {
	case 4:
		header, wire, v = ipv4(q)
	case 6:
		header, wire, v = ipv6(q)
	default:
		return isMalformed
	}
	if v != isTCP {
		return v
	}
	if wire == 0 { // segmentation offload: the length was not known when the packet was captured
		wire = len(q) + missing
	}
	end := min(wire, len(q)) // what follows is padding
	if end < header+20 {
		return isMalformed
	}
	t := q[header:end]
	offset := int(t[12]>>4) * 4
	if offset < 20 {
		return isMalformed
	}
	sent := end - header + min(wire-end, missing) - offset
	g.Payload = nil
	if offset < len(t) {
		g.Payload = t[offset:len(t):len(t)]
	}
	g.Lost = max(0, sent-len(g.Payload))
	source, destination := binary.BigEndian.Uint16(t), binary.BigEndian.Uint16(t[2:])
	if q[0]>>4 == 4 {
		g.Src = tcp.End4([4]byte(q[12:16]), source)
		g.Dst = tcp.End4([4]byte(q[16:20]), destination)
	} else {
		g.Src = tcp.End6((*[16]byte)(q[8:24]), source)
		g.Dst = tcp.End6((*[16]byte)(q[24:40]), destination)
	}
	g.Seq = binary.BigEndian.Uint32(t[4:])
	g.Ack = binary.BigEndian.Uint32(t[8:])
	g.Flags = t[13]
	g.Time = p.Time
	g.Offset = p.Offset + int64(at+header+offset)
	g.Record = p.Record
	g.RecordLen = p.RecordLen
	return isTCP
}

// ipv4 reads the header at q, which has at least 20 bytes.
func ipv4(q []byte) (header, wire int, v verdict) {
	header = int(q[0]&15) * 4
	switch {
	case q[9] != protocolTCP:
		return 0, 0, isOther
	case header < 20:
		return 0, 0, isMalformed
	case binary.BigEndian.Uint16(q[6:])&0x3fff != 0: // more fragments, or an offset
		return 0, 0, isFragment
	}
	return header, int(binary.BigEndian.Uint16(q[2:])), isTCP
}

// ipv6 reads the header and the extension headers at q.
func ipv6(q []byte) (header, wire int, v verdict) {
	if len(q) < 40 {
		return 0, 0, isMalformed
	}
	if n := int(binary.BigEndian.Uint16(q[4:])); n != 0 {
		wire = 40 + n
	}
	next := q[6]
	for header = 40; next != protocolTCP; {
		var n int
		switch next {
		case protocolHopByHop, protocolRouting, protocolDestination, protocolFragment, protocolAH:
		default:
			return 0, 0, isOther
		}
		if len(q) < header+8 {
			return 0, 0, isMalformed
		}
		switch next {
		case protocolFragment:
			if binary.BigEndian.Uint16(q[header+2:])&0xfff9 != 0 {
				return 0, 0, isFragment
			}
			n = 8
		case protocolAH:
			n = (int(q[header+1]) + 2) * 4
		default:
			n = (int(q[header+1]) + 1) * 8
		}
		next = q[header]
		header += n
	}
	return header, wire, isTCP
}
