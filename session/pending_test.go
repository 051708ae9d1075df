package session

import (
	"math/rand/v2"
	"testing"
)

// TestPendingModel holds the table against a plain list in the order of arrival.
func TestPendingModel(t *testing.T) {
	for seed := range uint64(50) {
		r := rand.New(rand.NewPCG(seed, 3))
		limit, keys := 1+r.IntN(300), 1+r.Uint64N(200)
		table := newPendingTable(limit)
		type request struct {
			key    uint64
			number uint32
		}
		var model []request
		for n := range uint32(3000) {
			key := r.Uint64N(keys) << r.IntN(2) * 33
			if r.IntN(9) < 5 {
				if len(model) == limit {
					model = model[1:]
				}
				model = append(model, request{key, n})
				table.add(key).number = n
			} else {
				want, found := uint32(0), false
				for i, q := range model {
					if q.key == key {
						want, found = q.number, true
						model = append(model[:i:i], model[i+1:]...)
						break
					}
				}
				if w := table.remove(key); (w != nil) != found || found && w.number != want {
					t.Fatalf("seed %d, step %d: got %+v, want %d %v", seed, n, w, want, found)
				}
			}
			if table.len() != len(model) || len(table.places) > limit {
				t.Fatalf("seed %d, step %d: %d in %d places, want %d", seed, n, table.len(), len(table.places), len(model))
			}
		}
		for _, q := range model {
			if w := table.remove(q.key); w == nil || w.number != q.number {
				t.Fatalf("seed %d: %+v is lost", seed, q)
			}
		}
		for _, first := range table.buckets {
			if first >= 0 {
				t.Fatalf("seed %d: place %d stays in its bucket", seed, first)
			}
		}
	}
}
