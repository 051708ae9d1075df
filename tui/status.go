package tui

import (
	"fmt"
	"time"

	"github.com/gdamore/tcell/v2"

	"github.com/mqsniff/mqsniff/tui/widget"
)

// flashKind says how long a message stays.
type flashKind uint8

const (
	flashInfo    flashKind = iota // 3 s
	flashWarning                  // 6 s
	flashError                    // no end by itself
)

// flash is the message in the status line.
type flash struct {
	text string
	kind flashKind
	gen  int
}

// seen is called at each key: a message was read, and the next key may have one of its own.
func (f *flash) seen() { f.text = "" }

// maxLog bounds the messages that are kept.
const maxLog = 500

// say shows a message and keeps it in the log.
func (a *app) say(kind flashKind, text string) {
	a.logf("%s", text)
	stay := 3 * time.Second
	if kind == flashWarning {
		stay = 6 * time.Second
	}
	a.flash = flash{text: text, kind: kind, gen: a.flash.gen + 1}
	if kind == flashError {
		return
	}
	gen := a.flash.gen
	time.AfterFunc(stay, func() {
		a.post(func() {
			if a.flash.gen == gen {
				a.flash.text = ""
			}
		})
	})
}

// logf keeps a line with the time.
func (a *app) logf(format string, args ...any) {
	line := a.opts.Now().In(a.opts.Local).Format("15:04:05.000  ") + fmt.Sprintf(format, args...)
	if len(a.log) == maxLog {
		a.log = a.log[1:]
	}
	a.log = append(a.log, line)
}

// line collects parts of a line of the screen, each in its own style.
type line struct {
	s    tcell.Screen
	t    *widget.Theme
	x, y int
	w    int
}

func (l *line) put(text string, role widget.Role) {
	if l.x < l.w {
		l.x += widget.Paint(l.s, l.x, l.y, l.w-l.x, text, l.t.Style(role))
	}
}

// right puts text at the end of the line, if it fits behind what is there.
func (l *line) right(text string, role widget.Role) {
	if n := widget.Width(text); l.x+n < l.w {
		widget.Paint(l.s, l.w-n-1, l.y, n, text, l.t.Style(role))
		l.w -= n + 2
	}
}

// drawFoot draws the status line and the hints.
func (a *app) drawFoot(s tcell.Screen, w, h int) {
	widget.FillLine(s, 0, h-2, w, a.theme.Style(widget.RoleNormal))
	l := line{s: s, t: a.theme, y: h - 2, w: w}
	if a.flash.text != "" {
		role := [...]widget.Role{widget.RoleOK, widget.RoleWarning, widget.RoleError}[a.flash.kind]
		l.put(" "+a.flash.text, role)
	} else {
		if a.progress.Note == "" && a.progress.Err == nil { // those need the room
			l.right("time: "+a.frames.text.format.label(a.opts.Local, a.frames.reference != 0), widget.RoleHint)
		}
		for i, t := range a.statusParts() {
			if i > 0 {
				l.put("   ", widget.RoleNormal)
			} else {
				l.put(" ", widget.RoleNormal)
			}
			l.put(t.text, t.role)
		}
	}
	a.drawHints(s, w, h-1)
}

type statusPart struct {
	text string
	role widget.Role
}

// statusParts are the parts of the status line, the most important first.
func (a *app) statusParts() (parts []statusPart) {
	add := func(role widget.Role, text string) { parts = append(parts, statusPart{text, role}) }
	if a.view == viewConns {
		if id, ok := a.conns.list.Cursor(); ok {
			add(widget.RoleNormal, "connection "+count(id)+"/"+count(a.conns.total))
		}
		return parts
	}
	if n := a.notice.unread; n > 0 {
		add(widget.RoleWarning, plural(n, "notice")+" (! shows them)")
	}
	id, ok := a.frames.list.Cursor()
	if ok {
		n, i := a.frames.rows.len(), a.frames.list.CursorIndex()
		add(widget.RoleNormal, fmt.Sprintf("%d/%s  %.1f%%", id, count(a.store.Last()), 100*float64(i+1)/float64(n)))
	}
	if a.layout.w >= widthTwo { // on a narrower one the tree has as much room for it
		if t := a.detail.remark(uint32(id)); t != "" {
			add(widget.RoleError, t)
		}
	}
	if a.progress.Err != nil {
		add(widget.RoleError, a.progress.Err.Error())
	} else if a.progress.Note != "" {
		add(widget.RoleWarning, a.progress.Note)
	}
	if t := a.finder.status(uint32(id)); t != "" {
		add(widget.RoleNormal, t)
	}
	if n := len(a.frames.marks); n > 0 {
		add(widget.RoleNormal, "marks "+count(n))
	}
	if a.frames.list.Follow() {
		add(widget.RoleNormal, "follow")
	}
	if a.painter.Slow() {
		add(widget.RoleWarning, "slow terminal")
	}
	return parts
}

// hintGap is the space between two hints.
const hintGap = 2

func hintWidth(b *binding) int { return widget.Width(b.show) + 1 + widget.Width(b.hint) }

// drawHints draws the last line from the table of keys; what does not fit is left out, never wrapped.
func (a *app) drawHints(s tcell.Screen, w, y int) {
	widget.FillLine(s, 0, y, w, a.theme.Style(widget.RoleNormal))
	x := 0
	for _, b := range a.hints(w) {
		n := hintWidth(b)
		k := widget.Paint(s, x, y, n, b.show, a.theme.Style(widget.RoleKey))
		widget.Paint(s, x+k+1, y, n-k-1, a.hintOf(b), a.theme.Style(widget.RoleHint))
		x += n + hintGap
	}
}
