package filter

import (
	"fmt"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/checker"
	"github.com/expr-lang/expr/compiler"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/optimizer"
	"github.com/expr-lang/expr/parser"
)

// MaxSource is the longest expression, in bytes; the parser nests as deep as the text does.
const MaxSource = 16 << 10

// maxNodes bounds the size of the parsed expression.
const maxNodes = 4000

// Compile reads an expression. A failure is an *Error.
func Compile(src string) (*Filter, error) {
	f, _, err := compile(src)
	if err != nil {
		return nil, err
	}
	return f, nil
}

// compile also returns the type of an expression that is right but not true or false.
func compile(src string) (f *Filter, result reflect.Type, problem *Error) {
	switch {
	case len(src) > MaxSource:
		return nil, nil, &Error{Column: 1, Msg: fmt.Sprintf("the expression is longer than %d bytes", MaxSource)}
	case !utf8.ValidString(src):
		valid := strings.ToValidUTF8(src, "\x00")
		return nil, nil, &Error{Column: utf8.RuneCountInString(valid[:strings.IndexByte(valid, 0)]) + 1, Msg: "not UTF-8"}
	}
	config := conf.CreateNew()
	config.MaxNodes = maxNodes
	for _, name := range disabled {
		delete(config.Builtins, name)
		config.Disabled[name] = true
	}
	config.WithEnv(checkEnv())
	tree, err := parser.ParseWithConfig(src, config)
	if err != nil {
		e := fromExpr(src, err)
		e.syntax = true
		return nil, nil, e
	}
	r := resolver{config: config, used: map[*field]bool{}, variables: map[string]bool{}, constants: map[ast.Node][]int{}}
	ast.Walk(&tree.Node, variableNames(r.variables))
	ast.Walk(&tree.Node, &r)
	if r.err != nil {
		return nil, nil, r.err
	}
	result, err = checker.Check(tree, config)
	if err != nil {
		return nil, nil, typeError(src, err)
	}
	if result == nil || result.Kind() != reflect.Bool {
		return nil, result, &Error{Column: 1, Msg: "an expression must be true or false, this one is " + typeName(result)}
	}
	if err := optimizer.Optimize(&tree.Node, config); err != nil {
		return nil, nil, fromExpr(src, err)
	}
	program, err := compiler.Compile(tree, config)
	if err != nil {
		return nil, nil, fromExpr(src, err)
	}
	var used []*field
	for i := range table {
		if r.used[&table[i]] {
			used = append(used, &table[i])
		}
	}
	return newFilter(src, program, used, r.needsFrame, r.want), nil, nil
}

// disabled are builtins that make an expression depend on the clock.
var disabled = []string{"now"}

// checkEnv holds one value of each field's type.
func checkEnv() map[string]any {
	env := map[string]any{}
	for i := range table {
		if table[i].value != nil {
			env[table[i].key()] = table[i].zero
		}
	}
	for name, fn := range (&frame{}).functions() {
		env[name] = fn
	}
	return env
}

// fieldLen is what env calls the field len, so that len(…) stays the builtin. No identifier is spelled so.
const fieldLen = "len of the frame"

// key is what env calls the field.
func (f *field) key() string {
	if f.Name == "len" {
		return fieldLen
	}
	return f.Name
}

func typeName(t reflect.Type) string {
	if t == nil {
		return "of no known type"
	}
	switch t.Kind() {
	case reflect.Int, reflect.Float64:
		return "a number"
	case reflect.String:
		return "a text"
	case reflect.Map:
		return "a map"
	case reflect.Slice:
		return "a list"
	case reflect.Interface:
		return "of no known type; compare it with something"
	}
	return "of type " + t.String()
}

// typeError words what expr's checker found wrong.
func typeError(src string, err error) *Error {
	e := fromExpr(src, err)
	e.Msg = strings.NewReplacer("filter.Message", "message", "filter.Problem", "error", "interface {}", "any").Replace(e.Msg)
	var typ, name string
	if n, _ := fmt.Sscanf(e.Msg, "type %s has no field %s", &typ, &name); n == 2 {
		e.Msg = fmt.Sprintf("%s has no field %s", typ, name)
		switch typ {
		case "message":
			e.Suggestion = nearest(name, fieldNames(messageFields))
		case "error":
			e.Suggestion = nearest(name, []string{"op", "offset", "reason"})
		}
	}
	return e
}
