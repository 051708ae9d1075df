package widget

import (
	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"
)

// Modal is a layer that covers the whole screen with a bordered box around its
// content. Keys, mouse events and pasted text go to the content or nowhere:
// tview.Pages would hand what the top page does not use to the page below.
type Modal struct {
	*tview.Box

	OnOutside func() // click outside of the box

	theme         *Theme
	title         string
	footer        string
	content       tview.Primitive
	width, height int
}

// NewModal wraps content; width and height are the outer size as in
// [Modal.SetSize].
func NewModal(t *Theme, title string, content tview.Primitive, width, height int) *Modal {
	m := &Modal{Box: tview.NewBox(), theme: t, title: title, content: content, width: width, height: height}
	m.SetBackgroundColor(tcell.ColorDefault)
	return m
}

// SetTheme changes the theme of the frame.
func (m *Modal) SetTheme(t *Theme) { m.theme = t }

// SetTitle sets the text in the upper border. It may be hostile.
func (m *Modal) SetTitle(title string) { m.title = title }

// SetFooter sets the text in the lower border, for key hints.
func (m *Modal) SetFooter(text string) { m.footer = text }

// SetSize sets the outer size of the box, which is cut to the screen; a number
// <= 0 means the size of the screen less so much.
func (m *Modal) SetSize(width, height int) { m.width, m.height = width, height }

// box returns the rectangle of the bordered box.
func (m *Modal) box() (x, y, w, h int) {
	x, y, w, h = m.GetRect()
	bw, bh := m.width, m.height
	if bw <= 0 {
		bw += w
	}
	if bh <= 0 {
		bh += h
	}
	bw, bh = min(max(bw, 3), w), min(max(bh, 3), h)
	return x + (w-bw)/2, y + (h-bh)/2, bw, bh
}

// Draw implements tview.Primitive. What is outside of the box stays visible.
func (m *Modal) Draw(s tcell.Screen) {
	x, y, w, h := m.box()
	if w <= 0 || h <= 0 {
		return
	}
	for row := range h {
		FillLine(s, x, y+row, w, tcell.StyleDefault)
	}
	if w < 3 || h < 3 {
		return
	}
	drawFrame(s, x, y, w, h, m.title, m.footer, m.theme)
	m.content.SetRect(x+1, y+1, w-2, h-2)
	m.content.Draw(s)
}

// drawFrame paints a border with a text in its upper and lower side.
func drawFrame(s tcell.Screen, x, y, w, h int, title, footer string, t *Theme) {
	line := t.Style(RoleBorder)
	Rule(s, x, y, w, title, line, t.Style(RoleTitle))
	Rule(s, x, y+h-1, w, footer, line, t.Style(RoleHint))
	for i := 1; i < h-1; i++ {
		s.SetContent(x, y+i, tcell.RuneVLine, nil, line)
		s.SetContent(x+w-1, y+i, tcell.RuneVLine, nil, line)
	}
	s.SetContent(x, y, tcell.RuneULCorner, nil, line)
	s.SetContent(x+w-1, y, tcell.RuneURCorner, nil, line)
	s.SetContent(x, y+h-1, tcell.RuneLLCorner, nil, line)
	s.SetContent(x+w-1, y+h-1, tcell.RuneLRCorner, nil, line)
}

// Focus implements tview.Primitive: the content has the focus.
func (m *Modal) Focus(delegate func(tview.Primitive)) { delegate(m.content) }

// HasFocus implements tview.Primitive.
func (m *Modal) HasFocus() bool { return m.content.HasFocus() }

// Blur implements tview.Primitive.
func (m *Modal) Blur() { m.content.Blur() }

// InputHandler implements tview.Primitive.
func (m *Modal) InputHandler() func(*tcell.EventKey, func(tview.Primitive)) {
	return m.WrapInputHandler(func(ev *tcell.EventKey, setFocus func(tview.Primitive)) {
		if h := m.content.InputHandler(); h != nil {
			h(ev, setFocus)
		}
	})
}

// PasteHandler implements tview.Primitive.
func (m *Modal) PasteHandler() func(string, func(tview.Primitive)) {
	return m.WrapPasteHandler(func(text string, setFocus func(tview.Primitive)) {
		if h := m.content.PasteHandler(); h != nil {
			h(text, setFocus)
		}
	})
}

// MouseHandler implements tview.Primitive. It takes every event.
func (m *Modal) MouseHandler() func(tview.MouseAction, *tcell.EventMouse, func(tview.Primitive)) (bool, tview.Primitive) {
	return m.WrapMouseHandler(func(action tview.MouseAction, ev *tcell.EventMouse, setFocus func(tview.Primitive)) (bool, tview.Primitive) {
		mx, my := ev.Position()
		x, y, w, h := m.box()
		if mx >= x && mx < x+w && my >= y && my < y+h {
			if handler := m.content.MouseHandler(); handler != nil {
				_, capture := handler(action, ev, setFocus)
				return true, capture
			}
			return true, nil
		}
		if action == tview.MouseLeftClick && m.OnOutside != nil {
			m.OnOutside()
		}
		return true, nil
	})
}
