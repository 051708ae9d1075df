package capture

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/mqsniff/mqsniff/capture/pcapfile"
)

func TestRecordingConcurrently(t *testing.T) {
	for _, o := range []RecordOptions{
		{Spool: 100_000},
		{Path: filepath.Join(t.TempDir(), "r.pcapng"), MaxSize: 50_000, MaxFiles: 3},
		{Path: filepath.Join(t.TempDir(), "r.zst"), Spool: 100_000, MaxSize: 50_000},
	} {
		k := record(t, o)
		var mu sync.Mutex
		var packets []pcapfile.Packet
		var wg sync.WaitGroup
		done := make(chan struct{})
		var read [3]int
		for g := range read {
			wg.Go(func() {
				random := rand.New(rand.NewPCG(uint64(g), 1))
				for {
					select {
					case <-done:
						return
					default:
					}
					mu.Lock()
					recent := slices.Clone(packets[max(0, len(packets)-200):])
					mu.Unlock()
					if len(recent) == 0 {
						continue
					}
					p := recent[random.IntN(len(recent))]
					data := make([]byte, len(p.Data))
					_, err := k.ReadAt(data, p.Offset)
					if err == nil && !bytes.Equal(data, p.Data) {
						t.Errorf("packet %d is torn", p.Time)
						return
					}
					if err != nil && err != ErrOverwritten {
						t.Error(err)
						return
					}
					var q pcapfile.Packet
					if err := k.resume(p.Record, int64(p.RecordLen)).Next(&q); err == nil && !bytes.Equal(q.Data, p.Data) ||
						err != nil && !errors.Is(err, ErrOverwritten) {
						t.Errorf("packet %d: %v", p.Time, err)
						return
					}
					read[g]++
				}
			})
		}
		for i := range 3000 {
			k.take(t, 100+i%1000)
			if i%16 == 0 {
				k.flush()
			}
			mu.Lock()
			packets = k.packets
			mu.Unlock()
		}
		close(done)
		wg.Wait()
		if o.Path == "" && read == [3]int{} {
			t.Log("nothing was read")
		}
	}
}
