package widget

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"
)

// ids is a model of rows with growing ids.
type ids struct{ list []uint64 }

func numbers(n int) *ids {
	m := &ids{}
	m.grow(n)
	return m
}

func (m *ids) grow(n int) {
	for range n {
		next := uint64(10)
		if len(m.list) > 0 {
			next = m.list[len(m.list)-1] + 10
		}
		m.list = append(m.list, next)
	}
}

func (m *ids) Len() int        { return len(m.list) }
func (m *ids) ID(i int) uint64 { return m.list[i] }
func (m *ids) Index(id uint64) int {
	i, found := slices.BinarySearch(m.list, id)
	if !found && i > 0 && (i == len(m.list) || id-m.list[i-1] <= m.list[i]-id) {
		i--
	}
	return i
}
func (m *ids) Row(i int, r *Row) {
	id := m.list[i]
	r.Put(0, strconv.AppendUint(r.Buf(0), id, 10))
	if r.Wants(1) {
		r.Set(1, "SEND_MESSAGE_V2")
	}
	if id%300 == 30 {
		r.Role, r.Mark = RoleDim, 'm'
		r.SetRole(1, RoleError)
		r.Span(1, 5, 12, RoleHit)
	}
	r.Set(2, "order-订单")
	r.Set(3, "0.8")
}

func testColumns() []Column {
	return []Column{
		{Title: "No.", Width: 8, MinWidth: 4, Align: AlignRight},
		{Title: "Code", Width: 20, MinWidth: 10, Priority: 1},
		{Title: "Topic", Width: 12, MinWidth: 6, Priority: 2, Flex: 1},
		{Title: "ms", Width: 5, Align: AlignRight, Priority: 3},
	}
}

func testList(t *testing.T, m Model, w, h int) (*List, *Screen) {
	s, _ := testScreen(t, w, h, ScreenOptions{})
	l := NewList(theme(t, "terminal"), m)
	l.SetColumns(testColumns())
	drawOn(s, l)
	return l, s
}

// press sends keys to a primitive.
func press(p tview.Primitive, keys ...Key) {
	for _, k := range keys {
		p.InputHandler()(tcell.NewEventKey(k.Key, k.Rune, k.Mod), func(tview.Primitive) {})
	}
}

func click(p tview.Primitive, action tview.MouseAction, x, y int) bool {
	used, _ := p.MouseHandler()(action, tcell.NewEventMouse(x, y, 0, 0), func(tview.Primitive) {})
	return used
}

func TestListDraw(t *testing.T) {
	l, s := testList(t, numbers(100), 40, 6)
	l.SetSortMark(0, "^")
	press(l, RuneKey('j'))
	drawOn(s, l)
	wantRows(t, s,
		"     No.^ Code              Topic     ms",
		"       10 SEND_MESSAGE_V2   order…   0.8",
		">      20 SEND_MESSAGE_V2   order…   0.8",
		"m      30 SEND_MESSAGE_V2   order…   0.8",
		"       40 SEND_MESSAGE_V2   order…   0.8",
		"       50 SEND_MESSAGE_V2   order…   0.8")
	want := []string{
		strings.Repeat("a", 40),
		strings.Repeat(".", 40),
		strings.Repeat(">", 40),
		"dddddddddd" + "eeeee" + "fffffff" + "eee" + "ddddddddddddddd",
	}
	for y, got := range s.StyleGrid(l.theme.Letter)[:4] {
		if got != want[y] {
			t.Errorf("styles of row %d: %s, want %s", y, got, want[y])
		}
	}
}

func TestFitColumns(t *testing.T) {
	cols := testColumns()
	for _, tt := range []struct {
		w, skip int
		want    string
	}{
		{200, 0, "0@0+8 1@9+20 2@30+164 3@195+5"},
		{48, 0, "0@0+8 1@9+20 2@30+12 3@43+5"},
		{40, 0, "0@0+8 1@9+18 2@28+6 3@35+5"},
		{27, 0, "0@0+8 1@9+11 2@21+6"},
		{20, 0, "0@0+8 1@9+11"},
		{15, 0, "0@0+4 1@5+10"},
		{14, 0, "0@0+8"},
		{2, 0, "0@0+2"},
		{0, 0, "0@0+0"},
		{27, 1, "0@0+8 2@9+12 3@22+5"},
		{27, 2, "0@0+8 3@9+5"},
	} {
		var got []string
		end := 0
		for _, p := range fitColumns(cols, tt.w, tt.skip, nil) {
			got = append(got, fmt.Sprintf("%d@%d+%d", p.col, p.x, p.w))
			end = p.x + p.w
		}
		if end > tt.w {
			t.Errorf("width %d: columns end at %d", tt.w, end)
		}
		if g := strings.Join(got, " "); g != tt.want {
			t.Errorf("width %d skip %d: %s, want %s", tt.w, tt.skip, g, tt.want)
		}
	}
	cols[1].Hidden = true
	if got := fitColumns(cols, 27, 1, nil); len(got) != 2 || got[0].col != 0 || got[1].col != 3 {
		t.Errorf("hidden and scrolled: %+v", got)
	}
	cols[1].Hidden = false
	for w := range 300 {
		left := -1
		for _, p := range fitColumns(cols, w, w%3, nil) {
			if p.x <= left || p.w < 0 || p.x+p.w > w {
				t.Fatalf("width %d: column %d at %d+%d", w, p.col, p.x, p.w)
			}
			left = p.x + p.w - 1
		}
	}
}

func TestListKeys(t *testing.T) {
	l, s := testList(t, numbers(100), 40, 11) // 10 rows
	for _, tt := range []struct {
		key    Key
		cursor uint64
		first  uint64
		follow bool
	}{
		{RuneKey('j'), 20, 10, false},
		{NamedKey(tcell.KeyDown), 30, 10, false},
		{NamedKey(tcell.KeyPgDn), 120, 30, false},
		{RuneKey(' '), 210, 120, false},
		{CtrlKey('d'), 260, 170, false},
		{CtrlKey('u'), 210, 170, false},
		{NamedKey(tcell.KeyUp), 200, 170, false},
		{RuneKey('G'), 1000, 910, true},
		{RuneKey('j'), 1000, 910, true},
		{RuneKey('k'), 990, 910, false},
		{NamedKey(tcell.KeyEnd), 1000, 910, true},
		{RuneKey('g'), 10, 10, false},
		{NamedKey(tcell.KeyPgUp), 10, 10, false},
		{AltKey('j'), 10, 10, false},
		{CtrlKey('j'), 10, 10, false},
	} {
		press(l, tt.key)
		drawOn(s, l)
		cursor, _ := l.Cursor()
		first, _, _ := l.VisibleIDs()
		if cursor != tt.cursor || first != tt.first || l.Follow() != tt.follow {
			t.Errorf("%v: cursor %d first %d follow %v, want %d %d %v",
				tt.key, cursor, first, l.Follow(), tt.cursor, tt.first, tt.follow)
		}
	}
}

func TestListFollow(t *testing.T) {
	m := numbers(0)
	l, s := testList(t, m, 40, 11)
	var told []uint64
	l.OnSelect = func(id uint64) { told = append(told, id) }
	l.SetFollow(true)
	frame := func(n int) { m.grow(n); l.Refresh(); drawOn(s, l) }
	at := func(cursor, first uint64, below int) {
		t.Helper()
		c, _ := l.Cursor()
		f, _, _ := l.VisibleIDs()
		if c != cursor || f != first || l.Below() != below {
			t.Errorf("cursor %d first %d below %d, want %d %d %d", c, f, l.Below(), cursor, first, below)
		}
	}
	frame(0)
	frame(50)
	at(500, 410, 0) // at the end: goes with it
	frame(50)
	at(1000, 910, 0)
	press(l, RuneKey('k'))
	frame(100)
	at(990, 910, 100) // moved up: cursor and line stay
	l.SetFollow(true)
	frame(100)
	at(990, 2910, 0) // follow without the cursor at the end: only the viewport tails
	press(l, RuneKey('G'))
	frame(10)
	at(3100, 3010, 0)
	l.ScrollRows(-3)
	frame(10)
	at(3100, 2980, 13) // the wheel ends follow and leaves the cursor
	want := []uint64{500, 1000, 990, 3000, 3100}
	if !slices.Equal(told, want) {
		t.Errorf("told %v, want %v", told, want)
	}
}

// A filter keeps the cursor's line on a neighbour; without it the cursor is back.
func TestListFilter(t *testing.T) {
	m := numbers(1000)
	l, s := testList(t, m, 40, 11)
	l.SetCursor(5000)
	drawOn(s, l)
	press(l, RuneKey('k'), RuneKey('k'))
	drawOn(s, l)
	line := l.line
	hits := &ids{}
	for _, id := range m.list {
		if id%70 == 0 {
			hits.list = append(hits.list, id)
		}
	}
	l.SetModel(hits)
	l.Refresh()
	drawOn(s, l)
	if id, _ := l.Cursor(); id != 4970 || l.line != line {
		t.Errorf("filtered: cursor %d line %d, want 4970 line %d", id, l.line, line)
	}
	l.SetModel(&ids{})
	l.Refresh()
	l.SetEmpty("nothing here")
	drawOn(s, l)
	if _, ok := l.Cursor(); ok || !strings.Contains(strings.Join(s.Text(), ""), "nothing here") {
		t.Error("empty list")
	}
	l.SetModel(m)
	l.Refresh()
	drawOn(s, l)
	if id, _ := l.Cursor(); id != 4980 || l.line != line {
		t.Errorf("restored: cursor %d line %d, want 4980 line %d", id, l.line, line)
	}
}

func TestListResize(t *testing.T) {
	s, sim := testScreen(t, 40, 31, ScreenOptions{})
	l := NewList(theme(t, "terminal"), numbers(1000))
	l.SetColumns(testColumns())
	drawOn(s, l)
	press(l, NamedKey(tcell.KeyPgDn))
	for _, h := range []int{31, 5, 1, 2, 0, 12, 31} {
		sim.SetSize(40, h)
		drawOn(s, l)
		if id, _ := l.Cursor(); id != 300 {
			t.Fatalf("height %d: cursor %d", h, id)
		}
		if h > 1 {
			if first, last, _ := l.VisibleIDs(); first > 300 || last < 300 {
				t.Errorf("height %d: %d..%d do not show the cursor", h, first, last)
			}
		}
	}
}

// Random actions against the rules that must always hold.
func TestListInvariants(t *testing.T) {
	m := numbers(30)
	l, s := testList(t, m, 60, 11)
	rng := rand.New(rand.NewPCG(3, 4))
	for range 5000 {
		before, had := l.Cursor()
		wasFollow, moved := l.Follow(), true
		switch rng.IntN(8) {
		case 0:
			m.grow(rng.IntN(30))
			moved = false
		case 1:
			m.list = slices.Clone(m.list[min(rng.IntN(10), len(m.list)):]) // eviction
		case 2:
			l.Move(rng.IntN(41) - 20)
		case 3:
			l.ScrollRows(rng.IntN(41) - 20)
			moved = false
		case 4:
			l.End()
		case 5:
			l.SetFollow(rng.IntN(2) == 0)
			moved = false
		case 6:
			l.SetCursor(rng.Uint64N(10000))
		case 7:
			l.Page(rng.IntN(3) - 1)
		}
		l.Refresh()
		drawOn(s, l)
		id, ok := l.Cursor()
		if ok != (len(m.list) > 0) || l.first < 0 || l.first > max(len(m.list)-10, 0) {
			t.Fatalf("cursor %v first %d of %d", ok, l.first, len(m.list))
		}
		if had && !moved && !wasFollow && id != before {
			t.Fatalf("cursor went from %d to %d by itself", before, id)
		}
		if l.Follow() && l.Below() != 0 {
			t.Fatalf("follow with %d rows below", l.Below())
		}
	}
}

func TestListMouse(t *testing.T) {
	l, s := testList(t, numbers(1000), 120, 11)
	var activated, context uint64
	header := -1
	l.OnActivate = func(id uint64) { activated = id }
	l.OnContext = func(id uint64, x, y int) { context = id }
	l.OnHeader = func(c int) { header = c }
	click(l, tview.MouseLeftClick, 5, 3)
	if id, _ := l.Cursor(); id != 30 {
		t.Errorf("click: cursor %d", id)
	}
	click(l, tview.MouseLeftDoubleClick, 5, 4)
	click(l, tview.MouseRightClick, 5, 5)
	click(l, tview.MouseLeftClick, 12, 0)
	if activated != 40 || context != 50 || header != 1 {
		t.Errorf("activated %d context %d header %d", activated, context, header)
	}
	click(l, tview.MouseScrollDown, 5, 5)
	drawOn(s, l)
	if id, _ := l.Cursor(); id != 50 || l.first != 3 {
		t.Errorf("wheel: cursor %d first %d", id, l.first)
	}
	click(l, tview.MouseLeftDown, 119, 10) // end of the scrollbar
	click(l, tview.MouseMove, 119, 10)
	click(l, tview.MouseLeftUp, 119, 10)
	if l.first != 990 {
		t.Errorf("scrollbar: first %d", l.first)
	}
	if click(l, tview.MouseLeftClick, 5, 30) {
		t.Error("a click elsewhere was used")
	}
}

func TestThumb(t *testing.T) {
	for h := 1; h < 30; h++ {
		for n := h + 1; n < 200; n++ {
			for first := 0; first <= n-h; first++ {
				from, to := thumb(h, first, n)
				if from < 0 || to > h || from >= to {
					t.Fatalf("thumb(%d, %d, %d) = %d, %d", h, first, n, from, to)
				}
				if h-(to-from) > 1 && ((from == 0) != (first == 0) || (to == h) != (first == n-h)) {
					t.Fatalf("thumb(%d, %d, %d) = %d, %d touches the wrong end", h, first, n, from, to)
				}
			}
		}
	}
}

func TestListAllocations(t *testing.T) {
	l, s := testList(t, numbers(100000), 200, 50)
	if n := testing.AllocsPerRun(20, func() { drawOn(s, l) }); n > 8 {
		t.Errorf("a static frame costs %.0f allocations", n)
	}
}

func BenchmarkListStatic(b *testing.B) {
	s, _ := testScreen(b, 200, 50, ScreenOptions{})
	l := NewList(theme(b, "terminal"), numbers(1000000))
	l.SetColumns(testColumns())
	b.ReportAllocs()
	for b.Loop() {
		drawOn(s, l)
	}
}

func BenchmarkListScroll(b *testing.B) {
	s, _ := testScreen(b, 200, 50, ScreenOptions{})
	l := NewList(theme(b, "terminal"), numbers(1000000))
	l.SetColumns(testColumns())
	b.ReportAllocs()
	for b.Loop() {
		l.ScrollRows(1)
		drawOn(s, l)
	}
}
