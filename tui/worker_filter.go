package tui

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/mqsniff/mqsniff/session"
)

// Sizes of the filter's worker.
const (
	scanBatch = 1024                   // events copied out of the store at a time
	scanPause = 100 * time.Millisecond // between two looks for new events
)

// matcher tells whether an event passes. It is used by one goroutine at a time.
type matcher func(ev *session.Event) bool

// criteria say which events a list shows. The zero value shows all.
type criteria struct {
	match matcher // nil: all
	conn  uint32  // 0: all
	only  []uint32
	onlys bool // only those of only, the marked ones
}

func (c *criteria) all() bool { return c.match == nil && c.conn == 0 && !c.onlys }

func (c *criteria) pass(ev *session.Event) bool {
	return (c.conn == 0 || ev.Conn == c.conn) && (c.match == nil || c.match(ev))
}

// scan finds the events that meet criteria, those that come later included. What it has found so far can be read while it
// works.
type scan struct {
	store    *session.Store
	criteria criteria
	over     func() bool // nothing more will be added to the store
	changed  func()      // there is something new to see

	mu       sync.Mutex
	hits     []uint32 // appended to only, so that a copy of the slice stays as it was
	next     uint32   // first event that was not looked at
	complete bool     // everything was looked at, and nothing more will come
	stopped  bool     // a person stopped it
}

// scanState is what a scan has found.
type scanState struct {
	hits              []uint32
	judged            uint32 // events up to this number were looked at
	complete, stopped bool
}

func (s *scan) state() scanState {
	s.mu.Lock()
	defer s.mu.Unlock()
	return scanState{s.hits[:len(s.hits):len(s.hits)], s.next - 1, s.complete, s.stopped}
}

func newScan(store *session.Store, c criteria, over func() bool, changed func()) *scan {
	return &scan{store: store, criteria: c, over: over, changed: changed, next: 1}
}

// run works until ctx ends or there is nothing left to do.
func (s *scan) run(ctx context.Context) {
	if s.criteria.onlys {
		s.runOnly(ctx)
		return
	}
	batch := make([]session.Event, scanBatch)
	found := make([]uint32, 0, scanBatch)
	for {
		over := s.over() // before looking: what is added in between is seen by this look
		n := s.store.Copy(s.next, batch)
		found = found[:0]
		for i := range batch[:n] {
			if i%64 == 0 && ctx.Err() != nil {
				n = i // what was looked at counts
				break
			}
			if s.criteria.pass(&batch[i]) {
				found = append(found, batch[i].Number)
			}
		}
		if n > 0 {
			s.publish(found, batch[n-1].Number+1)
		}
		switch {
		case ctx.Err() != nil:
			s.finish(false)
			return
		case n > 0:
		case over:
			s.finish(true)
			return
		default:
			select {
			case <-ctx.Done():
			case <-time.After(scanPause):
			}
		}
	}
}

// runOnly looks at a list of events.
func (s *scan) runOnly(ctx context.Context) {
	var found []uint32
	var ev session.Event
	for _, n := range s.criteria.only {
		if ctx.Err() != nil {
			break
		}
		if s.store.At(n, &ev) && s.criteria.pass(&ev) {
			found = append(found, n)
		}
	}
	s.publish(found, s.store.Last()+1)
	s.finish(ctx.Err() == nil)
}

// publish adds hits. Hits that are older than everything in the store are given up now and then.
func (s *scan) publish(found []uint32, next uint32) {
	first := s.store.First()
	s.mu.Lock()
	if gone, _ := slices.BinarySearch(s.hits, first); gone > len(s.hits)/2 && gone > scanBatch {
		s.hits = slices.Clone(s.hits[gone:])
	}
	s.hits = append(s.hits, found...)
	s.next = next
	s.mu.Unlock()
	s.changed()
}

func (s *scan) finish(complete bool) {
	s.mu.Lock()
	s.complete, s.stopped = complete, !complete
	s.mu.Unlock()
	s.changed()
}
