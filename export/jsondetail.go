package export

import (
	"unicode/utf8"

	"github.com/mqsniff/mqsniff/decode"
	"github.com/mqsniff/mqsniff/session"
)

// appendFields writes the header fields with long names and the types of their class.
func (j *JSON) appendFields(b []byte, v *session.View) []byte {
	if v.Command.Ext.Len() == 0 {
		return b
	}
	j.text = decode.DetailFields(j.text[:0], v.Context, v.Command)
	return appendQuiet(append(b, `,"fields":`...), j.text)
}

// appendBody writes a body that is not messages; nothing where there is none.
func (j *JSON) appendBody(b []byte, v *session.View) []byte {
	text, ok := decode.AppendBody(j.text[:0], v.Context, v.Command, v.Frame, &j.bodies.inflater)
	if !ok {
		return b
	}
	j.text = text
	return appendQuiet(append(b, `,"body":`...), text)
}

// appendQuiet appends JSON text with the characters escaped that a terminal would act upon; they stand in strings only.
func appendQuiet(b, text []byte) []byte {
	from := 0
	for i := 0; i < len(text); {
		if text[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, n := utf8.DecodeRune(text[i:])
		if active(r) {
			b = appendJSONEscaped(append(b, text[from:i]...), r)
			from = i + n
		}
		i += n
	}
	return append(b, text[from:]...)
}
