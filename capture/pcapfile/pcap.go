package pcapfile

import (
	"encoding/binary"
	"math/bits"
)

const (
	fileHeader   = 24
	recordHeader = 16

	// linkMask takes the FCS length and its flag off the field (draft-ietf-opsawg-pcap, section 4).
	linkMask = 0x03ffffff
)

// startPcap reads the file header of a classic capture.
func (r *Reader) startPcap() error {
	switch [4]byte(r.buf[r.pos:]) {
	case [4]byte{0xd4, 0xc3, 0xb2, 0xa1}:
		r.mul = 1000
	case [4]byte{0x4d, 0x3c, 0xb2, 0xa1}:
		r.mul = 1
	case [4]byte{0xa1, 0xb2, 0xc3, 0xd4}:
		r.mul, r.big = 1000, true
	case [4]byte{0xa1, 0xb2, 0x3c, 0x4d}:
		r.mul, r.big = 1, true
	default:
		return ErrNotCapture
	}
	if err := r.need(fileHeader); err != nil {
		return err
	}
	r.link = r.u32(r.pos+20) & linkMask
	r.pos += fileHeader
	r.next = r.nextRecord
	return nil
}

// u32 reads a number at buf[i:] in the byte order of the file.
func (r *Reader) u32(i int) uint32 {
	v := binary.LittleEndian.Uint32(r.buf[i : i+4])
	if r.big {
		v = bits.ReverseBytes32(v)
	}
	return v
}

func (r *Reader) u16(i int) uint16 {
	v := binary.LittleEndian.Uint16(r.buf[i : i+2])
	if r.big {
		v = bits.ReverseBytes16(v)
	}
	return v
}

func (r *Reader) nextRecord(p *Packet) error {
	if r.end-r.pos < recordHeader {
		if err := r.fill(recordHeader); err != nil {
			return r.cut(r.Offset(), recordHeader, err)
		}
	}
	seconds, fraction, captured, original := r.u32(r.pos), r.u32(r.pos+4), r.u32(r.pos+8), r.u32(r.pos+12)
	if captured > MaxRecord-recordHeader {
		return r.damaged(r.Offset(), "its header states %d captured bytes, the limit is %d", captured, MaxRecord-recordHeader)
	}
	n := recordHeader + int(captured)
	if r.end-r.pos < n {
		if err := r.fill(n); err != nil {
			return r.cut(r.Offset(), int64(n), err)
		}
	}
	at := r.pos
	r.pos += n
	p.Data = r.buf[at+recordHeader : at+n : at+n]
	p.Time = int64(seconds)*1e9 + int64(fraction)*r.mul
	p.Original = max(int(original), int(captured))
	p.Record = r.base + int64(at)
	p.Offset = p.Record + recordHeader
	p.RecordLen = uint32(n)
	p.Link = r.link
	return nil
}
