package decode

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestCanonicalJSON(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{`{}`, `{}`},
		{`[]`, `[]`},
		{`{"a":1,"b":[true,false,null,-1.5e3]}`, `{"a":1,"b":[true,false,null,-1.5e3]}`},
		{`{0:"10.0.0.1:10911",1:"b"}`, `{"0":"10.0.0.1:10911","1":"b"}`},
		{`{{"brokerName":"b","queueId":0}:{"x":1}}`, `{"{\"brokerName\":\"b\",\"queueId\":0}":{"x":1}}`},
		{`{{"$ref":"$.a"}:1}`, `{"{\"$ref\":\"$.a\"}":1}`},
		{`{"a":{"$ref":"$.b"}}`, `{"a":{"$ref":"$.b"}}`},
		{`{[1,{2:3}]:4}`, `{"[1,{\"2\":3}]":4}`},
		{`{{{1:2}:3}:4}`, `{"{{1:2}:3}":4}`}, // an object keyed by an object keyed by an object stays as it is
		{`{'a':'it"s','b':'x\'y'}`, `{"a":"it\"s","b":"x'y"}`},
		{`{a:b,c:NaN,d:01,e:1L,null:null}`, `{"a":"b","c":"NaN","d":"01","e":"1L","null":null}`},
		{"{ /* c */ \"a\" : 1 , // d\n \"b\":2, }", `{"a":1,"b":2}`},
		{`[1,,2,]`, `[1,2]`},
		{`{"a":9223372036854775807,"b":123456789012345678901234567890}`, `{"a":9223372036854775807,"b":123456789012345678901234567890}`},
		{`{"a":"\u0001\x41/\/\ud83d\ude00\f"}`, `{"a":"\u0001A//😀\u000c"}`},
		{"{\"a\":\"\u2028\x7f\"}", `{"a":"\u2028\u007f"}`},
		{"{\"a\":\"\xff\",\"\xff\":1}", "{\"a\":{\"base64\":\"/w==\"},\"\uFFFD\":1}"},
		{`"text"`, `"text"`},
		{` 5 `, `5`},
	} {
		got, err := AppendCanonicalJSON([]byte("x"), []byte(c.in))
		if err != nil || string(got) != "x"+c.want || !json.Valid(got[1:]) {
			t.Errorf("%s: %s, %v; want %s", c.in, got, err, c.want)
		}
	}
}

func TestDialectRefuses(t *testing.T) {
	for _, c := range []struct {
		in     string
		off    int
		reason Reason
	}{
		{``, 0, ReasonShort},
		{`{`, 1, ReasonShort},
		{`{"a"`, 4, ReasonShort},
		{`{"a":`, 5, ReasonShort},
		{`{"a":1`, 6, ReasonShort},
		{`{"a" 1}`, 5, ReasonSyntax},
		{`{"a":}`, 5, ReasonSyntax},
		{`{"a":"b}`, 5, ReasonSyntax},
		{`[1}`, 2, ReasonSyntax},
		{`{{"a":1]:1}`, 7, ReasonSyntax},
		{`{} {}`, 3, ReasonTrailing},
		{strings.Repeat("[", 200), 129, ReasonNesting},
		{strings.Repeat("{", 200), 128, ReasonNesting},
		{"[" + strings.Repeat("1,", MaxTreeValues) + "1]", 2*MaxTreeValues - 1, ReasonTooMany},
	} {
		dst, err := AppendCanonicalJSON([]byte("x"), []byte(c.in))
		if string(dst) != "x" {
			t.Errorf("%.20s: dst is %q", c.in, dst)
		}
		if e, ok := err.(*Error); !ok || *e != (Error{OpBody, c.off, c.reason}) {
			t.Errorf("%.20s: %v, want %v at %d", c.in, err, c.reason, c.off)
		}
	}
}

func TestTree(t *testing.T) {
	text := `{"a":[{"b":"c\n"},2],'d':{3:{"$ref":"$.a"}}}`
	var tree Tree
	if err := tree.Parse([]byte(text)); err != nil {
		t.Fatal(err)
	}
	var got []string
	for i := range tree.Values {
		v := &tree.Values[i]
		got = append(got, strings.Repeat(" ", v.Depth)+string(tree.KeyText(v))+"="+text[v.Range.Off:v.Range.Off+v.Range.Len]+"#"+string(rune('0'+v.Next)))
	}
	want := []string{
		`=` + text + `#8`,
		` a=[{"b":"c\n"},2]#5`, `  ={"b":"c\n"}#4`, `   b=c\n#4`, `  =2#5`,
		` d={3:{"$ref":"$.a"}}#8`, `  3={"$ref":"$.a"}#8`, `   $ref=$.a#8`,
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Error(strings.Join(got, "\n"))
	}
	if v := &tree.Values[3]; string(tree.Text(v)) != "c\n" || tree.Values[6].Kind != ValueReference || tree.Values[0].Count != 2 {
		t.Errorf("%+v", tree.Values)
	}
}

// Texts that make a careless scanner look at the same bytes again and again. Each is 2 MB; the test only has to end.
func TestDialectIsLinear(t *testing.T) {
	const n = 1 << 20
	for _, text := range []string{
		strings.Repeat("/*", n), "{a:" + strings.Repeat("/*", n), strings.Repeat("{\"a\":", 100) + strings.Repeat("/ ", n),
		"[" + strings.Repeat("//", n), strings.Repeat("[[],", n/2), "{" + strings.Repeat("{}:1,", n/4), `"` + strings.Repeat(`\`, 2*n),
		strings.Repeat("{", 100) + strings.Repeat("'", 2*n),
	} {
		AppendCanonicalJSON(nil, []byte(text))
	}
}
