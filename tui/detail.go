package tui

import (
	"errors"
	"strconv"

	"github.com/mqsniff/mqsniff/decode"
	"github.com/mqsniff/mqsniff/session"
	"github.com/mqsniff/mqsniff/tui/widget"
)

// detail is one event taken apart for the lower panes. It is made by a worker and not changed afterwards.
type detail struct {
	event   session.Event
	buffers []decode.Buffer
	nodes   []widget.Node
	fields  []field // one per node
	pair    []widget.Node
	links   []uint32 // one per node of pair
	missing uint32   // bytes of the frame that were not captured
}

// field is what a node of the tree means to a command.
type field struct {
	name  string // of a header field as the filter knows it; empty: none
	link  uint32 // event to jump to; 0: none
	value string // unshortened
	body  bool   // a whole body
}

// load reads the bytes of an event again and takes them apart.
func load(store *session.Store, c decode.Credentials, ev session.Event, latest int64, over bool) *detail {
	d := &detail{event: ev}
	if ev.Kind.Frame() {
		d.frame(store, c)
	} else {
		d.other(store)
	}
	s := sections{store: store, event: &d.event, latest: latest, over: over}
	s.build()
	d.pair, d.links = s.nodes, s.links
	for i, n := range s.nodes {
		d.nodes = append(d.nodes, n)
		d.fields = append(d.fields, field{link: s.links[i], value: n.Value})
	}
	return d
}

// frame describes a frame with what its connection knows of it.
func (d *detail) frame(store *session.Store, c decode.Credentials) {
	ev := &d.event
	raw, err := store.Bytes(nil, ev)
	d.buffers = []decode.Buffer{{Name: "wire", Bytes: raw}}
	if n := uint32(len(raw)); n < ev.Len {
		d.missing = ev.Len - n
	}
	if err != nil {
		d.note(decode.NodeError, "bytes", "cannot be read again: "+err.Error())
		if len(raw) == 0 {
			return
		}
	}
	p, err := decode.ReadPrefix(raw, decode.Limits{})
	if err == nil && len(raw) < decode.PrefixLen+p.HeaderLen {
		err = &decode.Error{Op: decode.OpHeader, Off: len(raw), Code: decode.ReasonShort}
	}
	if err != nil {
		d.note(decode.NodeError, "frame", err.Error())
		return
	}
	n := min(len(raw), p.Len)
	ctx := store.Context(ev)
	if ev.Has(session.ServerInitiated) { // nobody signs those
		c = nil
	}
	d.take(decode.Describe(ctx, decode.Cut(raw[:n:n], p), p.Len, decode.DescribeOptions{Reference: ev.Time / 1e6, Credentials: c}))
}

// other describes what is no frame: the words of the row, and the bytes if they can be read again.
func (d *detail) other(store *session.Store) {
	ev := &d.event
	c := rowContext{symbols: store.Symbols(), conn: func(n uint32) session.Endpoints { s, _ := store.Conn(n); return s.Endpoints }}
	d.add(widget.Node{Label: string(appendCode(nil, ev, &c)), Value: string(appendStatus(nil, ev, &c)), HasChildren: true}, field{})
	say := func(label, value string) {
		d.add(widget.Node{Depth: 1, Label: label, Value: value}, field{value: value})
	}
	if ev.Len > 0 && ev.Kind != session.Drop {
		say("bytes", count(ev.Len))
	}
	if ev.Note != 0 {
		say("what", store.Symbols().Text(ev.Note))
	}
	if text := explain(ev); text != "" {
		say("meaning", text)
	}
	if ev.ErrCode != decode.ReasonNone {
		d.note(decode.NodeError, "reason", (&decode.Error{Op: ev.ErrOp, Off: int(ev.ErrOff), Code: ev.ErrCode}).Error())
	}
	if ev.Kind == session.Gap || wholeLine(ev.Kind) || ev.Len == 0 {
		return
	}
	raw, err := store.Bytes(nil, ev)
	d.buffers = []decode.Buffer{{Name: "wire", Bytes: raw}}
	if err != nil && !errors.Is(err, session.ErrNoBytes) {
		d.note(decode.NodeError, "bytes", "cannot be read again: "+err.Error())
	}
}

// explain says in a sentence what an event that is no frame means.
func explain(ev *session.Event) string {
	switch ev.Kind {
	case session.Gap:
		return "these bytes of the connection were not captured; reading goes on behind them"
	case session.Drop:
		return "these packets were lost before they could be read; what is missing of each connection shows as its gaps"
	case session.Garbage:
		if ev.Note != 0 {
			return "these bytes are another protocol; what follows is searched for frames unless that is an HA stream"
		}
		return "these bytes belong to no frame that could be found"
	case session.Undecodable:
		return "a frame should stand here but does not decode; the search for the next one went on behind it"
	case session.TLS:
		return "the connection is encrypted: capture behind the proxy, or decrypt before"
	case session.GRPC:
		return "HTTP/2, which the gRPC clients of RocketMQ 5 use; it is not the remoting protocol"
	case session.ProxyHeader:
		return "a load balancer told the address of the client"
	case session.Open:
		if ev.Has(session.MidStream) {
			return "the connection was there before the capture began"
		}
	}
	return ""
}

func (d *detail) add(n widget.Node, f field) {
	d.nodes = append(d.nodes, n)
	d.fields = append(d.fields, f)
}

// note adds a line of our own.
func (d *detail) note(kind decode.NodeKind, label, text string) {
	d.add(widget.Node{Label: label, Value: text, Role: nodeRole(kind), Kind: int(kind)}, field{value: text})
}

// take makes nodes of the widget out of the decoder's.
func (d *detail) take(t *decode.Detail) {
	if len(t.Buffers) > 0 {
		d.buffers = t.Buffers
	}
	var path []string // names of the sections around a node
	for i, n := range t.Nodes {
		path = append(path[:min(n.Depth, len(path))], n.Name)
		d.add(widget.Node{
			Depth: n.Depth, Label: n.Name, Value: n.Value, Note: n.Note, Kind: int(n.Kind), Role: nodeRole(n.Kind),
			Buffer: n.Buffer, Off: n.Range.Off, Len: n.Range.Len,
			HasChildren: i+1 < len(t.Nodes) && t.Nodes[i+1].Depth > n.Depth,
		}, field{name: fieldName(path, &n), value: n.Value, body: n.Body})
	}
}

func nodeRole(k decode.NodeKind) widget.Role {
	switch k {
	case decode.NodeSection:
		return widget.RoleTitle
	case decode.NodeNote:
		return widget.RoleDim
	case decode.NodeWarning:
		return widget.RoleWarning
	case decode.NodeError:
		return widget.RoleError
	}
	return widget.RoleNormal
}

// title names the event in the rule above the pane.
func (d *detail) title() string {
	ev := &d.event
	t := "Frame " + strconv.Itoa(int(ev.Number))
	if !ev.Kind.Frame() {
		return "Event " + strconv.Itoa(int(ev.Number)) + "  " + ev.Kind.String()
	}
	t += "  " + ev.Kind.String()
	if ev.Pair != 0 {
		if ev.Kind == session.Response {
			t += " to " + strconv.Itoa(int(ev.Pair))
		} else {
			t += " answered by " + strconv.Itoa(int(ev.Pair))
		}
	}
	if !ev.Has(session.Unmatched) {
		t += "  " + strconv.Itoa(int(ev.Code))
	}
	return t + " " + codeName(ev)
}
