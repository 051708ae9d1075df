package tui

import (
	"strconv"

	"github.com/mqsniff/mqsniff/decode"
	"github.com/mqsniff/mqsniff/session"
)

// codeName names the operation of a frame.
func codeName(ev *session.Event) string {
	if ev.Has(session.Unmatched) {
		return "(request not seen)"
	}
	if c := decode.RequestCode(ev.Code); c != nil {
		return c.Name
	}
	return strconv.Itoa(int(ev.Code))
}

// statusName names the code of a response.
func statusName(ev *session.Event) string {
	if name, ok := decode.StatusFor(ev.Code, ev.Status, !ev.Has(session.Unmatched), ev.Version); ok {
		return name
	}
	return strconv.Itoa(int(ev.Status))
}

// languageName is empty where nothing is known.
func languageName(l decode.Language) string {
	if l == decode.LanguageNone {
		return ""
	}
	return decode.LanguageName(l)
}

// appendCount appends n with a comma between thousands.
func appendCount(dst []byte, n uint64) []byte {
	if n < 1000 {
		return strconv.AppendUint(dst, n, 10)
	}
	dst = appendCount(dst, n/1000)
	r := n % 1000
	return append(dst, ',', byte('0'+r/100), byte('0'+r/10%10), byte('0'+r%10))
}

// count is appendCount as a string.
func count[N ~int | ~int64 | ~uint32 | ~uint64](n N) string {
	if n < 0 {
		return strconv.FormatInt(int64(n), 10)
	}
	return string(appendCount(nil, uint64(n)))
}

// plural is a count with its noun: "1 frame", "1,204 frames".
func plural[N ~int | ~int64 | ~uint32 | ~uint64](n N, noun string) string {
	s := count(n) + " " + noun
	if n != 1 {
		s += "s"
	}
	return s
}

// appendSize appends a number of bytes in at most five columns: 212, 1.2k, 88k, 4.0M.
func appendSize(dst []byte, n uint64) []byte {
	const units = "kMGT"
	if n < 1000 {
		return strconv.AppendUint(dst, n, 10)
	}
	v := float64(n)
	u := -1
	for v >= 999.5 && u < len(units)-1 {
		v /= 1000
		u++
	}
	digits := 1
	if v >= 99.95 {
		digits = 0
	}
	return append(strconv.AppendFloat(dst, v, 'f', digits, 64), units[u])
}

// size is appendSize as a string, with the unit: "1.2 kB".
func size(n uint64) string {
	b := appendSize(nil, n)
	if last := b[len(b)-1]; last > '9' {
		return string(b[:len(b)-1]) + " " + string(last) + "B"
	}
	return string(b) + " B"
}
