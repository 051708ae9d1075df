package dissector

import (
	"bytes"
	"io/fs"
	"regexp"
	"strings"
	"testing"

	"github.com/mqsniff/mqsniff/decode"
)

// written is the dissector.
func written(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestWriteIsDeterministic(t *testing.T) {
	if !bytes.Equal(written(t), written(t)) {
		t.Error("two runs write different dissectors")
	}
}

func TestWriteHasWhatTheTablesHave(t *testing.T) {
	lua := string(written(t))
	want := func(what, line string) {
		if !strings.Contains(lua, line) {
			t.Errorf("%s is missing: %s", what, line)
		}
	}
	for _, c := range decode.RequestCodes() {
		want("a request", quote(c.Name))
	}
	for _, s := range decode.ResponseCodes() {
		want("a response code", quote(s.Name))
	}
	for _, name := range append(decode.Languages(), decode.Versions()...) {
		want("a name", quote(name))
	}
	for _, s := range decode.Schemas() {
		for _, f := range s.Fields {
			want("a field of "+s.Name, quote(f.Name))
		}
	}
	for _, k := range decode.ExtKeys() {
		want("an entry of extFields", quote(k.Name))
	}
}

// Wireshark refuses a field whose name is taken, or has characters that a filter cannot.
func TestNamesOfFieldsAreDistinctAndValid(t *testing.T) {
	valid := regexp.MustCompile(`^[A-Za-z0-9_-]+$`)
	seen := map[string]string{}
	check := func(group, abbr, name string) {
		if !valid.MatchString(abbr) {
			t.Errorf("%q is no name for the field %q", abbr, name)
		}
		if other, ok := seen[group+abbr]; ok {
			t.Errorf("%s%s stands for %q and %q", group, abbr, other, name)
		}
		seen[group+abbr] = name
	}
	tables := newTables()
	for _, e := range tables.Ext {
		check("ext.", e.Abbr, e.Name)
	}
	for _, p := range tables.Properties {
		check("property.", p.Abbr, p.Name)
	}
}

func TestTablesKnowWhereMessagesAre(t *testing.T) {
	tables := newTables()
	for _, test := range []struct {
		what string
		got  []int32
		want []int32
	}{
		{"sends", tables.Sends, []int32{10, 310, 320, 324, 325}},
		{"answers with stored messages", tables.Pulls, []int32{11, 12, 33, 361, 200050, 200052, 200070}},
		{"requests with stored messages", tables.Checks, []int32{39, 309}},
		{"send answers that mean stored", tables.StoredAnyway, []int32{10, 11, 12}},
	} {
		if len(test.got) != len(test.want) {
			t.Errorf("%s are %v, want %v", test.what, test.got, test.want)
			continue
		}
		for i := range test.got {
			if test.got[i] != test.want[i] {
				t.Errorf("%s are %v, want %v", test.what, test.got, test.want)
				break
			}
		}
	}
}

func TestTypesOfFieldsWithSeveralTypes(t *testing.T) {
	types := map[string]string{}
	for _, e := range newTables().Ext {
		types[e.Name] = e.Type
	}
	for name, want := range map[string]string{"queueId": "int32", "queueOffset": "int64", "topic": "string", "batch": "boolean"} {
		if types[name] != want {
			t.Errorf("%s is %s, want %s", name, types[name], want)
		}
	}
}

func TestFormerMeanings(t *testing.T) {
	tables := newTables()
	for _, s := range decode.ResponseCodes() {
		for _, code := range []int32{0, 10, 50, 51, 53, 1001, 200050} {
			for _, known := range []bool{true, false} {
				for _, version := range []int32{0, 1, 407, 412, 413, 433, 434, 435, 479} {
					if code == 0 && known {
						continue
					}
					want, _ := decode.StatusFor(code, s.Number, known, version)
					if got := tables.nameOf(s.Number, code, known, version); got != want {
						t.Fatalf("%d to %d (known %v) from version %d is %s, want %s", s.Number, code, known, version, got, want)
					}
				}
			}
		}
	}
}

// nameOf is statusName of the Lua part.
func (t *tables) nameOf(status, code int32, known bool, version int32) string {
	for _, f := range t.Formerly {
		if f.Number != status {
			continue
		}
		isOld := version > 0 && version < f.Before
		if known && !f.Always {
			isOld = false
			for _, c := range f.Codes {
				isOld = isOld || c == code
			}
		}
		if isOld {
			return f.Name
		}
	}
	for _, s := range t.Statuses {
		if s.Number == status {
			return s.Name
		}
	}
	return ""
}

func TestQuote(t *testing.T) {
	for in, want := range map[string]string{
		`a"b\c`: `"a\"b\\c"`, "a\nb\x00": `"a\010b\000"`, "4.0–5.0": `"4.0–5.0"`,
	} {
		if got := quote(in); got != want {
			t.Errorf("quote(%q) is %s, want %s", in, got, want)
		}
	}
}

// Wireshark 4.0 brings Lua 5.2, later releases 5.4: neither knows what only the other does.
func TestPartsStayWithinBothLuas(t *testing.T) {
	only := regexp.MustCompile(`//|<<|>>|\bgoto\b|\bbit32\b|\butf8\.|string\.u?n?pack\b|table\.unpack\b|\bunpack\(|\bpcall\b|\bloadstring\b|\bsetfenv\b`)
	comment := regexp.MustCompile(`--.*`)
	strs := regexp.MustCompile(`"(\\.|[^"\\])*"|'(\\.|[^'\\])*'`)
	entries, err := fs.ReadDir(parts, "lua")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		b, err := fs.ReadFile(parts, "lua/"+e.Name())
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(string(b), "\n") {
			line = comment.ReplaceAllString(strs.ReplaceAllString(line, `""`), "")
			if m := only.FindString(line); m != "" {
				t.Errorf("%s:%d uses %s", e.Name(), i+1, m)
			}
		}
	}
}
