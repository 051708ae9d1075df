package session

import "github.com/mqsniff/mqsniff/decode"

// ConnState is how far a connection has come.
type ConnState uint8

// The states.
const (
	ConnOpen   ConnState = iota // no end seen
	ConnClosed                  // see ConnStat.Why
	ConnTLS                     // its bytes are encrypted
	ConnGRPC                    // HTTP/2
	ConnOther                   // bytes, but no frame
	ConnGone                    // it was closed, its events are given up, and it is forgotten
)

var connStates = [...]string{"open", "closed", "TLS", "gRPC", "not remoting", "gone"}

func (s ConnState) String() string {
	if int(s) < len(connStates) {
		return connStates[s]
	}
	return "unknown"
}

// ConnStat is what is known of one connection.
type ConnStat struct {
	Number uint32
	Endpoints
	State       ConnState
	Why         CloseReason
	MidStream   bool  // its start was not captured
	First, Last int64 // ns since 1970: of its first and its latest event

	Frames    [2]uint64 // by Direction
	Bytes     [2]uint64 // of frames
	Requests  uint64    // that wait for an answer; oneways do not
	Responses uint64
	Unmatched uint64
	Errors    uint64 // answers that report a failure
	Gaps      uint64
	GapBytes  uint64
	Passed    uint64 // bytes in no frame

	Latencies  uint64 // answers with a latency, long polls left out
	LatencySum int64  // ns
	LatencyMax int64  // ns

	ClientID       Symbol
	Group          Symbol
	Language       decode.Language // of the client side
	Version        int32
	ServerLanguage decode.Language // of the server side; LanguageNone: nothing seen
	ServerVersion  int32
	LastCode       int32  // operation of its latest frame
	Note           Symbol // what else its bytes are: see Event.Note; with TLS what came last, otherwise what came first
}

// InFlight is the number of requests without an answer so far.
func (c *ConnStat) InFlight() uint64 {
	if answered := c.Responses - c.Unmatched; c.Requests > answered {
		return c.Requests - answered
	}
	return 0
}

func (s *Store) connection(ev *Event, v *View) {
	if ev.Conn == 0 {
		return
	}
	if ev.Conn > s.conns.count {
		s.conns.extend(ev.Conn, s.gone)
	}
	chunk := s.conns.chunk(ev.Conn)
	if chunk == nil {
		return
	}
	chunk.last = s.count
	c := &chunk.stats[(ev.Conn-1)%connChunk]
	if c.First == 0 {
		c.First = ev.Time
		if v.Conn != nil {
			c.Endpoints = v.Conn.Endpoints
		}
	}
	c.Last = max(c.Last, ev.Time)
	if ev.Note != 0 && (c.Note == 0 || ev.Kind == TLS) {
		c.Note = ev.Note
	}
	switch ev.Kind {
	case Open:
		chunk.open++
		c.MidStream = ev.Has(MidStream)
	case Close:
		if c.State == ConnOpen {
			c.State = ConnClosed
		}
		if c.Why == 0 {
			chunk.open--
		}
		c.Why = CloseReason(ev.Detail)
	case TLS:
		c.State = ConnTLS
	case GRPC:
		c.State = ConnGRPC
	case Gap:
		c.Gaps++
		c.GapBytes += uint64(ev.Len)
	case Garbage, Undecodable:
		c.Passed += uint64(ev.Len)
		if c.State == ConnOpen && c.Frames == [2]uint64{} {
			c.State = ConnOther
		}
	case ProxyHeader:
	default:
		c.frame(ev)
	}
}

func (c *ConnStat) frame(ev *Event) {
	if c.State == ConnOther {
		c.State = ConnOpen
	}
	c.Frames[ev.Dir]++
	c.Bytes[ev.Dir] += uint64(ev.Len)
	if ev.Dir == ClientToServer {
		c.Language, c.Version = ev.Language, ev.Version
	} else {
		c.ServerLanguage, c.ServerVersion = ev.Language, ev.Version
	}
	if ev.ClientID != 0 {
		c.ClientID = ev.ClientID
	}
	if ev.Group != 0 {
		c.Group = ev.Group
	}
	if !ev.Has(Unmatched) {
		c.LastCode = ev.Code
	}
	switch ev.Kind {
	case Request:
		c.Requests++
	case Response:
		c.Responses++
		if ev.Has(Unmatched) {
			c.Unmatched++
			return
		}
		if ev.Failed() {
			c.Errors++
		}
		if !ev.Has(LongPoll) {
			c.Latencies++
			c.LatencySum += ev.Latency
			c.LatencyMax = max(c.LatencyMax, ev.Latency)
		}
	}
}

// Failed tells whether the event is a response that reports a failure; "nothing there" is none.
func (e *Event) Failed() bool {
	return e.Kind == Response && e.Status != 0 && !decode.ExpectedEmpty(e.Code, e.Status)
}
