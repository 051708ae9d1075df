package decode

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"unicode/utf16"
	"unicode/utf8"
)

// maxNesting is how deep objects and arrays of a header may stand in each other. Java writes two levels.
const maxNesting = 64

// kind is what a JSON value looks like.
type kind uint8

const (
	kindString kind = iota // quoted, text as it stands
	kindBare               // number, true, false or any other unquoted text
	kindNull
	kindEscaped // quoted, with escapes
	kindNested  // object or array
)

// made tells whether the text is not the bytes as they stand, but has to be made of them.
func (k kind) made() bool { return k >= kindEscaped }

// token is a key or value: b[off:end], without quotes.
type token struct {
	off, end int
	kind     kind
}

// problem is what stops a scan, and where. The zero value is none.
type problem struct {
	off    int
	reason Reason
}

// bareEnd has the bytes that end an unquoted text. A slash may begin a comment.
var bareEnd = [256]bool{',': true, ':': true, '}': true, ']': true, ' ': true, '\t': true, '\r': true, '\n': true, '/': true}

// skipBlank returns the index of the first byte from i on that is neither blank nor part of a comment.
func skipBlank(b []byte, i int) int {
	if i < len(b) && b[i] > ' ' && b[i] != '/' {
		return i
	}
	return skipBlanks(b, i)
}

func skipBlanks(b []byte, i int) int {
	for i < len(b) {
		switch b[i] {
		case ' ', '\t', '\r', '\n':
			i++
			continue
		case '/':
			if n := comment(b[i:]); n > 0 {
				i += n
				continue
			}
		}
		return i
	}
	return i
}

// comment is the length of the comment that b begins with, 0 when it begins with none. One without an end takes
// everything: to look for its end again from every slash would be quadratic.
func comment(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	switch b[1] {
	case '/':
		if n := bytes.IndexByte(b, '\n'); n >= 0 {
			return n + 1
		}
		return len(b)
	case '*':
		if n := bytes.Index(b[2:], []byte("*/")); n >= 0 {
			return n + 4
		}
		return len(b)
	}
	return 0
}

// The lowest and the highest bit of each of eight bytes.
const ones, high = 0x0101010101010101, 0x8080808080808080

// stops marks the double quotes and backslashes among the eight bytes of w: the lowest bit that is set is in the first.
func stops(w uint64) uint64 {
	x, y := w^'"'*ones, w^'\\'*ones
	return ((x-ones)&^x | (y-ones)&^y) & high
}

// shortString finds the double quote that ends the string whose text begins at i, when it is among the next eight bytes and
// no escape is before it; otherwise it returns -1. Most keys and values are so short that the call of scanString would be
// most of the work.
func shortString(b []byte, i int) (end int) {
	if i+8 <= len(b) { // a slice with a bound costs less than one without: nothing can be behind its end
		if hit := stops(binary.LittleEndian.Uint64(b[i : i+8 : i+8])); hit != 0 {
			if end = i + bits.TrailingZeros64(hit)>>3; b[end] == '"' {
				return end
			}
		}
	}
	return -1
}

// scanString finds the double quote that ends the string whose text begins at i. It looks at eight bytes at a time,
// because nearly all of a header is strings. It returns -1 where the string has no end or an escape that does not exist.
func scanString(b []byte, i int) (end int, k kind) {
	for i+8 <= len(b) {
		hit := stops(binary.LittleEndian.Uint64(b[i : i+8 : i+8]))
		if hit == 0 {
			i += 8
			continue
		}
		i += bits.TrailingZeros64(hit) >> 3
		if b[i] == '"' {
			return i, k
		}
		k = kindEscaped
		// Properties are full of \u0001 and \u0002.
		if i+6 <= len(b) && b[i+1] == 'u' && b[i+2] == '0' && b[i+3] == '0' && b[i+4] == '0' && hexDigit[b[i+5]] != 0 {
			i += 6
		} else if i = skipEscape(b, i); i < 0 {
			return -1, k
		}
	}
	return scanSlowly(b, i, '"', k)
}

// scanSlowly is scanString for any quote, byte by byte; k is what the text before i was.
func scanSlowly(b []byte, i int, quote byte, k kind) (int, kind) {
	for i < len(b) {
		switch b[i] {
		case quote:
			return i, k
		case '\\':
			k = kindEscaped
			if i = skipEscape(b, i); i < 0 {
				return -1, k
			}
		default:
			i++
		}
	}
	return -1, k
}

// skipEscape returns the index behind the escape that begins at i, -1 where there is no such escape. Beyond JSON's own it
// knows \' and \x41, which fastjson reads; its octal digits, \v and \F are left out, since no peer writes them and a
// damaged header would pass for a good one.
func skipEscape(b []byte, i int) int {
	if i+1 >= len(b) {
		return -1
	}
	n := 2
	switch b[i+1] {
	case 'u':
		n = 6
	case 'x':
		n = 4
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't', '\'':
		return i + n
	default:
		return -1
	}
	if i+n > len(b) {
		return -1
	}
	for _, c := range b[i+2 : i+n] {
		if hexDigit[c] == 0 {
			return -1
		}
	}
	return i + n
}

// hexDigit has the value of a hexadecimal digit plus one, 0 for other bytes.
var hexDigit = [256]byte{
	'0': 1, '1': 2, '2': 3, '3': 4, '4': 5, '5': 6, '6': 7, '7': 8, '8': 9, '9': 10,
	'a': 11, 'b': 12, 'c': 13, 'd': 14, 'e': 15, 'f': 16, 'A': 11, 'B': 12, 'C': 13, 'D': 14, 'E': 15, 'F': 16,
}

func hexValue(b []byte) rune {
	v := rune(0)
	for _, c := range b {
		v = v<<4 | rune(hexDigit[c]-1)
	}
	return v
}

// scanValue reads the value, or the key, that begins at i; depth is how many objects and arrays stand around it.
func scanValue(b []byte, i, depth int) (t token, next int, p problem) {
	if i >= len(b) {
		return t, i, problem{i, ReasonShort}
	}
	switch b[i] {
	case '"':
		end, k := scanString(b, i+1)
		if end < 0 {
			return t, i, problem{i, ReasonSyntax}
		}
		return token{i + 1, end, k}, end + 1, p
	case '\'':
		end, k := scanSlowly(b, i+1, '\'', kindString)
		if end < 0 {
			return t, i, problem{i, ReasonSyntax}
		}
		return token{i + 1, end, k}, end + 1, p
	case '{', '[':
		end, p := skipNested(b, i, depth+1)
		return token{i, end, kindNested}, end, p
	}
	end := i
	for end < len(b) && (!bareEnd[b[end]] || b[end] == '/' && comment(b[end:]) == 0) {
		end++
	}
	if end == i {
		return t, i, problem{i, ReasonSyntax}
	}
	t = token{i, end, kindBare}
	if end-i == 4 && string(b[i:end]) == "null" {
		t.kind = kindNull
	}
	return t, end, p
}

// skipNested returns the index behind the object or array that begins at i.
func skipNested(b []byte, i, depth int) (int, problem) {
	if depth > maxNesting {
		return i, problem{i, ReasonNesting}
	}
	object := b[i] == '{'
	i++
	for {
		i = skipBlank(b, i)
		if i >= len(b) {
			return i, problem{i, ReasonShort}
		}
		switch {
		case b[i] == ',':
			i++
			continue
		case object && b[i] == '}', !object && b[i] == ']':
			return i + 1, problem{}
		}
		_, next, p := scanValue(b, i, depth)
		if p.reason == 0 && object {
			if next, p = colon(b, next); p.reason == 0 {
				_, next, p = scanValue(b, next, depth)
			}
		}
		if p.reason != 0 {
			return next, p
		}
		i = next
	}
}

// colon steps over the colon behind a key and the blanks around it.
func colon(b []byte, i int) (int, problem) {
	if i = skipBlank(b, i); i >= len(b) {
		return i, problem{i, ReasonShort}
	}
	if b[i] != ':' {
		return i, problem{i, ReasonSyntax}
	}
	return skipBlank(b, i+1), problem{}
}

// appendUnescaped appends the text of src, the inside of a string that scanString accepted. A lone surrogate becomes
// U+FFFD.
func appendUnescaped(dst, src []byte) []byte {
	for {
		i := bytes.IndexByte(src, '\\')
		if i < 0 {
			return append(dst, src...)
		}
		dst = append(dst, src[:i]...)
		c := src[i+1]
		switch c {
		case 'u':
			r := hexValue(src[i+2 : i+6])
			i += 6
			if utf16.IsSurrogate(r) {
				low := rune(0)
				if i+6 <= len(src) && src[i] == '\\' && src[i+1] == 'u' {
					low = hexValue(src[i+2 : i+6])
				}
				if r = utf16.DecodeRune(r, low); r != utf8.RuneError {
					i += 6
				}
			}
			dst = utf8.AppendRune(dst, r)
			src = src[i:]
			continue
		case 'x':
			dst = utf8.AppendRune(dst, hexValue(src[i+2:i+4]))
			src = src[i+4:]
			continue
		case 'b':
			c = '\b'
		case 'f':
			c = '\f'
		case 'n':
			c = '\n'
		case 'r':
			c = '\r'
		case 't':
			c = '\t'
		}
		dst = append(dst, c)
		src = src[i+2:]
	}
}

// appendCompact appends src, an object or array that skipNested accepted, without blanks and comments.
func appendCompact(dst, src []byte) []byte {
	for i := 0; i < len(src); {
		if i = skipBlank(src, i); i >= len(src) {
			break
		}
		c := src[i]
		if c != '"' && c != '\'' {
			dst = append(dst, c)
			i++
			continue
		}
		end, _ := scanSlowly(src, i+1, c, kindString)
		if end < 0 { // a quote inside an unquoted text
			return append(dst, src[i:]...)
		}
		dst = append(dst, src[i:end+1]...)
		i = end + 1
	}
	return dst
}
