package export

import (
	"encoding/base64"
	"strconv"
	"unicode/utf8"
)

// plain are the bytes that stand in a JSON string as they are.
var plain = func() (t [256]bool) {
	for c := ' '; c < 0x7F; c++ {
		t[c] = c != '"' && c != '\\'
	}
	return t
}()

// appendText writes text from the wire as a JSON string, or as {"base64":"…"} when it is not UTF-8. Characters that a
// terminal would act upon are escaped.
func appendText[T string | []byte](dst []byte, text T) []byte {
	start := len(dst)
	dst = append(dst, '"')
	from := 0
	for i := 0; i < len(text); {
		c := text[i]
		if plain[c] {
			i++
			continue
		}
		n, r := 1, rune(c)
		if c >= utf8.RuneSelf {
			if r, n = decodeRune(text[i:]); n == 1 && r == utf8.RuneError {
				return appendBase64(dst[:start], text)
			}
			if !active(r) {
				i += n
				continue
			}
		}
		dst = append(dst, text[from:i]...)
		dst = appendJSONEscaped(dst, r)
		i += n
		from = i
	}
	dst = append(dst, text[from:]...)
	return append(dst, '"')
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

func appendBase64[T string | []byte](dst []byte, text T) []byte {
	dst = append(dst, `{"base64":"`...)
	dst = base64.StdEncoding.AppendEncode(dst, []byte(text))
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
	return strconv.AppendInt(append(dst, name...), n, 10)
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
