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

	view   view
	back   []view // views before this one
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
	a.progress = a.opts.Progress()
	a.frames.update(a.bar.rows(), a.over())
	a.conns.update()
	a.sortAgain()
	a.showDetail()
	a.finder.refresh(a)
	a.emptyTexts()
}

// over tells whether nothing more will be read.
func (a *app) over() bool { return a.progress.Done || a.halted }

// Times between two looks at the source.
const (
	watchFirst = 33 * time.Millisecond // in the first second: the first rows count
	watchLater = 100 * time.Millisecond
)

// watch marks the screen dirty when there is something new, until reading is over. Without anything new there are no
// frames.
func (a *app) watch() {
	type seen struct { // not Progress itself: an error need not be comparable
		last                uint32
		read, total, packet int64
		lost                int64
		done                bool
		note                string
	}
	var before seen
	begin := time.Now()
	for {
		p := a.opts.Progress()
		now := seen{a.store.Last(), p.Read, p.Total, p.Packets, p.Lost, p.Done, p.Note}
		if now != before {
			before = now
			a.painter.Mark(bitStore)
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
	a.back = append(a.back, a.view)
	a.show(v)
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
	case len(a.back) > 0:
		v := a.back[len(a.back)-1]
		a.back = a.back[:len(a.back)-1]
		a.show(v)
	default:
		return false
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
	case !a.over() && a.opts.Stop != nil:
		a.opts.Stop()
		a.halted = true
		a.say(flashWarning, "stopped reading at "+a.percent()+": what was read is kept")
	case a.bar.active():
		a.bar.clear()
	}
}

// percent is how far reading has come, in words.
func (a *app) percent() string {
	p := a.progress
	if p.Total <= 0 {
		return size(uint64(max(p.Read, 0)))
	}
	return fmt.Sprintf("%d%%", min(100, p.Read*100/p.Total))
}

// list is the list of the view that is shown.
func (a *app) list() *widget.List {
	if a.view == viewConns {
		return a.conns.list
	}
	return a.frames.list
}
