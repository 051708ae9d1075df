package tcp

import (
	"bytes"
	"container/list"
	"sort"

	"github.com/mqsniff/mqsniff/session"
)

// Limits of what is held behind holes.
const (
	maxHeldSegments = 4096    // of one direction; keeps inserting cheap
	segmentOverhead = 128     // bytes a held segment costs besides its own
	maxSpare        = 256     // held segments kept for reuse
	maxSpareCap     = 4 << 10 // and their largest buffer, in bytes
)

// side is one direction of a connection.
//
// A position is a place in the stream whose low 32 bits are the sequence number; it does not wrap.
type side struct {
	conn *conn
	dir  session.Direction

	started bool // next is valid
	syn     bool // its SYN was seen
	fin     bool // its FIN was seen, at position finAt
	isn     uint32
	next    int64 // of the next byte to go out
	acked   int64 // the peer acknowledged what is before it
	cut     int64 // bytes from next to here were on the wire, but the snap length kept them from the capture
	finAt   int64

	// The latest packet of those whose bytes went out, and its time. Bytes are there when the last of the packets up to
	// them is, so times follow the packets' order, not that of the bytes.
	latest     uint64
	latestTime int64

	held      []*held // behind a hole: sorted, disjoint, all beyond next
	heldBytes int
	waits     *list.Element // in Tracker.holes
}

// held is a copy of bytes that came too early.
type held struct {
	Segment        // Payload is its own
	pos     int64  // of Payload[0]
	packet  uint64 // number of the packet
	seen    int64  // the tracker's clock then
}

func (h *held) end() int64 { return h.pos + int64(len(h.Payload)) }

// position is the place of seq nearest to next.
func (s *side) position(seq uint32) int64 { return s.next + int64(int32(seq-uint32(s.next))) }

func (s *side) start(seq uint32) {
	s.started = true
	s.next = int64(seq) + 1<<32 // no position is below 0, however far back
	s.acked, s.cut = s.next, s.next
}

// open notes the SYN with which the side begins.
func (s *side) open(t *Tracker, isn uint32) {
	if s.syn {
		return
	}
	s.syn, s.isn = true, isn
	if !s.started { // otherwise bytes went out already
		s.start(isn + 1)
		s.conn.stream.Begin(s.dir, t.time)
	}
}

// acknowledge notes that the peer has everything before ack, and gives up the holes there.
func (s *side) acknowledge(t *Tracker, ack uint32) {
	p := s.position(ack)
	if p <= s.acked {
		return
	}
	s.acked = p
	if s.cut > s.next && p >= s.cut && (len(s.held) == 0 || s.held[0].pos >= s.cut) {
		s.gap(t, s.cut)
	}
	if s.waits != nil {
		s.drain(t)
		s.settle(t)
	}
}

// data takes the bytes of a segment.
func (s *side) data(t *Tracker, g *Segment, seq uint32) {
	if !s.started {
		s.start(seq)
	}
	p := s.position(seq)
	end := p + int64(len(g.Payload))
	if p < s.next {
		if end+int64(g.Lost) <= s.next {
			t.stats.Retransmitted += uint64(len(g.Payload))
			if len(g.Payload) <= 1 && p == s.next-1 {
				t.stats.KeepAlives++
			}
			return
		}
		t.stats.Retransmitted += uint64(min(end, s.next) - p)
	} else if p > s.next {
		if p == s.cut && len(g.Payload) == 0 && len(s.held) == 0 { // one hole, however many packets were cut
			s.cut += int64(g.Lost)
			return
		}
		if s.cut > s.next && len(s.held) == 0 {
			s.gap(t, min(p, s.cut))
		}
		if p > s.next && p <= s.acked { // so the hole reaches no held byte: those are beyond acked
			s.latest, s.latestTime = t.packet, t.time
			s.gap(t, p)
		}
	}
	if p > s.next {
		s.hold(t, g, p)
		s.settle(t)
		return
	}
	s.pass(t, g, p, end)
	if g.Lost > 0 {
		s.cut = max(s.cut, end+int64(g.Lost))
	}
	if s.waits != nil {
		s.drain(t)
		s.settle(t)
	}
}

// pass lets out what of a segment at p is new, up to the first held byte; what is held there was captured first.
func (s *side) pass(t *Tracker, g *Segment, p, end int64) {
	for s.next < end {
		stop := end
		if len(s.held) > 0 {
			if h := s.held[0]; h.pos <= s.next {
				s.compare(t, h, g, p)
				s.emitHeld(t)
				continue
			} else if h.pos < stop {
				stop = h.pos
			}
		}
		s.emit(g, p, s.next, stop, t.packet, t.time)
	}
}

// emit lets out the bytes from..to of a segment that begins at p. from is next.
func (s *side) emit(g *Segment, p, from, to int64, packet uint64, time int64) {
	if packet >= s.latest {
		s.latest, s.latestTime = packet, time
	}
	s.next = to
	i := from - p
	c := session.Chunk{
		Bytes: g.Payload[i : to-p : to-p], Time: s.latestTime,
		Offset: g.Offset, Record: g.Record, RecordLen: g.RecordLen, Seq: uint32(from), Source: g.Source,
	}
	if c.Offset >= 0 {
		c.Offset += i
	}
	s.conn.stream.Bytes(s.dir, c)
}

// emitHeld lets out what is new of the first held segment.
func (s *side) emitHeld(t *Tracker) {
	h := s.held[0]
	if h.end() > s.next {
		s.emit(&h.Segment, h.pos, s.next, h.end(), h.packet, h.Time)
	}
	if h.Lost > 0 {
		s.cut = max(s.cut, h.end()+int64(h.Lost))
	}
	s.drop(t, h)
}

// drain lets out what no hole holds back any more.
func (s *side) drain(t *Tracker) {
	for len(s.held) > 0 && s.held[0].pos <= s.next {
		s.emitHeld(t)
	}
}

// settle gives up the holes that will not be filled, and those for which there is no room.
func (s *side) settle(t *Tracker) {
	for len(s.held) > 0 {
		h := s.held[0]
		switch {
		case h.pos <= s.acked || s.cut >= h.pos || t.now-h.seen >= t.options.HoleTimeout:
		case s.heldBytes > t.options.SideBuffer || len(s.held) > maxHeldSegments:
			t.stats.Forced++
		default:
			t.await(s)
			return
		}
		s.giveUp(t)
	}
	t.await(s)
}

// giveUp declares the first hole. It showed when the first byte behind it was captured.
func (s *side) giveUp(t *Tracker) {
	h := s.held[0]
	if h.packet >= s.latest {
		s.latest, s.latestTime = h.packet, h.Time
	}
	s.gap(t, h.pos)
	s.drain(t)
}

// gap declares that the bytes from next to the position will not come.
func (s *side) gap(t *Tracker, to int64) {
	n := to - s.next
	s.next = to
	t.stats.Gaps++
	t.stats.GapBytes += uint64(n)
	if s.latest == 0 { // nothing went out before
		s.latestTime = t.time
	}
	s.conn.stream.Gap(s.dir, s.latestTime, n)
}

// flush lets out everything that is held.
func (s *side) flush(t *Tracker) {
	for len(s.held) > 0 {
		s.giveUp(t)
	}
	t.await(s)
}

// hold keeps what is new of a segment at p, which is beyond next.
func (s *side) hold(t *Tracker, g *Segment, p int64) {
	t.stats.OutOfOrder++
	end := p + int64(len(g.Payload))
	i := sort.Search(len(s.held), func(i int) bool { return s.held[i].end() > p })
	for cur := p; cur < end; i++ {
		stop := end
		if i < len(s.held) {
			h := s.held[i]
			if h.pos <= cur {
				s.compare(t, h, g, p)
				t.stats.Retransmitted += uint64(min(end, h.end()) - cur)
				cur = h.end()
				continue
			}
			stop = min(stop, h.pos)
		}
		s.insert(t, i, g, p, cur, stop)
		cur = stop
	}
}

func (s *side) insert(t *Tracker, i int, g *Segment, p, from, to int64) {
	h := t.spare()
	own := append(h.Payload[:0], g.Payload[from-p:to-p]...)
	h.Segment = *g
	h.Payload = own
	if h.Offset >= 0 {
		h.Offset += from - p
	}
	if to != p+int64(len(g.Payload)) {
		h.Lost = 0
	}
	h.pos, h.packet, h.seen = from, t.packet, t.now
	s.held = append(s.held, nil)
	copy(s.held[i+1:], s.held[i:])
	s.held[i] = h
	n := cap(h.Payload) + segmentOverhead
	s.heldBytes += n
	t.heldBytes += n
}

// drop forgets the first held segment.
func (s *side) drop(t *Tracker, h *held) {
	n := cap(h.Payload) + segmentOverhead
	s.heldBytes -= n
	t.heldBytes -= n
	copy(s.held, s.held[1:])
	s.held[len(s.held)-1] = nil
	s.held = s.held[:len(s.held)-1]
	if len(s.held) == 0 && cap(s.held) > maxSpare {
		s.held = nil
	}
	t.recycle(h)
}

// compare counts a segment at p that disagrees with the held bytes it overlaps.
func (s *side) compare(t *Tracker, h *held, g *Segment, p int64) {
	from, to := max(h.pos, p), min(h.end(), p+int64(len(g.Payload)))
	if from < to && !bytes.Equal(h.Payload[from-h.pos:to-h.pos], g.Payload[from-p:to-p]) {
		t.stats.Conflicts++
	}
}

// ended tells whether the side sent its FIN and everything before it went out.
func (s *side) ended() bool { return s.fin && (!s.started || s.next >= s.finAt) }
