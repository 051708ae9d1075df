package widget

import (
	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"
)

// scrollbarWidth is the pane width from which on a list has a scrollbar.
const scrollbarWidth = 100

// gutter is the width of the column with the mark.
const gutter = 1

// wheelRows is how far one notch of the wheel scrolls.
const wheelRows = 3

// Draw implements tview.Primitive.
func (l *List) Draw(s tcell.Screen) {
	l.DrawForSubclass(s, l)
	x, y, w, h := l.GetInnerRect()
	if w <= 0 || h <= 0 {
		return
	}
	body := h
	if len(l.cols) > 0 {
		body--
	}
	l.resized(body)
	l.settle()
	l.layout(w)
	if len(l.cols) > 0 {
		l.drawHeader(s, x, y, w)
		y++
	}
	n := l.len()
	if n == 0 {
		drawEmpty(s, x, y, w, body, l.empty, l.theme)
		return
	}
	cur := l.index()
	for i := range min(body, n-l.first) {
		l.row.reset(len(l.cols))
		l.model.Row(l.first+i, &l.row)
		l.drawRow(s, x, y+i, w, l.first+i == cur)
	}
	if l.bar(w) {
		drawScrollbar(s, x+w-1, y, body, l.first, n, l.theme.Style(RoleBorder))
	}
}

// bar reports whether there is a scrollbar.
func (l *List) bar(w int) bool { return w >= scrollbarWidth && l.len() > l.height }

// layout fits the columns to a pane of w columns. The place of the scrollbar is
// kept free even without one, so that columns do not move when it comes.
func (l *List) layout(w int) {
	avail := w - gutter
	if w >= scrollbarWidth {
		avail--
	}
	if avail == l.fitW && len(l.row.wanted) == len(l.cols) {
		return
	}
	l.fitW = avail
	l.fit = fitColumns(l.cols, avail, l.skip, l.fit)
	if len(l.row.wanted) != len(l.cols) {
		l.row.wanted = make([]bool, len(l.cols))
	}
	clear(l.row.wanted)
	for _, p := range l.fit {
		l.row.wanted[p.col] = true
	}
}

func (l *List) drawHeader(s tcell.Screen, x, y, w int) {
	style := l.theme.Style(RoleHeader)
	FillLine(s, x, y, w, style)
	for _, p := range l.fit {
		c := &l.cols[p.col]
		title := c.Title
		if p.col == l.sortCol {
			title += l.sortMark
		}
		if c.Align == AlignRight {
			PaintRight(s, x+gutter+p.x, y, p.w, title, style)
		} else {
			Paint(s, x+gutter+p.x, y, p.w, title, style)
		}
	}
}

// drawRow paints l.row.
func (l *List) drawRow(s tcell.Screen, x, y, w int, selected bool) {
	style := func(r Role) tcell.Style {
		if selected {
			return l.theme.Selected(r)
		}
		return l.theme.Style(r)
	}
	base := l.theme.Style(l.row.Role)
	if selected {
		base = l.theme.Selected(l.row.Role)
	}
	if selected || l.row.Role != RoleNormal {
		FillLine(s, x, y, w, base)
	}
	mark := l.row.Mark
	if mark == 0 && selected {
		mark = '>' // the cursor row is not told by its style alone
	}
	if mark != 0 {
		s.SetContent(x, y, mark, nil, base)
	}
	for _, p := range l.fit {
		if l.row.whole && p.col >= l.row.from {
			Paint(s, x+gutter+p.x, y, l.fitW-p.x, l.row.cells[l.row.from].text, base)
			return
		}
		c := &l.row.cells[p.col]
		role := l.row.Role
		if c.own {
			role = c.role
		}
		cx, cw := x+gutter+p.x, p.w
		if l.cols[p.col].Align == AlignRight {
			if n, fits := measure(c.text, cw, false); fits {
				cx, cw = cx+cw-n, n
			}
		}
		if len(c.spans) == 0 {
			Paint(s, cx, y, cw, c.text, style(role))
			continue
		}
		paintSpans(s, cx, y, cw, c, role, style)
	}
}

// paintSpans paints a cell piece by piece.
func paintSpans(s tcell.Screen, x, y, w int, c *rowCell, role Role, style func(Role) tcell.Style) {
	at := 0
	piece := func(to int, r Role) {
		if to = min(max(to, at), len(c.text)); to > at && w > 0 {
			n := Paint(s, x, y, w, c.text[at:to], style(r))
			x, w = x+n, w-n
		}
		at = max(at, to)
	}
	for _, sp := range c.spans {
		piece(sp.from, role)
		piece(sp.to, sp.role)
	}
	piece(len(c.text), role)
}

// drawScrollbar paints a vertical bar of h rows for a viewport of h of n rows.
func drawScrollbar(s tcell.Screen, x, y, h, first, n int, style tcell.Style) {
	from, to := thumb(h, first, n)
	for i := range h {
		r := rune('│')
		if i >= from && i < to {
			r = '█'
		}
		s.SetContent(x, y+i, r, nil, style)
	}
}

// thumb returns the rows [from, to) of the thumb in a bar of h rows. It touches
// an end of the bar only if the viewport is there.
func thumb(h, first, n int) (from, to int) {
	if h <= 0 || n <= h {
		return 0, h
	}
	size := max(h*h/n, 1)
	room, last := h-size, n-h
	from = first * room / last
	if from == 0 && first > 0 && room > 1 {
		from = 1
	}
	if from == room && first < last && room > 1 {
		from = room - 1
	}
	return from, from + size
}

// drawEmpty paints lines in the middle of an area.
func drawEmpty(s tcell.Screen, x, y, w, h int, lines []string, t *Theme) {
	wide := 0
	for _, line := range lines {
		wide = max(wide, Width(line))
	}
	left := max((w-wide)/2, 0)
	top := max((h-len(lines))/2, 0)
	for i, line := range lines[:min(len(lines), h)] {
		Paint(s, x+left, y+top+i, w-left, line, t.Style(RoleNormal))
	}
}

// MouseHandler implements tview.Primitive.
func (l *List) MouseHandler() func(tview.MouseAction, *tcell.EventMouse, func(tview.Primitive)) (bool, tview.Primitive) {
	return l.WrapMouseHandler(func(action tview.MouseAction, ev *tcell.EventMouse, setFocus func(tview.Primitive)) (bool, tview.Primitive) {
		mx, my := ev.Position()
		if l.drag {
			if action == tview.MouseLeftUp {
				l.drag = false
				return true, nil
			}
			if action == tview.MouseMove {
				l.jump(my)
			}
			return true, l
		}
		if !l.InRect(mx, my) {
			return false, nil
		}
		x, y, w, _ := l.GetInnerRect()
		head := 0
		if len(l.cols) > 0 {
			head = 1
		}
		row := l.first + my - y - head
		onRow := my-y >= head && row < l.len()
		switch action {
		case tview.MouseLeftDown:
			setFocus(l)
			if l.bar(w) && mx == x+w-1 && my-y >= head {
				l.drag = true
				l.jump(my)
				return true, l
			}
			return true, nil
		case tview.MouseLeftClick:
			if my-y < head {
				if c := l.columnAt(mx - x - gutter); c >= 0 && l.OnHeader != nil {
					l.OnHeader(c)
				}
			} else if onRow {
				l.moveTo(row, false)
			}
		case tview.MouseLeftDoubleClick:
			if onRow {
				l.moveTo(row, false)
				if id, ok := l.Cursor(); ok && l.OnActivate != nil {
					l.OnActivate(id)
				}
			}
		case tview.MouseRightClick:
			setFocus(l)
			if onRow {
				l.moveTo(row, false)
				if id, ok := l.Cursor(); ok && l.OnContext != nil {
					l.OnContext(id, mx, my)
				}
			}
		case tview.MouseScrollUp:
			l.ScrollRows(-wheelRows)
		case tview.MouseScrollDown:
			l.ScrollRows(wheelRows)
		case tview.MouseScrollLeft:
			l.ScrollColumns(-1)
		case tview.MouseScrollRight:
			l.ScrollColumns(1)
		default:
			return false, nil
		}
		return true, nil
	})
}

// columnAt returns the column at x columns from the first one, -1 for none.
func (l *List) columnAt(x int) int {
	for _, p := range l.fit {
		if x >= p.x && x <= p.x+p.w {
			return p.col
		}
	}
	return -1
}

// jump scrolls to the place of the scrollbar at screen row my.
func (l *List) jump(my int) {
	_, y, _, _ := l.GetInnerRect()
	n := l.len()
	if n == 0 || l.height < 2 {
		return
	}
	at := min(max(my-y-1, 0), l.height-1)
	l.settle()
	l.follow, l.atEnd = false, false
	l.setFirst(at*(n-l.height)/(l.height-1), n)
	l.line = l.index() - l.first
}
