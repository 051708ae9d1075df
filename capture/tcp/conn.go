package tcp

import (
	"container/list"

	"github.com/mqsniff/mqsniff/session"
)

// conn is one connection in the table.
type conn struct {
	key    key
	stream Stream  // nil: closed, and only kept to know its late segments
	sides  [2]side // of key[0] and key[1], as senders
	client int     // index of the client's side
	seen   bool    // payload was captured

	last    int64  // the tracker's clock at the latest segment
	touched uint64 // number of the packet when it moved to the front of its list

	place    *list.Element // in Tracker.live or Tracker.closed
	closing  *list.Element // in Tracker.halfClosed
	since    int64         // when it got its place there
	finished int           // whose FIN gave it that
}

// reborn tells whether a SYN from the side begins a new connection on the addresses and ports of c.
func (c *conn) reborn(g *Segment, from int) bool {
	s, peer := &c.sides[from], &c.sides[1-from]
	if s.syn {
		// A SYN+ACK of another number while the connection seems open: its SYN was not captured, nor the end of the old one.
		return s.isn != g.Seq
	}
	if g.Flags&ACK != 0 {
		return c.stream == nil
	}
	if peer.syn && c.client == from { // the SYN+ACK was captured before its SYN
		return false
	}
	return c.seen || c.stream == nil
}

// late tells whether a segment with payload on a closed connection is one that was captured before, or was given up.
func (c *conn) late(g *Segment, from int) bool {
	const window = 1 << 24
	s := &c.sides[from]
	if !s.started {
		return false
	}
	d := s.position(g.Seq) + int64(len(g.Payload)+g.Lost) - s.next
	return d <= 0 && d > -window
}

// reset tells whether an RST can be meant for c: a stale one has a number far from its side's.
func (c *conn) reset(g *Segment, from int) bool {
	const behind, ahead = 1 << 20, 1 << 24
	s := &c.sides[from]
	if !s.started {
		return true
	}
	d := s.position(g.Seq) - s.next
	return d > -behind && d < ahead
}

func (c *conn) endpoints() session.Endpoints {
	return session.Endpoints{Client: c.key[c.client].AddrPort(), Server: c.key[1-c.client].AddrPort()}
}

// roles says which end is the client, for a connection that begins with g (see session.Endpoints).
func roles(g *Segment, from int) int {
	switch {
	case g.Flags&(SYN|ACK) == SYN|ACK:
		return 1 - from
	case g.Flags&SYN != 0:
		return from
	}
	if uint16(g.Src.port) >= uint16(g.Dst.port) {
		return from
	}
	return 1 - from
}
