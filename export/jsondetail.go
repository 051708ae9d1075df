package export

import (
	"encoding/json"
	"strconv"
	"unicode/utf8"

	"github.com/mqsniff/mqsniff/decode"
	"github.com/mqsniff/mqsniff/filter"
	"github.com/mqsniff/mqsniff/session"
)

// appendFields writes the header fields with long names and the types of their class.
func (j *JSON) appendFields(b []byte, v *session.View) []byte {
	ext := &v.Command.Ext
	if ext.Len() == 0 {
		return b
	}
	schema := filter.SchemaOf(v)
	b = append(b, `,"fields":`...)
	j.doubled.begin(ext)
	comma := byte('{')
	for i := range ext.Len() {
		f := ext.At(i)
		if j.doubled.later(ext, i, f.Key) {
			continue
		}
		t := filter.Typed(schema, f)
		b = append(b, comma)
		comma = ','
		b = append(appendKey(b, t.Name), ':')
		switch value := t.Value.(type) {
		case int64:
			b = strconv.AppendInt(b, value, 10)
		case bool:
			b = strconv.AppendBool(b, value)
		case []byte:
			b = appendText(b, value)
		default:
			b = append(b, "null"...)
		}
	}
	return append(b, '}')
}

// appendBody writes a body that is not messages: the JSON that it is, or else its text.
func appendBody(b, body []byte) []byte {
	b = append(b, `,"body":`...)
	text, err := decode.AppendCanonicalJSON(nil, body)
	if err != nil || !json.Valid(text) {
		return appendText(b, body)
	}
	return appendQuiet(b, text)
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
