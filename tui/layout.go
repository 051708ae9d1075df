package tui

// pane is a part of the screen that can have the focus.
type pane uint8

const (
	paneList pane = iota
	paneTree
	paneHex
	panePair
)

// rect is a part of the screen, in cells.
type rect struct{ x, y, w, h int }

// The smallest screen that anything is shown on.
const (
	minWidth  = 60
	minHeight = 15
)

// Widths from which on there are more panes side by side.
const (
	widthTwo   = 100
	widthThree = 160
)

// headLines are the lines above the list: source, filter, views; footLines those at the end: status, hints.
const (
	headLines = 3
	footLines = 2
)

// placed is a pane on the screen: the rule with its title, and the body below.
type placed struct {
	pane  pane
	title rect
	body  rect
}

// layout is where everything is.
type layout struct {
	w, h  int
	small bool // nothing fits
	list  rect // h 0: not shown
	lower []placed
}

// arrangement is what a layout depends on.
type arrangement struct {
	w, h  int
	focus pane
	lower pane // which lower pane is shown where there is room for one
	full  bool // the focused pane takes all
	grow  int  // rows moved from the list to the lower panes
	third bool // there may be a third pane
}

// arrange works out a layout.
func arrange(a arrangement) layout {
	l := layout{w: a.w, h: a.h}
	if a.w < minWidth || a.h < minHeight {
		l.small = true
		return l
	}
	body := rect{0, headLines, a.w, a.h - headLines - footLines}
	if a.full {
		if a.focus == paneList {
			l.list = body
		} else {
			l.lower = []placed{split(a.focus, body)}
		}
		return l
	}
	low := min(max(lowerRows(a.h)+a.grow, 3), body.h-4)
	l.list = rect{0, body.y, a.w, body.h - low}
	bottom := rect{0, body.y + body.h - low, a.w, low}
	switch {
	case a.w < widthTwo:
		l.lower = []placed{split(a.lower, bottom)}
	case a.w < widthThree || !a.third:
		left := max(42, a.w/3)
		l.lower = []placed{
			split(paneTree, rect{0, bottom.y, left, low}),
			split(paneHex, rect{left + 1, bottom.y, a.w - left - 1, low}),
		}
	default:
		right := max(46, a.w-66-1-78-1)
		left := a.w - right - 1 - 78 - 1
		l.lower = []placed{
			split(paneTree, rect{0, bottom.y, left, low}),
			split(paneHex, rect{left + 1, bottom.y, 78, low}),
			split(panePair, rect{left + 1 + 78 + 1, bottom.y, right, low}),
		}
	}
	return l
}

// lowerRows is how many rows the lower panes have, their rule included: few on a low screen, so that the list keeps the
// larger half.
func lowerRows(h int) int {
	switch {
	case h < 20:
		return 4
	case h < 30:
		return 10
	case h < 50:
		return h / 2
	}
	return 20 + (h-50)*2/5
}

// split cuts the rule off the top.
func split(p pane, r rect) placed {
	return placed{p, rect{r.x, r.y, r.w, 1}, rect{r.x, r.y + 1, r.w, r.h - 1}}
}

// ring are the panes in the order of Tab.
func (l *layout) ring(focus pane) []pane {
	if l.w < widthTwo { // the hidden ones appear when the focus comes to them
		return []pane{paneList, paneTree, paneHex}
	}
	r := []pane{paneList, paneTree, paneHex}
	for _, p := range l.lower {
		if p.pane == panePair {
			r = append(r, panePair)
		}
	}
	return r
}

// at is the pane under a place on the screen.
func (l *layout) at(x, y int) (pane, bool) {
	in := func(r rect) bool { return x >= r.x && x < r.x+r.w && y >= r.y && y < r.y+r.h }
	if in(l.list) {
		return paneList, true
	}
	for _, p := range l.lower {
		if in(p.body) || in(p.title) {
			return p.pane, true
		}
	}
	return 0, false
}
