package widget

import (
	"sort"
	"unicode/utf8"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"
)

// Span gives the bytes [Start, End) of a text a role.
type Span struct {
	Start, End int
	Role       Role
}

// TextPane shows plain text of any size, hostile or not: escapes as in
// [PaintEscaped], tabs as blanks up to the next multiple of four, "\r\n" as a
// line end. A line without an end is broken every 64 KiB.
//
// Keys: Up Down j k, PgUp PgDn Space, Ctrl-D Ctrl-U, Home End g G, Left Right h
// l (sideways, if lines are not wrapped).
type TextPane struct {
	*tview.Box

	theme  *Theme
	empty  []string
	lines  textLines
	spans  []Span
	wrap   bool
	top    int // offset of the first row
	scroll int // columns
	width  int
	height int
}

// NewTextPane returns an empty pane that wraps lines.
func NewTextPane(t *Theme) *TextPane {
	p := &TextPane{Box: tview.NewBox(), theme: t, wrap: true}
	p.SetBackgroundColor(tcell.ColorDefault)
	return p
}

// SetTheme changes the theme.
func (p *TextPane) SetTheme(t *Theme) { p.theme = t }

// SetEmpty sets the lines shown while there is no text.
func (p *TextPane) SetEmpty(lines ...string) { p.empty = lines }

// SetText shows another text from its start. Both slices are borrowed; the
// spans are sorted and do not overlap.
func (p *TextPane) SetText(text []byte, spans []Span) { p.SetEncoded(text, EncodingUTF8, spans) }

// SetEncoded is SetText for a text in GBK or UTF-8; what is on the screen is
// decoded, not more. Spans are of the bytes as they come.
func (p *TextPane) SetEncoded(text []byte, e Encoding, spans []Span) {
	p.lines = textLines{text: text, enc: e, width: p.lines.width}
	p.spans, p.top, p.scroll = spans, 0, 0
}

// SetSpans changes the spans only, for instance to show search hits.
func (p *TextPane) SetSpans(spans []Span) { p.spans = spans }

// SetWrap turns wrapping of long lines on or off.
func (p *TextPane) SetWrap(on bool) {
	p.wrap, p.scroll = on, 0
	p.fit(p.width)
}

// Wrap reports whether long lines are wrapped.
func (p *TextPane) Wrap() bool { return p.wrap }

// Percent says how much of the text is above the end of the viewport, 0 to 100.
func (p *TextPane) Percent() int {
	n := len(p.lines.text)
	if n == 0 {
		return 100
	}
	last := p.lines.step(p.top, max(p.height-1, 0))
	return int(int64(min(p.lines.rowEnd(last)+1, n)) * 100 / int64(n))
}

// fit takes over a width; the first row stays where it is in the text.
func (p *TextPane) fit(w int) {
	p.width = w
	want := 0
	if p.wrap {
		want = max(w, 1)
	}
	if want != p.lines.width {
		p.lines.width, p.lines.valid = want, false
		p.top = p.lines.row(p.top)
	}
}

// Scroll moves the viewport by rows.
func (p *TextPane) Scroll(rows int) {
	p.top = p.lines.step(p.top, rows)
	if rows > 0 {
		p.top = min(p.top, p.lastTop())
	}
}

// lastTop is the first row when the last row of the text is at the bottom.
func (p *TextPane) lastTop() int {
	// The newline at the end belongs to the last row; there is none behind it.
	return p.lines.step(p.lines.row(len(p.lines.text)-1), 1-max(p.height, 1))
}

// ScrollTo makes the byte at off visible.
func (p *TextPane) ScrollTo(off int) {
	row := p.lines.row(min(off, len(p.lines.text)-1))
	last := p.lines.step(p.top, max(p.height, 1)-1)
	if row < p.top || row > last {
		p.top = min(p.lines.step(row, -max(p.height, 1)/2), p.lastTop())
	}
}

// Home shows the start.
func (p *TextPane) Home() { p.top, p.scroll = 0, 0 }

// End shows the end.
func (p *TextPane) End() { p.top = p.lastTop() }

// Draw implements tview.Primitive.
func (p *TextPane) Draw(s tcell.Screen) {
	p.DrawForSubclass(s, p)
	x, y, w, h := p.GetInnerRect()
	if w <= 0 || h <= 0 {
		return
	}
	p.height = h
	p.fit(w)
	if len(p.lines.text) == 0 {
		drawEmpty(s, x, y, w, h, p.empty, p.theme)
		return
	}
	at := p.top
	for i := range h {
		p.drawRow(s, x, y+i, w, at, p.lines.rowEnd(at))
		next := p.lines.step(at, 1)
		if next == at {
			break
		}
		at = next
	}
}

// drawRow paints the bytes [from, to), which hold no newline.
func (p *TextPane) drawRow(s tcell.Screen, x, y, w, from, to int) {
	span := sort.Search(len(p.spans), func(i int) bool { return p.spans[i].End > from })
	text := p.lines.text
	var c cluster
	col := -p.scroll
	for i := from; i < to && col < w; i += c.size {
		for span < len(p.spans) && p.spans[span].End <= i {
			span++
		}
		role := RoleNormal
		if span < len(p.spans) && i >= p.spans[span].Start {
			role = p.spans[span].Role
		}
		p.lines.next(to, i, col+p.scroll, &c)
		if col+c.w > 0 {
			shown := text[i : i+c.size]
			if c.size > 1 && p.lines.enc == EncodingGBK {
				shown = utf8.AppendRune(nil, c.raw)
			}
			p.drawCluster(s, x, y, w, col, &c, shown, role)
		}
		col += c.w
	}
}

// drawCluster paints one cluster at column col, which may be cut by either
// border.
func (p *TextPane) drawCluster(s tcell.Screen, x, y, w, col int, c *cluster, text []byte, role Role) {
	style := p.theme.Style(role)
	esc := style
	if role == RoleNormal {
		esc = p.theme.Style(RoleEscape)
	}
	at, skip := max(col, 0), max(-col, 0)
	if c.bad && c.raw == '\t' {
		FillLine(s, x+at, y, min(c.w-skip, w-at), style)
		return
	}
	if c.bad && c.raw == '\\' {
		// Alone it would not be taken for the start of an escape.
		for i := skip; i < c.w && at < w; i++ {
			s.SetContent(x+at, y, '\\', nil, esc)
			at++
		}
		return
	}
	PaintEscaped(s, x+at, y, w-at, skip, text, style, esc)
}

// InputHandler implements tview.Primitive.
func (p *TextPane) InputHandler() func(*tcell.EventKey, func(tview.Primitive)) {
	return p.WrapInputHandler(func(ev *tcell.EventKey, _ func(tview.Primitive)) {
		page, half := max(p.height-1, 1), max(p.height/2, 1)
		switch KeyOf(ev) {
		case NamedKey(tcell.KeyUp), RuneKey('k'):
			p.Scroll(-1)
		case NamedKey(tcell.KeyDown), RuneKey('j'):
			p.Scroll(1)
		case NamedKey(tcell.KeyPgUp):
			p.Scroll(-page)
		case NamedKey(tcell.KeyPgDn), RuneKey(' '):
			p.Scroll(page)
		case CtrlKey('u'):
			p.Scroll(-half)
		case CtrlKey('d'):
			p.Scroll(half)
		case NamedKey(tcell.KeyHome), RuneKey('g'):
			p.Home()
		case NamedKey(tcell.KeyEnd), RuneKey('G'):
			p.End()
		case NamedKey(tcell.KeyLeft), RuneKey('h'):
			p.scrollBy(-scrollStep)
		case NamedKey(tcell.KeyRight), RuneKey('l'):
			p.scrollBy(scrollStep)
		}
	})
}

// scrollBy scrolls sideways.
func (p *TextPane) scrollBy(columns int) {
	if !p.wrap {
		p.scroll = min(max(p.scroll+columns, 0), maxScroll)
	}
}

// MouseHandler implements tview.Primitive.
func (p *TextPane) MouseHandler() func(tview.MouseAction, *tcell.EventMouse, func(tview.Primitive)) (bool, tview.Primitive) {
	return p.WrapMouseHandler(func(action tview.MouseAction, ev *tcell.EventMouse, setFocus func(tview.Primitive)) (bool, tview.Primitive) {
		if !p.InRect(ev.Position()) {
			return false, nil
		}
		switch action {
		case tview.MouseLeftDown:
			setFocus(p)
		case tview.MouseScrollUp:
			p.Scroll(-wheelRows)
		case tview.MouseScrollDown:
			p.Scroll(wheelRows)
		case tview.MouseScrollLeft:
			p.scrollBy(-scrollStep)
		case tview.MouseScrollRight:
			p.scrollBy(scrollStep)
		default:
			return false, nil
		}
		return true, nil
	})
}
