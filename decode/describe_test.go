package decode

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
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
