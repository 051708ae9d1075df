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

// appendACL writes who signed a request, and whether that is so. Requests that say nothing of it have a verdict only
// where somebody gave credentials.
func (j *JSON) appendACL(b []byte, ev *session.Event, v *session.View) []byte {
	if ev.Kind == session.Response {
		return b
	}
	s := decode.VerifySignature(v.Command, v.Frame, j.options.Credentials)
	if !s.Present && (len(j.options.Credentials) == 0 || ev.Has(session.ServerInitiated)) { // servers do not sign
		return b
	}
	b = append(b, `,"acl":{`...)
	if len(s.AccessKey) > 0 {
		b = append(appendTextKey(b, `"access_key":`, s.AccessKey), ',')
	}
	b = appendNameKey(b, `"verdict":`, s.Verdict.String())
	if s.Hint != "" {
		b = appendTextKey(b, `,"hint":`, []byte(s.Hint))
	}
	return append(b, '}')
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
