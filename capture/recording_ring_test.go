package capture

import (
	"encoding/binary"
	"os"
	"strings"
	"sync"
	"testing"
)

// What is read while it is overwritten is never handed out.
func TestRingIsNeverTorn(t *testing.T) {
	const size, step = 256 << 10, 64 << 10
	g, err := newRing(size, 0)
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
				offset := g.first.Load() // the next to go
				if _, err := g.ReadAt(p, offset); err != nil {
					continue
				}
				for i := 0; i < len(p); i += 8 {
					if got := binary.LittleEndian.Uint64(p[i:]); got != uint64(offset)+uint64(i) {
						t.Errorf("at %d there is what belongs to %d", offset+int64(i), got)
						return
					}
				}
			}
		})
	}
	p := make([]byte, step)
	for offset := int64(0); offset < 500*step; offset += step {
		for i := 0; i < len(p); i += 8 {
			binary.LittleEndian.PutUint64(p[i:], uint64(offset)+uint64(i))
		}
		check(t, g.write(p, offset))
	}
	close(done)
	wg.Wait()
}

// The disk with the temporary copy is full: what it has can be read, the rest says so.
func TestRecordingRingFails(t *testing.T) {
	k := record(t, RecordOptions{Spool: 1 << 20})
	for range 100 {
		k.take(t, 1000)
	}
	k.flush()
	b := make([]byte, k.end)
	_, err := k.ring.file.ReadAt(b, 0)
	check(t, err)
	check(t, k.ring.file.Close())
	k.ring.file, err = os.Open(file(t, "ring", b)) // for reading alone
	check(t, err)
	for range 50 {
		k.take(t, 1000)
	}
	k.flush()
	k.take(t, 1000)
	for i := range k.packets[:100] {
		check(t, k.again(t, &k.packets[i]))
	}
	for i := range k.packets[100:150] {
		if err := k.again(t, &k.packets[100+i]); err != ErrOverwritten {
			t.Errorf("packet %d: %v", 100+i, err)
		}
	}
	if k.packets[150].Offset != -1 || len(k.notices) != 1 || !strings.HasPrefix(k.notices[0], "no temporary copy from here on") {
		t.Errorf("%d %q", k.packets[150].Offset, k.notices)
	}
}

func TestRecordingWithoutTemporaryDirectory(t *testing.T) {
	t.Setenv("TMPDIR", "/nowhere")
	if _, err := newRecording(RecordOptions{Spool: 1}, nil); err == nil || !strings.Contains(err.Error(), "set TMPDIR") {
		t.Error(err)
	}
}
