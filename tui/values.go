package tui

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"sync"

	"github.com/mqsniff/mqsniff/filter"
	"github.com/mqsniff/mqsniff/session"
)

// Bounds of what is counted for completion.
const (
	maxCounted = 1 << 16 // different values of a field
	maxOffered = 50
)

// values counts what topics, groups and so on were seen, for completion. Counting is done by a worker, from where it
// ended the last time.
type values struct {
	store *session.Store
	busy  sync.Mutex // held by the worker

	mu      sync.Mutex
	next    uint32
	symbols map[string]map[session.Symbol]int // by field
	numbers map[string]map[int32]int
}

func newValues(store *session.Store) *values {
	return &values{store: store, next: 1,
		symbols: map[string]map[session.Symbol]int{"topic": {}, "group": {}, "client_id": {}},
		numbers: map[string]map[int32]int{"queue_id": {}, "conn": {}, "code": {}, "status": {}},
	}
}

// count takes in the events that came since the last time.
func (v *values) count(ctx context.Context) {
	if !v.busy.TryLock() {
		return
	}
	defer v.busy.Unlock()
	batch := make([]session.Event, scanBatch)
	for ctx.Err() == nil {
		n := v.store.Copy(v.next, batch)
		if n == 0 {
			return
		}
		v.mu.Lock()
		for i := range batch[:n] {
			ev := &batch[i]
			if !ev.Kind.Frame() {
				continue
			}
			add(v.symbols["topic"], ev.Topic)
			add(v.symbols["group"], ev.Group)
			add(v.symbols["client_id"], ev.ClientID)
			add(v.numbers["conn"], int32(ev.Conn))
			if !ev.Has(session.Unmatched) {
				add(v.numbers["code"], ev.Code)
			}
			if ev.Kind == session.Response {
				add(v.numbers["status"], ev.Status)
			}
			if ev.QueueID != session.None {
				add(v.numbers["queue_id"], ev.QueueID)
			}
		}
		v.next = batch[n-1].Number + 1
		v.mu.Unlock()
	}
}

func add[K comparable](m map[K]int, key K) {
	if _, ok := m[key]; ok || len(m) < maxCounted {
		m[key]++
	}
}

// of are the values of a field, the most frequent first.
func (v *values) of(field string) []filter.Value {
	v.mu.Lock()
	defer v.mu.Unlock()
	var out []filter.Value
	for s, n := range v.symbols[field] {
		if s != 0 {
			out = append(out, filter.Value{Text: v.store.Symbols().Text(s), Count: n})
		}
	}
	for k, n := range v.numbers[field] {
		out = append(out, filter.Value{Text: strconv.Itoa(int(k)), Count: n})
	}
	slices.SortFunc(out, func(a, b filter.Value) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Text, b.Text))
	})
	return out[:min(len(out), maxOffered)]
}
