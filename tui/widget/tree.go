package widget

import (
	"hash/maphash"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"
)

// Node is one line of a [Tree]. Nodes come in depth-first order; the children
// of a node are the nodes behind it with a greater depth.
type Node struct {
	Depth       int
	Label       string
	Value       string
	Note        string
	Kind        int  // the caller's own
	Role        Role // of the value
	Buffer      int  // which bytes Off and Len refer to; the caller's own numbers
	Off, Len    int  // the bytes behind the node; Len 0 = none
	HasChildren bool
}

// Tree shows nested fields. What is open is remembered per path of labels, so
// that it stays open when the nodes of another frame are set.
//
// Keys: Up Down j k, PgUp PgDn Space, Ctrl-D Ctrl-U, Home End g G, Right l
// (open or go to the first child), Left h (close or go to the parent), + -
// (subtree), * (everything), Enter, < > (scroll sideways).
type Tree struct {
	*tview.Box

	DefaultOpen func(n *Node) bool // what is open at first; nil: depth 0 is
	OnSelect    func(i int)        // the cursor is on node i
	OnActivate  func(i int)        // Enter on a node without children, double click
	OnContext   func(i, x, y int)  // right click

	theme *Theme
	empty []string
	nodes []Node
	paths []uint64 // hash of the labels from the root
	pads  []uint16 // width of the label column
	rows  []int32  // nodes that are not inside of a closed one
	open  map[uint64]bool
	seed  maphash.Seed

	cursor int // in rows
	top    int // in rows
	scroll int // columns
	height int
}

// maxOpen bounds what is remembered about open nodes.
const maxOpen = 1 << 16

// NewTree returns an empty tree.
func NewTree(t *Theme) *Tree {
	tr := &Tree{Box: tview.NewBox(), theme: t, open: map[uint64]bool{}, seed: maphash.MakeSeed()}
	tr.SetBackgroundColor(tcell.ColorDefault)
	return tr
}

// SetTheme changes the theme.
func (t *Tree) SetTheme(th *Theme) { t.theme = th }

// SetEmpty sets the lines shown while there is no node.
func (t *Tree) SetEmpty(lines ...string) { t.empty = lines }

// SetNodes shows other nodes; the slice is borrowed. What was open stays open,
// and the cursor stays on the same path of labels if there is one. It does not
// call OnSelect.
func (t *Tree) SetNodes(nodes []Node) {
	var old uint64
	if i := t.Cursor(); i >= 0 {
		old = t.paths[i]
	}
	line := t.cursor - t.top
	t.nodes, t.scroll = nodes, 0
	t.index()
	t.flatten()
	t.cursor = 0
	for row, i := range t.rows {
		if t.paths[i] == old {
			t.cursor = row
			break
		}
	}
	t.top = t.cursor - line
	t.reveal()
}

// Nodes returns what SetNodes set.
func (t *Tree) Nodes() []Node { return t.nodes }

// maxLabelPad bounds the column of labels.
const maxLabelPad = 20

// index hashes the paths and measures the labels. Equal labels below one node
// are told apart by their number.
func (t *Tree) index() {
	n := len(t.nodes)
	t.paths, t.pads = make([]uint64, n), make([]uint16, n)
	type sibling struct {
		parent uint64
		label  string
	}
	type ancestor struct{ node, depth int }
	seen := make(map[sibling]uint64, n)
	widths := make([]uint16, n+1) // of the labels below node i, at i+1
	parents := make([]int, n)
	var above []ancestor
	for i := range t.nodes {
		nd := &t.nodes[i]
		for len(above) > 0 && above[len(above)-1].depth >= nd.Depth {
			above = above[:len(above)-1]
		}
		parent, path := -1, uint64(1)
		if len(above) > 0 {
			parent = above[len(above)-1].node
			path = t.paths[parent]
		}
		key := sibling{path, nd.Label}
		t.paths[i] = (path*0x9e3779b97f4a7c15 ^ maphash.String(t.seed, nd.Label)) + seen[key]*0x632be59bd9b4e019
		seen[key]++
		parents[i] = parent
		widths[parent+1] = max(widths[parent+1], uint16(labelWidth(nd.Label)))
		if nd.HasChildren {
			above = append(above, ancestor{i, nd.Depth})
		}
	}
	for i, p := range parents {
		t.pads[i] = widths[p+1]
	}
}

// labelWidth is what a label asks of the column of labels; a longer one stands
// out of it.
func labelWidth(label string) int {
	if w, fits := measure(label, maxLabelPad, true); fits {
		return w
	}
	return 0
}

// isOpen reports whether the children of node i are shown.
func (t *Tree) isOpen(i int) bool {
	n := &t.nodes[i]
	if !n.HasChildren {
		return false
	}
	if open, known := t.open[t.paths[i]]; known {
		return open
	}
	if t.DefaultOpen != nil {
		return t.DefaultOpen(n)
	}
	return n.Depth == 0
}

func (t *Tree) setOpen(i int, open bool) {
	if len(t.open) >= maxOpen {
		clear(t.open)
	}
	t.open[t.paths[i]] = open
}

// flatten works out which nodes are shown.
func (t *Tree) flatten() {
	t.rows = t.rows[:0]
	for i := 0; i < len(t.nodes); {
		t.rows = append(t.rows, int32(i))
		if t.nodes[i].HasChildren && !t.isOpen(i) {
			i = t.end(i)
		} else {
			i++
		}
	}
}

// end returns the first node behind node i and all that is below it.
func (t *Tree) end(i int) int {
	d := t.nodes[i].Depth
	for i++; i < len(t.nodes) && t.nodes[i].Depth > d; i++ {
	}
	return i
}

// parent returns the node that i is a child of, -1 for none.
func (t *Tree) parent(i int) int {
	d := t.nodes[i].Depth
	for i--; i >= 0; i-- {
		if t.nodes[i].Depth < d && t.nodes[i].HasChildren {
			return i
		}
	}
	return -1
}

// Cursor returns the node under the cursor, -1 for none.
func (t *Tree) Cursor() int {
	if t.cursor < 0 || t.cursor >= len(t.rows) {
		return -1
	}
	return int(t.rows[t.cursor])
}

// SetCursor moves the cursor to node i and opens what is above it. It does not
// call OnSelect.
func (t *Tree) SetCursor(i int) {
	if i < 0 || i >= len(t.nodes) {
		return
	}
	closed := false
	for p := t.parent(i); p >= 0; p = t.parent(p) {
		if !t.isOpen(p) {
			t.setOpen(p, true)
			closed = true
		}
	}
	if closed {
		t.flatten()
	}
	t.point(i)
}

// point puts the cursor on the row of node i, or of what hides it.
func (t *Tree) point(i int) {
	lo, hi := 0, len(t.rows)
	for lo < hi {
		if mid := (lo + hi) / 2; int(t.rows[mid]) <= i {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	t.cursor = max(lo-1, 0)
	t.reveal()
}

// SelectAt moves the cursor to the node with the smallest range that holds the
// byte, the deepest among equals; false if there is none. It does not call
// OnSelect.
func (t *Tree) SelectAt(buffer, off int) bool {
	best := -1
	for i := range t.nodes {
		n := &t.nodes[i]
		if n.Buffer != buffer || off < n.Off || off-n.Off >= n.Len {
			continue
		}
		if best < 0 || n.Len < t.nodes[best].Len || n.Len == t.nodes[best].Len && n.Depth >= t.nodes[best].Depth {
			best = i
		}
	}
	if best < 0 {
		return false
	}
	t.SetCursor(best)
	return true
}

// reveal scrolls so that the cursor is visible.
func (t *Tree) reveal() {
	h := max(t.height, 1)
	t.cursor = max(min(t.cursor, len(t.rows)-1), 0)
	t.top = max(min(t.top, t.cursor), t.cursor-h+1)
	t.top = max(min(t.top, len(t.rows)-h), 0)
}

// Move moves the cursor by rows.
func (t *Tree) Move(delta int) { t.moveTo(t.cursor + delta) }

func (t *Tree) moveTo(row int) {
	old := t.cursor
	t.cursor = row
	t.reveal()
	if t.cursor != old && t.OnSelect != nil && len(t.rows) > 0 {
		t.OnSelect(t.Cursor())
	}
}

// Expand opens the node under the cursor or, if it is open, goes to its first
// child.
func (t *Tree) Expand() {
	i := t.Cursor()
	switch {
	case i < 0 || !t.nodes[i].HasChildren:
	case t.isOpen(i):
		if i+1 < t.end(i) {
			t.Move(1)
		}
	default:
		t.openAt(i, true)
	}
}

// Collapse closes the node under the cursor or, if it is closed, goes to its
// parent.
func (t *Tree) Collapse() {
	i := t.Cursor()
	if i < 0 {
		return
	}
	if t.isOpen(i) {
		t.openAt(i, false)
		return
	}
	if p := t.parent(i); p >= 0 {
		old := t.Cursor()
		t.point(p)
		if t.Cursor() != old && t.OnSelect != nil {
			t.OnSelect(t.Cursor())
		}
	}
}

// Toggle opens or closes the node under the cursor.
func (t *Tree) Toggle() {
	if i := t.Cursor(); i >= 0 && t.nodes[i].HasChildren {
		t.openAt(i, !t.isOpen(i))
	}
}

func (t *Tree) openAt(i int, open bool) {
	t.setOpen(i, open)
	t.flatten()
	t.point(i)
}

// ExpandSubtree opens or closes the node under the cursor and all below it.
func (t *Tree) ExpandSubtree(open bool) {
	if i := t.Cursor(); i >= 0 {
		t.setAll(i, t.end(i), open)
		t.point(i)
	}
}

// ExpandAll opens everything or, if everything is open, closes it.
func (t *Tree) ExpandAll() {
	i := t.Cursor()
	if i < 0 {
		return
	}
	t.setAll(0, len(t.nodes), len(t.rows) < len(t.nodes))
	t.point(i)
}

func (t *Tree) setAll(from, to int, open bool) {
	for i := from; i < to; i++ {
		if t.nodes[i].HasChildren {
			t.setOpen(i, open)
		}
	}
	t.flatten()
}
