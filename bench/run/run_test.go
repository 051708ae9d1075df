package main

import (
	"strings"
	"testing"
	"time"
)

const truthLine = `{"bytes":1000,"frame_bytes":600,"packets":9,"connections":1,"frames":3,"requests":1,"oneways":1,"responses":1,"paired":1,` +
	`"unanswered":0,"unmatched":0,"gaps":0,"gap_bytes":0,"garbage_bytes":0,"messages":2,"codes":{"11":{"requests":1,"oneways":1,"responses":1,"errors":0}}}`

func truthForTest(t *testing.T) *counts {
	t.Helper()
	want, err := parseCounts([]byte(truthLine))
	if err != nil {
		t.Fatal(err)
	}
	return want
}

func TestSummaryIsHeldAgainstTruth(t *testing.T) {
	want := truthForTest(t)
	for _, c := range []struct{ from, to, complaint string }{
		{"", "", ""},
		{`"frames":3`, `"frames":4`, "summary says frames 4, there are 3"},
		{`"gaps":0,`, "", "summary has no gaps"},
		{`"errors":0`, `"errors":1`, "summary says of code 11"},
		{`"11"`, `"12"`, "summary has code 12, there is none"},
		{`"codes"`, `"cods"`, "summary has no codes"},
		{`{"bytes"`, `"bytes"`, "not one JSON object"},
	} {
		got := strings.Join(checkSummary([]byte(strings.Replace(truthLine, c.from, c.to, 1)), want), "; ")
		if (got == "") != (c.complaint == "") || !strings.Contains(got, c.complaint) {
			t.Errorf("%s → %s: %q, want %q", c.from, c.to, got, c.complaint)
		}
	}
	if _, err := parseCounts([]byte(`{"bytes":1}`)); err == nil {
		t.Error("counts without frames are accepted")
	}
}

func TestLinesAreHeldAgainstTruth(t *testing.T) {
	want := truthForTest(t)
	good := `{"frame":1,"kind":"open"}
{"frame":2,"kind":"request"}
{"frame":3,"kind":"response","request":2,"messages":[{"topic":"a"}]}
{"frame":4,"kind":"oneway","messages":[{"topic":"a"}]}
`
	if wrong := checkEvents(strings.NewReader(good), want); len(wrong) != 0 {
		t.Errorf("right lines: %q", wrong)
	}
	for _, bad := range []string{strings.Replace(good, `,"request":2`, "", 1), good + `{"kind":"gap"}`, good + "x", ""} {
		if wrong := checkEvents(strings.NewReader(bad), want); len(wrong) == 0 {
			t.Errorf("no complaint about %q", bad)
		}
	}
}

func TestReport(t *testing.T) {
	samples := func(s ...time.Duration) (all []sample) {
		for _, d := range s {
			all = append(all, sample{wall: d * time.Second, cpu: time.Second, rss: 50e6})
		}
		return all
	}
	r := report{title: "x", want: truthForTest(t), floor: 10e6, machine: "M.", tools: []*tool{
		{name: toolSummary, what: "S", samples: samples(3, 1, 2)}, {name: toolTCP, what: "T", samples: samples(9, 8, 10)}}}
	text := r.markdown()
	for _, line := range []string{"## x\n", "9 packets, 3 frames (200 bytes on average), 2 messages", "| S | 2.00 | 1.00–3.00 | 1.00 | 1 | 0 | 50 | 1.00 | 1.00 |",
		"| T | 9.00 | 8.00–10.00 | 1.00 | 0 | 0 | 50 | 4.50 | 1.00 |", "Counts are right."} {
		if !strings.Contains(text, line) {
			t.Errorf("no %q in\n%s", line, text)
		}
	}
	if got := thousands(1234567) + thousands(12); got != "1 234 56712" {
		t.Error(got)
	}
}

func TestSectionIsReplaced(t *testing.T) {
	one := withSection(resultsHead, "a", "## a\n\nfirst\n")
	two := withSection(one, "b", "## b\n\nsecond\n")
	three := withSection(two, "a", "## a\n\nthird\n")
	if want := resultsHead + "\n## a\n\nthird\n\n## b\n\nsecond\n"; three != want {
		t.Errorf("%q, want %q", three, want)
	}
}
