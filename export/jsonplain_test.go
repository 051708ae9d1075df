package export

import (
	"bytes"
	"testing"
)

// Every byte at every place of texts that are shorter and longer than what is looked at at once.
func TestAppendPlain(t *testing.T) {
	before := []byte("before")
	for n := range 27 {
		text := bytes.Repeat([]byte("~"), n)
		if got, k := appendPlain(before, text); k != n || string(got) != "before"+string(text) {
			t.Fatalf("%d: %d %q", n, k, got)
		}
		for i := range n {
			for c := range 256 {
				text[i] = byte(c)
				want := n
				if !plain[c] {
					want = i
				}
				for _, next := range []byte("~\x00\"\\\x7f\x80\xff") { // what a carry could be taken for
					if i+1 < n {
						text[i+1] = next
					}
					end := want
					if plain[c] && i+1 < n && !plain[next] {
						end = i + 1
					}
					if got, k := appendPlain(before, text); k != end || string(got) != "before"+string(text[:end]) {
						t.Fatalf("%q: %d %q, want %d", text, k, got, end)
					}
				}
			}
			text[i] = '~'
			if i+1 < n {
				text[i+1] = '~'
			}
		}
	}
}
