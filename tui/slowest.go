package tui

import (
	"context"

	"github.com/mqsniff/mqsniff/session"
)

// slower tells whether answer a comes before b among the slowest. Long polls are held on purpose: they come behind all others.
func slower(a, b *session.Event) bool {
	if p, q := a.Has(session.LongPoll), b.Has(session.LongPoll); p != q {
		return q
	}
	if a.Latency != b.Latency {
		return a.Latency > b.Latency
	}
	return a.Number < b.Number
}

// nextSlowest goes to the slowest answer that the list shows; from there to the next slowest.
func (a *app) nextSlowest() {
	before, ok := a.frames.current()
	if !ok {
		return
	}
	again := before.Number == a.slowest
	if a.seeking != nil {
		a.seeking()
	}
	ctx, cancel := context.WithCancel(a.ctx)
	a.seeking = cancel
	store, rows := a.store, a.frames.rows
	a.safego(nil, "slowest", func() {
		var found, ev session.Event
		for i := 0; i < rows.len(); i++ {
			if i%seekNow == 0 && ctx.Err() != nil {
				return
			}
			if !store.At(rows.number(i), &ev) || ev.Kind != session.Response || ev.Pair == 0 || again && !slower(&before, &ev) {
				continue
			}
			if found.Number == 0 || slower(&ev, &found) {
				found = ev
			}
		}
		a.post(func() {
			if ctx.Err() != nil {
				return
			}
			cancel()
			a.seeking = nil
			switch {
			case found.Number != 0:
				a.slowest = found.Number
				a.jump(found.Number)
				a.say(flashInfo, millis(found.Latency)+" (L: the next slowest)")
			case again:
				a.slowest = 0
				a.say(flashInfo, "that was the quickest answer of the list (L begins anew)")
			default:
				a.say(flashInfo, "there is no answer in the list")
			}
		})
	})
}
