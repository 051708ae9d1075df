// Package session makes events of bytes: it cuts the two directions of a connection into remoting frames, finds its
// place again after a hole, and says which response answers which request.
//
// A source calls Open for a connection, Begin where it saw a direction start, then Bytes, Gap and Close; each event goes
// to the session's handler at once. The package does not know where bytes come from, and takes time as an argument.
package session

import "github.com/mqsniff/mqsniff/decode"

// View is what an event was made from. It is borrowed for the call of a Handler.
type View struct {
	Conn *Conn
	// Frame and Command are set for frames only. Frame.Raw ends at the first byte that was not captured.
	Frame   decode.Frame
	Command *decode.Command
}

// Handler receives every event, in the order of completion. Both arguments are borrowed for the call.
type Handler func(*Event, *View)

// Session owns the connections of one source. It is used by one goroutine.
type Session struct{ handle Handler }

// New returns a session that calls handle for each event.
func New(handle Handler) *Session { return &Session{handle: handle} }

// Open begins a connection at time t. handshake says that a SYN was seen.
func (s *Session) Open(t int64, e Endpoints, dir Direction, handshake bool) *Conn {
	return &Conn{Endpoints: e}
}

// End says that nothing more will come: what is unfinished in any direction is reported.
func (s *Session) End() {}
