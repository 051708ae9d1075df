package tui

import (
	"context"
	"slices"

	"github.com/mqsniff/mqsniff/session"
)

// jump puts the cursor on an event. One that the filter hides is shown by leaving the filter, which is said.
func (a *app) jump(number uint32) {
	if a.view != viewFrames {
		a.setView(viewFrames)
	}
	if number < a.store.First() {
		a.say(flashWarning, "frame "+count(number)+" is no longer kept")
		return
	}
	if number > a.last() {
		a.say(flashInfo, "frame "+count(number)+" came after the pause (p goes on)")
		return
	}
	if !a.frames.rows.has(number) {
		if !a.bar.active() {
			return
		}
		a.bar.clear()
		a.say(flashWarning, "filter cleared: it hides frame "+count(number))
	}
	a.frames.list.SetCursor(uint64(number))
	a.showDetail()
}

// otherHalf goes to the response of a request, or back.
func (a *app) otherHalf() {
	ev, ok := a.frames.current()
	switch {
	case !ok:
	case ev.Pair != 0:
		a.jump(ev.Pair)
	case ev.Kind == session.Oneway:
		a.say(flashInfo, "a oneway has no answer")
	case ev.Kind == session.Request:
		a.say(flashInfo, "no answer to this request was seen")
	case ev.Kind == session.Response:
		a.say(flashInfo, "the request of this answer was not seen")
	default:
		a.say(flashInfo, "this row is no frame")
	}
}

// onlyConn shows the frames of one connection, or all again.
func (a *app) onlyConn() {
	if a.bar.conn != 0 {
		a.bar.conn = 0
		a.bar.start()
		return
	}
	if ev, ok := a.frames.current(); ok && a.hasConn(&ev) {
		a.bar.conn = ev.Conn
		a.bar.start()
	}
}

// hasConn tells whether a row belongs to a connection, and says so if it does not.
func (a *app) hasConn(ev *session.Event) bool {
	if ev.Conn == 0 {
		a.say(flashInfo, "this row belongs to no connection")
	}
	return ev.Conn != 0
}

// openConn shows the frames of a connection.
func (a *app) openConn(number uint32) {
	a.bar.conn = number
	a.setView(viewFrames)
	a.bar.start()
}

func (a *app) openCurrentConn() {
	if id, ok := a.conns.list.Cursor(); ok {
		a.openConn(uint32(id))
	}
}

// seekNow is how many rows are looked at before a worker goes on.
const seekNow = 20_000

// seek goes to the next row in a direction that want accepts. want is asked in the loop first, then by a worker.
func (a *app) seek(step int, none string, want func(*session.Event) bool) {
	i := a.frames.list.CursorIndex()
	if i < 0 {
		return
	}
	if a.seeking != nil {
		a.seeking()
		a.seeking = nil
	}
	store, rows := a.store, a.frames.rows
	look := func(from, most int) (number uint32, at int) {
		var ev session.Event
		for at = from; at >= 0 && at < rows.len() && most > 0; at += step {
			most--
			if store.At(rows.number(at), &ev) && want(&ev) {
				return ev.Number, at
			}
		}
		return 0, at
	}
	number, at := look(i+step, seekNow)
	if number != 0 {
		a.jump(number)
		return
	}
	if at < 0 || at >= rows.len() {
		a.say(flashInfo, none)
		return
	}
	ctx, cancel := context.WithCancel(a.ctx)
	a.seeking = cancel
	a.say(flashInfo, "looking further away (Esc stops)")
	a.safego(nil, "seek", func() {
		for number == 0 && at >= 0 && at < rows.len() && ctx.Err() == nil {
			number, at = look(at, seekNow)
		}
		a.post(func() {
			if ctx.Err() != nil {
				return
			}
			cancel()
			a.seeking = nil
			if number == 0 {
				a.say(flashInfo, none)
			} else {
				a.jump(number)
			}
		})
	})
}

func (a *app) walkConn(step int) {
	if ev, ok := a.frames.current(); ok && a.hasConn(&ev) {
		a.seek(step, "no further frame of connection "+count(ev.Conn), func(e *session.Event) bool { return e.Conn == ev.Conn })
	}
}

func (a *app) walkBad(step int) {
	latest, over := a.frames.text.latest, a.frames.text.over
	none := "no bad row below (B looks above)"
	if step < 0 {
		none = "no bad row above (b looks below)"
	}
	a.seek(step, none, func(e *session.Event) bool { return bad(e, latest, over) })
}

// mark marks the event under the cursor, or unmarks it.
func (a *app) mark() {
	id, ok := a.frames.list.Cursor()
	if !ok {
		return
	}
	n := uint32(id)
	if a.frames.marks[n] {
		delete(a.frames.marks, n)
	} else {
		a.frames.marks[n] = true
	}
	if a.bar.marked {
		a.bar.start()
	}
}

// walkMark goes to the next mark in a direction that the filter shows.
func (a *app) walkMark(step int) {
	id, ok := a.frames.list.Cursor()
	if !ok {
		return
	}
	marks := a.frames.marked()
	i, on := slices.BinarySearch(marks, uint32(id))
	if step < 0 || on {
		i += step
	}
	for ; i >= 0 && i < len(marks); i += step {
		if a.frames.rows.has(marks[i]) {
			a.jump(marks[i])
			return
		}
	}
	a.say(flashInfo, "no further mark (m marks a frame)")
}

func (a *app) onlyMarked() {
	if !a.bar.marked && len(a.frames.marks) == 0 {
		a.say(flashInfo, "nothing is marked (m marks a frame)")
		return
	}
	a.bar.marked = !a.bar.marked
	a.bar.start()
}

func (a *app) unmark() {
	n := len(a.frames.marks)
	clear(a.frames.marks)
	if a.bar.marked {
		a.bar.marked = false
		a.bar.start()
	}
	a.say(flashInfo, plural(n, "mark")+" removed")
}

func (a *app) nextTimeFormat() {
	a.frames.text.format = (a.frames.text.format + 1) % timeFormats
	a.say(flashInfo, "time: "+a.frames.text.format.label(a.opts.Local, a.frames.reference != 0))
}

// setReference counts relative times from the event under the cursor, or from the start again.
func (a *app) setReference() {
	ev, ok := a.frames.current()
	if !ok {
		return
	}
	a.frames.text.format = timeRelative
	if a.frames.reference == ev.Time {
		a.frames.reference = 0
		a.say(flashInfo, "times count from the start of the capture")
	} else {
		a.frames.reference = ev.Time
		a.say(flashInfo, "times count from frame "+count(ev.Number)+" (T here again: from the start)")
	}
	a.updateFrames()
}

func (a *app) toggleFollow() {
	on := !a.frames.list.Follow()
	a.frames.list.SetFollow(on)
	if on {
		a.say(flashInfo, "follow on: the list stays at its end, the cursor stays where it is")
	} else {
		a.say(flashInfo, "follow off")
	}
}

// nextSort sorts the connections by the next column.
func (a *app) nextSort() {
	v := a.conns
	for i := 1; i <= len(v.columns); i++ {
		if c := (max(v.sort, 0) + i) % len(v.columns); c == 0 || v.columns[c].less != nil && v.list.Shows(c) {
			a.sortConns(c)
			return
		}
	}
}

// sortConns sorts by a column; column 0 is the number, the order of the capture.
func (a *app) sortConns(column int) {
	v := a.conns
	if column < 0 || column >= len(v.columns) || column > 0 && v.columns[column].less == nil {
		return
	}
	v.sort, v.asked = column, -1
	if column == 0 {
		v.order, v.place = nil, nil
		v.list.SetSortMark(-1, "")
		v.list.Refresh()
		return
	}
	v.list.SetSortMark(column, "v")
	a.sortAgain()
}

// sortAgain has a worker make the order again when there are more connections than it knows.
func (a *app) sortAgain() {
	v := a.conns
	if v.sort <= 0 || v.busy || v.asked == v.total {
		return
	}
	v.busy, v.asked = true, v.total
	column, n, less := v.sort, v.total, v.columns[v.sort].less
	a.safego(nil, "sort", func() {
		order, place := arrangeConns(a.store, n, less)
		a.post(func() {
			v.busy = false
			if v.sort == column {
				v.order, v.place = order, place
			}
		})
	})
}

func (v *conns) sortLabel() string {
	if v.sort <= 0 {
		return "sort: number (s changes)"
	}
	return "sort: " + v.columns[v.sort].Title + " (s changes, S: number)"
}
