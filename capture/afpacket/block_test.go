//go:build linux

package afpacket

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"

	"github.com/mqsniff/mqsniff/capture/pcapfile"
	"golang.org/x/sys/unix"
)

// syntheticBlock makes a block as the kernel does.
func syntheticBlock(size int, tagged bool, packets ...[]byte) []byte {
	b := make([]byte, size)
	ne := binary.NativeEndian
	ne.PutUint32(b[blockPackets:], uint32(len(packets)))
	ne.PutUint32(b[blockFirst:], blockHeader)
	at := blockHeader
	for i, data := range packets {
		h := b[at:]
		mac := packetHeader + 14 + reserve
		ne.PutUint32(h[packetSeconds:], 1700000000)
		ne.PutUint32(h[packetNanos:], uint32(i))
		ne.PutUint32(h[packetSnapLen:], uint32(len(data)))
		ne.PutUint32(h[packetLen:], uint32(len(data)))
		ne.PutUint16(h[packetMAC:], uint16(mac))
		ne.PutUint32(h[packetStatus:], unix.TP_STATUS_USER)
		if tagged {
			ne.PutUint32(h[packetStatus:], unix.TP_STATUS_VLAN_VALID|unix.TP_STATUS_VLAN_TPID_VALID)
			ne.PutUint32(h[packetTCI:], 0x2064)
			ne.PutUint16(h[packetTPID:], 0x88a8)
		}
		binary.BigEndian.PutUint16(h[addressProtocol:], 0x0800)
		ne.PutUint32(h[addressIndex:], 7)
		ne.PutUint16(h[addressHardware:], unix.ARPHRD_ETHER)
		h[addressKind], h[addressLen] = unix.PACKET_OUTGOING, 6
		copy(h[addressBytes:], "\x01\x02\x03\x04\x05\x06\xee\xee")
		copy(h[mac:], data)
		if i < len(packets)-1 {
			next := (mac + len(data) + 15) &^ 15
			ne.PutUint32(h[packetNext:], uint32(next))
			at += next
		}
	}
	return b
}

func TestWalk(t *testing.T) {
	one, two := frame(0x0800, "one"), frame(0x0800, "two")
	for _, c := range []struct {
		name    string
		link    uint32
		snap    int
		tagged  bool
		change  func(b []byte)
		want    []string
		damaged uint64
	}{
		{name: "plain", link: LinkEthernet, want: []string{string(one), string(two)}},
		{name: "tagged", link: LinkEthernet, tagged: true,
			want: []string{string(frame(0x0800, "one", 0x88a8_2064)), string(frame(0x0800, "two", 0x88a8_2064))}},
		{name: "no kind of tag", link: LinkEthernet, tagged: true, change: func(b []byte) {
			b[blockHeader+packetStatus] &^= unix.TP_STATUS_VLAN_TPID_VALID
		}, want: []string{string(frame(0x0800, "one", 0x8100_2064)), string(frame(0x0800, "two", 0x88a8_2064))}},
		{name: "cut", link: LinkEthernet, snap: 15, want: []string{string(one[:15]), string(two[:15])}},
		{name: "cooked", link: LinkSLL2, tagged: true, want: []string{
			"\x08\x00\x00\x00\x00\x00\x00\x07\x00\x01\x04\x06\x01\x02\x03\x04\x05\x06\x00\x00" + string(one),
			"\x08\x00\x00\x00\x00\x00\x00\x07\x00\x01\x04\x06\x01\x02\x03\x04\x05\x06\x00\x00" + string(two)}},
		{name: "no packets", link: LinkEthernet, change: func(b []byte) { b[blockPackets] = 0 }},
		{name: "begins outside", link: LinkEthernet, change: func(b []byte) { b[blockFirst+3] = 0xff }, damaged: 2},
		{name: "begins in the block's header", link: LinkEthernet, change: func(b []byte) { b[blockFirst] = 8 }, damaged: 2},
		{name: "next is itself", link: LinkEthernet, change: func(b []byte) { binary.NativeEndian.PutUint32(b[blockHeader:], 0) },
			want: []string{string(one)}, damaged: 1},
		{name: "next is outside", link: LinkEthernet, change: func(b []byte) { b[blockHeader+3] = 0x7f },
			want: []string{string(one)}, damaged: 1},
		{name: "no room before the packet", link: LinkEthernet, change: func(b []byte) { b[blockHeader+packetMAC] = packetHeader },
			want: []string{string(two)}, damaged: 1},
		{name: "longer than the block", link: LinkEthernet, change: func(b []byte) { b[blockHeader+packetSnapLen+2] = 1 },
			want: []string{string(two)}, damaged: 1},
	} {
		if c.snap == 0 {
			c.snap = MaxSnapLen
		}
		b := syntheticBlock(512, c.tagged, one, two)
		if c.change != nil {
			c.change(b)
		}
		w := walk{link: c.link, snap: c.snap}
		w.begin(b)
		var got []string
		for p := (pcapfile.Packet{}); w.next(&p); {
			got = append(got, string(p.Data))
			if p.Time/1e9 != 1700000000 || p.Link != c.link || p.Offset != -1 || p.Original < len(p.Data) {
				t.Errorf("%s: %+v", c.name, p)
			}
		}
		if !slices.Equal(got, c.want) || w.damaged != c.damaged {
			t.Errorf("%s: %q with %d damaged, wanted %q with %d", c.name, got, w.damaged, c.want, c.damaged)
		}
	}
}

// FuzzWalk: whatever stands in a block, nothing outside of it is touched, and the walk ends.
func FuzzWalk(f *testing.F) {
	for _, link := range []uint32{LinkEthernet, LinkSLL2, LinkRaw} {
		f.Add(syntheticBlock(512, true, frame(0x0800, "one"), frame(0x0800, "two")), link)
	}
	f.Fuzz(func(t *testing.T, b []byte, link uint32) {
		if len(b) < blockHeader {
			return
		}
		guarded := append(append(bytes.Repeat([]byte{0xa5}, 64), b...), bytes.Repeat([]byte{0xa5}, 64)...)
		block := guarded[64 : 64+len(b) : 64+len(b)]
		w := walk{link: link, snap: 1000}
		w.begin(block)
		n := 0
		for p := (pcapfile.Packet{}); w.next(&p); n++ {
			if len(p.Data) > 1000 || cap(p.Data) != len(p.Data) || p.Original < len(p.Data) {
				t.Fatalf("%+v", p)
			}
			clear(p.Data) // it is the reader's
		}
		if n > len(b)/packetHeader {
			t.Fatalf("%d packets in %d bytes", n, len(b))
		}
		for i, c := range guarded {
			if (i < 64 || i >= 64+len(b)) && c != 0xa5 {
				t.Fatal("written outside the block")
			}
		}
		if !bytes.Equal(block[:blockHeader], b[:blockHeader]) {
			t.Fatal("the block's header was written")
		}
	})
}

func BenchmarkWalk(b *testing.B) {
	for _, c := range []struct {
		name   string
		link   uint32
		tagged bool
	}{{"Ethernet", LinkEthernet, false}, {"VLAN", LinkEthernet, true}, {"any", LinkSLL2, false}} {
		b.Run(c.name, func(b *testing.B) {
			var packets [][]byte
			for range 1500 {
				packets = append(packets, frame(0x0800, string(make([]byte, 500))))
			}
			block := syntheticBlock(1<<20, c.tagged, packets...)
			w := walk{link: c.link, snap: MaxSnapLen}
			var p pcapfile.Packet
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				w.begin(block)
				for w.next(&p) {
					n++
				}
			}
			if w.damaged > 0 || n != b.N*len(packets) {
				b.Fatal(n, w.damaged)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n), "ns/packet")
		})
	}
}
