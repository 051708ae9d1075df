package pcapfile

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"
)

// classic builds a pcap file.
func classic(order binary.ByteOrder, magic, link uint32, packets ...[]byte) []byte {
	b := make([]byte, 24)
	order.PutUint32(b, magic)
	order.PutUint16(b[4:], 2)
	order.PutUint16(b[6:], 4)
	order.PutUint32(b[16:], 65535)
	order.PutUint32(b[20:], link)
	for i, p := range packets {
		h := make([]byte, 16)
		order.PutUint32(h, uint32(1000+i))
		order.PutUint32(h[4:], 7)
		order.PutUint32(h[8:], uint32(len(p)))
		order.PutUint32(h[12:], uint32(len(p)+1))
		b = append(append(b, h...), p...)
	}
	return b
}

// ng builds pcapng blocks.
type ng struct {
	bytes.Buffer
	order binary.AppendByteOrder
	put   binary.ByteOrder
}

func newNG(big bool) *ng {
	n := &ng{order: binary.LittleEndian, put: binary.LittleEndian}
	if big {
		n.order, n.put = binary.BigEndian, binary.BigEndian
	}
	return n
}

func (n *ng) u16(b []byte, v ...uint16) []byte {
	for _, v := range v {
		b = n.order.AppendUint16(b, v)
	}
	return b
}

func (n *ng) u32(b []byte, v ...uint32) []byte {
	for _, v := range v {
		b = n.order.AppendUint32(b, v)
	}
	return b
}

func pad(b []byte) []byte { return append(b, make([]byte, -len(b)&3)...) }

func (n *ng) option(b []byte, code uint16, value string) []byte {
	return pad(append(n.u16(b, code, uint16(len(value))), value...))
}

func (n *ng) u64(v uint64) string { return string(n.order.AppendUint64(nil, v)) }

func (n *ng) block(kind uint32, body []byte) *ng {
	length := uint32(len(pad(body)) + 12)
	n.Write(n.u32(nil, kind, length))
	n.Write(pad(body))
	n.Write(n.u32(nil, length))
	return n
}

func (n *ng) section(comment string) *ng {
	b := n.u32(nil, 0x1a2b3c4d)
	b = n.u16(b, 1, 0)
	b = n.u32(b, 1<<32-1, 1<<32-1)
	if comment != "" {
		b = n.u16(n.option(b, 1, comment), 0, 0)
	}
	return n.block(blockSection, b)
}

func (n *ng) iface(link uint16, snap uint32, options ...string) *ng {
	b := n.u32(n.u16(nil, link, 0), snap)
	for _, o := range options {
		code := map[string]uint16{"r": optResolution, "o": optTimeOffset}[o[:1]]
		b = n.option(b, code, o[1:])
	}
	return n.block(blockInterface, b)
}

func (n *ng) packet(id uint32, stamp uint64, data, comment string) *ng {
	b := n.u32(nil, id, uint32(stamp>>32), uint32(stamp), uint32(len(data)), uint32(len(data)+1))
	b = pad(append(b, data...))
	if comment != "" {
		b = n.u16(n.option(n.option(b, 2, "\x00\x00\x00\x01"), 1, comment), 0, 0)
	}
	return n.block(blockEnhanced, b)
}

func (n *ng) oldPacket(id uint16, stamp uint64, data string) *ng {
	b := n.u32(n.u16(nil, id, 0), uint32(stamp>>32), uint32(stamp), uint32(len(data)), uint32(len(data)))
	return n.block(blockOldPacket, append(b, data...))
}

func (n *ng) simple(original uint32, data string) *ng {
	return n.block(blockSimple, append(n.u32(nil, original), data...))
}

func (n *ng) drops(id uint32, interfaceDrops, systemDrops uint64) *ng {
	b := n.option(n.option(n.u32(nil, id, 0, 0), optDropped, n.u64(interfaceDrops)), optOSDropped, n.u64(systemDrops))
	return n.block(blockStatistics, b)
}

// everything is a capture with all that pcapng has.
func everything(big bool) *ng {
	n := newNG(big).section("made by hand").iface(1, 0).iface(276, 4, "r\x09")
	n.packet(0, 1_500_000, "first", "a comment")
	n.packet(1, 1_500_000, "second", "")
	n.block(0xbad, []byte("unknown block")).block(4, []byte("names"))
	n.oldPacket(1, 2_000_000_001, "third")
	n.simple(9, "fourfive!").drops(0, 3, 4).drops(1, 10, 0).drops(0, 5, 4)
	n.packet(7, 1, "stray", "")
	o := newNG(!big).section("").iface(101, 4, "r\x8a", "o"+newNG(!big).u64(100))
	o.packet(0, 1<<40+512, "sixth", "").simple(9, "sevn").drops(0, 1, 0)
	n.Write(o.Bytes())
	return n
}

func read(t *testing.T, file []byte, size int) ([]Packet, *Reader, error) {
	t.Helper()
	r, err := NewReader(bytes.NewReader(file), size)
	if err != nil {
		return nil, nil, err
	}
	return readAll(t, r, file)
}

// readAll also checks that each packet is where it says it is.
func readAll(t *testing.T, r *Reader, file []byte) ([]Packet, *Reader, error) {
	t.Helper()
	var all []Packet
	for {
		var p Packet
		if err := r.Next(&p); err != nil {
			return all, r, err
		}
		if at := file[p.Offset:][:len(p.Data)]; !bytes.Equal(at, p.Data) {
			t.Fatalf("packet %d is %q, the file has %q at %d", len(all)+1, p.Data, at, p.Offset)
		}
		if p.Record > p.Offset || p.Record+int64(p.RecordLen) < p.Offset+int64(len(p.Data)) {
			t.Fatalf("packet %d at %d+%d is not in its record %d+%d", len(all)+1, p.Offset, len(p.Data), p.Record, p.RecordLen)
		}
		p.Data = bytes.Clone(p.Data)
		all = append(all, p)
	}
}

func texts(all []Packet) string {
	var s []string
	for _, p := range all {
		s = append(s, string(p.Data))
	}
	return strings.Join(s, " ")
}
