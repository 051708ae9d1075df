package decode

// AppendIndentedJSON appends text, a body in fastjson's dialect, with a value on each line. Strings, numbers and what else
// has no blanks inside stand as they came, objects that are keys too; blanks and comments are left out. used is how much of
// text that is: all of it, unless err says what does not belong there, at a byte of text, or out grew by more than limit
// bytes (ReasonOutputLimit). It takes time in proportion to text and limit.
func AppendIndentedJSON(dst, text []byte, limit int) (out []byte, used int, err *Error) {
	n := indenter{scanner: scanner{b: text}, out: dst, limit: len(dst) + limit}
	n.blanks()
	p := n.value(0)
	if p.reason == ReasonNone {
		if n.blanks(); n.i < len(text) {
			p = problem{n.i, ReasonTrailing}
		} else {
			n.used = len(text)
		}
	}
	if p.reason != ReasonNone {
		err = &Error{OpBody, p.off, p.reason}
	}
	return n.out, n.used, err
}

// indenter writes what the scanner finds.
type indenter struct {
	scanner
	out   []byte
	limit int // of out
	used  int // bytes of the text that are in out
}

// take appends what was read from a place on.
func (n *indenter) take(from int) {
	n.out = append(n.out, n.b[from:n.i]...)
	n.used = n.i
}

// line begins a line.
func (n *indenter) line(depth int) {
	n.out = append(n.out, '\n')
	for range depth {
		n.out = append(n.out, ' ', ' ')
	}
}

func (n *indenter) value(depth int) problem {
	switch {
	case n.i >= len(n.b):
		return problem{n.i, ReasonShort}
	case depth > MaxTreeDepth:
		return problem{n.i, ReasonNesting}
	case len(n.out) > n.limit:
		return problem{n.i, ReasonOutputLimit}
	}
	start := n.i
	c := n.b[start]
	if c != '{' && c != '[' {
		if _, _, _, p := n.scalar(); p.reason != ReasonNone {
			return p
		}
		n.take(start)
		return problem{}
	}
	n.i++
	n.take(start)
	return n.inside(c+2, depth+1)
}

// inside writes the members of an object or array up to the bracket that closes it.
func (n *indenter) inside(bracket byte, depth int) problem {
	for members := 0; ; {
		n.blanks()
		if n.i >= len(n.b) {
			return problem{n.i, ReasonShort}
		}
		start := n.i
		switch n.b[start] {
		case ',':
			n.i++
			continue
		case bracket:
			n.i++
			if members > 0 {
				n.line(depth - 1)
			}
			n.take(start)
			return problem{}
		}
		mark, used := len(n.out), n.used
		if members > 0 {
			n.out = append(n.out, ',')
		}
		members++
		n.line(depth)
		if p := n.member(bracket == '}', depth); p.reason != ReasonNone {
			if n.used == used { // the comma and the line are in vain
				n.out = n.out[:mark]
			}
			return p
		}
	}
}

// member writes a value, with its key in an object.
func (n *indenter) member(object bool, depth int) problem {
	if object {
		v := Value{Depth: depth}
		if p := n.key(&v); p.reason != ReasonNone {
			return p
		}
		from, end := v.Key.Off, v.Key.Off+v.Key.Len
		if v.KeyKind == ValueString { // its quotes are not in the range
			from, end = from-1, end+1
		}
		n.out = append(append(n.out, n.b[from:end]...), ": "...)
		n.used = n.i
	}
	return n.value(depth)
}
