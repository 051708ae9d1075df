package tui

import (
	"strconv"
	"strings"

	"github.com/rivo/tview"

	"github.com/mqsniff/mqsniff/decode"
	"github.com/mqsniff/mqsniff/session"
	"github.com/mqsniff/mqsniff/tui/widget"
)

// detailPanes are the tree, the bytes and the timing of one event, linked with each other.
type detailPanes struct {
	app    *app
	tree   *widget.Tree
	hex    *widget.Hex
	pair   *widget.Tree
	view   bodyView // in the place of hex, when a person wants a body by itself
	shown  *detail  // nil: none
	buffer int      // of shown, in the hex pane

	asked question // what the worker was asked last
	busy  bool     // the worker reads
	again bool     // and must read once more when it is done
	aside bool     // pair and connection have a pane of their own
}

// question is what a detail depends on.
type question struct {
	number uint32
	pair   uint32 // comes later than a request
	waits  waiting
	over   bool
}

func newDetailPanes(a *app) detailPanes {
	d := detailPanes{app: a, tree: widget.NewTree(a.theme), hex: widget.NewHex(a.theme), pair: widget.NewTree(a.theme), view: newBodyView(a)}
	d.tree.SetEmpty("no frame")
	d.tree.DefaultOpen = func(n *widget.Node) bool { return openAtFirst(n, a.detail.shown, a.detail.aside) }
	d.hex.SetEmpty("no bytes")
	d.pair.DefaultOpen = func(*widget.Node) bool { return true }
	d.tree.OnSelect = func(i int) { a.detail.fromTree(i) }
	d.tree.OnActivate = func(i int) { a.detail.follow(i) }
	d.tree.OnContext = func(int, int, int) { a.filterMenu() }
	d.hex.OnMove = func(off int64) { a.detail.fromHex(off) }
	d.pair.OnActivate = func(i int) {
		if n := a.detail.shown.links[i]; n != 0 {
			a.jump(n)
			return
		}
		n := &a.detail.shown.pair[i]
		a.showValue(n, n.Value)
	}
	return d
}

// fit is told how wide the screen is: the tree is as it would be if it had begun with that.
func (d *detailPanes) fit(w int) {
	if aside := w >= widthThree; aside != d.aside {
		d.aside = aside
		d.tree.SetNodes(d.tree.Nodes())
	}
}

// openAtFirst tells which sections of the tree are open until a person closes them: what is asked for most, so that it
// stands in a low pane without scrolling. aside says that pair and connection have a pane of their own.
func openAtFirst(n *widget.Node, d *detail, aside bool) bool {
	switch n.Label {
	case "Frame", "Capture":
		return false
	case "Pair and timing":
		return !aside
	case "Connection": // of what is no frame it is all there is to see
		return !aside && d != nil && !d.event.Kind.Frame()
	case "extFields":
		return true
	}
	return n.Depth == 0
}

// showDetail has the event under the cursor taken apart, if that is not what is shown.
func (a *app) showDetail() {
	d := &a.detail
	ev, ok := a.frames.current()
	if !ok {
		d.show(nil)
		d.asked = question{}
		return
	}
	q := question{ev.Number, ev.Pair, waits(&ev, a.latest(), a.over()), a.over()}
	if q == d.asked {
		return
	}
	d.asked = q
	if d.busy {
		d.again = true
		return
	}
	d.read(ev)
}

// read has a worker load the event. Only one reads at a time: with a slow disk the questions in between are skipped.
func (d *detailPanes) read(ev session.Event) {
	a := d.app
	d.busy, d.again = true, false
	latest, over := a.latest(), a.over()
	a.safego(nil, "detail", func() {
		loaded := load(a.store, a.opts.Credentials, ev, latest, over)
		a.post(func() {
			d := &a.detail
			d.busy = false
			if loaded.event.Number == d.asked.number || d.again {
				d.show(loaded)
			}
			if d.again {
				if ev, ok := a.frames.current(); ok {
					d.read(ev)
				}
			}
		})
	})
}

// show puts an event into the panes. Where the same one is only known better now, the places in it stay.
func (d *detailPanes) show(t *detail) {
	same := t != nil && d.shown != nil && t.event.Number == d.shown.event.Number
	d.shown = t
	if t == nil {
		d.tree.SetNodes(nil)
		d.pair.SetNodes(nil)
		d.hex.SetBytes(nil)
		d.view.update()
		return
	}
	d.tree.SetNodes(t.nodes)
	d.pair.SetNodes(t.pair)
	if !same {
		d.setBuffer(0)
		d.fromTree(d.tree.Cursor())
	}
	d.app.finder.mark(d)
	d.view.update()
}

// bytes is the widget that shows bytes, or a body by itself.
func (d *detailPanes) bytes() tview.Primitive {
	if p := d.view.pane(); p != nil {
		return p
	}
	return d.hex
}

// setBuffer shows one of the event's buffers.
func (d *detailPanes) setBuffer(i int) {
	d.buffer = i
	d.hex.SetBytes(nil)
	if d.shown == nil || i < 0 || i >= len(d.shown.buffers) || len(d.shown.buffers[i].Bytes) == 0 {
		return
	}
	d.hex.SetBytes(widget.ByteSlice(d.shown.buffers[i].Bytes))
	if i == 0 && d.shown.missing > 0 {
		d.hex.SetNote("-- not captured: " + plural(d.shown.missing, "byte") + " --")
	}
}

// turnBuffer goes to the next buffer.
func (d *detailPanes) turnBuffer(step int) {
	if d.view.format != formatAuto { // these are the frame's
		d.view.set(formatAuto)
	}
	if d.shown == nil || len(d.shown.buffers) < 2 {
		d.app.say(flashInfo, "there is one buffer only: the bytes as on the wire")
		return
	}
	n := len(d.shown.buffers)
	d.setBuffer((d.buffer + step + n) % n)
	d.app.finder.mark(d)
}

// fromTree shows the bytes of a node of the tree.
func (d *detailPanes) fromTree(i int) {
	if d.shown == nil || i < 0 || i >= len(d.shown.nodes) {
		return
	}
	d.view.update()
	n := &d.shown.nodes[i]
	if n.Len == 0 {
		d.hex.SetRange(widget.ByteRange{})
		d.hex.SetField("")
		return
	}
	if n.Buffer != d.buffer {
		d.setBuffer(n.Buffer)
		d.app.finder.mark(d)
	}
	d.hex.SetRange(widget.ByteRange{Off: int64(n.Off), Len: int64(n.Len)})
	d.hex.SetField(n.Label)
}

// fromHex selects the deepest field that holds a byte.
func (d *detailPanes) fromHex(off int64) {
	if d.shown == nil || !d.tree.SelectAt(d.buffer, int(off)) {
		d.hex.SetField("")
		return
	}
	n := &d.shown.nodes[d.tree.Cursor()]
	d.hex.Mark(widget.ByteRange{Off: int64(n.Off), Len: int64(n.Len)})
	d.hex.SetField(n.Label)
}

// follow goes to the event that a node names, or shows all of its value, which the pane may have no room for.
func (d *detailPanes) follow(i int) {
	if d.shown == nil || i < 0 || i >= len(d.shown.fields) {
		return
	}
	f := &d.shown.fields[i]
	if f.link != 0 {
		d.app.jump(f.link)
		return
	}
	d.app.showValue(&d.shown.nodes[i], f.value)
}

// showValue shows the value of a node by itself, in as many lines as it needs.
func (a *app) showValue(n *widget.Node, value string) {
	text := value
	if n.Note != "" {
		text += "\n\n" + n.Note
	}
	if value == "" {
		a.say(flashInfo, n.Label+" is empty")
		return
	}
	const border = 4
	w := min(max(len(text), 36), 100, a.layout.w-border)
	rows := strings.Count(text, "\n") + len(text)/w + 2
	p := widget.NewTextPane(a.theme)
	p.SetText([]byte(text), nil)
	a.open(n.Label, p, w+border, min(rows+2, a.layout.h-border), false, "Esc closes, then y v copies it")
}

// remark is why a response failed, if that event is shown: more than the tree has room for.
func (d *detailPanes) remark(number uint32) string {
	if d.shown == nil || d.shown.event.Number != number || !d.shown.event.Failed() {
		return ""
	}
	for i := range d.shown.fields {
		if d.shown.fields[i].name == "remark" {
			return d.shown.fields[i].value
		}
	}
	return ""
}

// title is what stands in the rule above a pane.
func (d *detailPanes) title(p pane, w int) string {
	if d.shown == nil {
		return [...]string{paneTree: "Detail", paneHex: "Bytes", panePair: "Pair and timing"}[p]
	}
	switch p {
	case paneTree:
		t := d.shown.title()
		if widget.Width(t) > w {
			t = "Frame " + strconv.Itoa(int(d.shown.event.Number)) + " " + codeName(&d.shown.event)
		}
		return t
	case panePair:
		return "Pair and timing"
	}
	if d.view.format != formatAuto {
		return d.view.title()
	}
	tabs := "Bytes"
	for i, b := range d.shown.buffers {
		name := b.Name
		if i == d.buffer {
			name = "[" + name + "]  " + plural(len(b.Bytes), "byte")
		}
		tabs += "  " + name
	}
	if n := len(d.shown.buffers); widget.Width(tabs) > w && n > 1 {
		b := d.shown.buffers[d.buffer]
		tabs = "Bytes  [" + b.Name + "]  " + plural(len(b.Bytes), "byte") + "  " + strconv.Itoa(d.buffer+1) + "/" + strconv.Itoa(n) + " (d: next)"
	}
	return tabs
}

// fieldName is the name that the filter has for a node of the decoder's tree; empty where it has none. path are the names
// from the root to the node.
func fieldName(path []string, n *decode.Node) string {
	if n.Kind != decode.NodeField || len(path) < 2 || path[0] != "Header" {
		return ""
	}
	if len(path) == 3 && path[1] == "extFields" {
		if key, ok := strings.CutPrefix(n.Note, "key "); ok { // the tree has the long name, the wire a short one
			key, _, _ = strings.Cut(key, ",")
			return "ext." + key
		}
		return "ext." + n.Name
	}
	switch n.Name {
	case "code", "flag", "language", "version", "opaque", "remark":
		return n.Name
	}
	return ""
}
