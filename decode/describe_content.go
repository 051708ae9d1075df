package decode

import (
	"encoding/json"
	"strconv"
)

// content describes what an application, or a client's trace, put into a message. b stands at base in the buffer.
func (o *outline) content(name string, b []byte, base int) {
	switch {
	case IsTrace(b):
		o.open(name, bytesText(len(b)), "trace", Range{base, len(b)})
		o.trace(b, base)
		o.close()
	case looksLikeJSON(b) && json.Valid(b):
		o.open(name, bytesText(len(b)), "JSON", Range{base, len(b)})
		if !o.json(bodyView{bytes: b, base: base, foreign: true}, foreignNotes) {
			o.preview("text", b, base) // nested deeper than a Tree may be
		}
		o.close()
	default:
		o.preview(name, b, base)
	}
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
