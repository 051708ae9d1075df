package tui

import (
	"testing"
)

func loading(o *Options) {
	o.Progress = func() Progress { return Progress{Read: 57, Total: 100, Packets: 1204} }
	o.Stop = func() {}
}

func TestGoldenScreens(t *testing.T) {
	sizes := []struct {
		name string
		w, h int
	}{{"80x24", 80, 24}, {"120x40", 120, 40}, {"200x50", 200, 50}}
	for _, size := range sizes {
		for _, state := range []struct {
			name string
			keys string
			with []func(*Options)
		}{
			{name: "loading", with: []func(*Options){loading}},
			{name: "loaded"},
			{name: "failure", keys: "b"},
			{name: "filter-ok", keys: `/topic == "OrderPaid"<enter>`},
			{name: "filter-incomplete", keys: `/topic == "Ord`},
			{name: "filter-error", keys: `/topic =! 5`},
			{name: "filter-nothing", keys: `/topic == "Nothing"<enter>`},
			{name: "detail", keys: "jjj<enter><down><right><down><down>"},
			{name: "conns", keys: "2"},
			{name: "help", keys: "?"},
			{name: "hostile", keys: "/frame == 19<enter><enter>"},
		} {
			t.Run(state.name+"-"+size.name, func(t *testing.T) {
				u := start(t, story(t), size.w, size.h, state.with...)
				u.keys(state.keys)
				u.golden(state.name + "-" + size.name)
			})
		}
	}
}
