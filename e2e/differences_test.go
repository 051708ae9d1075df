//go:build linux

package e2e

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// TestDifferences is that of the judge: it reports each way in which mqsniff could be wrong. It needs no cluster: the sample capture
// goes with the log of the driver that made it.
func TestDifferences(t *testing.T) {
	out, err := exec.Command("go", "run", "../cmd/mqsniff", "read", "-o", "json", "../pcaps/go-client.pcap").Output()
	if err != nil {
		t.Fatal(err)
	}
	seen := events(t, string(out))
	log, err := os.ReadFile("testdata/go-client.ndjson")
	if err != nil {
		t.Fatal(err)
	}
	did := parseLog(t, string(log))
	if d := differences(seen, did); len(d) > 0 {
		t.Fatalf("as recorded: %s", strings.Join(d, "\n"))
	}
	find := func(match func(e *event) bool) int {
		t.Helper()
		i := slices.IndexFunc(seen, func(e event) bool { return match(&e) })
		if i < 0 {
			t.Fatal("no such event in the sample")
		}
		return i
	}
	send := find(func(e *event) bool { return e.Kind == "request" && *e.Code == sendMessage })
	answer := find(func(e *event) bool { return e.Request == seen[send].Frame })
	pulled := find(func(e *event) bool { return e.Kind == "response" && *e.Code == pullMessage && len(e.Messages) > 0 })
	for _, test := range []struct {
		name string
		edit func(events []event) []event
		want string
	}{
		{"a send is missing", func(e []event) []event { return slices.Delete(e, send, send+1) }, "1 too few: sent: "},
		{"a send twice", func(e []event) []event {
			again := e[send]
			again.Frame = 1_000_000
			return append(e, again)
		}, "1 too many: sent: "},
		{"an answer is missing", func(e []event) []event { return slices.Delete(e, answer, answer+1) }, "1 too few: send answered: "},
		{"another status", func(e []event) []event {
			busy := int64(2)
			e[answer].Status = &busy
			return e
		}, "1 too many: send answered: "},
		{"pulled messages are missing", func(e []event) []event {
			e[pulled].Messages = nil
			return e
		}, "1 too few: received: "},
		{"another body", func(e []event) []event {
			e[pulled].Messages = slices.Clone(e[pulled].Messages)
			e[pulled].Messages[0].BodySHA256 = strings.Repeat("0", 64)
			return e
		}, "1 too many: received: "},
		{"a request not found", func(e []event) []event {
			e[answer].Code = nil
			return e
		}, "no request for "},
		{"bytes passed over", func(e []event) []event { return append(e, event{Kind: "garbage", line: "garbage"}) }, "not a whole frame: "},
		{"a cut frame", func(e []event) []event {
			e[pulled].Cut = 1
			return e
		}, "not a whole frame: "},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := differences(test.edit(slices.Clone(seen)), did)
			if !slices.ContainsFunc(d, func(s string) bool { return strings.HasPrefix(s, test.want) }) {
				t.Errorf("%q, want one that begins with %q", d, test.want)
			}
		})
	}
}
