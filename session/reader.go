package session

import "github.com/mqsniff/mqsniff/decode"

// Reader turns events of a Store into what they were made from, by reading their bytes again. It is used by one
// goroutine; the zero value with a Store is ready.
type Reader struct {
	Store *Store

	bytes   []byte
	command decode.Command
	conn    Conn
	view    View
}

// Bytes returns the bytes of ev as Store.Bytes does, valid until the next call.
func (r *Reader) Bytes(ev *Event) ([]byte, error) {
	if r.Store == nil {
		return nil, ErrNoBytes
	}
	if cap(r.bytes) > maxReadAgain { // one huge frame shall not stay
		r.bytes = nil
	}
	b, err := r.Store.Bytes(r.bytes[:0], ev)
	r.bytes = b
	return b, err
}

// View returns what the frame ev was made from, valid until the next call. It fails for events that are no frames, and
// when the bytes are no longer there.
func (r *Reader) View(ev *Event) (*View, error) { return r.read(ev, ev) }

// Header is View without the body, which may be much to read.
func (r *Reader) Header(ev *Event) (*View, error) {
	head := *ev
	head.Len, head.Cut = min(ev.Len, decode.PrefixLen+ev.HeaderLen), 0
	return r.read(ev, &head)
}

// read reads the part of ev that want names.
func (r *Reader) read(ev, want *Event) (*View, error) {
	if !ev.Kind.Frame() {
		return nil, ErrNoBytes
	}
	b, err := r.Bytes(want)
	if err != nil {
		return nil, err
	}
	p, err := decode.ReadPrefix(b, decode.Limits{Frame: int(ev.Len)})
	if err != nil {
		return nil, err
	}
	n := min(len(b), p.Len)
	if n < decode.PrefixLen+p.HeaderLen {
		return nil, &decode.Error{Op: decode.OpHeader, Off: n, Code: decode.ReasonShort}
	}
	f := decode.Cut(b[:n:n], p)
	if err := r.command.Decode(f); err != nil {
		return nil, err
	}
	c, _ := r.Store.Conn(ev.Conn)
	r.conn = Conn{Number: ev.Conn, Endpoints: c.Endpoints}
	r.view = View{Conn: &r.conn, Frame: f, Command: &r.command, Context: r.Store.Context(ev)}
	return &r.view, nil
}

// Context is what the store knows about the frame ev beyond its bytes.
func (s *Store) Context(ev *Event) decode.Context {
	x := decode.Context{Code: ev.Code, Known: !ev.Has(Unmatched), RequestVersion: ev.Version}
	if ev.Kind == Response {
		var request Event
		x.RequestVersion = 0
		if ev.Pair != 0 && s.At(ev.Pair, &request) {
			x.RequestVersion = request.Version
		}
	}
	return x
}
