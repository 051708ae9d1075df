package tcp

import "github.com/mqsniff/mqsniff/session"

// Stream receives what becomes of one connection; *session.Conn is one.
type Stream interface {
	// Begin says that dir's SYN was seen, so its first byte will come first. It comes before dir's Bytes.
	Begin(dir session.Direction, t int64)
	// Bytes are the next bytes of dir. They are borrowed for the call. Time is that of the packet after which they and all
	// before them were there.
	Bytes(dir session.Direction, chunk session.Chunk)
	// Gap says that dir's next n bytes were not captured. t is when the hole showed.
	Gap(dir session.Direction, t int64, n int64)
	// Close is the last call. dir is that of the packet that ended the connection: of two FINs the first.
	Close(dir session.Direction, t int64, why session.CloseReason)
}

// Opener begins a connection at time t. dir is the direction of its first packet; handshake: that was a SYN or SYN+ACK.
type Opener func(t int64, e session.Endpoints, dir session.Direction, handshake bool) Stream

// Stats counts what a Tracker saw.
type Stats struct {
	Segments      uint64
	Connections   uint64 // opened
	Evicted       uint64 // closed because the table was full
	OutOfOrder    uint64 // segments that came behind a hole
	Retransmitted uint64 // bytes that were there already, or came after they were given up
	KeepAlives    uint64 // segments of one byte or less before the next expected one
	Conflicts     uint64 // overlaps with other bytes than those captured first, as far as those were still held
	Gaps          uint64
	GapBytes      uint64
	Forced        uint64 // gaps for want of room
}
