package export

import (
	"io"

	"github.com/mqsniff/mqsniff/decode"
	"github.com/mqsniff/mqsniff/filter"
	"github.com/mqsniff/mqsniff/session"
)

// JSON prints one JSON object per event and line. Keys, their order and their meaning are a contract: see the manual's
// page on output.
type JSON struct {
	output
	symbols *session.Symbols
	options JSONOptions
	clock   clock
	bodies  bodies

	origins    memo[origin]
	operations memo[operation]
	releases   memo[release]
	doubled    doubled
	properties []decode.Property
	text       []byte // of one header or body
	message    decode.Message
}

// JSONOptions say what lines have. The zero value is what every consumer can rely on.
type JSONOptions struct {
	Detail      bool               // fields, signature, body, and the bodies of messages, too
	Credentials decode.Credentials // with Detail: what signatures are checked with
}

// NewJSON returns a JSON that writes to w. symbols are those of the session whose events come.
func NewJSON(w io.Writer, symbols *session.Symbols, o JSONOptions) *JSON {
	return &JSON{output: output{w: w}, symbols: symbols, options: o}
}

// Handle is a session.Handler.
func (j *JSON) Handle(ev *session.Event, v *session.View) {
	if j.err != nil {
		return
	}
	j.buf = j.Append(j.buf, ev, v)
	j.line()
}

// Close writes what was collected. It does not close the writer.
func (j *JSON) Close() error { return j.Flush() }

// Append appends the line of ev, its newline included, to dst.
func (j *JSON) Append(dst []byte, ev *session.Event, v *session.View) []byte {
	b := appendIntKey(dst, `{"frame":`, int64(ev.Number))
	b = append(b, `,"time":"`...)
	b = j.clock.append(b, ev.Time)
	b = append(b, '"')
	o := origin{conn: ev.Conn}
	if v.Conn != nil {
		o.Endpoints = v.Conn.Endpoints
	}
	b = j.origins.append(b, int32(ev.Conn), o, appendOrigin)
	if ev.Kind != session.Drop && ev.Kind != session.Notice { // they have none
		b = appendNameKey(b, `,"dir":`, ev.Dir.String())
	}
	b = appendNameKey(b, `,"kind":`, ev.Kind.String())
	problem := eventProblem(ev)
	if ev.Kind.Frame() {
		b = j.appendFrame(b, ev, v, &problem)
	}
	if filter.HasBytes(ev) {
		b = appendIntKey(b, `,"bytes":`, int64(ev.Len))
	}
	if ev.Kind == session.Drop {
		b = appendIntKey(b, `,"packets":`, int64(ev.Len))
	}
	b = j.appendSymbol(b, `,"note":`, ev.Note)
	if problem.Code != decode.ReasonNone {
		b = appendNameKey(b, `,"error":{"op":`, problem.Op.String())
		b = appendIntKey(b, `,"offset":`, int64(problem.Off))
		b = appendNameKey(b, `,"reason":`, problem.Code.String())
		b = append(b, '}')
	}
	return append(b, '}', '\n')
}

func eventProblem(ev *session.Event) decode.Error {
	return decode.Error{Op: ev.ErrOp, Off: int(ev.ErrOff), Code: ev.ErrCode}
}

// appendFrame writes what frames have and other events have not.
func (j *JSON) appendFrame(b []byte, ev *session.Event, v *session.View, problem *decode.Error) []byte {
	b = appendIntKey(b, `,"len":`, int64(ev.Len))
	b = appendIntKey(b, `,"header_len":`, int64(ev.HeaderLen))
	b = appendIntKey(b, `,"body_len":`, int64(ev.BodyLen()))
	op := operationOf(ev)
	b = j.operations.append(b, op.near(), op, appendOperation)
	cmd := v.Command
	if cmd == nil || cmd.HasOpaque {
		b = appendIntKey(b, `,"opaque":`, int64(ev.Opaque))
	}
	b = appendIntKey(b, `,"flag":`, int64(ev.Flag))
	if name := decode.LanguageName(ev.Language); name != "" {
		b = appendNameKey(b, `,"language":`, name)
	} else if cmd != nil && len(cmd.LanguageName) > 0 {
		b = appendTextKey(b, `,"language":`, cmd.LanguageName)
	}
	b = j.releases.append(b, ev.Version, release(ev.Version), appendRelease)
	if cmd != nil {
		if len(cmd.Remark) > 0 {
			b = appendTextKey(b, `,"remark":`, cmd.Remark)
		}
		if cmd.Ext.Len() > 0 {
			b = j.appendExt(append(b, `,"ext":`...), &cmd.Ext)
		}
		if j.options.Detail {
			b = j.appendFields(b, v)
			b = j.appendACL(b, ev, v)
		}
	}
	if ev.Kind == session.Response && ev.Pair != 0 {
		b = appendIntKey(b, `,"request":`, int64(ev.Pair))
		b = appendIntKey(b, `,"latency_ns":`, ev.Latency)
	}
	if ev.Added != 0 {
		b = appendIntKey(b, `,"added_ns":`, int64(ev.Added))
	}
	b = j.appendSymbol(b, `,"topic":`, ev.Topic)
	b = j.appendSymbol(b, `,"group":`, ev.Group)
	b = j.appendSymbol(b, `,"client_id":`, ev.ClientID)
	if ev.QueueID != session.None {
		b = appendIntKey(b, `,"queue_id":`, int64(ev.QueueID))
	}
	if cmd != nil {
		if ev.Messages > 0 {
			b = j.appendMessages(b, ev, v, problem)
		} else if j.options.Detail && len(v.Frame.Body) > 0 {
			b = j.appendBody(b, v)
		}
	}
	if ev.Cut > 0 {
		b = appendIntKey(b, `,"cut":`, int64(ev.Cut))
	}
	return b
}

func (j *JSON) appendSymbol(b []byte, name string, n session.Symbol) []byte {
	if n == 0 {
		return b
	}
	return appendTextKey(b, name, j.symbols.Text(n))
}

func statusName(ev *session.Event) (string, bool) {
	return decode.StatusFor(ev.Code, ev.Status, !ev.Has(session.Unmatched), ev.Version)
}

// appendExt writes the header fields in the order of the wire, each key once: where it is doubled the last one counts,
// at its own place.
func (j *JSON) appendExt(b []byte, ext *decode.Fields) []byte {
	start := len(b)
	j.doubled.reset()
	comma := byte('{')
	for i := range ext.Len() {
		key, value := ext.Text(i)
		if !j.doubled.add(key) {
			return j.appendDoubledExt(b[:start], ext)
		}
		b = append(b, comma)
		comma = ','
		b = appendField(b, key, value)
	}
	return append(b, '}')
}

// appendDoubledExt is appendExt where a key may come twice.
func (j *JSON) appendDoubledExt(b []byte, ext *decode.Fields) []byte {
	j.doubled.begin(ext)
	comma := byte('{')
	for i := range ext.Len() {
		key, value := ext.Text(i)
		if j.doubled.later(ext, i, key) {
			continue
		}
		b = append(b, comma)
		comma = ','
		b = appendField(b, key, value)
	}
	return append(b, '}')
}

// appendField writes a key and its value, nil for null.
func appendField(b, key, value []byte) []byte {
	b = append(appendKey(b, key), ':')
	if value == nil {
		return append(b, "null"...)
	}
	return appendString(b, value)
}
