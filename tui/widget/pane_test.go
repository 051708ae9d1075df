package widget

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"
)

func testNodes() []Node {
	return []Node{
		{Label: "RemotingCommand", Value: "response", Len: 100, HasChildren: true},
		{Depth: 1, Label: "code", Value: "2 SYSTEM_BUSY", Role: RoleError, Note: "!", Off: 10, Len: 1},
		{Depth: 1, Label: "remark", Value: "a\x1b[2J[red]订单", Off: 20, Len: 30},
		{Depth: 1, Label: "extFields", Note: "(2)", HasChildren: true, Off: 50, Len: 40},
		{Depth: 2, Label: "topic", Value: "order", Off: 52, Len: 5},
		{Depth: 2, Label: "topic", Value: "again", Off: 60, Len: 5},
		{Label: "Body", Value: "0 bytes", HasChildren: true},
		{Depth: 1, Label: "text", Buffer: 1, Len: 10},
	}
}

func testTree(t *testing.T, w, h int) (*Tree, *Screen) {
	s, _ := testScreen(t, w, h, ScreenOptions{})
	tr := NewTree(theme(t, "terminal"))
	tr.DefaultOpen = func(n *Node) bool { return n.Label == "RemotingCommand" }
	tr.SetNodes(testNodes())
	tr.Focus(nil)
	drawOn(s, tr)
	return tr, s
}

func TestTreeDraw(t *testing.T) {
	tr, s := testTree(t, 44, 8)
	wantRows(t, s,
		"v RemotingCommand  response",
		"    code       2 SYSTEM_BUSY  !",
		`    remark     a\x1b[2J[red]订单`,
		"  > extFields  (2)",
		"> Body             0 bytes")
	press(tr, RuneKey('>'))
	drawOn(s, tr)
	wantRows(t, s,
		"ngCommand  response",
		"       2 SYSTEM_BUSY  !",
		`rk     a\x1b[2J[red]订单`,
		"ields  (2)",
		"           0 bytes")
}

func TestTreeKeys(t *testing.T) {
	tr, s := testTree(t, 44, 8)
	var told []int
	tr.OnSelect = func(i int) { told = append(told, i) }
	press(tr, RuneKey('j'), RuneKey('j'), RuneKey('j'), RuneKey('l'), RuneKey('l'))
	if tr.Cursor() != 4 {
		t.Fatalf("cursor on %d, want the first child", tr.Cursor())
	}
	press(tr, RuneKey('h'), RuneKey('h'))
	if tr.Cursor() != 3 || len(tr.rows) != 5 {
		t.Fatalf("cursor %d rows %d", tr.Cursor(), len(tr.rows))
	}
	press(tr, RuneKey('h'), RuneKey('h')) // to the parent, close it
	if tr.Cursor() != 0 || len(tr.rows) != 2 {
		t.Fatalf("cursor %d rows %d", tr.Cursor(), len(tr.rows))
	}
	press(tr, RuneKey('*'))
	if len(tr.rows) != 8 {
		t.Errorf("* shows %d rows", len(tr.rows))
	}
	press(tr, RuneKey('*'), RuneKey('+'))
	if len(tr.rows) != 7 {
		t.Errorf("+ shows %d rows", len(tr.rows))
	}
	press(tr, RuneKey('G'), NamedKey(tcell.KeyEnter))
	if tr.Cursor() != 6 || len(tr.rows) != 8 {
		t.Errorf("cursor %d rows %d", tr.Cursor(), len(tr.rows))
	}
	if want := []int{1, 2, 3, 4, 3, 0, 6}; !slices.Equal(told, want) {
		t.Errorf("told %v, want %v", told, want)
	}
	// Another frame with the same paths: what is open stays open.
	nodes := testNodes()
	nodes[1].Value = "0 SUCCESS"
	tr.SetNodes(nodes)
	drawOn(s, tr)
	if len(tr.rows) != 8 || tr.Cursor() != 6 {
		t.Errorf("after SetNodes: %d rows, cursor %d", len(tr.rows), tr.Cursor())
	}
	click(tr, tview.MouseLeftClick, 1, 0)
	if len(tr.rows) != 3 {
		t.Errorf("click on the mark: %d rows", len(tr.rows))
	}
}

func TestTreeSelectAt(t *testing.T) {
	tr, _ := testTree(t, 44, 8)
	tr.OnSelect = func(int) { t.Error("SelectAt told") }
	for _, tt := range []struct{ buffer, off, want int }{
		{0, 10, 1}, {0, 54, 4}, {0, 62, 5}, {0, 58, 3}, {0, 5, 0}, {1, 9, 7}, {1, 10, -1}, {0, 200, -1},
	} {
		before := tr.Cursor()
		ok := tr.SelectAt(tt.buffer, tt.off)
		if ok != (tt.want >= 0) || ok && tr.Cursor() != tt.want || !ok && tr.Cursor() != before {
			t.Errorf("SelectAt(%d, %d) = %v at %d, want %d", tt.buffer, tt.off, ok, tr.Cursor(), tt.want)
		}
	}
}

// tview's own tree hangs when the indent reaches the width of the pane.
func TestTreeNarrowPane(t *testing.T) {
	var nodes []Node
	for d := range 2000 {
		nodes = append(nodes, Node{Depth: d, Label: fmt.Sprint(d), HasChildren: true})
	}
	for w := range 25 {
		s, _ := testScreen(t, w, 5, ScreenOptions{})
		tr := NewTree(theme(t, "terminal"))
		tr.SetNodes(nodes)
		press(tr, RuneKey('*'), RuneKey('G'))
		drawOn(s, tr)
		if tr.Cursor() != 1999 {
			t.Fatalf("cursor %d", tr.Cursor())
		}
	}
}

// failing is Bytes that cannot be read.
type failing struct{ n int64 }

func (f failing) Len() int64                        { return f.n }
func (f failing) ReadAt([]byte, int64) (int, error) { return 0, io.ErrUnexpectedEOF }

// huge has its offset as content.
type huge struct{ reads *int64 }

func (h huge) Len() int64 { return 1 << 40 }
func (h huge) ReadAt(p []byte, off int64) (int, error) {
	*h.reads += int64(len(p))
	for i := range p {
		p[i] = byte((off + int64(i)) >> 8)
	}
	return len(p), nil
}

func TestHexDraw(t *testing.T) {
	s, _ := testScreen(t, 72, 5, ScreenOptions{})
	h := NewHex(theme(t, "terminal"))
	h.SetBytes(ByteSlice("\x00\x00\x00\xb2{\"code\":2,\"remark\":\"订单\"}\x1b"))
	h.SetNote("-- not captured: 34 bytes --")
	h.SetRange(ByteRange{4, 3})
	h.SetField("code")
	drawOn(s, h)
	wantRows(t, s,
		"0000  00 00 00 b2 7b 22 63 6f  64 65 22 3a 32 2c 22 72  ....{\"code\":2,\"r",
		"0010  65 6d 61 72 6b 22 3a 22  e8 ae a2 e5 8d 95 22 7d  emark\":\"......\"}",
		"0020  1b                                                .",
		"-- not captured: 34 bytes --",
		"at 0x0004 = 4  len 3  code  u8 123  u16 31522  u32 2065851247  u64 8872…")
	press(h, RuneKey('e'))
	drawOn(s, h)
	if got := s.Text()[1]; !strings.HasSuffix(got, "  emark\":\"订.单.\"}") {
		t.Errorf("UTF-8: %q", got)
	}
	h.SetBytes(ByteSlice("a\xb6\xa9\xb5\xa5b")) // 订单 in GBK
	press(h, RuneKey('e'))
	drawOn(s, h)
	if got := strings.TrimRight(s.Text()[0], " "); !strings.HasSuffix(got, "  a订单b") {
		t.Errorf("GBK: %q", got)
	}
	h.SetBytes(failing{100})
	drawOn(s, h)
	if got := s.Text(); !strings.Contains(got[0], "?? ??") || !strings.Contains(got[4], "cannot read") {
		t.Errorf("unreadable: %q", got)
	}
	h.SetBytes(nil)
	h.SetEmpty("no bytes")
	drawOn(s, h)
	if got := strings.Join(s.Text(), ""); strings.TrimSpace(got) != "no bytes" {
		t.Errorf("empty: %q", got)
	}
}

func TestHexLayers(t *testing.T) {
	s, _ := testScreen(t, 72, 3, ScreenOptions{})
	th := theme(t, "terminal")
	h := NewHex(th)
	h.SetBytes(ByteSlice(bytes.Repeat([]byte("x"), 32)))
	h.SetHits([]ByteRange{{1, 2}, {20, 1}})
	h.SetRange(ByteRange{6, 4})
	h.SetCursor(0)
	drawOn(s, h)
	grid := s.StyleGrid(func(st tcell.Style) byte {
		if st == th.Style(RoleCursor).Bold(true) {
			return 'C'
		}
		return th.Letter(st)
	})
	for _, at := range []struct {
		x, y int
		want byte
	}{{6, 0, 'C'}, {9, 0, 'f'}, {12, 0, 'f'}, {15, 0, '.'}, {24, 0, '>'}, {26, 0, '>'}, {27, 0, '>'}, {31, 0, '>'}, {34, 0, '>'},
		{35, 0, '>'}, {36, 0, '.'}, {56, 0, 'C'}, {57, 0, 'f'}, {62, 0, '>'}, {65, 0, '>'}, {66, 0, '.'}, {18, 1, 'f'}, {60, 1, 'f'}} {
		if got := grid[at.y][at.x]; got != at.want {
			t.Errorf("style at %d,%d: %c, want %c\n%s", at.x, at.y, got, at.want, grid[at.y])
		}
	}
}

func TestHexShapes(t *testing.T) {
	for _, tt := range []struct{ w, per int }{{200, 32}, {138, 32}, {137, 16}, {72, 16}, {71, 8}, {39, 8}, {38, 4}, {1, 1}} {
		if s := fitHex(tt.w, 100); s.per != tt.per || tt.w > 20 && s.width() > tt.w {
			t.Errorf("width %d: %+v", tt.w, s)
		}
	}
	if s := fitHex(80, 1<<40); s.digits != 10 {
		t.Errorf("offset digits %d", s.digits)
	}
	for w := range 160 {
		for _, h := range []int{1, 2, 3, 4, 10} {
			s, _ := testScreen(t, w, h, ScreenOptions{})
			p := NewHex(theme(t, "mono"))
			p.SetBytes(ByteSlice(bytes.Repeat([]byte("订单 x"), 40)))
			p.SetEncoding(EncodingUTF8)
			press(p, RuneKey('G'))
			drawOn(s, p)
			if p.Cursor() != 319 {
				t.Fatalf("cursor %d", p.Cursor())
			}
		}
	}
}

func TestHexHugeSource(t *testing.T) {
	var reads int64
	s, _ := testScreen(t, 100, 50, ScreenOptions{})
	h := NewHex(theme(t, "terminal"))
	h.SetBytes(huge{&reads})
	var moved []int64
	h.OnMove = func(off int64) { moved = append(moved, off) }
	drawOn(s, h)
	press(h, RuneKey('G'))
	drawOn(s, h)
	press(h, NamedKey(tcell.KeyHome), RuneKey('j'), NamedKey(tcell.KeyPgUp), NamedKey(tcell.KeyLeft))
	drawOn(s, h)
	if want := []int64{1<<40 - 1, 1<<40 - 16, 1<<40 - 16 - 48*16, 1<<40 - 16 - 48*16 - 1}; !slices.Equal(moved, want) {
		t.Errorf("moved %v, want %v", moved, want)
	}
	if reads > 5000 {
		t.Errorf("read %d bytes for three screens", reads)
	}
	if got := s.Text()[0]; !strings.HasPrefix(got, "fffffff") {
		t.Errorf("first row %q", got)
	}
	click(h, tview.MouseLeftClick, h.shape.hexAt(3), 2)
	if want := h.top + 2*16 + 3; h.Cursor() != want {
		t.Errorf("click: %d, want %d", h.Cursor(), want)
	}
}

func TestInspectLine(t *testing.T) {
	got := inspectLine([]byte{0, 0, 1, 0x8c, 0xba, 0xf3, 0x4c, 0x00}, 16, ByteRange{}, "")
	if want := "at 0x0010 = 16  u8 0  u16 0  u32 396  u64 1703943556096  time 2023-12-30 13:39:16.096Z"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := inspectLine([]byte{0xff, 0xff, 0xff, 0xfe}, 0, ByteRange{}, ""); !strings.HasSuffix(got, "i32 -2") {
		t.Errorf("%q", got)
	}
	if got := inspectLine(nil, 0, ByteRange{}, "x\x1b"); got == "" {
		t.Error("nothing for no bytes")
	}
}

// naiveRows splits a text into rows the simple way.
func naiveRows(text []byte, e Encoding, w int) []int {
	var rows []int
	t := textLines{text: text, enc: e}
	for from := 0; from <= len(text); {
		end := bytes.IndexByte(text[from:], '\n')
		next := from + end + 1
		if end < 0 {
			end, next = len(text)-from, len(text)+1
			if from == len(text) && from > 0 {
				break // nothing behind the last newline
			}
		}
		end += from
		stop := end
		if next <= len(text) && stop > from && text[stop-1] == '\r' {
			stop--
		}
		rows = append(rows, from)
		col := 0
		var c cluster
		for i := from; i < stop && w > 0; i += c.size {
			t.next(stop, i, col, &c)
			if col > 0 && col+c.w > w {
				rows = append(rows, i)
				col = 0
				t.next(stop, i, col, &c)
			}
			col += c.w
		}
		from = next
	}
	return rows
}

func FuzzTextLines(f *testing.F) {
	for _, text := range hostile {
		f.Add([]byte(text), uint8(7), false)
	}
	f.Add([]byte("a\r\nb\n\n\tc订单订单订单\n"), uint8(4), false)
	f.Add([]byte("\n"), uint8(0), false)
	f.Add([]byte("a\xb6\xa9\xb5\xa5\n\\\xb6\xa9\x81\x5c\xff\x80\xb6"), uint8(4), true)
	f.Fuzz(func(t *testing.T, text []byte, w uint8, gbk bool) {
		if len(text) > 4096 {
			return
		}
		lines := textLines{text: text, width: int(w) % 30}
		if gbk {
			lines.enc = EncodingGBK
		}
		want := naiveRows(text, lines.enc, lines.width)
		var got []int
		for at := 0; ; {
			got = append(got, at)
			next := lines.step(at, 1)
			if next == at {
				break
			}
			at = next
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%q width %d: rows %v, want %v", text, lines.width, got, want)
		}
		for i, at := range want {
			if back := lines.step(want[len(want)-1], i-len(want)+1); back != at {
				t.Fatalf("%q width %d: row %d from the end is %d, want %d", text, lines.width, i, back, at)
			}
			if row := lines.row(at); row != at {
				t.Fatalf("%q: row(%d) = %d", text, at, row)
			}
		}
	})
}

// Lines without an end are broken at places that do not depend on where one
// comes from, and never inside of a character.
func TestSoftBreaks(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for range 20 {
		var text []byte
		for len(text) < 6*softBreak {
			text = append(text, strings.Repeat("订x", rng.IntN(2*softBreak)/4)...)
			if rng.IntN(2) == 0 {
				text = append(text, '\n')
			}
		}
		lines := textLines{text: text}
		starts := map[int]bool{}
		for at := 0; at >= 0 && at < len(text); {
			starts[at] = true
			if at > 0 && text[at]&0xc0 == 0x80 {
				t.Fatalf("broken inside of a character at %d", at)
			}
			end, next := lines.end(at)
			if end-at > 2*softBreak {
				t.Fatalf("piece of %d bytes", end-at)
			}
			for range 5 {
				off := at + rng.IntN(max(end-at, 1))
				if got := (&textLines{text: text}).start(off); got != at {
					t.Fatalf("start(%d) = %d, want %d", off, got, at)
				}
			}
			at = next
		}
	}
}

func TestTextPane(t *testing.T) {
	s, _ := testScreen(t, 20, 4, ScreenOptions{})
	p := NewTextPane(theme(t, "terminal"))
	text := []byte("first\tline\r\n{\"名称\":\"测试测试\",\"x\":1}\n\x1b[2Jend\\n\n")
	p.SetText(text, []Span{{0, 5, RoleHit}})
	drawOn(s, p)
	wantRows(t, s, "first   line", `{"名称":"测试测试","`, `x":1}`, `\x1b[2Jend\\n`)
	if g := s.StyleGrid(p.theme.Letter); !strings.HasPrefix(g[0], "fffff.") || !strings.HasPrefix(g[3], `\\\\......\\.`) {
		t.Errorf("styles %q", g)
	}
	if p.Percent() != 100 {
		t.Errorf("%d%%", p.Percent())
	}
	p.SetWrap(false)
	drawOn(s, p)
	press(p, RuneKey('l'))
	drawOn(s, p)
	wantRows(t, s, "line", `"测试测试","x":1}`, `nd\\n`)
	p.SetWrap(true)
	p.SetText([]byte(strings.Repeat("0123456789\n", 100)), nil)
	drawOn(s, p)
	press(p, RuneKey('G'))
	if p.top != 96*11 {
		t.Errorf("End: top %d", p.top)
	}
	press(p, RuneKey('j'), RuneKey('k'))
	if p.top != 95*11 {
		t.Errorf("k: top %d", p.top)
	}
	p.ScrollTo(50*11 + 3)
	drawOn(s, p)
	if p.top > 50*11 || p.top < 47*11 {
		t.Errorf("ScrollTo: top %d", p.top)
	}
	p.Home()
	press(p, RuneKey(' '))
	if p.top != 33 {
		t.Errorf("page: top %d", p.top)
	}
	p.SetText(nil, nil)
	p.SetEmpty("no text")
	press(p, RuneKey('j'), RuneKey('G'), RuneKey('k'))
	p.ScrollTo(5)
	drawOn(s, p)
	wantRows(t, s, "", "      no text")
}

// 64 MiB without a newline: the ends are reached by looking at a few pieces.
func TestTextPaneHugeLine(t *testing.T) {
	s, _ := testScreen(t, 80, 24, ScreenOptions{})
	p := NewTextPane(theme(t, "terminal"))
	p.SetText(bytes.Repeat([]byte("0123456789abcdef"), 4<<20), nil)
	for _, wrap := range []bool{true, false} {
		p.SetWrap(wrap)
		drawOn(s, p)
		press(p, RuneKey('G'), RuneKey('k'), CtrlKey('u'))
		drawOn(s, p)
		if p.Percent() < 99 && wrap {
			t.Errorf("%d%%", p.Percent())
		}
	}
}
