package tcp

import (
	"container/list"

	"github.com/mqsniff/mqsniff/session"
)

// Defaults of Options.
const (
	DefaultConnections = 1 << 20
	DefaultSideBuffer  = 4 << 20
	DefaultBuffer      = 64 << 20
	DefaultHoleTimeout = 2e9
)

const (
	maxClosed = 4096 // closed connections that are remembered
	// silence is how long after a FIN of one side nothing may come until the connection counts as closed, in ns; Linux
	// gives its peer the same 60 s (tcp_fin_timeout).
	silence = 60e9
	// A connection moves to the front of its list only when that part of the table's size in packets passed since it last
	// did: then the list costs nothing on busy connections, and is still right about those to evict.
	touchPart = 64
)

// Options are limits. The zero value means the defaults.
type Options struct {
	Connections int   // open ones; beyond, the least recently used is evicted
	SideBuffer  int   // bytes held behind the holes of one direction
	Buffer      int   // bytes held, all directions together
	HoleTimeout int64 // ns of packet time that a hole may stay
}

// Tracker finds connections and puts their bytes in order. It is used by one goroutine.
type Tracker struct {
	open    Opener
	options Options
	table   map[key]*conn
	recent  [1 << recentBits]*conn // the connections of table that were looked for last, each at its sum

	live       *list.List // open connections, the least recently used last
	closed     *list.List // closed ones, the oldest first
	halfClosed *list.List // one side sent its FIN; the longest ago first
	holes      *list.List // *side that wait for bytes; the longest ago first

	packet uint64 // number of the segment
	time   int64  // its time
	now    int64  // the latest time so far

	free      []*held
	heldBytes int
	stats     Stats
}

// waiting is an entry of Tracker.holes.
type waiting struct {
	side  *side
	since int64
}

// NewTracker returns a tracker that calls open for each connection.
func NewTracker(o Options, open Opener) *Tracker {
	if o.Connections <= 0 {
		o.Connections = DefaultConnections
	}
	if o.SideBuffer <= 0 {
		o.SideBuffer = DefaultSideBuffer
	}
	if o.Buffer <= 0 {
		o.Buffer = DefaultBuffer
	}
	if o.HoleTimeout <= 0 {
		o.HoleTimeout = DefaultHoleTimeout
	}
	return &Tracker{
		open: open, options: o, table: map[key]*conn{},
		live: list.New(), closed: list.New(), halfClosed: list.New(), holes: list.New(),
	}
}

// Stats returns the counts so far.
func (t *Tracker) Stats() Stats { return t.stats }

// Segment takes the next captured segment. g is borrowed for the call.
func (t *Tracker) Segment(g *Segment) {
	t.packet++
	t.stats.Segments++
	t.Tick(g.Time)
	c, from := t.find(g)
	payload := len(g.Payload)+g.Lost > 0
	syn := g.Flags&SYN != 0 && g.Flags&RST == 0
	switch {
	case c == nil:
		if !payload && !syn { // the end of something that began before the capture
			return
		}
		c = t.begin(g, roles(g, from), from)
	case syn && c.reborn(g, from):
		t.end(c, from, session.CloseReused)
		t.forget(c)
		c = t.begin(g, roles(g, from), from)
	case c.stream == nil:
		if !payload || syn {
			return
		}
		if c.late(g, from) {
			t.stats.Retransmitted += uint64(len(g.Payload))
			return
		}
		client := c.client
		t.forget(c)
		c = t.begin(g, client, from)
	}
	c.last = t.now
	if t.packet-c.touched > uint64(t.options.Connections)/touchPart {
		c.touched = t.packet
		t.live.MoveToFront(c.place)
	}
	t.take(c, g, from, syn, payload)
	for t.heldBytes > t.options.Buffer {
		s := t.holes.Front().Value.(*waiting).side
		t.stats.Forced++
		s.giveUp(t)
		t.await(s)
	}
}

// find looks for the connection of a segment, nil if there is none, and says which of its sides sent it.
func (t *Tracker) find(g *Segment) (c *conn, from int) {
	recent := &t.recent[sum(&g.Src, &g.Dst)]
	if c := *recent; c != nil {
		switch {
		case c.key[0] == g.Src && c.key[1] == g.Dst:
			return c, 0
		case c.key[1] == g.Src && c.key[0] == g.Dst:
			return c, 1
		}
	}
	k, from := keyOf(g)
	c = t.table[k]
	if c != nil {
		*recent = c
	}
	return c, from
}

// recentBits is the width of sums: few enough to stay in a core's cache.
const recentBits = 10

// sum is a plain hash of two ends, in either order: the map's costs as much as all else that is done for a segment.
func sum(a, b *End) uint64 {
	const odd = 0x9e3779b97f4a7c15 // 2^64 over the golden ratio: neighbouring addresses and ports go far apart
	return (a.lo + b.lo + (a.port+b.port)<<32) * odd >> (64 - recentBits)
}

// take does what a segment of an open connection says.
func (t *Tracker) take(c *conn, g *Segment, from int, syn, payload bool) {
	s, peer := &c.sides[from], &c.sides[1-from]
	seq := g.Seq
	if syn {
		s.open(t, seq)
		seq++
	}
	// The acknowledgment comes first: what it completes on the other side happened before what the payload answers.
	if g.Flags&ACK != 0 && peer.started {
		peer.acknowledge(t, g.Ack)
	}
	if payload {
		c.seen = true
		s.data(t, g, seq)
	}
	if g.Flags&RST != 0 {
		if c.reset(g, from) {
			t.end(c, from, session.CloseRST)
		}
		return
	}
	if g.Flags&FIN != 0 && !s.fin {
		at := int64(0)
		if s.started {
			at = s.position(seq) + int64(len(g.Payload)+g.Lost)
		}
		if at >= s.next || !s.started {
			s.fin, s.finAt = true, at
			if c.closing == nil {
				c.closing, c.since, c.finished = t.halfClosed.PushBack(c), t.now, from
			}
		}
	}
	if c.closing != nil && s.ended() && peer.ended() {
		t.end(c, c.finished, session.CloseFIN)
	}
}

// Tick says that time went on to ns without a segment of this tracker.
func (t *Tracker) Tick(ns int64) {
	t.time = ns
	if ns <= t.now {
		return
	}
	t.now = ns
	for e := t.holes.Front(); e != nil; e = t.holes.Front() {
		w := e.Value.(*waiting)
		if t.now-w.since < t.options.HoleTimeout {
			break
		}
		w.since = t.now
		t.holes.MoveToBack(e)
		w.side.settle(t)
	}
	for e := t.halfClosed.Front(); e != nil; e = t.halfClosed.Front() {
		c := e.Value.(*conn)
		if t.now-c.since < silence {
			break
		}
		if t.now-c.last < silence { // the other side still talks
			c.since = t.now
			t.halfClosed.MoveToBack(e)
			continue
		}
		t.end(c, c.finished, session.CloseFIN)
	}
}

// End says that no segment follows: what is held goes out. Connections stay open for their streams; a connection is closed
// by its packets only.
func (t *Tracker) End() {
	for e := t.holes.Front(); e != nil; e = t.holes.Front() {
		e.Value.(*waiting).side.flush(t)
	}
}

// begin makes a connection of its first segment.
func (t *Tracker) begin(g *Segment, client, from int) *conn {
	if t.live.Len() >= t.options.Connections {
		t.stats.Evicted++
		c := t.live.Back().Value.(*conn)
		t.end(c, c.client, session.CloseEvicted)
		t.forget(c)
	}
	t.stats.Connections++
	k, _ := keyOf(g)
	c := &conn{key: k, client: client, touched: t.packet}
	for i := range c.sides {
		c.sides[i].conn, c.sides[i].dir = c, c.direction(i)
	}
	c.place = t.live.PushFront(c)
	t.table[k] = c
	t.recent[sum(&g.Src, &g.Dst)] = c
	c.stream = t.open(g.Time, c.endpoints(), c.direction(from), g.Flags&SYN != 0)
	return c
}

func (c *conn) direction(from int) session.Direction {
	if from == c.client {
		return session.ClientToServer
	}
	return session.ServerToClient
}

// end closes a connection if it is open. from is the side that did it: of two FINs the first.
func (t *Tracker) end(c *conn, from int, why session.CloseReason) {
	if c.stream == nil {
		return
	}
	for i := range c.sides {
		c.sides[i].flush(t)
	}
	c.stream.Close(c.direction(from), t.time, why)
	c.stream = nil
	if c.closing != nil {
		t.halfClosed.Remove(c.closing)
		c.closing = nil
	}
	t.live.Remove(c.place)
	c.place = t.closed.PushBack(c)
	if t.closed.Len() > maxClosed {
		t.forget(t.closed.Front().Value.(*conn))
	}
}

// forget takes a closed connection out of the table.
func (t *Tracker) forget(c *conn) {
	t.closed.Remove(c.place)
	delete(t.table, c.key)
	if recent := &t.recent[sum(&c.key[0], &c.key[1])]; *recent == c {
		*recent = nil
	}
}

// await puts a side into the list of holes, or takes it out.
func (t *Tracker) await(s *side) {
	switch {
	case len(s.held) > 0 && s.waits == nil:
		s.waits = t.holes.PushBack(&waiting{s, s.held[0].seen})
	case len(s.held) == 0 && s.waits != nil:
		t.holes.Remove(s.waits)
		s.waits = nil
	}
}

func (t *Tracker) spare() *held {
	if n := len(t.free); n > 0 {
		h := t.free[n-1]
		t.free = t.free[:n-1]
		return h
	}
	return new(held)
}

func (t *Tracker) recycle(h *held) {
	if len(t.free) < maxSpare && cap(h.Payload) <= maxSpareCap {
		t.free = append(t.free, h)
	}
}
