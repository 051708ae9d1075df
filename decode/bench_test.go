package decode

import (
	"encoding/json"
	"testing"
)

func benchmarkHeader(b *testing.B, name string) {
	f := goldenFrame(b, name)
	var c Command
	b.SetBytes(int64(len(f.Header)))
	b.ReportAllocs()
	for b.Loop() {
		if err := c.Decode(f); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkHeaderJSON(b *testing.B)         { benchmarkHeader(b, "send v2 JSON") }
func BenchmarkHeaderJSONResponse(b *testing.B) { benchmarkHeader(b, "pull resp JSON") }
func BenchmarkHeaderBinary(b *testing.B)       { benchmarkHeader(b, "send v2 RMQ") }

// BenchmarkHeaderEncodingJSON is what the standard library takes for the same header.
func BenchmarkHeaderEncodingJSON(b *testing.B) {
	f := goldenFrame(b, "send v2 JSON")
	b.SetBytes(int64(len(f.Header)))
	b.ReportAllocs()
	for b.Loop() {
		var h struct {
			Code, Flag, Opaque, Version int32
			Language, Remark            string
			ExtFields                   map[string]string
		}
		if err := json.Unmarshal(f.Header, &h); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSubjectOf(b *testing.B) {
	var c Command
	if err := c.Decode(goldenFrame(b, "send v2 JSON")); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if s := SubjectOf(&c, c.Code); len(s.Topic) == 0 {
			b.Fatal("no topic")
		}
	}
}

func BenchmarkPlausibleHeader(b *testing.B) {
	f := goldenFrame(b, "send v2 JSON")
	b.ReportAllocs()
	for b.Loop() {
		if !PlausibleHeader(f.Header, f.Serialization) {
			b.Fatal("not plausible")
		}
	}
}

func BenchmarkEncodeCommand(b *testing.B) {
	f := goldenFrame(b, "send v2 JSON")
	var c Command
	if err := c.Decode(f); err != nil {
		b.Fatal(err)
	}
	s := SpecOf(&c)
	var out []byte
	b.ReportAllocs()
	for b.Loop() {
		var err error
		if out, err = EncodeCommand(out[:0], JSON, &s, f.Body); err != nil {
			b.Fatal(err)
		}
	}
}
