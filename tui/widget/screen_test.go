package widget

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"
)

// testScreen is a Screen over a simulation of w x h.
func testScreen(t testing.TB, w, h int, o ScreenOptions) (*Screen, tcell.SimulationScreen) {
	t.Helper()
	sim := tcell.NewSimulationScreen("UTF-8")
	s := NewScreen(sim, o)
	if err := s.Init(); err != nil {
		t.Fatal(err)
	}
	sim.SetSize(w, h) // Init sets 80x25
	s.Size()
	return s, sim
}

// drawOn draws p over the whole screen.
func drawOn(s *Screen, p tview.Primitive) {
	w, h := s.Size()
	s.Clear()
	p.SetRect(0, 0, w, h)
	p.Draw(s)
	s.Show()
}

// wantRows compares the screen with rows, blanks at their ends apart.
func wantRows(t *testing.T, s *Screen, rows ...string) {
	t.Helper()
	got := s.Text()
	for len(got) > len(rows) && strings.TrimSpace(got[len(got)-1]) == "" {
		got = got[:len(got)-1]
	}
	for i := range got {
		got[i] = strings.TrimRight(got[i], " ")
	}
	if g, w := strings.Join(got, "\n"), strings.Join(rows, "\n"); g != w {
		t.Errorf("screen:\n%s\nwant:\n%s", g, w)
	}
}

func theme(t testing.TB, name string) *Theme {
	t.Helper()
	th, err := ThemeByName(name)
	if err != nil {
		t.Fatal(err)
	}
	return th
}

func TestScreenCleansCells(t *testing.T) {
	tests := []struct {
		name string
		main rune
		comb []rune
		want string
		w    int
	}{
		{"ascii", 'a', nil, "a", 1},
		{"nul", 0, nil, " ", 1},
		{"escape", 0x1b, nil, "\ufffd", 1},
		{"escape with a tail", 0x1b, []rune("[2J"), "\ufffd", 1},
		{"del", 0x7f, nil, "\ufffd", 1},
		{"c1 csi", 0x9b, nil, "\ufffd", 1},
		{"rlo", 0x202e, nil, "\ufffd", 1},
		{"isolate", 0x2066, nil, "\ufffd", 1},
		{"zero width space", 0x200b, nil, "\ufffd", 1},
		{"lone mark", 0x301, nil, "\ufffd", 1},
		{"lone spacing mark", 0x93f, nil, "\ufffd", 1},
		{"surrogate", 0xd800, nil, "\ufffd", 1},
		{"wide", '订', nil, "订", 2},
		{"combining", 'e', []rune{0x301}, "e\u0301", 1},
		{"escape as combining", 'e', []rune{0x1b, ']', 7}, "e", 1},
		{"bidi as combining", 'e', []rune{0x202e}, "e", 1},
		{"many marks", 'Z', []rune(strings.Repeat("\u0301", 5000)), "Z\u0301\u0301\u0301\u0301", 1},
		{"flag", 0x1f1e8, []rune{0x1f1f3}, "🇨🇳", 2},
		{"half a flag", 0x1f1e8, nil, "\ufffd", 1},
		{"family", 0x1f468, []rune{0x200d, 0x1f469, 0x200d, 0x1f467}, "👨", 2},
		{"three columns", 0x2e3a, nil, "\ufffd", 1},
	}
	for _, tt := range tests {
		s, sim := testScreen(t, 10, 1, ScreenOptions{})
		s.SetContent(3, 0, tt.main, tt.comb, tcell.StyleDefault)
		s.Show()
		got, _, w := s.Get(3, 0)
		if got != tt.want || w != tt.w {
			t.Errorf("%s: %q width %d, want %q width %d", tt.name, got, w, tt.want, tt.w)
		}
		cells, _, _ := sim.GetContents()
		if real := string(cells[3].Runes); real != tt.want {
			t.Errorf("%s: the terminal got %q, want %q", tt.name, real, tt.want)
		}
	}
}

func TestScreenRepairsWideCharacters(t *testing.T) {
	d := tcell.StyleDefault
	tests := []struct {
		name string
		draw func(s *Screen)
		want string
	}{
		{"over the right half", func(s *Screen) { s.SetContent(0, 0, '订', nil, d); s.SetContent(1, 0, '|', nil, d) }, " |    "},
		{"over the left half", func(s *Screen) { s.SetContent(0, 0, '订', nil, d); s.SetContent(0, 0, '|', nil, d) }, "|     "},
		{"wide over two halves", func(s *Screen) {
			s.SetContent(0, 0, '订', nil, d)
			s.SetContent(2, 0, '单', nil, d)
			s.SetContent(1, 0, '测', nil, d)
		}, " 测   "},
		{"last column", func(s *Screen) { s.SetContent(5, 0, '订', nil, d) }, "      "},
		{"outside", func(s *Screen) { s.SetContent(-1, 0, 'x', nil, d); s.SetContent(6, 0, 'x', nil, d) }, "      "},
	}
	for _, tt := range tests {
		s, _ := testScreen(t, 6, 1, ScreenOptions{})
		tt.draw(s)
		if got := s.Text()[0]; got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

// A modal whose border falls on the second half of a wide character must keep
// the border, on the terminal as well.
func TestModalOverChinese(t *testing.T) {
	s, sim := testScreen(t, 20, 5, ScreenOptions{})
	th := theme(t, "terminal")
	m := NewModal(th, "", NewMenu(th, []string{"x"}, nil), 5, 3)
	for range 2 {
		s.Clear()
		for y := range 5 {
			Paint(s, y%2, y, 20, strings.Repeat("订单", 5), tcell.StyleDefault)
		}
		s.Show()
		m.SetRect(0, 0, 20, 5)
		m.Draw(s)
		s.Show()
	}
	wantRows(t, s,
		"订单订单订单订单订单",
		" 订单订┌───┐ 订单订",
		"订单订 │ x │订单订单",
		" 订单订└───┘ 订单订",
		"订单订单订单订单订单")
	cells, w, _ := sim.GetContents()
	for y, row := range s.Text() {
		x := 0
		for _, r := range row {
			if got := string(cells[y*w+x].Runes); got != string(r) {
				t.Errorf("terminal has %q at %d,%d, want %q", got, x, y, r)
			}
			x += Width(string(r))
		}
	}
}

func TestScreenSendsOnlyChanges(t *testing.T) {
	s, _ := testScreen(t, 200, 50, ScreenOptions{})
	frame := func(n int) uint64 {
		before := s.Stats()
		s.Clear()
		for y := range 50 {
			Paint(s, 0, y, 200, fmt.Sprintf("row %d of order-订单", y+n), tcell.StyleDefault)
		}
		s.Show()
		return s.Stats().Cells - before.Cells
	}
	if n := frame(0); n != 200*50-100 {
		t.Errorf("first frame: %d cells", n) // the right halves are not cells of their own
	}
	if n := frame(0); n != 0 {
		t.Errorf("same frame again: %d cells", n)
	}
	if s.Stats().Skipped != 1 {
		t.Errorf("skipped %d frames, want 1", s.Stats().Skipped)
	}
	if n := frame(100); n == 0 || n > 50*20 {
		t.Errorf("changed numbers: %d cells", n)
	}
	if err := s.Resume(); err != nil {
		t.Fatal(err)
	}
	if n := frame(100); n != 200*50-100 {
		t.Errorf("after Resume: %d cells, want all", n)
	}
}

func TestScreenResize(t *testing.T) {
	s, sim := testScreen(t, 10, 2, ScreenOptions{})
	Paint(s, 0, 0, 10, "12345678订", tcell.StyleDefault)
	sim.SetSize(9, 3)
	s.Size()
	wantRows(t, s, "12345678", "", "")
	sim.SetSize(0, 0)
	s.Clear()
	s.SetContent(0, 0, 'x', nil, tcell.StyleDefault)
	s.Show()
	sim.SetSize(4, 1)
	s.Clear()
	s.Show()
	wantRows(t, s, "")
}

func TestScreenStyles(t *testing.T) {
	s, _ := testScreen(t, 10, 1, ScreenOptions{})
	link := tcell.StyleDefault.Foreground(tcell.ColorRed).Url("http://evil/").UrlId("x")
	s.SetContent(0, 0, 'a', nil, link)
	if _, _, got, _ := s.GetContent(0, 0); got != tcell.StyleDefault.Foreground(tcell.ColorRed) {
		t.Errorf("style %+v keeps the link", got)
	}
	s.SetContent(0, 0, 'b', nil, tcell.StyleDefault.Foreground(tcell.ColorNone).Bold(true))
	if _, _, got, _ := s.GetContent(0, 0); got != tcell.StyleDefault.Foreground(tcell.ColorRed).Bold(true) {
		t.Errorf("ColorNone: %+v", got)
	}
	mono, _ := testScreen(t, 10, 1, ScreenOptions{Mono: true})
	mono.SetContent(0, 0, 'a', nil, tcell.StyleDefault.Foreground(tcell.ColorBlack).Background(tcell.ColorYellow))
	mono.SetContent(1, 0, 'a', nil, tcell.StyleDefault.Foreground(tcell.ColorRed).Underline(true))
	if _, _, got, _ := mono.GetContent(0, 0); got != tcell.StyleDefault.Reverse(true) {
		t.Errorf("mono background: %+v", got)
	}
	if _, _, got, _ := mono.GetContent(1, 0); got != tcell.StyleDefault.Underline(true) {
		t.Errorf("mono underline: %+v", got)
	}
	// More styles than the table has: it starts anew and the frame is right.
	for i := range 3 * maxStyles {
		if i%100 == 0 {
			s.Clear()
		}
		st := tcell.StyleDefault.Foreground(tcell.NewRGBColor(int32(i>>8), int32(i&255), 1))
		s.SetContent(5, 0, 'z', nil, st)
		if _, _, got, _ := s.GetContent(5, 0); got != st {
			t.Fatalf("style %d: %+v", i, got)
		}
	}
}

func TestScreenASCII(t *testing.T) {
	s, _ := testScreen(t, 12, 3, ScreenOptions{ASCII: true})
	th := theme(t, "mono")
	m := NewModal(th, "", NewMenu(th, []string{"abcdefghijklmn"}, nil), 12, 3)
	drawOn(s, m)
	wantRows(t, s, "+----------+", "| abcdefg~ |", "+----------+")
}

func TestScreenTitleAndClipboard(t *testing.T) {
	s, sim := testScreen(t, 10, 1, ScreenOptions{})
	s.SetTitle("a\x1b]0;pwned\x07\u202e" + strings.Repeat("x", 200))
	if got := sim.GetTitle(); strings.ContainsAny(got, "\x1b\x07\u202e") || len([]rune(got)) != 80 {
		t.Errorf("title %q", got)
	}
	s.SetClipboard([]byte("ok"))
	s.SetClipboard(make([]byte, MaxClipboard+1))
	if got := string(sim.GetClipboardData()); got != "ok" {
		t.Errorf("clipboard %.10q", got)
	}
}

// memTty is a terminal in memory.
type memTty struct {
	mu   sync.Mutex
	out  []byte
	w, h int
	stop chan struct{}
}

func (m *memTty) Start() error        { return nil }
func (m *memTty) Stop() error         { return nil }
func (m *memTty) Drain() error        { close(m.stop); return nil }
func (m *memTty) Close() error        { return nil }
func (m *memTty) NotifyResize(func()) {}
func (m *memTty) WindowSize() (tcell.WindowSize, error) {
	return tcell.WindowSize{Width: m.w, Height: m.h}, nil
}
func (m *memTty) Read([]byte) (int, error) { <-m.stop; return 0, nil }
func (m *memTty) Write(p []byte) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.out = append(m.out, p...)
	return len(p), nil
}
func (m *memTty) take() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := string(m.out)
	m.out = m.out[:0]
	return out
}

// known are the sequences that tcell sends by itself while drawing.
var known = regexp.MustCompile(`\x1b\[\??[0-9;:]*[A-Za-z]|\x1b\(B|\x0f|\x1b\]8;;\x1b\\|  \x08\x08`)

func ttyScreen(t testing.TB, w, h int) (*Screen, *memTty) {
	t.Helper()
	t.Setenv("LC_ALL", "C.UTF-8")
	t.Setenv("NO_COLOR", "")
	ti, err := tcell.LookupTerminfo("xterm-256color")
	if err != nil {
		t.Skip(err)
	}
	tty := &memTty{w: w, h: h, stop: make(chan struct{})}
	inner, err := tcell.NewTerminfoScreenFromTtyTerminfo(tty, ti)
	if err != nil {
		t.Fatal(err)
	}
	s := NewScreen(inner, ScreenOptions{})
	if err := s.Init(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Fini)
	s.Clear()
	s.Show()
	tty.take()
	return s, tty
}

// rest is what remains of the output without tcell's own sequences.
func rest(out string) string { return known.ReplaceAllString(out, "") }

func checkOutput(t *testing.T, out string, input any) {
	t.Helper()
	for _, r := range rest(out) {
		if isControl(r) || isBidi(r) {
			t.Fatalf("input %q: %U reached the terminal in %q", input, r, out)
		}
	}
}

var hostile = []string{
	"A\x1b]0;pwned\x07B", "\x1b[2J", "\x9b2J", "\u009b2J", "[:::http://evil/?a=b]click", "[red:::(]x",
	"Z" + strings.Repeat("\u0301", 5000), "\u202eabc\u2066", "a\u200bb", "e\u0301", "订单", "🇨🇳👨‍👩‍👧‍👦", "שלום",
	"\xed\xa0\x80", "\xc0\xaf", "\xff\xfe", "ﾊﾝｶｸ", "\x00\x08\x0e\x0f", "⸻⸺", "क्षि", "\u0600a", "\u2028\u2029", "e\x1b", "\\n\n\\\\\t",
	"कऍ걷ि", // a spacing mark that may not join a wide character
}

func TestHostileTextOnTty(t *testing.T) {
	s, tty := ttyScreen(t, 40, 5)
	for _, text := range hostile {
		s.Clear()
		Paint(s, 0, 0, 40, text, tcell.StyleDefault)
		PaintEscaped(s, 0, 1, 40, 3, text, tcell.StyleDefault, tcell.StyleDefault.Dim(true))
		s.PutStr(0, 2, text)
		s.SetContent(0, 3, 'x', []rune(text), tcell.StyleDefault)
		tview.Print(s, text, 0, 4, 40, tview.AlignLeft, tcell.ColorDefault)
		s.Show()
		checkOutput(t, tty.take(), text)
	}
}

func FuzzPaint(f *testing.F) {
	for _, text := range hostile {
		f.Add([]byte(text), uint8(20), uint8(0))
	}
	s, tty := ttyScreen(f, 40, 3)
	f.Fuzz(func(t *testing.T, text []byte, w, skip uint8) {
		maxW := int(w) % 40
		s.Clear()
		n := Paint(s, 0, 0, maxW, text, tcell.StyleDefault)
		m := PaintEscaped(s, 0, 1, maxW, int(skip), string(text), tcell.StyleDefault, tcell.StyleDefault)
		s.PutStr(0, 2, string(text))
		for _, row := range s.Text()[:2] {
			if got := Width(row); got != 40 {
				t.Fatalf("row %q is %d columns wide", row, got)
			}
		}
		if n > maxW || m > maxW {
			t.Fatalf("painted %d and %d of %d columns", n, m, maxW)
		}
		if want := min(Width(text), maxW); n != want {
			t.Fatalf("painted %d columns, Width says %d", n, want)
		}
		for x := maxW; x < 40; x++ {
			if r, _, _, _ := s.GetContent(x, 0); r != ' ' {
				t.Fatalf("%q painted at column %d of %d", r, x, maxW)
			}
		}
		s.Show()
		checkOutput(t, tty.take(), text)
	})
}

// What a frame costs on the wire: nothing when nothing changed, the row and the
// new row when the cursor moves by one.
func TestBytesPerFrame(t *testing.T) {
	s, tty := ttyScreen(t, 200, 50)
	l := NewList(theme(t, "terminal"), numbers(100000))
	l.SetColumns(testColumns())
	drawOn(s, l)
	tty.take()
	drawOn(s, l)
	if out := tty.take(); out != "" {
		t.Errorf("static frame sends %q", out)
	}
	l.Move(1)
	drawOn(s, l)
	if n := len(tty.take()); n == 0 || n > 1024 {
		t.Errorf("one cursor step sends %d bytes", n)
	}
	l.ScrollRows(1)
	drawOn(s, l)
	if n := len(tty.take()); n == 0 || n > 4096 {
		t.Errorf("one scroll step sends %d bytes", n)
	}
}

func TestStyleLetters(t *testing.T) {
	if len(roleLetters) != int(roleCount) {
		t.Fatalf("%d letters for %d roles", len(roleLetters), roleCount)
	}
	seen := map[byte]bool{}
	for r := range roleCount {
		if c := r.Letter(); seen[c] {
			t.Errorf("letter %q twice", c)
		} else {
			seen[c] = true
		}
	}
	for _, name := range ThemeNames() {
		th := theme(t, name)
		for r := range roleCount {
			fg, bg, _ := th.Style(r).Decompose()
			if fg == bg && fg != tcell.ColorDefault {
				t.Errorf("%s: role %d has one colour", name, r)
			}
			if name == "mono" && (fg != tcell.ColorDefault || bg != tcell.ColorDefault) {
				t.Errorf("mono: role %d has a colour", r)
			}
			if th.Letter(th.Style(r)) == '?' || th.Letter(th.Selected(r)) == '?' {
				t.Errorf("%s: role %d has no letter", name, r)
			}
		}
	}
	s, _ := testScreen(t, 4, 1, ScreenOptions{})
	th := theme(t, "terminal")
	Paint(s, 0, 0, 1, "a", th.Style(RoleError))
	Paint(s, 1, 0, 2, "订", th.Selected(RoleOK))
	if got := s.StyleGrid(th.Letter)[0]; got != "e##." {
		t.Errorf("grid %q", got)
	}
	if _, err := ThemeByName("neon"); err == nil {
		t.Error("unknown theme accepted")
	}
}

// Random writes never leave half of a wide character and the real screen always
// shows what the shadow says.
func TestScreenRandomWrites(t *testing.T) {
	s, sim := testScreen(t, 12, 3, ScreenOptions{})
	rng := rand.New(rand.NewPCG(1, 2))
	runes := []rune{'a', '订', ' ', 'é', '🇨', 0x1b, 0x301, '─'}
	for range 3000 {
		for range 1 + rng.IntN(6) {
			s.SetContent(rng.IntN(14)-1, rng.IntN(4), runes[rng.IntN(len(runes))], nil, tcell.StyleDefault)
		}
		s.Show()
		cells, w, _ := sim.GetContents()
		for y, row := range s.Text() {
			if Width(row) != 12 {
				t.Fatalf("row %q", row)
			}
			for x := 0; x < 12; {
				want, _, cw := s.Get(x, y)
				if got := string(cells[y*w+x].Runes); got != want {
					t.Fatalf("terminal has %q at %d,%d, want %q", got, x, y, want)
				}
				x += cw
			}
		}
	}
}
