package export

import (
	"github.com/mqsniff/mqsniff/decode"
	"github.com/mqsniff/mqsniff/session"
)

// role is what a line's colour says; letters and words say it as well.
type role uint8

const (
	roleNormal role = iota
	roleHeader
	roleError
	roleWarning
	roleServer // a request of the server, or its answer
	roleDim    // heartbeats, and answers that there is nothing
	roleBroken
)

// The first sixteen colours only, so that a user's palette holds.
var roleCodes = [...]string{roleHeader: "\x1b[1m", roleError: "\x1b[1;31m", roleWarning: "\x1b[33m", roleServer: "\x1b[36m",
	roleDim: "\x1b[2m", roleBroken: "\x1b[2;31m"}

const reset = "\x1b[0m"

func sgr(color bool, r role) string {
	if !color {
		return ""
	}
	return roleCodes[r]
}

func roleOf(ev *session.Event) role {
	switch {
	case ev.Kind == session.Gap, ev.Kind == session.Garbage, ev.Kind == session.Undecodable, ev.Kind == session.Drop:
		return roleBroken
	case !ev.Kind.Frame():
		return roleDim
	case ev.Failed():
		return roleError
	case Slow(ev), ev.Has(session.Late), ev.Has(session.Unmatched), ev.ErrCode != decode.ReasonNone:
		return roleWarning
	case ev.Kind == session.Response && ev.Status != 0, ev.Code == decode.HeartBeat:
		return roleDim
	case ev.Has(session.ServerInitiated):
		return roleServer
	}
	return roleNormal
}
