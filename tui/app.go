package tui

import (
	"context"
	"fmt"
	"os"
	"runtime/debug"
	"sync"
	"time"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"

	"github.com/mqsniff/mqsniff/session"
	"github.com/mqsniff/mqsniff/tui/widget"
)

// What a frame on the screen is asked for.
const (
	bitStore = 1 << iota // events, or how far reading has come
	bitMail              // a worker posted something
	bitClock             // a message on the screen is over
)

// view is one of the full screens.
type view uint8

const (
	viewFrames view = iota
	viewConns
	views
)

var viewNames = [...]string{"Frames", "Conns"}

// app is the screen. Everything in it belongs to the goroutine of tview's loop, except what says otherwise.
type app struct {
	ctx    context.Context
	cancel context.CancelFunc
	opts   Options
	store  *session.Store

	tv       *tview.Application
	screen   *widget.Screen
	painter  *widget.Painter
	theme    *widget.Theme
	root     *root
	stopOnce sync.Once // any goroutine
	failure  failure   // any goroutine
	mail     mailbox   // any goroutine

	progress Progress // as it was at the last frame on the screen
	halted   bool     // a person stopped reading
	still    still
	rate     rate
	memory   uint64    // bytes
	measured time.Time // when memory was
	notice   notice
	noticed  uint32 // events up to this number were looked at for notices
	batch    []session.Event
	pushed   bool   // the cursor's event made room, which was said
	slowest  uint32 // the answer that L found last

	view   view
	back   []view // views before this one
	ahead  []view // views that were left backwards, the next one at the end
	layout layout
	focus  pane
	lower  pane // the pane shown where there is room for one
	full   bool // the focused pane has all the room
	grow   int  // rows that a person gave to the lower panes
	broken map[string]string

	keys    keymap
	frames  *frames
	conns   *conns
	detail  detailPanes
	bar     *filterBar
	finder  finder
	overlay *overlay
	entry   *entry // a prompt other than the filter's
	seeking context.CancelFunc
	flash   flash
	log     []string  // messages, the latest at the end
	leaving time.Time // of the Ctrl-C that asked
	clicked [2]int    // place of the last click
}

// mailbox holds what workers want done in the loop.
type mailbox struct {
	mu    sync.Mutex
	funcs []func()
}

func newApp(ctx context.Context, o Options) (*app, error) {
	if o.Local == nil {
		o.Local = time.Local
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.StateDir == "" {
		o.StateDir = stateDir()
	}
	if o.Progress == nil {
		o.Progress = func() Progress { return Progress{Done: true} }
	}
	if o.Theme == "" && os.Getenv("NO_COLOR") != "" {
		o.Theme = "mono"
	}
	theme, err := widget.ThemeByName(o.Theme)
	if err != nil {
		return nil, err
	}
	screen, err := newScreen(o, theme.Name() == "mono")
	if err != nil {
		return nil, err
	}
	a := &app{opts: o, store: o.Store, tv: tview.NewApplication(), screen: screen, theme: theme, broken: map[string]string{}, lower: paneTree}
	a.ctx, a.cancel = context.WithCancel(ctx)
	a.painter = widget.NewPainter(a.tv, a.apply)
	a.build()
	if err := attach(a.tv, screen, o); err != nil {
		a.cancel()
		return nil, err
	}
	a.tv.SetInputCapture(a.interrupt)
	a.tv.SetRoot(a.root, true)
	if o.Filter != "" {
		a.bar.set(o.Filter)
	}
	return a, nil
}

// build makes the panes.
func (a *app) build() {
	ids := newIDCache(a.store, func() { a.painter.Mark(bitMail) })
	a.safego(nil, "message ids", func() { ids.run(a.ctx) })
	a.frames = newFrames(a.opts, a.theme, ids)
	a.conns = newConns(a.store, a.theme)
	a.keys = newKeymap()
	a.bar = newFilterBar(a)
	a.detail = newDetailPanes(a)
	a.root = &root{Box: tview.NewBox(), app: a}
	a.root.SetBackgroundColor(tcell.ColorDefault)
	a.frames.list.OnSelect = func(uint64) { a.showDetail() }
	a.frames.list.OnActivate = func(uint64) { a.setFocus(paneTree) }
	a.frames.list.OnContext = func(uint64, int, int) { a.filterMenu() }
	a.conns.list.OnActivate = func(id uint64) { a.openConn(uint32(id)) }
	a.conns.list.OnHeader = a.sortConns
	if a.opts.Live != nil {
		a.frames.list.SetFollow(true)
		a.frames.text.format = timeLocal
	}
	a.setFocus(paneList)
}

// post has f done in the loop, soon. Any goroutine may call it; it does not wait.
func (a *app) post(f func()) {
	a.mail.mu.Lock()
	a.mail.funcs = append(a.mail.funcs, f)
	a.mail.mu.Unlock()
	a.painter.Mark(bitMail)
}

// apply runs in the loop before each frame that the painter asks for.
func (a *app) apply(uint32) {
	a.mail.mu.Lock()
	funcs := a.mail.funcs
	a.mail.funcs = nil
	a.mail.mu.Unlock()
	a.guard("update", func() {
		for _, f := range funcs {
			f()
		}
		a.refresh()
	})
}

// refresh takes over what is new: how far reading has come, which rows there are.
func (a *app) refresh() {
	note := a.progress.Note
	if a.progress = a.opts.Progress(); a.progress.Note != note {
		a.logf("%s", widget.Sanitize(nil, []byte(a.progress.Note))) // the status line may have no room for all of it
	}
	a.refreshLive()
	a.updateFrames()
	a.sayPushed()
	a.conns.update()
	a.sortAgain()
	a.showDetail()
	a.finder.refresh(a)
	a.emptyTexts()
}

// updateFrames gives the list what it shows now.
func (a *app) updateFrames() {
	a.frames.still = a.still
	a.frames.update(a.bar.rows(), a.latest(), a.over())
}

// sayPushed says that the event under the cursor made room for newer ones; once, until the cursor leaves the oldest.
func (a *app) sayPushed() {
	wanted, ok := a.frames.list.Wanted()
	if at := a.frames.list.CursorIndex(); at > 0 {
		a.pushed = false
	} else if ok && at == 0 && wanted < uint64(a.store.First()) && !a.pushed {
		a.pushed = true
		a.say(flashWarning, "frame "+count(wanted)+" made room for newer ones: the cursor is on the oldest that is kept")
	}
}

// over tells whether nothing more will be read.
func (a *app) over() bool { return a.progress.Done || a.halted }

// Times between two looks at the source.
const (
	watchFirst = 33 * time.Millisecond // in the first second: the first rows count
	watchLater = 100 * time.Millisecond
)

// watch marks the screen dirty when there is something new, until reading is over. Without anything new there are no
// frames, but with a live source one per second.
func (a *app) watch() {
	type seen struct { // not Progress itself: an error need not be comparable
		last                uint32
		read, total, packet int64
		lost, skipped       int64
		done                bool
		note, recording     string
	}
	var before seen
	a.painter.Mark(bitStore) // an empty list says why, also before anything comes
	begin := time.Now()
	tick := begin
	for {
		p := a.opts.Progress()
		now := seen{a.store.Last(), p.Read, p.Total, p.Packets, p.Lost, p.Skipped, p.Done, p.Note, p.Recording}
		switch {
		case now != before, a.opts.Notices != nil && a.opts.Notices.waiting():
			before, tick = now, time.Now()
			a.painter.Mark(bitStore)
		case a.opts.Live != nil && time.Since(tick) >= liveTick:
			tick = time.Now()
			a.painter.Mark(bitClock)
		}
		if now.done {
			return
		}
		pause := watchLater
		if time.Since(begin) < time.Second {
			pause = watchFirst
		}
		select {
		case <-a.ctx.Done():
			return
		case <-time.After(pause):
		}
	}
}

// guard keeps an internal error of one part from ending the others.
func (a *app) guard(where string, f func()) {
	defer func() {
		if p := recover(); p != nil {
			a.broken[where] = fmt.Sprint(p)
			a.logf("internal error in %s: %v\n%s", where, p, debug.Stack())
			a.say(flashError, "this view failed: "+where+" (:log shows why)")
		}
	}()
	f()
}

// setView switches to another view.
func (a *app) setView(v view) {
	if v == a.view {
		return
	}
	a.back, a.ahead = append(a.back, a.view), nil
	a.show(v)
}

// walkViews goes to the view before this one, or back again; it tells whether there was any.
func (a *app) walkViews(step int) bool {
	from, to := &a.back, &a.ahead
	if step > 0 {
		from, to = to, from
	}
	n := len(*from)
	if n == 0 {
		return false
	}
	v := (*from)[n-1]
	*from, *to = (*from)[:n-1], append(*to, a.view)
	a.show(v)
	return true
}

func (a *app) show(v view) {
	a.view, a.full = v, false
	clear(a.broken)
	a.setFocus(paneList)
	a.refresh()
}

// goBack closes what is on top, one thing at a time; it tells whether there was anything.
func (a *app) goBack() bool {
	switch {
	case a.full:
		a.full = false
	case a.focus != paneList:
		a.setFocus(paneList)
	default:
		return a.walkViews(-1)
	}
	return true
}

// escape closes or stops the innermost thing; it never quits.
func (a *app) escape() {
	switch {
	case a.seeking != nil:
		a.seeking()
		a.seeking = nil
	case a.finder.active():
		a.finder.clear(a)
	case a.bar.scanning():
		a.bar.stop()
		a.say(flashInfo, "filter stopped: what was found so far is shown")
	case a.goBack():
	case !a.over() && a.opts.Stop != nil && a.opts.Live == nil:
		a.stopSource()
	case a.bar.active():
		a.bar.clear()
	}
}

// list is the list of the view that is shown.
func (a *app) list() *widget.List {
	if a.view == viewConns {
		return a.conns.list
	}
	return a.frames.list
}
