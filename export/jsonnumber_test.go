package export

import (
	"fmt"
	"math"
	"strconv"
	"testing"
)

func TestAppendInt(t *testing.T) {
	numbers := []int64{0, math.MinInt64, math.MaxInt64}
	for n := int64(1); n > 0 && n <= math.MaxInt64/10; n *= 10 {
		numbers = append(numbers, n-1, n, n+1, 5*n, 9*n)
	}
	for bit := range 63 {
		numbers = append(numbers, 1<<bit-1, 1<<bit, 1<<bit+1)
	}
	for _, n := range numbers {
		for _, n := range []int64{n, -n} {
			if got, want := string(appendInt([]byte("x"), n)), "x"+strconv.FormatInt(n, 10); got != want {
				t.Errorf("%s, want %s", got, want)
			}
		}
	}
}

func TestAppendDigits(t *testing.T) {
	for _, n := range []int64{0, 1, 9, 10, 99, 100, 123456, 999999999} {
		for _, digits := range []int{9, 10} {
			if got, want := string(appendDigits([]byte("x"), n, digits)), fmt.Sprintf("x%0*d", digits, n); got != want {
				t.Errorf("%s, want %s", got, want)
			}
		}
	}
	if got := string(appendDigits(nil, 12345, 3)) + string(appendDigits(nil, -1, 2)); got != "34500" {
		t.Error(got)
	}
}
