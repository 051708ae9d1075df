package decode

import (
	"bytes"
	"encoding/json"
	"testing"
)

// inside holds a message against the frame that it is a view of.
func inside(t *testing.T, m *Message, f Frame) {
	t.Helper()
	for _, r := range []Range{m.Range, m.BodyRange} {
		if r.Off < 0 || r.Len < 0 || r.Off+r.Len > len(f.Raw) {
			t.Fatalf("%+v beyond %d bytes", r, len(f.Raw))
		}
	}
	if !bytes.Equal(f.Raw[m.BodyRange.Off:m.BodyRange.Off+m.BodyRange.Len], m.Body) {
		t.Fatal("BodyRange is not Body")
	}
}

func walkMessages(t *testing.T, ctx Context, cmd *Command, f Frame) {
	t.Helper()
	it := MessagesOf(ctx, cmd.Code, cmd, f)
	var m Message
	n, total := 0, 0
	for it.Next(&m) {
		n++
		inside(t, &m, f)
		total += m.Range.Len
		m.UniqKey()
		m.OffsetMsgID()
		m.CRCMismatch()
		inner := m.Inner(m.Body)
		var e Message
		for m.InnerBatch() && inner.Next(&e) {
			if e.Range.Off+e.Range.Len > len(m.Body) {
				t.Fatal("inner message beyond its body")
			}
		}
	}
	if total > len(f.Body) {
		t.Fatalf("messages of %d bytes in a body of %d", total, len(f.Body))
	}
	err := it.Err()
	if err != nil && (err.Off < 0 || err.Off > len(f.Raw)) {
		t.Fatal(err)
	}
	c := CountMessages(ctx, cmd.Code, cmd, f)
	if c.Messages != n || (c.Err == nil) != (err == nil) {
		t.Fatalf("%d messages, %v; counted %+v", n, err, c)
	}
}

func FuzzRecords(f *testing.F) {
	for _, s := range []string{recordIPv4, recordIPv6, recordIPv4 + recordIPv6} {
		f.Add(unhex(f, s), false)
		f.Add(unhex(f, s)[:100], true)
	}
	for _, name := range []string{"pull V1", "pull IPv6", "pull inner batch", "pop answer"} {
		r := recording(f, name)
		frame, _ := split(f, r.Raw)
		f.Add(frame.Body, false)
	}
	f.Fuzz(func(t *testing.T, body []byte, cut bool) {
		raw := framed(t, CommandSpec{Flag: FlagResponse}, body)
		fr, cmd := split(t, raw)
		if cut && len(body) > 0 {
			p, _ := ReadPrefix(raw, Limits{})
			fr = Cut(raw[:len(raw)-1], p)
		}
		walkMessages(t, Context{Code: PullMessage, Known: true}, cmd, fr)
		walkMessages(t, Context{}, cmd, fr)
	})
}

func FuzzBatch(f *testing.F) {
	f.Add(unhex(f, batchOfTwo))
	r := recording(f, "batch")
	frame, _ := split(f, r.Raw)
	f.Add(frame.Body)
	f.Fuzz(func(t *testing.T, body []byte) {
		fr, cmd := split(t, framed(t, CommandSpec{Code: SendBatchMessage, Ext: []ExtField{{"b", "T"}, {"m", "true"}}}, body))
		walkMessages(t, Context{Code: SendBatchMessage, Known: true}, cmd, fr)
	})
}

func FuzzDialect(f *testing.F) {
	for _, s := range []string{
		`{"a":[1,{"b":"c\n"}],0:'x',{"k":1}:null}`, `{{{1:2}:3}:4}`, `{"a":{"$ref":"$.b"}}`, `[1,,2,]`, "{/*c*/a:NaN //\n}", `"x`, `{"a":-1.5e3}`,
		refForms, `{"p":{{"q":0}:1,{"q":1}:2},"t":{{"$ref":"$.p.null"}:1,{"$ref":"$.p.null"}:2}}`,
	} {
		f.Add([]byte(s))
	}
	for _, name := range []string{"route legacy", "running info", "heartbeat", "topic stats"} {
		r := recording(f, name)
		frame, _ := split(f, r.Raw)
		f.Add(frame.Body)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var tree Tree
		err := tree.Parse(text)
		if err != nil && (err.Off < 0 || err.Off > len(text)) {
			t.Fatal(err)
		}
		r := refs{tree: &tree}
		var above [MaxTreeDepth + 2]int
		for i := range tree.Values {
			v := &tree.Values[i]
			if above[v.Depth] = i; i > 0 {
				if at := r.find(i, above[:v.Depth]); at >= len(tree.Values) {
					t.Fatalf("reference %d stands for %d", i, at)
				}
				if key, _, _ := r.key(i, above[v.Depth-1]); key.Off < 0 || key.Off+key.Len > len(text) {
					t.Fatalf("key of %d stands for %+v", i, key)
				}
			}
			if v.Next <= i || v.Next > len(tree.Values) || v.Range.Off < 0 || v.Range.Off+v.Range.Len > len(text) || v.Key.Off+v.Key.Len > len(text) {
				t.Fatalf("value %d of %d: %+v", i, len(tree.Values), v)
			}
			if i > 0 && (v.Depth < 1 || v.Depth > tree.Values[i-1].Depth+1) {
				t.Fatalf("value %d: depth %d", i, v.Depth)
			}
		}
		out, failed := AppendCanonicalJSON(nil, text)
		if (failed == nil) != (err == nil) {
			t.Fatal(failed, err)
		}
		if failed == nil && !json.Valid(out) {
			t.Fatalf("%q becomes %q", text, out)
		}
		if failed != nil && json.Valid(text) && bytes.Count(text, []byte{'['})+bytes.Count(text, []byte{'{'}) < MaxTreeDepth {
			t.Fatalf("refused valid JSON %q: %v", text, failed)
		}
	})
}

func FuzzInflate(f *testing.F) {
	f.Add(unhex(f, zlibA), int32(1))
	f.Add(unhex(f, lz4A), int32(0x101))
	f.Add(unhex(f, zstdA), int32(0x201))
	f.Add([]byte("plain"), int32(0x701))
	var in Inflater
	f.Fuzz(func(t *testing.T, src []byte, sysFlag int32) {
		in.MaxOutput = 1 << 16
		out, used, err := in.Inflate(nil, sysFlag, src)
		if used != CodecNone && len(src) > 0 && len(out) > in.MaxOutput {
			t.Fatalf("%d bytes", len(out))
		}
		if err != nil && (err.Off < 0 || err.Off > len(src)) {
			t.Fatal(err)
		}
		// What went wrong must not spoil the next body.
		if out, _, err := in.Inflate(nil, 1, []byte("\x78\x5e\x4b\x4c\xa4\x0c\x00\x00\x14\x8d\x18\x41")); err != nil || len(out) != 64 {
			t.Fatal(len(out), err)
		}
	})
}

func FuzzDescribe(f *testing.F) {
	for _, r := range recordings(f) {
		if len(r.Raw) < 2000 {
			f.Add(r.Raw, r.Code, r.Known, uint16(0), false)
			f.Add(r.Raw, r.Code, r.Known, uint16(20), true)
		}
	}
	f.Fuzz(func(t *testing.T, raw []byte, code int32, known bool, cut uint16, few bool) {
		p, err := ReadPrefix(raw, Limits{})
		if err != nil || p.Len > len(raw) {
			return
		}
		n := max(PrefixLen+p.HeaderLen, p.Len-int(cut))
		fr := Cut(raw[:n:n], p)
		opts := DescribeOptions{Reference: 1795386866883}
		if few {
			opts.Nodes = 30
		}
		ctx := Context{Code: code, Known: known}
		d := Describe(ctx, fr, p.Len, opts)
		wellFormed(t, d)
		if few && len(d.Nodes) > opts.Nodes+1 {
			t.Fatalf("%d nodes", len(d.Nodes))
		}
		var cmd Command
		if cmd.Decode(fr) == nil {
			if b := DetailFields(nil, ctx, &cmd); !json.Valid(b) {
				t.Fatalf("%q", b)
			}
			if b, ok := AppendBody(nil, ctx, &cmd, fr, nil); ok && !json.Valid(b) {
				t.Fatalf("%q", b)
			}
			walkMessages(t, ctx, &cmd, fr)
		}
	})
}
