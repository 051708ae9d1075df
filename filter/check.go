package filter

import (
	"strings"
	"unicode/utf8"
)

// Verdict is what Check says of an expression.
type Verdict uint8

// The verdicts.
const (
	OK         Verdict = iota
	Incomplete         // wrong as it stands, but more text may mend it
	Invalid
)

var verdictNames = [...]string{"ok", "incomplete", "error"}

func (v Verdict) String() string {
	if int(v) < len(verdictNames) {
		return verdictNames[v]
	}
	return "unknown"
}

// Status is the state of an expression that is being typed.
type Status struct {
	Verdict    Verdict
	NeedsFrame bool   // it is right, and reads frames again
	Column     int    // where the problem is, from 1, in characters; 0: none
	Message    string // one sentence; empty: none
}

// Check looks at an expression while it is typed. The empty one is right: it holds for every event.
func Check(src string) Status {
	if strings.TrimSpace(src) == "" {
		return Status{}
	}
	f, result, err := compile(src)
	if err == nil {
		return Status{NeedsFrame: f.NeedsFrame()}
	}
	s := Status{Verdict: Invalid, Column: err.Column, Message: err.Msg}
	if err.Suggestion != "" {
		s.Message += "; did you mean " + err.Suggestion + "?"
	}
	if err.atEnd || result != nil || unfinishedName(src, err) {
		s.Verdict = Incomplete
	}
	if s.Verdict == Incomplete {
		tokens := scan(src)
		if b := lastOpen(tokens); b >= 0 && err.atEnd && !tokens[len(tokens)-1].open {
			s.Column, s.Message = tokens[b].from+1, tokens[b].text+" is not closed"
		}
	}
	return s
}

// unfinishedName tells whether the problem is a name at the end that may become one that exists.
func unfinishedName(src string, err *Error) bool {
	tokens := scan(src)
	if len(tokens) == 0 {
		return false
	}
	last := tokens[len(tokens)-1]
	if last.kind != tokenName || last.to != utf8.RuneCountInString(src) {
		return false
	}
	if err.syntax { // code == 310 a|nd
		for op := range wordOperators {
			if strings.HasPrefix(op, last.text) {
				return true
			}
		}
		return false
	}
	if err.Column != last.from+1 {
		return false
	}
	names := knownNames()
	if last.from > 0 && len(tokens) > 1 && tokens[len(tokens)-2].text == "." {
		names = append(fieldNames(messageFields), "op", "offset", "reason")
	}
	for _, name := range names {
		if strings.HasPrefix(name, last.text) {
			return true
		}
	}
	return false
}

// lastOpen is the index of the innermost bracket that is not closed, -1 where there is none.
func lastOpen(tokens []token) int {
	var open []int
	for i, t := range tokens {
		if t.kind != tokenBracket {
			continue
		}
		switch t.text {
		case "(", "[", "{":
			open = append(open, i)
		default:
			if len(open) > 0 {
				open = open[:len(open)-1]
			}
		}
	}
	if len(open) == 0 {
		return -1
	}
	return open[len(open)-1]
}
