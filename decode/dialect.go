package decode

import "strconv"

// ValueKind is what a value of the dialect is.
type ValueKind uint8

// The kinds. ValueReference is fastjson's {"$ref":"$.path"}, which stands for a value that was written before.
const (
	ValueObject ValueKind = iota
	ValueArray
	ValueString
	ValueNumber
	ValueBool
	ValueNull
	ValueBare // any other text without quotes: NaN, an identifier
	ValueReference
)

// Value is one value of a Tree.
type Value struct {
	Kind    ValueKind
	Depth   int       // 0 for the outermost
	Range   Range     // of the value; of a string without its quotes
	Key     Range     // of its key, without quotes; Len 0 and KeyKind ValueNull where it stands in an array
	KeyKind ValueKind // ValueString, ValueBare, ValueNumber, or ValueObject and ValueArray: maps keyed by objects
	Count   int       // of the values directly inside
	Next    int       // index of the value behind it and everything inside it

	escaped, keyEscaped bool
}

// Tree is a JSON text in the dialect that RocketMQ's bodies are written in, fastjson's: keys may be numbers without
// quotes, or objects; strings may have single quotes; there may be comments and trailing commas. Values stand in the
// order of the text, each before what is inside it.
type Tree struct {
	Values []Value
	text   []byte
}

// Limits of a Tree.
const (
	// MaxTreeDepth is how deep values may stand in each other.
	MaxTreeDepth = 128
	// MaxTreeValues is how many values there may be.
	MaxTreeValues = 1 << 20
)

// Parse reads text, whose bytes t then refers to. On an error, whose offset is within text, t has what came before it.
// It takes time and memory in proportion to the text.
func (t *Tree) Parse(text []byte) *Error {
	t.Values, t.text = t.Values[:0], text
	s := scanner{tree: t, b: text}
	s.blanks()
	p := s.value(Value{KeyKind: ValueNull})
	if p.reason == ReasonNone {
		if s.blanks(); s.i < len(text) {
			p = problem{s.i, ReasonTrailing}
		}
	}
	if p.reason != ReasonNone {
		return &Error{OpBody, p.off, p.reason}
	}
	return nil
}

// Text is the text of a value; of a string without escapes.
func (t *Tree) Text(v *Value) []byte { return t.textOf(v.Range, v.escaped) }

// KeyText is the text of a value's key, of an object the object as it stands there.
func (t *Tree) KeyText(v *Value) []byte { return t.textOf(v.Key, v.keyEscaped) }

func (t *Tree) textOf(r Range, escaped bool) []byte {
	b := t.text[r.Off : r.Off+r.Len : r.Off+r.Len]
	if escaped {
		return appendUnescaped(nil, b)
	}
	return b
}

// scanner reads a Tree.
type scanner struct {
	tree *Tree
	b    []byte
	i    int
}

// blanks steps over blanks and comments.
func (s *scanner) blanks() { s.i = skipBlank(s.b, s.i) }

// value reads the value at i; v has its key and depth.
func (s *scanner) value(v Value) problem {
	if s.i >= len(s.b) {
		return problem{s.i, ReasonShort}
	}
	if len(s.tree.Values) >= MaxTreeValues {
		return problem{s.i, ReasonTooMany}
	}
	if v.Depth > MaxTreeDepth {
		return problem{s.i, ReasonNesting}
	}
	place := len(s.tree.Values)
	start := s.i
	var p problem
	switch s.b[s.i] {
	case '{', '[':
		v.Kind = ValueObject
		if s.b[s.i] == '[' {
			v.Kind = ValueArray
		}
		s.tree.Values = append(s.tree.Values, v)
		var n int
		n, p = s.members(v.Kind == ValueObject, v.Depth+1)
		v.Count = n
		v.Range = Range{start, s.i - start}
	default:
		if v.Range, v.Kind, v.escaped, p = s.scalar(); p.reason != ReasonNone {
			return p
		}
		s.tree.Values = append(s.tree.Values, v)
	}
	v.Next = len(s.tree.Values)
	if v.Kind == ValueObject && v.Count == 1 && p.reason == ReasonNone {
		inner := &s.tree.Values[place+1]
		if inner.Kind == ValueString && string(s.b[inner.Key.Off:inner.Key.Off+inner.Key.Len]) == "$ref" {
			v.Kind = ValueReference
		}
	}
	s.tree.Values[place] = v
	return p
}

// members reads what is inside the object or array at i and returns how many values that is.
func (s *scanner) members(object bool, depth int) (n int, p problem) {
	s.i++
	for {
		s.blanks()
		if s.i >= len(s.b) {
			return n, problem{s.i, ReasonShort}
		}
		switch c := s.b[s.i]; {
		case c == ',':
			s.i++
			continue
		case object && c == '}', !object && c == ']':
			s.i++
			return n, problem{}
		}
		v := Value{Depth: depth, KeyKind: ValueNull}
		if object {
			if p = s.key(&v); p.reason != ReasonNone {
				return n, p
			}
		}
		if p = s.value(v); p.reason != ReasonNone {
			return n, p
		}
		n++
	}
}

// key reads a key, the colon behind it and the blanks around that.
func (s *scanner) key(v *Value) (p problem) {
	if c := s.b[s.i]; c == '{' || c == '[' {
		start := s.i
		if p = s.skip(v.Depth); p.reason != ReasonNone {
			return p
		}
		v.Key, v.KeyKind = Range{start, s.i - start}, ValueObject
		if c == '[' {
			v.KeyKind = ValueArray
		}
	} else if v.Key, v.KeyKind, v.keyEscaped, p = s.scalar(); p.reason != ReasonNone {
		return p
	} else if v.KeyKind == ValueNull {
		v.KeyKind = ValueBare // a map may have the key null
	}
	s.blanks()
	if s.i >= len(s.b) {
		return problem{s.i, ReasonShort}
	}
	if s.b[s.i] != ':' {
		return problem{s.i, ReasonSyntax}
	}
	s.i++
	s.blanks()
	return problem{}
}

// skip steps over the object or array at i, which is a key. depth is how deep it stands.
func (s *scanner) skip(depth int) problem {
	var open [MaxTreeDepth + 2]byte
	n := 0
	for {
		s.blanks()
		if s.i >= len(s.b) {
			return problem{s.i, ReasonShort}
		}
		switch c := s.b[s.i]; c {
		case '{', '[':
			if depth+n >= MaxTreeDepth {
				return problem{s.i, ReasonNesting}
			}
			open[n] = c + 2 // the bracket that closes it
			n++
			s.i++
		case '}', ']':
			if open[n-1] != c {
				return problem{s.i, ReasonSyntax}
			}
			s.i++
			if n--; n == 0 {
				return problem{}
			}
		case ',', ':':
			s.i++
		default:
			if _, _, _, p := s.scalar(); p.reason != ReasonNone {
				return p
			}
		}
	}
}

// scalar reads a string or a text without quotes.
func (s *scanner) scalar() (r Range, k ValueKind, escaped bool, p problem) {
	start := s.i
	if s.i >= len(s.b) {
		return r, k, false, problem{s.i, ReasonShort}
	}
	if c := s.b[s.i]; c == '"' || c == '\'' {
		end, kind := scanQuoted(s.b, s.i+1, c)
		if end < 0 {
			s.i = len(s.b)
			return r, k, false, problem{start, ReasonSyntax}
		}
		s.i = end + 1
		return Range{start + 1, end - start - 1}, ValueString, kind == kindEscaped, p
	}
	for s.i < len(s.b) && (!bareEnd[s.b[s.i]] || s.b[s.i] == '/' && comment(s.b[s.i:]) == 0) {
		s.i++
	}
	if s.i == start {
		return r, k, false, problem{start, ReasonSyntax}
	}
	return Range{start, s.i - start}, bareKind(s.b[start:s.i]), false, p
}

func scanQuoted(b []byte, i int, quote byte) (int, kind) {
	if quote == '"' {
		return scanString(b, i)
	}
	return scanSlowly(b, i, quote, kindString)
}

func bareKind(b []byte) ValueKind {
	switch string(b) {
	case "true", "false":
		return ValueBool
	case "null":
		return ValueNull
	}
	if isJSONNumber(b) {
		return ValueNumber
	}
	return ValueBare
}

// isJSONNumber tells whether b is a number as RFC 8259, section 6, has it.
func isJSONNumber(b []byte) bool {
	if len(b) > 0 && b[0] == '-' {
		b = b[1:]
	}
	n := digits(b)
	if n == 0 || n > 1 && b[0] == '0' {
		return false
	}
	if b = b[n:]; len(b) > 0 && b[0] == '.' {
		if n = digits(b[1:]); n == 0 {
			return false
		}
		b = b[1+n:]
	}
	if len(b) > 0 && (b[0] == 'e' || b[0] == 'E') {
		if b = b[1:]; len(b) > 0 && (b[0] == '+' || b[0] == '-') {
			b = b[1:]
		}
		if n = digits(b); n == 0 {
			return false
		}
		b = b[n:]
	}
	return len(b) == 0
}

// digits is how many digits b begins with.
func digits(b []byte) int {
	for i, c := range b {
		if c < '0' || c > '9' {
			return i
		}
	}
	return len(b)
}

// summary is what stands for the inside of an object or array: "{3}", "[0]".
func (v *Value) summary() string {
	n := strconv.Itoa(v.Count)
	if v.Kind == ValueArray {
		return "[" + n + "]"
	}
	return "{" + n + "}"
}
