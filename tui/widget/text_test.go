package widget

import (
	"bytes"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"
)

func TestPaint(t *testing.T) {
	tests := []struct {
		text string
		w    int
		list string
		esc  string
	}{
		{"", 5, "", ""},
		{"abc", 5, "abc", "abc"},
		{"abcde", 5, "abcde", "abcde"},
		{"abcdef", 5, "abcd…", "abcd…"},
		{"订单", 4, "订单", "订单"},
		{"订单", 3, "订…", "订…"},
		{"订单a", 4, "订…", "订…"},
		{"a订单", 4, "a订…", "a订…"},
		{"订单", 1, "…", "…"},
		{"订单", 2, "…", "…"},
		{"e\u0301x", 5, "e\u0301x", "e\u0301x"},
		{"e\u0301xyz", 3, "e\u0301x…", "e\u0301x…"},
		{"🇨🇳!", 5, "🇨🇳!", "🇨🇳!"},
		{"🇨", 9, "\ufffd", `\U0001f1…`},
		{"שלום", 5, "שלום", "שלום"},
		{"a\u202eb", 9, "a\ufffdb", `a\u202eb`},
		{"a\u200bb", 9, "a\ufffdb", `a\u200bb`},
		{"a\xffb", 9, "a\ufffdb", `a\xffb`},
		{"\xc0\xaf", 9, "\ufffd\ufffd", `\xc0\xaf`},
		{"\xed\xa0\x80", 12, "\ufffd\ufffd\ufffd", `\xed\xa0\x80`},
		{"a\n\t\r\x00\x1b", 20, "a.....", `a\n\t\r\x00\x1b`},
		{"\u009b", 9, ".", `\u009b`},
		{"\x7f", 9, ".", `\x7f`},
		{"a\u00a0b", 9, "a b", `a\u00a0b`},
		{"\u3000|", 9, "\u3000|", "\u3000|"},
		{`C:\dir`, 9, `C:\dir`, `C:\dir`},
		{`C:\new`, 9, `C:\new`, `C:\\new`},
		{`a\`, 9, `a\`, `a\`},
		{"[red]x[:::u]", 20, "[red]x[:::u]", "[red]x[:::u]"},
		{"👨\u200d👩", 20, "👨", `👨\u200d👩`},
		{"ﾊﾝｶｸ", 4, "ﾊﾝｶｸ", "ﾊﾝｶｸ"},
	}
	for _, tt := range tests {
		s, _ := testScreen(t, 24, 2, ScreenOptions{})
		n := Paint(s, 0, 0, tt.w, tt.text, tcell.StyleDefault)
		m := PaintEscaped(s, 0, 1, tt.w, 0, []byte(tt.text), tcell.StyleDefault, tcell.StyleDefault)
		rows := s.Text()
		if got := strings.TrimRight(rows[0], " "); got != tt.list {
			t.Errorf("list %q in %d: %q, want %q", tt.text, tt.w, got, tt.list)
		}
		if got := strings.TrimRight(rows[1], " "); got != tt.esc {
			t.Errorf("escaped %q in %d: %q, want %q", tt.text, tt.w, got, tt.esc)
		}
		if want := min(tt.w, Width(tt.text)); n != want {
			t.Errorf("%q in %d: %d columns, want %d", tt.text, tt.w, n, want)
		}
		if want := min(tt.w, WidthEscaped(tt.text)); m != want {
			t.Errorf("escaped %q in %d: %d columns, want %d", tt.text, tt.w, m, want)
		}
	}
}

func TestPaintSkip(t *testing.T) {
	for skip, want := range []string{`订单\nabc`, ` 单\nabc`, `单\nabc`, ` \nabc`, `\nabc`, `nabc`, "abc", "bc", "c", "", ""} {
		s, _ := testScreen(t, 12, 1, ScreenOptions{})
		n := PaintEscaped(s, 0, 0, 12, skip, "订单\nabc", tcell.StyleDefault, tcell.StyleDefault)
		if got := strings.TrimRight(s.Text()[0], " "); got != want {
			t.Errorf("skip %d: %q, want %q", skip, got, want)
		}
		if n != max(9-skip, 0) {
			t.Errorf("skip %d: %d columns", skip, n)
		}
	}
}

func TestPaintRight(t *testing.T) {
	s, _ := testScreen(t, 6, 1, ScreenOptions{})
	PaintRight(s, 0, 0, 6, "订1", tcell.StyleDefault)
	wantRows(t, s, "   订1")
	PaintRight(s, 1, 0, 4, "1234567", tcell.StyleDefault)
	wantRows(t, s, " 123…1")
}

// escaped is the escaped form of a text as a string.
func escaped(text []byte) string {
	var b []byte
	var c cluster
	for i := 0; i < len(text); i += c.size {
		next(text, i, true, &c)
		if c.bad {
			b = c.appendEscape(b)
		} else {
			b = append(b, text[i:i+c.size]...)
		}
	}
	return string(b)
}

// unescape reads the escaped form, by the documented rules alone.
func unescape(s string) []byte {
	var b []byte
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) || !needsBackslash(s[i+1]) {
			b = append(b, s[i])
			continue
		}
		i++
		digits := map[byte]int{'x': 2, 'u': 4, 'U': 8}[s[i]]
		v, _ := strconv.ParseUint(s[i+1:i+1+digits], 16, 32)
		switch s[i] {
		case 'n':
			b = append(b, '\n')
		case 't':
			b = append(b, '\t')
		case 'r':
			b = append(b, '\r')
		case '\\':
			b = append(b, '\\')
		case 'x':
			b = append(b, byte(v))
		default:
			b = utf8.AppendRune(b, rune(v))
		}
		i += digits
	}
	return b
}

// Two texts never look the same in detail mode.
func FuzzEscapeHasOneReading(f *testing.F) {
	for _, text := range hostile {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		esc := escaped(text)
		if got := unescape(esc); !bytes.Equal(got, text) {
			t.Fatalf("%q is shown as %q, which reads %q", text, esc, got)
		}
		if !utf8.ValidString(esc) {
			t.Fatalf("%q is shown as invalid %q", text, esc)
		}
	})
}

func FuzzSanitize(f *testing.F) {
	for _, text := range hostile {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		clean := Sanitize(nil, text)
		if !utf8.Valid(clean) {
			t.Fatalf("%q -> %q", text, clean)
		}
		for _, r := range string(clean) {
			if isControl(r) || isBidi(r) || r == 0x200b || r == 0x200d {
				t.Fatalf("%q -> %q", text, clean)
			}
		}
	})
}

// A stock widget that parses tags shows SafeText unchanged and without a link.
func TestSafeTextInTagWidgets(t *testing.T) {
	for _, text := range []string{"[red]x", `["r"]x`, "[::b]x", "[:::http://e/?a=b]c", "[red:::(]x", "a[b]c[d", "[", "[]", "[[x]"} {
		for _, o := range []tview.Primitive{
			tview.NewTextView().SetDynamicColors(true).SetRegions(true).SetText(SafeText(text)),
			tview.NewTable().SetCell(0, 0, tview.NewTableCell(SafeText(text))),
		} {
			s, _ := testScreen(t, 40, 1, ScreenOptions{})
			drawOn(s, o)
			if got := strings.TrimRight(s.Text()[0], " "); got != text {
				t.Errorf("%T shows %q as %q", o, text, got)
			}
		}
	}
	if got := SafeText(strings.Repeat("订", 300)); Width(got) != 201 {
		t.Errorf("cut at %d columns", Width(got))
	}
}

// The work is linear: 80 KB of brackets or of combining marks are one pass.
func TestPaintLongText(t *testing.T) {
	s, _ := testScreen(t, 80, 1, ScreenOptions{})
	for _, text := range []string{strings.Repeat("[:::", 20<<10), "Z" + strings.Repeat("\u0301", 40<<10), strings.Repeat("\u200d", 30<<10)} {
		if w := Width(text); w < 1 || w > len(text) {
			t.Errorf("width %d", w)
		}
		Paint(s, 0, 0, 80, text, tcell.StyleDefault)
		PaintEscaped(s, 0, 0, 80, 5000, text, tcell.StyleDefault, tcell.StyleDefault)
	}
}

func TestPaintAllocations(t *testing.T) {
	s, _ := testScreen(t, 80, 1, ScreenOptions{})
	text := []byte("an ASCII text with order-订单 in it, longer than the room")
	if n := testing.AllocsPerRun(100, func() {
		Paint(s, 0, 0, 40, text, tcell.StyleDefault)
		Paint(s, 0, 0, 40, "plain", tcell.StyleDefault)
		PaintEscaped(s, 40, 0, 40, 2, text, tcell.StyleDefault, tcell.StyleDefault)
	}); n != 0 {
		t.Errorf("%.0f allocations", n)
	}
	dst := make([]byte, 0, 256)
	if n := testing.AllocsPerRun(100, func() { dst = Sanitize(dst[:0], text) }); n != 0 {
		t.Errorf("Sanitize: %.0f allocations", n)
	}
}

func TestKeyOf(t *testing.T) {
	for _, tt := range []struct {
		ev   *tcell.EventKey
		want Key
	}{
		{tcell.NewEventKey(tcell.KeyRune, 'q', 0), RuneKey('q')},
		{tcell.NewEventKey(tcell.KeyRune, 'Q', tcell.ModShift), RuneKey('Q')},
		{tcell.NewEventKey(tcell.KeyRune, 'q', tcell.ModCtrl), CtrlKey('q')},
		{tcell.NewEventKey(tcell.KeyCtrlQ, 0, 0), CtrlKey('Q')},
		{tcell.NewEventKey(tcell.KeyRune, 0x11, 0), CtrlKey('q')},
		{tcell.NewEventKey(tcell.KeyRune, 'q', tcell.ModAlt), AltKey('q')},
		{tcell.NewEventKey(tcell.KeyEnter, '\r', 0), NamedKey(tcell.KeyEnter)},
		{tcell.NewEventKey(tcell.KeyRune, '\r', 0), NamedKey(tcell.KeyEnter)},
		{tcell.NewEventKey(tcell.KeyRune, 0x7f, 0), NamedKey(tcell.KeyBackspace)},
	} {
		if got := KeyOf(tt.ev); got != tt.want {
			t.Errorf("%s: %+v, want %+v", tt.ev.Name(), got, tt.want)
		}
	}
	if RuneKey('q') == CtrlKey('q') || RuneKey('q') == AltKey('q') {
		t.Error("keys are not told apart")
	}
}
