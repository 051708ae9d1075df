package decode

import (
	"encoding/json"
	"testing"
)

// FuzzBody has a seed for each kind of body and chooses the operation too; the targets below it stay with one decoder each.
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
		describedBody(t, ctx, raw, &in)
	})
}

// One target for each decoder of bodyDecoders, by an operation that has it.

func FuzzBatchAckBody(f *testing.F)        { fuzzBody(f, 200151, false) }
func FuzzClusterBody(f *testing.F)         { fuzzBody(f, 106, true) }
func FuzzConsumerListBody(f *testing.F)    { fuzzBody(f, 38, true) }
func FuzzDelayOffsetsBody(f *testing.F)    { fuzzBody(f, 45, true) }
func FuzzHeartbeatBody(f *testing.F)       { fuzzBody(f, 34, false) }
func FuzzLockBody(f *testing.F)            { fuzzBody(f, 41, false) }
func FuzzOffsetsBody(f *testing.F)         { fuzzBody(f, 43, true) }
func FuzzPropertiesBody(f *testing.F)      { fuzzBody(f, 25, false) }
func FuzzRegisterBody(f *testing.F)        { fuzzBody(f, 103, false) }
func FuzzRouteBody(f *testing.F)           { fuzzBody(f, 105, true) }
func FuzzTimerBody(f *testing.F)           { fuzzBody(f, 60, true) }
func FuzzReplyBody(f *testing.F)           { fuzzBody(f, 326, false, ExtField{"topic", "T"}) }
func FuzzCompressedReplyBody(f *testing.F) { fuzzBody(f, 326, false, ExtField{"sysFlag", "1"}) }

// Bodies without a decoder of their own, described by what they look like: JSON (about 60 classes), other text, or anything.

func FuzzOtherJSONBody(f *testing.F) { fuzzBody(f, 307, true) }
func FuzzTextBody(f *testing.F)      { fuzzBody(f, 302, false) }
func FuzzUnknownBody(f *testing.F)   { fuzzBody(f, 9999, false) }

// Bodies that are messages.

func FuzzStoredBody(f *testing.F) { fuzzBody(f, PullMessage, true) }
func FuzzSentBody(f *testing.F) {
	fuzzBody(f, SendMessageV2, false, ExtField{"b", "T"}, ExtField{"m", "1"})
}
func FuzzBatchBody(f *testing.F) {
	fuzzBody(f, SendBatchMessage, false, ExtField{"b", "T"}, ExtField{"m", "true"})
}

// fuzzBody fuzzes the body of one operation's requests or responses, beginning with those of its decoder that are at hand.
// A target for each operation keeps what it finds reproducible: testdata/fuzz has the body alone.
func fuzzBody(f *testing.F, code int32, response bool, ext ...ExtField) {
	spec, ctx := CommandSpec{Code: code, Version: 479, Ext: ext}, Context{Code: code, Known: true}
	if response {
		spec.Code, spec.Flag = 0, FlagResponse
	}
	kind := func(ctx Context, raw []byte) (string, shape) {
		frame, cmd := split(f, raw)
		it := MessagesOf(ctx, cmd.Code, cmd, frame)
		name := bodyName(ctx, cmd)
		for _, d := range bodyDecoders {
			if d.name == name {
				return name, it.shape
			}
		}
		return "", it.shape
	}
	name, messages := kind(ctx, framed(f, spec, []byte("x")))
	seed := func(ctx Context, raw []byte) {
		frame, _ := split(f, raw)
		if n, s := kind(ctx, raw); n == name && s == messages && len(frame.Body) < 3000 {
			f.Add(frame.Body)
		}
	}
	for _, e := range bodyExamples(f) {
		seed(e.frame(f))
	}
	for _, r := range recordings(f) {
		seed(r.context(), r.Raw)
	}
	if code == 103 {
		f.Add(unhex(f, compressedRegistration))
	}
	f.Add([]byte("\x78\x5e\x4b\x4c\xa4\x0c\x00\x00\x14\x8d\x18\x41")) // zlib
	var in Inflater
	in.MaxOutput = 1 << 16
	f.Fuzz(func(t *testing.T, body []byte) {
		describedBody(t, ctx, framed(t, spec, body), &in)
	})
}

// describedBody holds what is said of a frame against what must hold for any.
func describedBody(t *testing.T, ctx Context, raw []byte, in *Inflater) {
	fr, cmd := split(t, raw)
	d := Describe(ctx, fr, len(raw), DescribeOptions{Reference: 1795386866883, Nodes: 2000, Inflater: in})
	wellFormed(t, d)
	if len(d.Nodes) > 2001 {
		t.Fatalf("%d nodes", len(d.Nodes))
	}
	if b, ok := AppendBody(nil, ctx, cmd, fr, in); ok && !json.Valid(b) {
		t.Fatalf("%q", b)
	}
	walkMessages(t, ctx, cmd, fr)
	HeartbeatClientID(fr.Body)
}
