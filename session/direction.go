package session

import (
	"unsafe"

	"github.com/mqsniff/mqsniff/decode"
)

// state is what a direction knows of its place in the stream.
type state uint8

const (
	stateFresh   state = iota // nothing seen; its first bytes may be the middle of a frame
	stateStart                // nothing seen, but the first byte will be the first of the direction
	stateSynced               // the next byte, or buf[0], begins a frame
	stateSkip                 // inside a frame that lost bytes: left of it are passed over
	stateSearch               // looking for a frame
	stateForeign              // given up looking: bytes are counted
	stateFollow               // another protocol, which follow reads
	stateOpaque               // TLS, gRPC, or ended: bytes are passed over
)

// direction is one half of a connection: the place where bytes become frames.
type direction struct {
	state  state
	buf    []byte // stateSynced, stateSkip: the beginning of an unfinished frame; stateSearch: the window
	extent extent // where buf came from
	prefix decode.Prefix
	full   bool    // the header in buf is known to decode; see whole
	drop   bool    // the body was not kept for want of room
	left   int     // stateSkip: bytes until the frame's end
	cut    uint32  // bytes of the frame that were not captured
	time   int64   // of the last chunk
	pieces []piece // stateFresh, stateStart, stateSearch: where the parts of buf came from
	held   int     // bytes of memory of buf and pieces, as the session knows it

	refused bool // stateSearch: the next byte begins no frame, that is known already
	passed  passed

	first  bool          // stateSynced: the direction's first bytes may yet be no frame
	why    *decode.Error // stateStart: why the first bytes are no frame, though they begin like one
	follow follower
	more   string // what passed bytes belong to, when the first bytes named a protocol
}

// piece is a part of a window: it begins at pos and came with chunk, whose Bytes are not kept.
type piece struct {
	pos   int
	chunk Chunk
}

// passed counts bytes that are in no frame, until they are reported.
type passed struct {
	bytes  int64
	time   int64
	extent extent
	reason *decode.Error // why the frame that should begin here does not; nil when none should
	note   string        // see Event.Note
}

func (d *direction) feed(c *Conn, dir Direction, k Chunk) {
	d.time = k.Time
	for len(k.Bytes) > 0 {
		var n int
		switch d.state {
		case stateSynced:
			n = d.synced(c, dir, &k)
		case stateSkip:
			n = d.skip(c, dir, &k)
		case stateSearch:
			n = d.search(c, dir, &k)
		case stateForeign:
			n = len(k.Bytes)
			d.pass(&k, n)
		case stateFollow:
			n = d.follow.read(c, d, dir, k) // a copy: with a pointer every chunk would go to the heap
		case stateOpaque:
			n = len(k.Bytes)
		default:
			n = d.begin(c, dir, &k)
		}
		k.advance(n)
	}
}

func (k *Chunk) advance(n int) {
	k.Bytes = k.Bytes[n:]
	if k.Offset >= 0 {
		k.Offset += int64(n)
	}
	k.Seq += uint32(n)
}

// synced reads frames from a place where one begins and returns how many bytes it took.
func (d *direction) synced(c *Conn, dir Direction, k *Chunk) int {
	if len(d.buf) > 0 {
		return d.fill(c, dir, k)
	}
	b := k.Bytes
	if len(b) >= decode.PrefixLen {
		p, err := decode.ReadPrefix(b, c.session.limits)
		if err != nil {
			d.lose(c, asError(err))
			return 0
		}
		if p.Len <= len(b) {
			if err := c.session.frame(c, dir, k.Time, b[:p.Len:p.Len], p, k.reference(0), 0); err != nil {
				d.lose(c, err)
				return 0
			}
			return p.Len
		}
	}
	d.extent = extent{}
	d.full, d.drop, d.cut = false, false, 0
	d.buf = c.session.take()
	return d.fill(c, dir, k)
}

// fill takes what the unfinished frame in buf still needs.
func (d *direction) fill(c *Conn, dir Direction, k *Chunk) int {
	taken := 0
	for {
		want := decode.PrefixLen
		if len(d.buf) >= decode.PrefixLen {
			want = d.prefix.Len
			if want > patience && !d.full {
				want = decode.PrefixLen + d.prefix.HeaderLen
			}
		}
		if n := min(want-len(d.buf), len(k.Bytes)-taken); n > 0 {
			d.extent.add(k, taken)
			if !d.keep(c.session, k.Bytes[taken:taken+n]) {
				if !d.whole(c.session) {
					return d.replay(c, dir, &decode.Error{Op: decode.OpHeader, Off: len(d.buf), Code: decode.ReasonTooMany}, taken)
				}
				d.left = d.prefix.Len - len(d.buf)
				d.drop = true
				d.state = stateSkip
				return taken
			}
			taken += n
		}
		if len(d.buf) < want {
			return taken
		}
		switch {
		case want == decode.PrefixLen:
			p, err := decode.ReadPrefix(d.buf, c.session.limits)
			if err != nil {
				return d.replay(c, dir, asError(err), taken)
			}
			d.prefix = p
		case want < d.prefix.Len:
			if err := c.session.command.Decode(decode.Cut(d.buf, d.prefix)); err != nil {
				return d.replay(c, dir, asError(err), taken)
			}
			d.full = true
		default:
			if err := d.deliver(c, dir); err != nil {
				return d.replay(c, dir, err, taken)
			}
			return taken
		}
	}
}

// patience is the length of a frame, in bytes, from which on its header is looked at as soon as it is there: a frame that
// is none must not keep a direction waiting for much.
const patience = 64 << 10

// whole tells whether the header of the frame in buf is all there, and decodes.
func (d *direction) whole(s *Session) bool {
	if !d.full && len(d.buf) >= decode.PrefixLen && len(d.buf) >= decode.PrefixLen+d.prefix.HeaderLen {
		d.full = s.command.Decode(decode.Cut(d.buf, d.prefix)) == nil
	}
	return d.full
}

// skip passes over the rest of a frame whose body is not whole.
func (d *direction) skip(c *Conn, dir Direction, k *Chunk) int {
	n := min(d.left, len(k.Bytes))
	d.extent.add(k, 0)
	d.left -= n
	if d.left == 0 {
		d.deliver(c, dir)
	}
	return n
}

// deliver hands out the frame in buf and makes room for the next. It fails, and does nothing, when the header does not
// decode; not where whole was asked before.
func (d *direction) deliver(c *Conn, dir Direction) *decode.Error {
	s := c.session
	s.dropped = d.drop
	if err := s.frame(c, dir, d.time, d.buf, d.prefix, d.extent.ref(), d.cut); err != nil {
		return err
	}
	d.release(s)
	d.state = stateSynced
	return nil
}

func (d *direction) release(s *Session) {
	s.give(d.buf)
	d.buf, d.pieces = nil, nil
	d.account(s)
	d.extent = extent{}
	d.full, d.drop, d.cut, d.left = false, false, 0, 0
}

// small is what each direction may hold, in bytes, whatever others hold: a header that came in two segments.
const small = 1 << 10

// keep appends b to buf unless the session holds too much already.
func (d *direction) keep(s *Session, b []byte) bool {
	if n := len(d.buf) + len(b); n > max(cap(d.buf), small) && s.held+len(b) > s.buffer {
		return false
	}
	d.buf = append(d.buf, b...)
	d.account(s)
	return true
}

// account tells the session what buf and pieces cost now. Memory counts, not bytes: a window of tiny segments costs many
// times their length.
func (d *direction) account(s *Session) {
	n := cap(d.buf) + cap(d.pieces)*int(unsafe.Sizeof(piece{}))
	s.held += n - d.held
	d.held = n
}

// crowded tells whether a window must not grow any more.
func (d *direction) crowded(s *Session) bool { return s.held > s.buffer && d.held > 2*small }

// gap handles n bytes that were not captured.
func (d *direction) gap(c *Conn, dir Direction, t, n int64) {
	s := c.session
	d.time = max(d.time, t)
	d.settle(c, dir)
	within := d.state == stateSkip || d.state == stateSynced && d.whole(s)
	if within {
		if d.state == stateSynced {
			d.left = d.prefix.Len - len(d.buf)
			d.state = stateSkip
		}
		lost := min(n, int64(d.left))
		d.cut += uint32(lost)
		d.left -= int(lost)
		if d.left == 0 {
			d.deliver(c, dir)
			if lost < n {
				d.state = stateSearch
			}
		}
	} else if d.state == stateFollow {
		d.follow.gap(d, n)
	} else {
		d.abandon(c, dir)
		if d.state < stateForeign {
			d.state = stateSearch
			if c.encrypted {
				d.state = stateOpaque
			}
		}
	}
	ev := s.begin(c, Gap, dir, t)
	ev.Len = saturate(n)
	s.emit()
}

// abandon gives up what is in buf: bytes that will never become a frame.
func (d *direction) abandon(c *Conn, dir Direction) {
	if len(d.buf) > 0 {
		if d.passed.bytes == 0 && d.state == stateSynced {
			d.passed.reason = &decode.Error{Op: decode.OpFrame, Off: len(d.buf), Code: decode.ReasonShort}
		}
		if len(d.pieces) == 0 {
			k := d.extent.chunk(nil, d.time)
			d.passed.extent.add(&k, 0)
		}
		for i := range d.pieces {
			d.passed.extent.add(&d.pieces[i].chunk, 0)
		}
		d.passed.bytes += int64(len(d.buf))
		d.passed.time = d.time
		d.release(c.session)
	}
	d.report(c, dir)
}

// finish reports what is unfinished at the end.
func (d *direction) finish(c *Conn, dir Direction, t int64) {
	d.time = max(d.time, t)
	d.settle(c, dir)
	switch {
	case d.state == stateFollow:
		d.leave(c, dir)
	case d.state == stateSynced && d.whole(c.session):
		d.cut += uint32(d.prefix.Len - len(d.buf))
		d.deliver(c, dir)
	case d.state == stateSkip:
		d.cut += uint32(d.left)
		d.deliver(c, dir)
	default:
		d.abandon(c, dir)
	}
	d.state = stateOpaque
}

// pass counts the first n bytes of k as being in no frame.
func (d *direction) pass(k *Chunk, n int) {
	if n == 0 {
		return
	}
	d.passed.extent.add(k, 0)
	d.passed.bytes += int64(n)
	d.passed.time = k.Time
}

// report makes one event of the bytes that were passed over.
func (d *direction) report(c *Conn, dir Direction) {
	p := &d.passed
	if p.bytes > 0 {
		kind := Garbage
		if p.reason != nil {
			kind = Undecodable
		}
		ev := d.event(c, kind, dir)
		if p.note == "" && d.more != "" {
			ev.Note = c.session.note(d.more)
			ev.Marks |= Continued
		}
		c.session.emit()
	}
	if p.bytes > 0 || p.reason != nil || p.note != "" {
		*p = passed{}
	}
}

// event begins an event about the bytes that were passed over; they are not forgotten yet.
func (d *direction) event(c *Conn, kind Kind, dir Direction) *Event {
	p := &d.passed
	ev := c.session.begin(c, kind, dir, p.time)
	ev.Len = saturate(p.bytes)
	ev.Ref = p.extent.ref()
	if p.reason != nil {
		ev.ErrOp, ev.ErrCode, ev.ErrOff = p.reason.Op, p.reason.Code, uint32(p.reason.Off)
	}
	ev.Note = c.session.note(p.note)
	return ev
}

func saturate(n int64) uint32 {
	if n > 1<<32-1 {
		return 1<<32 - 1
	}
	return uint32(n)
}

func asError(err error) *decode.Error {
	if e, ok := err.(*decode.Error); ok {
		return e
	}
	return &decode.Error{Op: decode.OpHeader, Code: decode.ReasonSyntax}
}
