package main

import (
	"encoding/binary"
	"math/rand/v2"
)

// Directions of a connection, indexes into its arrays.
const (
	toServer = 0
	toClient = 1
)

// TCP flags (RFC 9293 section 3.1).
const (
	fin = 1 << iota
	syn
	rst
	psh
	ack
)

// Largest payload of a segment with the timestamp option: on Ethernet, and on loopback, whose MTU is 65536 but whose
// IPv4 packets end at 65535.
const (
	ethernetPayload = 1448
	loopbackPayload = 65483
)

// conn is one TCP connection as seen from a place where packets appear in the order in which both ends see them.
type conn struct {
	ip    [2][4]byte // of the sender, by direction
	port  [2]uint16
	next  [2]uint32 // sequence number of the next byte
	ipID  [2]uint16
	epoch [2]uint32 // where each end's timestamp clock begins
	mss   int
	open  bool
	life  uint32 // grows with every closing
	again [2]resend
}

// resend is a segment that will be sent a second time before the next one.
type resend struct {
	seq  uint32
	data []byte // empty: nothing
}

// network turns writes of the two ends into packets.
type network struct {
	file   *capture
	truth  *truth
	rng    *rand.Rand
	faults float64
	clock  int64 // µs since 1970; grows with every packet
	head   []byte
	spans  []span
}

type span struct{ from, to int }

// handshake opens c: SYN, SYN+ACK, ACK.
func (n *network) handshake(c *conn) {
	c.open = true
	c.again = [2]resend{{data: c.again[0].data[:0]}, {data: c.again[1].data[:0]}}
	for dir := range 2 {
		c.next[dir] = n.rng.Uint32()
		c.ipID[dir] = uint16(n.rng.Uint32())
		c.epoch[dir] = n.rng.Uint32()
	}
	n.truth.Connections++
	n.control(c, toServer, syn, 0)
	n.control(c, toClient, syn|ack, 30)
	n.control(c, toServer, ack, 30)
}

// close ends c from the client's side, with FINs or with a reset.
func (n *network) close(c *conn, reset bool) {
	if reset {
		n.control(c, toServer, rst|ack, 5)
	} else {
		n.control(c, toServer, fin|ack, 5)
		n.control(c, toClient, fin|ack, 120)
		n.control(c, toServer, ack, 20)
	}
	c.open = false
	c.life++
}

// control sends a segment without data, wait µs after the packet before it.
func (n *network) control(c *conn, dir int, flags byte, wait int64) {
	n.clock += wait
	n.packet(c, dir, flags, c.next[dir], nil)
	if flags&(syn|fin) != 0 {
		c.next[dir]++
	}
}

// send sends b, which was written in parts: parts are the ends of them. Joined parts travel as one stream of full
// segments, others begin a segment each, as with TCP_NODELAY.
func (n *network) send(c *conn, dir int, b []byte, parts []int, joined bool) {
	if r := &c.again[dir]; len(r.data) > 0 {
		n.packet(c, dir, psh|ack, r.seq, r.data)
		r.data = r.data[:0]
		n.truth.Retransmissions++
		n.clock += 3
	}
	n.spans = n.spans[:0]
	from := 0
	for i, end := range parts {
		if joined && i < len(parts)-1 {
			continue
		}
		for from < end {
			to := min(end, from+c.mss)
			n.spans = append(n.spans, span{from, to})
			from = to
		}
	}
	for i := 0; i+1 < len(n.spans); i++ {
		if n.rng.Float64() < n.faults {
			n.spans[i], n.spans[i+1] = n.spans[i+1], n.spans[i]
			n.truth.Reorderings++
			i++
		}
	}
	for i, s := range n.spans {
		if i > 0 {
			n.clock += 2 + int64(n.rng.Uint32N(8))
		}
		flags := byte(ack)
		if s.to == len(b) || !joined {
			flags |= psh
		}
		seq := c.next[dir] + uint32(s.from)
		n.packet(c, dir, flags, seq, b[s.from:s.to])
		if n.rng.Float64() < n.faults {
			if n.rng.Uint32N(4) == 0 { // only the second half of the segment comes again
				s.from += (s.to - s.from) / 2
				seq = c.next[dir] + uint32(s.from)
			}
			c.again[dir] = resend{seq, append(c.again[dir].data[:0], b[s.from:s.to]...)}
		}
	}
	c.next[dir] += uint32(len(b))
	if n.rng.Uint32N(100) < 35 {
		n.control(c, 1-dir, ack, 15+int64(n.rng.Uint32N(40)))
		n.truth.PureAcks++
	}
}

// packet writes an Ethernet frame with an IPv4 packet with a TCP segment. The IP checksum is right; the TCP checksum is
// zero, as captures have it where the network card computes it.
func (n *network) packet(c *conn, dir int, flags byte, seq uint32, payload []byte) {
	n.clock++
	be := binary.BigEndian
	options := 12
	if flags&syn != 0 {
		options = 20
	}
	total := 20 + 20 + options + len(payload)
	b := n.head[:0]
	b = append(b, 2, 0)
	b = append(b, c.ip[1-dir][:]...)
	b = append(b, 2, 0)
	b = append(b, c.ip[dir][:]...)
	b = be.AppendUint16(b, 0x0800)

	b = append(b, 0x45, 0)
	b = be.AppendUint16(b, uint16(total))
	b = be.AppendUint16(b, c.ipID[dir])
	c.ipID[dir]++
	b = append(b, 0x40, 0, 64, 6, 0, 0) // don't fragment; 64 hops; TCP
	b = append(b, c.ip[dir][:]...)
	b = append(b, c.ip[1-dir][:]...)
	be.PutUint16(b[24:], checksum(b[14:34]))

	b = be.AppendUint16(b, c.port[dir])
	b = be.AppendUint16(b, c.port[1-dir])
	b = be.AppendUint32(b, seq)
	if flags&ack != 0 {
		b = be.AppendUint32(b, c.next[1-dir])
	} else {
		b = be.AppendUint32(b, 0)
	}
	b = append(b, byte(20+options)/4<<4, flags)
	b = be.AppendUint16(b, 512) // window
	b = append(b, 0, 0, 0, 0)
	mine := c.epoch[dir] + uint32(n.clock/1000)
	echo := uint32(0)
	if flags&ack != 0 {
		echo = c.epoch[1-dir] + uint32(n.clock/1000)
	}
	if flags&syn != 0 { // MSS, SACK permitted, timestamps, window scale
		b = append(b, 2, 4)
		b = be.AppendUint16(b, uint16(c.mss+12))
		b = append(b, 4, 2, 8, 10)
		b = be.AppendUint32(b, mine)
		b = be.AppendUint32(b, echo)
		b = append(b, 1, 3, 3, 7)
	} else {
		b = append(b, 1, 1, 8, 10)
		b = be.AppendUint32(b, mine)
		b = be.AppendUint32(b, echo)
	}
	n.head = b
	n.file.packet(n.clock, b, payload)
	n.truth.Packets++
}

// checksum of an IPv4 header (RFC 791) whose checksum field is zero.
func checksum(b []byte) uint16 {
	sum := uint32(0)
	for ; len(b) >= 2; b = b[2:] {
		sum += uint32(b[0])<<8 | uint32(b[1])
	}
	sum = sum&0xFFFF + sum>>16
	return ^uint16(sum + sum>>16)
}
