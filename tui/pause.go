package tui

import (
	"sort"

	"github.com/mqsniff/mqsniff/session"
)

// still is a display that stands still while frames go on to arrive.
type still struct {
	on     bool
	last   uint32 // the newest event that is shown
	latest int64
}

// pause stops the display, or lets it go on. What follows the end goes there then.
func (a *app) pause() {
	if a.still.on {
		a.still = still{}
		a.say(flashInfo, "the display goes on")
	} else {
		a.still = still{last: a.store.Last(), latest: a.latest()}
		a.still.on = true
		a.say(flashInfo, "paused: frames go on to be taken in, p shows them")
	}
	a.refresh()
}

// last is the newest event that is shown.
func (a *app) last() uint32 {
	if a.still.on {
		return a.still.last
	}
	return a.store.Last()
}

// until are the rows up to an event.
func (r rows) until(last uint32) rows {
	if r.filtered {
		i := sort.Search(len(r.hits), func(i int) bool { return r.hits[i] > last })
		r.hits = r.hits[:i:i]
	}
	r.last = min(r.last, last)
	return r
}

// at copies an event as it is shown: a response that came after the pause is not there yet.
func (f *frames) at(number uint32, ev *session.Event) bool {
	if !f.store.At(number, ev) {
		return false
	}
	if f.still.on && ev.Pair > f.still.last {
		ev.Pair = 0
	}
	return true
}
