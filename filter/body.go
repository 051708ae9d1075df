package filter

import (
	"bytes"
	"encoding/json"
	"strconv"

	"github.com/mqsniff/mqsniff/decode"
)

func (f *frame) typedFields() map[string]any {
	v := f.get()
	if v == nil || f.fields != nil {
		return f.fields
	}
	schema := SchemaOf(v)
	f.fields = map[string]any{}
	for i := range v.Command.Ext.Len() {
		t := Typed(schema, v.Command.Ext.At(i))
		switch value := t.Value.(type) {
		case int64:
			f.fields[string(t.Name)] = int(value)
		case []byte:
			f.fields[string(t.Name)] = string(value)
		default:
			f.fields[string(t.Name)] = value
		}
	}
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
	text, err := decode.AppendCanonicalJSON(nil, v.Frame.Body)
	if err == nil {
		d := json.NewDecoder(bytes.NewReader(text))
		d.UseNumber()
		if d.Decode(&f.body) == nil {
			f.body = numbers(f.body)
			return f.body
		}
	}
	f.body = string(v.Frame.Body)
	return f.body
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
