package decode

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// binaryHeader writes a header field by field; pairs are keys and values.
func binaryHeader(code int16, language byte, version int16, opaque, flag int32, remark string, pairs ...string) []byte {
	b := binary.BigEndian.AppendUint16(nil, uint16(code))
	b = append(b, language)
	b = binary.BigEndian.AppendUint16(b, uint16(version))
	b = binary.BigEndian.AppendUint32(b, uint32(opaque))
	b = binary.BigEndian.AppendUint32(b, uint32(flag))
	b = binary.BigEndian.AppendUint32(b, uint32(len(remark)))
	b = append(b, remark...)
	var m []byte
	for i := 0; i < len(pairs); i += 2 {
		m = binary.BigEndian.AppendUint16(m, uint16(len(pairs[i])))
		m = append(m, pairs[i]...)
		m = binary.BigEndian.AppendUint32(m, uint32(len(pairs[i+1])))
		m = append(m, pairs[i+1]...)
	}
	b = binary.BigEndian.AppendUint32(b, uint32(len(m)))
	return append(b, m...)
}

func binaryFrame(header []byte) Frame { return Frame{Header: header, Serialization: ROCKETMQ} }

func TestDecodeBinary(t *testing.T) {
	for _, tt := range []struct {
		name   string
		header []byte
		want   string
	}{
		{"least", binaryHeader(106, 0, 479, 2, 0, ""), `106 JAVA 479 2 0 nil {}`},
		{"all", binaryHeader(0, 9, 317, -1, 1, "why", "a", "1", "b", ""), `0 GO 317 -1 1 "why" {"a"="1" "b"=""}`},
		{"signed", binaryHeader(-2, 1, -3, 1, 2, ""), `-2 CPP -3 1 2 nil {}`},
		{"unknown language", binaryHeader(1, 200, 1, 1, 0, ""), `1 unknown: 1 1 0 nil {}`},
		{"doubled", binaryHeader(310, 0, 1, 1, 0, "", "a", "1", "a", "2"), `310 JAVA 1 1 0 nil {"a"="1" "a"="2"}`},
		{"bytes behind", append(binaryHeader(1, 0, 1, 1, 0, "", "a", "1"), "xyz"...), `1 JAVA 1 1 0 nil {"a"="1"}`},
		{"backslash is text", binaryHeader(1, 0, 1, 1, 0, `\n`, `\u0061`, `\t`), `1 JAVA 1 1 0 "\\n" {"\\u0061"="\\t"}`},
		{"empty key", binaryHeader(1, 0, 1, 1, 0, "", "", "1"), `1 JAVA 1 1 0 nil {""="1"}`},
	} {
		var c Command
		if err := c.Decode(binaryFrame(tt.header)); err != nil {
			t.Errorf("%s: %v", tt.name, err)
		} else if got := text(&c); got != tt.want {
			t.Errorf("%s:\nhave %s\nwant %s", tt.name, got, tt.want)
		}
	}
}

func TestDecodeBinaryRefuses(t *testing.T) {
	whole := binaryHeader(310, 0, 479, 1, 0, "why", "key", "value")
	change := func(off int, b ...byte) []byte {
		h := append([]byte(nil), whole...)
		copy(h[off:], b)
		return h
	}
	for _, tt := range []struct {
		name   string
		header []byte
		off    int
		reason Reason
	}{
		{"no bytes", nil, 0, ReasonShort},
		{"20 bytes", whole[:20], 20, ReasonShort},
		{"remark beyond", change(13, 0, 0, 1), 13, ReasonLength},
		{"remark negative", change(13, 0xFF, 0xFF, 0xFF, 0xFF), 13, ReasonLength},
		{"remark over map length", change(13, 0, 0, 0, byte(len(whole)-20)), 13, ReasonLength},
		{"map beyond", change(20, 0, 0, 0, 15), 20, ReasonLength},
		{"map negative", change(20, 0x80), 20, ReasonLength},
		{"map ends in key length", change(20, 0, 0, 0, 1), 24, ReasonShort},
		{"map ends in key", change(20, 0, 0, 0, 4), 24, ReasonLength},
		{"key negative", change(24, 0xFF, 0xFF), 24, ReasonLength},
		{"key beyond", change(24, 0, 9), 24, ReasonLength},
		{"map ends in value length", change(20, 0, 0, 0, 8), 24, ReasonLength},
		{"value negative", change(29, 0xFF), 29, ReasonLength},
		{"value beyond", change(29, 0, 0, 0, 6), 29, ReasonLength},
	} {
		var c Command
		err := c.Decode(binaryFrame(tt.header))
		var e *Error
		if !errors.As(err, &e) {
			t.Errorf("%s: accepted", tt.name)
		} else if e.Off != PrefixLen+tt.off || e.Code != tt.reason {
			t.Errorf("%s: %v, want byte %d: %v", tt.name, err, PrefixLen+tt.off, tt.reason)
		}
	}
}

func TestHeaderRangesBinary(t *testing.T) {
	header := binaryHeader(310, 0, 479, 1, 0, "why", "key", "value")
	got := ""
	for _, r := range HeaderRanges(binaryFrame(header)) {
		got += fmt.Sprintf("%s %d+%d ", r.Name, r.Range.Off, r.Range.Len)
	}
	want := "code 0+2 language 2+1 version 3+2 opaque 5+4 flag 9+4 remarkLength 13+4 remark 17+3 extLength 20+4 extFields 24+14 "
	if got != want {
		t.Errorf("have %s\nwant %s", got, want)
	}
	if got := HeaderRanges(binaryFrame(header[:12])); len(got) != 4 {
		t.Error(got)
	}
	var c Command
	if err := c.Decode(binaryFrame(header)); err != nil {
		t.Fatal(err)
	}
	f := c.Ext.At(0)
	if string(header[f.KeyRange.Off:][:f.KeyRange.Len]) != "key" || string(header[f.ValueRange.Off:][:f.ValueRange.Len]) != "value" || !f.Quoted {
		t.Errorf("%+v", f)
	}
}

func TestPlausibleHeader(t *testing.T) {
	real := `{"code":105,"extFields":{"topic":"TopicTest"},"flag":0,"language":"JAVA","opaque":1,"version":479}`
	good := binaryHeader(310, 0, 479, 1, 0, "why", "key", "value")
	change := func(off int, b ...byte) string {
		h := append([]byte(nil), good...)
		copy(h[off:], b)
		return string(h)
	}
	many := make([]string, 0, 2*(maxPlausibleFields+1))
	for range maxPlausibleFields + 1 {
		many = append(many, "k", "")
	}
	for _, tt := range []struct {
		name   string
		header string
		s      Serialization
		want   bool
	}{
		{"json", real, JSON, true},
		{"json newline", real + "\n", JSON, true},
		{"json short", `{"code":105,"flag":0,"opaque":1}`, JSON, false},
		{"json blank first", " " + real, JSON, false},
		{"json no opaque", strings.Replace(real, "opaque", "opague", 1), JSON, false},
		{"json zero byte", strings.Replace(real, "TopicTest", "Topic\x00Test", 1), JSON, false},
		{"json overflow", strings.Replace(real, `"opaque":1`, `"opaque":4294967296`, 1), JSON, false},
		{"json cut", real[:len(real)-1], JSON, false},
		{"json huge", real + strings.Repeat(" ", maxPlausibleHeader), JSON, false},
		{"binary", string(good), ROCKETMQ, true},
		{"binary least", string(good[:17]) + "", ROCKETMQ, false},
		{"binary language", change(2, 14), ROCKETMQ, false},
		{"binary version", change(3, 0x07, 0xD1), ROCKETMQ, false},
		{"binary version negative", change(3, 0xFF, 0xFF), ROCKETMQ, false},
		{"binary flag", change(9, 0, 0, 0, 4), ROCKETMQ, false},
		{"binary flag 3", change(9, 0, 0, 0, 3), ROCKETMQ, true},
		{"binary remark", change(13, 0, 0, 0, 99), ROCKETMQ, false},
		{"binary key", change(26, 0x07), ROCKETMQ, false},
		{"binary empty key", change(24, 0, 0), ROCKETMQ, false},
		{"binary bytes behind", string(good) + "xx", ROCKETMQ, true},
		{"binary many fields", string(binaryHeader(1, 0, 1, 1, 0, "", many...)), ROCKETMQ, false},
		{"binary fields", string(binaryHeader(1, 0, 1, 1, 0, "", many[2:]...)), ROCKETMQ, true},
	} {
		if got := PlausibleHeader([]byte(tt.header), tt.s); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
		if !tt.want {
			continue
		}
		for i := range tt.header {
			if !PlausibleStart([]byte(tt.header[:i]), tt.s) {
				t.Errorf("%s: the first %d bytes are refused", tt.name, i)
			}
		}
	}
	for partial, s := range map[string]Serialization{"[": JSON, "{\x00": JSON, "\x00\x00\x0e": ROCKETMQ, "\x00\x00\x00\x08": ROCKETMQ} {
		if PlausibleStart([]byte(partial), s) {
			t.Errorf("%q may begin a header", partial)
		}
	}
	realBytes := []byte(real)
	n := testing.AllocsPerRun(100, func() {
		PlausibleHeader(realBytes, JSON)
		PlausibleHeader(good, ROCKETMQ)
	})
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
}
