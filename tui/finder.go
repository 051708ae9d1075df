package tui

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/mqsniff/mqsniff/tui/widget"
)

// finder is Ctrl-F: the search that runs, and where in its hits the cursor is.
type finder struct {
	search *search
	cancel context.CancelFunc
	hits   []uint32 // ascending, as of the last frame on the screen
	done   bool
	jumped bool // to the first hit
	last   string
}

// active tells whether there is a search to clear.
func (f *finder) active() bool { return f.search != nil }

// findPrompt asks what to look for.
func (a *app) findPrompt() {
	if a.view == viewConns {
		a.setView(viewFrames)
	}
	a.ask("Find (text, or bytes as 7b22)> ", a.finder.last, func(text string) { a.finder.start(a, text) }, nil)
}

// start looks for text in the rows that are shown, from the cursor on and once around.
func (f *finder) start(a *app, text string) {
	f.clear(a)
	if strings.TrimSpace(text) == "" {
		return
	}
	f.last = text
	ctx, cancel := context.WithCancel(a.ctx)
	s := &search{needle: parseNeedle(text), store: a.store, rows: a.frames.rows, from: max(a.frames.list.CursorIndex(), 0), turn: maxHits,
		columns: a.frames.columns, text: a.frames.text, changed: func() { a.painter.Mark(bitStore) }}
	f.search, f.cancel, f.jumped, f.done, f.hits = s, cancel, false, false, nil
	a.safego(nil, "find", func() { s.run(ctx) })
	f.mark(&a.detail)
	a.detail.view.mark()
}

// clear ends the search.
func (f *finder) clear(a *app) {
	if f.cancel != nil {
		f.cancel()
	}
	*f = finder{last: f.last}
	a.frames.hits = nil
	a.detail.hex.SetHits(nil)
	a.detail.view.mark()
}

// refresh takes over what the worker found, and goes to the first hit.
func (f *finder) refresh(a *app) {
	if f.search == nil || f.done {
		return
	}
	st := f.search.state()
	f.hits, f.done = st.hits, st.done
	hits := f.hits
	a.frames.hits = func(n uint32) bool { _, ok := slices.BinarySearch(hits, n); return ok }
	if !f.jumped && len(hits) > 0 {
		f.jumped = true
		start := f.search.rows.number(f.search.from)
		i, _ := slices.BinarySearch(hits, start)
		if i == len(hits) {
			i = 0
			a.say(flashInfo, "found above: the search went on at the first row")
		}
		a.jump(hits[i])
	}
	if f.done && len(hits) == 0 {
		a.say(flashWarning, fmt.Sprintf("%q is in none of %s", f.search.needle.input, plural(st.looked, "row")))
	}
}

// next goes to another hit.
func (f *finder) next(a *app, step int) {
	switch {
	case f.search == nil && f.last == "":
		a.say(flashInfo, "nothing to find: ^F asks for it")
		return
	case f.search == nil:
		f.start(a, f.last)
		return
	case len(f.hits) == 0:
		a.say(flashInfo, "no hit so far")
		return
	}
	id, _ := a.frames.list.Cursor()
	i, on := slices.BinarySearch(f.hits, uint32(id))
	if step > 0 && on || step < 0 {
		i += step
	}
	if i < 0 || i >= len(f.hits) {
		i = (i + len(f.hits)) % len(f.hits)
		if step > 0 {
			a.say(flashInfo, "wrapped around: first hit")
		} else {
			a.say(flashInfo, "wrapped around: last hit")
		}
	}
	a.jump(f.hits[i])
}

// status is "find … k/n" for the status line; cursor is the event that it is on.
func (f *finder) status(cursor uint32) string {
	if f.search == nil {
		return ""
	}
	t := fmt.Sprintf("find %q ", string(widget.Sanitize(nil, []byte(f.search.needle.input))))
	n := count(len(f.hits))
	if !f.done {
		n += "+"
	}
	if i, ok := slices.BinarySearch(f.hits, cursor); ok {
		return t + count(i+1) + "/" + n
	}
	return t + "-/" + n
}

// mark shows the hits in the bytes on the screen.
func (f *finder) mark(d *detailPanes) {
	if f.search == nil || d.shown == nil || d.buffer >= len(d.shown.buffers) {
		return
	}
	var ranges []widget.ByteRange
	for _, at := range f.search.needle.in(slices.Clone(d.shown.buffers[d.buffer].Bytes), 1000) {
		ranges = append(ranges, widget.ByteRange{Off: int64(at[0]), Len: int64(at[1])})
	}
	d.hex.SetHits(ranges)
}
