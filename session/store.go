package session

import (
	"errors"
	"sync"
)

// storeChunk is the number of events that are allocated, and given up, together.
const storeChunk = 4096

// DefaultEvents bounds a Store: about 480 MB.
const DefaultEvents = 4 << 20

// Store keeps events, so that a person can go back and forth in them. It is bounded: when it is full the oldest events
// make room. One goroutine adds; any number may read at the same time.
type Store struct {
	symbols *Symbols
	source  Source

	mu     sync.RWMutex
	chunks []*[storeChunk]Event // chunks[0] begins with the event after `gone`
	gone   uint32               // events given up, a multiple of storeChunk
	count  uint32               // events ever added
	max    int                  // chunks
	conns  connTable
	latest int64
	frames uint64
}

// NewStore returns a store of at most max events (0: DefaultEvents; rounded up to whole chunks), whose bytes source reads
// again.
func NewStore(max int, symbols *Symbols, source Source) *Store {
	if max <= 0 {
		max = DefaultEvents
	}
	return &Store{symbols: symbols, source: source, max: (max + storeChunk - 1) / storeChunk}
}

// Symbols are the texts that events name by number.
func (s *Store) Symbols() *Symbols { return s.symbols }

// Handle is the Handler that adds an event. Events come in the order of their numbers, from 1.
func (s *Store) Handle(ev *Event, v *View) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.count % storeChunk
	if i == 0 {
		if len(s.chunks) == s.max {
			s.chunks[0] = nil
			s.chunks = s.chunks[1:]
			s.gone += storeChunk
		}
		s.chunks = append(s.chunks, new([storeChunk]Event))
	}
	s.chunks[len(s.chunks)-1][i] = *ev
	s.count++
	s.latest = max(s.latest, ev.Time)
	if ev.Kind.Frame() {
		s.frames++
	}
	if ev.Kind == Response && ev.Pair != 0 {
		if request := s.at(ev.Pair); request != nil {
			request.Pair = ev.Number
		}
	}
	s.connection(ev, v)
}

// at is the event with that number; nil when it is not, or no longer, there.
func (s *Store) at(number uint32) *Event {
	if number <= s.gone || number > s.count {
		return nil
	}
	i := number - 1 - s.gone
	return &s.chunks[i/storeChunk][i%storeChunk]
}

// First and Last are the numbers of the oldest and the newest event that are there; First > Last when there is none.
func (s *Store) First() uint32 {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.gone + 1
}

// Last is the number of the newest event; 0 when there is none.
func (s *Store) Last() uint32 {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.count
}

// Frames is the number of frames ever added.
func (s *Store) Frames() uint64 {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.frames
}

// Latest is the latest time of any event, in ns since 1970.
func (s *Store) Latest() int64 {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.latest
}

// At copies the event with that number to ev.
func (s *Store) At(number uint32, ev *Event) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	e := s.at(number)
	if e == nil {
		return false
	}
	*ev = *e
	return true
}

// Copy copies events to dst, beginning with the first one that is there and has at least that number, and returns how
// many.
func (s *Store) Copy(number uint32, dst []Event) int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	number = max(number, s.gone+1)
	n := 0
	for n < len(dst) && number <= s.count {
		i := number - 1 - s.gone
		from := i % storeChunk
		to := min(storeChunk, from+uint32(len(dst)-n), from+s.count-number+1)
		c := copy(dst[n:], s.chunks[i/storeChunk][from:to])
		n += c
		number += uint32(c)
	}
	return n
}

// ErrNoBytes says that an event's bytes are in no file.
var ErrNoBytes = errors.New("the bytes of this event are not kept")

// maxReadAgain bounds what is read again of bytes that are in no frame.
const maxReadAgain = 1 << 20

// Bytes appends the bytes of ev to dst: of a frame as much as was captured in one piece from its start.
func (s *Store) Bytes(dst []byte, ev *Event) ([]byte, error) {
	if s.source == nil || ev.Ref.Offset < 0 || ev.Ref == (Ref{}) {
		return dst, ErrNoBytes
	}
	n := int(ev.Len - ev.Cut)
	if !ev.Kind.Frame() {
		n = min(n, maxReadAgain)
	}
	c, _ := s.Conn(ev.Conn)
	return s.source.ReadAgain(dst, ev.Ref, c.Endpoints, ev.Dir, n)
}
