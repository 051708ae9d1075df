package pcapfile

import (
	"bytes"
	"io"
	"math"
	"math/bits"
	"sort"
)

// maxTables bounds the sections and interfaces of a file, which are kept for Resume.
const maxTables = 1 << 16

// section is the part of a pcapng file behind one Section Header Block.
type section struct {
	start  int64
	big    bool
	ours   bool // written by mqsniff
	ifaces []iface
}

// iface is a captured interface, and how its time stamps read.
type iface struct {
	at       int64 // of its block
	link     uint32
	snap     uint32
	side     Side
	mul, div uint64 // ns = stamp * mul / div >> shift + offset
	shift    uint8
	offset   int64 // ns
	drops    uint64
}

func (r *Reader) section(record int64, body, end int) error {
	if r.tables >= maxTables {
		return r.damaged(record, "more than %d sections and interfaces", maxTables)
	}
	r.tables++
	r.ifaces = nil
	r.mu.Lock()
	r.sections = append(r.sections, section{start: record, big: r.big})
	r.mu.Unlock()
	r.eachOption(body+16, end, func(code uint16, value []byte) {
		switch {
		case code == optComment:
			r.comment(0, value)
		case code == optApplication && bytes.HasPrefix(value, []byte("mqsniff")):
			r.mu.Lock()
			r.sections[len(r.sections)-1].ours = true
			r.mu.Unlock()
		}
	})
	return nil
}

func (r *Reader) iface(record int64, body, end int) error {
	if r.tables >= maxTables {
		return r.damaged(record, "more than %d sections and interfaces", maxTables)
	}
	r.tables++
	f := iface{at: record, link: uint32(r.u16(body)), snap: r.u32(body + 4), mul: 1000, div: 1}
	r.eachOption(body+8, end, func(code uint16, value []byte) {
		switch {
		case code == optName && len(r.sections) > 0 && r.sections[len(r.sections)-1].ours:
			switch string(value) {
			case "client":
				f.side = ClientSide
			case "upstream":
				f.side = UpstreamSide
			}
		case code == optResolution && len(value) >= 1:
			f.resolution(value[0])
		case code == optTimeOffset && len(value) >= 8:
			f.offset = saturate(int64(r.u64(value)))
		}
	})
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ifaces = append(r.ifaces, f)
	if n := len(r.sections); n > 0 {
		r.sections[n-1].ifaces = r.ifaces
	}
	return nil
}

// saturate makes nanoseconds of seconds.
func saturate(seconds int64) int64 {
	const limit = math.MaxInt64 / 2 / 1_000_000_000
	return max(-limit, min(seconds, limit)) * 1e9
}

// resolution sets how stamps are read by an if_tsresol option: a negative power of 10, or of 2 with the high bit.
func (f *iface) resolution(v byte) {
	f.mul, f.div, f.shift = 1, 1, 0
	switch {
	case v&0x80 != 0:
		f.mul, f.shift = 1e9, v&0x7f
	case v <= 9:
		for ; v < 9; v++ {
			f.mul *= 10
		}
	case v <= 28: // 10^19 is the largest power of ten in 64 bits
		for ; v > 9; v-- {
			f.div *= 10
		}
	default:
		f.mul = 0
	}
}

// time makes ns since 1970 of a stamp; what does not fit becomes the largest time.
func (f *iface) time(stamp uint64) int64 {
	hi, lo := bits.Mul64(stamp, f.mul)
	if f.div > 1 {
		lo /= f.div // mul is 1 then, so hi is 0
	}
	if f.shift >= 64 {
		hi, lo = 0, hi>>(f.shift-64)
	} else if f.shift > 0 {
		hi, lo = hi>>f.shift, lo>>f.shift|hi<<(64-f.shift)
	}
	if hi != 0 || lo > math.MaxInt64 {
		lo = math.MaxInt64
	}
	t := int64(lo)
	if f.offset > 0 && t > math.MaxInt64-f.offset {
		return math.MaxInt64
	}
	return t + f.offset
}

// statistics keeps the counts of lost packets. They are totals since the capture began, so the latest counts.
func (r *Reader) statistics(body, end int) {
	id := r.u32(body)
	if int64(id) >= int64(len(r.ifaces)) {
		return
	}
	var drops uint64
	r.eachOption(body+12, end, func(code uint16, value []byte) {
		if (code == optDropped || code == optOSDropped) && len(value) >= 8 {
			drops += r.u64(value)
		}
	})
	r.mu.Lock()
	defer r.mu.Unlock()
	r.drops += drops - r.ifaces[id].drops
	r.ifaces[id].drops = drops
}

// Resume returns a reader of the records in the n bytes from the offset on, which is where a record begins that r has
// read. It reads from at, and is independent of r from then on.
func (r *Reader) Resume(at io.ReaderAt, offset, n int64) *Reader {
	s := newReader(io.NewSectionReader(at, offset, n), int(min(n, 256<<10)), offset)
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.sections) == 0 {
		s.big, s.link, s.mul = r.big, r.link, r.mul
		s.next = s.nextRecord
		return s
	}
	s.next = s.nextBlock
	i := sort.Search(len(r.sections), func(i int) bool { return r.sections[i].start > offset }) - 1
	if i < 0 {
		return s
	}
	t := &r.sections[i]
	s.big = t.big
	k := sort.Search(len(t.ifaces), func(k int) bool { return t.ifaces[k].at >= offset })
	s.ifaces = append(s.ifaces, t.ifaces[:k]...)
	return s
}
