package widget

import (
	"unicode"
	"unicode/utf8"

	"github.com/gdamore/tcell/v2"
)

// maxStyles bounds the styles of a frame; more start a new table.
const maxStyles = 4096

// styleTable numbers the styles in use, so that a cell needs two bytes for its
// style and cells compare quickly.
type styleTable struct {
	mono bool
	list []tcell.Style
	ids  map[tcell.Style]uint16

	// The last answer: runs of one style are the rule.
	last   tcell.Style
	lastID uint16
}

func (t *styleTable) reset() {
	t.list = t.list[:0]
	t.ids = make(map[tcell.Style]uint16)
	t.last = tcell.StyleDefault
	t.lastID = t.add(tcell.StyleDefault)
}

// crowded reports that the table should be started anew at the next frame.
func (t *styleTable) crowded() bool { return len(t.list) > maxStyles }

func (t *styleTable) add(s tcell.Style) uint16 {
	if id, ok := t.ids[s]; ok {
		return id
	}
	if len(t.list) > 0xffff {
		return 0
	}
	id := uint16(len(t.list))
	t.list = append(t.list, s)
	t.ids[s] = id
	return id
}

// id returns the number of a style without its hyperlink and, in mono, its
// colours.
func (t *styleTable) id(s tcell.Style) uint16 {
	if s == t.last {
		return t.lastID
	}
	t.last, t.lastID = s, t.add(plainStyle(s, t.mono))
	return t.lastID
}

// over is id for a style drawn over another one: tcell.ColorNone means "keep
// the colour that is there".
func (t *styleTable) over(s tcell.Style, below uint16) uint16 {
	if s == t.last {
		return t.lastID
	}
	fg, bg, _ := s.Decompose()
	if fg != tcell.ColorNone && bg != tcell.ColorNone {
		return t.id(s)
	}
	bfg, bbg, _ := t.list[below].Decompose()
	if fg == tcell.ColorNone {
		s = s.Foreground(bfg)
	}
	if bg == tcell.ColorNone {
		s = s.Background(bbg)
	}
	return t.id(s)
}

// plainStyle builds the style anew from the parts that are wanted. A hyperlink
// cannot be read or removed from a tcell.Style in another way.
func plainStyle(s tcell.Style, mono bool) tcell.Style {
	fg, bg, attr := s.Decompose()
	if mono {
		// A background of its own marks what is selected or urgent.
		if bg != tcell.ColorDefault && bg != tcell.ColorBlack {
			attr |= tcell.AttrReverse
		}
		fg, bg = tcell.ColorDefault, tcell.ColorDefault
	}
	out := tcell.StyleDefault.Foreground(fg).Background(bg).Attributes(attr)
	if us := s.GetUnderlineStyle(); us != tcell.UnderlineStyleNone {
		out = out.Underline(us)
		if uc := s.GetUnderlineColor(); uc != tcell.ColorDefault && !mono {
			out = out.Underline(uc)
		}
	}
	return out
}

// clean returns what a cell may hold and its width, 1 or 2.
func (s *Screen) clean(main rune, comb []rune) (rune, [maxComb]rune, int) {
	var keep [maxComb]rune
	if main == 0 {
		return ' ', keep, 1
	}
	if s.opts.ASCII {
		if a := asciiFor(main); a != 0 {
			main = a
		}
	}
	if isControl(main) || isBidi(main) || !utf8.ValidRune(main) || main >= 0x300 && unicode.Is(unicode.M, main) {
		return s.replacement(), keep, 1
	}
	n := 0
	for _, r := range comb {
		// After a joiner terminals disagree about the width: the first part of
		// a joined emoji stands for the whole.
		if n == maxComb || r == 0x200d {
			break
		}
		if !isControl(r) && !isBidi(r) && r != 0x200b && r != 0xfeff && utf8.ValidRune(r) {
			keep[n] = r
			n++
		}
	}
	if n == 0 && main < 0x7f {
		return main, keep, 1
	}
	w := cellWidth(main, keep[:n])
	for w > 2 && n > 0 {
		n--
		keep[n] = 0
		w = cellWidth(main, keep[:n])
	}
	if w < 1 || w > 2 {
		if w = cellWidth(main, nil); w < 1 || w > 2 {
			return s.replacement(), [maxComb]rune{}, 1
		}
		n = 0
		keep = [maxComb]rune{}
	}
	if n == 0 && isRegional(main) {
		return s.replacement(), keep, 1
	}
	return main, keep, w
}

// replacement stands for what must not reach the terminal.
func (s *Screen) replacement() rune {
	if s.opts.ASCII {
		return '?'
	}
	return utf8.RuneError
}

// asciiFor returns the ASCII stand-in of the drawing characters that some
// terminals show in two columns, 0 for others.
func asciiFor(r rune) rune {
	switch {
	case r < 0x80:
		return 0
	case r == tcell.RuneHLine || r == '━' || r == '═' || r == '╌' || r == '┄':
		return '-'
	case r == tcell.RuneVLine || r == '┃' || r == '║' || r == '╎' || r == '┆':
		return '|'
	case r >= 0x2500 && r <= 0x257f:
		return '+'
	case r >= 0x2581 && r <= 0x2588: // lower one eighth to full block
		return rune(".:-=+*#@"[r-0x2581])
	case r >= 0x2589 && r <= 0x2593:
		return '#'
	}
	switch r {
	case ellipsis:
		return '~'
	case utf8.RuneError:
		return '?'
	case '·', '•':
		return '.'
	case '→', '▸', '▶', '►':
		return '>'
	case '←', '◂', '◀', '◄':
		return '<'
	case '↑', '▲', '▴':
		return '^'
	case '↓', '▼', '▾':
		return 'v'
	}
	return 0
}
