package filter

import (
	"strconv"

	"github.com/mqsniff/mqsniff/decode"
	"github.com/mqsniff/mqsniff/session"
)

// TypedField is a header field with its long name and the type that its Java class gives it.
type TypedField struct {
	Name []byte // "producerGroup" where the wire has "a"; a view
	// Value is nil for null, an int64, a bool, or a []byte view of text that its class has as text, that has no class, or
	// that is not what its class says.
	Value any
}

// SchemaOf is the header class of the frame; nil where nobody knows it.
func SchemaOf(v *session.View) *decode.Schema {
	n := v.Context.Code
	if real, ok := decode.TruncatedCode(n); ok {
		n = real
	}
	c := decode.RequestCode(n)
	switch {
	case c == nil || !v.Context.Known:
		return nil
	case v.Command.Response():
		return c.Response
	}
	return c.Request
}

// Typed reads a header field by schema, which may be nil.
func Typed(schema *decode.Schema, f decode.Field) TypedField {
	t := TypedField{Name: f.Key}
	if f.Value != nil {
		t.Value = f.Value
	}
	if schema == nil || f.Value == nil {
		return t
	}
	for i := range schema.Fields {
		s := &schema.Fields[i]
		if s.Name != string(f.Key) {
			continue
		}
		if s.Long != "" && s.Long != s.Name {
			t.Name = []byte(s.Long)
		}
		switch s.Type {
		case decode.TypeInt, decode.TypeLong:
			if n, err := strconv.ParseInt(string(f.Value), 10, 64); err == nil {
				t.Value = n
			}
		case decode.TypeBoolean:
			switch string(f.Value) {
			case "true":
				t.Value = true
			case "false":
				t.Value = false
			}
		}
		break
	}
	return t
}
