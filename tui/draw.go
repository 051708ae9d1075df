package tui

import (
	"strconv"

	"github.com/gdamore/tcell/v2"

	"github.com/mqsniff/mqsniff/tui/widget"
)

// Draw is part of tview.Primitive. It changes nothing but where things are.
func (r *root) Draw(s tcell.Screen) {
	a := r.app
	w, h := s.Size()
	r.SetRect(0, 0, w, h)
	a.layout = arrange(arrangement{w: w, h: h, focus: a.focus, lower: a.lower, full: a.full, grow: a.grow, third: true})
	if a.view == viewConns && !a.layout.small {
		a.layout.list = rect{0, headLines, w, h - headLines - footLines}
		a.layout.lower = nil
	}
	if a.layout.small {
		a.drawSmall(s, w, h)
		return
	}
	a.frames.fit(w)
	a.detail.fit(w)
	a.part(s, "head", rect{0, 0, w, headLines}, func() { a.drawHead(s, w) })
	if l := a.layout.list; l.h > 0 {
		if a.view == viewFrames {
			a.frames.prepare()
		}
		a.part(s, "list", l, func() { a.drawPane(s, a.list(), l) })
	}
	for i, p := range a.layout.lower {
		a.part(s, "lower pane", p.body, func() { a.drawLower(s, i, p) })
	}
	a.part(s, "foot", rect{0, h - footLines, w, footLines}, func() { a.drawFoot(s, w, h) })
	a.part(s, "prompt", rect{0, 1, w, 1}, func() { a.drawPrompt(s, w) })
	if a.overlay != nil {
		a.part(s, "overlay", rect{0, 0, w, h}, func() {
			a.overlay.modal.SetRect(0, 0, w, h)
			a.overlay.modal.Draw(s)
		})
	}
}

// part draws one part of the screen; if that fails, the others are drawn all the same.
func (a *app) part(s tcell.Screen, name string, r rect, draw func()) {
	if _, bad := a.broken[name]; !bad {
		a.guard(name, draw)
	}
	if why, bad := a.broken[name]; bad {
		for y := range r.h {
			widget.FillLine(s, r.x, r.y+y, r.w, a.theme.Style(widget.RoleNormal))
		}
		widget.Paint(s, r.x+1, r.y, r.w-2, "this view failed: "+why+"  (^L tries again, :log shows more)", a.theme.Style(widget.RoleError))
	}
}

// drawSmall says how much room is needed.
func (a *app) drawSmall(s tcell.Screen, w, h int) {
	lines := []string{"terminal too small", strconv.Itoa(w) + "x" + strconv.Itoa(h) + ", needed " + strconv.Itoa(minWidth) + "x" + strconv.Itoa(minHeight)}
	for i, text := range lines {
		widget.Paint(s, max((w-len(text))/2, 0), max(h/2-1+i, 0), w, text, a.theme.Style(widget.RoleNormal))
	}
}

type drawable interface {
	SetRect(x, y, w, h int)
	Draw(tcell.Screen)
}

func (a *app) drawPane(s tcell.Screen, p drawable, r rect) {
	p.SetRect(r.x, r.y, r.w, r.h)
	p.Draw(s)
}

// drawLower draws a lower pane with the rule above it, and the line between it and the pane at its left.
func (a *app) drawLower(s tcell.Screen, i int, p placed) {
	border, title := a.theme.Style(widget.RoleBorder), a.theme.Style(widget.RoleTitle)
	text := a.detail.title(p.pane, p.title.w-6)
	if a.focus == p.pane && a.overlay == nil {
		title = title.Reverse(true)
	}
	widget.Rule(s, p.title.x, p.title.y, p.title.w, text, border, title)
	if i > 0 {
		s.SetContent(p.title.x-1, p.title.y, '┬', nil, border)
		for y := range p.body.h {
			s.SetContent(p.title.x-1, p.body.y+y, '│', nil, border)
		}
	}
	a.drawPane(s, a.pane(p.pane), p.body)
}

// drawPrompt draws the editor, whose lists cover what is below; it comes last.
func (a *app) drawPrompt(s tcell.Screen, w int) {
	p := a.bar.prompt
	if a.entry != nil {
		p = a.entry.prompt
	} else {
		a.bar.describe(a)
	}
	p.SetRect(0, 1, w, 1)
	p.Draw(s)
}
