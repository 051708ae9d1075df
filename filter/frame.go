package filter

import (
	"github.com/mqsniff/mqsniff/decode"
	"github.com/mqsniff/mqsniff/session"
)

// maxMessages bounds what messages holds of one frame.
const maxMessages = 1 << 16

// frame gives the values that are decoded from an event's bytes. Each is a function in env, so that it costs nothing
// when evaluation does not come to it, and is made once for each event.
type frame struct {
	want    wanted
	inflate decode.Inflater
	plain   []byte // a decompressed body

	ev    *session.Event
	world *World
	view  *session.View
	read  bool
	err   error

	ext         map[string]string
	fields      map[string]any
	messages    []Message
	body        any
	hasBody     bool
	hasMessages bool
}

// functions are what env calls for the fields that need the frame.
func (f *frame) functions() map[string]any {
	return map[string]any{
		functionOf("remark"):   f.remarkText,
		functionOf("ext"):      f.extFields,
		functionOf("fields"):   f.typedFields,
		functionOf("messages"): f.messageList,
		functionOf("body"):     f.bodyValue,
	}
}

func (f *frame) begin(ev *session.Event, w *World) {
	f.ev, f.world = ev, w
	f.view, f.read, f.err = nil, false, nil
	f.ext, f.fields, f.messages, f.body = nil, nil, nil, nil
	f.hasBody, f.hasMessages = false, false
}

// end lets go of what was borrowed.
func (f *frame) end() { f.ev, f.world, f.view = nil, nil, nil }

// get reads the frame once; nil for events that are no frames and when it cannot be read, which f.err keeps.
func (f *frame) get() *session.View {
	if !f.read && f.ev.Kind.Frame() {
		f.view, f.err = f.world.Read(f.ev)
	}
	f.read = true
	return f.view
}

func (f *frame) remarkText() string {
	if v := f.get(); v != nil {
		return string(v.Command.Remark)
	}
	return ""
}

func (f *frame) extFields() map[string]string {
	if v := f.get(); v != nil && f.ext == nil {
		f.ext = map[string]string{}
		for i := range v.Command.Ext.Len() {
			e := v.Command.Ext.At(i)
			f.ext[string(e.Key)] = string(e.Value)
		}
	}
	return f.ext
}

func (f *frame) messageList() []Message {
	if f.ev.Messages == 0 || f.hasMessages {
		return f.messages
	}
	f.hasMessages = true
	if v := f.get(); v != nil {
		it := decode.MessagesOf(v.Context, f.ev.Status, v.Command, v.Frame)
		var m decode.Message
		for len(f.messages) < maxMessages && it.Next(&m) {
			f.messages = append(f.messages, f.message(&m))
		}
	}
	return f.messages
}
