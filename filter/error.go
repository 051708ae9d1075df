package filter

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/expr-lang/expr/file"
)

// Error is a problem in an expression, or the reason why it could not be decided for an event.
type Error struct {
	Column     int    // of the first character that is meant, from 1, in characters
	Msg        string // one sentence without full stop
	Suggestion string // the nearest name that exists; empty: none is near
	syntax     bool   // the parser's: more text may mend it
	atEnd      bool   // what is missing would stand at the end
}

func (e *Error) Error() string {
	s := fmt.Sprintf("column %d: %s", e.Column, e.Msg)
	if e.Suggestion != "" {
		s += fmt.Sprintf("; did you mean %s?", e.Suggestion)
	}
	return s
}

// fromExpr makes an Error of what expr returned.
func fromExpr(src string, err error) *Error {
	var fe *file.Error
	if !errors.As(err, &fe) {
		return &Error{Column: 1, Msg: firstLine(err.Error())}
	}
	n := utf8.RuneCountInString(src)
	e := &Error{Column: min(fe.From, n) + 1, Msg: firstLine(fe.Message)}
	switch {
	case strings.Contains(e.Msg, "unexpected token EOF"), e.Msg == "unexpected end of expression":
		e.Msg, e.atEnd, e.Column = "the expression is not finished", true, n+1
	case e.Msg == "literal not terminated":
		e.Msg, e.atEnd = "string is not closed", true
		e.Column = openQuote(src)
	case e.Msg == "unclosed comment":
		e.atEnd = true
	case strings.HasPrefix(e.Msg, `unexpected token Operator("=")`):
		e.Msg, e.Suggestion = "= does not compare", "=="
	}
	return e
}

func firstLine(s string) string {
	if i := strings.IndexByte(s, '\n'); i >= 0 {
		return s[:i]
	}
	return s
}

// openQuote is the column of the quote that is not closed.
func openQuote(src string) int {
	column := utf8.RuneCountInString(src)
	for _, t := range scan(src) {
		if t.kind == tokenString && t.open {
			column = t.from + 1
		}
	}
	return column
}
