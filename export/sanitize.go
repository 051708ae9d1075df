package export

import (
	"unicode"
	"unicode/utf8"
)

// maxMarks is how many combining marks may follow each other; more are drawn over the neighbouring lines.
const maxMarks = 4

// AppendSafe appends text from the wire in a form that a terminal, a log and a person can take: controls, C1, marks of
// direction, invisible characters and bytes that are not UTF-8 become visible escapes as in Go (\n, \x9b, \u202e), and \
// becomes \\, so that two different texts never look the same by this.
func AppendSafe[T string | []byte](dst []byte, text T) []byte {
	marks := 0
	for i := 0; i < len(text); {
		c := text[i]
		if c < utf8.RuneSelf {
			i++
			marks = 0
			if c >= ' ' && c < 0x7F && c != '\\' {
				dst = append(dst, c)
			} else {
				dst = appendEscaped(dst, rune(c))
			}
			continue
		}
		r, n := decodeRune(text[i:])
		i += n
		if n == 1 && r == utf8.RuneError {
			dst = append(dst, '\\', 'x', hexDigits[c>>4], hexDigits[c&15])
			continue
		}
		if unicode.Is(unicode.M, r) {
			marks++
		} else {
			marks = 0
		}
		if unicode.IsPrint(r) && marks <= maxMarks {
			dst = utf8.AppendRune(dst, r)
		} else {
			dst = appendEscaped(dst, r)
		}
	}
	return dst
}

// Safe is AppendSafe as a string.
func Safe(text string) string {
	for i := 0; i < len(text); i++ {
		if c := text[i]; c < ' ' || c >= 0x7F || c == '\\' {
			return string(AppendSafe(nil, text))
		}
	}
	return text
}

const hexDigits = "0123456789abcdef"

func appendEscaped(dst []byte, r rune) []byte {
	switch r {
	case '\n':
		return append(dst, '\\', 'n')
	case '\r':
		return append(dst, '\\', 'r')
	case '\t':
		return append(dst, '\\', 't')
	case '\\':
		return append(dst, '\\', '\\')
	}
	digits, letter := 2, byte('x')
	switch {
	case r > 0xFFFF:
		digits, letter = 8, 'U'
	case r >= 0x80:
		digits, letter = 4, 'u'
	}
	dst = append(dst, '\\', letter)
	for shift := (digits - 1) * 4; shift >= 0; shift -= 4 {
		dst = append(dst, hexDigits[r>>shift&15])
	}
	return dst
}

// decodeRune reads one character of either kind of text.
func decodeRune[T string | []byte](text T) (rune, int) {
	var b [utf8.UTFMax]byte
	n := copy(b[:], text)
	return utf8.DecodeRune(b[:n])
}
