package decode

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// text gives a command in one line: code language/name version opaque flag remark {key=value …}.
func text(c *Command) string {
	var b strings.Builder
	opaque := "none"
	if c.HasOpaque {
		opaque = fmt.Sprint(c.Opaque)
	}
	language := LanguageName(c.Language)
	switch c.Language {
	case LanguageNone:
		language = "none"
	case LanguageUnknown:
		language = "unknown:" + string(c.LanguageName)
	}
	remark := "nil"
	if c.Remark != nil {
		remark = fmt.Sprintf("%q", c.Remark)
	}
	fmt.Fprintf(&b, "%d %s %d %s %d %s", c.Code, language, c.Version, opaque, c.Flag, remark)
	if c.Ext.Present {
		b.WriteString(" {")
		for i := range c.Ext.Len() {
			f := c.Ext.At(i)
			if i > 0 {
				b.WriteByte(' ')
			}
			if f.Value == nil {
				fmt.Fprintf(&b, "%q=nil", f.Key)
			} else {
				fmt.Fprintf(&b, "%q=%q", f.Key, f.Value)
			}
		}
		b.WriteByte('}')
	}
	return b.String()
}

// TestPlainIsAnyForm: the short way for what Java writes gives what the long way gives, wherever it ends: a blank behind
// any mark makes it end there.
func TestPlainIsAnyForm(t *testing.T) {
	for _, header := range []string{
		`{"code":310,"extFields":{"a":"group","b":"Topic0","i":"KEYS\u0001k\u0002","long":"0123456789"},"flag":0,"language":"JAVA",` +
			`"opaque":1234567890,"remark":"a \"b\"","serializeTypeCurrentRPC":"JSON","version":479}`,
		`{"code":-1,"flag":1,"language":"RUST","opaque":-7,"serializeTypeCurrentRPC":"JSON","version":317}`,
		`{"code":11,"language":"GO","version":317,"opaque":1,"flag":2,"remark":"","extFields":{"topic":"T"}}`,
		`{"language":"NEW","language":"JAVA","code":1,"code":2,"extFields":{"a":"1"},"extFields":{"b":"2"},"version":1,"version":2}`,
	} {
		var c Command
		if err := c.Decode(Frame{Header: []byte(header)}); err != nil {
			t.Fatal(err)
		}
		want := text(&c)
		for i, mark := range header {
			if !strings.ContainsRune(`{}:,`, mark) {
				continue
			}
			changed := header[:i+1] + " " + header[i+1:]
			if err := c.Decode(Frame{Header: []byte(changed)}); err != nil || text(&c) != want {
				t.Errorf("%s: got %s, %v, want %s", changed, text(&c), err, want)
			}
		}
	}
}

func TestDecodeJSON(t *testing.T) {
	for _, tt := range []struct{ name, header, want string }{
		{"empty", `{}`, `0 none 0 none 0 nil`},
		{"java", `{"code":105,"extFields":{"topic":"TopicTest"},"flag":0,"language":"JAVA","opaque":1,"serializeTypeCurrentRPC":"JSON","version":479}`,
			`105 JAVA 479 1 0 nil {"topic"="TopicTest"}`},
		{"go order", `{"code":0,"language":"GO","version":317,"opaque":-7,"flag":1,"remark":"","extFields":{}}`, `0 GO 317 -7 1 "" {}`},
		{"c++ newline and numbers", "{\"code\":11,\"extFields\":{\"queueId\":3,\"x\":-1.5e3,\"y\":true,\"z\":false},\"flag\":0,\"opaque\":2}\n",
			`11 none 0 2 0 nil {"queueId"="3" "x"="-1.5e3" "y"="true" "z"="false"}`},
		{"nulls", `{"code":null,"remark":null,"extFields":null,"language":null,"opaque":null}`, `0 none 0 none 0 nil`},
		{"null value", `{"extFields":{"a":null,"b":""}}`, `0 none 0 none 0 nil {"a"=nil "b"=""}`},
		{"nested value", `{"extFields":{"a":{"x" : [1, 2 ,"p q\" r"]},"b":[ ]}}`,
			`0 none 0 none 0 nil {"a"="{\"x\":[1,2,\"p q\\\" r\"]}" "b"="[]"}`},
		{"numbers as text", `{"code":"310","opaque":"-5","flag":"1","version":"479"}`, `310 none 479 -5 1 nil`},
		{"numbers with blanks", `{"code":" 310 "}`, `310 none 0 none 0 nil`},
		{"escaped number", `{"code":"3\u00310"}`, `310 none 0 none 0 nil`},
		{"fractions", `{"code":1.9,"flag":1e0,"opaque":-0,"version":true}`, `1 none 1 0 1 nil`},
		{"extremes", `{"opaque":-2147483648,"code":2147483647}`, `2147483647 none 0 -2147483648 0 nil`},
		{"blanks", " \t\r\n{ \"code\" : 1 , \"extFields\" : { \"a\" : \"b\" } } \r\n", `1 none 0 none 0 nil {"a"="b"}`},
		{"blanks behind colons", "{\"code\": 1,\"flag\":/**/2, \"extFields\": {\"a\": \"b\"}, \"remark\":\t\"r\"}", `1 none 0 none 2 "r" {"a"="b"}`},
		{"unquoted keys", `{code:1,opaque:2,extFields:{topic:"T",7:"x"}}`, `1 none 0 2 0 nil {"topic"="T" "7"="x"}`},
		{"single quotes", `{'code':1,'remark':'it''s','extFields':{'a"b':'c"d\'e'}}`, ``},
		{"single quotes well", `{'code':1,'extFields':{'a"b':'c"d\'e'}}`, `1 none 0 none 0 nil {"a\"b"="c\"d'e"}`},
		{"commas", `{,"code":1,,"extFields":{,"a":"b",,},}`, `1 none 0 none 0 nil {"a"="b"}`},
		{"no comma", `{"code":1 "flag":1}`, `1 none 0 none 1 nil`},
		{"comments", "/*a*/{/**/\"code\"/*b*/:/*c*/1/*d*/,//e\n\"flag\":2//f\n}//g", `1 none 0 none 2 nil`},
		{"other case", `{"CODE":1,"Opaque":3,"extfields":{"a":"b"}}`, `1 none 0 3 0 nil {"a"="b"}`},
		{"right case wins", `{"code":1,"Code":2,"FLAG":1,"flag":2}`, `1 none 0 none 2 nil`},
		{"escaped key", `{"\u0063ode":5,"extFields":{"t\u006fpic":"T"}}`, `5 none 0 none 0 nil {"topic"="T"}`},
		{"doubled", `{"code":1,"code":2,"extFields":{"z":"y"},"extFields":{"a":"1","a":"2"}}`, `2 none 0 none 0 nil {"a"="1" "a"="2"}`},
		{"doubled by null", `{"extFields":{"z":"y"},"extFields":null}`, `0 none 0 none 0 nil`},
		{"unknown members", `{"body":"x","type":{"a":[{}]},"code":1,"serializeTypeCurrentRPC":"JSON","l":[1,2]}`, `1 none 0 none 0 nil`},
		{"escapes", `{"remark":"\"\\\/\b\f\n\r\t\'\u0001\x41\u4e2d\u0000"}`, `0 none 0 none 0 "\"\\/\b\f\n\r\t'\x01A中\x00"`},
		{"surrogates", `{"remark":"\ud83d\ude00 \ud83d \ude00 \ud83d\u0041"}`, `0 none 0 none 0 "😀 � � �A"`},
		{"raw text", "{\"remark\":\"\x01\n中\xff\"}", `0 none 0 none 0 "\x01\n中\xff"`},
		{"language number", `{"language":9}`, `0 GO 0 none 0 nil`},
		{"language number unknown", `{"language":99}`, `0 unknown: 0 none 0 nil`},
		{"language name unknown", `{"language":"COB\u004fL"}`, `0 unknown:COBOL 0 none 0 nil`},
		{"remark number", `{"remark":12}`, `0 none 0 none 0 "12"`},
		{"properties", `{"extFields":{"i":"KEYS\u0001k1\u0002TAGS\u0001TagA\u0002"}}`, `0 none 0 none 0 nil {"i"="KEYS\x01k1\x02TAGS\x01TagA\x02"}`},
	} {
		var c Command
		err := c.Decode(jsonFrame(tt.header))
		if tt.want == "" {
			if err == nil {
				t.Errorf("%s: accepted %s", tt.name, text(&c))
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
		} else if got := text(&c); got != tt.want {
			t.Errorf("%s:\nhave %s\nwant %s", tt.name, got, tt.want)
		}
	}
}

func TestDecodeJSONRefuses(t *testing.T) {
	deep := strings.Repeat("[", 70) + strings.Repeat("]", 70)
	for _, tt := range []struct {
		header string
		off    int
		reason Reason
	}{
		{``, 0, ReasonShort},
		{`[]`, 0, ReasonNotObject},
		{`"x"`, 0, ReasonNotObject},
		{"\xef\xbb\xbf{}", 0, ReasonNotObject},
		{`{`, 1, ReasonShort},
		{`{"code"`, 7, ReasonShort},
		{`{"code":`, 8, ReasonShort},
		{`{"code":1`, 9, ReasonShort},
		{`{"code" 1}`, 8, ReasonSyntax},
		{`{"code":}`, 8, ReasonSyntax},
		{`{"code":1}x`, 10, ReasonTrailing},
		{"{\"code\":1}\x00", 10, ReasonTrailing},
		{`{"code":2147483648}`, 8, ReasonNumberRange},
		{`{"opaque":-2147483649}`, 10, ReasonNumberRange},
		{`{"flag":"99999999999"}`, 9, ReasonNumberRange},
		{`{"version":1e400}`, 11, ReasonNumberRange},
		{`{"code":abc}`, 8, ReasonSyntax},
		{`{"code":""}`, 9, ReasonSyntax},
		{`{"code":{}}`, 8, ReasonSyntax},
		{`{"code":-}`, 8, ReasonSyntax},
		{`{"code":0x10}`, 8, ReasonSyntax},
		{`{"language":JAVA}`, 12, ReasonSyntax},
		{`{"extFields":[]}`, 13, ReasonNotObject},
		{`{"extFields":"x"}`, 14, ReasonNotObject},
		{`{"extFields":{"a":"b"}`, 22, ReasonShort},
		{`{"extFields":{"a":"b}}`, 18, ReasonSyntax},
		{`{"remark":"\q"}`, 10, ReasonSyntax},
		{`{"remark":"\0001"}`, 10, ReasonSyntax},
		{`{"remark":"\u12g4"}`, 10, ReasonSyntax},
		{`{"remark":"\u12`, 10, ReasonSyntax},
		{`{"remark":"abcdefgh\`, 10, ReasonSyntax},
		{`{"x":` + deep + `}`, 5 + 63, ReasonNesting},
		{`{"x":[1}`, 7, ReasonSyntax},
		{`{"x":/*`, 7, ReasonShort},
	} {
		var c Command
		err := c.Decode(jsonFrame(tt.header))
		var e *Error
		if !errors.As(err, &e) {
			t.Errorf("%s: accepted", tt.header)
		} else if e.Op != OpHeader || e.Off != PrefixLen+tt.off || e.Code != tt.reason {
			t.Errorf("%s: %v, want byte %d: %v", tt.header, err, PrefixLen+tt.off, tt.reason)
		}
	}
}

func TestFields(t *testing.T) {
	header := `{"extFields":{"a":"1","k\u0031":"v\n","a":"2","n":null,"o":{ "x" : 1 },"d":4}}`
	var c Command
	if err := c.Decode(jsonFrame(header)); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		for key, want := range map[string]string{"a": "2", "k1": "v\n", "o": `{"x":1}`, "d": "4"} {
			if got, ok := c.Ext.Get(key); !ok || string(got) != want || c.Ext.GetString(key) != want {
				t.Errorf("%s: %q %v", key, got, ok)
			}
		}
	}
	if got, ok := c.Ext.Get("n"); !ok || got != nil {
		t.Errorf("n: %q %v", got, ok)
	}
	if got, ok := c.Ext.Get("k"); ok {
		t.Errorf("k: %q", got)
	}
	if n := len(c.Ext.text); n > len(header) {
		t.Errorf("%d bytes of text: asked again, made again", n)
	}
	for i, want := range []struct {
		key, value string
		quoted     bool
	}{{"a", "1", true}, {`k\u0031`, `v\n`, true}, {"a", "2", true}, {"n", "null", false}, {"o", `{ "x" : 1 }`, false}, {"d", "4", false}} {
		f := c.Ext.At(i)
		key := header[f.KeyRange.Off:][:f.KeyRange.Len]
		value := header[f.ValueRange.Off:][:f.ValueRange.Len]
		if key != want.key || value != want.value || f.Quoted != want.quoted {
			t.Errorf("%d: %s %s %v", i, key, value, f.Quoted)
		}
	}
}

// The text of a field must stay what it is while other fields are unescaped.
func TestFieldsKeepTheirText(t *testing.T) {
	var b strings.Builder
	b.WriteString(`{"extFields":{`)
	for i := range 200 {
		fmt.Fprintf(&b, `"%d":"\t%d",`, i, i)
	}
	b.WriteString("}}")
	var c Command
	if err := c.Decode(jsonFrame(b.String())); err != nil {
		t.Fatal(err)
	}
	var kept [][]byte
	for i := range c.Ext.Len() {
		kept = append(kept, c.Ext.At(i).Value)
	}
	for i, v := range kept {
		if string(v) != fmt.Sprintf("\t%d", i) {
			t.Errorf("%d: %q", i, v)
		}
	}
}

func TestTooManyFields(t *testing.T) {
	var c Command
	err := c.Decode(jsonFrame(`{"extFields":{` + strings.Repeat(`a:1,`, maxFields+1) + `}}`))
	var e *Error
	if !errors.As(err, &e) || e.Code != ReasonTooMany {
		t.Error(err)
	}
}

func TestHeaderRangesJSON(t *testing.T) {
	header := ` {"code":105,"extFields":{"topic":"T"},"remark":"x\n", other : [1] }`
	got := ""
	for _, r := range HeaderRanges(jsonFrame(header)) {
		got += r.Name + "=" + header[r.Range.Off:][:r.Range.Len] + "|"
	}
	if want := `code=105|extFields={"topic":"T"}|remark=x\n|other=[1]|`; got != want {
		t.Errorf("have %s\nwant %s", got, want)
	}
	if got := HeaderRanges(jsonFrame(`{"code":1,"flag"`)); len(got) != 1 {
		t.Error(got)
	}
}

// A command is used again and again: nothing of the frame before may remain.
func TestDecodeForgets(t *testing.T) {
	var c Command
	if err := c.Decode(jsonFrame(`{"code":1,"language":"COBOL","version":3,"opaque":4,"flag":1,"remark":"r","extFields":{"a":"\n"}}`)); err != nil {
		t.Fatal(err)
	}
	c.Ext.At(0)
	if err := c.Decode(jsonFrame(`{}`)); err != nil {
		t.Fatal(err)
	}
	if got := text(&c); got != `0 none 0 none 0 nil` {
		t.Error(got)
	}
	if _, ok := c.Ext.Get("a"); ok {
		t.Error("a is still there")
	}
}

func TestDecodeDoesNotAllocate(t *testing.T) {
	for _, name := range []string{"send v2 JSON", "send v2 RMQ", "pull resp JSON", "err resp JSON"} {
		f := goldenFrame(t, name)
		var c Command
		n := testing.AllocsPerRun(100, func() {
			if err := c.Decode(f); err != nil {
				t.Fatal(err)
			}
			SubjectOf(&c, c.Code)
			c.Ext.Get("i")
		})
		if n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}
