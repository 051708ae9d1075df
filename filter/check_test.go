package filter

import "testing"

func TestCheck(t *testing.T) {
	for _, c := range []struct {
		src     string
		verdict Verdict
		column  int
	}{
		{"", OK, 0},
		{"  ", OK, 0},
		{"code == 10", OK, 0},
		{`topic == "Ord`, Incomplete, 10},
		{`topic == 'Ord`, Incomplete, 10},
		{`topic ==`, Incomplete, 9},
		{`code == 10 and`, Incomplete, 15},
		{`code == 10 a`, Incomplete, 12},
		{`code == 10 x`, Invalid, 12},
		{`(code == 10`, Incomplete, 1},
		{`topic in ["a", `, Incomplete, 10},
		{`any(messages, .to`, Incomplete, 4},
		{`any(messages, .to)`, Invalid, 16},
		{`top`, Incomplete, 1},
		{`xyz`, Invalid, 1},
		{`topic`, Incomplete, 1},
		{`code == SEND_MES`, Incomplete, 9},
		{`code == SEND_MES and`, Incomplete, 21},
		{`SEND_MES == code`, Invalid, 1},
		{`topic > 5`, Invalid, 7},
		{`code == 10)`, Invalid, 11},
		{`error.re`, Incomplete, 7},
	} {
		s := Check(c.src)
		if s.Verdict != c.verdict || s.Column != c.column || (s.Message == "") != (c.verdict == OK) {
			t.Errorf("%q: %v at %d: %s; want %v at %d", c.src, s.Verdict, s.Column, s.Message, c.verdict, c.column)
		}
	}
	if !Check(`remark == ""`).NeedsFrame || Check(`code == 1`).NeedsFrame {
		t.Error("NeedsFrame")
	}
}
