package decode

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"
	"unicode/utf8"
)

func isError(t *testing.T, err error, limit int) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("%T %v", err, err)
	}
	if e.Code == ReasonNone || e.Op == OpNone || e.Off < 0 || e.Off > limit {
		t.Fatalf("%+v", e)
	}
}

func FuzzSplit(f *testing.F) {
	for _, b := range golden(f) {
		f.Add(b)
		f.Add(b[:len(b)/2])
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		frame, n, err := Split(b, Limits{})
		if err != nil {
			isError(t, err, PrefixLen)
			return
		}
		if n == 0 {
			return
		}
		if n > len(b) || len(frame.Raw) != n || PrefixLen+len(frame.Header)+len(frame.Body) != n {
			t.Fatalf("%d of %d bytes: %+v", n, len(b), frame)
		}
		if _, m, err := Split(b[:n-1], Limits{}); m != 0 || err != nil {
			t.Fatalf("one byte less: %d %v", m, err)
		}
	})
}

// walk asks for everything that a command can tell and checks that ranges lie within the header.
func walk(t *testing.T, c *Command, f Frame) {
	t.Helper()
	n := c.Ext.Len()
	for range 2 {
		for i := range n {
			e := c.Ext.At(i)
			for _, r := range []Range{e.KeyRange, e.ValueRange} {
				if r.Off < 0 || r.Len < 0 || r.Off+r.Len > len(f.Header) {
					t.Fatalf("range %+v of %d bytes", r, len(f.Header))
				}
			}
			if _, ok := c.Ext.Get(string(e.Key)); !ok {
				t.Fatalf("%q is not found", e.Key)
			}
		}
	}
	if len(c.Ext.text) > 3*len(f.Header)+1 {
		t.Fatalf("%d bytes of text out of %d", len(c.Ext.text), len(f.Header))
	}
	for _, r := range HeaderRanges(f) {
		if r.Range.Off < 0 || r.Range.Len < 0 || r.Range.Off+r.Range.Len > len(f.Header) {
			t.Fatalf("%+v of %d bytes", r, len(f.Header))
		}
	}
	for _, code := range []int32{c.Code, SendMessage, SendMessageV2, PullMessage} {
		SubjectOf(c, code)
	}
}

// strictHeader is a header as encoding/json reads it.
type strictHeader struct {
	Code      *int32                     `json:"code"`
	Flag      *int32                     `json:"flag"`
	Opaque    *int32                     `json:"opaque"`
	Version   *int32                     `json:"version"`
	Remark    *string                    `json:"remark"`
	ExtFields map[string]json.RawMessage `json:"extFields"`
}

func value(p *int32) int32 {
	if p == nil {
		return 0
	}
	return *p
}

// strict reads b with encoding/json. ok is false where that package and fastjson are meant to differ: members in another
// case, doubled members, numbers in language.
func strict(b []byte) (h strictHeader, ok bool) {
	if !utf8.Valid(b) || bytes.Contains(b, []byte("\ufffd")) || json.Unmarshal(b, &h) != nil {
		return h, false
	}
	in := json.NewDecoder(bytes.NewReader(b))
	if first, err := in.Token(); err != nil || first != json.Delim('{') {
		return h, false
	}
	seen := map[string]bool{}
	for in.More() {
		key, err := in.Token()
		name, isName := key.(string)
		if err != nil || !isName || seen[strings.ToLower(name)] {
			return h, false
		}
		seen[strings.ToLower(name)] = true
		for _, member := range []string{"code", "flag", "opaque", "version", "remark", "extFields", "language"} {
			if name != member && strings.EqualFold(name, member) {
				return h, false
			}
		}
		var skip json.RawMessage
		if in.Decode(&skip) != nil {
			return h, false
		}
		if name == "language" && len(skip) > 0 && skip[0] != '"' && string(skip) != "null" {
			return h, false
		}
	}
	return h, true
}

func FuzzHeaderJSON(f *testing.F) {
	for _, b := range golden(f) {
		if b[4] == 0 {
			frame, _, _ := Split(b, Limits{})
			f.Add(frame.Header)
		}
	}
	f.Add([]byte(`{"code":1,"extFields":{"a":1.5,"b":true,"c":null,"d":{"x":[1,"\u0001"]}},"remark":"\ud83d\ude00","opaque":-1}`))
	f.Add([]byte("{'code':'1',extFields:{a:/*c*/b,},\"remark\":\"\\x41\"}\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		frame := Frame{Header: b}
		var c Command
		err := c.Decode(frame)
		if err != nil {
			isError(t, err, PrefixLen+len(b))
		} else {
			walk(t, &c, frame)
		}
		if PlausibleHeader(b, JSON) && err != nil {
			t.Fatalf("plausible, but %v", err)
		}
		h, ok := strict(b)
		if !ok || strings.Count(string(b), "[")+strings.Count(string(b), "{") > maxNesting {
			return
		}
		if err != nil {
			t.Fatalf("%q: %v", b, err)
		}
		if c.Code != value(h.Code) || c.Flag != value(h.Flag) || c.Version != value(h.Version) || c.Opaque != value(h.Opaque) || c.HasOpaque != (h.Opaque != nil) {
			t.Fatalf("%q: %s", b, text(&c))
		}
		if (c.Remark == nil) != (h.Remark == nil) || h.Remark != nil && string(c.Remark) != *h.Remark {
			t.Fatalf("%q: remark %q", b, c.Remark)
		}
		if c.Ext.Present != (h.ExtFields != nil) {
			t.Fatalf("%q: extFields %v", b, c.Ext.Present)
		}
		for key, raw := range h.ExtFields {
			got, ok := c.Ext.Get(key)
			if !ok {
				t.Fatalf("%q: no %q", b, key)
			}
			want := string(raw)
			switch {
			case raw[0] == '"':
				if json.Unmarshal(raw, &want) != nil {
					t.Fatal(want)
				}
			case raw[0] == '{', raw[0] == '[':
				var compact bytes.Buffer
				if json.Compact(&compact, raw) != nil {
					t.Fatal(want)
				}
				want = compact.String()
			case want == "null":
				if got != nil {
					t.Fatalf("%q: %q is %q", b, key, got)
				}
				continue
			}
			if string(got) != want {
				t.Fatalf("%q: %q is %q, want %q", b, key, got, want)
			}
		}
	})
}

func FuzzHeaderBinary(f *testing.F) {
	for _, b := range golden(f) {
		if b[4] == 1 {
			frame, _, _ := Split(b, Limits{})
			f.Add(frame.Header)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		frame := binaryFrame(b)
		var c Command
		err := c.Decode(frame)
		if err != nil {
			isError(t, err, PrefixLen+len(b))
			HeaderRanges(frame)
		} else {
			walk(t, &c, frame)
		}
		if !PlausibleHeader(b, ROCKETMQ) {
			return
		}
		if err != nil {
			t.Fatalf("plausible, but %v", err)
		}
		for i := range b {
			if !PlausibleStart(b[:i], ROCKETMQ) {
				t.Fatalf("plausible, but not its first %d bytes", i)
			}
		}
	})
}

func FuzzEncodeDecode(f *testing.F) {
	f.Add(int32(310), int32(3), int32(0), int32(479), uint8(0), "remark", true, "i", "KEYS\x01k\x02", "topic", "T", []byte("body"))
	f.Add(int32(0), int32(-1), int32(1), int32(-1), uint8(9), "", false, "", "\u2028\"\\", "é", "\x7f", []byte{})
	f.Fuzz(func(t *testing.T, code, opaque, flag, version int32, language uint8, remark string, hasRemark bool, k1, v1, k2, v2 string, body []byte) {
		s := CommandSpec{
			Code: code, Opaque: opaque, Flag: flag, Version: version, Language: Language(language % uint8(len(languages))),
			Ext: []ExtField{{k1, v1}, {k2, v2}},
		}
		if hasRemark {
			s.Remark = &remark
		}
		for _, form := range []Serialization{JSON, ROCKETMQ} {
			b, err := EncodeCommand(nil, form, &s, body)
			if err != nil {
				if len(k1) <= math.MaxInt16 && len(k2) <= math.MaxInt16 && len(v1)+len(v2)+len(remark) < 1<<20 {
					t.Fatal(err)
				}
				continue
			}
			frame, n, err := Split(b, Limits{Frame: 1 << 30})
			if err != nil || n != len(b) || !bytes.Equal(frame.Body, body) {
				t.Fatalf("%d of %d: %v", n, len(b), err)
			}
			var c Command
			if err := c.Decode(frame); err != nil {
				t.Fatalf("%q: %v", frame.Header, err)
			}
			wantCode, wantVersion := code, version
			if form == ROCKETMQ {
				wantCode, wantVersion = int32(int16(code)), int32(int16(version))
			}
			if c.Code != wantCode || c.Version != wantVersion || c.Opaque != opaque || c.Flag != flag || c.Language != s.Language {
				t.Fatalf("%+v became %s", s, text(&c))
			}
			if string(c.Remark) != remark && hasRemark {
				t.Fatalf("remark %q became %q", remark, c.Remark)
			}
			for i, e := range s.Ext {
				if g := c.Ext.At(i); string(g.Key) != e.Key || string(g.Value) != e.Value {
					t.Fatalf("%q became %q=%q", e, g.Key, g.Value)
				}
			}
		}
	})
}
