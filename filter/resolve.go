package filter

import (
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/conf"
)

// resolver gives the names in a tree their meaning before expr checks it. Children come before their parents.
type resolver struct {
	config     *conf.Config
	used       map[*field]bool
	variables  map[string]bool
	constants  map[ast.Node][]int // of a code's name that stands for several numbers: all of them
	needsFrame bool
	want       wanted
	err        *Error
}

// variableNames collects what "let" declares.
type variableNames map[string]bool

func (v variableNames) Visit(node *ast.Node) {
	if d, ok := (*node).(*ast.VariableDeclaratorNode); ok {
		v[d.Name] = true
	}
}

// Visit is ast.Visitor's.
func (r *resolver) Visit(node *ast.Node) {
	if r.err != nil {
		return
	}
	switch n := (*node).(type) {
	case *ast.IdentifierNode:
		r.identifier(node, n)
	case *ast.MemberNode:
		if name, ok := n.Property.(*ast.StringNode); ok {
			r.want.member(name.Value)
		}
	case *ast.ArrayNode:
		for _, e := range n.Nodes {
			if numbers := r.constants[e]; numbers != nil {
				n.Nodes = append(n.Nodes, integers(numbers[1:])...)
			}
		}
	case *ast.BinaryNode:
		r.binary(node, n)
	}
}

func (r *resolver) identifier(node *ast.Node, n *ast.IdentifierNode) {
	name := n.Value
	if r.variables[name] {
		return
	}
	if f := fieldByName(name); f != nil {
		r.used[f] = f.value != nil
		if f.NeedsFrame {
			r.needsFrame = true
			callee := &ast.IdentifierNode{Value: functionOf(name)}
			callee.SetLocation(n.Location())
			*node = &ast.CallNode{Callee: callee}
			(*node).SetLocation(n.Location())
		} else if name == "len" {
			*node = &ast.IdentifierNode{Value: fieldLen}
			(*node).SetLocation(n.Location())
		}
		return
	}
	if numbers := codeNumbers(name); len(numbers) > 0 {
		*node = &ast.IntegerNode{Value: numbers[0]}
		(*node).SetLocation(n.Location())
		if len(numbers) > 1 {
			r.constants[*node] = numbers
		}
		return
	}
	if _, ok := r.config.Builtins[name]; ok {
		return
	}
	r.err = &Error{Column: n.Location().From + 1, Msg: "unknown name " + name, Suggestion: nearest(name, knownNames())}
}

// binary rewrites comparisons with what an event does not have, so that they come out as a person means them.
func (r *resolver) binary(node *ast.Node, n *ast.BinaryNode) {
	switch n.Operator {
	case "==", "!=":
		left, right := n.Left, n.Right
		if r.constants[left] != nil {
			left, right = right, left
		}
		if numbers := r.constants[right]; numbers != nil {
			r.anyOf(node, n, left, numbers)
			return
		}
		if _, ok := left.(*ast.NilNode); ok {
			left, right = right, left
		}
		if _, ok := right.(*ast.NilNode); !ok {
			return
		}
		f := fieldOf(left)
		if f == nil || f.NeedsFrame {
			return
		}
		n.Left, n.Right = left, missing(f, left)
		if f.Name == "error" {
			n.Left = &ast.MemberNode{Node: left, Property: &ast.StringNode{Value: "op"}}
			n.Right = &ast.StringNode{}
		} else if f.Type == "float" {
			n.Operator = map[string]string{"==": "!=", "!=": "=="}[n.Operator]
		}
	case "<", "<=":
		r.guard(node, n, n.Left)
	case ">", ">=":
		r.guard(node, n, n.Right)
	}
}

// anyOf makes x == NAME hold for every number of the name.
func (r *resolver) anyOf(node *ast.Node, n *ast.BinaryNode, left ast.Node, numbers []int) {
	list := &ast.ArrayNode{Nodes: integers(numbers)}
	in := &ast.BinaryNode{Operator: "in", Left: left, Right: list}
	list.SetLocation(n.Location())
	in.SetLocation(n.Location())
	*node = in
	if n.Operator == "!=" {
		*node = &ast.UnaryNode{Operator: "not", Node: in}
		(*node).SetLocation(n.Location())
	}
}

func integers(numbers []int) []ast.Node {
	nodes := make([]ast.Node, len(numbers))
	for i, n := range numbers {
		nodes[i] = &ast.IntegerNode{Value: n}
	}
	return nodes
}

// guard makes x < 5 false where x is absent, which is a very small number.
func (r *resolver) guard(node *ast.Node, n *ast.BinaryNode, side ast.Node) {
	f := fieldOf(side)
	if f == nil || f.Type != "int" {
		return
	}
	present := &ast.BinaryNode{Operator: "!=", Left: side, Right: &ast.IntegerNode{Value: absent}}
	*node = &ast.BinaryNode{Operator: "and", Left: present, Right: n}
	present.SetLocation(n.Location())
	(*node).SetLocation(n.Location())
}

// missing is the value of f where an event has none.
func missing(f *field, side ast.Node) ast.Node {
	switch f.Type {
	case "int":
		return &ast.IntegerNode{Value: absent}
	case "float":
		return side // not equal to itself
	}
	return &ast.StringNode{}
}

func fieldOf(n ast.Node) *field {
	id, ok := n.(*ast.IdentifierNode)
	if !ok {
		return nil
	}
	if id.Value == fieldLen {
		return fieldByName("len")
	}
	return fieldByName(id.Value)
}

func functionOf(name string) string { return name + " of the frame" }
