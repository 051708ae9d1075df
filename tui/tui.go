package tui

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"sync"
	"time"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"

	"github.com/mqsniff/mqsniff/decode"
	"github.com/mqsniff/mqsniff/session"
	"github.com/mqsniff/mqsniff/tui/widget"
)

// Progress is how far reading has come. It is asked for a few times per second, from any goroutine.
type Progress struct {
	Read, Total int64 // bytes; Total 0: there is no end known
	Packets     int64
	Lost        int64  // packets that were lost before they could be read
	Skipped     int64  // bytes that a proxy relayed but nobody looked at, for want of room
	Done        bool   // nothing more will come
	Note        string // about the end of it: "file ends inside packet 812001"; from outside, unsanitised
	Err         error  // why reading ended early
	Recording   string // file that packets are written to now; from outside; empty: none
}

// Options are what a screen shows and how. Store is needed, the rest has defaults.
type Options struct {
	Store *session.Store
	// Title names what is looked at, a file name for example. It may come from outside; control characters are removed.
	Title string
	// Credentials are what signatures are checked with.
	Credentials decode.Credentials
	// Progress tells how far reading has come; nil: everything was read.
	Progress func() Progress
	// Live says that the source is a running one; nil: files.
	Live *Live
	// Filter is the display filter that the screen begins with; empty: everything is shown.
	Filter string
	// Notices are what the source has to say while the screen runs; nil: nothing.
	Notices *Notices
	// Stop makes the source stop reading; nil: it cannot. It must not block.
	Stop func()
	// Theme is a name of widget.ThemeNames; empty: "terminal", or "mono" where NO_COLOR is set.
	Theme string
	// ASCII draws borders and ellipses with ASCII characters.
	ASCII bool
	// NoMouse leaves the mouse to the terminal.
	NoMouse bool
	// NoHistory keeps filters out of the history file.
	NoHistory bool
	// StateDir is where the history and the last copy are written, with mode 0600; empty: $XDG_STATE_HOME/mqsniff.
	StateDir string
	// Local is the zone of local times; nil: time.Local.
	Local *time.Location
	// Screen replaces the terminal, for tests.
	Screen tcell.Screen
	// Now is the clock; nil: time.Now.
	Now func() time.Time
}

// SignalError says that a signal ended Run.
type SignalError struct{ Signal os.Signal }

func (e *SignalError) Error() string { return "ended by signal: " + e.Signal.String() }

// PanicError is an internal error that ended Run; the terminal is usable again.
type PanicError struct {
	Where string
	Value any
	Stack []byte
}

func (e *PanicError) Error() string {
	return fmt.Sprintf("internal error in %s: %v\n%s", e.Where, e.Value, e.Stack)
}

// Run shows the screen until the person quits (nil), ctx ends (nil), a signal comes (*SignalError), or something breaks.
// The terminal is restored in each case, unless it takes no output.
func Run(ctx context.Context, o Options) error {
	a, err := newApp(ctx, o)
	if err != nil {
		return err
	}
	return a.run()
}

// stuck is how long the loop may take to end: a terminal that takes no output holds it, maybe forever.
const stuck = time.Second

var errStuck = errors.New("the terminal takes no output; it could not be restored (the command reset does)")

// run is the life of the screen.
func (a *app) run() error {
	defer a.cancel()
	var group sync.WaitGroup
	a.safego(&group, "painter", func() { a.painter.Run(a.ctx) })
	a.safego(&group, "watch", a.watch)
	a.safego(&group, "signals", a.signals)
	ended := make(chan error, 1)
	go func() { ended <- a.loop() }()
	var err error
	select {
	case err = <-ended:
	case <-a.ctx.Done():
		select {
		case err = <-ended:
		case <-time.After(stuck):
			return cmp.Or(a.failure.get(), errStuck)
		}
	}
	a.painter.Stop()
	a.cancel()
	a.stop()
	group.Wait()
	return cmp.Or(a.failure.get(), err)
}

// loop is tview's.
func (a *app) loop() (err error) {
	defer func() {
		if p := recover(); p != nil { // tview has finished the screen already
			err = &PanicError{Where: "screen", Value: p, Stack: debug.Stack()}
		}
	}()
	return a.tv.Run()
}

// safego runs f in a goroutine that cannot leave the terminal behind unusable.
func (a *app) safego(group *sync.WaitGroup, where string, f func()) {
	if group != nil {
		group.Add(1)
	}
	go func() {
		if group != nil {
			defer group.Done()
		}
		defer func() {
			if p := recover(); p != nil {
				a.end(&PanicError{Where: where, Value: p, Stack: debug.Stack()})
			}
		}()
		f()
	}()
}

// failure is the reason of an end that no key asked for; the first one counts.
type failure struct {
	mu  sync.Mutex
	err error
}

func (f *failure) set(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.err = cmp.Or(f.err, err)
}

func (f *failure) get() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.err
}

// end stops the screen from any goroutine; the first reason is Run's result.
func (a *app) end(why error) {
	a.failure.set(why)
	a.painter.Stop()
	a.cancel()
	a.stop()
}

// stop makes tview return, once: a second Stop would block.
func (a *app) stop() { a.stopOnce.Do(a.tv.Stop) }

// quit ends the screen from the loop.
func (a *app) quit() {
	a.painter.Stop()
	a.cancel()
	a.stop()
}

// newScreen makes the terminal's screen with the paint firewall in front of it.
func newScreen(o Options, mono bool) (*widget.Screen, error) {
	inner := o.Screen
	if inner == nil {
		s, err := tcell.NewScreen()
		if err != nil {
			return nil, fmt.Errorf("no screen: %w", err)
		}
		inner = s
	}
	return widget.NewScreen(inner, widget.ScreenOptions{Mono: mono, ASCII: o.ASCII, Mouse: !o.NoMouse, Paste: true}), nil
}

// opened is a screen that remembers whether it could be opened: tview does not look.
type opened struct {
	*widget.Screen
	err error
}

// Init is part of tcell.Screen.
func (s *opened) Init() error {
	s.err = s.Screen.Init()
	return s.err
}

// attach gives tview the screen, which SetScreen initialises. tview's own switches for mouse and paste must be on as well,
// otherwise it throws away the events.
func attach(tv *tview.Application, s *widget.Screen, o Options) error {
	screen := &opened{Screen: s}
	tv.SetScreen(screen)
	if screen.err != nil {
		return fmt.Errorf("no screen: %w", screen.err)
	}
	tv.EnableMouse(!o.NoMouse)
	tv.EnablePaste(true)
	s.SetTitle("mqsniff " + o.Title)
	return nil
}
