package decode

import (
	"encoding/json"
	"testing"
)

// FuzzBody has a seed for each kind of body, so that a minute of it exercises all their decoders.
func FuzzBody(f *testing.F) {
	for _, e := range bodyExamples(f) {
		f.Add(e.Code, e.Response, []byte(e.Body))
	}
	for _, r := range recordings(f) {
		if frame, cmd := split(f, r.Raw); r.Known && len(frame.Body) > 0 && len(frame.Body) < 2000 {
			f.Add(r.Code, cmd.Response(), frame.Body)
		}
	}
	f.Add(int32(103), false, unhex(f, compressedRegistration))
	var in Inflater
	in.MaxOutput = 1 << 16
	f.Fuzz(func(t *testing.T, code int32, response bool, body []byte) {
		e := bodyExample{Code: code, Response: response, Body: string(body)}
		ctx, raw := e.frame(t)
		fr, cmd := split(t, raw)
		d := Describe(ctx, fr, len(raw), DescribeOptions{Reference: 1795386866883, Nodes: 2000, Inflater: &in})
		wellFormed(t, d)
		if len(d.Nodes) > 2001 {
			t.Fatalf("%d nodes", len(d.Nodes))
		}
		if b, ok := AppendBody(nil, ctx, cmd, fr, &in); ok && !json.Valid(b) {
			t.Fatalf("%q", b)
		}
		walkMessages(t, ctx, cmd, fr)
		HeartbeatClientID(body)
	})
}
