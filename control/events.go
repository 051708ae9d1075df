package control

import (
	"errors"
	"io"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/mqsniff/mqsniff/export"
	"github.com/mqsniff/mqsniff/filter"
	"github.com/mqsniff/mqsniff/session"
)

// Bounds of streams.
const (
	maxStreams = 8
	maxWaiting = 4 << 20   // bytes of lines that wait for one reader; as many may be on their way to it
	keepBuffer = 256 << 10 // larger ones are not kept for the next lines
)

// Events hands the lines of export.JSON to those who listen. Handle is called by one goroutine at a time and never waits;
// the rest may be called from any. A nil *Events has no streams.
type Events struct {
	json    *export.JSON
	count   atomic.Int32 // of streams
	dropped atomic.Uint64

	mu      sync.Mutex
	world   filter.World
	streams map[*stream]struct{}
	line    []byte
	ended   bool
}

// NewEvents returns Events without streams. symbols are those of the session whose events come.
func NewEvents(symbols *session.Symbols) *Events {
	return &Events{
		json:  export.NewJSON(io.Discard, symbols, export.JSONOptions{}),
		world: filter.World{Symbols: symbols}, streams: map[*stream]struct{}{},
	}
}

// Handle is a session.Handler.
func (e *Events) Handle(ev *session.Event, v *session.View) {
	if e.count.Load() == 0 {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.world.View = v
	line := e.line[:0]
	for s := range e.streams {
		if s.filter != nil {
			if ok, err := s.filter.Match(ev, &e.world); !ok || err != nil { // undecided: as if it did not match
				continue
			}
		}
		if len(line) == 0 {
			line = e.json.Append(line, ev, v)
		}
		if !s.add(line) {
			e.dropped.Add(1)
		}
	}
	e.world.View = nil
	e.line = reusable(line)
}

// Streams is the number of those who listen.
func (e *Events) Streams() int {
	if e == nil {
		return 0
	}
	return int(e.count.Load())
}

// Dropped is how many lines all readers together lost so far.
func (e *Events) Dropped() uint64 { return e.dropped.Load() }

// Close ends all streams behind their last lines.
func (e *Events) Close() {
	if e == nil {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.ended = true
	for s := range e.streams {
		s.rouse()
	}
}

// Reasons for which nobody can listen.
var (
	errEnded = errors.New("the proxy is shutting down")
	errMany  = errors.New(strconv.Itoa(maxStreams) + " streams of events are open, which is all there can be: end one of them")
)

// open begins a stream of the events from now on that match; f nil: of all.
func (e *Events) open(f *filter.Filter) (*stream, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case e.ended:
		return nil, errEnded
	case len(e.streams) >= maxStreams:
		return nil, errMany
	}
	s := &stream{filter: f, wake: make(chan struct{}, 1)}
	e.streams[s] = struct{}{}
	e.count.Store(int32(len(e.streams)))
	return s, nil
}

// close ends a stream.
func (e *Events) close(s *stream) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.streams, s)
	e.count.Store(int32(len(e.streams)))
}

// take returns the lines that wait, which become the caller's; ended says that no more will come. spare is memory for those
// to come.
func (e *Events) take(s *stream, spare []byte) (lines []byte, ended bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	lines = s.waiting
	if s.lost > 0 {
		lines = append(lines, `{"dropped":`...)
		lines = append(strconv.AppendUint(lines, s.lost, 10), '}', '\n')
		s.lost = 0
	}
	s.waiting = reusable(spare)
	return lines, e.ended
}

// stream is what one reader has not got yet. It is guarded by its Events.
type stream struct {
	filter  *filter.Filter // nil: everything
	waiting []byte
	lost    uint64 // lines behind waiting for which there was no room
	wake    chan struct{}
}

// add appends a line; false when there is no room. Behind a lost line all are, so that their place can be told.
func (s *stream) add(line []byte) bool {
	if s.lost > 0 || len(s.waiting)+len(line) > maxWaiting {
		s.lost++
		s.rouse()
		return false
	}
	s.waiting = append(s.waiting, line...)
	s.rouse()
	return true
}

func (s *stream) rouse() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// reusable is b without its bytes, or nothing where that would keep much memory.
func reusable(b []byte) []byte {
	if cap(b) > keepBuffer {
		return nil
	}
	return b[:0]
}
