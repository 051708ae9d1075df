package tui

import (
	"strings"
	"time"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"

	"github.com/mqsniff/mqsniff/tui/widget"
)

// root is the one primitive that tview knows: it draws the panes and hands keys, mouse and pasted text to them. Focus is
// kept in app, so that no event can end in a place that nobody looks after.
type root struct {
	*tview.Box
	app *app
}

// twice is the time between two Ctrl-C that quit.
const twice = 2 * time.Second

// interrupt takes Ctrl-C away from tview, which would stop at once.
func (a *app) interrupt(ev *tcell.EventKey) *tcell.EventKey {
	if widget.KeyOf(ev) != widget.CtrlKey('c') {
		return ev
	}
	now := a.opts.Now()
	switch {
	case a.overlay != nil:
		a.closeOverlay()
	case a.prompt() != nil:
		a.leavePrompt()
	case a.over() || now.Sub(a.leaving) < twice && !a.leaving.IsZero():
		a.quit()
	default:
		a.leaving = now
		a.say(flashWarning, "still reading: Ctrl-C again quits, Esc only stops reading")
	}
	return nil
}

// prompt is the editor that has the keys, if there is one.
func (a *app) prompt() *widget.Prompt {
	switch {
	case a.entry != nil:
		return a.entry.prompt
	case a.bar.editing:
		return a.bar.prompt
	}
	return nil
}

func nowhere(tview.Primitive) {}

// InputHandler is part of tview.Primitive.
func (r *root) InputHandler() func(*tcell.EventKey, func(tview.Primitive)) {
	return func(ev *tcell.EventKey, _ func(tview.Primitive)) { r.app.guard("keys", func() { r.app.key(ev) }) }
}

// key does what a key does: in an overlay, in a prompt, or by the table.
func (a *app) key(ev *tcell.EventKey) {
	a.flash.seen()
	k := widget.KeyOf(ev)
	switch {
	case a.overlay != nil && a.overlay.menu:
		a.overlay.modal.InputHandler()(ev, nowhere)
	case a.overlay != nil:
		if b, ok := a.lookup(k); ok && b.run != nil {
			b.run(a)
			return
		}
		a.overlay.modal.InputHandler()(ev, nowhere)
	case a.prompt() != nil:
		a.prompt().InputHandler()(ev, nowhere)
	default:
		if b, ok := a.lookup(k); ok && b.run != nil {
			b.run(a)
		} else if ok {
			a.pane(a.focus).InputHandler()(ev, nowhere)
		} else {
			a.say(flashInfo, "no such key here: ? shows those that work")
		}
	}
	a.frames.list.Refresh()
	a.conns.list.Refresh()
}

// PasteHandler is part of tview.Primitive. What is pasted outside of an editor must not run as keys.
func (r *root) PasteHandler() func(string, func(tview.Primitive)) {
	return func(text string, _ func(tview.Primitive)) {
		a := r.app
		a.guard("paste", func() {
			if p := a.prompt(); p != nil && a.overlay == nil {
				p.PasteHandler()(strings.TrimRight(text, "\r\n"), nowhere)
				return
			}
			a.say(flashInfo, "pasted text ignored: nothing is being edited")
		})
	}
}

// MouseHandler is part of tview.Primitive.
func (r *root) MouseHandler() func(tview.MouseAction, *tcell.EventMouse, func(tview.Primitive)) (bool, tview.Primitive) {
	return func(action tview.MouseAction, ev *tcell.EventMouse, _ func(tview.Primitive)) (used bool, capture tview.Primitive) {
		r.app.guard("mouse", func() { used, capture = r.app.mouse(action, ev) })
		return used, capture
	}
}

// mouse hands an event to what is under it.
func (a *app) mouse(action tview.MouseAction, ev *tcell.EventMouse) (bool, tview.Primitive) {
	x, y := ev.Position()
	if action == tview.MouseLeftDoubleClick && a.clicked != [2]int{x, y} {
		action = tview.MouseLeftClick // tview looks at the time only
	}
	if action == tview.MouseLeftClick {
		a.clicked = [2]int{x, y}
	}
	switch {
	case a.overlay != nil:
		return a.overlay.modal.MouseHandler()(action, ev, nowhere)
	case a.prompt() != nil:
		if used, capture := a.prompt().MouseHandler()(action, ev, nowhere); used {
			return true, capture
		}
		if action == tview.MouseLeftDown {
			a.leavePrompt()
		}
		return true, nil
	case a.layout.small:
		return true, nil
	}
	if action == tview.MouseLeftClick && a.clickLine(x, y) {
		return true, nil
	}
	p, ok := a.layout.at(x, y)
	if !ok {
		return true, nil
	}
	if action == tview.MouseLeftDown {
		a.setFocus(p)
	}
	_, capture := a.pane(p).MouseHandler()(action, ev, nowhere)
	a.frames.list.Refresh()
	return true, capture
}

// clickLine does what stands in a line above or below the panes.
func (a *app) clickLine(x, y int) bool {
	switch y {
	case 1:
		a.editFilter()
	case 2:
		if v, ok := viewAt(x); ok {
			a.setView(v)
		}
	case a.layout.h - 1:
		at := 0
		for _, b := range a.hints(a.layout.w) {
			w := hintWidth(b)
			if x >= at && x < at+w && b.run != nil {
				b.run(a)
				return true
			}
			at += w + hintGap
		}
	default:
		return false
	}
	return true
}

// pane is the widget of a pane.
func (a *app) pane(p pane) tview.Primitive {
	switch p {
	case paneTree:
		return a.detail.tree
	case paneHex:
		return a.detail.bytes()
	case panePair:
		return a.detail.pair
	}
	return a.list()
}

// setFocus gives a pane the keys, and shows it where there is room for one lower pane only.
func (a *app) setFocus(p pane) {
	if a.view == viewConns {
		p = paneList
	}
	a.focus = p
	if p == paneTree || p == paneHex {
		a.lower = p
	}
	for _, other := range []pane{paneList, paneTree, paneHex, panePair} {
		a.pane(other).Blur()
	}
	if a.overlay == nil && a.prompt() == nil {
		a.pane(p).Focus(nowhere)
	}
}

// turnFocus goes round the panes.
func (a *app) turnFocus(step int) {
	if a.view == viewConns {
		a.setView(viewFrames)
		return
	}
	ring := a.layout.ring(a.focus)
	at := 0
	for i, p := range ring {
		if p == a.focus {
			at = i
		}
	}
	a.setFocus(ring[(at+step+len(ring))%len(ring)])
}

func (a *app) maximize() { a.full = !a.full }

func (a *app) resize(rows int) { a.grow = min(max(a.grow+rows, -20), 20) }

func (a *app) repaint() {
	clear(a.broken)
	a.screen.Sync()
}

// backOrQuit is q.
func (a *app) backOrQuit() {
	switch {
	case a.goBack():
	case a.opts.Live != nil && a.progress.Recording == "" && a.store.Frames() > 0:
		a.choose("Quit?", []string{plural(a.store.Frames(), "captured frame") + " are written to no file."},
			[]widget.MenuItem{{Key: 'q', Label: "quit"}, {Key: 's', Label: "stay"}}, func(i int) {
				if i == 0 {
					a.quit()
				}
			})
	default:
		a.quit()
	}
}

func (a *app) toggleMouse() {
	a.opts.NoMouse = !a.opts.NoMouse
	a.screen.SetMouse(!a.opts.NoMouse)
	if a.opts.NoMouse {
		a.say(flashInfo, "the mouse belongs to the terminal now (:mouse takes it back)")
	} else {
		a.say(flashInfo, "mouse on; hold Shift to select text")
	}
}
