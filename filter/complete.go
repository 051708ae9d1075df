package filter

import (
	"slices"
	"strconv"
	"strings"

	"github.com/mqsniff/mqsniff/decode"
)

// Value is a value of a field that was seen, and how often.
type Value struct {
	Text  string // unquoted
	Count int
}

// Completion is one line of the list under the prompt. It replaces the characters From to To of the expression.
type Completion struct {
	Text     string
	From, To int // in characters, from 0
	Type     string
	Meaning  string
	Count    int // of a value: how often it was seen
}

// maxCompletions bounds the list.
const maxCompletions = 200

// Complete tells what may stand at the cursor, a number of characters, the most likely first. values tells what was seen
// of a field; it may be nil.
func Complete(src string, cursor int, values func(field string) []Value) []Completion {
	r := []rune(src)
	cursor = max(0, min(cursor, len(r)))
	tokens := scan(string(r[:cursor]))
	c := completer{from: cursor, to: cursor, values: values}
	if n := len(tokens); n > 0 {
		last := tokens[n-1]
		word := last.kind == tokenName || last.kind == tokenNumber || last.kind == tokenOperator && wordOperators[last.text]
		if word && last.to == cursor || last.open {
			c.word, c.from, c.quoted = last.text, last.from, last.open
			tokens = tokens[:n-1]
		}
	}
	for !c.quoted && c.to < len(r) && c.word != "" && isWord(r[c.to]) {
		c.to++
	}
	if c.quoted && c.to < len(r) && r[c.to] == r[c.from] {
		c.to++
	}
	c.at(tokens)
	return c.list
}

type completer struct {
	word     string // what is typed of it
	quoted   bool
	from, to int
	values   func(string) []Value
	list     []Completion
}

func isWord(r rune) bool {
	return r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}

// at decides by what stands before.
func (c *completer) at(before []token) {
	if n := len(before); n > 0 {
		last := before[n-1]
		switch {
		case last.text == "." || last.text == "?.":
			c.members(before[:n-1])
			return
		case comparison[last.text]:
			c.valuesOf(subject(before[:n-1]))
			if len(c.list) == 0 && c.word != "" && !c.quoted {
				c.fields(table)
			}
			return
		case last.text == "[" || last.text == ",":
			if open := lastOpen(before); open > 0 && before[open].text == "[" && before[open-1].text == "in" {
				c.valuesOf(subject(before[:open-1]))
				return
			}
		case last.kind == tokenName, last.kind == tokenNumber, last.kind == tokenString, last.text == ")", last.text == "]", last.text == "}":
			c.operators(fieldOrMessageField(subject(before)))
			return
		}
	}
	if !c.quoted {
		c.fields(table)
	}
}

var comparison = map[string]bool{"==": true, "!=": true, "<": true, "<=": true, ">": true, ">=": true,
	"contains": true, "startsWith": true, "endsWith": true, "matches": true}

// subject is the field that tokens end with, "" where it is none.
func subject(tokens []token) string {
	n := len(tokens)
	if n > 0 && tokens[n-1].text == "not" {
		n--
	}
	if n == 0 || tokens[n-1].kind != tokenName {
		return ""
	}
	name := tokens[n-1].text
	if n > 1 && tokens[n-2].text == "." {
		if n > 2 && tokens[n-3].kind == tokenName {
			return tokens[n-3].text + "." + name
		}
		return "messages." + name
	}
	return name
}

// add takes a candidate in when it begins like the word, whatever the case.
func (c *completer) add(text, typ, meaning string, count int) {
	word := strings.TrimLeft(c.word, "\"'`")
	bare := strings.TrimLeft(text, "\"")
	if len(c.list) == maxCompletions || len(bare) < len(word) || !strings.EqualFold(bare[:len(word)], word) {
		return
	}
	c.list = append(c.list, Completion{Text: text, From: c.from, To: c.to, Type: typ, Meaning: meaning, Count: count})
}

func (c *completer) fields(fields []field) {
	for i := range fields {
		f := &fields[i].Field
		meaning := f.Meaning
		if f.Unit != "" {
			meaning += ", in " + f.Unit
		}
		if f.NeedsFrame {
			meaning += " (reads frames again)"
		}
		c.add(f.Name, f.Type, meaning, 0)
	}
	c.add("not", "operator", "negates", 0)
	c.add("any(messages, ", "function", "holds when one message is as the rest says: any(messages, .topic == \"x\")", 0)
	if len(c.word) >= 2 {
		c.codes("code")
		c.codes("status")
	}
}

func (c *completer) members(before []token) {
	fields := messageFields
	if n := len(before); n > 0 && before[n-1].kind == tokenName {
		switch name := before[n-1].text; name {
		case "error":
			fields = []Field{{Name: "op", Type: "string", Meaning: "step that failed"}, {Name: "offset", Type: "int", Unit: "bytes",
				Meaning: "where"}, {Name: "reason", Type: "string", Meaning: "why"}}
		default:
			if c.values != nil {
				for _, v := range c.values(name) {
					c.add(v.Text, "string", seen(v.Count), v.Count)
				}
			}
			return
		}
	}
	for i := range fields {
		c.add(fields[i].Name, fields[i].Type, fields[i].Meaning, 0)
	}
}

// valuesOf gives what a field may be compared with: what was seen of it first, then what exists.
func (c *completer) valuesOf(name string) {
	given := map[string]bool{}
	f := fieldOrMessageField(name)
	quote := f == nil || f.Type == "string"
	if c.values != nil {
		for _, v := range c.values(name) {
			text := v.Text
			if quote {
				text = strconv.Quote(text)
			} else if n, err := strconv.Atoi(text); err == nil {
				if s := codeName(name, int32(n)); s != "" {
					text = s
				}
			}
			given[text] = true
			c.add(text, "value", seen(v.Count), v.Count)
		}
	}
	if f != nil {
		for _, v := range f.Values {
			if text := strconv.Quote(v); !given[text] {
				c.add(text, "value", "", 0)
			}
		}
	}
	if name == "code" || name == "status" {
		at := len(c.list)
		c.codes(name)
		c.list = append(c.list[:at], slices.DeleteFunc(c.list[at:], func(k Completion) bool { return given[k.Text] })...)
	}
}

// fieldOrMessageField finds "topic" and "messages.topic", nil where there is none.
func fieldOrMessageField(name string) *Field {
	if f := fieldByName(name); f != nil {
		return &f.Field
	}
	member, ok := strings.CutPrefix(name, "messages.")
	for i := range messageFields {
		if ok && messageFields[i].Name == member {
			return &messageFields[i]
		}
	}
	return nil
}

func seen(count int) string {
	if count == 1 {
		return "seen once"
	}
	return "seen " + strconv.Itoa(count) + " times"
}

func codeName(field string, n int32) string {
	switch field {
	case "code":
		if c := decode.RequestCode(n); c != nil {
			return c.Name
		}
	case "status":
		if s := decode.ResponseCode(n); s != nil {
			return s.Name
		}
	}
	return ""
}

// codes gives the constants that a field is compared with.
func (c *completer) codes(field string) {
	if field == "code" {
		for i := range decode.RequestCodes() {
			k := &decode.RequestCodes()[i]
			c.add(k.Name, "code", strconv.Itoa(int(k.Number))+" "+k.Direction, 0)
		}
		return
	}
	for i := range decode.ResponseCodes() {
		s := &decode.ResponseCodes()[i]
		c.add(s.Name, "status", strconv.Itoa(int(s.Number)), 0)
	}
}

// operators gives what may follow a whole operand of f, which may be nil.
func (c *completer) operators(f *Field) {
	typ := "bool"
	if f != nil {
		typ = f.Type
	}
	for _, o := range operators {
		if o.types == "" || strings.Contains(o.types, typ) {
			c.add(o.text, "operator", o.meaning, 0)
		}
	}
}

var operators = []struct{ text, types, meaning string }{
	{"==", "int float string any", "equal"},
	{"!=", "int float string any", "not equal"},
	{"<", "int float", "less"},
	{"<=", "int float", "less or equal"},
	{">", "int float", "more"},
	{">=", "int float", "more or equal"},
	{"in", "int string any", "one of a list: in [\"a\", \"b\"], in 10..12"},
	{"contains", "string any", "has this text in it"},
	{"startsWith", "string any", "begins with"},
	{"endsWith", "string any", "ends with"},
	{"matches", "string any", "matches a regular expression"},
	{"and", "", "both"},
	{"or", "", "one of both"},
}
