package widget

import (
	"context"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"
)

func typed(text string) []Key {
	var keys []Key
	for _, r := range text {
		keys = append(keys, RuneKey(r))
	}
	return keys
}

func testPrompt(t *testing.T, w int) (*Prompt, *Screen) {
	s, _ := testScreen(t, w, 6, ScreenOptions{})
	p := NewPrompt(theme(t, "terminal"), "Filter> ")
	p.Focus(nil)
	return p, s
}

func drawPrompt(s *Screen, p *Prompt, y int) {
	w, _ := s.Size()
	s.Clear()
	p.SetRect(0, y, w, 1)
	p.Draw(s)
	s.Show()
}

func TestPromptEditing(t *testing.T) {
	left, right := NamedKey(tcell.KeyLeft), NamedKey(tcell.KeyRight)
	back, del := NamedKey(tcell.KeyBackspace), NamedKey(tcell.KeyDelete)
	for _, tt := range []struct {
		name   string
		keys   []Key
		text   string
		cursor int
	}{
		{"letters and digits only go into the text", typed("q1jGX/?:"), "q1jGX/?:", 8},
		{"quotes and backslashes stay", typed(`a == "x\"`), `a == "x\"`, 9},
		{"chinese", append(typed("订单"), left, back), "单", 0},
		{"combining", append(typed("e\u0301x"), left, left), "e\u0301x", 0},
		{"combining removed whole", append(typed("ae\u0301"), back), "a", 1},
		{"flag", append(typed("🇨🇳a"), left, left, del), "a", 0},
		{"mark typed before a letter joins it", append(typed("ab"), left, RuneKey(0x301)), "a\u0301b", 3},
		{"home end", append(typed("abc"), CtrlKey('a'), RuneKey('x'), CtrlKey('e'), RuneKey('y')), "xabcy", 5},
		{"word", append(typed("topic == Ord"), CtrlKey('w')), "topic == ", 9},
		{"words left", append(typed("topic == Ord"), AltKey('b'), AltKey('b')), "topic == Ord", 0},
		{"words right", append(typed("topic == Ord"), CtrlKey('a'), AltKey('f')), "topic == Ord", 5},
		{"kill", append(typed("abc"), left, CtrlKey('k'), left, CtrlKey('u')), "b", 0},
		{"ends", append(typed("a"), right, right, del, left, left, back), "a", 0},
		{"other keys are swallowed", append(typed("a"), NamedKey(tcell.KeyF1), AltKey('x'), CtrlKey('s')), "a", 1},
	} {
		p, s := testPrompt(t, 30)
		p.OnCancel = func() { t.Errorf("%s: cancelled", tt.name) }
		press(p, tt.keys...)
		drawPrompt(s, p, 0)
		if p.Text() != tt.text || p.cursor != tt.cursor {
			t.Errorf("%s: %q cursor %d, want %q cursor %d", tt.name, p.Text(), p.cursor, tt.text, tt.cursor)
		}
	}
}

func TestPromptDraw(t *testing.T) {
	s, sim := testScreen(t, 50, 6, ScreenOptions{})
	p := NewPrompt(theme(t, "terminal"), "Filter> ")
	p.SetPlaceholder("type / to filter")
	p.SetStatus("312 of 9")
	drawPrompt(s, p, 0)
	wantRows(t, s, "Filter> type / to filter                  312 of 9")
	p.Focus(nil)
	p.Complete = func(text string, cursor int) []Item {
		return []Item{{`"OrderPaid"`, "88,120 times", 9, cursor}, {`"order-订单"`, "12", 9, cursor}}
	}
	press(p, typed(`topic == "Ord`)...)
	p.SetState(PromptIncomplete, "string is not closed", 9)
	drawPrompt(s, p, 0)
	wantRows(t, s,
		`Filter> topic == "Ord       [incomplete]  312 of 9`,
		"                 ^ string is not closed",
		`                 "OrderPaid"   88,120 times`,
		`                 "order-订单"  12`)
	if x, y, visible := sim.GetCursor(); x != 21 || y != 0 || !visible {
		t.Errorf("cursor at %d,%d %v", x, y, visible)
	}
	press(p, NamedKey(tcell.KeyDown), NamedKey(tcell.KeyDown), NamedKey(tcell.KeyTab))
	if p.Text() != `topic == "order-订单"` || len(p.items) != 0 {
		t.Errorf("taken: %q", p.Text())
	}
	// At the bottom of the screen everything else goes above.
	p.SetState(PromptError, "bad", 0)
	drawPrompt(s, p, 5)
	rows := s.Text()
	if !strings.HasPrefix(rows[4], "        v bad") || !strings.HasPrefix(rows[5], "Filter> topic") {
		t.Errorf("%q", rows)
	}
	// A long text scrolls so that the cursor stays visible.
	p.SetState(PromptNone, "", -1)
	p.SetText(strings.Repeat("订单", 40) + "!")
	drawPrompt(s, p, 0)
	if x, _, _ := sim.GetCursor(); x < 30 || x > 40 || !strings.Contains(s.Text()[0], "单!") {
		t.Errorf("cursor column %d in %q", x, s.Text()[0])
	}
	press(p, NamedKey(tcell.KeyHome))
	drawPrompt(s, p, 0)
	if x, _, _ := sim.GetCursor(); x != 8 {
		t.Errorf("cursor column %d", x)
	}
	for w := range 30 {
		s, _ := testScreen(t, w, 2, ScreenOptions{})
		p.SetState(PromptError, "a long message with a reason", 5)
		drawPrompt(s, p, 0)
		drawPrompt(s, p, 1)
	}
}

func TestPromptFlow(t *testing.T) {
	p, _ := testPrompt(t, 40)
	var log []string
	p.OnChange = func(s string) { log = append(log, "change "+s) }
	p.OnAccept = func(s string) { log = append(log, "accept "+s) }
	p.OnCancel = func() { log = append(log, "cancel") }
	p.SetHistory([]string{"old", "new"})
	up, down, esc, enter := NamedKey(tcell.KeyUp), NamedKey(tcell.KeyDown), NamedKey(tcell.KeyEsc), NamedKey(tcell.KeyEnter)
	press(p, RuneKey('d'), up, up, up, down, down, down, enter, esc)
	p.PasteHandler()("x\nP\nq", nil)
	p.Complete = func(string, int) []Item { return []Item{{"one", "", 0, 6}, {"two", "", 0, 6}} }
	press(p, RuneKey('z'), esc, esc, NamedKey(tcell.KeyTab), up, enter, enter)
	want := []string{
		"change d", "change new", "change old", "change new", "change d", "accept d", "cancel",
		"change dx P q", "change dx P qz", "cancel", "change twoz", "accept twoz",
	}
	if !slices.Equal(log, want) {
		t.Errorf("%q\nwant\n%q", log, want)
	}
}

func TestMenu(t *testing.T) {
	th := theme(t, "terminal")
	m := NewMenu(th, []string{"2 messages are held.", "Really?\x1b"}, []MenuItem{
		{Key: 's', Label: "save", Disabled: true, Note: "no disk"},
		{Key: 'r', Label: "release", Note: "2"},
		{Key: 'c', Label: "cancel"},
	})
	var log []int
	m.OnPick = func(i int) { log = append(log, i) }
	m.OnCancel = func() { log = append(log, -1) }
	w, h := m.Size()
	modal := NewModal(th, "Quit?", m, w+2, h+2)
	modal.SetFooter("Esc back")
	s, _ := testScreen(t, 30, 8, ScreenOptions{})
	drawOn(s, modal)
	wantRows(t, s,
		"   ┌─ Quit? ──────────────┐",
		"   │ 2 messages are held. │",
		"   │ Really?.             │",
		"   │                      │",
		"   │  s  save     no disk │",
		"   │> r  release  2       │",
		"   │  c  cancel           │",
		"   └─ Esc back ───────────┘")
	press(modal, RuneKey('x'), RuneKey('s'), NamedKey(tcell.KeyEnter), RuneKey('j'), RuneKey('j'), NamedKey(tcell.KeyEnter),
		RuneKey('r'), NamedKey(tcell.KeyEsc), CtrlKey('r'), RuneKey('q'))
	if want := []int{1, 2, 1, -1, -1}; !slices.Equal(log, want) {
		t.Errorf("%v, want %v", log, want)
	}
	press(modal, RuneKey(' '))
	m.OnSpace = func(i int) { log = append(log, 10+i) }
	press(modal, RuneKey(' '))
	if want := []int{1, 2, 1, -1, -1, 12}; !slices.Equal(log, want) {
		t.Errorf("%v, want %v", log, want)
	}
	log = nil
	outside := 0
	modal.OnOutside = func() { outside++ }
	for _, at := range [][2]int{{0, 0}, {29, 7}, {10, 5}, {10, 4}} {
		if !click(modal, tview.MouseLeftClick, at[0], at[1]) {
			t.Errorf("a click at %v went through", at)
		}
	}
	if !slices.Equal(log, []int{1}) || outside != 2 {
		t.Errorf("picked %v, outside %d", log, outside)
	}
	for w := range 12 { // tiny screens
		s, _ := testScreen(t, w, w/2, ScreenOptions{})
		drawOn(s, modal)
	}
}

// loop is an event loop for a Painter.
type loop struct {
	updates chan func()
	frames  atomic.Int64
	delay   time.Duration
}

func (l *loop) QueueUpdateDraw(f func()) *tview.Application {
	done := make(chan struct{})
	l.updates <- func() { f(); time.Sleep(l.delay); l.frames.Add(1); close(done) }
	<-done
	return nil
}

func (l *loop) run(ctx context.Context) {
	for {
		select {
		case f := <-l.updates:
			f()
		case <-ctx.Done():
			return
		}
	}
}

func TestPainterCoalesces(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	l := &loop{updates: make(chan func(), 100)}
	go l.run(ctx)
	var seen atomic.Uint32
	p := NewPainter(l, func(bits uint32) { seen.Or(bits) })
	var wg sync.WaitGroup
	wg.Go(func() { p.Run(ctx) })
	var producers sync.WaitGroup
	start := time.Now()
	for i := range 8 {
		producers.Go(func() {
			for range 10000 {
				p.Mark(1 << i)
			}
		})
	}
	producers.Wait()
	for seen.Load() != 255 {
		time.Sleep(time.Millisecond)
	}
	if n, most := l.frames.Load(), int64(time.Since(start)/frameTime)+2; n > most {
		t.Errorf("%d frames, at most %d fit into the time", n, most)
	}
	time.Sleep(100 * time.Millisecond)
	idle := l.frames.Load()
	time.Sleep(100 * time.Millisecond)
	if n := l.frames.Load(); n != idle {
		t.Errorf("%d frames while idle", n-idle)
	}
	p.Stop()
	p.Stop()
	wg.Wait()
	p.Mark(1)
}

// After the application has stopped nothing may wait for it.
func TestPainterStopsWithAFrameInFlight(t *testing.T) {
	l := &loop{updates: make(chan func(), 100)} // nobody runs it
	p := NewPainter(l, func(uint32) {})
	done := make(chan struct{})
	go func() { p.Run(context.Background()); close(done) }()
	p.Mark(1)
	for len(l.updates) == 0 {
		time.Sleep(time.Millisecond)
	}
	p.Stop()
	<-done
	(<-l.updates)() // lets the goroutine of this test go
	if p.dirty.Load() == 0 {
		t.Error("apply ran after Stop")
	}
}

func TestPainterRates(t *testing.T) {
	p := NewPainter(nil, nil)
	run := 0
	feed := func(took time.Duration, n int) {
		for range n {
			run = p.judge(took, run)
		}
	}
	feed(30*time.Millisecond, 9)
	feed(time.Millisecond, 1)
	feed(30*time.Millisecond, 9)
	if p.Slow() {
		t.Error("slow without ten slow frames in a row")
	}
	feed(30*time.Millisecond, 1)
	if !p.Slow() {
		t.Error("not slow after ten slow frames")
	}
	feed(time.Millisecond, 9)
	if !p.Slow() {
		t.Error("fast again too early")
	}
	feed(time.Millisecond, 1)
	if p.Slow() {
		t.Error("still slow")
	}
}

// The whole chain with a real application: keys, frames from the painter, stop
// from inside of the loop.
func TestApplication(t *testing.T) {
	sim := tcell.NewSimulationScreen("UTF-8")
	s := NewScreen(sim, ScreenOptions{Mouse: true, Paste: true})
	app := tview.NewApplication()
	m := numbers(5)
	l := NewList(theme(t, "terminal"), m)
	l.SetColumns(testColumns())
	app.SetRoot(l, true).SetScreen(s)
	sim.SetSize(40, 6)
	painter := NewPainter(app, func(bits uint32) { l.Refresh() })
	app.SetInputCapture(func(ev *tcell.EventKey) *tcell.EventKey {
		if KeyOf(ev) == RuneKey('q') {
			painter.Stop()
			app.Stop()
			return nil
		}
		return ev
	})
	ended := make(chan error, 1)
	go func() { ended <- app.Run() }()
	app.QueueUpdate(func() {})
	go painter.Run(t.Context())
	sim.InjectKey(tcell.KeyRune, 'G', 0)
	for row := ""; !strings.HasPrefix(row, ">      50"); {
		app.QueueUpdate(func() { row = s.Text()[5] })
	}
	app.QueueUpdate(func() { m.grow(1) })
	painter.Mark(1)
	for row := ""; !strings.HasPrefix(row, ">      60"); {
		app.QueueUpdate(func() { row = s.Text()[5] })
	}
	sim.InjectKey(tcell.KeyRune, 'q', 0)
	if err := <-ended; err != nil {
		t.Error(err)
	}
	painter.Mark(1)
}
