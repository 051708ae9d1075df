package tui

import (
	"runtime/metrics"
	"slices"
	"time"

	"github.com/mqsniff/mqsniff/session"
	"github.com/mqsniff/mqsniff/tui/widget"
)

// Live makes the screen one of a source without an end. It begins with its list following the newest row, tells the rate
// of frames, and takes the clock for what requests still wait.
type Live struct {
	// Kind is the first word of the screen; empty: "LIVE".
	Kind string
	// Filter says in a few words what of the traffic comes in: "port 9876,10911". It may come from outside.
	Filter string
	// Hints are lines for a list without rows: what to try when nothing comes.
	Hints []string
	// Memory are the bytes that the program has in use; nil: what its runtime has of the system. Called in the loop.
	Memory func() uint64
}

// liveTick is the time between two frames on the screen when nothing comes: rates fall, and requests run out of time.
const liveTick = time.Second

// memory is what the Go runtime has of the system and has not given back.
func memory() uint64 {
	s := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64() - min(s[1].Value.Uint64(), s[0].Value.Uint64())
}

// Times of a rate.
const (
	rateWindow = 3 * time.Second
	rateStep   = 200 * time.Millisecond
)

// rate tells how many frames come per second, as of the last seconds.
type rate struct {
	samples []rateSample // oldest first; the first may be older than the window
	begun   time.Time    // of the first sample ever
}

type rateSample struct {
	at     time.Time
	frames uint64
}

// add takes in how many frames there are at a time.
func (r *rate) add(now time.Time, frames uint64) {
	if n := len(r.samples); n == 0 {
		r.begun = now
	} else if now.Sub(r.samples[n-1].at) < rateStep {
		return
	}
	for len(r.samples) > 1 && now.Sub(r.samples[1].at) >= rateWindow {
		r.samples = r.samples[1:]
	}
	r.samples = append(r.samples, rateSample{now, frames})
}

// perSecond is 0 until there are two samples.
func (r *rate) perSecond() uint64 {
	if len(r.samples) < 2 {
		return 0
	}
	first, last := r.samples[0], r.samples[len(r.samples)-1]
	return uint64(float64(last.frames-first.frames)/last.at.Sub(first.at).Seconds() + .5)
}

// latest is the time until which waiting requests are known to have no answer: of a live source now, otherwise that of the
// newest event.
func (a *app) latest() int64 {
	switch {
	case a.still.on:
		return a.still.latest
	case a.opts.Live != nil && !a.over():
		return max(a.store.Latest(), a.opts.Now().UnixNano())
	}
	return a.store.Latest()
}

// rankMemory is that of the fact that goes first.
const rankMemory = 4

// drawLive is the first line of a live source: where it listens, and how well it keeps up.
func (a *app) drawLive(l *line) {
	kind, role := a.opts.Live.Kind, widget.RoleOK
	if kind == "" {
		kind = "LIVE"
	}
	if a.over() {
		kind, role = "ENDED", widget.RoleWarning
	}
	l.put(kind+" ", role)
	facts := []fact{{plural(a.store.Frames(), "frame"), widget.RoleNormal, 0}}
	if !a.over() {
		facts = append(facts, fact{count(a.rate.perSecond()) + "/s", widget.RoleNormal, 1})
	}
	facts = append(facts, a.lost()...)
	facts = append(facts, a.gone(3)...)
	facts = append(facts, fact{"mem " + size(a.memory), widget.RoleNormal, rankMemory})
	if file := a.progress.Recording; file != "" {
		facts = append(facts, fact{"REC " + string(widget.Sanitize(nil, []byte(file))), widget.RoleWarning, 2})
	}
	title := a.title()
	const least = 16                                                           // of the title, before it takes room from the facts
	if room := l.w - l.x - 3 - widget.Width(title); factsWidth(facts) > room { // where to connect to counts more than the memory
		facts = slices.DeleteFunc(facts, func(f fact) bool { return f.rank == rankMemory })
	}
	facts = fitFacts(facts, l.w-l.x-3-min(widget.Width(title), least))
	room := l.w - l.x - 3 - factsWidth(facts)
	l.x += widget.Paint(l.s, l.x, 0, room, title, l.t.Style(widget.RoleNormal))
	if rest := room - widget.Width(title) - 2; a.opts.Live.Filter != "" && rest >= 10 {
		l.x += 2
		l.x += widget.Paint(l.s, l.x, 0, rest, a.opts.Live.Filter, l.t.Style(widget.RoleHint))
	}
	l.facts(facts)
}

// refreshLive takes over what a live source counts and has to say.
func (a *app) refreshLive() {
	if a.opts.Notices != nil {
		for _, text := range a.opts.Notices.take() {
			a.notify(text)
		}
	}
	if a.opts.Live == nil {
		return
	}
	now := a.opts.Now()
	a.rate.add(now, a.store.Frames())
	if now.Sub(a.measured) >= liveTick {
		a.measured = now
		if a.opts.Live.Memory != nil {
			a.memory = a.opts.Live.Memory()
		} else {
			a.memory = memory()
		}
	}
	a.noticeEvents()
}

// maxNoticed bounds the events that are looked at for notices before one frame of the screen: after the terminal was
// blocked there may be any number.
const maxNoticed = 1 << 16

// noticeEvents says what the source said through events.
func (a *app) noticeEvents() {
	last := a.store.Last()
	if last-a.noticed > maxNoticed {
		a.noticed = last - maxNoticed
	}
	if a.batch == nil {
		a.batch = make([]session.Event, scanBatch)
	}
	for a.noticed < last {
		n := a.store.Copy(a.noticed+1, a.batch)
		if n == 0 {
			return
		}
		for i := range a.batch[:n] {
			if a.batch[i].Kind == session.Notice {
				a.notify(string(appendLine(nil, &a.batch[i], a.store.Symbols())))
			}
		}
		a.noticed = a.batch[n-1].Number
	}
}

// listening are the lines for a live list that is still empty.
func (a *app) listening() []string {
	where := "Listening on " + a.opts.Title
	if f := a.opts.Live.Filter; f != "" {
		where += ", " + f
	}
	seen := "No packets seen."
	switch p := a.progress; {
	case p.Packets > 0:
		seen = plural(p.Packets, "packet") + " seen, none of them RocketMQ remoting."
	case p.Read > 0: // a proxy counts no packets
		seen = size(uint64(p.Read)) + " relayed, none of them RocketMQ remoting."
	case a.opts.Live.Kind != "":
		seen = "Nothing was relayed."
	}
	d := a.opts.Now().Sub(a.rate.begun).Round(time.Second)
	lines := []string{"No frames yet.", "", where + "   for " + d.String(), seen}
	if len(a.opts.Live.Hints) > 0 {
		lines = append(append(lines, ""), a.opts.Live.Hints...)
	}
	return lines
}

// stopSource ends reading; what was read is kept.
func (a *app) stopSource() {
	switch {
	case a.over():
		a.say(flashInfo, "nothing is being read any more")
	case a.opts.Stop == nil:
		a.say(flashInfo, "this source cannot be stopped")
	default:
		a.opts.Stop()
		a.halted = true
		a.say(flashWarning, "stopped reading at "+a.percent()+": what was read is kept")
	}
}
