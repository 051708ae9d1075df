package tui

import (
	"github.com/mqsniff/mqsniff/decode"
	"github.com/mqsniff/mqsniff/export"
	"github.com/mqsniff/mqsniff/session"
	"github.com/mqsniff/mqsniff/tui/widget"
)

// heartBeat is drawn dim: it comes all the time and says little.
const heartBeat = decode.HeartBeat

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
	case session.Gap, session.Garbage, session.Undecodable, session.Drop:
		return true
	case session.Close:
		return session.CloseReason(ev.Detail) == session.CloseRST
	case session.Response:
		return ev.Failed() || ev.Has(session.Late) || ev.Has(session.Duplicate) || ev.ErrCode != decode.ReasonNone
	}
	return ev.ErrCode != decode.ReasonNone || waits(ev, latest, over) == expired
}

// rowFlag is one letter of the flag column, with what it means.
type rowFlag struct {
	letter byte
	role   widget.Role
	holds  func(ev *session.Event, w waiting) bool
	help   string
}

// flagTable lists the letters in the order in which they are shown: those of the text output, and behind the late answers
// those that only the screen can know, as it looks at a request once more when its answer may have come.
func flagTable() []rowFlag {
	var table []rowFlag
	for _, f := range export.Flags() {
		table = append(table, rowFlag{f.Letter, flagRole(f.Letter), func(ev *session.Event, _ waiting) bool { return f.Holds(ev) }, f.Help})
		if f.Letter == 'L' {
			table = append(table,
				rowFlag{'.', widget.RolePending, func(_ *session.Event, w waiting) bool { return w == pending || w == ended }, "no answer yet"},
				rowFlag{'t', widget.RoleTimedOut, func(_ *session.Event, w waiting) bool { return w == expired }, "no answer in the time that clients wait by default"})
		}
	}
	return table
}

func flagRole(letter byte) widget.Role {
	switch letter {
	case '!':
		return widget.RoleError
	case 'R', 'D':
		return widget.RoleRetry
	case 'Z', 'B', 'T':
		return widget.RoleLetter
	}
	return widget.RoleWarning
}

// rowRole is the colour of a row's text.
func rowRole(ev *session.Event, w waiting) widget.Role {
	switch ev.Kind {
	case session.Gap, session.Garbage, session.TLS, session.GRPC, session.Undecodable:
		return widget.RoleUndecodable
	case session.Open, session.Close, session.ProxyHeader:
		return widget.RoleDim
	case session.Drop:
		return widget.RoleError
	case session.Notice:
		return widget.RoleWarning
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
