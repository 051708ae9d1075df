package pcapfile

import (
	"bytes"
	"io"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/pcapgo"
)

func FuzzWriter(f *testing.F) {
	f.Add(uint64(1), "comment", int64(1_700_000_000_123_456_789))
	f.Add(uint64(2), "", int64(-5))
	f.Add(uint64(3), "\xff\x00\x1b[31m", int64(math.MaxInt64))
	f.Fuzz(func(t *testing.T, seed uint64, text string, stamp int64) {
		random := rand.New(rand.NewPCG(seed, 0))
		var b bytes.Buffer
		w := NewWriter(&b, Section{Application: text})
		var want []Packet
		ifaces := 0
		for range 1 + random.IntN(40) {
			switch k := random.IntN(10); {
			case k == 0 || ifaces == 0:
				if _, err := w.AddInterface(Interface{Name: text, Filter: text, Link: uint32(ifaces), SnapLen: random.Uint32()}); err != nil {
					t.Fatal(err)
				}
				ifaces++
			case k == 1:
				if err := w.Flush(); err != nil {
					t.Fatal(err)
				}
			case k == 2:
				if err := w.Secrets(random.Uint32(), []byte(text)); err != nil {
					t.Fatal(err)
				}
			case k == 3:
				if err := w.NewSection(); err != nil {
					t.Fatal(err)
				}
			default:
				id := random.IntN(ifaces)
				p := Packet{Data: make([]byte, random.IntN(3000)<<(random.IntN(2)*7)), Time: stamp, Link: uint32(id)}
				for i := range p.Data {
					p.Data[i] = byte(random.Uint32())
				}
				p.Original = len(p.Data) + random.IntN(2)*random.IntN(1<<31)
				if stamp < math.MaxInt64 {
					stamp++
				}
				o := PacketOptions{Direction: Direction(random.IntN(3)), Dropped: random.Uint64() >> random.IntN(65)}
				if random.IntN(2) == 0 {
					o.Comment = text
				}
				if err := w.Packet(id, &p, o); err != nil {
					t.Fatal(err)
				}
				p.Time = max(0, p.Time)
				want = append(want, p)
			}
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		got, _, err := read(t, b.Bytes(), 0)
		if err != io.EOF {
			t.Fatal(err)
		}
		same(t, got, want)
	})
}

func TestWriterAllocations(t *testing.T) {
	w := NewWriter(io.Discard, testSection)
	if _, err := w.AddInterface(testInterfaces[0]); err != nil {
		t.Fatal(err)
	}
	p := Packet{Data: make([]byte, 1400), Time: 1}
	if n := testing.AllocsPerRun(1000, func() {
		if err := w.Packet(0, &p, PacketOptions{Inbound, 7, "rule=slow"}); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func BenchmarkWriter(b *testing.B) {
	data := make([]byte, 1400)
	b.Run("ours", func(b *testing.B) {
		w := NewWriter(io.Discard, Section{})
		w.AddInterface(Interface{Link: 1})
		b.SetBytes(int64(len(data)))
		b.ReportAllocs()
		for b.Loop() {
			p := Packet{Data: data, Time: 1}
			w.Packet(0, &p, PacketOptions{Direction: Inbound})
		}
	})
	b.Run("gopacket", func(b *testing.B) {
		w, _ := pcapgo.NewNgWriter(io.Discard, 1)
		b.SetBytes(int64(len(data)))
		b.ReportAllocs()
		for b.Loop() {
			w.WritePacket(gopacket.CaptureInfo{Timestamp: time.Unix(0, 1), CaptureLength: len(data), Length: len(data)}, data)
		}
	})
}
