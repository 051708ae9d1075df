package main

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"

	"github.com/mqsniff/mqsniff/capture/pcapfile"
)

// Flags of a TCP header (RFC 9293, section 3.1).
const (
	flagFIN = 1
	flagSYN = 2
	flagRST = 4
	flagACK = 16
)

// packet is a captured packet, taken apart so that it can be built again. Checksums are left as they are: captures of
// machines that leave them to the network card have wrong ones, so nobody may look at them.
type packet struct {
	time int64
	link uint32

	isTCP   bool
	raw     []byte // where it is no TCP; otherwise the headers of link layer, IP and TCP
	ip, tcp int    // where they begin in raw
	way     way
	seq     uint32
	ack     uint32
	flags   byte
	payload []byte
	lost    int // bytes that the snap length cut off
}

// way is one direction between two ends.
type way struct{ from, to string }

func (w way) back() way { return way{w.to, w.from} }

// both names the two directions of a connection alike.
func (w way) both() way {
	if w.to < w.from {
		return w.back()
	}
	return w
}

func readPackets(t testing.TB, path string) []packet {
	t.Helper()
	f, err := os.Open(path)
	check(t, err)
	defer f.Close()
	r, err := pcapfile.NewReader(f, 0)
	check(t, err)
	var out []packet
	for {
		var p pcapfile.Packet
		if err := r.Next(&p); errors.Is(err, io.EOF) {
			return out
		} else if err != nil {
			t.Fatal(err)
		}
		out = append(out, dissect(&p))
	}
}

// dissect finds TCP in a packet, sharing no code with what is tested.
func dissect(p *pcapfile.Packet) packet {
	b := bytes.Clone(p.Data)
	out := packet{time: p.Time, link: p.Link, raw: b, lost: p.Original - len(b)}
	kind := uint16(0)
	switch p.Link {
	case 1:
		out.ip, kind = 14, binary.BigEndian.Uint16(b[12:])
		if kind == 0x8100 {
			out.ip, kind = 18, binary.BigEndian.Uint16(b[16:])
		}
	case 113:
		out.ip, kind = 16, binary.BigEndian.Uint16(b[14:])
	case 276:
		out.ip, kind = 20, binary.BigEndian.Uint16(b)
	case 0, 108:
		out.ip, kind = 4, 0x0800
		if b[4]>>4 == 6 {
			kind = 0x86dd
		}
	}
	var wire int
	q := b[out.ip:]
	switch kind {
	case 0x0800:
		if q[9] != 6 {
			return out
		}
		out.tcp = out.ip + int(q[0]&15)*4
		wire = int(binary.BigEndian.Uint16(q[2:]))
		out.way = way{string(q[12:16]), string(q[16:20])}
	case 0x86dd:
		if q[6] != 6 {
			return out
		}
		out.tcp = out.ip + 40
		wire = 40 + int(binary.BigEndian.Uint16(q[4:]))
		out.way = way{string(q[8:24]), string(q[24:40])}
	default:
		return out
	}
	h := b[out.tcp:]
	begin := out.tcp + int(h[12]>>4)*4
	end := len(b)
	if wire > 0 && out.ip+wire <= len(b) { // what follows is padding
		end, out.lost = out.ip+wire, 0
	}
	out.isTCP = true
	out.way.from += string(h[:2])
	out.way.to += string(h[2:4])
	out.seq, out.ack, out.flags = binary.BigEndian.Uint32(h[4:]), binary.BigEndian.Uint32(h[8:]), h[13]
	out.raw, out.payload = b[:begin:begin], b[begin:end:end]
	return out
}

// bytes builds the packet again.
func (p *packet) bytes() []byte {
	if !p.isTCP {
		return p.raw
	}
	b := slices.Concat(p.raw, p.payload)
	n := len(b) - p.ip + p.lost
	if b[p.ip]>>4 == 6 {
		n -= 40
	}
	if n > 65535 { // segmentation offload: the length is not known yet
		n = 0
	}
	if b[p.ip]>>4 == 4 {
		binary.BigEndian.PutUint16(b[p.ip+2:], uint16(n))
	} else {
		binary.BigEndian.PutUint16(b[p.ip+4:], uint16(n))
	}
	h := b[p.tcp:]
	binary.BigEndian.PutUint32(h[4:], p.seq)
	binary.BigEndian.PutUint32(h[8:], p.ack)
	h[13] = p.flags
	return b
}

// format is a way to write a capture.
type format struct {
	big   bool
	nanos bool
	ng    bool
}

// writeCapture writes packets of one link type.
func writeCapture(packets []packet, f format) []byte {
	var order binary.AppendByteOrder = binary.LittleEndian
	if f.big {
		order = binary.BigEndian
	}
	u32 := func(b []byte, n ...uint32) []byte {
		for _, v := range n {
			b = order.AppendUint32(b, v)
		}
		return b
	}
	link := uint32(1)
	if len(packets) > 0 {
		link = packets[0].link
	}
	divide := int64(1000)
	if f.nanos {
		divide = 1
	}
	var b []byte
	if f.ng {
		b = u32(b, 0x0a0d0d0a, 28, 0x1a2b3c4d)
		b = order.AppendUint16(order.AppendUint16(b, 1), 0)
		b = u32(b, 1<<32-1, 1<<32-1, 28)
		b = u32(b, 1, 32)
		b = order.AppendUint16(order.AppendUint16(b, uint16(link)), 0)
		b = u32(b, 0)
		b = order.AppendUint16(order.AppendUint16(b, 9), 1) // if_tsresol
		if f.nanos {
			b = append(b, 9, 0, 0, 0)
		} else {
			b = append(b, 6, 0, 0, 0)
		}
		b = u32(b, 0, 32)
	} else {
		magic := uint32(0xa1b2c3d4)
		if f.nanos {
			magic = 0xa1b23c4d
		}
		b = order.AppendUint16(order.AppendUint16(u32(b, magic), 2), 4)
		b = u32(b, 0, 0, 262144, link)
	}
	for i := range packets {
		p := &packets[i]
		data := p.bytes()
		n, wire := uint32(len(data)), uint32(len(data)+p.lost)
		if !f.ng {
			b = u32(b, uint32(p.time/1e9), uint32(p.time%1e9/divide), n, wire)
			b = append(b, data...)
			continue
		}
		stamp := uint64(p.time / divide)
		size := 32 + (n+3)&^3
		b = u32(b, 6, size, 0, uint32(stamp>>32), uint32(stamp), n, wire)
		b = append(b, data...)
		b = append(b, make([]byte, (4-n%4)%4)...)
		b = u32(b, size)
	}
	return b
}

func pack(t testing.TB, how string, plain []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	var w io.WriteCloser
	switch how {
	case "gz":
		w = gzip.NewWriter(&b)
	case "zst":
		var err error
		w, err = zstd.NewWriter(&b)
		check(t, err)
	case "lz4":
		w = lz4.NewWriter(&b)
	default:
		t.Fatalf("unknown compression %s", how)
	}
	_, err := w.Write(plain)
	check(t, err)
	check(t, w.Close())
	return b.Bytes()
}

func writeFile(t testing.TB, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	check(t, os.WriteFile(path, content, 0o600))
	return path
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
