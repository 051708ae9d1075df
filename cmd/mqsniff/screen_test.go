package main

import (
	"slices"
	"testing"
)

// The title names the only file: a narrow status line has better things to say.
func TestWarningsOfTheOnlyFileAreUnnamed(t *testing.T) {
	for _, c := range []struct{ warnings, paths, want []string }{
		{[]string{"a.pcap: packet 43: the file ends", "2 packets cut"}, []string{"a.pcap"}, []string{"packet 43: the file ends", "2 packets cut"}},
		{[]string{"a.pcap: packet 43: the file ends"}, []string{"a.pcap", "b.pcap"}, []string{"a.pcap: packet 43: the file ends"}},
		{nil, []string{"a.pcap"}, nil},
	} {
		if got := unnamed(c.warnings, c.paths); !slices.Equal(got, c.want) {
			t.Errorf("%q of %q: %q, not %q", c.warnings, c.paths, got, c.want)
		}
	}
}

// What only lines have is refused where there is a screen.
func TestCheckScreen(t *testing.T) {
	for _, c := range []struct {
		flags printOptions
		wrong bool
	}{
		{printOptions{color: "auto", filter: "latency > 5"}, false},
		{printOptions{color: "auto", limit: 3}, true},
		{printOptions{color: "auto", detail: true}, true},
		{printOptions{color: "auto", json: true}, true},
		{printOptions{color: "never"}, true},
	} {
		if err := c.flags.checkScreen(); (err != nil) != c.wrong {
			t.Errorf("%+v: %v", c.flags, err)
		}
	}
}
