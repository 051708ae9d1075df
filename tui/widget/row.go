package widget

// Align says where a column's text stands.
type Align uint8

// The alignments.
const (
	AlignLeft Align = iota
	AlignRight
)

// Column describes one column of a [List]. Widths are in terminal columns,
// without the blank between two columns.
type Column struct {
	Title    string
	Width    int // wanted
	MinWidth int // the column is left out rather than made narrower; 0 = Width
	Align    Align
	Priority int // 0 is left out last, larger numbers earlier
	Flex     int // share of the columns that are left over; 0 = none
	Hidden   bool
}

// Row is what a [Model] fills for one line. It is reused for every line, its
// buffers too: a model that appends to them allocates nothing.
type Row struct {
	Role Role // of every column without a role of its own
	Mark rune // in the gutter; 0 = none

	wanted []bool
	cells  []rowCell
	whole  bool // one text takes the columns from `from` on
	from   int
}

type rowCell struct {
	text  []byte
	role  Role
	own   bool // role is set
	spans []rowSpan
}

type rowSpan struct {
	from, to int
	role     Role
}

// reset empties the row for n columns.
func (r *Row) reset(n int) {
	r.Role, r.Mark, r.whole = RoleNormal, 0, false
	for len(r.cells) < n {
		r.cells = append(r.cells, rowCell{})
	}
	for i := range r.cells {
		c := &r.cells[i]
		c.text, c.own, c.spans = c.text[:0], false, c.spans[:0]
	}
}

// Wants reports whether a column is on the screen. The text of others is not
// used, so that the model can save itself the work.
func (r *Row) Wants(col int) bool { return col >= 0 && col < len(r.wanted) && r.wanted[col] }

// Set sets the text of a column. It may be hostile: it is painted in list mode.
func (r *Row) Set(col int, text string) {
	if col >= 0 && col < len(r.cells) {
		r.cells[col].text = append(r.cells[col].text[:0], text...)
	}
}

// Buf returns the empty buffer of a column to append to; hand the result to
// [Row.Put].
func (r *Row) Buf(col int) []byte {
	if col >= 0 && col < len(r.cells) {
		return r.cells[col].text[:0]
	}
	return nil
}

// Put sets the text of a column to a slice grown from [Row.Buf]. The row owns it
// from then on.
func (r *Row) Put(col int, b []byte) {
	if col >= 0 && col < len(r.cells) {
		r.cells[col].text = b
	}
}

// Whole makes b, grown from the [Row.Buf] of a column, the text of that column
// and all behind it.
func (r *Row) Whole(col int, b []byte) {
	r.Put(col, b)
	r.whole, r.from = col >= 0 && col < len(r.cells), col
}

// SetRole gives a column a role of its own.
func (r *Row) SetRole(col int, role Role) {
	if col >= 0 && col < len(r.cells) {
		r.cells[col].role, r.cells[col].own = role, true
	}
}

// Span gives the bytes [from, to) of a column's text a role of their own. Spans
// of one column come in order and do not overlap.
func (r *Row) Span(col, from, to int, role Role) {
	if col >= 0 && col < len(r.cells) {
		r.cells[col].spans = append(r.cells[col].spans, rowSpan{from, to, role})
	}
}

// placed is a column with its place on the screen.
type placed struct {
	col, x, w int
}

// fitColumns chooses the columns for w terminal columns and gives them their
// place: as many as fit with their least width, the most important first; then
// up to their wanted width in the same order; the rest goes to the flexible
// ones. The skip columns after the first are left out (scrolled away), hidden
// ones do not count.
func fitColumns(cols []Column, w, skip int, out []placed) []placed {
	out = out[:0]
	n := 0
	for i := range cols {
		if cols[i].Hidden {
			continue
		}
		if n == 0 || n > skip {
			out = append(out, placed{col: i})
		}
		n++
	}
	// Insertion sort by priority: a dozen columns, no allocation.
	for i := 1; i < len(out); i++ {
		for j := i; j > 0 && cols[out[j].col].Priority < cols[out[j-1].col].Priority; j-- {
			out[j], out[j-1] = out[j-1], out[j]
		}
	}
	left := w
	n = 0
	for _, p := range out {
		least := leastWidth(&cols[p.col])
		if n > 0 {
			least++ // the blank before it
		}
		if n > 0 && least > left {
			break
		}
		p.w = min(least, left)
		if n > 0 {
			p.w--
		}
		left -= least
		out[n] = p
		n++
	}
	out = out[:n]
	left = max(left, 0)
	flex := 0
	for i := range out {
		c := &cols[out[i].col]
		more := min(max(c.Width-out[i].w, 0), left)
		out[i].w += more
		left -= more
		flex += c.Flex
	}
	for i := range out {
		if c := &cols[out[i].col]; c.Flex > 0 && left > 0 {
			more := left * c.Flex / flex
			out[i].w += more
			left -= more
			flex -= c.Flex
		}
	}
	for i := 1; i < len(out); i++ {
		for j := i; j > 0 && out[j].col < out[j-1].col; j-- {
			out[j], out[j-1] = out[j-1], out[j]
		}
	}
	x := 0
	for i := range out {
		out[i].x = x
		x += out[i].w + 1
	}
	return out
}

func leastWidth(c *Column) int {
	if c.MinWidth > 0 {
		return c.MinWidth
	}
	return max(c.Width, 1)
}
