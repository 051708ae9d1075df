package main

import (
	"fmt"
	"strconv"
	"strings"
)

// size is a flag for a number of bytes: 64KiB, 100MB, 1GiB, 4096.
type size int64

var units = []struct {
	name  string
	bytes float64
}{
	{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"TiB", 1 << 40},
	{"kB", 1e3}, {"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"TB", 1e12}, {"B", 1}, {"", 1},
}

// String, Set and Type are pflag.Value.
func (s *size) String() string {
	for i := 3; i >= 0; i-- {
		if n := int64(units[i].bytes); *s != 0 && int64(*s)%n == 0 {
			return strconv.FormatInt(int64(*s)/n, 10) + units[i].name
		}
	}
	return strconv.FormatInt(int64(*s), 10)
}

func (s *size) Set(text string) error {
	digits := strings.TrimRight(text, "BKMGTkbmgti")
	unit := text[len(digits):]
	n, err := strconv.ParseFloat(digits, 64)
	for _, u := range units {
		if err == nil && strings.EqualFold(unit, u.name) {
			if v := n * u.bytes; v >= 0 && v < 1<<62 {
				*s = size(v)
				return nil
			}
		}
	}
	return fmt.Errorf("%q is no size: write a number and a unit, such as 64KiB, 100MB or 1GiB", text)
}

func (s *size) Type() string { return "SIZE" }
