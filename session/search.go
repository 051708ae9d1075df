package session

import (
	"bytes"
	"encoding/binary"

	"github.com/mqsniff/mqsniff/decode"
)

// maxSearchHeader is the longest header that is believed without a frame before it: properties of 32 KiB can grow
// sixfold when escaped.
const maxSearchHeader = 256 << 10

// giveUp is how many bytes of a connection without any frame are searched: more than two frames of the largest size.
const giveUp = 2*decode.MaxFrame + 1<<20

// lose gives up the frame that should begin at the next byte and goes looking for another. A direction's first bytes
// may be something else than remoting, although they begin like a frame.
func (d *direction) lose(c *Conn, why *decode.Error) {
	if d.first && !c.remoting {
		d.first = false
		d.why = why
		d.state = stateStart
		return
	}
	d.reject(why)
}

// reject goes looking for a frame behind the next byte, which begins none.
func (d *direction) reject(why *decode.Error) {
	if d.passed.bytes == 0 {
		d.passed.reason = why
	}
	d.state = stateSearch
	d.refused = true
}

// replay turns the frame in buf, which is none, into bytes to search. It returns taken.
func (d *direction) replay(c *Conn, dir Direction, why *decode.Error, taken int) int {
	b, k := d.buf, d.extent.chunk(d.buf, d.time)
	d.buf = nil
	d.account(c.session)
	d.extent = extent{}
	d.full = false
	d.lose(c, why)
	d.feed(c, dir, k)
	c.session.give(b)
	return taken
}

// window keeps all of k until more is there.
func (d *direction) window(c *Conn, k *Chunk) {
	if d.buf == nil {
		d.buf = c.session.take()
	}
	p := piece{pos: len(d.buf), chunk: *k}
	p.chunk.Bytes = nil
	d.pieces = append(d.pieces, p)
	d.buf = append(d.buf, k.Bytes...)
	d.account(c.session)
}

// rest goes on, in the present state, behind the first n bytes of what was looked at: k, or the window when there is
// one. It returns how much of k was taken.
func (d *direction) rest(c *Conn, dir Direction, k *Chunk, n int) int {
	if len(d.buf) == 0 {
		return n
	}
	b, pieces := d.buf, d.pieces
	d.buf, d.pieces = nil, nil
	d.account(c.session)
	for i, p := range pieces {
		end := len(b)
		if i+1 < len(pieces) {
			end = pieces[i+1].pos
		}
		if end <= n {
			continue
		}
		q := p.chunk
		q.Bytes = b[p.pos:end:end]
		if n > p.pos {
			q.advance(n - p.pos)
		}
		d.feed(c, dir, q)
	}
	c.session.give(b)
	return len(k.Bytes)
}

// search looks for a frame and returns how much of k it took.
func (d *direction) search(c *Conn, dir Direction, k *Chunk) int {
	if d.refused {
		d.refused = false
		d.pass(k, 1)
		return 1
	}
	if len(d.buf) == 0 {
		q, verdict := find(k.Bytes, c.session.limits)
		d.pass(k, q)
		switch verdict {
		case found:
			d.found(c, dir)
			return q
		case undecided:
			rest := *k
			rest.advance(q)
			d.window(c, &rest)
			d.thin(c)
		}
		d.despair(c)
		return len(k.Bytes)
	}
	d.window(c, k)
	q, verdict := find(d.buf, c.session.limits)
	d.passWindow(q)
	switch verdict {
	case found:
		d.found(c, dir)
		return d.rest(c, dir, k, q)
	case undecided:
		d.shift(c, q)
		d.thin(c)
	default:
		d.shift(c, len(d.buf))
	}
	d.despair(c)
	return len(k.Bytes)
}

func (d *direction) found(c *Conn, dir Direction) {
	d.report(c, dir)
	d.state = stateSynced
	d.more = ""
}

// despair stops searching a connection that shows no sign of being remoting.
func (d *direction) despair(c *Conn) {
	if !c.remoting && d.passed.bytes > giveUp && len(d.buf) == 0 {
		d.state = stateForeign
	}
}

// passWindow counts the first n bytes of the window as being in no frame.
func (d *direction) passWindow(n int) {
	for i := range d.pieces {
		p := &d.pieces[i]
		if p.pos >= n {
			break
		}
		end := n
		if i+1 < len(d.pieces) {
			end = min(n, d.pieces[i+1].pos)
		}
		d.pass(&p.chunk, end-p.pos)
	}
}

// shift drops the first n bytes of the window.
func (d *direction) shift(c *Conn, n int) {
	if n == 0 {
		return
	}
	if n == len(d.buf) {
		c.session.give(d.buf)
		d.buf, d.pieces = nil, nil
		d.account(c.session)
		return
	}
	d.buf = d.buf[:copy(d.buf, d.buf[n:])]
	keep := d.pieces[:0]
	for i, p := range d.pieces {
		end := len(d.buf) + n
		if i+1 < len(d.pieces) {
			end = d.pieces[i+1].pos
		}
		if end <= n {
			continue
		}
		if p.pos < n {
			p.chunk.advancePlace(n - p.pos)
			p.pos = n
		}
		p.pos -= n
		keep = append(keep, p)
	}
	d.pieces = keep
}

// advancePlace moves the chunk's place, not its bytes.
func (k *Chunk) advancePlace(n int) {
	if k.Offset >= 0 {
		k.Offset += int64(n)
	}
	k.Seq += uint32(n)
}

// thin passes over the window when there is no room for it.
func (d *direction) thin(c *Conn) {
	if d.crowded(c.session) {
		n := len(d.buf)
		d.passWindow(n)
		d.shift(c, n)
	}
}

type verdict uint8

const (
	nothing   verdict = iota
	undecided         // more bytes will tell
	found
)

// find returns the first place of b where a frame begins, or may begin as far as b tells; len(b) when there is none. The
// conditions are those that Java, Go and C++ senders always meet, so that a body is rarely taken for a frame.
func find(b []byte, lim decode.Limits) (int, verdict) {
	for p := 0; p < len(b); p++ {
		// No frame is longer than 16 MiB by default, so its first byte is 0.
		i := bytes.IndexByte(b[p:], 0)
		if i < 0 {
			return len(b), nothing
		}
		p += i
		switch v := candidate(b[p:], lim); v {
		case found, undecided:
			return p, v
		}
	}
	return len(b), nothing
}

// candidate tells whether a frame begins at b[0].
func candidate(b []byte, lim decode.Limits) verdict {
	if len(b) < decode.PrefixLen {
		if len(b) > 4 && b[4] > byte(decode.ROCKETMQ) {
			return nothing
		}
		return undecided
	}
	p, ok := decode.ValidPrefix(b, lim)
	if !ok || p.HeaderLen > maxSearchHeader {
		return nothing
	}
	end := decode.PrefixLen + p.HeaderLen
	if len(b) < end {
		if decode.PlausibleStart(b[decode.PrefixLen:], p.Serialization) {
			return undecided
		}
		return nothing
	}
	header := b[decode.PrefixLen:end]
	if !decode.PlausibleHeader(header, p.Serialization) || p.Serialization == decode.ROCKETMQ && !confirmed(header) {
		return nothing
	}
	// What follows is not asked: how much of it is there depends on the segments, and the events must not.
	return found
}

// confirmed tells whether a ROCKETMQ header, which is plausible already, is of the length that its parts add up to and has
// a code of the table. Such a header is mostly zeros, as message bodies may be; a JSON one says enough by its own form.
func confirmed(h []byte) bool {
	const flag, remark, fixed = 9, 13, 21 // offsets (RocketMQSerializable), and the length without remark and ext
	n := int(binary.BigEndian.Uint32(h[remark:]))
	n += int(binary.BigEndian.Uint32(h[remark+4+n:]))
	if fixed+n != len(h) {
		return false
	}
	code := int32(int16(binary.BigEndian.Uint16(h)))
	if h[flag+3]&decode.FlagResponse != 0 {
		return decode.ResponseCode(code) != nil
	}
	_, truncated := decode.TruncatedCode(code)
	return truncated || decode.RequestCode(code) != nil
}
