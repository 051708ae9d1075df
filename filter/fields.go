package filter

import (
	"math"

	"github.com/mqsniff/mqsniff/decode"
	"github.com/mqsniff/mqsniff/session"
)

// Field is one name that an expression may use: a key of the JSON output, or latency.
type Field struct {
	Name       string
	Type       string // "int", "float", "string", "map", "array", "object", "any"
	Unit       string // "bytes", "ms", "ns"; empty: none
	On         string // the kinds of event that have a value: "all", "frames", "response", …
	Meaning    string
	NeedsFrame bool // its value is decoded from the frame's bytes
	// Values are all the values there are, where they are few.
	Values []string
}

// Fields are the names that an expression may use, in the order of the JSON keys.
func Fields() []Field {
	fs := make([]Field, len(table))
	for i := range table {
		fs[i] = table[i].Field
	}
	return fs
}

// MessageFields are the names within an element of messages: any(messages, .topic == "x").
func MessageFields() []Field { return append([]Field(nil), messageFields...) }

// absent is the value of an integer field in an event that has none. Comparisons with nil and with < <= > >= are
// rewritten so that they hold for it as for a missing value.
const absent = math.MinInt

// absentLatency compares false with everything, itself included.
var absentLatency any = math.NaN()

// field is a line of the table: what a person reads, and how an event gives the value.
type field struct {
	Field
	zero  any // a value of its type, for the checker
	value func(f *Filter, ev *session.Event, w *World) any
}

// table is in the order of OUTPUT's keys.
var table = []field{
	number("frame", "", "all", "number of the event, from 1", func(ev *session.Event) int { return int(ev.Number) }),
	text("time", "all", "capture time, RFC 3339 in UTC with nine decimals; compares as text", timeText),
	number("conn", "", "all", "number of the connection, from 1; 0: of none", func(ev *session.Event) int { return int(ev.Conn) }),
	text("client", "all", "ip:port of the client", func(f *Filter, ev *session.Event, w *World) any { return f.endpoint(ev, w).client }),
	text("server", "all", "ip:port of the server", func(f *Filter, ev *session.Event, w *World) any { return f.endpoint(ev, w).server }),
	text("dir", "all", "direction", func(f *Filter, ev *session.Event, _ *World) any { return dirs[ev.Dir&1] }, "c2s", "s2c"),
	text("kind", "all", "kind of the event", func(f *Filter, ev *session.Event, _ *World) any { return kinds[min(int(ev.Kind), len(kinds)-1)] },
		"request", "oneway", "response", "open", "close", "gap", "garbage", "tls", "proxy_header", "grpc", "undecodable", "drop", "notice"),
	number("len", "bytes", "frames", "size of the frame, its four length bytes included", onFrame(func(ev *session.Event) int { return int(ev.Len) })),
	number("header_len", "bytes", "frames", "size of the header", onFrame(func(ev *session.Event) int { return int(ev.HeaderLen) })),
	number("body_len", "bytes", "frames", "size of the body", onFrame(func(ev *session.Event) int { return int(ev.BodyLen()) })),
	text("serialize", "frames", "form of the header", serialize, "JSON", "ROCKETMQ"),
	number("code", "", "frames", "operation; for a response that of its request. Compare with a name: code == SEND_MESSAGE_V2", func(ev *session.Event) int {
		if !ev.Kind.Frame() || ev.Has(session.Unmatched) {
			return absent
		}
		return int(ev.Code)
	}),
	text("code_name", "frames", "name of the operation", func(f *Filter, ev *session.Event, _ *World) any { return f.text(ev.CodeName()) }),
	number("status", "", "response", "response code. Compare with a name: status != SUCCESS", func(ev *session.Event) int {
		if ev.Kind != session.Response {
			return absent
		}
		return int(ev.Status)
	}),
	text("status_name", "response", "name of the response code", statusName),
	number("opaque", "", "frames", "number that joins request and response", onFrame(func(ev *session.Event) int { return int(ev.Opaque) })),
	number("flag", "", "frames", "bit 0: response, bit 1: oneway", onFrame(func(ev *session.Event) int { return int(ev.Flag) })),
	text("language", "frames", "language of the sender", language, decode.Languages()...),
	number("version", "", "frames", "version of the sender, ordinal of MQVersion", onFrame(func(ev *session.Event) int { return int(ev.Version) })),
	text("version_name", "frames", "version of the sender, as V5_3_3", func(f *Filter, ev *session.Event, _ *World) any {
		if !ev.Kind.Frame() {
			return ""
		}
		return f.text(decode.VersionName(ev.Version))
	}),
	fromFrame("remark", "string", "frames", "what the sender says beside the status", ""),
	fromFrame("ext", "map", "frames", "header fields with the names of the wire: ext.topic, ext.AccessKey", map[string]string(nil)),
	fromFrame("fields", "map", "frames", "header fields with long names and typed values: fields.producerGroup", map[string]any(nil)),
	number("request", "", "response", "frame of its request", func(ev *session.Event) int {
		if ev.Kind != session.Response || ev.Pair == 0 {
			return absent
		}
		return int(ev.Pair)
	}),
	number("latency_ns", "ns", "response", "from the request's last byte to the response's last byte", func(ev *session.Event) int {
		if !hasLatency(ev) {
			return absent
		}
		return int(ev.Latency)
	}),
	{Field: Field{Name: "latency", Type: "float", Unit: "ms", On: "response", Meaning: "from the request's last byte to the response's last byte"},
		zero: 0.0, value: func(_ *Filter, ev *session.Event, _ *World) any {
			if !hasLatency(ev) {
				return absentLatency
			}
			return float64(ev.Latency) / 1e6
		}},
	number("added_ns", "ns", "frames through the proxy", "how long the proxy itself had the frame's last bytes", onFrame(func(ev *session.Event) int { return int(ev.Added) })),
	symbol("topic", "topic", func(ev *session.Event) session.Symbol { return ev.Topic }),
	symbol("group", "producer or consumer group", func(ev *session.Event) session.Symbol { return ev.Group }),
	symbol("client_id", "client id", func(ev *session.Event) session.Symbol { return ev.ClientID }),
	number("queue_id", "", "frames", "queue", func(ev *session.Event) int {
		if ev.QueueID == session.None {
			return absent
		}
		return int(ev.QueueID)
	}),
	fromFrame("messages", "array", "frames", "messages in the body: any(messages, .topic == \"x\"), len(messages) > 1", []Message(nil)),
	{Field: Field{Name: "body", Type: "any", On: "frames", Meaning: "decoded body of other operations: body.clientID", NeedsFrame: true}},
	number("cut", "bytes", "frames", "bytes of the frame that the capture lacks; 0: it is whole", func(ev *session.Event) int { return int(ev.Cut) }),
	number("bytes", "bytes", "gap, garbage", "bytes that were missing or passed over", func(ev *session.Event) int {
		if !HasBytes(ev) {
			return absent
		}
		return int(ev.Len)
	}),
	number("packets", "", "drop", "packets that were lost here", func(ev *session.Event) int {
		if ev.Kind != session.Drop {
			return absent
		}
		return int(ev.Len)
	}),
	{Field: Field{Name: "note", Type: "string", On: "events that are no frames", Meaning: "what the bytes are, in words: note contains \"TLS\""},
		zero: "", value: func(f *Filter, ev *session.Event, w *World) any { return f.symbol(ev.Note, w) }},
	{Field: Field{Name: "error", Type: "object", On: "all", Meaning: "what could not be decoded: error != nil, error.op, error.offset, error.reason"},
		zero: Problem{}, value: func(_ *Filter, ev *session.Event, _ *World) any {
			if ev.ErrCode == decode.ReasonNone {
				return noProblem
			}
			return Problem{Op: ev.ErrOp.String(), Offset: int(ev.ErrOff), Reason: ev.ErrCode.String()}
		}},
}

// Problem is the value of error; all empty in an event without one.
type Problem struct {
	Op     string `expr:"op"`
	Offset int    `expr:"offset"` // bytes from the frame's first byte
	Reason string `expr:"reason"`
}

var noProblem any = Problem{}

// HasBytes tells whether the event says how many bytes were missing or passed over.
func HasBytes(ev *session.Event) bool {
	switch ev.Kind {
	case session.Gap, session.Garbage, session.Undecodable, session.ProxyHeader:
		return true
	}
	return false
}

func hasLatency(ev *session.Event) bool { return ev.Kind == session.Response && ev.Pair != 0 }

func number(name, unit, on, meaning string, value func(*session.Event) int) field {
	return field{Field{Name: name, Type: "int", Unit: unit, On: on, Meaning: meaning}, 0,
		func(f *Filter, ev *session.Event, _ *World) any { return f.int(value(ev)) }}
}

func onFrame(value func(*session.Event) int) func(*session.Event) int {
	return func(ev *session.Event) int {
		if !ev.Kind.Frame() {
			return absent
		}
		return value(ev)
	}
}

func text(name, on, meaning string, value func(*Filter, *session.Event, *World) any, values ...string) field {
	return field{Field{Name: name, Type: "string", On: on, Meaning: meaning, Values: values}, "", value}
}

func symbol(name, meaning string, value func(*session.Event) session.Symbol) field {
	return field{Field{Name: name, Type: "string", On: "frames", Meaning: meaning}, "",
		func(f *Filter, ev *session.Event, w *World) any { return f.symbol(value(ev), w) }}
}

// fromFrame is a field that env holds as a function, called when evaluation comes to it.
func fromFrame(name, typ, on, meaning string, zero any) field {
	return field{Field{Name: name, Type: typ, On: on, Meaning: meaning, NeedsFrame: true}, zero, nil}
}

func fieldByName(name string) *field {
	for i := range table {
		if table[i].Name == name {
			return &table[i]
		}
	}
	return nil
}
