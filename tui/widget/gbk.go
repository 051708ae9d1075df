package widget

import (
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// gbkRune reads the character of two bytes at the start of b, whose first is no
// ASCII; utf8.RuneError and 1 if there is none.
func gbkRune(b []byte) (rune, int) {
	if len(b) < 2 {
		return utf8.RuneError, 1
	}
	var out [utf8.UTFMax]byte
	n, used, err := simplifiedchinese.GBK.NewDecoder().Transform(out[:], b[:2], true)
	if err != nil || used != 2 {
		return utf8.RuneError, 1
	}
	r, got := utf8.DecodeRune(out[:n])
	if got != n || r == utf8.RuneError {
		return utf8.RuneError, 1
	}
	return r, 2
}

// nextGBK reads the cluster at the start of b in detail mode, as next does for
// UTF-8. A character of two bytes is one cluster with the character as raw.
func nextGBK(b []byte, c *cluster) {
	if b[0] < 0x80 {
		// What follows must not be taken for UTF-8.
		n := 1
		if len(b) > 1 && b[1] < 0x80 {
			n = 2
		}
		next(b[:n], 0, true, c)
		if b[0] == '\\' && n < len(b) && n == 1 {
			c.bad = true // an escape may follow
		}
		return
	}
	r, size := gbkRune(b)
	if size == 1 {
		*c = cluster{main: utf8.RuneError, w: 1, size: 1, bad: true, raw: rune(b[0]), byt: true}
		return
	}
	var out [utf8.UTFMax]byte
	next(utf8.AppendRune(out[:0], r), 0, true, c)
	c.size = size
}

// alignedGBK moves the offset b to the start of the character it may be inside
// of. A byte below 0x81 ends a character whatever stands before it; behind it
// come pairs.
func (t *textLines) alignedGBK(b int) int {
	from := min(b, len(t.text))
	for from > 0 && t.text[from-1] >= 0x81 {
		if from > t.runFrom && from <= t.runTo {
			from = t.runFrom
			break
		}
		from--
	}
	if b-from > t.runTo-t.runFrom {
		t.runFrom, t.runTo = from, b
	}
	return b - (b-from)%2
}
