package decode

import (
	"bytes"
	"testing"
)

// pullOf32 is an answer with 32 messages.
func pullOf32(b *testing.B) (Context, *Command, Frame) {
	record := unhex(b, recordIPv4)
	raw, err := EncodeCommand(nil, JSON, &CommandSpec{Flag: FlagResponse, Version: 479}, bytes.Repeat(record, 32))
	if err != nil {
		b.Fatal(err)
	}
	f, cmd := split(b, raw)
	return Context{Code: PullMessage, Known: true}, cmd, f
}

func BenchmarkCountMessages32(b *testing.B) {
	ctx, cmd, f := pullOf32(b)
	b.ReportAllocs()
	for b.Loop() {
		if CountMessages(ctx, 0, cmd, f).Messages != 32 {
			b.Fatal("not 32")
		}
	}
}

func BenchmarkWalkMessages32(b *testing.B) {
	ctx, cmd, f := pullOf32(b)
	b.ReportAllocs()
	for b.Loop() {
		it := MessagesOf(ctx, 0, cmd, f)
		var m Message
		for it.Next(&m) {
			if m.UniqKey() == nil || m.CRCMismatch() {
				b.Fatal("not what was put in")
			}
		}
	}
}

func BenchmarkCountNoMessages(b *testing.B) {
	r := recording(b, "heartbeat")
	f, cmd := split(b, r.Raw)
	b.ReportAllocs()
	for b.Loop() {
		CountMessages(r.context(), cmd.Code, cmd, f)
	}
}

func BenchmarkCountSend(b *testing.B) {
	r := recording(b, "send JSON")
	f, cmd := split(b, r.Raw)
	b.ReportAllocs()
	for b.Loop() {
		CountMessages(r.context(), cmd.Code, cmd, f)
	}
}

func BenchmarkDescribe32(b *testing.B) {
	ctx, _, f := pullOf32(b)
	b.ReportAllocs()
	for b.Loop() {
		Describe(ctx, f, len(f.Raw), DescribeOptions{})
	}
}

func BenchmarkDialect(b *testing.B) {
	r := recording(b, "running info")
	f, _ := split(b, r.Raw)
	var tree Tree
	b.SetBytes(int64(len(f.Body)))
	b.ReportAllocs()
	for b.Loop() {
		if err := tree.Parse(f.Body); err != nil {
			b.Fatal(err)
		}
	}
}
