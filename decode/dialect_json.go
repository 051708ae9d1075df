package decode

import (
	"encoding/base64"
	"unicode/utf8"
)

// AppendCanonicalJSON appends text, a body in fastjson's dialect, as JSON of RFC 8259: keys become strings, of objects
// their JSON text, and so does what has no quotes and is neither number, boolean nor null. Numbers keep their digits,
// references stay as they are. A string value that is no UTF-8 becomes {"base64":"…"}. On an error, which is an *Error
// with an offset within text, dst comes back as it was.
func AppendCanonicalJSON(dst, text []byte) ([]byte, error) {
	var t Tree
	if err := t.Parse(text); err != nil {
		return dst, err
	}
	return t.AppendJSON(dst, 0), nil
}

// AppendJSON appends the value at index i of t.Values as JSON, as AppendCanonicalJSON does.
func (t *Tree) AppendJSON(dst []byte, i int) []byte {
	v := &t.Values[i]
	switch v.Kind {
	case ValueObject, ValueArray, ValueReference:
		open, end := byte('{'), byte('}')
		if v.Kind == ValueArray {
			open, end = '[', ']'
		}
		dst = append(dst, open)
		for j := i + 1; j < v.Next; j = t.Values[j].Next {
			if j > i+1 {
				dst = append(dst, ',')
			}
			if v.Kind != ValueArray {
				dst = append(t.appendKey(dst, &t.Values[j]), ':')
			}
			dst = t.AppendJSON(dst, j)
		}
		return append(dst, end)
	case ValueNumber, ValueBool, ValueNull:
		return append(dst, t.Text(v)...)
	}
	return appendJSONText(dst, t.Text(v))
}

// appendKey appends a key as a string. The key that is an object is canonical itself, unless one of its own keys is an
// object too: quoting quotes doubles them, so that happens only once.
func (t *Tree) appendKey(dst []byte, v *Value) []byte {
	key := t.KeyText(v)
	if v.KeyKind == ValueObject || v.KeyKind == ValueArray {
		var inner Tree
		if inner.Parse(key) == nil && !inner.hasObjectKey() {
			key = inner.AppendJSON(nil, 0)
		}
	}
	return appendJSONString(dst, key)
}

func (t *Tree) hasObjectKey() bool {
	for i := range t.Values {
		if k := t.Values[i].KeyKind; k == ValueObject || k == ValueArray {
			return true
		}
	}
	return false
}

// appendJSONText appends text as a JSON string, or as {"base64":"…"} where it is no UTF-8.
func appendJSONText(dst, text []byte) []byte {
	if utf8.Valid(text) {
		return appendJSONString(dst, text)
	}
	dst = append(dst, `{"base64":"`...)
	dst = base64.StdEncoding.AppendEncode(dst, text)
	return append(dst, `"}`...)
}

// appendJSONString appends text as a JSON string. What is no UTF-8 becomes U+FFFD; controls, and the two separators that
// end a line in JavaScript, are escaped.
func appendJSONString(dst, text []byte) []byte {
	const hexDigits = "0123456789abcdef"
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(text); {
		c := text[i]
		if c < utf8.RuneSelf {
			i++
			if c >= ' ' && c != '"' && c != '\\' && c != 0x7F {
				continue
			}
			dst = append(dst, text[start:i-1]...)
			start = i
			switch c {
			case '"', '\\':
				dst = append(dst, '\\', c)
			case '\n':
				dst = append(dst, '\\', 'n')
			case '\r':
				dst = append(dst, '\\', 'r')
			case '\t':
				dst = append(dst, '\\', 't')
			default:
				dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
			}
			continue
		}
		r, n := utf8.DecodeRune(text[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			dst = append(append(dst, text[start:i]...), "\uFFFD"...)
			start = i + 1
		case r == 0x2028 || r == 0x2029:
			dst = append(append(dst, text[start:i]...), '\\', 'u', '2', '0', '2', hexDigits[r&15])
			start = i + n
		}
		i += n
	}
	return append(append(dst, text[start:]...), '"')
}
