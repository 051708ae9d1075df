package widget

import (
	"sync/atomic"
	"unicode/utf8"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/uniseg"
)

// MaxClipboard is the largest text, in bytes, that [Screen.SetClipboard]
// forwards: as base64 it is what terminals accept in one OSC 52 sequence.
const MaxClipboard = 74994

// maxTitle is the length of a window title in runes.
const maxTitle = 80

// ScreenOptions configure a [Screen].
type ScreenOptions struct {
	Mono  bool // drop all colours, keep attributes (NO_COLOR)
	ASCII bool // borders, ellipsis, blocks and arrows become ASCII
	Mouse bool // Init asks for button and drag reports
	Paste bool // Init asks for bracketed paste
}

// ScreenStats counts what a [Screen] did since it was made.
type ScreenStats struct {
	Frames  uint64 // frames shown
	Skipped uint64 // frames in which nothing changed: not sent at all
	Cells   uint64 // cells sent
}

// Screen is the paint firewall: the only way to the terminal. It keeps the
// frame in its own cells, forwards only those that changed since the last
// frame, and lets no control, C1 or bidi character, no zero-width cell, no
// hyperlink and no half of a wide character through, whoever wrote them.
//
// tview clears and repaints the whole screen for every key; tcell then sends
// every cell that is not blank, because it compares with the cleared cell and
// not with the last frame. Hence the second buffer.
//
// A Screen belongs to tview's event loop; only Stats is safe elsewhere.
type Screen struct {
	tcell.Screen // the real screen

	opts      ScreenOptions
	w, h      int
	cur, prev []cell
	full      bool // prev says nothing about the real screen
	moved     bool // the cursor was moved or hidden since the last frame

	styles  styleTable
	frames  atomic.Uint64
	skipped atomic.Uint64
	cells   atomic.Uint64
}

// cell is what one column shows. The right half of a wide character has width
// 0. The fields leave no padding, so that rows compare as memory.
type cell struct {
	main  rune
	comb  [maxComb]rune
	style uint16
	width uint16
}

var _ tcell.Screen = (*Screen)(nil)

// NewScreen wraps inner, which must not be initialised yet: tview's SetScreen
// calls Init. ASCII is implied when the terminal shows ambiguous characters
// (borders among them) in two columns (RUNEWIDTH_EASTASIAN=1).
func NewScreen(inner tcell.Screen, o ScreenOptions) *Screen {
	o.ASCII = o.ASCII || uniseg.EastAsianAmbiguousWidth > 1
	s := &Screen{Screen: inner, opts: o, full: true}
	s.styles.mono = o.Mono
	s.styles.reset()
	return s
}

// Init initialises the real screen and asks for mouse and paste reports, which
// tview does not do for a screen it did not make.
func (s *Screen) Init() error {
	if err := s.Screen.Init(); err != nil {
		return err
	}
	s.full = true
	s.SetMouse(s.opts.Mouse)
	if s.opts.Paste {
		s.Screen.EnablePaste()
	}
	s.resize()
	return nil
}

// SetMouse turns mouse reports on or off. Off gives text selection back to the
// terminal.
func (s *Screen) SetMouse(on bool) {
	if s.opts.Mouse = on; on {
		s.EnableMouse()
	} else {
		s.Screen.DisableMouse()
	}
}

// EnableMouse asks for button and drag reports whatever the flags: plain motion
// is of no use here and floods slow links.
func (s *Screen) EnableMouse(...tcell.MouseFlags) {
	s.Screen.EnableMouse(tcell.MouseButtonEvents | tcell.MouseDragEvents)
}

// resize follows the size of the real screen and keeps what still fits.
func (s *Screen) resize() {
	w, h := s.Screen.Size()
	if w == s.w && h == s.h {
		return
	}
	old, ow, oh := s.cur, s.w, s.h
	s.w, s.h = max(w, 0), max(h, 0)
	s.cur = make([]cell, s.w*s.h)
	s.prev = make([]cell, s.w*s.h)
	s.full = true
	s.blank(' ', s.styles.id(tcell.StyleDefault))
	for y := range min(oh, s.h) {
		n := min(ow, s.w)
		copy(s.cur[y*s.w:y*s.w+n], old[y*ow:])
		if last := y*s.w + n - 1; n > 0 && s.cur[last].width == 2 {
			s.cur[last] = cell{main: ' ', style: s.cur[last].style, width: 1}
		}
	}
}

// Size returns columns and rows.
func (s *Screen) Size() (width, height int) {
	s.resize()
	return s.w, s.h
}

// Clear makes every cell a space in the default style.
func (s *Screen) Clear() { s.Fill(' ', tcell.StyleDefault) }

// Fill makes every cell r; a rune that is not one column wide counts as a space.
func (s *Screen) Fill(r rune, style tcell.Style) {
	s.resize()
	if s.styles.crowded() {
		// The ids change their meaning: nothing is known about the last frame.
		s.styles.reset()
		s.full = true
	}
	r, _, w := s.clean(r, nil)
	if w != 1 {
		r = ' '
	}
	s.blank(r, s.styles.id(style))
}

func (s *Screen) blank(r rune, style uint16) {
	if len(s.cur) == 0 {
		return
	}
	s.cur[0] = cell{main: r, style: style, width: 1}
	for n := 1; n < len(s.cur); n *= 2 {
		copy(s.cur[n:], s.cur[:n])
	}
}

// SetContent sets one cell, two for a wide character.
func (s *Screen) SetContent(x, y int, primary rune, combining []rune, style tcell.Style) {
	if x < 0 || y < 0 || x >= s.w || y >= s.h {
		return
	}
	c := cell{main: primary, width: 1}
	if primary < 0x20 || primary >= 0x7f || len(combining) > 0 {
		var w int
		c.main, c.comb, w = s.clean(primary, combining)
		c.width = uint16(w)
	}
	c.style = s.styles.over(style, s.cur[y*s.w+x].style)
	s.put(y*s.w, x, c)
}

// put stores a cell and repairs the wide characters it cuts in half.
func (s *Screen) put(row, x int, c cell) {
	line := s.cur[row : row+s.w]
	if line[x].width == 0 && x > 0 {
		line[x-1] = cell{main: ' ', style: line[x-1].style, width: 1}
	}
	if line[x].width == 2 && x+1 < s.w {
		line[x+1] = cell{main: ' ', style: line[x+1].style, width: 1}
	}
	if c.width == 2 {
		if x+1 == s.w {
			line[x] = cell{main: ' ', style: c.style, width: 1}
			return
		}
		if line[x+1].width == 2 && x+2 < s.w {
			line[x+2] = cell{main: ' ', style: line[x+2].style, width: 1}
		}
		line[x+1] = cell{style: c.style}
	}
	line[x] = c
}

// SetCell is SetContent in its oldest form.
func (s *Screen) SetCell(x, y int, style tcell.Style, ch ...rune) {
	if len(ch) == 0 {
		ch = []rune{' '}
	}
	s.SetContent(x, y, ch[0], ch[1:], style)
}

// Put writes the first cluster of str and returns the rest and its columns.
func (s *Screen) Put(x, y int, str string, style tcell.Style) (string, int) {
	if str == "" {
		return "", 0
	}
	var c cluster
	next(str, 0, false, &c)
	s.SetContent(x, y, c.main, c.comb[:c.n], style)
	return str[c.size:], c.w
}

// PutStr writes str in the default style.
func (s *Screen) PutStr(x, y int, str string) { s.PutStrStyled(x, y, str, tcell.StyleDefault) }

// PutStrStyled writes str up to the right border of the screen.
func (s *Screen) PutStrStyled(x, y int, str string, style tcell.Style) {
	for str != "" && x < s.w {
		var n int
		str, n = s.Put(x, y, str, style)
		x += n
	}
}

// Get returns what SetContent stored, after cleaning.
func (s *Screen) Get(x, y int) (string, tcell.Style, int) {
	main, comb, style, w := s.GetContent(x, y)
	if main == 0 {
		return "", style, w
	}
	return string(append([]rune{main}, comb...)), style, w
}

// GetContent returns what SetContent stored, after cleaning. The right half of
// a wide character reads as a space.
func (s *Screen) GetContent(x, y int) (rune, []rune, tcell.Style, int) {
	if x < 0 || y < 0 || x >= s.w || y >= s.h {
		return 0, nil, tcell.StyleDefault, 0
	}
	c := s.cur[y*s.w+x]
	if c.width == 0 {
		return ' ', nil, s.styles.list[c.style], 1
	}
	return c.main, c.combining(), s.styles.list[c.style], int(c.width)
}

// combining returns the combining runes in memory of their own.
func (c *cell) combining() []rune {
	var comb []rune
	for _, r := range c.comb {
		if r == 0 {
			break
		}
		comb = append(comb, r)
	}
	return comb
}

// ShowCursor moves the cursor.
func (s *Screen) ShowCursor(x, y int) {
	s.moved = true
	s.Screen.ShowCursor(x, y)
}

// HideCursor hides the cursor.
func (s *Screen) HideCursor() {
	s.moved = true
	s.Screen.HideCursor()
}

// Show sends the cells that changed since the last Show. A frame without any
// change is not sent at all.
func (s *Screen) Show() {
	w, h := s.Screen.Size()
	n := s.forward(min(w, s.w), min(h, s.h))
	s.frames.Add(1)
	if n == 0 && !s.moved && w == s.w && h == s.h {
		s.skipped.Add(1)
		return
	}
	s.moved = false
	s.cells.Add(uint64(n))
	s.Screen.Show()
}

// Sync sends everything, for a terminal that somebody else wrote to.
func (s *Screen) Sync() {
	s.full = true
	w, h := s.Screen.Size()
	s.cells.Add(uint64(s.forward(min(w, s.w), min(h, s.h))))
	s.frames.Add(1)
	s.moved = false
	s.Screen.Sync()
}

// Resume comes back from Suspend, which emptied the cells of the real screen
// without a change of size.
func (s *Screen) Resume() error {
	s.full = true
	return s.Screen.Resume()
}

// asciiCells are the strings of the ASCII cells, so that most cells cost no
// allocation on their way.
const asciiCells = " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~"

// forward hands the changed cells of the upper left w x h cells on and returns
// their number.
func (s *Screen) forward(w, h int) int {
	n := 0
	for y := range h {
		row := y * s.w
		cur, prev := s.cur[row:row+w], s.prev[row:row+w]
		for x := range cur {
			c := &cur[x]
			if *c == prev[x] && !s.full || c.width == 0 {
				continue
			}
			n++
			style := s.styles.list[c.style]
			switch {
			case c.comb[0] != 0:
				s.Screen.Put(x, y, c.text(), style)
			case c.main < 0x7f:
				s.Screen.Put(x, y, asciiCells[c.main-' ':c.main-' '+1], style)
			default:
				s.Screen.Put(x, y, string(c.main), style)
			}
		}
		copy(prev, cur)
	}
	s.full = false
	return n
}

// text is the cell as a string.
func (c *cell) text() string {
	b := utf8.AppendRune(make([]byte, 0, 16), c.main)
	for _, r := range c.comb {
		if r == 0 {
			break
		}
		b = utf8.AppendRune(b, r)
	}
	return string(b)
}

// SetTitle sets the window title without unprintable characters, at most 80
// runes of it.
func (s *Screen) SetTitle(title string) {
	clean := []rune(string(Sanitize(nil, []byte(title))))
	s.Screen.SetTitle(string(clean[:min(len(clean), maxTitle)]))
}

// SetClipboard forwards at most [MaxClipboard] bytes; longer text is refused as
// a whole, since half of it would be worse than none.
func (s *Screen) SetClipboard(data []byte) {
	if len(data) <= MaxClipboard {
		s.Screen.SetClipboard(data)
	}
}

// Stats returns the counters. It is safe for concurrent use.
func (s *Screen) Stats() ScreenStats {
	return ScreenStats{Frames: s.frames.Load(), Skipped: s.skipped.Load(), Cells: s.cells.Load()}
}

// Text returns the frame as it was last drawn, one string per row. Each row
// covers the full width; a wide character stands for two columns.
func (s *Screen) Text() []string {
	rows := make([]string, s.h)
	for y := range rows {
		var b []byte
		for x := range s.w {
			if c := &s.cur[y*s.w+x]; c.width > 0 {
				b = append(b, c.text()...)
			}
		}
		rows[y] = string(b)
	}
	return rows
}

// StyleGrid returns one letter per row and column of the frame, as letter (see
// [Theme.Letter]) names the style.
func (s *Screen) StyleGrid(letter func(tcell.Style) byte) []string {
	rows := make([]string, s.h)
	for y := range rows {
		b := make([]byte, s.w)
		for x := range b {
			b[x] = letter(s.styles.list[s.cur[y*s.w+x].style])
		}
		rows[y] = string(b)
	}
	return rows
}
