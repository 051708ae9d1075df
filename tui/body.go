package tui

import (
	"github.com/mqsniff/mqsniff/decode"
)

// body is the whole body of a frame or of one message.
type body struct {
	place bodyPlace
	name  string // "message 2", "message 2 decompressed"; empty: there is one message or none
	bytes []byte
	cut   bool // the capture lacks its end
}

// bodyPlace tells bodies apart.
type bodyPlace struct {
	frame            uint32
	buffer, off, len int
}

// body is the one that node i belongs to: the body around it, or the only one inside what it stands in, or the frame's.
func (d *detail) body(i int) (b body, ok bool) {
	for ; i >= 0 && i < len(d.nodes); i = d.parent(i) {
		only, n := d.bodyInside(i)
		switch {
		case n == 1:
			return d.bodyOf(only), true
		case d.fields[i].body:
			return d.bodyOf(i), true
		}
	}
	for i := range d.nodes {
		if d.fields[i].body && d.nodes[i].Depth == 0 {
			if only, n := d.bodyInside(i); n == 1 {
				i = only
			}
			return d.bodyOf(i), true
		}
	}
	return body{}, false
}

// parent is the node that i stands in, -1 for none.
func (d *detail) parent(i int) int {
	depth := d.nodes[i].Depth
	for i--; i >= 0 && d.nodes[i].Depth >= depth; i-- {
	}
	return i
}

// bodyInside counts the bodies below node i that have no further one inside, and returns the last of them.
func (d *detail) bodyInside(i int) (last, n int) {
	inside := false // of the last one
	for j := i + 1; j < len(d.nodes) && d.nodes[j].Depth > d.nodes[i].Depth; j++ {
		inside = inside && d.nodes[j].Depth > d.nodes[last].Depth
		if !d.fields[j].body {
			continue
		}
		if !inside {
			n++
		}
		last, inside = j, true
	}
	return last, n
}

func (d *detail) bodyOf(i int) body {
	n := &d.nodes[i]
	whole := d.buffers[n.Buffer].Bytes
	from := min(n.Off, len(whole))
	to := min(n.Off+n.Len, len(whole))
	b := body{
		place: bodyPlace{d.event.Number, n.Buffer, n.Off, n.Len}, bytes: whole[from:to:to],
		cut: n.Buffer == 0 && to == len(whole) && d.missing > 0,
	}
	if p := d.parent(i); n.Buffer > 0 && n.Label == "decompressed" {
		b.name = d.buffers[n.Buffer].Name
	} else if p >= 0 && d.nodes[p].Depth > 0 {
		b.name = d.nodes[p].Label
	}
	return b
}

// bodyFormat is how a body is shown.
type bodyFormat uint8

// The formats, in the order of the key v.
const (
	formatAuto bodyFormat = iota // not by itself: in the detail as what it is, and among the bytes of the frame
	formatText
	formatGBK
	formatJSON
	formatHex
	formats
)

var formatNames = [...]string{"auto", "text (UTF-8)", "GBK", "JSON", "hex"}

// indented is a body as JSON with a value on each line, or as it is where it is no JSON; note says what was done to it.
func indented(b *body) (text []byte, note string) {
	// Text that grows by more is made of nothing but brackets.
	const growth, spare = 4, 64 << 10
	text = b.bytes
	if decode.IsGBK(text) {
		text, note = decode.AppendGBK(nil, text), "read as GBK"
	}
	add := func(s string) string {
		if note != "" {
			s = note + ", " + s
		}
		return s
	}
	if !decode.LooksLikeJSON(text) {
		return text, add("no JSON: as text")
	}
	out, used, err := decode.AppendIndentedJSON(nil, text, growth*len(text)+spare)
	switch {
	case err == nil:
		return out, note
	case err.Code == decode.ReasonOutputLimit:
		note = add("indented up to byte " + count(used))
	case b.cut || err.Code == decode.ReasonShort:
		note = add("ends early")
	default:
		return text, add("no JSON at byte " + count(err.Off) + ": as text")
	}
	return append(append(out, '\n'), text[used:]...), note
}
