package export

import (
	"encoding/base64"
	"unicode/utf8"
)

// appendText writes text from the wire as a JSON string, or as {"base64":"…"} when it is not UTF-8. Characters that a
// terminal would act upon are escaped.
func appendText[T string | []byte](dst []byte, text T) []byte { return appendString(dst, []byte(text)) }

// appendString is appendText of bytes.
func appendString(dst, text []byte) []byte {
	start := len(dst)
	dst, n := appendPlain(append(dst, '"'), text)
	if n < len(text) {
		var ok bool
		if dst, ok = appendEscapes(dst, text[n:]); !ok {
			return appendBase64(dst[:start], text)
		}
	}
	return append(dst, '"')
}

// appendEscapes appends what stands between the quotes. It fails where text is not UTF-8.
func appendEscapes(dst, text []byte) ([]byte, bool) {
	for len(text) > 0 {
		r, n := utf8.DecodeRune(text)
		switch {
		case r == utf8.RuneError && n == 1:
			return dst, false
		case active(r):
			dst = appendJSONEscaped(dst, r)
		default:
			dst = append(dst, text[:n]...)
		}
		text = text[n:]
		if len(text) > 0 && text[0] < utf8.RuneSelf {
			dst, n = appendPlain(dst, text)
			text = text[n:]
		}
	}
	return dst, true
}

// appendKey is appendText for a key, which must be a string: bytes that are not UTF-8 become U+FFFD.
func appendKey(dst []byte, key []byte) []byte {
	start := len(dst)
	if dst = appendText(dst, key); dst[start] == '"' {
		return dst
	}
	valid := make([]byte, 0, len(key)+8)
	for i := 0; i < len(key); {
		r, n := utf8.DecodeRune(key[i:])
		valid = utf8.AppendRune(valid, r)
		i += n
	}
	return appendText(dst[:start], valid)
}

func appendBase64(dst, text []byte) []byte {
	dst = append(dst, `{"base64":"`...)
	dst = base64.StdEncoding.AppendEncode(dst, text)
	return append(dst, `"}`...)
}

// active tells of characters that do something where they are printed: C1 controls, line separators, marks of direction.
func active(r rune) bool {
	switch {
	case r < 0xA0, r == 0x061C, r == 0xFEFF:
		return true
	case r >= 0x2028 && r <= 0x202E, r == 0x200E, r == 0x200F, r >= 0x2066 && r <= 0x2069:
		return true
	}
	return false
}

func appendJSONEscaped(dst []byte, r rune) []byte {
	switch r {
	case '"', '\\':
		return append(dst, '\\', byte(r))
	case '\n':
		return append(dst, '\\', 'n')
	case '\r':
		return append(dst, '\\', 'r')
	case '\t':
		return append(dst, '\\', 't')
	}
	return append(dst, '\\', 'u', hexDigits[r>>12&15], hexDigits[r>>8&15], hexDigits[r>>4&15], hexDigits[r&15])
}

// The following write `,"key":value`; name comes with its comma, quotes and colon.

func appendIntKey(dst []byte, name string, n int64) []byte {
	return appendInt(append(dst, name...), n)
}

func appendTextKey[T string | []byte](dst []byte, name string, text T) []byte {
	return appendText(append(dst, name...), text)
}

// appendNameKey is for texts out of tables, which need no escapes.
func appendNameKey(dst []byte, name, text string) []byte {
	dst = append(dst, name...)
	dst = append(dst, '"')
	dst = append(dst, text...)
	return append(dst, '"')
}
