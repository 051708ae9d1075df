package widget

import (
	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"
)

// indentStep is the indent of one level.
const indentStep = 2

// Draw implements tview.Primitive.
func (t *Tree) Draw(s tcell.Screen) {
	t.DrawForSubclass(s, t)
	x, y, w, h := t.GetInnerRect()
	if w <= 0 || h <= 0 {
		return
	}
	if h != t.height {
		t.height = h
		t.reveal()
	}
	if len(t.rows) == 0 {
		drawEmpty(s, x, y, w, h, t.empty, t.theme)
		return
	}
	focus := t.HasFocus()
	for i := 0; i < h && t.top+i < len(t.rows); i++ {
		row := t.top + i
		t.drawNode(s, x, y+i, w, int(t.rows[row]), row == t.cursor, focus)
	}
}

// line paints the parts of one row, shifted to the left by skip columns.
type line struct {
	s       tcell.Screen
	x, y, w int // what is left of the row
	skip    int
	esc     tcell.Style
}

func (l *line) text(text string, style tcell.Style) {
	n := PaintEscaped(l.s, l.x, l.y, l.w, l.skip, text, style, l.esc)
	if n == 0 && l.skip > 0 && text != "" {
		used, fits := measure(text, l.skip, true)
		if fits {
			l.skip -= used
			return
		}
	}
	l.skip = 0
	l.x, l.w = l.x+n, l.w-n
}

// space leaves n columns free.
func (l *line) space(n int) {
	cut := min(n, l.skip)
	l.skip -= cut
	n = min(n-cut, max(l.w, 0))
	l.x, l.w = l.x+n, l.w-n
}

func (t *Tree) drawNode(s tcell.Screen, x, y, w, i int, selected, focus bool) {
	n := &t.nodes[i]
	style := t.theme.Style
	if selected && focus {
		style = t.theme.Selected
		FillLine(s, x, y, w, style(RoleNormal))
	}
	l := line{s: s, x: x, y: y, w: w, skip: t.scroll, esc: style(RoleEscape)}
	// Deep nodes share an indent: the pane keeps two thirds for the text.
	l.space(min(n.Depth*indentStep, w/3))
	mark := "  "
	if n.HasChildren {
		mark = "> "
		if t.isOpen(i) {
			mark = "v "
		}
	} else if selected && !focus {
		mark = "* " // the row the other panes show, while the focus is there
	}
	l.text(mark, style(RoleLabel))
	l.text(n.Label, style(RoleLabel))
	if n.Value != "" || n.Note != "" {
		used, _ := measure(n.Label, maxLabelPad, true)
		l.space(max(int(t.pads[i])-used, 0) + 2)
	}
	if n.Value != "" {
		l.text(n.Value, style(n.Role))
		l.space(2)
	}
	if n.Note != "" {
		l.text(n.Note, style(RoleDim))
	}
}

// scrollBy scrolls sideways.
func (t *Tree) scrollBy(columns int) { t.scroll = min(max(t.scroll+columns, 0), maxScroll) }

// maxScroll bounds sideways scrolling in columns.
const maxScroll = 1 << 16

// scrollStep is how far a sideways step goes, in columns.
const scrollStep = 8

// InputHandler implements tview.Primitive.
func (t *Tree) InputHandler() func(*tcell.EventKey, func(tview.Primitive)) {
	return t.WrapInputHandler(func(ev *tcell.EventKey, _ func(tview.Primitive)) {
		page := max(t.height-1, 1)
		switch KeyOf(ev) {
		case NamedKey(tcell.KeyUp), RuneKey('k'):
			t.Move(-1)
		case NamedKey(tcell.KeyDown), RuneKey('j'):
			t.Move(1)
		case NamedKey(tcell.KeyPgUp):
			t.Move(-page)
		case NamedKey(tcell.KeyPgDn), RuneKey(' '):
			t.Move(page)
		case CtrlKey('u'):
			t.Move(-max(t.height/2, 1))
		case CtrlKey('d'):
			t.Move(max(t.height/2, 1))
		case NamedKey(tcell.KeyHome), RuneKey('g'):
			t.moveTo(0)
		case NamedKey(tcell.KeyEnd), RuneKey('G'):
			t.moveTo(len(t.rows) - 1)
		case NamedKey(tcell.KeyRight), RuneKey('l'):
			t.Expand()
		case NamedKey(tcell.KeyLeft), RuneKey('h'):
			t.Collapse()
		case RuneKey('+'):
			t.ExpandSubtree(true)
		case RuneKey('-'):
			t.ExpandSubtree(false)
		case RuneKey('*'):
			t.ExpandAll()
		case RuneKey('<'):
			t.scrollBy(-scrollStep)
		case RuneKey('>'):
			t.scrollBy(scrollStep)
		case NamedKey(tcell.KeyEnter):
			t.activate()
		}
	})
}

func (t *Tree) activate() {
	i := t.Cursor()
	switch {
	case i < 0:
	case t.nodes[i].HasChildren:
		t.Toggle()
	case t.OnActivate != nil:
		t.OnActivate(i)
	}
}

// MouseHandler implements tview.Primitive.
func (t *Tree) MouseHandler() func(tview.MouseAction, *tcell.EventMouse, func(tview.Primitive)) (bool, tview.Primitive) {
	return t.WrapMouseHandler(func(action tview.MouseAction, ev *tcell.EventMouse, setFocus func(tview.Primitive)) (bool, tview.Primitive) {
		mx, my := ev.Position()
		if !t.InRect(mx, my) {
			return false, nil
		}
		x, y, w, _ := t.GetInnerRect()
		row := t.top + my - y
		onRow := my >= y && row < len(t.rows)
		switch action {
		case tview.MouseLeftDown:
			setFocus(t)
		case tview.MouseLeftClick:
			if onRow {
				t.moveTo(row)
				i := t.Cursor()
				mark := x + min(t.nodes[i].Depth*indentStep, w/3) - t.scroll
				if mx >= mark && mx < mark+2 {
					t.Toggle()
				}
			}
		case tview.MouseLeftDoubleClick:
			if onRow {
				t.moveTo(row)
				t.activate()
			}
		case tview.MouseRightClick:
			setFocus(t)
			if onRow {
				t.moveTo(row)
				if t.OnContext != nil {
					t.OnContext(t.Cursor(), mx, my)
				}
			}
		case tview.MouseScrollUp:
			t.wheel(-wheelRows)
		case tview.MouseScrollDown:
			t.wheel(wheelRows)
		case tview.MouseScrollLeft:
			t.scrollBy(-scrollStep)
		case tview.MouseScrollRight:
			t.scrollBy(scrollStep)
		default:
			return false, nil
		}
		return true, nil
	})
}

// wheel moves the viewport only.
func (t *Tree) wheel(rows int) {
	t.top = max(min(t.top+rows, len(t.rows)-max(t.height, 1)), 0)
}
