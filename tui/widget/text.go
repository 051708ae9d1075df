package widget

import (
	"unicode/utf8"

	"github.com/gdamore/tcell/v2"
)

// ellipsis marks cut text. A [Screen] in ASCII mode shows it as '~'.
const ellipsis = '…'

// Paint paints one line of text at (x, y) into at most maxW columns and returns
// the columns used. It is list mode: a control character becomes '.', anything
// else that cannot be shown (invalid UTF-8, bidi controls, zero-width
// characters) U+FFFD. Text that does not fit ends in an ellipsis; a wide
// character is never split. There are no tags. The text is not kept.
func Paint[T ~string | ~[]byte](s tcell.Screen, x, y, maxW int, text T, style tcell.Style) int {
	return paint(s, x, y, maxW, 0, text, style, style, false)
}

// PaintRight is [Paint] with the text at the right end of the maxW columns. The
// columns to the left of it are not touched.
func PaintRight[T ~string | ~[]byte](s tcell.Screen, x, y, maxW int, text T, style tcell.Style) int {
	w, fits := measure(text, maxW, false)
	if !fits {
		w = maxW
	}
	return paint(s, x+maxW-w, y, w, 0, text, style, style, false)
}

// PaintEscaped is [Paint] in detail mode: what cannot be shown appears as \n,
// \t, \r, \xNN (a byte), \uNNNN or \UNNNNNNNN (a character) in the style esc,
// and a backslash that could be taken for one of these as \\, so that two
// different texts never look the same. skip columns are left out at the start.
func PaintEscaped[T ~string | ~[]byte](s tcell.Screen, x, y, maxW, skip int, text T, style, esc tcell.Style) int {
	return paint(s, x, y, maxW, skip, text, style, esc, true)
}

// paint is the one place where text becomes cells.
func paint[T ~string | ~[]byte](s tcell.Screen, x, y, maxW, skip int, text T, style, esc tcell.Style, escaped bool) int {
	if maxW <= 0 {
		return 0
	}
	var c cluster
	col, cut := -max(skip, 0), 0 // cut: where an ellipsis would go
	for i := 0; i < len(text); i += c.size {
		next(text, i, escaped, &c)
		if c.bad && escaped {
			var lit [10]byte
			for _, b := range c.appendEscape(lit[:0]) {
				if col >= maxW {
					return paintCut(s, x, y, cut, maxW, style)
				}
				if col >= 0 {
					s.SetContent(x+col, y, rune(b), nil, esc)
				}
				if col++; col < maxW {
					cut = max(col, 0)
				}
			}
			continue
		}
		if col+c.w > maxW {
			return paintCut(s, x, y, cut, maxW, style)
		}
		switch {
		case col >= 0 && c.n == 0:
			s.SetContent(x+col, y, c.main, nil, style)
		case col >= 0:
			// A copy, or every call would pay for c on the heap.
			s.SetContent(x+col, y, c.main, append([]rune(nil), c.comb[:c.n]...), style)
		case col+c.w > 0:
			s.SetContent(x, y, ' ', nil, style) // right half of a wide character
		}
		if col += c.w; col < maxW {
			cut = max(col, 0)
		}
	}
	return max(col, 0)
}

// paintCut ends a text that does not fit.
func paintCut(s tcell.Screen, x, y, cut, maxW int, style tcell.Style) int {
	s.SetContent(x+cut, y, ellipsis, nil, style)
	FillLine(s, x+cut+1, y, maxW-cut-1, style)
	return maxW
}

// FillLine writes w spaces.
func FillLine(s tcell.Screen, x, y, w int, style tcell.Style) {
	for i := range max(w, 0) {
		s.SetContent(x+i, y, ' ', nil, style)
	}
}

// Rule draws a horizontal line of w columns with a title in it: "── title ──".
// The title is painted as by [Paint].
func Rule(s tcell.Screen, x, y, w int, title string, line, text tcell.Style) {
	for i := range max(w, 0) {
		s.SetContent(x+i, y, tcell.RuneHLine, nil, line)
	}
	if title == "" || w < 8 {
		return
	}
	s.SetContent(x+2, y, ' ', nil, line)
	n := Paint(s, x+3, y, w-6, title, text)
	s.SetContent(x+3+n, y, ' ', nil, line)
}

// Width returns the columns that [Paint] needs for the whole text.
func Width[T ~string | ~[]byte](text T) int {
	w, _ := measure(text, len(text)*2, false)
	return w
}

// WidthEscaped returns the columns that [PaintEscaped] needs for the whole text.
func WidthEscaped[T ~string | ~[]byte](text T) int {
	w, _ := measure(text, len(text)*10, true)
	return w
}

// measure returns the columns of text and whether they are at most maxW; it
// stops counting behind maxW.
func measure[T ~string | ~[]byte](text T, maxW int, escaped bool) (int, bool) {
	var c cluster
	w := 0
	for i := 0; i < len(text); i += c.size {
		next(text, i, escaped, &c)
		if c.bad && escaped {
			var lit [10]byte
			w += len(c.appendEscape(lit[:0]))
		} else {
			w += c.w
		}
		if w > maxW {
			return w, false
		}
	}
	return w, true
}

// Sanitize appends to dst what [Paint] would show of src: valid UTF-8 without
// control, bidi or zero-width characters.
func Sanitize(dst, src []byte) []byte {
	return appendSafe(dst, src, len(src)*2, false)
}

// safeTextWidth is where [SafeText] cuts.
const safeTextWidth = 200

// SafeText makes hostile text harmless for stock tview widgets, which parse
// tags: it is sanitized as by [Sanitize], cut at 200 columns, and every '[' is
// followed by U+200B, at which tview's tag parser gives up at once and which is
// not drawn. tview.Escape is not enough: it lets URL tags pass.
func SafeText(text string) string {
	return string(appendSafe(make([]byte, 0, min(len(text), 4*safeTextWidth)+8), text, safeTextWidth, true))
}

// appendSafe appends at most maxW columns of text.
func appendSafe[T ~string | ~[]byte](dst []byte, text T, maxW int, brackets bool) []byte {
	var c cluster
	w := 0
	for i := 0; i < len(text); i += c.size {
		next(text, i, false, &c)
		if w += c.w; w > maxW {
			return append(dst, string(ellipsis)...)
		}
		dst = utf8.AppendRune(dst, c.main)
		for _, r := range c.comb[:c.n] {
			dst = utf8.AppendRune(dst, r)
		}
		if brackets && c.main == '[' {
			dst = append(dst, "\u200b"...)
		}
	}
	return dst
}
