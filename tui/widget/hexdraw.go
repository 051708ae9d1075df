package widget

import (
	"encoding/binary"
	"fmt"
	"io"
	"sort"
	"strings"
	"time"

	"github.com/gdamore/tcell/v2"
)

// hexShape is how a row is laid out: offset, two blanks, the bytes in groups of
// eight, two blanks, the text.
type hexShape struct {
	per    int  // bytes per row
	digits int  // of the offset
	text   bool // there is a text column
}

// hexAt and textAt are the columns of byte i.
func (s hexShape) hexAt(i int) int  { return s.digits + 2 + i*3 + i/8 }
func (s hexShape) textAt(i int) int { return s.hexAt(s.per-1) + 4 + i }

func (s hexShape) width() int {
	if s.text {
		return s.textAt(s.per)
	}
	return s.hexAt(s.per-1) + 2
}

// byteAt returns the byte of the row at a column, -1 for none.
func (s hexShape) byteAt(x int) int {
	for i := range s.per {
		if at := s.hexAt(i); x >= at && x < at+2 || s.text && x == s.textAt(i) {
			return i
		}
	}
	return -1
}

// fitHex chooses the most bytes per row that fit into w columns for n bytes.
func fitHex(w int, n int64) hexShape {
	digits := 4
	for d := n - 1; digits < 15 && d>>(4*digits) > 0; {
		digits += 2
	}
	for _, text := range []bool{true, false} {
		for _, per := range []int{32, 16, 8, 4, 2, 1} {
			if s := (hexShape{per, digits, text}); s.width() <= w && (per >= 4 || !text) {
				return s
			}
		}
	}
	return hexShape{1, digits, false}
}

// textBefore is how many bytes before the first visible one are read to find
// the start of its character.
const textBefore = 256

// Draw implements tview.Primitive.
func (h *Hex) Draw(s tcell.Screen) {
	h.DrawForSubclass(s, h)
	x, y, w, rows := h.GetInnerRect()
	if w <= 0 || rows <= 0 {
		return
	}
	n := h.len()
	if n == 0 && h.note == "" {
		drawEmpty(s, x, y, w, rows, h.empty, h.theme)
		return
	}
	inspect := rows >= 4 && n > 0
	if inspect {
		rows--
	}
	shape := fitHex(w, n)
	if shape != h.shape || rows != h.height {
		visible := h.cursor >= h.top && h.cursor < h.top+int64(h.height)*h.per()
		h.shape, h.height = shape, rows
		h.setTop(h.top / h.per())
		if visible {
			h.reveal()
		}
	}
	before := min(h.top, textBefore)
	data := h.read(h.top-before, int(before)+rows*shape.per+4)
	h.decodeText(data, int(before))
	data = data[min(int(before), len(data)):]
	line := 0
	for ; line < rows && h.top+int64(line*shape.per) < n; line++ {
		h.drawRow(s, x, y+line, w, line, data)
	}
	if h.note != "" && line < rows && h.top+int64(line)*h.per() >= n {
		Paint(s, x, y+line, w, h.note, h.theme.Style(RoleWarning))
	}
	if inspect {
		h.inspect(s, x, y+rows, w)
	}
}

// read returns up to n bytes at off, in a buffer that is reused.
func (h *Hex) read(off int64, n int) []byte {
	if cap(h.buf) < n {
		h.buf = make([]byte, n)
	}
	got, err := h.bytes.ReadAt(h.buf[:n], off)
	if err != nil && err != io.EOF {
		got = 0
	}
	return h.buf[:min(max(got, 0), n)]
}

// drawRow paints one row; data starts at the first visible byte.
func (h *Hex) drawRow(s tcell.Screen, x, y, w, line int, data []byte) {
	first := line * h.shape.per
	off := h.top + int64(first)
	dim := h.theme.Style(RoleDim)
	for i := range h.shape.digits {
		if i < w {
			s.SetContent(x+i, y, rune(hexDigits[off>>(4*(h.shape.digits-1-i))&15]), nil, dim)
		}
	}
	hit := sort.Search(len(h.hits), func(i int) bool { return h.hits[i].Off+h.hits[i].Len > off })
	for i := range h.shape.per {
		at := off + int64(i)
		if at >= h.len() {
			return
		}
		for hit < len(h.hits) && h.hits[hit].Off+h.hits[hit].Len <= at {
			hit++
		}
		isHit := hit < len(h.hits) && h.hits[hit].has(at)
		var tc textCell
		hi, lo, role := '?', '?', RoleError // the bytes could not be read
		if first+i < len(data) {
			b := data[first+i]
			hi, lo, role = rune(hexDigits[b>>4]), rune(hexDigits[b&15]), RoleNormal
			if b == 0 {
				role = RoleDim
			}
			tc = h.texts[first+i]
		}
		style := h.layer(role, at, isHit)
		cx := h.shape.hexAt(i)
		if cx+1 < w {
			s.SetContent(x+cx, y, hi, nil, style)
			s.SetContent(x+cx+1, y, lo, nil, style)
			// The gap inside of a range belongs to it.
			if i+1 < h.shape.per && h.mark.has(at) && h.mark.has(at+1) && at+1 < h.len() {
				FillLine(s, x+cx+2, y, h.shape.hexAt(i+1)-cx-2, h.theme.Style(RoleRange))
			}
		}
		if h.shape.text {
			h.drawText(s, x+h.shape.textAt(i), y, i, tc, at, isHit)
		}
	}
}

// layer is the style of a byte; later layers win.
func (h *Hex) layer(role Role, at int64, hit bool) tcell.Style {
	style := h.theme.Style(role)
	if hit {
		style = h.theme.Style(RoleHit)
	}
	if h.mark.has(at) {
		style = h.theme.Style(RoleRange)
	}
	if at == h.cursor {
		style = h.theme.Style(RoleCursor).Bold(true).Underline(h.mark.has(at))
	}
	return style
}

// drawText paints the text of byte i of a row.
func (h *Hex) drawText(s tcell.Screen, x, y, i int, tc textCell, at int64, hit bool) {
	role, r := RoleNormal, tc.r
	switch {
	case tc.part == partHidden:
		return // under a wide character
	case r == 0, tc.w == 2 && i+1 >= h.shape.per:
		r, role = '.', RoleDim
	}
	s.SetContent(x, y, r, nil, h.layer(role, at, hit))
}

// inspect paints the line that reads the bytes at the cursor as numbers.
func (h *Hex) inspect(s tcell.Screen, x, y, w int) {
	var b [8]byte
	n, err := h.bytes.ReadAt(b[:], h.cursor)
	if err != nil && err != io.EOF {
		Paint(s, x, y, w, "cannot read: "+err.Error(), h.theme.Style(RoleError))
		return
	}
	text := inspectLine(b[:min(max(n, 0), 8)], h.cursor, h.mark, h.field)
	if h.enc != EncodingASCII {
		text = h.enc.String() + "  " + text
	}
	Paint(s, x, y, w, text, h.theme.Style(RoleHint))
}

// inspectLine reads up to eight bytes at off. All numbers are big endian, as in
// the protocol.
func inspectLine(b []byte, off int64, mark ByteRange, field string) string {
	var t strings.Builder
	fmt.Fprintf(&t, "at 0x%04x = %d", off, off)
	if mark.Len > 0 {
		fmt.Fprintf(&t, "  len %d", mark.Len)
	}
	if field != "" {
		fmt.Fprintf(&t, "  %s", field)
	}
	if len(b) >= 1 {
		fmt.Fprintf(&t, "  u8 %d", b[0])
	}
	if len(b) >= 2 {
		fmt.Fprintf(&t, "  u16 %d", binary.BigEndian.Uint16(b))
	}
	if len(b) >= 4 {
		v := binary.BigEndian.Uint32(b)
		fmt.Fprintf(&t, "  u32 %d", v)
		if int32(v) < 0 {
			fmt.Fprintf(&t, "  i32 %d", int32(v))
		}
	}
	if len(b) >= 8 {
		v := binary.BigEndian.Uint64(b)
		fmt.Fprintf(&t, "  u64 %d", v)
		if at := time.UnixMilli(int64(v)).UTC(); v < 1<<63 && at.Year() >= 2000 && at.Year() < 2100 {
			fmt.Fprintf(&t, "  time %s", at.Format("2006-01-02 15:04:05.000Z"))
		}
	}
	return t.String()
}
