package export

import (
	"math/bits"
	"slices"
)

// pairs are the numbers 00 to 99.
const pairs = "0001020304050607080910111213141516171819" +
	"2021222324252627282930313233343536373839" +
	"4041424344454647484950515253545556575859" +
	"6061626364656667686970717273747576777879" +
	"8081828384858687888990919293949596979899"

// powers are those of ten, from 10⁰ on.
var powers = func() (t [20]uint64) {
	t[0] = 1
	for i := 1; i < len(t); i++ {
		t[i] = t[i-1] * 10
	}
	return t
}()

// appendInt is strconv.AppendInt to base 10. It writes into dst at once, as most of a line is short numbers.
func appendInt(dst []byte, n int64) []byte {
	u := uint64(n)
	if n < 0 {
		dst = append(dst, '-')
		u = -u
	}
	if u < 10 {
		return append(dst, byte('0'+u))
	}
	digits := bits.Len64(u) * 1233 >> 12 // log₂ to log₁₀, or one less than u has
	if u >= powers[digits] {
		digits++
	}
	return appendLast(dst, u, digits)
}

// appendLast appends the last digits of u, leading zeros included.
func appendLast(dst []byte, u uint64, digits int) []byte {
	end := len(dst) + digits
	dst = slices.Grow(dst, digits)[:end]
	out := dst[end-digits:]
	i := len(out)
	for ; i >= 2; i -= 2 {
		q := u / 100
		r := (u - q*100) * 2
		out[i-2], out[i-1] = pairs[r], pairs[r+1]
		u = q
	}
	if i == 1 {
		out[0] = byte('0' + u%10)
	}
	return dst
}
