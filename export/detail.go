package export

import (
	"github.com/mqsniff/mqsniff/decode"
	"github.com/mqsniff/mqsniff/session"
)

// maxDetailNodes bounds the lines below one frame.
const maxDetailNodes = 2000

// detail writes the frame taken apart, indented below its line.
func (t *Text) detail(b []byte, ev *session.Event, v *session.View) []byte {
	credentials := t.options.Credentials
	if ev.Has(session.ServerInitiated) { // nobody signs those
		credentials = nil
	}
	d := decode.Describe(v.Context, v.Frame, int(ev.Len), decode.DescribeOptions{
		Reference: ev.Time / 1e6, Nodes: maxDetailNodes, Inflater: &t.inflater, Credentials: credentials,
	})
	for i := range d.Nodes {
		n := &d.Nodes[i]
		color := t.options.Color && (n.Kind == decode.NodeError || n.Kind == decode.NodeWarning || n.Kind == decode.NodeNote)
		switch n.Kind {
		case decode.NodeError:
			b = append(b, sgr(color, roleError)...)
		case decode.NodeWarning:
			b = append(b, sgr(color, roleWarning)...)
		case decode.NodeNote:
			b = append(b, sgr(color, roleDim)...)
		}
		b = blanks(b, 4+2*n.Depth)
		b = AppendSafe(b, n.Name)
		if n.Value != "" {
			if n.Name != "" {
				b = append(b, ": "...)
			}
			b = AppendSafe(b, n.Value)
		}
		if n.Note != "" {
			b = append(b, " ("...)
			b = append(AppendSafe(b, n.Note), ')')
		}
		if color {
			b = append(b, reset...)
		}
		b = append(b, '\n')
	}
	return b
}
