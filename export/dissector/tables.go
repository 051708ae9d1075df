package dissector

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/mqsniff/mqsniff/decode"
)

// tables are what the template is filled with.
type tables struct {
	Requests                    []decode.Code
	Truncated                   []truncated
	Sends, Pulls, Checks        []int32
	JSONRequests, JSONResponses []int32
	Statuses                    []decode.Status // each number once, with its meaning of today
	Formerly                    []former
	Nothing                     []nothing
	StoredAnyway                []int32
	Languages, Versions         []string
	LongNames                   []longName
	Ext                         []extSpec
	Times                       []string
	Properties                  []propertySpec
	MaxFrame, PrefixLen         int
	MagicV1, MagicV2            uint32
}

type (
	truncated struct{ Number, Real int32 }
	longName  struct{ Short, Long string }
	// former is what a response code meant before its present meaning.
	former struct {
		Number int32
		Name   string
		Before int32 // version of the sender from which on it is the present one
		Always bool  // the version decides even where the request is known
		Codes  []int32
	}
	// nothing is a response code that is no failure, but for the requests in Codes.
	nothing struct {
		Number int32
		Codes  []int32
	}
	extSpec      struct{ Name, Abbr, Type, Meaning string }
	propertySpec struct{ Name, Abbr, Meaning string }
)

func newTables() *tables {
	t := &tables{
		Requests: decode.RequestCodes(), Languages: decode.Languages(), Versions: decode.Versions(),
		MaxFrame: decode.MaxFrame, PrefixLen: decode.PrefixLen, MagicV1: decode.MagicV1, MagicV2: decode.MagicV2,
	}
	for n := int32(0); n <= math.MaxInt16; n++ {
		if real, ok := decode.TruncatedCode(n); ok {
			t.Truncated = append(t.Truncated, truncated{n, real})
		}
	}
	t.addRequests()
	t.addStatuses()
	t.addExt()
	for _, p := range decode.PropertyKeys() {
		t.Properties = append(t.Properties, propertySpec{p.Name, abbreviation(p.Name), p.Meaning})
	}
	return t
}

// addRequests sorts the operations by what their bodies are.
func (t *tables) addRequests() {
	for i := range t.Requests {
		c := &t.Requests[i]
		if decode.IsSend(c.Number) {
			t.Sends = append(t.Sends, c.Number)
		}
		if carriesRecords(c, true) {
			t.Pulls = append(t.Pulls, c.Number)
		}
		if carriesRecords(c, false) {
			t.Checks = append(t.Checks, c.Number)
		}
		if strings.HasPrefix(c.RequestBody, "json:") {
			t.JSONRequests = append(t.JSONRequests, c.Number)
		}
		if strings.HasPrefix(c.ResponseBody, "json:") {
			t.JSONResponses = append(t.JSONResponses, c.Number)
		}
	}
}

// carriesRecords tells whether the answers to c, or its requests, hold stored messages: it shows package decode a frame with
// such a message, whose body, topic and properties are empty.
func carriesRecords(c *decode.Code, response bool) bool {
	if !response && decode.IsSend(c.Number) {
		return false
	}
	cmd := decode.Command{Code: c.Number}
	if response {
		cmd = decode.Command{Flag: decode.FlagResponse}
	}
	record := make([]byte, 91)
	copy(record, []byte{0, 0, 0, 91, 0xDA, 0xA3, 0x20, 0xA7})
	f := decode.Frame{Raw: record, Body: record}
	return decode.CountMessages(decode.Context{Code: c.Number, Known: true}, 0, &cmd, f).Messages == 1
}

// addStatuses asks package decode what every response code means, now and formerly, and how bad it is.
func (t *tables) addStatuses() {
	for _, s := range decode.ResponseCodes() {
		if n := len(t.Statuses); n > 0 && t.Statuses[n-1].Number == s.Number {
			t.Formerly = append(t.Formerly, t.former(t.Statuses[n-1]))
			t.Statuses[n-1] = s
			continue
		}
		t.Statuses = append(t.Statuses, s)
	}
	for _, s := range t.Statuses {
		if decode.ExpectedEmpty(0, s.Number) {
			n := nothing{Number: s.Number}
			for _, c := range t.Requests {
				if !decode.ExpectedEmpty(c.Number, s.Number) {
					n.Codes = append(n.Codes, c.Number)
				}
			}
			t.Nothing = append(t.Nothing, n)
		}
		if s.Number != 0 && decode.Stored(decode.SendMessage, s.Number) {
			t.StoredAnyway = append(t.StoredAnyway, s.Number)
		}
	}
}

// former finds out when s, the older meaning of its number, holds.
func (t *tables) former(s decode.Status) former {
	f := former{Number: s.Number, Name: s.Name}
	is := func(code int32, known bool, version int32) bool {
		name, _ := decode.StatusFor(code, s.Number, known, version)
		return name == s.Name
	}
	for f.Before = 1; int(f.Before) < len(t.Versions) && is(0, false, f.Before); {
		f.Before++
	}
	f.Always = is(decode.SendMessage, true, 1)
	for _, c := range t.Requests {
		if is(c.Number, true, 0) {
			f.Codes = append(f.Codes, c.Number)
		}
	}
	return f
}

// addExt collects the fields of all header classes by their long names. A name with several types is an int64 where all
// are numbers, otherwise a text; one with several meanings has none.
func (t *tables) addExt() {
	types := map[string]string{}
	meanings := map[string]string{}
	var names []string
	add := func(name, typ, meaning string) {
		old, ok := types[name]
		switch {
		case !ok:
			names = append(names, name)
			types[name], meanings[name] = typ, meaning
			return
		case old != typ && strings.HasPrefix(old, "int") && strings.HasPrefix(typ, "int"):
			types[name] = "int64"
		case old != typ:
			types[name] = "string"
		}
		if meanings[name] != meaning {
			meanings[name] = ""
		}
	}
	for _, s := range decode.Schemas() {
		for _, f := range s.Fields {
			name := f.Name
			if f.Long != "" && f.Long != f.Name {
				name = f.Long
				if n := (longName{f.Name, f.Long}); !slices.Contains(t.LongNames, n) {
					t.LongNames = append(t.LongNames, n)
				}
			}
			add(name, luaType(f.Type), f.Meaning)
			if f.Unit == "ms since 1970" && !slices.Contains(t.Times, name) {
				t.Times = append(t.Times, name)
			}
		}
	}
	for _, k := range decode.ExtKeys() {
		add(k.Name, "string", k.Meaning)
	}
	slices.Sort(names)
	slices.Sort(t.Times)
	for _, name := range names {
		t.Ext = append(t.Ext, extSpec{name, abbreviation(name), types[name], meanings[name]})
	}
}

func luaType(t decode.FieldType) string {
	switch t {
	case decode.TypeInt:
		return "int32"
	case decode.TypeLong:
		return "int64"
	case decode.TypeBoolean:
		return "boolean"
	}
	return "string"
}

// abbreviation is name without what Wireshark does not take in the name of a field.
func abbreviation(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' || r == '-' {
			return r
		}
		return -1
	}, name)
}

// quote makes a Lua string of s.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c < ' ' || c == 0x7F:
			fmt.Fprintf(&b, `\%03d`, c)
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}
