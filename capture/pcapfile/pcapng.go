package pcapfile

import (
	"encoding/binary"
	"math/bits"
)

// Block types (draft-ietf-opsawg-pcapng, section 11.1).
const (
	blockInterface  = 1
	blockOldPacket  = 2
	blockSimple     = 3
	blockStatistics = 5
	blockEnhanced   = 6
	blockSection    = 0x0a0d0d0a

	blockFrame = 12 // type, length, and the length again
)

// sectionHeader is the type of a Section Header Block; it reads the same in both byte orders.
var sectionHeader = [4]byte{0x0a, 0x0d, 0x0d, 0x0a}

func (r *Reader) startSections() error {
	r.next = r.nextBlock
	if err := r.need(blockFrame); err != nil {
		return err
	}
	if _, ok := byteOrder(r.buf[r.pos+8:]); !ok {
		return ErrNotCapture
	}
	return nil
}

// byteOrder reads a section's byte-order magic.
func byteOrder(b []byte) (big, ok bool) {
	switch binary.LittleEndian.Uint32(b) {
	case 0x1a2b3c4d:
		return false, true
	case 0x4d3c2b1a:
		return true, true
	}
	return false, false
}

// nextBlock reads blocks until one has a packet.
func (r *Reader) nextBlock(p *Packet) error {
	for {
		if r.end-r.pos < blockFrame {
			if err := r.fill(blockFrame); err != nil {
				return r.cut(r.Offset(), blockFrame, err)
			}
		}
		record := r.Offset()
		kind := r.u32(r.pos)
		if kind == blockSection {
			big, ok := byteOrder(r.buf[r.pos+8:])
			if !ok {
				return r.damaged(record, "a section begins without its byte-order magic")
			}
			r.big = big
		}
		length := r.u32(r.pos + 4)
		if length < blockFrame {
			return r.damaged(record, "a block of type %#x states a length of %d", kind, length)
		}
		switch kind {
		case blockSection, blockInterface, blockOldPacket, blockSimple, blockStatistics, blockEnhanced:
		default:
			if err := r.skip(int64(length)); err != nil {
				return r.cut(record, int64(length), err)
			}
			continue
		}
		if length > MaxRecord {
			return r.damaged(record, "a block of type %#x states a length of %d, the limit is %d", kind, length, MaxRecord)
		}
		n := int(length)
		if r.end-r.pos < n {
			if err := r.fill(n); err != nil {
				return r.cut(record, int64(n), err)
			}
		}
		if again := r.u32(r.pos + n - 4); again != length {
			return r.damaged(record, "a block of type %#x states two lengths, %d and %d", kind, length, again)
		}
		at := r.pos
		r.pos += n
		found, err := r.block(p, kind, at, at+n-4)
		if err != nil {
			return err
		}
		if found {
			p.Record = r.base + int64(at)
			p.RecordLen = length
			return nil
		}
	}
}

// block reads the block in buf[at:end], which is complete, without its trailing length. It tells whether p is set.
func (r *Reader) block(p *Packet, kind uint32, at, end int) (bool, error) {
	record := r.base + int64(at)
	body := at + 8
	fixed := [...]int{blockInterface: 8, blockOldPacket: 20, blockSimple: 4, blockStatistics: 12, blockEnhanced: 20}
	want := 16
	if kind != blockSection {
		want = fixed[kind]
	}
	if end-body < want {
		return false, r.damaged(record, "a block of type %#x has no room for its fields", kind)
	}
	switch kind {
	case blockSection:
		return false, r.section(record, body, end)
	case blockInterface:
		return false, r.iface(record, body, end)
	case blockStatistics:
		r.statistics(body, end)
		return false, nil
	case blockSimple:
		r.simple(p, body, end)
		return true, nil
	}
	id := r.u32(body)
	if kind == blockOldPacket {
		id = uint32(r.u16(body))
	}
	stamp := uint64(r.u32(body+4))<<32 | uint64(r.u32(body+8))
	captured, original := r.u32(body+12), r.u32(body+16)
	from := body + 20
	if int64(captured) > int64(end-from) {
		return false, r.damaged(record, "it states %d captured bytes in a block with room for %d", captured, end-from)
	}
	to := from + int(captured)
	p.Data = r.buf[from:to:to]
	p.Original = max(int(original), int(captured))
	p.Offset = r.base + int64(from)
	p.Link, p.Time, p.Side = NoInterface, 0, NoSide
	if int64(id) < int64(len(r.ifaces)) {
		f := &r.ifaces[id]
		p.Link, p.Side = f.link, f.side
		p.Time = f.time(stamp)
	}
	if options := from + (int(captured)+3)&^3; options+4 <= end {
		r.eachOption(options, end, func(code uint16, value []byte) {
			if code == optComment {
				r.comment(r.packets+1, value)
			}
		})
	}
	return true, nil
}

// simple reads a Simple Packet Block: no time, no captured length, always the section's first interface.
func (r *Reader) simple(p *Packet, body, end int) {
	original := r.u32(body)
	from := body + 4
	captured := min(int64(original), int64(end-from))
	p.Link = NoInterface
	if len(r.ifaces) > 0 {
		p.Link = r.ifaces[0].link
		if s := r.ifaces[0].snap; s > 0 {
			captured = min(captured, int64(s))
		}
	}
	to := from + int(captured)
	p.Data = r.buf[from:to:to]
	p.Original = int(original)
	p.Offset = r.base + int64(from)
	p.Time = 0
}

// Option codes.
const (
	optEnd        = 0
	optComment    = 1
	optDropped    = 5 // isb_ifdrop
	optOSDropped  = 7 // isb_osdrop
	optResolution = 9 // if_tsresol
	optTimeOffset = 14
)

// eachOption calls f for the options in buf[i:end]. Values are borrowed. A damaged option ends the list.
func (r *Reader) eachOption(i, end int, f func(code uint16, value []byte)) {
	for i+4 <= end {
		code, n := r.u16(i), int(r.u16(i+2))
		i += 4
		if code == optEnd || n > end-i {
			return
		}
		f(code, r.buf[i:i+n:i+n])
		i += (n + 3) &^ 3
	}
}

func (r *Reader) u64(b []byte) uint64 {
	v := binary.LittleEndian.Uint64(b)
	if r.big {
		v = bits.ReverseBytes64(v)
	}
	return v
}
