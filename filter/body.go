package filter

import (
	"bytes"
	"encoding/json"
	"strconv"

	"github.com/mqsniff/mqsniff/decode"
)

// typedFields are the header fields with long names and the types of their class.
func (f *frame) typedFields() map[string]any {
	v := f.get()
	if v == nil || f.fields != nil {
		return f.fields
	}
	f.fields, _ = fromJSON(decode.DetailFields(nil, v.Context, v.Command)).(map[string]any)
	return f.fields
}

// bodyValue is the body as JSON says it, or its text where it is none; nil where there is no body or it is messages.
func (f *frame) bodyValue() any {
	if f.hasBody || f.ev.Messages > 0 || f.ev.BodyLen() == 0 {
		return f.body
	}
	f.hasBody = true
	v := f.get()
	if v == nil {
		return nil
	}
	if text, ok := decode.AppendBody(nil, v.Context, v.Command, v.Frame, nil); ok {
		f.body = fromJSON(text)
	}
	return f.body
}

// fromJSON is the value of JSON text that decode wrote.
func fromJSON(text []byte) any {
	var value any
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if d.Decode(&value) != nil {
		return nil
	}
	return numbers(value)
}

// numbers makes ints and floats of the numbers in a JSON value.
func numbers(v any) any {
	switch v := v.(type) {
	case json.Number:
		if n, err := strconv.Atoi(v.String()); err == nil {
			return n
		}
		x, _ := v.Float64()
		return x
	case map[string]any:
		for k := range v {
			v[k] = numbers(v[k])
		}
	case []any:
		for i := range v {
			v[i] = numbers(v[i])
		}
	}
	return v
}
