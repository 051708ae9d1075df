package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The same bytes coalesced, cut, reordered or repeated on their way give the same output. Each test here changes how the
// sample captures lie in packets, and nothing else.

// resegmented calls f for each sample that is a plain pcap, so of one link type.
func resegmented(t *testing.T, f func(t *testing.T, path string, packets []packet)) {
	for _, path := range captures(t) {
		if filepath.Ext(path) != ".pcap" {
			continue
		}
		if info, err := os.Stat(path); err != nil {
			t.Fatal(err)
		} else if testing.Short() && info.Size() > 20_000 {
			continue
		}
		t.Run(filepath.Base(path), func(t *testing.T) { f(t, path, readPackets(t, path)) })
	}
}

func readJSON(t *testing.T, path string) string {
	t.Helper()
	out, errs, code := mqsniff(t, "read", "-o", "json", path)
	if code != 0 {
		t.Fatalf("exit %d: %s", code, errs)
	}
	return out
}

// rewritten reads packets that were changed.
func rewritten(t *testing.T, packets []packet, f format) string {
	t.Helper()
	return readJSON(t, writeFile(t, "changed.pcap", writeCapture(packets, f)))
}

func sameText(t *testing.T, got, want string) {
	t.Helper()
	if got == want {
		return
	}
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			t.Fatalf("line %d:\n got %s\nwant %s", i+1, g[i], w[i])
		}
	}
	t.Fatalf("%d lines, want %d", len(g), len(w))
}

// exact is the format that loses nothing of these times.
func exact(packets []packet) format {
	for i := range packets {
		if packets[i].time%1000 != 0 {
			return format{nanos: true}
		}
	}
	return format{}
}

// wrap shifts the sequence numbers of each direction so that they pass 2^32 in the middle of its bytes.
func wrap(packets []packet) []packet {
	sum, count := map[way]uint64{}, map[way]uint64{}
	first := map[way]uint32{}
	for i := range packets {
		p := &packets[i]
		if _, ok := first[p.way]; !ok {
			first[p.way] = p.seq
		}
		if len(p.payload) > 0 {
			sum[p.way] += uint64(p.seq - first[p.way])
			count[p.way]++
		}
	}
	shift := map[way]uint32{}
	for w, n := range count {
		shift[w] = -(first[w] + uint32(sum[w]/n))
	}
	out := slices.Clone(packets)
	for i := range out {
		p := &out[i]
		p.seq += shift[p.way]
		if p.flags&flagACK != 0 {
			p.ack += shift[p.way.back()]
		}
	}
	return out
}

// TestWrapped: sequence numbers are counted modulo 2^32 (RFC 9293, section 3.4).
func TestWrapped(t *testing.T) {
	resegmented(t, func(t *testing.T, path string, packets []packet) {
		sameText(t, rewritten(t, wrap(packets), exact(packets)), readJSON(t, path))
	})
}

// cut makes 1-byte segments of every payload, all at the same time; a FIN or RST goes with the last of them.
func cut(packets []packet) []packet {
	var out []packet
	for _, p := range packets {
		for len(p.payload) > 1 {
			first := p
			first.payload, first.lost = p.payload[:1], 0
			first.flags &^= flagFIN | flagRST
			out = append(out, first)
			p.payload = p.payload[1:]
			p.seq++
			if p.flags&flagSYN != 0 {
				p.seq++
				p.flags &^= flagSYN
			}
		}
		out = append(out, p)
	}
	return out
}

// TestCut: everything is the same, times and latencies too.
func TestCut(t *testing.T) {
	resegmented(t, func(t *testing.T, path string, packets []packet) {
		want := readJSON(t, path)
		sameText(t, rewritten(t, cut(packets), exact(packets)), want)
		if info, err := os.Stat(path); err == nil && info.Size() < 50_000 {
			sameText(t, rewritten(t, cut(wrap(packets)), exact(packets)), want)
		}
	})
}

// plainACK tells whether a packet only acknowledges.
func plainACK(p *packet) bool {
	return p.isTCP && len(p.payload)+p.lost == 0 && p.flags&(flagSYN|flagFIN|flagRST) == 0
}

// plainData tells whether a packet only carries bytes, all of them captured.
func plainData(p *packet) bool {
	return p.isTCP && len(p.payload) > 0 && p.lost == 0 && p.flags&(flagSYN|flagFIN|flagRST) == 0
}

// silent leaves out plain acknowledgments. They only tell when a hole will not be filled, so without holes nobody misses
// them; and then more segments of one direction are neighbours.
func silent(packets []packet) []packet {
	return slices.DeleteFunc(slices.Clone(packets), func(p packet) bool { return plainACK(&p) })
}

// coalesce joins segments of one direction that follow each other with nothing of their connection between: the result
// comes in the place and at the time of the last. A frame that was whole before is whole later now, so frames of
// different connections change places, but never a request with its response.
func coalesce(packets []packet) []packet {
	const most = 60000
	out := make([]packet, 0, len(packets))
	last := map[way]int{} // of a connection: its last packet in out
	for _, p := range packets {
		both := p.way.both()
		i, ok := last[both]
		if ok && plainData(&p) {
			q := &out[i]
			if q.way == p.way && plainData(q) && q.seq+uint32(len(q.payload)) == p.seq && len(q.payload)+len(p.payload) <= most {
				p.seq = q.seq
				p.payload = slices.Concat(q.payload, p.payload)
				q.link = gone
			}
		}
		last[both] = len(out)
		out = append(out, p)
	}
	return slices.DeleteFunc(out, func(p packet) bool { return p.link == gone })
}

// gone marks a packet to be left out.
const gone = 1<<32 - 1

func TestCoalesced(t *testing.T) {
	resegmented(t, func(t *testing.T, path string, packets []packet) {
		want := readJSON(t, path)
		sameFrames(t, rewritten(t, coalesce(packets), exact(packets)), want)
		sameFrames(t, rewritten(t, coalesce(wrap(packets)), exact(packets)), want)
		if !strings.Contains(want, `"kind":"gap"`) {
			joined := coalesce(silent(packets))
			sameFrames(t, rewritten(t, joined, exact(packets)), want)
		}
	})
}

// swap exchanges neighbours of one direction that have nothing of their connection between them. The place and time of
// each stay. Two things are left alone. Nothing is swapped with the first segment of a direction whose SYN was not
// captured: what comes before the first captured byte of such a direction is not waited for. And nothing is swapped over
// 2 s or more: nor is a hole waited for longer than that.
func swap(r *rand.Rand, packets []packet) []packet {
	out := slices.Clone(packets)
	last := map[way]int{}   // of a connection: its last packet
	began := map[way]bool{} // of a direction: its first byte came before that
	for i := range out {
		p := &out[i]
		if !p.isTCP {
			continue
		}
		both := p.way.both()
		k, ok := last[both]
		last[both] = i
		if !ok {
			continue
		}
		q := &out[k]
		if p.way == q.way && plainData(p) && plainData(q) && began[p.way] && p.time-q.time < 1_900_000_000 && r.IntN(4) > 0 {
			p.time, q.time = q.time, p.time
			*p, *q = *q, *p
		}
		began[q.way] = began[q.way] || plainData(q) || q.flags&flagSYN != 0
	}
	return out
}

func TestSwapped(t *testing.T) {
	resegmented(t, func(t *testing.T, path string, packets []packet) {
		want := readJSON(t, path)
		for seed := range seeds() {
			r := rand.New(rand.NewPCG(seed, 1))
			sameFrames(t, rewritten(t, swap(r, packets), exact(packets)), want)
			sameFrames(t, rewritten(t, swap(r, wrap(packets)), exact(packets)), want)
			if strings.Contains(want, `"kind":"gap"`) {
				continue
			}
			// Shorter segments have more neighbours.
			sameFrames(t, rewritten(t, swap(r, shorten(r, silent(packets))), exact(packets)), want)
		}
	})
}

// shorten cuts payloads at random places.
func shorten(r *rand.Rand, packets []packet) []packet {
	var out []packet
	for _, p := range packets {
		for plainData(&p) && len(p.payload) > 1 && r.IntN(8) > 0 {
			n := 1 + r.IntN(min(len(p.payload)-1, 400))
			first := p
			first.payload = p.payload[:n:n]
			out = append(out, first)
			p.payload = p.payload[n:]
			p.seq += uint32(n)
		}
		out = append(out, p)
	}
	return out
}

func seeds() uint64 {
	if testing.Short() {
		return 1
	}
	return 3
}

// repeat sends packets again a little later, and segments that begin or end elsewhere in what was sent already, alone or
// with the next new bytes. Nothing is sent again behind a SYN: another connection on the same addresses and ports would
// get it.
func repeat(r *rand.Rand, packets []packet) []packet {
	type again struct {
		packet
		at int
	}
	var later []again
	var out []packet
	sent := map[way][]byte{} // the bytes before the next one of a direction, without a hole in them
	next := map[way]uint32{}
	for i, p := range packets {
		if p.flags&flagSYN != 0 {
			later = slices.DeleteFunc(later, func(a again) bool { return a.way.both() == p.way.both() })
			delete(sent, p.way)
			delete(sent, p.way.back())
		}
		if p.isTCP && p.flags&(flagSYN|flagRST) == 0 && r.IntN(4) == 0 {
			later = append(later, again{p, i + 1 + r.IntN(20)})
		}
		if p.isTCP && len(p.payload) > 0 && p.flags&flagSYN == 0 {
			if next[p.way] != p.seq {
				sent[p.way] = nil
			}
			known := sent[p.way]
			end := p.seq + uint32(len(p.payload))
			whole := slices.Concat(known, p.payload)
			if p.lost == 0 {
				sent[p.way], next[p.way] = whole, end
			} else {
				delete(sent, p.way)
				next[p.way] = end
			}
			if len(known) > 0 && r.IntN(3) == 0 { // begins earlier
				n := 1 + r.IntN(min(len(known), 200))
				p.seq -= uint32(n)
				p.payload = slices.Concat(known[len(known)-n:], p.payload)
			}
			if r.IntN(3) == 0 { // some of what was sent, from anywhere to anywhere
				from := r.IntN(len(whole))
				to := from + 1 + r.IntN(len(whole)-from)
				q := p
				q.seq, q.payload, q.lost = end-uint32(len(whole)-from), whole[from:to], 0
				q.flags &^= flagFIN | flagRST
				if to-from < 60000 {
					later = append(later, again{q, i + r.IntN(20)})
				}
			}
		}
		out = append(out, p)
		later = slices.DeleteFunc(later, func(a again) bool {
			if a.at > i {
				return false
			}
			a.time = p.time
			out = append(out, a.packet)
			return true
		})
	}
	return out
}

// TestRepeated: everything is the same, times and latencies too.
func TestRepeated(t *testing.T) {
	resegmented(t, func(t *testing.T, path string, packets []packet) {
		want := readJSON(t, path)
		for seed := range seeds() {
			r := rand.New(rand.NewPCG(seed, 2))
			sameText(t, rewritten(t, repeat(r, packets), exact(packets)), want)
			sameText(t, rewritten(t, repeat(r, shorten(r, wrap(packets))), exact(packets)), want)
		}
	})
}

// TestFormats: a capture says the same in every form.
func TestFormats(t *testing.T) {
	resegmented(t, func(t *testing.T, path string, packets []packet) {
		want := readJSON(t, path)
		nanos := exact(packets).nanos
		var forms []format
		for _, big := range []bool{false, true} {
			forms = append(forms, format{big: big, nanos: true}, format{big: big, nanos: true, ng: true})
			if !nanos {
				forms = append(forms, format{big: big}, format{big: big, ng: true})
			}
		}
		for _, f := range forms {
			t.Run(fmt.Sprintf("%+v", f), func(t *testing.T) { sameText(t, rewritten(t, packets, f), want) })
		}
	})
}

func TestCompressedCaptures(t *testing.T) {
	for _, path := range captures(t) {
		if filepath.Ext(path) == ".gz" {
			continue
		}
		b, err := os.ReadFile(path)
		check(t, err)
		if testing.Short() && len(b) > 20_000 {
			continue
		}
		want := readJSON(t, path)
		for _, how := range []string{"gz", "zst", "lz4"} {
			t.Run(filepath.Base(path)+"."+how, func(t *testing.T) {
				// The bytes tell, not the name.
				sameText(t, readJSON(t, writeFile(t, "capture", pack(t, how, b))), want)
			})
		}
	}
}

// sameFrames compares the frames of each direction of each connection, in their order. Times, latencies and the order
// between directions and connections may differ; the pairs may not.
func sameFrames(t *testing.T, got, want string) {
	t.Helper()
	g, w := framesOf(t, got), framesOf(t, want)
	for way, frames := range w {
		if len(g[way]) != len(frames) {
			t.Errorf("%s: %d frames, want %d", way, len(g[way]), len(frames))
			continue
		}
		for i := range frames {
			if g[way][i] != frames[i] {
				t.Fatalf("%s, frame %d:\n got %s\nwant %s", way, i+1, g[way][i], frames[i])
			}
		}
	}
	for way, frames := range g {
		if _, ok := w[way]; !ok {
			t.Errorf("%s: %d frames, want none", way, len(frames))
		}
	}
}

// framesOf returns what must not change of the frames, by connection and direction. A connection is named by its ends and
// how many connections there were between them before; a request by its place in its direction.
func framesOf(t *testing.T, lines string) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	ends := map[string][]json.Number{} // numbers of the connections between two ends
	places := map[json.Number]string{}
	decodeLines(t, []byte(lines), func(d *json.Decoder) error {
		var e map[string]any
		if err := d.Decode(&e); err != nil {
			return err
		}
		name := fmt.Sprintf("%s -> %s", e["client"], e["server"])
		number := e["conn"].(json.Number)
		k := slices.Index(ends[name], number)
		if k < 0 {
			k = len(ends[name])
			ends[name] = append(ends[name], number)
		}
		if e["len"] == nil { // no frame
			return nil
		}
		way := fmt.Sprintf("%s #%d %s", name, k+1, e["dir"])
		places[e["frame"].(json.Number)] = fmt.Sprintf("%s %d", way, len(out[way])+1)
		if r, ok := e["request"].(json.Number); ok {
			e["request"] = places[r]
		}
		for _, key := range []string{"frame", "time", "conn", "latency_ns"} {
			delete(e, key)
		}
		var b bytes.Buffer
		encoder := json.NewEncoder(&b)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(e); err != nil {
			return err
		}
		out[way] = append(out[way], b.String())
		return nil
	})
	return out
}

// damage takes packets out, at the beginning and anywhere, and changes bytes.
func damage(r *rand.Rand, packets []packet) []packet {
	from := r.IntN(1 + len(packets)/4)
	var out []packet
	for _, p := range packets[from:] {
		switch r.IntN(16) {
		case 0:
			continue
		case 1:
			p.payload = slices.Clone(p.payload)
			for i := range p.payload {
				if r.IntN(50) == 0 {
					p.payload[i] = byte(r.UintN(256))
				}
			}
		}
		out = append(out, p)
	}
	return out
}

// TestDamagedAndCut: what is found in damaged streams does not depend on the segments either.
func TestDamagedAndCut(t *testing.T) {
	resegmented(t, func(t *testing.T, path string, packets []packet) {
		if len(packets) > 400 {
			return
		}
		for seed := range seeds() {
			r := rand.New(rand.NewPCG(seed, 3))
			damaged := damage(r, packets)
			want := rewritten(t, damaged, exact(packets))
			sameText(t, rewritten(t, cut(damaged), exact(packets)), want)
			sameText(t, rewritten(t, shorten(r, damaged), exact(packets)), want)
		}
	})
}
