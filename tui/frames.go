package tui

import (
	"slices"

	"github.com/mqsniff/mqsniff/export"
	"github.com/mqsniff/mqsniff/session"
	"github.com/mqsniff/mqsniff/tui/widget"
)

// frames is the list of frames: what it shows and how. It is the model of its widget.List.
type frames struct {
	store   *session.Store
	list    *widget.List
	columns []column
	flags   []rowFlag
	rows    rows
	text    rowContext
	marks   map[uint32]bool
	ids     *idCache

	fitted    fitted
	origin    int64 // time of the first event, also after it made room for others
	reference int64 // relative times count from here; 0: from origin
	hits      func(number uint32) bool
	still     still
	shown     uint32        // the newest row when the list followed last
	carriers  []uint32      // of the message ids on the screen
	event     session.Event // of the row being made
}

// fitted is what the widths of the columns were chosen for.
type fitted struct {
	w      int
	format timeFormat
}

func newFrames(o Options, theme *widget.Theme, ids *idCache) *frames {
	f := &frames{store: o.Store, columns: frameColumns(), flags: flagTable(), marks: map[uint32]bool{}, ids: ids, rows: allRows(1, 0)}
	f.text = rowContext{symbols: o.Store.Symbols(), conn: f.endpoints, id: ids.get, zone: o.Local}
	f.list = widget.NewList(theme, f)
	f.fit(80)
	return f
}

// fit chooses the widths of the columns for a screen of w columns.
func (f *frames) fit(w int) {
	if now := (fitted{w, f.text.format}); now != f.fitted {
		f.fitted = now
		f.list.SetColumns(widths(f.columns, w, f.text.format))
	}
}

func (f *frames) endpoints(conn uint32) session.Endpoints {
	c, _ := f.store.Conn(conn)
	return c.Endpoints
}

// update takes over what was read since the last frame on the screen.
func (f *frames) update(r rows, latest int64, over bool) {
	f.rows = r
	f.text.latest, f.text.over = latest, over
	var first session.Event
	if f.origin == 0 && f.store.At(f.store.First(), &first) {
		f.origin = first.Time
	}
	f.text.start = f.origin
	if f.reference != 0 {
		f.text.start = f.reference
	}
	f.list.Refresh()
	if n := r.len(); n > 0 && f.list.Follow() {
		f.shown = r.number(n - 1)
	}
}

// unseen is the number of rows that came since the list followed last.
func (f *frames) unseen() int { return f.rows.len() - f.rows.after(f.shown+1) }

// prepare has the message ids read that the next paint shows.
func (f *frames) prepare() {
	first, last, ok := f.list.VisibleIDs()
	if !ok || !f.list.Shows(colMessageID) {
		return
	}
	f.carriers = f.carriers[:0]
	var ev session.Event
	for i := f.Index(first); i < f.Len() && f.ID(i) <= last; i++ {
		if f.at(f.rows.number(i), &ev) && ev.Messages <= 1 {
			if n := carrier(&ev); n != 0 {
				f.carriers = append(f.carriers, n)
			}
		}
	}
	f.ids.await(f.carriers)
}

// Len is part of widget.Model, like the next three.
func (f *frames) Len() int { return f.rows.len() }

// ID is the number of the event.
func (f *frames) ID(i int) uint64 { return uint64(f.rows.number(i)) }

// Index is the row of an event, or the nearest one.
func (f *frames) Index(id uint64) int { return f.rows.nearest(uint32(min(id, 1<<32-1))) }

// Row makes the text of a row.
func (f *frames) Row(i int, r *widget.Row) {
	ev := &f.event
	number := f.rows.number(i)
	f.text.above = 0
	if i > 0 && f.at(f.rows.number(i-1), ev) {
		f.text.above = ev.Time
	}
	if !f.at(number, ev) {
		r.Role = widget.RoleDim
		r.Set(colCode, "no longer kept")
		return
	}
	w := waits(ev, f.text.latest, f.text.over)
	r.Role = rowRole(ev, w)
	if f.marks[number] {
		r.Mark = 'm'
	}
	for c := range f.columns {
		col := &f.columns[c]
		if c == colConn && wholeLine(ev.Kind) {
			r.Whole(c, append(appendLine(append(r.Buf(c), "--- "...), ev, f.text.symbols), " ---"...))
			break
		}
		if !r.Wants(c) {
			continue
		}
		if c == colFlag {
			f.putFlags(r, ev, w)
			continue
		}
		r.Put(c, col.append(r.Buf(c), ev, &f.text))
		if col.role != nil {
			r.SetRole(c, col.role(ev, &f.text))
		}
	}
	if f.marks[number] {
		r.SetRole(colNumber, widget.RoleMarked)
	}
	if f.hits != nil && f.hits(number) {
		r.SetRole(colNumber, widget.RoleHit)
	}
}

// putFlags writes the direction and the letters, each in its own colour.
func (f *frames) putFlags(r *widget.Row, ev *session.Event, w waiting) {
	b := append(r.Buf(colFlag), export.Direction(ev), ' ')
	first := len(b)
	var roles [8]widget.Role
	for _, g := range f.flags {
		if len(b)-first < len(roles) && g.holds(ev, w) {
			roles[len(b)-first] = g.role
			b = append(b, g.letter)
		}
	}
	n := len(b) - first
	r.Put(colFlag, b)
	for i := range n {
		r.Span(colFlag, first+i, first+i+1, roles[i])
	}
}

// current copies the event under the cursor.
func (f *frames) current() (ev session.Event, ok bool) {
	id, ok := f.list.Cursor()
	if !ok {
		return ev, false
	}
	ok = f.at(uint32(id), &ev)
	return ev, ok
}

// marked are the numbers of the marked events, ascending.
func (f *frames) marked() []uint32 {
	m := make([]uint32, 0, len(f.marks))
	for n := range f.marks {
		m = append(m, n)
	}
	slices.Sort(m)
	return m
}
