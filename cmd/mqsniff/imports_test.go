package main

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/mqsniff/mqsniff/"

// rules are the last column of the table of rooms in ARCHITECTURE.md: what a package of a room must not depend on, itself or
// through others.
var rules = []struct {
	room, mustNot, why string
}{
	{"decode", module, "decode is a leaf, usable by others"},
	{"session", module + "capture", "session does not know where bytes come from"},
	{"session", module + "export", "events go one way"},
	{"session", module + "tui", "events go one way"},
	{"session", "github.com/google/gopacket", "packets stay in capture"},
	{"capture", module + "export", "a source does not know who reads"},
	{"capture", module + "filter", "a source does not know who reads"},
	{"capture", module + "tui", "a source does not know who reads"},
	{"filter", module + "capture", "consumers do not know sources"},
	{"filter", module + "tui", "filter does not draw"},
	{"filter", "github.com/google/gopacket", "packets stay in capture"},
	{"export", module + "capture", "consumers do not know sources"},
	{"export", module + "tui", "export does not draw"},
	{"export", "github.com/google/gopacket", "packets stay in capture"},
	{"proxy", module + "capture", "the proxy does not store"},
	{"proxy", module + "export", "a source does not know who reads"},
	{"proxy", module + "tui", "the proxy does not draw"},
	{"proxy", "github.com/gdamore/tcell", "only tui draws"},
	{"proxy/firewall", module, "the rules know nothing of the listener"},
	{"control", module + "capture", "control asks the proxy, not packets"},
	{"control", module + "tui", "control does not draw"},
	{"demo", module + "session", "the demo is a peer: it knows the codec alone"},
	{"demo", module + "proxy", "the demo is a peer: it knows the codec alone"},
	{"tui", module + "proxy", "the screen gets interfaces"},
	{"tui", module + "capture", "the screen gets interfaces"},
	{"tui", "github.com/google/gopacket", "packets stay in capture"},
	{"tui/widget", module, "widgets know no domain"},
	{"decode", "github.com/rivo/tview", "only tui draws"},
	{"session", "github.com/gdamore/tcell", "only tui draws"},
	{"export", "github.com/gdamore/tcell", "only tui draws"},
	{"filter", "github.com/gdamore/tcell", "only tui draws"},
	{"capture", "github.com/gdamore/tcell", "only tui draws"},
}

// none are packages of the standard library that decode must not import itself; its libraries may.
var none = []string{"os", "net"}

// direct are imports that only one room may make itself.
var direct = []struct{ path, room string }{
	{"github.com/google/gopacket", "capture"},
	{"github.com/rivo/tview", "tui"},
	{"github.com/gdamore/tcell", "tui"},
}

func TestImports(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "-json=ImportPath,Imports,Deps", module+"...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	type pkg struct {
		ImportPath    string
		Imports, Deps []string
	}
	seen := 0
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		place, ours := strings.CutPrefix(p.ImportPath, module)
		if !ours {
			continue
		}
		seen++
		for _, r := range rules {
			if place != r.room && (r.room == "tui/widget" || !strings.HasPrefix(place, r.room+"/")) {
				continue
			}
			for _, d := range p.Deps {
				inOwnRoom := r.mustNot == module && strings.HasPrefix(d, module+r.room+"/")
				if (d == r.mustNot || strings.HasPrefix(d, strings.TrimSuffix(r.mustNot, "/")+"/")) && !inOwnRoom {
					t.Errorf("%s depends on %s: %s", place, d, r.why)
				}
			}
		}
		for _, path := range none {
			if place == "decode" && slices.Contains(p.Imports, path) {
				t.Errorf("decode imports %s: it knows neither files nor sockets", path)
			}
		}
		for _, r := range direct {
			if place == r.room || strings.HasPrefix(place, r.room+"/") {
				continue
			}
			for _, i := range p.Imports {
				if i == r.path || strings.HasPrefix(i, r.path+"/") {
					t.Errorf("%s imports %s, which only %s may", place, i, r.room)
				}
			}
		}
	}
	if seen < 5 {
		t.Errorf("only %d packages were looked at", seen)
	}
}
