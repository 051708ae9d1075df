package decode

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"os"
	"testing"
	"fmt"
)

func TestZZAll(t *testing.T) {
	fh, err := os.Open("/tmp/dtruth/all.ndjson.gz")
	if err != nil {
		t.Skip()
	}
	z, _ := gzip.NewReader(fh)
	s := bufio.NewScanner(z)
	s.Buffer(nil, 64<<20)
	frames, msgs, nodes := 0, 0, 0
	vocab := map[string]int{}
	for s.Scan() {
		var l struct {
			File string
			N    int
			Raw  []byte
			T    struct {
				Code         int32
				Kind         string
				Request_code *int32
				Messages     []map[string]any
				Messages_error any
				Language *string
				Ext map[string]string
			}
		}
		d := json.NewDecoder(bytes.NewReader(s.Bytes()))
		d.UseNumber()
		if err := d.Decode(&l); err != nil {
			t.Fatal(err)
		}
		ctx := Context{Code: l.T.Code, Known: true}
		if l.T.Kind == "response" {
			ctx.Known = l.T.Request_code != nil
			ctx.Code = 0
			if ctx.Known {
				ctx.Code = *l.T.Request_code
			}
		}
		f, n, err := Split(l.Raw, Limits{})
		if err != nil || n == 0 {
			t.Errorf("%s %d %v", l.File, l.N, err)
			continue
		}
		var cmd Command
		if err := cmd.Decode(f); err != nil {
			t.Errorf("%s %d %v", l.File, l.N, err)
			continue
		}
		frames++
		msgs += len(l.T.Messages)
		if l.T.Messages_error != nil {
			t.Log(l.File, l.N, l.T.Messages_error)
		} else {
		t.Run(fmt.Sprint(l.File, l.N), func(t *testing.T) { compareMessages(t, ctx, &cmd, f, l.T.Messages) })
		}
		det := Describe(ctx, f, len(f.Raw), DescribeOptions{Reference: 1795386866883})
		nodes += len(det.Nodes)
		for i, x := range det.Nodes {
			if x.Kind == NodeError || x.Kind == NodeWarning {
				t.Log(l.File, l.N, x)
			}
			if i > 0 && x.Depth > det.Nodes[i-1].Depth+1 {
				t.Error(l.File, l.N, i, "depth jumps", x)
			}
			if x.Range.Off < 0 || x.Range.Off+x.Range.Len > len(det.Buffers[x.Buffer].Bytes) {
				t.Error(l.File, l.N, "range", x)
			}
		}
		name := bodyName(ctx, &cmd)
		if len(f.Body) > 0 { vocab[fmt.Sprint(ctx.Code, cmd.Response(), name)]++ }
		if len(f.Body) > 0 && looksLikeJSON(f.Body) && !IsSend(ctx.Code) {
			out, err := AppendCanonicalJSON(nil, f.Body)
			if err != nil || !json.Valid(out) {
				t.Error(l.File, l.N, err, string(out))
			}
		}
	}
	t.Log(frames, msgs, nodes, vocab)
}
