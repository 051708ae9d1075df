package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
)

// counts are the numbers that the generator states and that the summary must give too.
type counts struct {
	Bytes      int64                `json:"bytes"`
	FrameBytes int64                `json:"frame_bytes"`
	Codes      map[string]codeCount `json:"codes"`
	byName     map[string]int64
}

// codeCount is one operation's part.
type codeCount struct {
	Requests  int64 `json:"requests"`
	Oneways   int64 `json:"oneways"`
	Responses int64 `json:"responses"`
	Errors    int64 `json:"errors"`
}

// compared are the keys of the summary's contract. A key that is missing there is wrong.
var compared = [...]string{"packets", "connections", "frames", "requests", "oneways", "responses", "paired", "unanswered",
	"unmatched", "gaps", "gap_bytes", "garbage_bytes", "messages"}

func parseCounts(b []byte) (*counts, error) {
	var c counts
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(b, &c); err != nil {
		return nil, fmt.Errorf("counts of the capture: %w", err)
	}
	if err := json.Unmarshal(b, &fields); err != nil {
		return nil, err
	}
	c.byName = map[string]int64{}
	for _, k := range compared {
		var n int64
		if err := json.Unmarshal(fields[k], &n); err != nil {
			return nil, fmt.Errorf("counts of the capture: %s: %w", k, err)
		}
		c.byName[k] = n
	}
	return &c, nil
}

// checkSummary holds the output of `mqsniff read -o summary --json` against what is in the file.
func checkSummary(stdout []byte, want *counts) (wrong []string) {
	var got map[string]json.RawMessage
	if err := json.Unmarshal(stdout, &got); err != nil {
		return []string{"summary is not one JSON object: " + err.Error()}
	}
	for _, k := range compared {
		var n int64
		if err := json.Unmarshal(got[k], &n); err != nil {
			wrong = append(wrong, "summary has no "+k)
		} else if n != want.byName[k] {
			wrong = append(wrong, fmt.Sprintf("summary says %s %d, there are %d", k, n, want.byName[k]))
		}
	}
	var codes map[string]codeCount
	if err := json.Unmarshal(got["codes"], &codes); err != nil {
		return append(wrong, "summary has no codes")
	}
	for _, k := range slices.Sorted(maps.Keys(codes)) {
		if _, ok := want.Codes[k]; !ok {
			wrong = append(wrong, "summary has code "+k+", there is none")
		}
	}
	for _, k := range slices.Sorted(maps.Keys(want.Codes)) {
		if codes[k] != want.Codes[k] {
			wrong = append(wrong, fmt.Sprintf("summary says of code %s %+v, it is %+v", k, codes[k], want.Codes[k]))
		}
	}
	return wrong
}

// checkLines runs `mqsniff read -o json` once, outside the measured rounds, and counts its lines.
func checkLines(tools []*tool, want *counts, stderr io.Writer) []string {
	t := pick(tools, toolJSON)
	if t == nil {
		return nil
	}
	fmt.Fprintln(stderr, "counting the lines of -o json")
	c := pinned("", t.argv)
	c.Stderr = stderr
	out, err := c.StdoutPipe()
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		return []string{"json: " + err.Error()}
	}
	wrong := checkEvents(out, want)
	io.Copy(io.Discard, out)
	if err := c.Wait(); err != nil {
		wrong = append(wrong, "json: "+err.Error())
	}
	return wrong
}

func checkEvents(r io.Reader, want *counts) []string {
	got := map[string]int64{}
	in := bufio.NewScanner(r)
	in.Buffer(nil, 64<<20)
	for in.Scan() {
		var e struct {
			Kind     string            `json:"kind"`
			Request  int64             `json:"request"`
			Messages []json.RawMessage `json:"messages"`
		}
		if err := json.Unmarshal(bytes.TrimSpace(in.Bytes()), &e); err != nil {
			return []string{"json: a line is not a JSON object: " + err.Error()}
		}
		switch e.Kind {
		case "request", "oneway", "response":
			got["frames"]++
			got[e.Kind+"s"]++
		case "open":
			got["connections"]++
		case "gap":
			got["gaps"]++
		}
		got["messages"] += int64(len(e.Messages))
		if e.Request != 0 {
			got["paired"]++
		}
	}
	if err := in.Err(); err != nil {
		return []string{"json: " + err.Error()}
	}
	var wrong []string
	for _, k := range []string{"frames", "requests", "oneways", "responses", "connections", "gaps", "messages", "paired"} {
		if got[k] != want.byName[k] {
			wrong = append(wrong, fmt.Sprintf("json has %s %d, there are %d", k, got[k], want.byName[k]))
		}
	}
	return wrong
}
