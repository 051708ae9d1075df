package widget

import (
	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"
)

// Model is what a [List] shows. It is read in the event loop only; between two
// calls of [List.Refresh] it may grow, but not change otherwise.
type Model interface {
	// Len is the number of rows.
	Len() int
	// ID is the lasting name of row i, 0 <= i < Len.
	ID(i int) uint64
	// Index is the position of the row with this id or, if it is not there, of
	// its nearest neighbour. It is called several times per frame.
	Index(id uint64) int
	// Row fills r for row i.
	Row(i int, r *Row)
}

// List shows the rows of a model. The work per frame depends on the visible
// rows only. The cursor and the first row are kept as ids: rows may come, go
// and change places without moving what is looked at.
//
// In follow mode the viewport stays at the last row; the cursor goes with it
// only if it was there before. Moving up ends follow mode, [List.End] starts
// it.
//
// Keys: Up Down j k, PgUp PgDn Space, Ctrl-D Ctrl-U, Home End g G, Left Right
// h l (columns), Enter. The wheel moves the viewport, not the cursor.
type List struct {
	*tview.Box

	OnSelect   func(id uint64)           // the cursor is on another row now
	OnActivate func(id uint64)           // Enter or double click
	OnHeader   func(col int)             // click on a column title
	OnContext  func(id uint64, x, y int) // right click on a row

	theme *Theme
	model Model
	cols  []Column
	empty []string

	cursor    uint64 // wanted; a row nearby stands in while it is filtered out
	hasCursor bool
	stand     uint64 // the row that stands in for the cursor
	hasStand  bool
	told      uint64 // what OnSelect said last
	hasTold   bool
	top       uint64
	line      int  // screen line of the cursor at the last settle
	atEnd     bool // the cursor goes with the last row while following
	follow    bool
	skip      int // columns scrolled away

	sortCol  int
	sortMark string

	fit    []placed
	fitW   int
	row    Row
	height int // rows of the viewport at the last draw
	first  int // index of the first visible row at the last settle
	drag   bool
}

// NewList returns a list of a model, which may be nil.
func NewList(t *Theme, m Model) *List {
	l := &List{Box: tview.NewBox(), theme: t, model: m, sortCol: -1, fitW: -1}
	l.SetBackgroundColor(tcell.ColorDefault)
	return l
}

// SetTheme changes the theme.
func (l *List) SetTheme(t *Theme) { l.theme = t }

// SetModel changes what is shown and keeps the cursor's id and screen line.
func (l *List) SetModel(m Model) { l.model = m }

// SetColumns changes the columns; the slice is borrowed.
func (l *List) SetColumns(c []Column) { l.cols, l.skip, l.fitW = c, 0, -1 }

// SetEmpty sets the lines shown while there is no row.
func (l *List) SetEmpty(lines ...string) { l.empty = lines }

// SetSortMark shows a mark such as "▲" after the title of a column; col -1
// shows none.
func (l *List) SetSortMark(col int, mark string) { l.sortCol, l.sortMark = col, mark }

// SetFollow turns follow mode on or off without moving the cursor.
func (l *List) SetFollow(on bool) {
	n := l.len()
	l.atEnd = on && (!l.hasCursor || n > 0 && l.index() == n-1)
	l.follow = on
}

// Follow reports follow mode.
func (l *List) Follow() bool { return l.follow }

// Cursor returns the id of the row under the cursor; ok is false if there is
// no row.
func (l *List) Cursor() (id uint64, ok bool) {
	i := l.CursorIndex()
	if i < 0 {
		return 0, false
	}
	return l.model.ID(i), true
}

// Wanted returns the id that the cursor was put on last, whether that row is
// still there or not.
func (l *List) Wanted() (id uint64, ok bool) { return l.cursor, l.hasCursor }

// CursorIndex returns the position of the row under the cursor, -1 for none.
func (l *List) CursorIndex() int {
	l.settle()
	if l.len() == 0 {
		return -1
	}
	return l.index()
}

// SetCursor moves the cursor to the row with this id (or its nearest
// neighbour), shows it and ends follow mode. It does not call OnSelect.
func (l *List) SetCursor(id uint64) {
	l.settle()
	l.point(id)
	l.follow, l.atEnd = false, false
	if l.len() > 0 {
		l.reveal(l.index())
		l.told, l.hasTold = l.model.ID(l.index()), true
	}
}

// Refresh takes over what the model has become. Call it once per frame, before
// drawing: it lets the cursor follow and calls OnSelect if another row is under
// the cursor now.
func (l *List) Refresh() {
	l.settle()
	l.tell()
}

// Below returns the number of rows below the viewport.
func (l *List) Below() int { return max(l.len()-l.first-l.height, 0) }

// VisibleIDs returns the ids of the first and last row of the viewport.
func (l *List) VisibleIDs() (first, last uint64, ok bool) {
	l.settle()
	n := l.len()
	if n == 0 || l.height == 0 {
		return 0, 0, false
	}
	return l.model.ID(l.first), l.model.ID(min(l.first+l.height, n) - 1), true
}

func (l *List) len() int {
	if l.model == nil {
		return 0
	}
	return max(l.model.Len(), 0)
}

// at is the position of an id, always inside of the model.
func (l *List) at(id uint64) int { return min(max(l.model.Index(id), 0), l.len()-1) }

// index is the position of the cursor; there must be a row. A row that stands in
// is kept as long as it is there: rows that come later may be nearer, but the
// cursor does not jump by itself.
func (l *List) index() int {
	i := l.at(l.cursor)
	if l.hasStand && l.model.ID(i) != l.cursor {
		if j := l.at(l.stand); l.model.ID(j) == l.stand {
			return j
		}
	}
	return i
}

// point makes id the cursor.
func (l *List) point(id uint64) { l.cursor, l.hasCursor, l.hasStand = id, true, false }

// settle works out where the cursor and the viewport are in the model as it is
// now. It does not call back, so that Draw may use it.
func (l *List) settle() {
	n := l.len()
	if n == 0 {
		l.first = 0
		return
	}
	switch {
	case !l.hasCursor && !l.follow:
		l.point(l.model.ID(0))
		l.top, l.line = l.cursor, 0
	case !l.hasCursor, l.follow && l.atEnd:
		l.point(l.model.ID(n - 1))
		l.atEnd = true
	}
	i := l.index()
	l.stand = l.model.ID(i)
	l.hasStand = l.stand != l.cursor
	if l.follow {
		l.setFirst(n-l.height, n)
		l.line = i - l.first
		return
	}
	first := l.at(l.top)
	if l.line >= 0 && l.line < l.height && i-first != l.line {
		first = i - l.line // rows came or went between the two: keep the line
	}
	l.setFirst(first, n)
	l.line = i - l.first
}

// setFirst sets the first visible row within the bounds.
func (l *List) setFirst(first, n int) {
	l.first = max(min(first, n-max(l.height, 1)), 0)
	l.top = l.model.ID(l.first)
}

// resized takes over a new height; a cursor that was visible stays so.
func (l *List) resized(h int) {
	if h == l.height || h <= 0 {
		return
	}
	if visible := l.line >= 0 && l.line < l.height; visible && l.line >= h {
		l.line = h - 1
	}
	l.height = h
}

// reveal scrolls as little as possible to show row i; a row further away than a
// page comes to the middle.
func (l *List) reveal(i int) {
	n, h := l.len(), max(l.height, 1)
	first := l.first
	switch {
	case i < first-h || i >= first+2*h:
		first = i - h/2
	case i < first:
		first = i
	case i >= first+h:
		first = i - h + 1
	}
	l.setFirst(first, n)
	l.line = i - l.first
}

// tell calls OnSelect if the row under the cursor changed.
func (l *List) tell() {
	if l.len() == 0 {
		l.hasTold = false
		return
	}
	id := l.model.ID(l.index())
	if l.hasTold && id == l.told {
		return
	}
	l.told, l.hasTold = id, true
	if l.OnSelect != nil {
		l.OnSelect(id)
	}
}

// moveTo puts the cursor on row i.
func (l *List) moveTo(i int, follow bool) {
	n := l.len()
	if n == 0 {
		l.follow = follow
		return
	}
	i = min(max(i, 0), n-1)
	l.point(l.model.ID(i))
	l.follow, l.atEnd = follow, follow && i == n-1
	l.reveal(i)
	l.tell()
}

// Move moves the cursor by rows. Moving up ends follow mode.
func (l *List) Move(delta int) {
	l.settle()
	n := l.len()
	if n == 0 || delta == 0 {
		return
	}
	i := min(max(l.index()+delta, 0), n-1)
	l.moveTo(i, l.follow && i == n-1)
}

// Page moves the cursor by pages, keeping one row in view.
func (l *List) Page(pages int) { l.Move(pages * max(l.height-1, 1)) }

// HalfPage moves the cursor by half pages.
func (l *List) HalfPage(pages int) { l.Move(pages * max(l.height/2, 1)) }

// Home goes to the first row and ends follow mode.
func (l *List) Home() {
	l.settle()
	l.moveTo(0, false)
}

// End goes to the last row and starts follow mode.
func (l *List) End() {
	l.settle()
	l.moveTo(l.len()-1, true)
	if l.len() == 0 {
		l.atEnd = true
	}
}

// ScrollRows moves the viewport and leaves the cursor. Up ends follow mode.
func (l *List) ScrollRows(delta int) {
	l.settle()
	n := l.len()
	if n == 0 || l.follow && delta > 0 {
		return
	}
	l.follow, l.atEnd = false, false
	l.setFirst(l.first+delta, n)
	l.line = l.index() - l.first
}

// ScrollColumns scrolls sideways by columns; the first column stays.
func (l *List) ScrollColumns(delta int) {
	skip := min(max(l.skip+delta, 0), max(l.visible()-2, 0))
	// No further than until the last column is on the screen.
	for skip > l.skip && skip > 0 && l.allFit(skip-1) {
		skip--
	}
	l.skip, l.fitW = skip, -1
}

func (l *List) allFit(skip int) bool {
	return len(fitColumns(l.cols, max(l.fitW, 0), skip, nil)) == l.visible()-skip
}

// visible is the number of columns that are not hidden.
func (l *List) visible() (n int) {
	for i := range l.cols {
		if !l.cols[i].Hidden {
			n++
		}
	}
	return n
}

// Shows reports whether there is room for a column.
func (l *List) Shows(col int) bool {
	_, _, w, _ := l.GetInnerRect()
	l.layout(w)
	return l.row.Wants(col)
}

// InputHandler implements tview.Primitive.
func (l *List) InputHandler() func(*tcell.EventKey, func(tview.Primitive)) {
	return l.WrapInputHandler(func(ev *tcell.EventKey, _ func(tview.Primitive)) {
		switch KeyOf(ev) {
		case NamedKey(tcell.KeyUp), RuneKey('k'):
			l.Move(-1)
		case NamedKey(tcell.KeyDown), RuneKey('j'):
			l.Move(1)
		case NamedKey(tcell.KeyPgUp):
			l.Page(-1)
		case NamedKey(tcell.KeyPgDn), RuneKey(' '):
			l.Page(1)
		case CtrlKey('u'):
			l.HalfPage(-1)
		case CtrlKey('d'):
			l.HalfPage(1)
		case NamedKey(tcell.KeyHome), RuneKey('g'):
			l.Home()
		case NamedKey(tcell.KeyEnd), RuneKey('G'):
			l.End()
		case NamedKey(tcell.KeyLeft), RuneKey('h'):
			l.ScrollColumns(-1)
		case NamedKey(tcell.KeyRight), RuneKey('l'):
			l.ScrollColumns(1)
		case NamedKey(tcell.KeyEnter):
			if id, ok := l.Cursor(); ok && l.OnActivate != nil {
				l.OnActivate(id)
			}
		}
	})
}
