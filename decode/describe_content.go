package decode

import (
	"encoding/json"
	"strconv"
)

// content describes what an application, or a client's trace, put into a message. b stands at base in the buffer; owner
// names the message.
func (o *outline) content(name, owner string, b []byte, base int) {
	defer o.markBody(len(o.detail.Nodes))
	switch {
	case IsGBK(b):
		o.gbk(name, owner, b, base)
	case IsTrace(b):
		o.open(name, bytesText(len(b)), "trace", Range{base, len(b)})
		o.trace(b, base)
		o.close()
	case LooksLikeJSON(b) && json.Valid(b):
		o.open(name, bytesText(len(b)), "JSON", Range{base, len(b)})
		if !o.json(bodyView{bytes: b, base: base, foreign: true}, foreignNotes) {
			o.preview("text", b, base) // nested deeper than a Tree may be
		}
		o.close()
	default:
		o.preview(name, b, base)
	}
}

// gbk describes text in GBK. JSON is taken apart as UTF-8, in a buffer of its own: the trail byte of a character may be a
// backslash.
func (o *outline) gbk(name, owner string, b []byte, base int) {
	const longer = 3 // bytes that a byte may become
	if !LooksLikeJSON(b) || len(b)*longer > o.inflatable || o.full() {
		o.previewGBK(name, b, base)
		return
	}
	text := AppendGBK(nil, b)
	if !json.Valid(text) {
		o.previewGBK(name, b, base)
		return
	}
	o.inflatable -= len(text)
	o.open(name, bytesText(len(b)), "JSON, GBK", Range{base, len(b)})
	old := o.swapBuffer(Buffer{owner + " as UTF-8", text})
	if !o.json(bodyView{bytes: text, foreign: true}, foreignNotes) {
		o.preview("text", text, 0)
	}
	o.buffer = old
	o.close()
}

// previewGBK adds the beginning of text in GBK.
func (o *outline) previewGBK(name string, b []byte, base int) {
	head := beginningGBK(b, maxPreview)
	note := "GBK, no UTF-8, " + bytesText(len(b))
	if len(head) < len(b) {
		note += ", here the first " + bytesText(len(head))
	}
	o.field(name, string(AppendGBK(nil, head)), note, Range{base, len(b)})
}

// foreignNotes says what numbers mean in a JSON text of which nothing is known.
func foreignNotes(_ *path, text []byte) string {
	n, ok := decimal(text)
	if !ok {
		return ""
	}
	return likelyInstant(n)
}

// trace describes the records of a trace message.
func (o *outline) trace(b []byte, base int) {
	var r TraceRecord
	it := TraceOf(b)
	for it.Next(&r) {
		if o.full() {
			o.more++
			continue
		}
		id := r.Field("msgId")
		o.open(string(r.Type), string(id), traceFacts(&r), Range{base + r.Off, r.Len})
		for i := range r.Fields {
			x := &r.Fields[i]
			name := x.Name
			if name == "" {
				name = "field " + strconv.Itoa(i+1)
			}
			at := Range{base + x.Off, len(x.Value)}
			o.field(name, string(x.Value), traceNote(x), at)
			o.depth++
			o.takeApart(name, x.Value, at, o.detail.Buffers[o.buffer].Bytes)
			o.depth--
		}
		if !r.Whole {
			o.warn("incomplete", "fewer fields than any known client writes, or no known kind of record", Range{})
		}
		o.close()
	}
}

// traceFacts are the words of a record that tell how it went.
func traceFacts(r *TraceRecord) string {
	if s := r.Field("success"); s != nil && !isTrue(s) {
		return "failed"
	}
	return string(r.Field("transactionState"))
}
