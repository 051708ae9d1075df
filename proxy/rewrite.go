package proxy

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/mqsniff/mqsniff/decode"
)

// Rewriter changes answers on their way to the client. It is called from many goroutines.
type Rewriter interface {
	// Wants tells whether the answers to requests of a code are rewritten.
	Wants(code int32) bool
	// Rewrite returns the frame that goes on in place of f, whose bytes it must not change; nil: f goes on as it is. code
	// is that of the request, answer the decoded header.
	Rewrite(c *Conn, code int32, answer *decode.Command, f decode.Frame) []byte
	// Unread says that something went on unseen in which there may be what Rewrite would change.
	Unread(c *Conn, what string)
}

// asked are the requests of a connection whose answers shall be rewritten.
type asked struct {
	count atomic.Int32
	mu    sync.Mutex
	codes map[int32]int32 // by opaque
}

// maxAsked bounds the table, about 300 KB: with more requests on their way an answer may go on as it is.
const maxAsked = 1 << 14

// add notes a request. lost: what was noted before had to go.
func (a *asked) add(opaque, code int32) (lost bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.codes == nil {
		a.codes = map[int32]int32{}
	}
	if lost = len(a.codes) == maxAsked; lost {
		clear(a.codes)
	}
	a.codes[opaque] = code
	a.count.Store(int32(len(a.codes)))
	return lost
}

func (a *asked) take(opaque int32) (code int32, ok bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	code, ok = a.codes[opaque]
	delete(a.codes, opaque)
	a.count.Store(int32(len(a.codes)))
	return code, ok
}

func (a *asked) has(opaque int32) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	_, ok := a.codes[opaque]
	return ok
}

// look notes a request whose answer is wanted. Most frames are told apart without decoding them. lost is that of add.
func (a *asked) look(f decode.Frame, cmd *decode.Command, wants func(int32) bool) (lost bool) {
	if f.Serialization == decode.JSON && !maybe(f.Header, wants) {
		return false
	}
	return cmd.Decode(f) == nil && !cmd.Response() && !cmd.Oneway() && wants(cmd.Code) && a.add(cmd.Opaque, cmd.Code)
}

var (
	codeKey  = []byte(`"code"`)
	codeHead = []byte(`{"code":`) // how clients begin a header
)

// maybe tells whether a JSON header may have a code that is wanted. It errs on the side of yes.
func maybe(header []byte, wants func(int32) bool) bool {
	if rest, ok := bytes.CutPrefix(header, codeHead); ok {
		if n, digits := leadingNumber(rest); digits > 0 {
			return wants(n)
		}
	}
	for {
		i := bytes.Index(header, codeKey)
		if i < 0 {
			return bytes.IndexByte(header, '\\') >= 0 // an escaped key: nobody writes it, but it is allowed
		}
		header = header[i+len(codeKey):]
		if n, digits := leadingNumber(bytes.TrimLeft(header, ": \t\"")); digits > 0 && wants(n) {
			return true
		}
	}
}

// leadingNumber reads the digits that b begins with, up to nine.
func leadingNumber(b []byte) (n int32, digits int) {
	for digits < min(len(b), 9) && '0' <= b[digits] && b[digits] <= '9' {
		n = n*10 + int32(b[digits]-'0')
		digits++
	}
	return n, digits
}

// gate is the way of a connection's answers: it holds those that are to be rewritten until they are whole.
type gate struct {
	conn     *Conn
	asked    *asked
	rewriter Rewriter
	scanner  scanner
	held     []byte        // of the frame that is looked at; nothing of it went on
	budget   *atomic.Int64 // bytes that all gates may still hold
	reserved int64         // of them, for this one
	command  decode.Command
}

// maxHeld is the longest answer that is rewritten, in bytes.
const maxHeld = 16 << 20

// feed takes the next bytes and calls out for what goes on: read, and what is written in its place.
func (g *gate) feed(b []byte, out func(read, written []byte) error) error {
	for len(b) > 0 {
		if len(g.held) == 0 && (g.scanner.opaque || g.asked.count.Load() == 0) {
			g.scanner.scan(b, nil)
			return out(b, b)
		}
		n := 0
		for n < len(b) && len(g.held) == 0 && !g.scanner.between() && !g.scanner.opaque {
			n += g.scanner.step(b[n:], nil)
		}
		if n > 0 {
			if err := out(b[:n], b[:n]); err != nil {
				return err
			}
			b = b[n:]
			continue
		}
		n, err := g.hold(b, out)
		if err != nil {
			return err
		}
		b = b[n:]
	}
	return nil
}

// hold adds to the frame at the gate, and lets it go when it is known or whole.
func (g *gate) hold(b []byte, out func(read, written []byte) error) (int, error) {
	want := decode.PrefixLen
	if len(g.held) >= decode.PrefixLen {
		p, _ := decode.ValidPrefix(g.held, limits)
		if want += p.HeaderLen; len(g.held) >= want {
			want = p.Len
		}
	}
	n := min(want-len(g.held), len(b))
	g.held = append(g.held, b[:n]...)
	if len(g.held) < want {
		return n, nil
	}
	p, ok := decode.ValidPrefix(g.held, limits)
	switch {
	case !ok || p.HeaderLen > maxHeader:
		if ok {
			g.rewriter.Unread(g.conn, fmt.Sprintf("a header of %d bytes, with which an answer may begin, was too long to look into", p.HeaderLen))
		}
		return n, g.release(out)
	case len(g.held) < decode.PrefixLen+p.HeaderLen:
		return n, nil
	case len(g.held) == decode.PrefixLen+p.HeaderLen:
		if !g.wanted(p) {
			return n, g.release(out)
		}
	}
	if len(g.held) < p.Len {
		return n, nil
	}
	return n, g.rewrite(p, out)
}

// wanted tells whether the frame whose header is held answers a request that was noted.
func (g *gate) wanted(p decode.Prefix) bool {
	if g.command.Decode(decode.Cut(g.held, p)) != nil || !g.command.Response() || !g.asked.has(g.command.Opaque) {
		return false
	}
	if p.Len > maxHeld || g.budget.Add(-int64(p.Len)) < 0 {
		code, _ := g.asked.take(g.command.Opaque)
		g.rewriter.Unread(g.conn, fmt.Sprintf("an answer of %d bytes to %s was too large to look into", p.Len, decode.OperationName(code)))
		if p.Len <= maxHeld {
			g.budget.Add(int64(p.Len))
		}
		return false
	}
	g.reserved = int64(p.Len)
	return true
}

// end gives back what is reserved, and returns what was held: the stream ended inside a frame.
func (g *gate) end() []byte {
	g.budget.Add(g.reserved)
	g.reserved = 0
	held := g.held
	g.held = nil
	return held
}

// release lets go what is held, as it is.
func (g *gate) release(out func(read, written []byte) error) error {
	held := g.held
	g.held = nil
	g.scanner.scan(held, nil)
	return out(held, held)
}

func (g *gate) rewrite(p decode.Prefix, out func(read, written []byte) error) error {
	held, reserved := g.held, g.reserved
	g.held, g.reserved = nil, 0
	defer g.budget.Add(reserved) // a client that reads slowly has it until then
	f := decode.Cut(held, p)
	code, _ := g.asked.take(g.command.Opaque)
	if written := g.rewriter.Rewrite(g.conn, code, &g.command, f); written != nil {
		return out(held, written)
	}
	return out(held, held)
}

// WithBody is f with another body: the header stays as it is, byte by byte, and the length says what it must.
func WithBody(f decode.Frame, body []byte) []byte {
	head := f.Raw[:decode.PrefixLen+len(f.Header)]
	b := append(append(make([]byte, 0, len(head)+len(body)), head...), body...)
	binary.BigEndian.PutUint32(b, uint32(len(b)-4))
	return b
}
