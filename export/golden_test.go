package export

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/mqsniff/mqsniff/session"
)

var update = flag.Bool("update", false, "write the golden files")

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(got, want) {
		return
	}
	g, w := bytes.Split(got, []byte("\n")), bytes.Split(want, []byte("\n"))
	for i := range max(len(g), len(w)) {
		if i >= len(g) || i >= len(w) || !bytes.Equal(g[i], w[i]) {
			t.Errorf("%s: line %d differs; see git diff after -update", name, i+1)
			if i < len(g) {
				t.Logf("got  %s", g[i])
			}
			if i < len(w) {
				t.Logf("want %s", w[i])
			}
			return
		}
	}
}

// printJSON and printText are what the printers write of the conversation.
func printJSON(t testing.TB, detail bool) []byte {
	var out bytes.Buffer
	var j *JSON
	conversation(t, func(s *session.Symbols) session.Handler {
		j = NewJSON(&out, s, JSONOptions{Detail: detail})
		return j.Handle
	})
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func printText(t testing.TB, o TextOptions) []byte {
	var out bytes.Buffer
	var x *Text
	conversation(t, func(s *session.Symbols) session.Handler {
		x = NewText(&out, s, o)
		return x.Handle
	})
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestGolden(t *testing.T) {
	golden(t, "events.ndjson", printJSON(t, false))
	golden(t, "events-detail.ndjson", printJSON(t, true))
	golden(t, "events.txt", printText(t, TextOptions{Header: true}))
	golden(t, "events-wide.txt", printText(t, TextOptions{Wide: true, Absolute: true}))
	golden(t, "events-color.txt", printText(t, TextOptions{Color: true, Header: true}))
	golden(t, "events-detail.txt", printText(t, TextOptions{Detail: true}))

	s := NewSummary()
	conversation(t, func(*session.Symbols) session.Handler { return s.Handle })
	src := SourceStats{Files: []string{"a\x1b.pcap"}, Packets: 40, Bytes: 12345, Notes: []Note{{"ip_fragments", 2}, {"none", 0}}}
	golden(t, "summary.txt", s.AppendText(nil, src))
	golden(t, "summary.json", s.AppendJSON(nil, src))
	golden(t, "summary-empty.txt", NewSummary().AppendText(nil, SourceStats{}))
	golden(t, "summary-empty.json", NewSummary().AppendJSON(nil, SourceStats{}))
}
