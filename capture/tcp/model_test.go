package tcp

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/mqsniff/mqsniff/session"
)

// The model knows all segments of a direction before it answers, byte by byte: whatever was captured first counts, and
// what was never captured is missing. It shares nothing with the tracker.

// shot is a captured segment at a position of the stream; 0 is the first byte after the SYN.
type shot struct {
	pos     int
	payload []byte
}

// modelOf returns the bytes (0 where missing) and the time of each (-1 where missing), times being packet numbers.
func modelOf(shots []shot, first int64) (content []byte, times []int64) {
	for i, s := range shots {
		for len(content) < s.pos+len(s.payload) {
			content, times = append(content, 0), append(times, -1)
		}
		for k, c := range s.payload {
			if times[s.pos+k] < 0 {
				content[s.pos+k], times[s.pos+k] = c, first+int64(i)
			}
		}
	}
	latest := int64(-1)
	for i, t := range times {
		if t >= 0 {
			latest = max(latest, t)
			times[i] = latest
		}
	}
	return content, times
}

// scramble cuts a stream into segments, overlaps and repeats some, loses some, and mixes their order.
func scramble(r *rand.Rand, stream []byte, lose bool) []shot {
	var shots []shot
	for at := 0; at < len(stream); {
		n := min(1+r.IntN(40), len(stream)-at)
		if !lose || r.IntN(12) > 0 {
			shots = append(shots, shot{at, stream[at : at+n]})
		}
		if r.IntN(4) == 0 {
			from := r.IntN(at + 1)
			to := min(from+1+r.IntN(60), len(stream))
			if lose && r.IntN(2) == 0 {
				to = min(to, at)
			}
			if from < to {
				other := bytes.Clone(stream[from:to])
				if r.IntN(3) == 0 {
					other[r.IntN(len(other))] ^= 0xff // a retransmission that lies
				}
				shots = append(shots, shot{from, other})
			}
		}
		at += n
	}
	for range r.IntN(1 + len(shots)) {
		i := r.IntN(len(shots))
		k := min(i+r.IntN(12), len(shots)-1)
		shots[i], shots[k] = shots[k], shots[i]
	}
	return shots
}

func TestModel(t *testing.T) {
	for seed := range uint64(3000) {
		r := rand.New(rand.NewPCG(seed, 1))
		stream := make([]byte, 1+r.IntN(2000))
		for i := range stream {
			stream[i] = byte(r.UintN(256))
		}
		lose := seed%2 == 1
		shots := scramble(r, stream, lose)
		isn := ^uint32(0) - uint32(r.IntN(len(stream))) // wraps somewhere
		b := newBench(Options{})
		b.Segment(&Segment{Src: clientEnd, Dst: serverEnd, Seq: isn, Flags: SYN, Offset: -1})
		b.streams[0].check = checkChunk(t, isn)
		for i, s := range shots {
			b.Segment(&Segment{
				Src: clientEnd, Dst: serverEnd, Seq: isn + 1 + uint32(s.pos), Payload: s.payload, Time: int64(1 + i),
				Offset: int64(1e6*i + s.pos), Record: int64(i),
			})
		}
		b.End()
		got := b.streams[0]
		content, times := modelOf(shots, 1)
		if !bytes.Equal(got.bytes[0], content) || !slices.Equal(got.times[0], times) {
			t.Fatalf("seed %d: got %x at %v, want %x at %v", seed, got.bytes[0], got.times[0], content, times)
		}
		if !lose && b.Stats().Gaps > 0 {
			t.Fatalf("seed %d: %+v", seed, b.Stats())
		}
		if b.heldBytes != 0 {
			t.Fatalf("seed %d: %d bytes held", seed, b.heldBytes)
		}
	}
}

// checkChunk checks a chunk's place in the file against its number: TestModel puts position p of packet i at 1e6*i + p.
func checkChunk(t *testing.T, isn uint32) func(session.Chunk) {
	return func(c session.Chunk) {
		if want := c.Record*1e6 + int64(c.Seq-isn-1); c.Offset != want {
			t.Errorf("offset %d, want %d", c.Offset, want)
		}
	}
}

// TestAcknowledgedLosses: with acknowledgments right behind what they acknowledge, holes are exact and nothing is held on.
func TestAcknowledgedLosses(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 2))
		b := newBench(Options{})
		b.client(0, "S", 0, 0, "")
		b.server(0, "SA", 0, 1, "")
		var want []byte
		at := 0
		for i := range 200 {
			n := 1 + r.IntN(50)
			p := bytes.Repeat([]byte{byte(1 + i)}, n)
			if r.IntN(10) > 0 {
				b.client(int64(i), "A", uint32(1+at), 1, string(p))
				want = append(want, make([]byte, at-len(want))...)
				want = append(want, p...)
			}
			at += n
			b.server(int64(i), "A", 1, uint32(1+at), "")
			if b.heldBytes > 0 {
				t.Fatalf("seed %d: bytes held behind an acknowledged hole", seed)
			}
		}
		if got := b.streams[0].bytes[0]; !bytes.Equal(got, want) {
			t.Fatalf("seed %d: got %x, want %x", seed, got, want)
		}
	}
}

// FuzzReassembly feeds segments of eight input bytes each: whatever they say, bytes come out in order and once, and no
// memory stays.
func FuzzReassembly(f *testing.F) {
	f.Add([]byte("\x02\x00\x00\x00\x00\x00\x00\x00" + "\x10\x00\x01\x00\x00\x05\x01\x00" + "\x11\x00\x06\x00\x00\x00\x01\x00"))
	f.Add([]byte("\x10\x00\x05\x00\x00\x05\x01\x00" + "\x10\x00\x01\x00\x09\x05\xff\x00" + "\x90\x00\x01\x00\x0a\x05\x01\x00"))
	f.Add([]byte("\x02\xff\xff\xff\x00\x00\x00\x00" + "\x10\x00\x00\x00\x00\xff\x01\x03" + "\x04\x00\x00\x00\x00\x00\x00\x00"))
	payload := bytes.Repeat([]byte("0123456789abcdef"), 16)
	f.Fuzz(func(t *testing.T, in []byte) {
		b := newBench(Options{Connections: 3, SideBuffer: 4096, Buffer: 8192, HoleTimeout: 50})
		now := int64(0)
		var got, segments uint64
		for in = in[:min(len(in), 4096)]; len(in) >= 8; in = in[8:] {
			flags, seq := in[0], uint32(in[1])<<24|uint32(binary.BigEndian.Uint16(in[2:]))
			g := Segment{Src: clientEnd, Dst: serverEnd, Flags: flags & 31, Seq: seq, Ack: uint32(in[4]), Offset: -1}
			g.Payload = payload[:in[5]]
			now += int64(in[6])
			g.Time = now
			g.Lost = int(in[7] & 15)
			g.Src.port += uint64(in[7] >> 6)
			if flags&0x80 != 0 {
				g.Src, g.Dst = g.Dst, g.Src
			}
			b.Segment(&g)
			got += uint64(len(g.Payload))
			segments++
			if b.log = b.log[:0]; b.heldBytes > 8192 {
				t.Fatalf("%d bytes held", b.heldBytes)
			}
		}
		b.End()
		if b.heldBytes != 0 || b.holes.Len() != 0 {
			t.Fatalf("%d bytes in %d holes stay", b.heldBytes, b.holes.Len())
		}
		if b.live.Len() > 3 || b.live.Len()+b.closed.Len() != len(b.table) {
			t.Fatalf("%d live, %d closed, %d in the table", b.live.Len(), b.closed.Len(), len(b.table))
		}
		var out uint64
		for _, s := range b.streams {
			for dir := range s.times {
				latest := int64(-1)
				for _, at := range s.times[dir] {
					if at >= 0 && at < latest {
						t.Fatalf("time goes back from %d to %d", latest, at)
					} else if at >= 0 {
						out++
						latest = at
					}
				}
			}
		}
		if out+b.Stats().Retransmitted > got {
			t.Fatalf("%d bytes in, %d out and %d again", got, out, b.Stats().Retransmitted)
		}
	})
}

func TestNoAllocations(t *testing.T) {
	tr := NewTracker(Options{}, func(int64, session.Endpoints, session.Direction, bool) Stream { return nothing{} })
	g := Segment{Src: clientEnd, Dst: serverEnd, Flags: ACK, Payload: make([]byte, 1000)}
	tr.Segment(&g)
	if n := testing.AllocsPerRun(1000, func() {
		g.Seq += 1000
		g.Time += 1000
		tr.Segment(&g)
	}); n != 0 {
		t.Errorf("%v allocations a segment", n)
	}
}

type nothing struct{}

func (nothing) Begin(session.Direction, int64)                      {}
func (nothing) Bytes(session.Direction, session.Chunk)              {}
func (nothing) Gap(session.Direction, int64, int64)                 {}
func (nothing) Close(session.Direction, int64, session.CloseReason) {}

func BenchmarkSegment(b *testing.B) {
	for _, c := range []struct {
		name  string
		conns int
	}{{"one", 1}, {"1000", 1000}, {"100000", 100_000}} {
		b.Run(c.name, func(b *testing.B) {
			tr := NewTracker(Options{}, func(int64, session.Endpoints, session.Direction, bool) Stream { return nothing{} })
			g := Segment{Src: clientEnd, Dst: serverEnd, Flags: ACK, Payload: make([]byte, 1000)}
			seqs := make([]uint32, c.conns)
			ports := make([]uint64, c.conns)
			for i := range ports {
				ports[i] = uint64(rand.IntN(c.conns))
			}
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				if i++; i == c.conns {
					i = 0
				}
				k := ports[i]
				g.Src.lo = 0x0a000001 + k
				g.Seq = seqs[k]
				seqs[k] += 1000
				tr.Segment(&g)
			}
		})
	}
}
