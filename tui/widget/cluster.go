package widget

import (
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// maxComb is the number of combining runes kept in one cell: enough for every
// living script, too few to grow a cell without bound.
const maxComb = 4

// clusterWindow bounds the bytes of one grapheme cluster that are looked at, so
// that a run of combining marks costs linear time.
const clusterWindow = 64

// cluster is one piece of text that occupies its own cells.
type cluster struct {
	main rune
	comb [maxComb]rune
	n    int  // used in comb
	w    int  // columns, 1 or 2
	size int  // bytes of the text
	bad  bool // unprintable: raw says what it was
	raw  rune // the rune, or the byte if the text is not UTF-8 there
	byt  bool // raw is a lone byte
}

// isBidi reports the characters that reorder the text around them.
func isBidi(r rune) bool {
	switch {
	case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
		return true
	}
	return r == 0x200e || r == 0x200f || r == 0x061c
}

// isRegional reports half of a flag. Alone it would join another half in the
// next cell.
func isRegional(r rune) bool { return r >= 0x1f1e6 && r <= 0x1f1ff }

// isControl reports C0, DEL and C1.
func isControl(r rune) bool { return r < 0x20 || r >= 0x7f && r < 0xa0 }

// startsCluster reports a byte that cannot continue the cluster before it:
// ASCII and the lead bytes of U+4000..U+9FFF.
func startsCluster(b byte) bool { return b < 0x80 || b >= 0xe4 && b <= 0xe9 }

// next reads the cluster at text[i]. In list mode (escaped false) the cluster
// takes the marks it drops with it; in escaped mode it stops before them, so
// that nothing disappears.
func next[T ~string | ~[]byte](text T, i int, escaped bool, c *cluster) {
	b := text[i]
	*c = cluster{main: rune(b), w: 1, size: 1, raw: rune(b)}
	if b < 0x20 || b == 0x7f {
		c.main, c.bad = '.', true
		return
	}
	if b < 0x80 && (i+1 == len(text) || startsCluster(text[i+1])) {
		c.bad = b == '\\' && escaped && i+1 < len(text) && afterBackslash(text[i+1])
		return
	}
	if b == '\\' && escaped {
		c.bad = true
		return
	}
	var buf [clusterWindow]byte
	n := copy(buf[:], text[i:min(i+clusterWindow, len(text))])
	r, size := utf8.DecodeRune(buf[:n])
	if r == utf8.RuneError && size <= 1 {
		c.main, c.bad, c.byt = utf8.RuneError, true, true
		return
	}
	c.main, c.raw, c.size = r, r, size
	switch {
	case r >= 0x4000 && r <= 0x9fff && r&^0x3f != 0x4dc0 && (i+3 == len(text) || startsCluster(text[i+3])):
		c.w = 2 // CJK; the hexagrams U+4DC0.. are left to the tables
		return
	case r == 0x3000: // ideographic space
	case !unicode.IsPrint(r), unicode.Is(unicode.M, r): // a mark without a base joins the cell before it
		c.main, c.bad = utf8.RuneError, true
		if unicode.Is(unicode.Zs, r) && !escaped {
			c.main, c.bad = ' ', false
		}
		if isControl(r) {
			c.main = '.'
		}
		return
	}
	g, _, w, _ := uniseg.FirstGraphemeCluster(buf[:n], -1)
	c.gather(g, size, w, escaped)
	if c.w == 0 || c.w > 2 || c.n == 0 && isRegional(r) {
		*c = cluster{main: utf8.RuneError, w: 1, size: size, bad: true, raw: r}
	}
	if !escaped {
		c.size += marks(text, i+c.size)
	}
}

// gather takes over the combining runes of the cluster g, whose first rune has
// size bytes and which is w columns wide.
func (c *cluster) gather(g []byte, size, w int, escaped bool) {
	var ends [maxComb + 1]int
	ends[0] = size
	at, cut := size, false
	for at < len(g) {
		r, n := utf8.DecodeRune(g[at:])
		if c.n == maxComb || !unicode.IsPrint(r) || r == utf8.RuneError {
			cut = true
			break
		}
		c.comb[c.n] = r
		c.n++
		at += n
		ends[c.n] = at
	}
	c.w = w
	if cut || w > 2 {
		for c.w = cellWidth(c.main, c.comb[:c.n]); c.w > 2 && c.n > 0; c.w = cellWidth(c.main, c.comb[:c.n]) {
			c.n--
		}
	}
	c.size = len(g)
	if escaped {
		c.size = ends[c.n]
	}
}

// marks returns the bytes of combining marks at text[i:].
func marks[T ~string | ~[]byte](text T, i int) int {
	start := i
	for i < len(text) && text[i] >= 0x80 && !startsCluster(text[i]) {
		var buf [utf8.UTFMax]byte
		n := copy(buf[:], text[i:min(i+utf8.UTFMax, len(text))])
		r, size := utf8.DecodeRune(buf[:n])
		if !unicode.Is(unicode.M, r) {
			break
		}
		i += size
	}
	return i - start
}

// cellWidth measures what a cell holds the way tcell does; 0 if it is not one
// grapheme cluster with a width.
func cellWidth(main rune, comb []rune) int {
	var buf [(maxComb + 1) * utf8.UTFMax]byte
	n := utf8.EncodeRune(buf[:], main)
	for _, r := range comb {
		n += utf8.EncodeRune(buf[n:], r)
	}
	g, _, w, _ := uniseg.FirstGraphemeCluster(buf[:n], -1)
	if len(g) != n {
		return 0
	}
	return w
}

// afterBackslash reports a byte that makes the backslash before it ambiguous: it
// looks like an escape itself or may be shown as one.
func afterBackslash(b byte) bool { return b < 0x20 || b >= 0x7f || needsBackslash(b) }

// needsBackslash reports a byte after a backslash that would make it look like
// one of our escapes.
func needsBackslash(b byte) bool {
	switch b {
	case 'n', 't', 'r', 'x', 'u', 'U', '\\':
		return true
	}
	return false
}

const hexDigits = "0123456789abcdef"

// appendEscape appends the escape of a bad cluster: \n, \t, \r, \\, \xNN for a
// byte (ASCII control or not UTF-8), \uNNNN or \UNNNNNNNN for a character. With
// the rule of afterBackslash the escaped form has exactly one reading.
func (c *cluster) appendEscape(dst []byte) []byte {
	r := c.raw
	switch {
	case r == '\n':
		return append(dst, `\n`...)
	case r == '\t':
		return append(dst, `\t`...)
	case r == '\r':
		return append(dst, `\r`...)
	case r == '\\':
		return append(dst, `\\`...)
	case c.byt || r < 0x80:
		return append(dst, '\\', 'x', hexDigits[r>>4&15], hexDigits[r&15])
	}
	shift := 12
	dst = append(dst, '\\', 'u')
	if r > 0xffff {
		dst[len(dst)-1] = 'U'
		shift = 28
	}
	for ; shift >= 0; shift -= 4 {
		dst = append(dst, hexDigits[r>>shift&15])
	}
	return dst
}
