package tui

import (
	"github.com/mqsniff/mqsniff/decode"
	"github.com/mqsniff/mqsniff/export"
	"github.com/mqsniff/mqsniff/session"
	"github.com/mqsniff/mqsniff/tui/widget"
)

// heartBeat is drawn dim: it comes all the time and says little.
const heartBeat = decode.HeartBeat

// slow tells whether a response took longer than its class should; the same rule as in text output.
func slow(ev *session.Event) bool { return export.Slow(ev) }

// waiting is what a request without an answer may be.
type waiting uint8

const (
	answered waiting = iota
	pending          // nothing yet, and the client still waits
	expired          // nothing in the time that a client waits by default
	ended            // the capture ended before that time was over
)

// waits tells how a request without response stands at latest, the time of the newest event; over says that nothing
// more will come.
func waits(ev *session.Event, latest int64, over bool) waiting {
	limit := int64(session.Timeout)
	if ev.Has(session.LongPoll) {
		limit = session.TimeoutLongPoll
	}
	switch {
	case ev.Kind != session.Request || ev.Pair != 0:
		return answered
	case latest-ev.Time > limit:
		return expired
	case over:
		return ended
	}
	return pending
}

// bad tells whether a row is one that `b` stops at: a failure, an answer that nobody waited for or nobody asked for, no
// answer at all, bytes that could not be read.
func bad(ev *session.Event, latest int64, over bool) bool {
	switch ev.Kind {
	case session.Gap, session.Garbage, session.Undecodable:
		return true
	case session.Close:
		return session.CloseReason(ev.Detail) == session.CloseRST
	case session.Response:
		return ev.Failed() || ev.Has(session.Late) || ev.Has(session.Duplicate) || ev.ErrCode != decode.ReasonNone
	}
	return ev.ErrCode != decode.ReasonNone || waits(ev, latest, over) == expired
}

// direction is the first flag: who talks to whom, in one character.
func direction(ev *session.Event) byte {
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

// rowFlag is one letter of the flag column, with what it means.
type rowFlag struct {
	letter byte
	role   widget.Role
	holds  func(ev *session.Event, w waiting) bool
	help   string
}

// flagTable lists the letters in the order in which they are shown.
func flagTable() []rowFlag {
	marked := func(m session.Mark) func(*session.Event, waiting) bool {
		return func(ev *session.Event, _ waiting) bool { return ev.Has(m) }
	}
	return []rowFlag{
		{'!', widget.RoleError, func(ev *session.Event, _ waiting) bool { return ev.Failed() || ev.ErrCode != 0 && ev.Kind.Frame() }, "the answer reports a failure, or something in the frame does not decode"},
		{'~', widget.RoleWarning, func(ev *session.Event, _ waiting) bool { return slow(ev) }, "slow: more than 5 ms for a send or ack, 100 ms for others; long polls never"},
		{'?', widget.RoleWarning, func(ev *session.Event, _ waiting) bool { return ev.Has(session.Unmatched) }, "an answer whose request was not seen"},
		{'2', widget.RoleWarning, marked(session.Duplicate), "a second answer to the same request"},
		{'L', widget.RoleWarning, marked(session.Late), "late: the client had stopped waiting"},
		{'.', widget.RolePending, func(_ *session.Event, w waiting) bool { return w == pending || w == ended }, "no answer yet"},
		{'t', widget.RoleTimedOut, func(_ *session.Event, w waiting) bool { return w == expired }, "no answer in the time that clients wait by default"},
		{'R', widget.RoleRetry, marked(session.Retry), "a message that was sent or delivered before"},
		{'D', widget.RoleRetry, marked(session.DeadLetter), "a dead letter (%DLQ% topic)"},
		{'Z', widget.RoleLetter, marked(session.Compressed), "compressed body"},
		{'B', widget.RoleLetter, marked(session.Batch), "batch of messages"},
		{'T', widget.RoleLetter, marked(session.Transaction), "part of a transaction"},
		{'/', widget.RoleWarning, func(ev *session.Event, _ waiting) bool { return ev.Cut > 0 }, "the capture lacks bytes of this frame"},
	}
}

// directionHelp explains the first flag, for the help overlay.
func directionHelp() [][2]string {
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

// rowRole is the colour of a row's text.
func rowRole(ev *session.Event, w waiting) widget.Role {
	switch ev.Kind {
	case session.Gap, session.Garbage, session.TLS, session.GRPC, session.Undecodable:
		return widget.RoleUndecodable
	case session.Open, session.Close, session.ProxyHeader:
		return widget.RoleDim
	}
	switch {
	case ev.Has(session.ServerInitiated):
		return widget.RoleServer
	case !ev.Has(session.Unmatched) && ev.Code == heartBeat:
		return widget.RoleDim
	case ev.Kind == session.Response && ev.Status != 0 && !ev.Failed():
		return widget.RoleDim
	case ev.Kind == session.Oneway:
		return widget.RoleOneway
	}
	return widget.RoleNormal
}
