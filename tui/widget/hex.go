package widget

import (
	"io"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"
)

// Bytes is what a [Hex] pane shows, of any size. It is read in the event loop,
// visible rows only, so it must answer without delay.
type Bytes interface {
	Len() int64
	io.ReaderAt
}

// ByteSlice is [Bytes] over a slice, which it borrows.
type ByteSlice []byte

// Len returns the number of bytes.
func (b ByteSlice) Len() int64 { return int64(len(b)) }

// ReadAt implements io.ReaderAt.
func (b ByteSlice) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 || off >= int64(len(b)) {
		return 0, io.EOF
	}
	n := copy(p, b[off:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// ByteRange is the bytes [Off, Off+Len).
type ByteRange struct{ Off, Len int64 }

func (r ByteRange) has(off int64) bool { return off >= r.Off && off-r.Off < r.Len }

// Encoding is how the text column of a [Hex] pane reads the bytes.
type Encoding uint8

// The encodings, in the order of the key e.
const (
	EncodingASCII Encoding = iota
	EncodingUTF8
	EncodingGBK
)

// String returns "ASCII", "UTF-8" or "GBK".
func (e Encoding) String() string { return [...]string{"ASCII", "UTF-8", "GBK"}[e%3] }

// Hex is a hex dump: offset, 8 to 32 bytes per row depending on the width, the
// bytes as text, and a line that reads the bytes at the cursor as numbers.
//
// Keys: arrows h j k l, PgUp PgDn Space, Ctrl-D Ctrl-U, Home End (of the row),
// g G (of the bytes), e (encoding).
type Hex struct {
	*tview.Box

	OnMove    func(off int64)           // the cursor is on another byte
	OnContext func(off int64, x, y int) // right click on a byte

	theme *Theme
	bytes Bytes
	note  string
	field string
	empty []string
	mark  ByteRange
	hits  []ByteRange
	enc   Encoding

	cursor int64
	top    int64 // offset of the first visible row
	height int   // rows of bytes at the last draw
	shape  hexShape
	buf    []byte
	texts  []textCell
}

// NewHex returns an empty pane.
func NewHex(t *Theme) *Hex {
	h := &Hex{Box: tview.NewBox(), theme: t, shape: fitHex(72, 0)}
	h.SetBackgroundColor(tcell.ColorDefault)
	return h
}

// SetTheme changes the theme.
func (h *Hex) SetTheme(t *Theme) { h.theme = t }

// SetEmpty sets the lines shown while there are no bytes.
func (h *Hex) SetEmpty(lines ...string) { h.empty = lines }

// SetBytes shows other bytes, nil for none: the cursor goes to the first, and
// range, hits, field and note are cleared. It does not call OnMove.
func (h *Hex) SetBytes(b Bytes) {
	h.bytes, h.cursor, h.top = b, 0, 0
	h.mark, h.hits, h.field, h.note = ByteRange{}, nil, "", ""
}

// SetNote sets a line shown behind the last byte, such as
// "-- not captured: 34 bytes --".
func (h *Hex) SetNote(line string) { h.note = line }

// SetField sets the name shown next to the numbers at the cursor.
func (h *Hex) SetField(name string) { h.field = name }

// SetRange shows a range in reverse video, moves the cursor to its start and
// scrolls to it. It does not call OnMove.
func (h *Hex) SetRange(r ByteRange) {
	h.mark = r
	if r.Len > 0 {
		h.SetCursor(r.Off)
	}
}

// Mark changes the range in reverse video without moving the cursor.
func (h *Hex) Mark(r ByteRange) { h.mark = r }

// SetHits shows search hits: sorted, not overlapping. The slice is borrowed.
func (h *Hex) SetHits(r []ByteRange) { h.hits = r }

// SetEncoding changes how the text column reads the bytes.
func (h *Hex) SetEncoding(e Encoding) { h.enc = e % 3 }

// Encoding returns how the text column reads the bytes.
func (h *Hex) Encoding() Encoding { return h.enc }

// Cursor returns the offset of the byte under the cursor.
func (h *Hex) Cursor() int64 { return h.cursor }

// SetCursor moves the cursor and scrolls to it. It does not call OnMove.
func (h *Hex) SetCursor(off int64) {
	h.cursor = max(min(off, h.len()-1), 0)
	h.reveal()
}

func (h *Hex) len() int64 {
	if h.bytes == nil {
		return 0
	}
	return max(h.bytes.Len(), 0)
}

// per is the number of bytes per row.
func (h *Hex) per() int64 { return int64(h.shape.per) }

// reveal scrolls so that the cursor is visible; from further away than a page
// its row comes to the middle.
func (h *Hex) reveal() {
	per, rows := h.per(), int64(max(h.height, 1))
	row, top := h.cursor/per, h.top/per
	switch {
	case row < top-rows || row >= top+2*rows:
		top = row - rows/2
	case row < top:
		top = row
	case row >= top+rows:
		top = row - rows + 1
	}
	h.setTop(top)
}

// setTop sets the first visible row within the bounds; the note counts as a
// row.
func (h *Hex) setTop(row int64) {
	rows := (h.len() + h.per() - 1) / h.per()
	if h.note != "" {
		rows++
	}
	h.top = max(min(row, rows-int64(max(h.height, 1))), 0) * h.per()
}

// moveTo moves the cursor and tells.
func (h *Hex) moveTo(off int64) {
	old := h.cursor
	h.SetCursor(off)
	if h.cursor != old && h.OnMove != nil {
		h.OnMove(h.cursor)
	}
}

// moveRows moves the cursor by rows within its column.
func (h *Hex) moveRows(rows int64) {
	off := h.cursor + rows*h.per()
	if off < 0 {
		off = h.cursor % h.per()
	}
	if n := h.len(); off >= n {
		// The same column of the last row that has it.
		off = h.cursor + (n-1-h.cursor)/h.per()*h.per()
	}
	h.moveTo(off)
}

// InputHandler implements tview.Primitive.
func (h *Hex) InputHandler() func(*tcell.EventKey, func(tview.Primitive)) {
	return h.WrapInputHandler(func(ev *tcell.EventKey, _ func(tview.Primitive)) {
		page := int64(max(h.height-1, 1))
		half := int64(max(h.height/2, 1))
		switch KeyOf(ev) {
		case NamedKey(tcell.KeyUp), RuneKey('k'):
			h.moveRows(-1)
		case NamedKey(tcell.KeyDown), RuneKey('j'):
			h.moveRows(1)
		case NamedKey(tcell.KeyLeft), RuneKey('h'):
			h.moveTo(h.cursor - 1)
		case NamedKey(tcell.KeyRight), RuneKey('l'):
			h.moveTo(h.cursor + 1)
		case NamedKey(tcell.KeyPgUp):
			h.moveRows(-page)
		case NamedKey(tcell.KeyPgDn), RuneKey(' '):
			h.moveRows(page)
		case CtrlKey('u'):
			h.moveRows(-half)
		case CtrlKey('d'):
			h.moveRows(half)
		case NamedKey(tcell.KeyHome):
			h.moveTo(h.cursor - h.cursor%h.per())
		case NamedKey(tcell.KeyEnd):
			h.moveTo(h.cursor - h.cursor%h.per() + h.per() - 1)
		case RuneKey('g'):
			h.moveTo(0)
		case RuneKey('G'):
			h.moveTo(h.len() - 1)
		case RuneKey('e'):
			h.SetEncoding(h.enc + 1)
		}
	})
}

// MouseHandler implements tview.Primitive.
func (h *Hex) MouseHandler() func(tview.MouseAction, *tcell.EventMouse, func(tview.Primitive)) (bool, tview.Primitive) {
	return h.WrapMouseHandler(func(action tview.MouseAction, ev *tcell.EventMouse, setFocus func(tview.Primitive)) (bool, tview.Primitive) {
		mx, my := ev.Position()
		if !h.InRect(mx, my) {
			return false, nil
		}
		x, y, _, _ := h.GetInnerRect()
		off := int64(-1)
		if i := h.shape.byteAt(mx - x); i >= 0 && my >= y && my-y < h.height {
			if off = h.top + int64(my-y)*h.per() + int64(i); off >= h.len() {
				off = -1
			}
		}
		switch action {
		case tview.MouseLeftDown:
			setFocus(h)
		case tview.MouseLeftClick, tview.MouseLeftDoubleClick:
			if off >= 0 {
				h.moveTo(off)
			}
		case tview.MouseRightClick:
			setFocus(h)
			if off >= 0 {
				h.moveTo(off)
				if h.OnContext != nil {
					h.OnContext(off, mx, my)
				}
			}
		case tview.MouseScrollUp:
			h.setTop(h.top/h.per() - wheelRows)
		case tview.MouseScrollDown:
			h.setTop(h.top/h.per() + wheelRows)
		default:
			return false, nil
		}
		return true, nil
	})
}
