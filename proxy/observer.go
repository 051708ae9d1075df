package proxy

import "github.com/mqsniff/mqsniff/session"

// Observer sees what is relayed. All calls come from one goroutine; those for one direction of a
// connection in the order of its bytes.
type Observer interface {
	// Open begins a connection, whose upstream is connected.
	Open(c *Conn, t int64)
	// Bytes are being relayed: what answers them comes later. The slices are borrowed for the call.
	Bytes(c *Conn, r Relayed)
	// Skipped says that the next n bytes of dir were relayed, but found no room in the tap.
	Skipped(c *Conn, dir session.Direction, t int64, n int64)
	// Notice is a line for people, about a connection or, with c nil, about the proxy itself. It may hold text from outside.
	Notice(c *Conn, t int64, text string)
	// Close is the last call for a connection; dir is the direction that ended it.
	Close(c *Conn, dir session.Direction, t int64, why session.CloseReason)
	// Idle says that nothing waits: the place to hand on what was collected.
	Idle()
}

// Relayed is a run of bytes on its way through the proxy.
type Relayed struct {
	Dir  session.Direction
	Time int64 // ns since 1970: when the last of them had been read
	// Added is how long the proxy had them, in ns: from then until it handed them to the kernel. What the receiver's slowness
	// adds is not the proxy's.
	Added int64
	Read  []byte // as they came
	// Written is what went on: Read itself, unless it was rewritten.
	Written []byte
}
