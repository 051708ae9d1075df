package decode

import (
	"math/rand/v2"
	"strconv"
	"testing"
)

// What is read at once, eight bytes, is what strconv reads.
func TestScanInt32(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	letters := "0123456789,}-+. \"\x00\xff/:;AZ\xb9"
	for range 200_000 {
		b := make([]byte, random.IntN(13))
		for i := range b {
			set := letters
			if random.IntN(4) > 0 {
				set = letters[:10]
			}
			b[i] = set[random.IntN(len(set))]
		}
		i := random.IntN(len(b) + 1)
		end := i
		for end < len(b) && (b[end] >= '0' && b[end] <= '9' || end == i && b[end] == '-') {
			end++
		}
		want, err := strconv.ParseInt(string(b[i:end]), 10, 32)
		digits := end - i
		if i < len(b) && b[i] == '-' {
			digits--
		}
		plain := err == nil && digits <= 9 && end < len(b) && (b[end] == ',' || b[end] == '}')
		v, next, ok := scanInt32(b, i)
		if ok != plain || ok && (int64(v) != want || next != end) {
			t.Fatalf("%q from %d: %d, up to %d, %v; want %d, %d, %v", b, i, v, next, ok, want, end, plain)
		}
	}
}
