package decode

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"strconv"
)

// scanInt32 reads the integer that begins at b[i] as Java writes it, next to a comma or brace. ok is false where anything
// else stands there.
func scanInt32(b []byte, i int) (v int32, next int, ok bool) {
	if i+8 <= len(b) { // most have less than eight digits, and are read at once
		w := binary.LittleEndian.Uint64(b[i:i+8:i+8]) ^ '0'*ones
		if n := bits.TrailingZeros64((w+0x76*ones|w)&high) >> 3; uint(n-1) < 7 && (b[i+n] == ',' || b[i+n] == '}') {
			w <<= 64 - 8*uint(n) // the missing digits are zeros before the others; then pairs, fours and all eight become one
			w = w*10 + w>>8
			return int32((w&0xff000000ff*0xf424000000064 + w>>16&0xff000000ff*0x271000000001) >> 32), i + n, true
		}
	}
	negative := i < len(b) && b[i] == '-'
	if negative {
		i++
	}
	start := i
	for i < len(b) && i-start < 9 && b[i]-'0' <= 9 {
		v = v*10 + int32(b[i]-'0')
		i++
	}
	if negative {
		v = -v
	}
	return v, i, i > start && i < len(b) && (b[i] == ',' || b[i] == '}')
}

// int32Of is the number that t stands for, as fastjson casts it: null is absent, a string is read as a number, a
// fraction is cut off.
func int32Of(b []byte, t token) (v int32, present bool, r Reason) {
	text := b[t.off:t.end]
	switch t.kind {
	case kindNull:
		return 0, false, ReasonNone
	case kindNested:
		return 0, false, ReasonSyntax
	case kindEscaped:
		text = appendUnescaped(nil, text)
	case kindBare:
		switch string(text) {
		case "true":
			return 1, true, ReasonNone
		case "false":
			return 0, true, ReasonNone
		}
	}
	return parseInt32(bytes.TrimSpace(text))
}

// maxNumber is the longest text that is read as a number.
const maxNumber = 400

func parseInt32(text []byte) (v int32, present bool, r Reason) {
	if len(text) > maxNumber {
		return 0, false, ReasonNumberRange
	}
	for _, c := range text {
		if (c < '0' || c > '9') && c != '-' && c != '+' && c != '.' && c != 'e' && c != 'E' {
			return 0, false, ReasonSyntax
		}
	}
	s := string(text)
	if n, err := strconv.ParseInt(s, 10, 32); err == nil {
		return int32(n), true, ReasonNone
	}
	f, err := strconv.ParseFloat(s, 64)
	switch {
	case f <= -1<<31-1 || f >= 1<<31:
		return 0, false, ReasonNumberRange
	case err != nil:
		return 0, false, ReasonSyntax
	}
	return int32(f), true, ReasonNone
}
