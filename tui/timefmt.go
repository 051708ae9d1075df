package tui

import (
	"strconv"
	"time"
)

// timeFormat is how the Time column shows a time.
type timeFormat uint8

const (
	timeRelative timeFormat = iota // seconds since the first event, or since the reference
	timeUTC
	timeLocal
	timeDelta // seconds since the row above
	timeFormats
)

// clockFormat is a time of day to the microsecond.
const clockFormat = "15:04:05.000000"

// label says which times are shown, for the status line.
func (f timeFormat) label(zone *time.Location, reference bool) string {
	switch f {
	case timeUTC:
		return "UTC"
	case timeLocal:
		name := zone.String()
		if zone == time.Local {
			name, _ = time.Now().In(zone).Zone()
		}
		return "local, " + name
	case timeDelta:
		return "since the row above"
	}
	if reference {
		return "since the reference"
	}
	return "since capture start"
}

// appendTime appends ns since 1970 in format f. start is what relative times count from, above the time of the row
// above, 0 where there is none.
func appendTime(dst []byte, f timeFormat, ns, start, above int64, zone *time.Location) []byte {
	switch f {
	case timeUTC:
		return time.Unix(0, ns).UTC().AppendFormat(dst, clockFormat)
	case timeLocal:
		return time.Unix(0, ns).In(zone).AppendFormat(dst, clockFormat)
	case timeDelta:
		if above == 0 {
			return append(dst, '-')
		}
		return appendSeconds(append(dst, sign(ns-above)), abs(ns-above))
	}
	if ns < start {
		dst = append(dst, '-')
	}
	return appendSeconds(dst, abs(ns-start))
}

func sign(n int64) byte {
	if n < 0 {
		return '-'
	}
	return '+'
}

func abs(n int64) int64 {
	if n < 0 {
		return -n
	}
	return n
}

// appendSeconds appends ns as seconds with six decimals.
func appendSeconds(dst []byte, ns int64) []byte {
	dst = strconv.AppendInt(dst, ns/1e9, 10)
	dst = append(dst, '.')
	us := ns % 1e9 / 1000
	for d := int64(100_000); d > 0; d /= 10 {
		dst = append(dst, byte('0'+us/d%10))
	}
	return dst
}

// appendMillis appends ns as milliseconds: three decimals below one second, one above.
func appendMillis(dst []byte, ns int64) []byte {
	digits := 3
	if ns >= 1_000_000_000 {
		digits = 1
	}
	return strconv.AppendFloat(dst, float64(ns)/1e6, 'f', digits, 64)
}

// millis is appendMillis as a string with its unit.
func millis(ns int64) string { return string(appendMillis(nil, ns)) + " ms" }

// age is a duration in at most four columns: 12s, 41m, 2h, 3d.
func age(ns int64) string {
	d := time.Duration(ns)
	switch {
	case d < time.Second:
		return strconv.Itoa(int(d.Milliseconds())) + "ms"
	case d < 100*time.Second:
		return strconv.Itoa(int(d.Seconds())) + "s"
	case d < 100*time.Minute:
		return strconv.Itoa(int(d.Minutes())) + "m"
	case d < 48*time.Hour:
		return strconv.Itoa(int(d.Hours())) + "h"
	}
	return strconv.Itoa(int(d.Hours()/24)) + "d"
}

// instant is a time in full, for the detail pane: UTC, nanoseconds.
func instant(ns int64) string { return time.Unix(0, ns).UTC().Format("2006-01-02T15:04:05.000000000Z") }
