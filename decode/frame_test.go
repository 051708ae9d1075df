package decode

import (
	"errors"
	"testing"
)

func TestSplit(t *testing.T) {
	for _, tt := range []struct {
		name   string
		bytes  string
		n      int
		reason Reason
	}{
		{"nothing", "", 0, 0},
		{"seven bytes", "\x00\x00\x00\x06\x00\x00\x00", 0, 0},
		{"least json", "\x00\x00\x00\x06\x00\x00\x00\x02{}", 10, 0},
		{"with body and rest", "\x00\x00\x00\x08\x00\x00\x00\x02{}xyrest", 12, 0},
		{"body missing", "\x00\x00\x00\x08\x00\x00\x00\x02{}x", 0, 0},
		{"length 0", "\x00\x00\x00\x00\x00\x00\x00\x00", 0, ReasonFrameLength},
		{"length 3", "\x00\x00\x00\x03\x00\x00\x00\x00", 0, ReasonFrameLength},
		{"length 4", "\x00\x00\x00\x04\x00\x00\x00\x00", 0, ReasonHeaderLength},
		{"length negative", "\xff\xff\xff\xff\x00\x00\x00\x02", 0, ReasonFrameLength},
		{"longest", "\x00\xff\xff\xfc\x00\x00\x00\x02", 0, 0},
		{"too long", "\x00\xff\xff\xfd\x00\x00\x00\x02", 0, ReasonFrameLength},
		{"type 2", "\x00\x00\x00\x06\x02\x00\x00\x02{}", 0, ReasonSerializeType},
		{"header beyond", "\x00\x00\x00\x06\x00\x00\x00\x03{}", 0, ReasonHeaderLength},
		{"binary of 20", "\x00\x00\x00\x18\x01\x00\x00\x14", 0, ReasonHeaderLength},
		{"http", "GET / HTTP/1.1", 0, ReasonFrameLength},
	} {
		f, n, err := Split([]byte(tt.bytes), Limits{})
		var e *Error
		if tt.reason != 0 {
			if !errors.As(err, &e) || e.Code != tt.reason || n != 0 {
				t.Errorf("%s: %d %v", tt.name, n, err)
			}
			continue
		}
		if err != nil || n != tt.n {
			t.Errorf("%s: %d %v, want %d", tt.name, n, err, tt.n)
			continue
		}
		if n > 0 && (len(f.Raw) != n || PrefixLen+len(f.Header)+len(f.Body) != n || cap(f.Header) != len(f.Header) || cap(f.Body) != len(f.Body)) {
			t.Errorf("%s: %+v", tt.name, f)
		}
	}
	if _, _, err := Split([]byte("\x00\x00\x00\x08\x00\x00\x00\x02{}xy"), Limits{Frame: 11}); err == nil {
		t.Error("limit does not limit")
	}
}

func TestErrorText(t *testing.T) {
	if got := (&Error{OpHeader, 12, ReasonSyntax}).Error(); got != "header at byte 12: not the JSON that RocketMQ writes" {
		t.Error(got)
	}
	for r := ReasonNone + 1; int(r) < len(reasonTexts); r++ {
		if r.String() == "" || r.String() == "unknown reason" {
			t.Errorf("reason %d has no text", r)
		}
	}
	if Reason(255).String() != "unknown reason" || Op(255).String() != "unknown" || Serialization(9).String() != "unknown" {
		t.Error("names of what is not there")
	}
}
