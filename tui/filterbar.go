package tui

import (
	"context"
	"strings"
	"unicode/utf8"

	"github.com/rivo/tview"

	"github.com/mqsniff/mqsniff/filter"
	"github.com/mqsniff/mqsniff/session"
	"github.com/mqsniff/mqsniff/tui/widget"
)

// filterBar is the second line of the screen: the display filter, what it found, and the other reasons why a list does
// not show everything.
type filterBar struct {
	app     *app
	prompt  *widget.Prompt
	editing bool
	applied string // the expression in force; empty: none
	conn    uint32 // only this connection; 0: all
	marked  bool   // only marked frames
	scan    *scan  // nil: everything is shown
	cancel  context.CancelFunc
	history history
	values  *values
	near    nearest
}

func newFilterBar(a *app) *filterBar {
	b := &filterBar{app: a, prompt: widget.NewPrompt(a.theme, "Filter> "), values: newValues(a.store)}
	b.prompt.SetPlaceholder("type / to filter, for example  code == SEND_MESSAGE_V2 and latency > 5")
	b.prompt.OnChange = func(string) { b.check() }
	b.prompt.OnAccept = b.accept
	b.prompt.OnCancel = a.leavePrompt
	b.prompt.Complete = b.complete
	b.history = readHistory(a.opts)
	b.prompt.SetHistory(b.history.lines)
	return b
}

// active tells whether the list shows less than everything.
func (b *filterBar) active() bool { return b.scan != nil }

// editFilter puts the cursor into the filter.
func (a *app) editFilter() {
	if a.view == viewConns {
		a.setView(viewFrames)
	}
	b := a.bar
	b.editing = true
	a.setFocus(a.focus)
	b.prompt.Focus(nowhere)
	b.check()
	a.safego(nil, "values", func() { b.values.count(a.ctx) })
}

// leavePrompt closes whatever is edited without taking it over.
func (a *app) leavePrompt() {
	if a.entry != nil {
		a.entry = nil
	} else {
		a.bar.editing = false
		a.bar.prompt.Blur()
		a.bar.prompt.SetText(a.bar.applied)
		a.bar.prompt.SetState(widget.PromptNone, "", -1)
	}
	a.setFocus(a.focus)
}

// check looks at what is being typed.
func (b *filterBar) check() {
	text := b.prompt.Text()
	if strings.TrimSpace(text) == "" {
		b.prompt.SetState(widget.PromptNone, "", -1)
		return
	}
	st := filter.Check(text)
	caret := -1
	if st.Column > 0 {
		caret = byteOffset(text, st.Column-1)
	}
	state, message := widget.PromptOK, st.Message
	switch {
	case st.Verdict == filter.Incomplete:
		state = widget.PromptIncomplete
	case st.Verdict == filter.Invalid:
		state = widget.PromptError
	case st.NeedsFrame:
		state, message = widget.PromptSlow, "reads every frame again: put a cheap condition in front of it"
	}
	b.prompt.SetState(state, message, caret)
}

// byteOffset is where the character with that number, from 0, begins.
func byteOffset(text string, chars int) int {
	for i := range text {
		if chars == 0 {
			return i
		}
		chars--
	}
	return len(text)
}

// accept applies what was typed, if it is right.
func (b *filterBar) accept(text string) {
	text = strings.TrimSpace(text)
	if text != "" {
		if st := filter.Check(text); st.Verdict != filter.OK {
			b.check()
			b.app.say(flashWarning, "not applied: "+st.Message)
			return
		}
		b.history.add(text, b.app)
		b.prompt.SetHistory(b.history.lines)
	}
	b.applied = text
	b.app.leavePrompt()
	b.start()
}

// set applies an expression that another command made.
func (b *filterBar) set(text string) {
	b.prompt.SetText(text)
	b.accept(text)
}

// clear shows everything again.
func (b *filterBar) clear() {
	b.applied, b.conn, b.marked = "", 0, false
	b.prompt.SetText("")
	b.prompt.SetState(widget.PromptNone, "", -1)
	b.start()
}

// start begins to look for the rows again. The one before ends; what it still finds is not shown.
func (b *filterBar) start() {
	a := b.app
	if b.cancel != nil {
		b.cancel()
		b.cancel = nil
	}
	b.scan = nil
	c := criteria{conn: b.conn, onlys: b.marked}
	if b.marked {
		c.only = a.frames.marked()
	}
	if b.applied != "" {
		f, err := filter.Compile(b.applied)
		if err != nil {
			a.say(flashError, "filter: "+err.Error())
			return
		}
		c.match = match(f, a.store)
	}
	if !c.all() {
		ctx, cancel := context.WithCancel(a.ctx)
		s := newScan(a.store, c, func() bool { return a.opts.Progress().Done }, func() { a.painter.Mark(bitStore) })
		b.scan, b.cancel = s, cancel
		a.safego(nil, "filter", func() { s.run(ctx) })
	}
	a.finder.clear(a)
	a.updateFrames()
	a.showDetail()
}

// match makes a matcher of a filter. What cannot be decided for an event does not pass.
func match(f *filter.Filter, store *session.Store) matcher {
	world := filter.OfStore(store)
	return func(ev *session.Event) bool {
		ok, err := f.Match(ev, world)
		return ok && err == nil
	}
}

// rows are what the list shows now.
func (b *filterBar) rows() rows {
	first := b.app.store.First()
	if b.scan == nil {
		return allRows(first, b.app.last())
	}
	r := hitRows(b.scan.state().hits, first)
	if b.app.still.on {
		r = r.until(b.app.last())
	}
	return r
}

// scanning tells whether the filter has a good part of the events still to look at.
func (b *filterBar) scanning() bool {
	if b.scan == nil {
		return false
	}
	st := b.scan.state()
	return !st.complete && !st.stopped && st.judged+4*scanBatch < b.app.store.Last()
}

// stop ends the search for rows; those that were found stay.
func (b *filterBar) stop() {
	if b.cancel != nil {
		b.cancel()
	}
}

// describe puts how the filter stands at the end of its line.
func (b *filterBar) describe(a *app) {
	var parts []string
	if b.conn != 0 {
		parts = append(parts, "conn "+count(b.conn)+" only (c undoes)")
	}
	if b.marked {
		parts = append(parts, "marked only (M undoes)")
	}
	total := allRows(a.store.First(), a.last()).len()
	if b.scan == nil {
		parts = append(parts, count(total)+" shown")
	} else {
		st := b.scan.state()
		n := count(a.frames.rows.len())
		switch {
		case st.stopped:
			parts = append(parts, n+" of the first "+count(st.judged)+" (stopped)")
		case b.scanning():
			parts = append(parts, "scanning "+count(uint64(st.judged)*100/uint64(max(a.store.Last(), 1)))+"% - "+n+" so far (Esc stops)")
		default:
			parts = append(parts, n+" of "+count(total))
		}
	}
	b.prompt.SetStatus(strings.Join(parts, "  "))
	if !b.editing {
		state := widget.PromptNone
		if b.applied != "" {
			state = widget.PromptOK
		}
		b.prompt.SetState(state, "", -1)
	}
}

// complete lists what may stand at the cursor.
func (b *filterBar) complete(text string, cursor int) []widget.Item {
	found := filter.Complete(text, utf8.RuneCountInString(text[:cursor]), b.values.of)
	items := make([]widget.Item, 0, len(found))
	for _, c := range found {
		note := c.Meaning
		if c.Type != "" {
			note = strings.TrimSpace(c.Type + "  " + note)
		}
		if c.Count > 0 {
			note = "seen " + plural(c.Count, "time")
		}
		items = append(items, widget.Item{Text: c.Text, Note: note, From: byteOffset(text, c.From), To: byteOffset(text, c.To)})
	}
	return items
}

// emptyTexts says why a list has no rows.
func (a *app) emptyTexts() {
	switch {
	case a.bar.active() && a.bar.scanning():
		a.frames.list.SetEmpty("No frame so far passes the filter.", "", "Esc stops looking.")
	case a.bar.active():
		lines := []string{"No frame passes the filter."}
		if a.bar.applied != "" {
			lines = append(lines, "", a.bar.applied)
			if s := a.bar.suggest(); s != "" {
				lines = append(lines, "", s)
			}
		}
		if a.bar.conn != 0 {
			lines = append(lines, "", "only connection "+count(a.bar.conn))
		}
		if a.bar.marked {
			lines = append(lines, "", "only marked frames")
		}
		a.frames.list.SetEmpty(append(lines, "", "Esc clears the filter, / changes it.")...)
	case a.progress.Err != nil:
		a.frames.list.SetEmpty("Nothing could be read.", "", a.progress.Err.Error())
	case a.still.on && a.store.Last() > a.still.last:
		a.frames.list.SetEmpty("All frames of the pause made room for newer ones.", "", "p shows those.")
	case !a.over() && a.opts.Live != nil:
		a.frames.list.SetEmpty(a.listening()...)
	case !a.over():
		a.frames.list.SetEmpty("No frames yet.", "", "Reading "+a.opts.Title, count(a.progress.Packets)+" packets seen.")
	default:
		a.frames.list.SetEmpty("No remoting frames in here.", "", count(a.progress.Packets)+" packets were read from "+a.opts.Title+".",
			"", "Only connections that begin with RocketMQ frames are shown; TLS and gRPC appear as one row.")
	}
}

// entry is a prompt that takes the place of the filter for a moment: search, command.
type entry struct{ prompt *widget.Prompt }

// ask opens an entry.
func (a *app) ask(label, text string, accept func(string), complete func(string, int) []widget.Item) {
	p := widget.NewPrompt(a.theme, label)
	p.SetText(text)
	p.Complete = complete
	p.OnCancel = a.leavePrompt
	p.OnAccept = func(text string) {
		a.leavePrompt()
		accept(text)
	}
	a.entry = &entry{p}
	a.setFocus(a.focus)
	p.Focus(nowhere)
}

// overlay is what covers the screen: help, a menu, the log.
type overlay struct {
	modal *widget.Modal
	menu  bool // it has keys of its own
}

// open shows an overlay.
func (a *app) open(title string, content tview.Primitive, w, h int, menu bool, footer string) {
	m := widget.NewModal(a.theme, title, content, w, h)
	m.SetFooter(footer)
	m.OnOutside = a.closeOverlay
	a.overlay = &overlay{m, menu}
	a.setFocus(a.focus)
	content.Focus(nowhere)
}

func (a *app) closeOverlay() {
	a.overlay = nil
	a.setFocus(a.focus)
}

// choose opens a menu.
func (a *app) choose(title string, text []string, items []widget.MenuItem, pick func(i int)) {
	m := widget.NewMenu(a.theme, text, items)
	m.OnCancel = a.closeOverlay
	m.OnPick = func(i int) {
		a.closeOverlay()
		pick(i)
	}
	w, h := m.Size()
	const footer = "Enter or its key picks, Esc closes"
	a.open(title, m, max(w+2, len(footer)+6), h+2, true, footer)
}
