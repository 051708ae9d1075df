package capture

import (
	"encoding/binary"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"testing"
)

// What is read while it is overwritten is never handed out.
func TestRingIsNeverTorn(t *testing.T) {
	const step = 64 << 10
	for _, c := range []struct{ size, memory int64 }{{256 << 10, 256 << 10}, {256 << 10, 16 << 10}, {300_000, 100_000}} {
		g, err := newRing(c.size, c.memory, 0)
		check(t, err)
		defer g.close()
		var wg sync.WaitGroup
		done := make(chan struct{})
		for range 2 {
			wg.Go(func() {
				p := make([]byte, step)
				for {
					select {
					case <-done:
						return
					default:
					}
					offset := (g.first.Load() + 7) &^ 7 // the next to go
					if _, err := g.ReadAt(p, offset); err != nil {
						continue
					}
					for i := 0; i < len(p); i += 8 {
						if got := binary.LittleEndian.Uint64(p[i:]); got != uint64(offset)+uint64(i) {
							t.Errorf("%v: at %d there is what belongs to %d", c, offset+int64(i), got)
							return
						}
					}
				}
			})
		}
		p := make([]byte, step)
		for offset := int64(0); offset < 150*step; offset += step {
			for i := 0; i < len(p); i += 8 {
				binary.LittleEndian.PutUint64(p[i:], uint64(offset)+uint64(i))
			}
			check(t, g.write(p, offset))
		}
		close(done)
		wg.Wait()
	}
}

// TestRingKeepsTheLatest: exactly as many bytes as the ring has can be read again, wherever they are, and whatever it begins
// with.
func TestRingKeepsTheLatest(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	content := func(p []byte, offset int64) {
		for i := range p {
			at := uint64(offset) + uint64(i)
			p[i] = byte(at*0x9e3779b97f4a7c15>>56) ^ byte(at)
		}
	}
	for _, c := range []struct{ size, memory, begin int64 }{
		{1, 1, 0}, {1, 1 << 20, 5}, {100, 7, 3}, {1000, 1000, 0}, {1000, 333, 12345}, {4096, 64, 1 << 40}, {5000, 1024, 1},
	} {
		g, err := newRing(c.size, c.memory, c.begin)
		check(t, err)
		end := c.begin
		for range 300 {
			p := make([]byte, random.Int64N(3*c.memory%5000+1))
			content(p, end)
			check(t, g.write(p, end))
			end += int64(len(p))
			first := max(c.begin, end-c.size)
			for range 5 {
				offset := max(0, end-random.Int64N(c.size+c.size/2+2))
				got := make([]byte, 1+random.Int64N(c.size+10))
				n, err := g.ReadAt(got, offset)
				switch {
				case offset >= end:
					if n != 0 || err != io.EOF {
						t.Fatalf("%v: behind the end: %d, %v", c, n, err)
					}
				case offset < first:
					if n != 0 || err != ErrOverwritten {
						t.Fatalf("%v: %d bytes at %d, of %d to %d: %v", c, n, offset, first, end, err)
					}
				default:
					want := make([]byte, min(int64(len(got)), end-offset))
					content(want, offset)
					if string(got[:n]) != string(want) || err != nil && err != io.EOF {
						t.Fatalf("%v: %d bytes at %d, of %d to %d: %v", c, n, offset, first, end, err)
					}
				}
			}
		}
		check(t, g.close())
		if _, err := g.ReadAt(make([]byte, 1), end-1); err == nil {
			t.Error("read after close")
		}
	}
}

// The disk with the temporary copy is full: what was taken before that is known can be read, the rest says so.
func TestRecordingRingFails(t *testing.T) {
	k := record(t, RecordOptions{Spool: 1 << 20})
	take := func(n int) {
		for range n {
			k.take(t, 1000)
		}
		k.flush()
	}
	g := k.ring
	take(100)
	g.mu.Lock()
	for g.end-g.saved >= g.piece {
		g.moved.Wait()
	}
	writable := g.file
	b := make([]byte, g.saved)
	_, err := writable.ReadAt(b, 0)
	check(t, err)
	g.file, err = os.Open(file(t, "ring", b)) // for reading alone
	check(t, err)
	g.mu.Unlock()
	check(t, writable.Close())

	take(100)
	g.mu.Lock()
	for g.err == nil {
		g.moved.Wait()
	}
	g.mu.Unlock()
	take(50)
	take(1)
	for i := range k.packets[:200] {
		if err := k.again(t, &k.packets[i]); err != nil {
			t.Errorf("packet %d: %v", i, err)
		}
	}
	for i := range k.packets[200:250] {
		if err := k.again(t, &k.packets[200+i]); err != ErrOverwritten {
			t.Errorf("packet %d: %v", 200+i, err)
		}
	}
	if k.packets[250].Offset != -1 || len(k.notices) != 1 || !strings.HasPrefix(k.notices[0], "no temporary copy from here on") {
		t.Errorf("%d %q", k.packets[250].Offset, k.notices)
	}
}

func TestRecordingWithoutTemporaryDirectory(t *testing.T) {
	t.Setenv("TMPDIR", "/nowhere")
	if _, err := newRecording(RecordOptions{Spool: 1}, nil); err == nil || !strings.Contains(err.Error(), "set TMPDIR") {
		t.Error(err)
	}
}
