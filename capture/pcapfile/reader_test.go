package pcapfile

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"
)

func TestClassic(t *testing.T) {
	for _, c := range []struct {
		name  string
		order binary.ByteOrder
		magic uint32
		frac  int64
	}{
		{"little, us", binary.LittleEndian, 0xa1b2c3d4, 7000},
		{"little, ns", binary.LittleEndian, 0xa1b23c4d, 7},
		{"big, us", binary.BigEndian, 0xa1b2c3d4, 7000},
		{"big, ns", binary.BigEndian, 0xa1b23c4d, 7},
	} {
		file := classic(c.order, c.magic, 0x24000000|113, []byte("one"), nil, bytes.Repeat([]byte("x"), 9000))
		all, r, err := read(t, file, 0)
		if err != io.EOF || len(all) != 3 || r.Packets() != 3 {
			t.Fatalf("%s: %v %v", c.name, all, err)
		}
		if p := all[0]; p.Time != 1000e9+c.frac || p.Link != 113 || p.Original != 4 || p.Record != 24 || p.Offset != 40 || p.RecordLen != 19 {
			t.Errorf("%s: %+v", c.name, p)
		}
	}
}

func TestPcapng(t *testing.T) {
	for _, big := range []bool{false, true} {
		for _, size := range []int{1, 0} {
			n := everything(big)
			all, r, err := read(t, n.Bytes(), size)
			if err != io.EOF || texts(all) != "first second third fourfive! stray sixth sevn" {
				t.Fatalf("%q %v", texts(all), err)
			}
			for i, want := range []struct {
				time     int64
				link     uint32
				original int
			}{
				{1_500_000_000, 1, 6}, {1_500_000, 276, 7}, {2_000_000_001, 276, 5}, {0, 1, 9}, {0, NoInterface, 6},
				{(1<<30 + 100) * 1e9, 101, 6}, {0, 101, 9},
			} {
				if want.time > 1e17 {
					want.time += 500_000_000
				}
				if p := all[i]; p.Time != want.time || p.Link != want.link || p.Original != want.original {
					t.Errorf("packet %d: time %d link %d original %d, want %+v", i+1, p.Time, p.Link, p.Original, want)
				}
			}
			if r.Drops() != 9+10+1 {
				t.Errorf("%d drops", r.Drops())
			}
			c := r.Comments()
			if len(c) != 2 || c[0] != (Comment{0, "made by hand"}) || c[1] != (Comment{1, "a comment"}) {
				t.Errorf("%+v", c)
			}
		}
	}
}

func TestResolutions(t *testing.T) {
	for _, c := range []struct {
		resolution byte
		offset     int64
		stamp      uint64
		want       int64
	}{
		{6, 0, 1, 1000},
		{0, 0, 5, 5e9},
		{9, 0, 5, 5},
		{12, 0, 5999, 5},
		{28, 0, math.MaxUint64, 1},
		{29, 0, math.MaxUint64, 0},
		{127, 0, math.MaxUint64, 0},
		{0x80, 0, 3, 3e9},
		{0x80 | 10, 0, 1536, 1.5e9},
		{0x80 | 63, 0, 3 << 62, 1.5e9},
		{0x80 | 64, 0, 1 << 63, 5e8},
		{0xff, 0, math.MaxUint64, 0},
		{6, -5, 6_000_000, 1e9},
		{6, 5, 6_000_000, 11e9},
		{0, 0, math.MaxUint64, math.MaxInt64},
		{0, math.MaxInt64, math.MaxUint64, math.MaxInt64},
	} {
		n := newNG(false).section("")
		n.iface(1, 0, "r"+string([]byte{c.resolution}), "o"+n.u64(uint64(c.offset))).packet(0, c.stamp, "x", "")
		all, _, err := read(t, n.Bytes(), 0)
		if err != io.EOF || all[0].Time != c.want {
			t.Errorf("%+v: %d %v", c, all[0].Time, err)
		}
	}
}

// TestNgWriter reads what gopacket writes.
func TestNgWriter(t *testing.T) {
	var b bytes.Buffer
	w, err := pcapgo.NewNgWriter(&b, layers.LinkTypeEthernet)
	if err != nil {
		t.Fatal(err)
	}
	when := time.Unix(1700000000, 123456789)
	for i := range 5 {
		data := bytes.Repeat([]byte{byte(i)}, 100+i)
		if err := w.WritePacket(gopacket.CaptureInfo{Timestamp: when, CaptureLength: len(data), Length: 2000}, data); err != nil {
			t.Fatal(err)
		}
	}
	w.Flush()
	all, _, err := read(t, b.Bytes(), 0)
	if err != io.EOF || len(all) != 5 || all[4].Time != when.UnixNano() || all[4].Original != 2000 || len(all[4].Data) != 104 {
		t.Errorf("%+v %v", all, err)
	}
}

// TestCutAnywhere: of a file cut at any byte, all whole packets come, and then the end or where the cut is.
func TestCutAnywhere(t *testing.T) {
	files := map[string][]byte{
		"pcap":   classic(binary.LittleEndian, 0xa1b2c3d4, 1, []byte("one"), []byte("two"), []byte("three")),
		"pcapng": everything(true).Bytes(),
	}
	for name, file := range files {
		whole, _, _ := read(t, file, 0)
		for n := range file {
			all, _, err := read(t, file[:n], 0)
			if errors.Is(err, ErrNotCapture) && n < 28 {
				continue
			}
			want := 0
			for _, p := range whole {
				if p.Record+int64(p.RecordLen) <= int64(n) {
					want++
				}
			}
			var e *Error
			if len(all) != want || err != io.EOF && (!errors.As(err, &e) || !e.Truncated || e.Packet != uint64(want+1) || e.Offset > int64(n)) {
				t.Fatalf("%s cut at %d: %d packets, want %d, %v", name, n, len(all), want, err)
			}
		}
	}
}

func TestDamage(t *testing.T) {
	pcap := classic(binary.LittleEndian, 0xa1b2c3d4, 1, []byte("one"), []byte("two"))
	binary.LittleEndian.PutUint32(pcap[24+16+3+8:], 1<<31)
	zero := newNG(false).section("").iface(1, 0).packet(0, 1, "one", "").Bytes()
	long := append([]byte(nil), zero...)
	differ := append([]byte(nil), zero...)
	zero = append(zero, make([]byte, 12)...)
	long = append(long, 6, 0, 0, 0, 0, 0, 0, 0x7f, 0, 0, 0, 0)
	differ = append(differ, 6, 0, 0, 0, 12, 0, 0, 0, 13, 0, 0, 0)
	small := append(append([]byte(nil), long[:len(long)-12]...), 6, 0, 0, 0, 12, 0, 0, 0, 12, 0, 0, 0)
	over := newNG(false).section("").iface(1, 0).packet(0, 1, "one", "")
	over.block(blockEnhanced, over.u32(nil, 0, 0, 0, 100, 100, 0))
	magic := append(append([]byte(nil), small[:len(small)-12]...), 0x0a, 0x0d, 0x0d, 0x0a, 28, 0, 0, 0, 1, 2, 3, 4)
	for name, file := range map[string][]byte{
		"states 2147483648 captured bytes":              pcap,
		"states a length of 0":                          zero,
		"states a length of 2130706432":                 long,
		"two lengths, 12 and 13":                        differ,
		"has no room for its fields":                    small,
		"100 captured bytes in a block with room for 4": over.Bytes(),
		"without its byte-order magic":                  magic,
	} {
		all, r, err := read(t, file, 0)
		var e *Error
		if !errors.As(err, &e) || e.Truncated || !strings.Contains(e.Error(), name) || !strings.HasPrefix(e.Error(), "packet 2 at offset") {
			t.Errorf("%s: %v", name, err)
		}
		if texts(all) != "one" || len(r.buf) > BufferSize {
			t.Errorf("%s: %q, %d bytes of buffer", name, texts(all), len(r.buf))
		}
	}
}

func TestNotACapture(t *testing.T) {
	for _, s := range []string{"", "x", "GET / HTTP/1.1\r\n\r\n and so on", "\xd4\xc3\xb2\xa1 short", "\x0a\x0d\x0d\x0a\x1c\x00\x00\x00 no magic"} {
		if _, err := NewReader(strings.NewReader(s), 0); !errors.Is(err, ErrNotCapture) {
			t.Errorf("%q: %v", s, err)
		}
	}
}

func TestReadErrors(t *testing.T) {
	file := classic(binary.LittleEndian, 0xa1b2c3d4, 1, []byte("one"), []byte("two"))
	broken := errors.New("broken")
	r, err := NewReader(io.MultiReader(iotest.OneByteReader(bytes.NewReader(file)), iotest.ErrReader(broken)), 0)
	if err != nil {
		t.Fatal(err)
	}
	all, _, err := readAll(t, r, file)
	if texts(all) != "one two" || !errors.Is(err, broken) {
		t.Errorf("%q %v", texts(all), err)
	}
}

// TestLargeRecord: the buffer grows with what is really there.
func TestLargeRecord(t *testing.T) {
	file := classic(binary.LittleEndian, 0xa1b2c3d4, 1, []byte("one"), bytes.Repeat([]byte("x"), MaxRecord-16), []byte("three"))
	all, _, err := read(t, file, 1)
	if err != io.EOF || len(all) != 3 {
		t.Fatal(len(all), err)
	}
	_, r, err := read(t, file[:10000], 1)
	var e *Error
	if !errors.As(err, &e) || len(r.buf) > 32<<10 {
		t.Errorf("%v, %d bytes of buffer", err, len(r.buf))
	}
}

func TestTooManyInterfaces(t *testing.T) {
	n := newNG(false).section("")
	for range maxTables {
		n.iface(1, 0)
	}
	if _, _, err := read(t, n.Bytes(), 0); err == nil || !strings.Contains(err.Error(), "more than 65536") {
		t.Error(err)
	}
}

func TestResume(t *testing.T) {
	for name, file := range map[string][]byte{
		"pcap":   classic(binary.BigEndian, 0xa1b23c4d, 1, []byte("one"), []byte("two"), []byte("three")),
		"pcapng": everything(false).Bytes(),
	} {
		whole, r, _ := read(t, file, 0)
		for i := range whole {
			for k := i; k < len(whole); k++ {
				end := whole[k].Record + int64(whole[k].RecordLen)
				part, _, err := readAll(t, r.Resume(bytes.NewReader(file), whole[i].Record, end-whole[i].Record), file)
				if err != io.EOF || texts(part) != texts(whole[i:k+1]) {
					t.Fatalf("%s %d..%d: %q %v", name, i, k, texts(part), err)
				}
				for j, p := range part {
					if w := whole[i+j]; p.Time != w.Time || p.Link != w.Link || p.Record != w.Record || p.Offset != w.Offset {
						t.Fatalf("%s: %+v, want %+v", name, p, w)
					}
				}
			}
		}
	}
}

func FuzzPcapFile(f *testing.F) {
	f.Add(classic(binary.LittleEndian, 0xa1b2c3d4, 1, []byte("one"), []byte("two")))
	f.Add(classic(binary.BigEndian, 0xa1b23c4d, 113, []byte("one")))
	f.Add(everything(false).Bytes())
	f.Add(everything(true).Bytes())
	f.Fuzz(func(t *testing.T, file []byte) {
		all, r, err := read(t, file, 1)
		if r == nil {
			return
		}
		var e *Error
		if err != io.EOF && !errors.As(err, &e) {
			t.Fatal(err)
		}
		if len(r.buf) > 2*len(file)+minBuffer {
			t.Fatalf("%d bytes of buffer for %d", len(r.buf), len(file))
		}
		if len(all) > 0 {
			i := len(all) / 2
			part, _, _ := readAll(t, r.Resume(bytes.NewReader(file), all[i].Record, int64(len(file))-all[i].Record), file)
			if len(part) == 0 || !bytes.Equal(part[0].Data, all[i].Data) || part[0].Time != all[i].Time || part[0].Link != all[i].Link {
				t.Fatalf("packet %d reads differently again", i+1)
			}
		}
	})
}

func BenchmarkNext(b *testing.B) {
	packets := make([][]byte, 10000)
	for i := range packets {
		packets[i] = make([]byte, 300)
	}
	n := newNG(false).section("").iface(1, 0)
	for _, p := range packets {
		n.packet(0, 1, string(p), "")
	}
	for name, file := range map[string][]byte{"pcap": classic(binary.LittleEndian, 0xa1b2c3d4, 1, packets...), "pcapng": n.Bytes()} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(300)
			src := bytes.NewReader(file)
			r, _ := NewReader(src, 0)
			var p Packet
			for b.Loop() {
				if err := r.Next(&p); err != nil { // again from the first packet
					src.Reset(file)
					r.srcErr, r.pos, r.end = nil, 0, 0
					if name == "pcap" {
						_ = r.fill(fileHeader)
						r.pos = fileHeader
					}
				}
			}
		})
	}
}
