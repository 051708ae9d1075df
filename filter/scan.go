package filter

import (
	"strings"
	"unicode"
)

type tokenKind uint8

const (
	tokenName tokenKind = iota
	tokenNumber
	tokenString
	tokenOperator
	tokenBracket
)

// token is a piece of an unfinished expression. Places are in characters.
type token struct {
	kind     tokenKind
	text     string
	from, to int
	open     bool // a string without its closing quote
}

// wordOperators are operators that look like names.
var wordOperators = map[string]bool{"and": true, "or": true, "not": true, "in": true, "contains": true, "startsWith": true,
	"endsWith": true, "matches": true, "let": true}

// scan cuts src into tokens. Unlike expr's lexer it takes whatever a person has typed so far.
func scan(src string) []token {
	var tokens []token
	r := []rune(src)
	for i := 0; i < len(r); {
		from := i
		c := r[i]
		t := token{kind: tokenOperator}
		switch {
		case unicode.IsSpace(c):
			i++
			continue
		case c == '_' || c == '$' || unicode.IsLetter(c):
			for i < len(r) && (r[i] == '_' || r[i] == '$' || unicode.IsLetter(r[i]) || unicode.IsDigit(r[i])) {
				i++
			}
			if !wordOperators[string(r[from:i])] {
				t.kind = tokenName
			}
		case unicode.IsDigit(c):
			t.kind = tokenNumber
			for i < len(r) && (r[i] == '_' || unicode.IsDigit(r[i]) || unicode.IsLetter(r[i]) ||
				r[i] == '.' && i+1 < len(r) && unicode.IsDigit(r[i+1])) {
				i++
			}
		case c == '"' || c == '\'' || c == '`':
			t.kind, t.open = tokenString, true
			for i++; i < len(r) && t.open; i++ {
				switch {
				case r[i] == '\\' && c != '`' && i+1 < len(r):
					i++
				case r[i] == c:
					t.open = false
				}
			}
		case strings.ContainsRune("()[]{}", c):
			t.kind = tokenBracket
			i++
		default:
			i++
			if i < len(r) {
				switch string(r[from : i+1]) {
				case "==", "!=", "<=", ">=", "&&", "||", "..", "?.", "??", "**":
					i++
				}
			}
		}
		t.text, t.from, t.to = string(r[from:i]), from, i
		tokens = append(tokens, t)
	}
	return tokens
}
