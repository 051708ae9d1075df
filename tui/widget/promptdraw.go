package widget

import "github.com/gdamore/tcell/v2"

// maxItems is the height of the completion list.
const maxItems = 8

// Draw implements tview.Primitive.
func (p *Prompt) Draw(s tcell.Screen) {
	p.DrawForSubclass(s, p)
	x, y, w, h := p.GetInnerRect()
	if w <= 0 || h <= 0 {
		return
	}
	focus := p.HasFocus()
	right := p.drawStatus(s, x, y, w)
	n := Paint(s, x, y, w, p.label, p.theme.Style(RoleTitle))
	p.textX = x + n
	room := right - p.textX - 1
	if room <= 0 {
		return
	}
	if p.text == "" {
		Paint(s, p.textX, y, room, p.placeholder, p.theme.Style(RoleHint))
	} else {
		p.fit(room)
		// Clipped, not cut with an ellipsis: the end of the line has the cursor.
		p.drawText(s, y, room)
	}
	if focus {
		s.ShowCursor(p.textX+p.columns(p.scroll, p.cursor), y)
		p.drawBelow(s, x, y, w)
	}
}

// drawStatus paints badge and status at the right end and returns the column
// where they begin. In a narrow prompt the status goes first.
func (p *Prompt) drawStatus(s tcell.Screen, x, y, w int) int {
	right := x + w
	text, role := p.state.badge()
	statusW := Width(p.status)
	if statusW > 0 && statusW+len(text)+2 <= w/2 {
		PaintRight(s, right-statusW, y, statusW, p.status, p.theme.Style(RoleNormal))
		right -= statusW + 2
	}
	if text != "" && len(text) <= w/3 {
		PaintRight(s, right-len(text), y, len(text), text, p.theme.Style(role))
		right -= len(text) + 1
	}
	return right
}

// columns measures the bytes [from, to) of the text.
func (p *Prompt) columns(from, to int) int {
	if from >= to {
		return 0
	}
	return Width(p.text[from:to])
}

// fit scrolls so that the cursor is visible in room columns.
func (p *Prompt) fit(room int) {
	if p.scroll > p.cursor {
		p.scroll = p.cursor
	}
	for p.scroll < p.cursor && p.columns(p.scroll, p.cursor) >= room {
		p.scroll = p.right(p.scroll)
	}
	// Do not leave room unused on the right.
	for p.scroll > 0 {
		to := p.left(p.scroll)
		if p.columns(to, len(p.text)) >= room {
			break
		}
		p.scroll = to
	}
}

// drawText paints the visible part of the line.
func (p *Prompt) drawText(s tcell.Screen, y, room int) {
	var c cluster
	bad := p.caret
	if p.state != PromptError {
		bad = -1
	}
	for i, col := p.scroll, 0; i < len(p.text); i += c.size {
		next(p.text, i, false, &c)
		if col+c.w > room {
			return
		}
		style := p.theme.Style(RoleNormal)
		if bad >= i && bad < i+c.size {
			style = p.theme.Style(RoleError).Underline(true)
		}
		Paint(s, p.textX+col, y, c.w, p.text[i:i+c.size], style)
		col += c.w
	}
}

// offsetAt returns the byte offset at a column of the text.
func (p *Prompt) offsetAt(col int) int {
	var c cluster
	for i := p.scroll; i < len(p.text); i += c.size {
		next(p.text, i, false, &c)
		if col -= c.w; col < 0 {
			return i
		}
	}
	return len(p.text)
}

// drawBelow paints the message and the completion list.
func (p *Prompt) drawBelow(s tcell.Screen, x, y, w int) {
	_, screenH := s.Size()
	lines := min(len(p.items), maxItems)
	hasMessage := p.message != "" && (p.state == PromptError || p.state == PromptIncomplete || p.state == PromptSlow)
	if hasMessage {
		lines++
	}
	if lines == 0 {
		return
	}
	at, step := y+1, 1
	if y+lines >= screenH && y >= lines {
		at, step = y-1, -1
	}
	if hasMessage {
		p.drawMessage(s, x, at, w, step)
		at += step
		lines--
	}
	p.drawItems(s, x, at, w, lines, step)
}

// drawMessage paints the message under the place it is about.
func (p *Prompt) drawMessage(s tcell.Screen, x, y, w, step int) {
	_, role := p.state.badge()
	style := p.theme.Style(role)
	FillLine(s, x, y, w, style)
	left := 0
	if p.caret >= 0 {
		left = p.textX - x + p.columns(p.scroll, min(p.caret, len(p.text)))
		mark := "^ "
		if step < 0 {
			mark = "v "
		}
		// A message that would not fit there begins further to the left.
		if over := left + 2 + Width(p.message) - w; over > 0 {
			s.SetContent(x+min(left, w-1), y, rune(mark[0]), nil, style)
			n := Width(p.message)
			Paint(s, x+max(left-n-1, 0), y, min(n, max(left-1, 0)), p.message, style)
			return
		}
		Paint(s, x+left, y, 2, mark, style)
		left += 2
	}
	Paint(s, x+left, y, w-left, p.message, style)
}

// drawItems paints the completion list.
func (p *Prompt) drawItems(s tcell.Screen, x, y, w, lines, step int) {
	if lines <= 0 {
		return
	}
	p.first = max(min(p.first, p.chosen), p.chosen-lines+1, 0)
	textW, noteW := 0, 0
	for _, it := range p.items[p.first:min(p.first+lines, len(p.items))] {
		textW = max(textW, Width(it.Text))
		noteW = max(noteW, Width(it.Note))
	}
	left := p.textX - x
	if len(p.items) > 0 {
		// The text of the items stands below what it replaces.
		left += p.columns(p.scroll, min(p.items[0].From, len(p.text))) - 1
	}
	width := min(textW+noteW+4, w)
	left = max(min(left, w-width), 0)
	textW = min(textW, width-2)
	for i := range lines {
		k := p.first + i
		if k >= len(p.items) {
			return
		}
		style, note := p.theme.Style(RoleNormal).Underline(false), p.theme.Style(RoleDim)
		if k == p.chosen {
			style, note = p.theme.Selected(RoleNormal), p.theme.Selected(RoleDim)
		}
		row := y + i*step
		FillLine(s, x+left, row, width, style)
		Paint(s, x+left+1, row, textW, p.items[k].Text, style)
		Paint(s, x+left+textW+3, row, width-textW-4, p.items[k].Note, note)
	}
}
