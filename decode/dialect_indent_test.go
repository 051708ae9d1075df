package decode

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

func TestAppendIndentedJSON(t *testing.T) {
	deep := strings.Repeat("[", MaxTreeDepth+2)
	for _, c := range []struct {
		name, text, want string
		rest             string // what is not taken
		reason           Reason
	}{
		{"object", `{"a":1,"b":[true,{"c":"x"}],"d":{},"e":[]}`, "{\n  \"a\": 1,\n  \"b\": [\n    true,\n    {\n      \"c\": \"x\"\n    }\n  ],\n  \"d\": {},\n  \"e\": []\n}", "", 0},
		{"blanks", " [ 1 , 2 ] \n", "[\n  1,\n  2\n]", "", 0},
		{"fastjson's", `{a:1,'b':'x"y',3:NaN,{"k":1}:2,/* : */"c":/*:*/3,}`,
			"{\n  a: 1,\n  'b': 'x\"y',\n  3: NaN,\n  {\"k\":1}: 2,\n  \"c\": 3\n}", "", 0},
		{"brackets in a string", `["[{,\"]"]`, "[\n  \"[{,\\\"]\"\n]", "", 0},
		{"text", `hello`, "hello", "", 0},
		{"two", `{} {}`, "{}", " {}", ReasonTrailing},
		{"cut in a value", `{"a":[1,"b`, "{\n  \"a\": [\n    1", `,"b`, ReasonSyntax},
		{"cut behind a key", `{"a":1,"b"`, "{\n  \"a\": 1", `,"b"`, ReasonShort},
		{"no colon", `{"a" 1}`, "{", `"a" 1}`, ReasonSyntax},
		{"wrong bracket", `[1}`, "[\n  1", `}`, ReasonSyntax},
		{"nothing", ``, "", "", ReasonShort},
		{"too deep", deep, "", "[", ReasonNesting},
	} {
		got, used, err := AppendIndentedJSON([]byte(">"), []byte(c.text), 1<<20)
		reason := ReasonNone
		if err != nil {
			reason = err.Code
		}
		if c.want != "" && string(got) != ">"+c.want || c.text[used:] != c.rest || reason != c.reason {
			t.Errorf("%s: %s\nrest %q, %v", c.name, got, c.text[used:], err)
		}
	}
}

// Many short values far inside grow the most: the limit holds.
func TestIndentedJSONIsBounded(t *testing.T) {
	text := strings.Repeat("[", 100) + strings.Repeat("1,", 100_000)
	got, used, err := AppendIndentedJSON(nil, []byte(text), 1<<20)
	if err == nil || err.Code != ReasonOutputLimit || len(got) < 1<<20-1000 || len(got) > 1<<20+1000 || used >= len(text) || used < 1000 {
		t.Errorf("%d bytes, %d used: %v", len(got), used, err)
	}
}

func FuzzIndentedJSON(f *testing.F) {
	f.Add([]byte(`{"a":[1,{"b":null}],c:'d'/**/}`))
	f.Add([]byte(`[1,,{]`))
	f.Fuzz(func(t *testing.T, text []byte) {
		out, used, err := AppendIndentedJSON(nil, text, 1<<20)
		if used < 0 || used > len(text) || err == nil && used != len(text) {
			t.Fatalf("%d of %d used, %v", used, len(text), err)
		}
		var tree Tree
		if e := tree.Parse(text); (e == nil) != (err == nil) && len(out) < 1<<20 && e.Code != ReasonTooMany {
			t.Fatalf("the tree says %v, this %v", e, err)
		}
		if !json.Valid(text) || err != nil {
			return
		}
		var a, b bytes.Buffer
		if json.Compact(&a, text) != nil || json.Compact(&b, out) != nil || a.String() != b.String() {
			t.Fatalf("%q became %q", text, out)
		}
		if again, _, err := AppendIndentedJSON(nil, out, 1<<20); err != nil || !bytes.Equal(again, out) {
			t.Fatalf("again: %q", again)
		}
	})
}
