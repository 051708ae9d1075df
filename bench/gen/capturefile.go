package main

import (
	"bufio"
	"encoding/binary"
)

const (
	linkEthernet = 1
	snapLen      = 262144
)

// capture writes packets into a pcap file (draft-ietf-opsawg-pcap) or a pcapng file (draft-ietf-opsawg-pcapng), both in
// little endian with microseconds.
type capture struct {
	w       *bufio.Writer
	ng      bool
	bytes   int64
	packets int64
	err     error // the first
	head    [28]byte
}

func newCapture(w *bufio.Writer, ng bool) *capture {
	c := &capture{w: w, ng: ng}
	le := binary.LittleEndian
	var b []byte
	if ng {
		b = le.AppendUint32(b, 0x0A0D0D0A) // section header block
		b = le.AppendUint32(b, 28)
		b = le.AppendUint32(b, 0x1A2B3C4D)
		b = le.AppendUint16(b, 1)
		b = le.AppendUint16(b, 0)
		b = le.AppendUint64(b, ^uint64(0)) // section length: not stated
		b = le.AppendUint32(b, 28)
		b = le.AppendUint32(b, 1) // interface description block; without if_tsresol times are microseconds
		b = le.AppendUint32(b, 20)
		b = le.AppendUint16(b, linkEthernet)
		b = le.AppendUint16(b, 0)
		b = le.AppendUint32(b, snapLen)
		b = le.AppendUint32(b, 20)
	} else {
		b = le.AppendUint32(b, 0xA1B2C3D4)
		b = le.AppendUint16(b, 2)
		b = le.AppendUint16(b, 4)
		b = le.AppendUint64(b, 0)
		b = le.AppendUint32(b, snapLen)
		b = le.AppendUint32(b, linkEthernet)
	}
	c.put(b)
	return c
}

func (c *capture) put(b []byte) {
	if c.err != nil {
		return
	}
	_, c.err = c.w.Write(b)
	c.bytes += int64(len(b))
}

// packet writes one packet, given in two parts. t is in µs since 1970.
func (c *capture) packet(t int64, headers, payload []byte) {
	le := binary.LittleEndian
	n := uint32(len(headers) + len(payload))
	c.packets++
	if !c.ng {
		h := c.head[:16]
		le.PutUint32(h, uint32(t/1e6))
		le.PutUint32(h[4:], uint32(t%1e6))
		le.PutUint32(h[8:], n)
		le.PutUint32(h[12:], n)
		c.put(h)
		c.put(headers)
		c.put(payload)
		return
	}
	pad := -n & 3
	h := c.head[:28]
	le.PutUint32(h, 6) // enhanced packet block
	le.PutUint32(h[4:], 32+n+pad)
	le.PutUint32(h[8:], 0)
	le.PutUint32(h[12:], uint32(uint64(t)>>32))
	le.PutUint32(h[16:], uint32(t))
	le.PutUint32(h[20:], n)
	le.PutUint32(h[24:], n)
	c.put(h)
	c.put(headers)
	c.put(payload)
	clear(h[:pad])
	le.PutUint32(h[pad:], 32+n+pad)
	c.put(h[:pad+4])
}
