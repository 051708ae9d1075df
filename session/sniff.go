package session

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/mqsniff/mqsniff/decode"
)

// sighting is what the first bytes of a direction are taken for. The zero value means remoting, or at least nothing known.
type sighting struct {
	kind       Kind
	wait       bool     // more bytes will tell
	n          int      // how many bytes the event is about
	from       int      // how many bytes to pass over
	note       string   // see Event.Note
	more       string   // what all that follows in this direction belongs to
	detail     uint8    // see Event.Detail
	serverName string   // of a ClientHello
	follow     follower // reads what follows; nil: remoting is searched in it, or with TLS and GRPC nothing is
}

// follower reads a direction that is another protocol, to say more about it.
type follower interface {
	// read takes bytes of k and returns how many. What it is about it counts with d.pass.
	read(c *Conn, d *direction, dir Direction, k Chunk) int
	// gap says that n bytes were not captured.
	gap(d *direction, n int64)
	// end is the note about the bytes that were counted; empty: nothing to say.
	end() string
}

// begin looks at the first bytes of a direction: not everything on these ports is remoting.
func (d *direction) begin(c *Conn, dir Direction, k *Chunk) int {
	b := k.Bytes
	if len(d.buf) > 0 {
		d.window(c, k)
		b = d.buf
	}
	s := c.sniff(d, dir, b, d.crowded(c.session))
	if !s.wait {
		return d.decide(c, dir, k, s)
	}
	if len(d.buf) == 0 {
		d.window(c, k)
	}
	return len(k.Bytes)
}

// settle decides what the bytes in the window are when nothing will follow them.
func (d *direction) settle(c *Conn, dir Direction) {
	for (d.state == stateFresh || d.state == stateStart) && len(d.buf) > 0 {
		s := c.sniff(d, dir, d.buf, true)
		if s.kind == Request && d.why == nil && d.state == stateStart {
			return // too little to tell
		}
		d.decide(c, dir, &Chunk{Time: d.time}, s)
	}
}

// decide acts upon what the first bytes are: those of k, or the window when there is one. It returns how much of k was
// taken.
func (d *direction) decide(c *Conn, dir Direction, k *Chunk, s sighting) int {
	began, why := d.state == stateStart, d.why
	b := k.Bytes
	if len(d.buf) > 0 {
		b = d.buf
		d.passWindow(s.n)
	} else {
		d.pass(k, s.n)
	}
	d.passed.note = s.note
	d.why = nil
	other := &c.directions[dir.Reverse()]
	switch s.kind {
	case ProxyHeader:
		d.name(c, dir, s)
		return d.rest(c, dir, k, s.from)
	case TLS, GRPC:
		if s.serverName != "" {
			c.serverName = clip(s.serverName, maxNote)
		}
		d.name(c, dir, s)
		d.state = stateOpaque
		c.encrypted = true
		if len(other.buf) == 0 && (other.state == stateFresh || s.kind == GRPC && other.state == stateStart) {
			other.state = stateOpaque
		}
	case Garbage:
		d.name(c, dir, s)
		d.state = stateSearch
		d.more = s.more
	default:
		switch {
		case why != nil:
			d.reject(why)
		case began:
			d.state = stateSynced
			d.first = b[0] == 0
		default:
			d.state = stateSearch
		}
	}
	if s.follow != nil {
		d.state, d.follow = stateFollow, s.follow
	}
	n := d.rest(c, dir, k, s.from)
	if _, ok := s.follow.(*haStream); ok && !c.replicates {
		c.replicates = true
		other.join(c, dir.Reverse())
	}
	return n
}

// name makes the event that says what the first bytes are.
func (d *direction) name(c *Conn, dir Direction, s sighting) {
	ev := d.event(c, s.kind, dir)
	ev.Detail = s.detail
	if c.encrypted {
		ev.Marks |= Continued
	}
	c.session.emit()
	d.passed = passed{}
}

// leave ends what a follower does, and reports what it counted.
func (d *direction) leave(c *Conn, dir Direction) {
	d.passed.note = d.follow.end()
	d.follow = nil
	d.state = stateSearch
	if d.passed.bytes > 0 {
		ev := d.event(c, Garbage, dir)
		ev.Marks |= Continued
		c.session.emit()
	}
	d.passed = passed{}
}

// maxNote is the longest note, in bytes.
const maxNote = 200

// note gives a note a number. Notes must not take all the room that topics need: there may be one per connection.
func (s *Session) note(text string) Symbol {
	switch {
	case text == "":
		return 0
	case s.Symbols.Len() > MaxSymbols/2:
		return s.Symbols.Add([]byte(TooMany))
	}
	return s.Symbols.Add([]byte(clip(text, maxNote)))
}

// clip returns at most n bytes of text as UTF-8.
func clip(text string, n int) string {
	text = strings.ToValidUTF8(text[:min(len(text), n+utf8.UTFMax)], "\uFFFD")
	if len(text) <= n {
		return text
	}
	n -= len("…")
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n] + "…"
}

// sniff says what b, the first bytes of d, are. final says that it must not wait for more.
func (c *Conn) sniff(d *direction, dir Direction, b []byte, final bool) sighting {
	began := d.state == stateStart
	switch {
	case b[0] != 0:
		return c.sniffText(b, dir, began, final)
	case d.why == nil && began:
		return sighting{} // a frame, as far as one byte can tell
	case len(b) < decode.PrefixLen:
		return sighting{wait: !final}
	}
	if _, valid := decode.ValidPrefix(b, c.session.limits); !valid {
		clues := haClues{dir: dir, began: began, port: c.Server.Port() == haPort, sure: c.replicates, final: final}
		if s := clues.sniff(b); s.wait || s.kind != Request {
			return s
		}
	}
	if !began {
		return sighting{}
	}
	s := sniffForeign(zeroFirst[:], b, dir, final)
	if zeros := len(b) - len(bytes.TrimLeft(b, "\x00")); s.kind == Request && !s.wait && zeros >= decode.PrefixLen {
		s.note = "zeros, with which no frame begins: a probe, or a sender gone wrong"
	}
	return s
}

// grpcPreface is what an HTTP/2 client sends first (RFC 9113, 3.4); a proxy of RocketMQ 5 looks at its first four bytes
// (ProtocolNegotiationHandler).
const grpcPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

// sniffText is sniff for first bytes that begin no frame.
func (c *Conn) sniffText(b []byte, dir Direction, began, final bool) sighting {
	if s := c.sniffTLS(b, began, final); s.wait || s.kind != Request {
		return s
	}
	if dir == ClientToServer {
		switch match(b, grpcPreface) {
		case found:
			return sighting{kind: GRPC, n: len(grpcPreface), note: grpcNote}
		case undecided:
			if final && len(b) >= 4 {
				return sighting{kind: GRPC, n: len(b), note: grpcNote}
			}
			if !final {
				return sighting{wait: true}
			}
		default:
			if match(b, grpcPreface[:4]) == found {
				return sighting{kind: GRPC, n: 4, note: grpcNote}
			}
		}
		if s := sniffProxyHeader(b, final); s.wait || s.kind != Request {
			return s
		}
	}
	if !began { // the middle of a body may look like anything
		return sniffForeign(wholeLine[:], b, dir, final)
	}
	return sniffForeign(otherFirst[:], b, dir, final)
}

const grpcNote = "HTTP/2, with which gRPC begins: the remoting port of a proxy hands it on to the gRPC port"

// match tells whether b begins with text, or may do so once it is longer.
func match(b []byte, text string) verdict {
	n := min(len(b), len(text))
	switch {
	case string(b[:n]) != text[:n]:
		return nothing
	case n < len(text):
		return undecided
	}
	return found
}
