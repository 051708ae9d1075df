package session

import "github.com/mqsniff/mqsniff/decode"

// Direction is the way of bytes within a connection.
type Direction uint8

// The two directions. Client is who opened the connection; see Endpoints.
const (
	ClientToServer Direction = iota
	ServerToClient
)

func (d Direction) String() string {
	if d == ClientToServer {
		return "c2s"
	}
	return "s2c"
}

// Reverse is the other direction.
func (d Direction) Reverse() Direction { return d ^ 1 }

// Kind is the kind of an event.
type Kind uint8

// The kinds. The first three are frames.
const (
	Request Kind = iota
	Oneway
	Response
	Open
	Close
	Gap
	Garbage
	TLS
	ProxyHeader
	GRPC
	Undecodable
	// Drop: packets were lost before they could be read; it belongs to no connection.
	Drop
	// Notice: words of the source about a connection, or about itself.
	Notice
)

var kindNames = [...]string{"request", "oneway", "response", "open", "close", "gap", "garbage", "tls", "proxy_header", "grpc", "undecodable", "drop", "notice"}

func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "unknown"
}

// Frame tells whether an event of this kind is a remoting frame.
func (k Kind) Frame() bool { return k <= Response }

// Mark is a set of facts about an event.
type Mark uint16

// The marks.
const (
	// Unmatched: a response whose request was not seen, so its operation is unknown.
	Unmatched Mark = 1 << iota
	// Duplicate: a second response to the same request; also Unmatched.
	Duplicate
	// ServerInitiated: a request or oneway sent by the server side, or the response to one.
	ServerInitiated
	// LongPoll: a request that the broker may hold (PullSysFlag suspend, POP pollTime, NOTIFICATION), or its response.
	LongPoll
	// Compressed, Batch, Transaction: of the messages in the body.
	Compressed
	Batch
	Transaction
	// Retry: a message that was delivered or sent before (reconsumeTimes > 0 or a %RETRY% topic).
	Retry
	// DeadLetter: a %DLQ% topic.
	DeadLetter
	// MidStream: the connection's start was not captured.
	MidStream
	// Late: the answer came after the client's default time-out, so nobody waited for it.
	Late
	// Continued: more about a stream that is not remoting and had an event before.
	Continued
)

// None is the QueueID of an event without queue.
const None int32 = -1 << 31

// Ref says where the bytes of an event can be read again. Only the source that made it can read it.
type Ref struct {
	Offset int64  // in the source's file: of the first byte, or of the packet record that holds the earliest byte
	Span   uint32 // 0: the bytes lie at Offset in one piece; otherwise they lie in packets from Offset to Offset+Span
	Seq    uint32 // TCP sequence number of the first byte, where Span is not 0
	Source uint16 // number of the file
}

// Event is one thing that happened: a frame, a gap, an opening … It holds no pointers, so that millions of them cost the
// garbage collector nothing; texts are numbers of the session's Symbols.
type Event struct {
	Time    int64 // ns since 1970, of the packet that completed it
	Latency int64 // ns from the request's last byte to the response's; 0 where there is no pair
	Ref     Ref

	Number uint32 // from 1
	Conn   uint32 // from 1; 0: of no connection
	// Pair is the number of the other half: the request of a response; of a request its response, once it has come
	// (the Store fills that in). 0: none.
	Pair      uint32
	Len       uint32 // bytes: of the frame with its length field; of a gap or garbage how many; of a Drop: packets
	HeaderLen uint32
	Cut       uint32 // bytes of the frame that were not captured
	Code      int32  // operation; see Unmatched
	Status    int32  // response code of a response
	Opaque    int32
	Flag      int32
	Version   int32
	QueueID   int32  // None: no queue
	Messages  uint32 // messages in the body
	ErrOff    uint32
	Topic     Symbol
	Group     Symbol
	ClientID  Symbol
	// Note says in words what bytes that are no frame are, why packets were lost, what a source has to say: our sentence with values from the wire,
	// of at most maxNote bytes, UTF-8, to be sanitised where it is shown.
	Note Symbol
	// Added is how long a proxy had the frame's last bytes, in ns; 0 elsewhere.
	Added uint32

	Kind          Kind
	Dir           Direction
	Serialization decode.Serialization
	Language      decode.Language
	Marks         Mark
	ErrOp         decode.Op
	ErrCode       decode.Reason
	Detail        uint8 // of a Close: a CloseReason; of TLS: the version's low byte (4: TLS 1.3), 0 where it is not known
}

// BodyLen is the length of a frame's body in bytes, as its prefix states it.
func (e *Event) BodyLen() uint32 {
	if !e.Kind.Frame() || e.Len < decode.PrefixLen+e.HeaderLen {
		return 0
	}
	return e.Len - decode.PrefixLen - e.HeaderLen
}

// CodeName is the name of an event's operation. It is "" for events that are no frames, for unmatched responses, and for
// numbers that no table has.
func (e *Event) CodeName() string {
	if !e.Kind.Frame() || e.Has(Unmatched) {
		return ""
	}
	return decode.OperationName(e.Code)
}

// Has tells whether all of m are set.
func (e *Event) Has(m Mark) bool { return e.Marks&m == m }

// CloseReason says how a connection ended.
type CloseReason uint8

// The reasons.
const (
	CloseFIN     CloseReason = iota + 1 // both sides sent FIN, or one did and the other fell silent
	CloseRST                            // a reset
	CloseReused                         // a new connection began on the same addresses and ports
	CloseEvicted                        // the table of connections was full
)

var closeNames = [...]string{"", "fin", "rst", "ports reused", "connection table full"}

func (r CloseReason) String() string {
	if int(r) < len(closeNames) {
		return closeNames[r]
	}
	return "unknown"
}
