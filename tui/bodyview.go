package tui

import (
	"bytes"
	"slices"

	"github.com/rivo/tview"

	"github.com/mqsniff/mqsniff/tui/widget"
)

// bodyView shows one body by itself in the place of the bytes, in the format that a person chose with v; the format stays
// from frame to frame.
type bodyView struct {
	app    *app
	format bodyFormat
	text   *widget.TextPane
	hex    *widget.Hex

	shown shownBody
	body  body
	bytes []byte // that the pane shows; of JSON the indented text
	note  string
	moved bool // v brought the pane to the front

	busy  bool // a worker takes JSON apart
	again bool // and must begin anew when it is done
}

// shownBody is what the contents of the pane depend on.
type shownBody struct {
	place  bodyPlace
	format bodyFormat
}

// indentNow is how many bytes of JSON are taken apart without a worker: less than a key press takes anyway.
const indentNow = 32 << 10

// maxMarked is how many bytes of a body are looked through for hits of ^F when it is shown.
const maxMarked = 8 << 20

func newBodyView(a *app) bodyView {
	return bodyView{app: a, text: widget.NewTextPane(a.theme), hex: widget.NewHex(a.theme)}
}

// pane is the widget that shows the body, nil while bodies are not shown by themselves.
func (v *bodyView) pane() tview.Primitive {
	switch v.format {
	case formatAuto:
		return nil
	case formatHex:
		return v.hex
	}
	return v.text
}

// turnBody shows bodies in the next format.
func (a *app) turnBody() {
	v := &a.detail.view
	v.set((v.format + 1) % formats)
	switch {
	case v.format != formatAuto:
		v.front()
	case v.moved:
		v.moved = false
		if a.focus == paneHex {
			a.setFocus(paneTree)
		}
		a.lower = paneTree
	}
}

// set changes the format.
func (v *bodyView) set(f bodyFormat) {
	a := v.app
	a.detail.bytes().Blur()
	v.format = f
	v.update()
	a.setFocus(a.focus)
}

// front makes the pane visible where the screen has no room for all.
func (v *bodyView) front() {
	a := v.app
	if slices.ContainsFunc(a.layout.lower, func(p placed) bool { return p.pane == paneHex }) {
		return
	}
	v.moved = true
	if a.focus == paneList {
		a.full, a.lower = false, paneHex
	} else {
		a.setFocus(paneHex)
	}
}

// update shows the body that the cursor of the tree means, if that is not what is shown.
func (v *bodyView) update() {
	d := &v.app.detail
	var b body
	ok := false
	if v.format != formatAuto && d.shown != nil {
		b, ok = d.shown.body(d.tree.Cursor())
	}
	now := shownBody{b.place, v.format}
	if now == v.shown {
		return
	}
	v.shown, v.body, v.again = now, b, false
	switch {
	case v.format == formatAuto || len(b.bytes) == 0:
		text := "this frame has no body"
		if ok {
			text = "the body is empty"
		}
		v.text.SetEmpty(text)
		v.hex.SetEmpty(text)
		v.put(nil, "")
	case v.format != formatJSON:
		v.put(b.bytes, "")
	case len(b.bytes) <= indentNow:
		v.put(indented(&b))
	default:
		v.text.SetEmpty("taking the JSON apart …")
		v.put(nil, "")
		if v.again = v.busy; !v.busy {
			v.indent()
		}
	}
}

// put fills the pane.
func (v *bodyView) put(b []byte, note string) {
	v.bytes, v.note = b, note
	v.text.SetText(nil, nil)
	v.hex.SetBytes(nil)
	switch v.format {
	case formatAuto:
	case formatHex:
		v.hex.SetBytes(widget.ByteSlice(b))
	case formatGBK:
		v.text.SetEncoded(b, widget.EncodingGBK, nil)
	default:
		v.text.SetText(b, nil)
	}
	v.text.ScrollTo(v.mark())
}

// indent has a worker take a large JSON apart. Only one works at a time.
func (v *bodyView) indent() {
	v.busy, v.again = true, false
	a, now, b := v.app, v.shown, v.body
	a.safego(nil, "body", func() {
		text, note := indented(&b)
		a.post(func() {
			v := &a.detail.view
			v.busy = false
			if v.shown == now {
				v.put(text, note)
			} else if v.again {
				v.indent()
			}
		})
	})
}

// mark shows the hits of ^F, and returns where the first one is.
func (v *bodyView) mark() (first int) {
	v.text.SetSpans(nil)
	v.hex.SetHits(nil)
	f := &v.app.finder
	if f.search == nil || len(v.bytes) == 0 {
		return 0
	}
	var spans []widget.Span
	var ranges []widget.ByteRange
	for _, at := range f.search.needle.in(bytes.Clone(v.bytes[:min(len(v.bytes), maxMarked)]), 1000) {
		spans = append(spans, widget.Span{Start: at[0], End: at[0] + at[1], Role: widget.RoleHit})
		ranges = append(ranges, widget.ByteRange{Off: int64(at[0]), Len: int64(at[1])})
	}
	v.text.SetSpans(spans)
	v.hex.SetHits(ranges)
	if len(spans) > 0 {
		first = spans[0].Start
	}
	return first
}

// title is what stands in the rule above the pane.
func (v *bodyView) title() string {
	t := "Body as " + formatNames[v.format]
	if v.body.place == (bodyPlace{}) {
		return t
	}
	t += "  "
	if v.body.name != "" {
		t += v.body.name + ", "
	}
	t += plural(len(v.body.bytes), "byte")
	if v.body.cut {
		t += ", the end was not captured"
	}
	if v.note != "" {
		t += "  " + v.note
	}
	return t
}
