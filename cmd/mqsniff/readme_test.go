package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/mqsniff/mqsniff/decode"
)

// TestReadmeTable keeps the table of what is decoded, in both READMEs, equal to the tables; -update renews it.
func TestReadmeTable(t *testing.T) {
	want := decodedTable()
	for _, name := range []string{"README.md", "README.zh-CN.md"} {
		path := "../../" + name
		b, err := os.ReadFile(path)
		check(t, err)
		const begin, end = "<!-- decoded: begin -->\n", "<!-- decoded: end -->"
		text := string(b)
		i, j := strings.Index(text, begin), strings.Index(text, end)
		if i < 0 || j < i {
			t.Fatalf("%s has no place for the table", name)
		}
		i += len(begin)
		if *update {
			check(t, os.WriteFile(path, []byte(text[:i]+want+text[j:]), 0o644))
		} else if text[i:j] != want {
			t.Errorf("the table in %s is not that of the code; go test ./cmd/mqsniff -run ReadmeTable -update renews it", name)
		}
	}
}

// decodedTable has a line for each pair of sender and receiver.
func decodedTable() string {
	var ways []string
	names, fields, bodies := map[string][]string{}, map[string]int{}, map[string]int{}
	for _, c := range decode.RequestCodes() {
		way := strings.ReplaceAll(c.Direction, "->", " → ")
		if !slices.Contains(ways, way) {
			ways = append(ways, way)
		}
		names[way] = append(names[way], fmt.Sprintf("%d %s", c.Number, c.Name))
		for _, s := range []*decode.Schema{c.Request, c.Response} {
			if s != nil {
				fields[way] += len(s.Fields)
			}
		}
		for _, b := range []string{c.RequestBody, c.ResponseBody} {
			if b != "" && b != "none" {
				bodies[way]++
			}
		}
	}
	slices.SortFunc(ways, func(a, b string) int {
		if n := len(names[b]) - len(names[a]); n != 0 {
			return n
		}
		return strings.Compare(a, b)
	})
	var w strings.Builder
	fmt.Fprintf(&w, "| | | header fields | bodies | %d request codes, %d response codes |\n|---|--:|--:|--:|---|\n",
		len(decode.RequestCodes()), len(decode.ResponseCodes()))
	for _, way := range ways {
		fmt.Fprintf(&w, "| %s | %d | %d | %d | %s |\n", way, len(names[way]), fields[way], bodies[way], strings.Join(names[way], ", "))
	}
	return w.String()
}
