package capture

import (
	"bytes"
	"context"
	"encoding/binary"
	"os"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/mqsniff/mqsniff/capture/pcapfile"
	"github.com/mqsniff/mqsniff/capture/tcp"
	"github.com/mqsniff/mqsniff/session"
)

// tcpHeader is a TCP header with room for options, and the payload "hello".
func tcpHeader(options int) []byte {
	h := make([]byte, 20+options)
	binary.BigEndian.PutUint16(h, 40000)
	binary.BigEndian.PutUint16(h[2:], 10911)
	binary.BigEndian.PutUint32(h[4:], 7)
	h[12] = byte(len(h) / 4 << 4)
	h[13] = 0x18
	return append(h, "hello"...)
}

func ip4(options int, t []byte) []byte {
	h := make([]byte, 20+options)
	h[0] = 0x40 | byte(len(h)/4)
	binary.BigEndian.PutUint16(h[2:], uint16(len(h)+len(t)))
	h[9] = protocolTCP
	copy(h[12:], []byte{10, 0, 0, 1, 10, 0, 0, 2})
	return append(h, t...)
}

// ip6 is an IPv6 packet; rest are extension headers, each beginning with the number of the one behind it, and the payload.
func ip6(next byte, rest ...[]byte) []byte {
	h := make([]byte, 40)
	h[0], h[6] = 0x60, next
	h[8], h[23], h[24], h[39] = 0xfd, 1, 0xfd, 2
	b := bytes.Join(rest, nil)
	binary.BigEndian.PutUint16(h[4:], uint16(len(b)))
	return append(h, b...)
}

func link(head string, ip []byte) []byte { return append([]byte(head), ip...) }

func set(b []byte, at int, v ...byte) []byte {
	b = bytes.Clone(b)
	copy(b[at:], v)
	return b
}

func TestDecode(t *testing.T) {
	const mac = "\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b"
	v4, v6 := ip4(0, tcpHeader(0)), ip6(6, tcpHeader(12))
	eth4 := link(mac+"\x08\x00", v4)
	for _, c := range []struct {
		name     string
		link     uint32
		data     []byte
		original int // 0: len(data)
		want     verdict
		payload  string
		lost     int
	}{
		{"ethernet", 1, eth4, 0, isTCP, "hello", 0},
		{"ethernet v6", 1, link(mac+"\x86\xdd", v6), 0, isTCP, "hello", 0},
		{"padding", 1, append(bytes.Clone(eth4), "pad"...), 0, isTCP, "hello", 0},
		{"VLAN", 1, link(mac+"\x81\x00\x00\x05\x08\x00", v4), 0, isTCP, "hello", 0},
		{"QinQ", 1, link(mac+"\x88\xa8\x00\x01\x91\x00\x00\x05\x81\x00\x00\x05\x08\x00", v4), 0, isTCP, "hello", 0},
		{"VLAN cut", 1, []byte(mac + "\x81\x00\x00"), 0, isOther, "", 0},
		{"ARP", 1, link(mac+"\x08\x06", v4), 0, isOther, "", 0},
		{"runt", 1, []byte(mac), 0, isOther, "", 0},
		{"SLL", 113, link("\x00\x00\x00\x01\x00\x06abcdef\x00\x00\x08\x00", v4), 0, isTCP, "hello", 0},
		{"SLL runt", 113, []byte("\x00\x00\x00\x01"), 0, isOther, "", 0},
		{"SLL2", 276, link("\x86\xdd\x00\x00\x00\x00\x00\x01\x00\x01\x00\x06abcdefgh", v6), 0, isTCP, "hello", 0},
		{"SLL2 runt", 276, []byte("\x86\xdd"), 0, isOther, "", 0},
		{"NULL little", 0, link("\x02\x00\x00\x00", v4), 0, isTCP, "hello", 0},
		{"NULL big", 0, link("\x00\x00\x00\x1e", v6), 0, isTCP, "hello", 0},
		{"LOOP", 108, link("\x00\x00\x00\x18", v6), 0, isTCP, "hello", 0},
		{"LOOP other", 108, link("\x00\x00\x00\x07", v4), 0, isOther, "", 0},
		{"RAW 101", 101, v4, 0, isTCP, "hello", 0},
		{"RAW 12", 12, v6, 0, isTCP, "hello", 0},
		{"RAW 14", 14, v4, 0, isTCP, "hello", 0},
		{"IPV4", 228, v4, 0, isTCP, "hello", 0},
		{"IPV6", 229, v6, 0, isTCP, "hello", 0},
		{"802.11", 105, v4, 0, isUnknownLink, "", 0},
		{"IP options", 101, ip4(8, tcpHeader(4)), 0, isTCP, "hello", 0},
		{"bad IP options", 101, set(ip4(8, tcpHeader(0)), 20, 0x83, 0xff), 0, isTCP, "hello", 0},
		{"bad TCP options", 101, set(ip4(0, tcpHeader(8)), 40, 2, 0), 0, isTCP, "hello", 0},
		{"UDP", 101, set(v4, 9, 17), 0, isOther, "", 0},
		{"fragment", 101, set(v4, 6, 0x20), 0, isFragment, "", 0},
		{"last fragment", 101, set(v4, 6, 0x00, 0x10), 0, isFragment, "", 0},
		{"don't fragment", 101, set(v4, 6, 0x40), 0, isTCP, "hello", 0},
		{"version 5", 101, set(v4, 0, 0x55), 0, isMalformed, "", 0},
		{"IHL 4", 101, set(v4, 0, 0x44), 0, isMalformed, "", 0},
		{"IHL beyond", 101, set(v4, 0, 0x4f), 0, isMalformed, "", 0},
		{"total length below header", 101, set(v4, 2, 0, 10), 0, isMalformed, "", 0},
		{"data offset 4", 101, set(v4, 32, 0x40), 0, isMalformed, "", 0},
		{"data offset beyond", 101, set(v4, 32, 0xf0), 0, isTCP, "", 0},
		{"offload v4", 101, set(v4, 2, 0, 0), 0, isTCP, "hello", 0},
		{"offload v4, cut", 101, set(v4, 2, 0, 0), len(v4) + 1000, isTCP, "hello", 1000},
		{"offload v6", 101, set(v6, 4, 0, 0), 0, isTCP, "hello", 0},
		{"cut", 101, v4[:42], len(v4), isTCP, "he", 3},
		{"cut to its headers", 101, v4[:40], len(v4), isTCP, "", 5},
		{"cut in its options", 101, v6[:62], len(v6), isTCP, "", 5},
		{"cut in its header", 101, v4[:39], len(v4), isMalformed, "", 0},
		{"cut padding", 1, append(bytes.Clone(eth4), "pa"...), len(eth4) + 6, isTCP, "hello", 0},
		{"length beyond the wire", 101, set(v4, 2, 5, 0), 0, isTCP, "hello", 0},
		{"short v6", 101, v6[:39], 0, isMalformed, "", 0},
		{"v6 extensions", 101, ip6(0, []byte{43, 0, 0, 0, 0, 0, 0, 0}, []byte{60, 1, 15: 0}, []byte{51, 0, 7: 0},
			[]byte{44, 1, 11: 0}, []byte{6, 0, 0, 0, 1, 2, 3, 4}, tcpHeader(0)), 0, isTCP, "hello", 0},
		{"v6 fragment", 101, ip6(44, []byte{6, 0, 0, 1, 1, 2, 3, 4}, tcpHeader(0)), 0, isFragment, "", 0},
		{"v6 later fragment", 101, ip6(44, []byte{6, 0, 1, 0, 1, 2, 3, 4}, tcpHeader(0)), 0, isFragment, "", 0},
		{"v6 ICMP", 101, ip6(58, tcpHeader(0)), 0, isOther, "", 0},
		{"v6 extension cut", 101, ip6(0, []byte{6, 0, 0}), 0, isMalformed, "", 0},
		{"v6 extension beyond", 101, ip6(0, []byte{6, 200, 7: 0}, tcpHeader(0)), 0, isMalformed, "", 0},
		{"v6 jumbo", 101, set(ip6(0, []byte{6, 0, 0xc2, 4, 0, 1, 0, 0}, tcpHeader(0)), 4, 0, 0), 0, isTCP, "hello", 0},
	} {
		p := pcapfile.Packet{Data: c.data, Original: max(len(c.data), c.original), Link: c.link, Offset: 1000}
		var g tcp.Segment
		got := decode(&p, &g)
		if got != c.want || string(g.Payload) != c.payload || g.Lost != c.lost {
			t.Errorf("%s: %d %q, %d lost; want %d %q, %d", c.name, got, g.Payload, g.Lost, c.want, c.payload, c.lost)
		}
		if got == isTCP && (g.Seq != 7 || g.Src.AddrPort().Port() != 40000 || g.Dst.AddrPort().Port() != 10911) {
			t.Errorf("%s: %+v", c.name, g)
		}
		if c.payload == "hello" && g.Offset != 1000+int64(bytes.Index(c.data, []byte("hello"))) {
			t.Errorf("%s: offset %d", c.name, g.Offset)
		}
	}
}

// TestBigOffload: a segment of more than 65535 bytes, with IP length 0.
func TestBigOffload(t *testing.T) {
	data := append(ip6(6, tcpHeader(0)), make([]byte, 180_000)...)
	data = set(data, 4, 0, 0)
	var g tcp.Segment
	if v := decode(&pcapfile.Packet{Data: data, Original: len(data), Link: 101}, &g); v != isTCP || len(g.Payload) != 180_005 {
		t.Errorf("%d, %d bytes", v, len(g.Payload))
	}
}

func TestUnreadPacketsAreNamed(t *testing.T) {
	content := pcap(t, []sent{{at: 1, seq: 1, payload: []byte("x")}})
	content[20] = 105
	f, _ := run(t, Options{}, file(t, "wifi", content))
	if w := f.Warnings(); len(w) != 1 || w[0] != "1 packet not read: link type 105, 802.11; Ethernet, Linux cooked, loopback and raw IP are read" {
		t.Errorf("%q", w)
	}
	content[20], content[21] = 0x14, 1
	f, _ = run(t, Options{}, file(t, "sll2", content))
	if s := f.Stats(); s.Other != 1 {
		t.Errorf("%+v %q", s, f.Warnings())
	}
	if n := linkName(pcapfile.NoInterface); n != "interface not described in the file" {
		t.Error(n)
	}
	if n := linkName(999); n != "link type 999" {
		t.Error(n)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(uint16(101), ip4(4, tcpHeader(4)), uint16(0))
	f.Add(uint16(101), ip6(0, []byte{44, 0, 7: 0}, []byte{6, 7: 0}, tcpHeader(0)), uint16(5))
	f.Add(uint16(113), link("\x00\x00\x00\x01\x00\x06abcdef\x00\x00\x81\x00\x00\x05\x08\x00", ip4(0, tcpHeader(0))), uint16(0))
	f.Fuzz(func(t *testing.T, link uint16, data []byte, cut uint16) {
		p := pcapfile.Packet{Data: data, Original: len(data) + int(cut), Link: uint32(link)}
		var g tcp.Segment
		if decode(&p, &g) != isTCP {
			return
		}
		if n := len(g.Payload); n > 0 && !bytes.Equal(data[g.Offset:][:n], g.Payload) {
			t.Fatal("the payload is not at its offset")
		}
		if g.Lost < 0 || g.Lost > int(cut) {
			t.Fatalf("%d bytes lost of %d cut", g.Lost, cut)
		}
	})
}

// TestGopacketRefuses shows why decode is own code. When it fails, gopacket has become better.
func TestGopacketRefuses(t *testing.T) {
	feedback := gopacket.NilDecodeFeedback
	if (&layers.TCP{}).DecodeFromBytes(set(tcpHeader(8), 20, 2, 0), feedback) == nil {
		t.Error("TCP takes bad options")
	}
	if (&layers.IPv4{}).DecodeFromBytes(set(ip4(8, tcpHeader(0)), 20, 0x83, 0xff), feedback) == nil {
		t.Error("IPv4 takes bad options")
	}
	if (&layers.IPv6{}).DecodeFromBytes(set(ip6(6, tcpHeader(0)), 4, 0, 0), feedback) == nil {
		t.Error("IPv6 takes a length of 0")
	}
	var ip layers.IPv4
	large := append(set(ip4(0, tcpHeader(0)), 2, 0, 0), make([]byte, 70_000)...)
	if err := ip.DecodeFromBytes(large, feedback); err == nil && len(ip.Payload) == len(large)-20 {
		t.Error("IPv4 takes a length of 0 with more than 65535 bytes")
	}
}

func BenchmarkDecode(b *testing.B) {
	// MAC addresses, IPv4, and the options that Linux puts on every segment: NOP, NOP, time stamps.
	options := set(tcpHeader(12), 20, 1, 1, 8, 10)
	data := link("\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x08\x00", ip4(0, append(options, make([]byte, 300)...)))
	b.Run("own", func(b *testing.B) {
		b.ReportAllocs()
		p := pcapfile.Packet{Data: data, Original: len(data), Link: 1}
		var g tcp.Segment
		for b.Loop() {
			if decode(&p, &g) != isTCP {
				b.Fatal("not TCP")
			}
		}
	})
	b.Run("gopacket", func(b *testing.B) {
		b.ReportAllocs()
		var e layers.Ethernet
		var ip layers.IPv4
		var h layers.TCP
		for b.Loop() {
			if e.DecodeFromBytes(data, gopacket.NilDecodeFeedback) != nil ||
				ip.DecodeFromBytes(e.Payload, gopacket.NilDecodeFeedback) != nil ||
				h.DecodeFromBytes(ip.Payload, gopacket.NilDecodeFeedback) != nil {
				b.Fatal("not TCP")
			}
		}
	})
}

type nothing struct{}

func (nothing) Begin(session.Direction, int64)                      {}
func (nothing) Bytes(session.Direction, session.Chunk)              {}
func (nothing) Gap(session.Direction, int64, int64)                 {}
func (nothing) Close(session.Direction, int64, session.CloseReason) {}

func openNothing(int64, session.Endpoints, session.Direction, bool) tcp.Stream { return nothing{} }

// dialogue is a capture of requests and answers in order.
func dialogue(t testing.TB, n int) []byte {
	packets := make([]sent, n)
	seq := [2]uint32{1, 1}
	for i := range packets {
		from := i & 1
		packets[i] = sent{at: int64(i), fromPeer: from == 1, seq: seq[from], ack: seq[1-from], payload: make([]byte, 300)}
		seq[from] += 300
	}
	return pcap(t, packets)
}

func TestNoAllocationsPerPacket(t *testing.T) {
	path := file(t, "x", dialogue(t, 20_000))
	n := testing.AllocsPerRun(3, func() {
		f, err := Open([]string{path}, Options{})
		check(t, err)
		check(t, f.Run(context.Background(), openNothing))
		if f.Stats().TCPPackets != 20_000 {
			t.Fatal(f.Stats())
		}
		f.Close()
	})
	if n > 200 {
		t.Errorf("%v allocations for 20000 packets", n)
	}
}

// BenchmarkRun reads a file of 100000 packets: ns/packet is what counts.
func BenchmarkRun(b *testing.B) {
	content := dialogue(b, 100_000)
	path := file(b, "x", content)
	for _, name := range []string{"pcap", "gz"} {
		if name == "gz" {
			check(b, os.WriteFile(path, compress(b, "gz", content), 0o600))
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				f, err := Open([]string{path}, Options{})
				check(b, err)
				check(b, f.Run(context.Background(), openNothing))
				f.Close()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/100_000, "ns/packet")
		})
	}
}
