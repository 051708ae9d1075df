package export

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

// plain are the bytes that stand in a JSON string as they are.
var plain = func() (t [256]bool) {
	for c := ' '; c < 0x7F; c++ {
		t[c] = c != '"' && c != '\\'
	}
	return t
}()

// appendPlain appends what text begins with that stands in a JSON string as it is, and tells how many bytes that are. It
// looks at eight bytes at a time, and copies them by the way.
func appendPlain(dst, text []byte) ([]byte, int) {
	start, n := len(dst), len(text)
	dst = slices.Grow(dst, n)
	out := dst[start : start+n]
	i := 0
	for ; i+8 <= n; i += 8 {
		w := binary.LittleEndian.Uint64(text[i:])
		binary.LittleEndian.PutUint64(out[i:], w)
		if m := notPlain(w); m != 0 {
			i += bits.TrailingZeros64(m) / 8
			return dst[:start+i], i
		}
	}
	switch {
	case i == n:
		return dst[:start+n], n
	case n >= 8: // the last eight; those that were looked at already are plain
		w := binary.LittleEndian.Uint64(text[n-8:])
		binary.LittleEndian.PutUint64(out[n-8:], w)
		i = n
		if m := notPlain(w); m != 0 {
			i += bits.TrailingZeros64(m)/8 - 8
		}
		return dst[:start+i], i
	case n >= 4: // both ends, which may overlap
		first, last := binary.LittleEndian.Uint32(text), binary.LittleEndian.Uint32(text[n-4:])
		if notPlain(uint64(first)|uint64(last)<<32) == 0 {
			binary.LittleEndian.PutUint32(out, first)
			binary.LittleEndian.PutUint32(out[n-4:], last)
			return dst[:start+n], n
		}
	}
	for ; i < n && plain[text[i]]; i++ {
		out[i] = text[i]
	}
	return dst[:start+i], i
}

// notPlain marks those of eight bytes that are not plain with their top bit: 0 where all are. Above the lowest mark there
// may be false ones, made by what is carried over.
func notPlain(w uint64) uint64 {
	const each = 0x0101010101010101
	return (w | (w - ' '*each) | (w + each) | ((w ^ '"'*each) - each) | ((w ^ '\\'*each) - each)) & (0x80 * each)
}
