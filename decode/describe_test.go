package decode

import (
	"bytes"
	"encoding/binary"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zlib"
)

var update = flag.Bool("update", false, "write testdata/golden anew")

// rendered is a Detail as text: one node a line, its range, name, value and note.
func rendered(d *Detail) string {
	var b strings.Builder
	marks := [...]string{NodeField: "", NodeSection: "+ ", NodeNote: "- ", NodeWarning: "? ", NodeError: "! "}
	for _, n := range d.Nodes {
		where := ""
		if n.Range.Len > 0 || n.Range.Off > 0 {
			where = fmt.Sprintf("%d:%d+%d", n.Buffer, n.Range.Off, n.Range.Len)
		}
		value := n.Value
		if len(value) > 100 {
			value = value[:100] + "…"
		}
		fmt.Fprintf(&b, "%-14s %s%s%s", where, strings.Repeat("  ", n.Depth), marks[n.Kind], n.Name)
		if n.Value != "" {
			fmt.Fprintf(&b, " = %q", value)
		}
		if n.Note != "" {
			fmt.Fprintf(&b, "  (%s)", n.Note)
		}
		b.WriteByte('\n')
	}
	for i, x := range d.Buffers[1:] {
		fmt.Fprintf(&b, "buffer %d: %s, %d bytes\n", i+1, x.Name, len(x.Bytes))
	}
	return b.String()
}

// wellFormed holds a Detail against what a screen relies on.
func wellFormed(t *testing.T, d *Detail) {
	t.Helper()
	for i, n := range d.Nodes {
		if i == 0 && n.Depth != 0 || i > 0 && n.Depth > d.Nodes[i-1].Depth+1 {
			t.Fatalf("node %d %+v: too deep", i, n)
		}
		if n.Buffer < 0 || n.Buffer >= len(d.Buffers) {
			t.Fatalf("node %d %+v: no such buffer", i, n)
		}
		if n.Range.Off < 0 || n.Range.Len < 0 || n.Range.Off+n.Range.Len > len(d.Buffers[n.Buffer].Bytes) {
			t.Fatalf("node %d %+v: range beyond buffer of %d bytes", i, n, len(d.Buffers[n.Buffer].Bytes))
		}
	}
}

func TestDescribeGolden(t *testing.T) {
	for _, r := range recordings(t) {
		t.Run(r.Name, func(t *testing.T) {
			f, _ := split(t, r.Raw)
			d := Describe(r.context(), f, len(f.Raw), DescribeOptions{Reference: r.Time})
			wellFormed(t, d)
			got := rendered(d)
			path := filepath.Join("testdata", "golden", strings.ReplaceAll(r.Name, " ", "_")+".txt")
			if *update {
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal([]byte(got), want) {
				t.Errorf("differs from %s; see what changed with -update\n%s", path, got)
			}
		})
	}
}

func TestDescribeBrokenHeader(t *testing.T) {
	for _, c := range []struct {
		name, header string
		want         []string
	}{
		{"syntax", `{"code":11,"flag":0,"opaque":x y}`, []string{"code = \"11\"", "! header = \"not the JSON that RocketMQ writes\"", "Body"}},
		{"number", `{"code":99999999999}`, []string{"code = \"99999999999\"", "number out of range"}},
		{"no object", `[1]`, []string{"! header"}},
	} {
		raw := []byte{0, 0, 0, byte(4 + len(c.header) + 5), 0, 0, 0, byte(len(c.header))}
		raw = append(append(raw, c.header...), "\x00body"...)
		f, _, err := Split(raw, Limits{})
		if err != nil {
			t.Fatal(err)
		}
		d := Describe(Context{}, f, len(raw), DescribeOptions{})
		wellFormed(t, d)
		text := rendered(d)
		for _, want := range c.want {
			if !strings.Contains(text, want) {
				t.Errorf("%s: no %s in\n%s", c.name, want, text)
			}
		}
	}
}

func TestDescribeBrokenRecordKeepsTheRest(t *testing.T) {
	good := unhex(t, recordIPv4)
	bad := append([]byte(nil), good...)
	bad[4] = 0
	wrong := append([]byte(nil), good...)
	wrong[88] = 'j'
	ctx, _, f := pulled(t, bytes.Join([][]byte{bad, wrong, good, good[:120]}, nil))
	d := Describe(ctx, f, len(f.Raw), DescribeOptions{})
	wellFormed(t, d)
	text := rendered(d)
	for _, want := range []string{
		"! message = \"unknown magic code\"", "? bodyCRC", "it is not what the broker stored", "message 3 = \"TopicTest\"",
		"message 4  (incomplete)", "! message = \"record size does not fit\"",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in\n%s", want, text)
		}
	}
}

// What the capture lacks costs only what is not there: the fields of a cut record are shown up to the cut.
func TestDescribeCutRecord(t *testing.T) {
	ctx, _, f := pulled(t, unhex(t, recordIPv4))
	p, _ := ReadPrefix(f.Raw, Limits{})
	n := len(f.Raw) - len(f.Body) + 75
	d := Describe(ctx, Cut(f.Raw[:n:n], p), len(f.Raw), DescribeOptions{})
	wellFormed(t, d)
	text := rendered(d)
	for _, want := range []string{"? cut  (82 bytes at the end were not captured)", "queueOffset = \"7\"", "storeHost = \"192.168.0.1:10911\"", "! message = \"ends too early\""} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in\n%s", want, text)
		}
	}
	if strings.Contains(text, "reconsumeTimes") {
		t.Errorf("a field behind the cut in\n%s", text)
	}
}

func TestDescribeIsBounded(t *testing.T) {
	element := unhex(t, "00000016 00000000 00000000 00000000 00000000 0000")
	property := []byte("properties\x01")
	var ext []ExtField
	for i := range 30_000 {
		ext = append(ext, ExtField{fmt.Sprint("k", i), "v"})
	}
	zeros := new(bytes.Buffer)
	z := zlib.NewWriter(zeros)
	z.Write(make([]byte, 1<<20))
	z.Close()
	be := binary.BigEndian
	zip := be.AppendUint32(nil, uint32(minElement+zeros.Len()))
	zip = be.AppendUint32(append(zip, make([]byte, 12)...), uint32(zeros.Len()))
	zip = append(append(zip, zeros.Bytes()...), 0, 0)
	for _, c := range []struct {
		name string
		spec CommandSpec
		body []byte
	}{
		{"elements", CommandSpec{Code: 320, Ext: []ExtField{{"m", "true"}, {"b", "T"}}}, bytes.Repeat(element, 100_000)},
		{"compressed elements", CommandSpec{Code: 320, Ext: []ExtField{{"m", "true"}, {"b", "T"}, {"f", "1"}}}, bytes.Repeat(zip, 200)},
		{"records", CommandSpec{Code: 39, Flag: 2}, bytes.Repeat(unhex(t, recordIPv4), 5000)},
		{"values", CommandSpec{Code: 34}, []byte("[" + strings.Repeat("1,", 500_000) + "1]")},
		{"extFields", CommandSpec{Code: 34, Ext: ext}, nil},
		{"properties", CommandSpec{Code: 310, Ext: []ExtField{{"b", "T"}, {"i", strings.Repeat("a\x01b\x02", 100_000)}}}, nil},
		{"properties in properties", CommandSpec{Code: 310, Ext: []ExtField{{"b", "T"}, {"i", strings.Repeat(string(property), 50_000)}}}, nil},
		{"ids", CommandSpec{Code: 0, Flag: 1, Ext: []ExtField{{"msgId", strings.Repeat("7F00000100002A9F0000000000000091,", 50_000)}}}, nil},
		{"offsets", CommandSpec{Code: 0, Flag: 1, Ext: []ExtField{{"msgOffsetInfo", strings.Repeat("0 1 2;", 50_000)}}}, nil},
		{"lines", CommandSpec{Code: 25}, bytes.Repeat([]byte("a=b\n"), 100_000)},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, cmd := split(t, framed(t, c.spec, c.body))
			ctx := Context{Code: c.spec.Code, Known: true}
			if cmd.Response() {
				ctx.Code = SendMessageV2
			}
			d := Describe(ctx, f, len(f.Raw), DescribeOptions{})
			wellFormed(t, d)
			if len(d.Nodes) > defaultNodes+1 {
				t.Errorf("%d nodes", len(d.Nodes))
			}
			inflated := 0
			for _, b := range d.Buffers[1:] {
				inflated += len(b.Bytes)
			}
			if inflated > maxInflated {
				t.Errorf("%d bytes decompressed", inflated)
			}
			if c.name != "properties in properties" && c.name != "ids" && c.name != "offsets" && c.name != "compressed elements" {
				if last := d.Nodes[len(d.Nodes)-1]; len(d.Nodes) != defaultNodes+1 || last.Kind != NodeNote || !strings.HasSuffix(last.Value, " more") {
					t.Errorf("%d nodes, the last is %+v", len(d.Nodes), last)
				}
			}
		})
	}
}
