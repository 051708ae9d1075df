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

	"github.com/mqsniff/mqsniff/decode"
	"github.com/mqsniff/mqsniff/session"
	"github.com/mqsniff/mqsniff/tui/widget"
)

// Progress is how far reading has come. It is asked for a few times per second, from any goroutine.
type Progress struct {
	Read, Total int64 // bytes; Total 0: there is no end known
	Packets     int64
	Lost        int64  // packets that the capture itself dropped
	Done        bool   // nothing more will come
	Note        string // about the end of it: "file ends inside packet 812001"; from outside, unsanitised
	Err         error  // why reading ended early
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
// The terminal is restored in each case.
func Run(ctx context.Context, o Options) error {
	a, err := newApp(ctx, o)
	if err != nil {
		return err
	}
	return a.run()
}

// run is the life of the screen.
func (a *app) run() (err error) {
	defer a.cancel()
	var group sync.WaitGroup
	a.safego(&group, "painter", func() { a.painter.Run(a.ctx) })
	a.safego(&group, "watch", a.watch)
	a.safego(&group, "signals", a.signals)
	defer func() {
		if p := recover(); p != nil { // tview has finished the screen already
			err = &PanicError{Where: "screen", Value: p, Stack: debug.Stack()}
		}
		a.painter.Stop()
		a.cancel()
		a.stop()
		group.Wait()
		if a.failure.err != nil {
			err = a.failure.err
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

// failure is the reason of an end that no key asked for.
type failure struct {
	once sync.Once
	err  error
}

// end stops the screen from any goroutine; the first reason is Run's result.
func (a *app) end(why error) {
	a.failure.once.Do(func() {
		a.failure.err = why
		a.painter.Stop()
		a.cancel()
		a.stop()
	})
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
