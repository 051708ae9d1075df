package widget

import (
	"bytes"
	"unicode/utf8"
)

// softBreak is the grid, in bytes, on which a line without a newline is broken:
// no piece is longer than twice this, so that the work for one screen is
// bounded whatever the text.
const softBreak = 64 << 10

// tabStop is the distance of tab stops in columns.
const tabStop = 4

// textLines finds lines and screen rows in a text of any size without an index:
// everything is worked out from the bytes around the place that is looked at. A
// row is known by the offset of its first byte.
type textLines struct {
	text  []byte
	enc   Encoding // of text: UTF-8 or GBK
	width int      // columns of a row; 0 = lines are not wrapped

	// The rows of the line that was asked for last.
	from, to  int
	lineRows  []int
	rowsWidth int
	valid     bool

	// A run of bytes in GBK that may all be lead bytes: where in it characters begin depends on where it does.
	runFrom, runTo int
}

// isBreak reports whether a piece begins at the grid point b: no newline is in
// the softBreak bytes before it or at it.
func (t *textLines) isBreak(b int) bool {
	return b < len(t.text) && t.text[b] != '\n' && bytes.IndexByte(t.text[b-softBreak:b], '\n') < 0
}

// aligned moves a grid point to the start of the character it may be inside of.
func (t *textLines) aligned(b int) int {
	if t.enc == EncodingGBK {
		return t.alignedGBK(b)
	}
	for i := b; i > b-utf8.UTFMax && i > 0; i-- {
		if i < len(t.text) && utf8.RuneStart(t.text[i]) {
			return i
		}
	}
	return b
}

// start returns the start of the line (or piece of a line) that holds off.
func (t *textLines) start(off int) int {
	off = min(max(off, 0), len(t.text))
	if t.valid && off >= t.from && (off < t.to || t.to < 0) {
		return t.from
	}
	low := max(off-2*softBreak, 0)
	at := low
	if i := bytes.LastIndexByte(t.text[low:off], '\n'); i >= 0 {
		at = low + i + 1
	}
	// The last grid point up to off may begin a piece of its own.
	for b := off - off%softBreak + softBreak; b > at && b >= softBreak; b -= softBreak {
		if a := t.aligned(b); a <= off && a > at && t.isBreak(b) {
			return a
		}
	}
	return at
}

// end returns the end of the line that starts at off, without its newline, and
// the start of the next; next is -1 behind the last.
func (t *textLines) end(off int) (end, next int) {
	high := min(off+2*softBreak, len(t.text))
	end, next = high, -1
	if i := bytes.IndexByte(t.text[off:high], '\n'); i >= 0 {
		end, next = off+i, off+i+1
	}
	for b := off - off%softBreak + softBreak; b <= end && b < len(t.text); b += softBreak {
		if a := t.aligned(b); a > off && t.isBreak(b) {
			return a, a
		}
	}
	if next >= 0 && end > off && t.text[end-1] == '\r' {
		end--
	}
	return end, next
}

// rows returns the offsets of the rows of the line that starts at from.
func (t *textLines) rows(from int) []int {
	if t.valid && t.from == from && t.rowsWidth == t.width {
		return t.lineRows
	}
	end, next := t.end(from)
	t.from, t.to, t.rowsWidth, t.valid = from, next, t.width, true
	t.lineRows = append(t.lineRows[:0], from)
	if t.width <= 0 {
		return t.lineRows
	}
	var c cluster
	col := 0
	for i := from; i < end; i += c.size {
		t.next(end, i, col, &c)
		if col+c.w > t.width && col > 0 {
			t.lineRows = append(t.lineRows, i)
			col = 0
			t.next(end, i, col, &c)
		}
		col += c.w
	}
	return t.lineRows
}

// next reads the cluster at i of the line that ends at end, in detail mode: w is the columns of the whole escape, or of the
// tab at column col.
func (t *textLines) next(end, i, col int, c *cluster) {
	if t.enc == EncodingGBK {
		nextGBK(t.text[i:end], c)
	} else {
		next(t.text[:end], i, true, c)
	}
	switch {
	case c.raw == '\t' && c.bad:
		c.w = tabStop - col%tabStop
	case c.bad:
		var lit [10]byte
		c.w = len(c.appendEscape(lit[:0]))
	}
}

// row returns the start of the row that holds off.
func (t *textLines) row(off int) int {
	rows := t.rows(t.start(off))
	i := len(rows) - 1
	for i > 0 && rows[i] > off {
		i--
	}
	return rows[i]
}

// step goes n rows down, or up if n is negative, from the row at off, and stops
// at the first and the last row.
func (t *textLines) step(off, n int) int {
	from := t.start(off)
	rows := t.rows(from)
	i := 0
	for i+1 < len(rows) && rows[i+1] <= off {
		i++
	}
	for i+n >= len(rows) {
		next := t.to
		if next < 0 || next >= len(t.text) {
			return rows[len(rows)-1]
		}
		n -= len(rows) - i
		from, i = next, 0
		rows = t.rows(from)
	}
	for i+n < 0 {
		if from == 0 {
			return 0
		}
		n += i + 1
		from = t.start(from - 1)
		rows = t.rows(from)
		i = len(rows) - 1
	}
	return rows[i+n]
}

// rowEnd returns the end of the row at off, without a newline.
func (t *textLines) rowEnd(off int) int {
	from := t.start(off)
	for _, at := range t.rows(from) {
		if at > off {
			return at
		}
	}
	end, _ := t.end(from)
	return end
}
