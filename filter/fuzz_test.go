package filter

import (
	"errors"
	"testing"
	"unicode/utf8"
)

// Whatever is typed, nothing panics, and what is wrong has a place within the text.
func FuzzFilterCompile(f *testing.F) {
	for _, s := range []string{
		``, `code == SEND_MESSAGE_V2 and topic startsWith "order" and latency > 5`, `any(messages, .properties.KEYS == "k")`,
		`status < 5 or not (queue_id >= 2)`, `let x = 1; x == frame`, `topic matches "(a|b)*"`, `1..1000000 == 1..2`, `"ab" in ext`,
		`error != nil`, `((((`, `[1,2,{"a": 3}]`, `-9223372036854775808 == len`, `1 % 0 == 1`, `1/0 > 2`, `repeat("a", 1000) == topic`,
		`messages[-1].topic == ""`, `# == 1`, `topic | len() > 3`, `x ? y : z`, `"\u{110000}"`, `{"a": 1}.a == 1`, "`a", `/* `,
	} {
		f.Add(s)
	}
	r := conversation(f)
	f.Fuzz(func(t *testing.T, src string) {
		if len(src) > 512 {
			return
		}
		n := utf8.RuneCountInString(src)
		status := Check(src)
		if status.Column < 0 || status.Column > n+1 || (status.Verdict == OK) != (status.Message == "") {
			t.Fatalf("%q: %+v", src, status)
		}
		for _, c := range Complete(src, n/2, seenValues) {
			if c.From < 0 || c.From > c.To || c.To > n {
				t.Fatalf("%q: %+v", src, c)
			}
		}
		filter, err := Compile(src)
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || e.Column < 1 || e.Column > n+1 {
				t.Fatalf("%q: %v", src, err)
			}
			return
		}
		for i := range r.events {
			_, _ = filter.Match(&r.events[i], &World{Symbols: r.symbols, View: &r.views[i]})
		}
	})
}

func TestMatchAllocates(t *testing.T) {
	r := conversation(t)
	for src, limit := range map[string]float64{
		`code == SEND_MESSAGE_V2 and topic startsWith "order" and latency > 5`: 1,
		`status != SUCCESS and kind == "response"`:                             0,
		`group in ["cg-order", "cg-audit"] or client_id == "x"`:                0,
		`frame > 100 and len < 50`:                                             0,
		`code == POP_MESSAGE and client == "1.2.3.4:5"`:                        0,
	} {
		f, err := Compile(src)
		if err != nil {
			t.Fatal(err)
		}
		w := World{Symbols: r.symbols, View: &r.views[2]}
		if n := testing.AllocsPerRun(100, func() { _, _ = f.Match(&r.events[2], &w) }); n > limit {
			t.Errorf("%s: %v allocations", src, n)
		}
	}
}

func BenchmarkMatch(b *testing.B) {
	r := conversation(b)
	for name, src := range map[string]string{
		"code":    `code == SEND_MESSAGE_V2`,
		"three":   `code == SEND_MESSAGE_V2 and topic startsWith "order" and latency > 5`,
		"status":  `status != SUCCESS and kind == "response"`,
		"ext":     `ext.AccessKey == "app1"`,
		"message": `any(messages, .properties.KEYS == "k-17")`,
	} {
		b.Run(name, func(b *testing.B) {
			f, err := Compile(src)
			if err != nil {
				b.Fatal(err)
			}
			w := World{Symbols: r.symbols}
			b.ReportAllocs()
			for i := range b.N {
				k := 1 + i%2
				w.View = &r.views[k]
				if _, err := f.Match(&r.events[k], &w); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkCompile(b *testing.B) {
	b.ReportAllocs()
	for range b.N {
		if _, err := Compile(`code == SEND_MESSAGE_V2 and topic startsWith "order" and latency > 5`); err != nil {
			b.Fatal(err)
		}
	}
}
