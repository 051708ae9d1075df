package export

import (
	"strings"
	"testing"
)

// FuzzProperties holds the short way of writing properties against the long one.
func FuzzProperties(f *testing.F) {
	for _, s := range []string{
		"", "\x02", "\x01\x02", "KEYS\x01k\x02UNIQ_KEY\x01U\x02", "KEYS\x01k\x02UNIQ_KEY\x01U", "a\x01\x02b\x01c", "a\x02b\x01c", "a\x01b\x01c\x02d\x01e",
		"a\x011\x02b\x012\x02a\x013\x02", "UNIQ_KEY\x011\x02UNIQ_KEY\x012", "minOffset\x011\x02maxOffset\x012\x02", "abcd1wxyz\x011\x02abcd2wxyz\x012\x02",
		"k\x01{\"a\":1}\x02", "\u4e2d\x01\u6587\x02", "k\x01\xff\x02", "\xff\x01k\x02", "a\x01b\x02\x02c\x01d",
		strings.Repeat("a\x01b\x02", fewFields+2), strings.Join(strings.Split("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", ""), "\x01v\x02"),
	} {
		f.Add([]byte(s))
	}
	var j JSON
	f.Fuzz(func(t *testing.T, properties []byte) {
		got, id := j.appendProperties([]byte("before"), properties)
		want, wantID := j.appendAnyProperties([]byte("before"), properties)
		if string(got) != string(want) || string(id) != string(wantID) {
			t.Errorf("%q: %s %q, want %s %q", properties, got, id, want, wantID)
		}
	})
}

// These two have the same length, beginning, middle and end, and stand in the answer to every pull.
func TestKeysMuchAlikeAreNotDoubled(t *testing.T) {
	var d doubled
	if !d.add([]byte("minOffset")) || !d.add([]byte("maxOffset")) {
		t.Error("taken for equal")
	}
	if d.add([]byte("minOffset")) {
		t.Error("not found again")
	}
	if d.reset(); !d.add([]byte("minOffset")) {
		t.Error("not forgotten")
	}
}
