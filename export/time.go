package export

import (
	"strconv"
	"time"
)

// clock writes times. Events come in order, so the part down to the second is kept.
type clock struct {
	second int64
	text   []byte // "2006-01-02T15:04:05."
}

// append writes ns since 1970 as RFC 3339 in UTC with nine decimals.
func (c *clock) append(dst []byte, ns int64) []byte {
	second, fraction := ns/1e9, ns%1e9
	if fraction < 0 {
		second, fraction = second-1, fraction+1e9
	}
	if c.text == nil || second != c.second {
		c.second = second
		c.text = time.Unix(second, 0).UTC().AppendFormat(c.text[:0], "2006-01-02T15:04:05.")
	}
	dst = append(dst, c.text...)
	dst = appendDigits(dst, fraction, 9)
	return append(dst, 'Z')
}

// appendDigits writes n, which is not negative, with leading zeros.
func appendDigits(dst []byte, n int64, digits int) []byte {
	return appendLast(dst, uint64(max(n, 0)), digits)
}

// appendSeconds writes a span of ns in seconds with six decimals, as Wireshark shows time since the beginning.
func appendSeconds(dst []byte, ns int64) []byte { return appendMicros(dst, ns, 1e6, 6) }

// appendMillis writes a span of ns in milliseconds with three decimals.
func appendMillis(dst []byte, ns int64) []byte { return appendMicros(dst, ns, 1e3, 3) }

// appendMicros writes a span of ns to the microsecond, in a unit of that many microseconds.
func appendMicros(dst []byte, ns, unit int64, decimals int) []byte {
	if ns < 0 {
		dst = append(dst, '-')
		ns = -ns
	}
	us := ns / 1000
	dst = strconv.AppendInt(dst, us/unit, 10)
	dst = append(dst, '.')
	return appendDigits(dst, us%unit, decimals)
}
