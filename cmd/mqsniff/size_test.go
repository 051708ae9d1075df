package main

import "testing"

func TestSize(t *testing.T) {
	for text, want := range map[string]size{"0": 0, "4096": 4096, "64KiB": 64 << 10, "64kib": 64 << 10, "1.5MB": 1_500_000, "1GiB": 1 << 30, "100kb": 100_000} {
		var s size
		if err := s.Set(text); err != nil || s != want {
			t.Errorf("%s: %d, %v; want %d", text, s, err, want)
		}
	}
	for _, text := range []string{"", "MB", "-1", "1 MB", "1XB", "NaN", "1e30GB", "1KBB"} {
		var s size
		if err := s.Set(text); err == nil {
			t.Errorf("%q is taken as %d", text, s)
		}
	}
	for s, want := range map[size]string{0: "0", 1 << 30: "1GiB", 3 << 20: "3MiB", 1000: "1000"} {
		if got := s.String(); got != want {
			t.Errorf("%d is written %s, want %s", s, got, want)
		}
	}
}
