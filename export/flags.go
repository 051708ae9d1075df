package export

import (
	"github.com/mqsniff/mqsniff/decode"
	"github.com/mqsniff/mqsniff/session"
)

// Slow answers, in ns, by default: of sends and acknowledgements, and of everything else. A long poll is never slow.
const (
	slowSend  = 5_000_000
	slowOther = 100_000_000
)

// Slow tells whether a response took longer than answers of its kind should.
func Slow(ev *session.Event) bool {
	if ev.Kind != session.Response || ev.Pair == 0 || ev.Has(session.LongPoll) {
		return false
	}
	switch {
	case decode.IsSend(ev.Code), ev.Code == decode.ConsumerSendMsgBack, ev.Code == decode.EndTransaction, ev.Code == ackMessage:
		return ev.Latency > slowSend
	}
	return ev.Latency > slowOther
}

const ackMessage = 200051

// Flag is a letter of the flag column.
type Flag struct {
	Letter byte
	Help   string
	Holds  func(*session.Event) bool
}

// flags are the letters in the order in which they are shown.
var flags = [...]Flag{
	{'!', "the answer reports a failure, or something in the frame does not decode", func(ev *session.Event) bool {
		return ev.Failed() || ev.Kind.Frame() && ev.ErrCode != decode.ReasonNone
	}},
	{'~', "slow: more than 5 ms for a send or ack, 100 ms for others; long polls never", Slow},
	{'?', "an answer whose request was not seen", marked(session.Unmatched)},
	{'2', "a second answer to the same request", marked(session.Duplicate)},
	{'L', "late: the client had stopped waiting", marked(session.Late)},
	{'R', "a message that was sent or delivered before", marked(session.Retry)},
	{'D', "a dead letter (%DLQ% topic)", marked(session.DeadLetter)},
	{'Z', "compressed body", marked(session.Compressed)},
	{'B', "batch of messages", marked(session.Batch)},
	{'T', "part of a transaction", marked(session.Transaction)},
	{'/', "the capture lacks bytes of this frame", func(ev *session.Event) bool { return ev.Cut > 0 }},
}

func marked(m session.Mark) func(*session.Event) bool {
	return func(ev *session.Event) bool { return ev.Has(m) }
}

// Flags are the letters in the order in which they are shown.
func Flags() []Flag { return flags[:] }

// AppendFlags writes the direction of an event and its letters.
func AppendFlags(dst []byte, ev *session.Event) []byte {
	dst = append(dst, Direction(ev))
	for i := range flags {
		if flags[i].Holds(ev) {
			dst = append(dst, flags[i].Letter)
		}
	}
	return dst
}

// Directions explains what Direction gives.
func Directions() [][2]string {
	return [][2]string{
		{">", "request, client to server"},
		{"<", "response to a client"},
		{"}", "oneway, client to server: nobody answers"},
		{"{", "request or oneway sent by the server"},
		{") (", "response to a request of the server"},
		{"o c", "connection opened, closed"},
		{"x", "bytes that are no frame: gap, garbage, TLS, gRPC"},
		{"p", "PROXY protocol header"},
	}
}

// Direction is the first character of the flag column: who talks to whom.
func Direction(ev *session.Event) byte {
	switch ev.Kind {
	case session.Request, session.Oneway:
		if ev.Dir == session.ServerToClient {
			return '{'
		}
		if ev.Kind == session.Oneway {
			return '}'
		}
		return '>'
	case session.Response:
		if ev.Dir == session.ClientToServer {
			return ')'
		}
		if ev.Has(session.ServerInitiated) {
			return '('
		}
		return '<'
	case session.Open:
		return 'o'
	case session.Close:
		return 'c'
	case session.ProxyHeader:
		return 'p'
	}
	return 'x'
}
