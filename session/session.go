// Package session makes events of bytes: it cuts the two directions of a connection into remoting frames, finds its
// place again after a hole, and says which response answers which request.
//
// A source calls Open for a connection, Begin where it saw a direction start, then Bytes, Gap and Close; each event goes
// to the session's handler at once. The package does not know where bytes come from, and takes time as an argument.
//
//	Conn.Bytes ─> direction (framing) ─> Session.frame (header, pairing) ─> Handler
//	                  └─ search (after a hole, or begun in the middle) ─┘
package session

import (
	"maps"
	"math"
	"slices"
	"sync"

	"github.com/mqsniff/mqsniff/decode"
)

// View is what an event was made from. It is borrowed for the call of a Handler.
type View struct {
	Conn *Conn // nil where the event's Conn is 0
	// The rest is set for frames only. Frame.Raw ends at the first byte that was not captured.
	Frame   decode.Frame
	Command *decode.Command
	Context decode.Context
}

// Handler receives every event, in the order of completion. Both arguments are borrowed for the call.
type Handler func(*Event, *View)

// DefaultBuffer bounds the memory for unfinished frames that a session holds, in bytes, all connections together; beyond
// it each direction may still have 2 KiB.
const DefaultBuffer = 64 << 20

// Options are the limits of a session. The zero value means the defaults.
type Options struct {
	Limits  decode.Limits
	Buffer  int // bytes of unfinished frames, all connections together; default DefaultBuffer
	Pending int // requests that wait for an answer, all connections together; default DefaultPending
	// Shared joins this session to others; nil: it stands alone.
	Shared *Shared
}

// Shared is what several sessions have in common that give their events to one handler, each from a goroutine of its own:
// the numbers of events and connections, and the texts. The handler is called by one of them at a time, in the order of
// the events' numbers.
type Shared struct {
	Symbols *Symbols

	mu            sync.Mutex // held while an event is made and handed out
	conns, events uint32
}

// NewShared returns a Shared for sessions to come.
func NewShared() *Shared { return &Shared{Symbols: NewSymbols()} }

// Session owns the connections of one source. It is used by one goroutine.
type Session struct {
	Symbols *Symbols

	handle  Handler
	limits  decode.Limits
	buffer  int
	held    int // bytes of memory for unfinished frames and windows
	free    [][]byte
	pending pendingTable
	shared  *Shared
	joined  bool // shared has other sessions, too
	live    map[uint32]*Conn
	now     int64  // the latest time seen
	added   uint32 // Chunk.Added of the bytes that are being looked at

	dropped bool // the frame that is being handed out had its body dropped
	event   Event
	view    View
	command decode.Command
}

// New returns a session that calls handle for each event.
func New(o Options, handle Handler) *Session {
	if o.Buffer <= 0 {
		o.Buffer = DefaultBuffer
	}
	if o.Pending <= 0 {
		o.Pending = DefaultPending
	}
	shared := o.Shared
	if shared == nil {
		shared = NewShared()
	}
	return &Session{
		Symbols: shared.Symbols, shared: shared, joined: o.Shared != nil, handle: handle, limits: o.Limits, buffer: o.Buffer,
		pending: newPendingTable(o.Pending), live: map[uint32]*Conn{},
	}
}

// Open begins a connection at time t. dir is the direction of the packet that began it; handshake says that this was a
// SYN or a SYN+ACK.
func (s *Session) Open(t int64, e Endpoints, dir Direction, handshake bool) *Conn {
	return s.open(t, e, dir, handshake, 0)
}

// OpenRelayed begins a connection that a proxy made and saw from its first byte on. way is one line about its two sides.
func (s *Session) OpenRelayed(t int64, e Endpoints, way string) *Conn {
	c := s.open(t, e, ClientToServer, true, s.note(way))
	c.Begin(ClientToServer, t)
	c.Begin(ServerToClient, t)
	return c
}

func (s *Session) open(t int64, e Endpoints, dir Direction, handshake bool, note Symbol) *Conn {
	c := &Conn{Endpoints: e, session: s}
	ev := s.begin(c, Open, dir, t)
	s.shared.conns++
	c.Number = s.shared.conns
	ev.Conn, ev.Note = c.Number, note
	s.live[c.Number] = c
	if !handshake {
		ev.Marks |= MidStream
	}
	s.emit()
	return c
}

// End says that nothing more will come: what is unfinished in any direction is reported, in the order of the
// connections.
func (s *Session) End() {
	for _, n := range slices.Sorted(maps.Keys(s.live)) {
		s.live[n].finish(s.now)
		delete(s.live, n)
	}
}

// Lost says that packets were lost before they could be read, and why: they may have been of any connection. What is
// missing of each shows as its gaps.
func (s *Session) Lost(t int64, packets uint64, why string) {
	ev := s.begin(nil, Drop, ClientToServer, t)
	ev.Len = uint32(min(packets, math.MaxUint32))
	ev.Note = s.Symbols.Add([]byte(why))
	s.emit()
}

// Notice hands on what a source has to say, about a connection or, with c nil, about itself: an interface went down, an
// address could not be reached. text is one line; it may hold text from outside.
func (s *Session) Notice(c *Conn, t int64, text string) {
	s.begin(c, Notice, ClientToServer, t).Note = s.Symbols.Add([]byte(text))
	s.emit()
}

// Waiting is the number of requests without an answer so far; oneways do not count.
func (s *Session) Waiting() int { return s.pending.len() + int(s.pending.evicted) }

// begin starts the session's one event; emit hands it out, and follows always. c is nil for an event of no connection.
func (s *Session) begin(c *Conn, k Kind, dir Direction, t int64) *Event {
	if t > s.now {
		s.now = t
	}
	if s.joined {
		s.shared.mu.Lock()
	}
	s.shared.events++
	ev := &s.event
	*ev = Event{} // and set in place: a literal with values is made elsewhere and copied
	ev.Number, ev.Kind, ev.Dir, ev.Time, ev.Added = s.shared.events, k, dir, t, s.added
	ev.QueueID, ev.Language = None, decode.LanguageNone
	if c != nil {
		ev.Conn = c.Number
	}
	s.view.Conn = c
	return ev
}

func (s *Session) emit() {
	s.handle(&s.event, &s.view)
	s.view.Frame = decode.Frame{}
	s.view.Command = nil
	if s.joined {
		s.shared.mu.Unlock()
	}
}

// take returns an empty buffer; give returns it.
func (s *Session) take() []byte {
	if n := len(s.free); n > 0 && (cap(s.free[n-1]) <= small || s.held+cap(s.free[n-1]) <= s.buffer) {
		b := s.free[n-1]
		s.free = s.free[:n-1]
		return b[:0]
	}
	return make([]byte, 0, 512) // an unfinished frame is mostly a header; many connections may have one
}

// Buffers that are kept for reuse: few, and none that one huge frame made large.
const (
	maxFree    = 64
	maxFreeCap = 1 << 20
)

func (s *Session) give(b []byte) {
	if cap(b) > 0 && cap(b) <= maxFreeCap && len(s.free) < maxFree {
		s.free = append(s.free, b)
	}
}
