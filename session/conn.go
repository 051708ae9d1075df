package session

// Conn is one connection.
type Conn struct {
	Number uint32 // from 1
	Endpoints
}

// Begin says that dir was seen from its first byte on, so that a frame begins there. It comes before dir's first Bytes.
func (c *Conn) Begin(dir Direction, t int64) {}

// Bytes hands over the next bytes of dir.
func (c *Conn) Bytes(dir Direction, chunk Chunk) {}

// Gap says that the next n bytes of dir were not captured.
func (c *Conn) Gap(dir Direction, t int64, n int64) {}

// Close says that the connection ended. No call for it may follow.
func (c *Conn) Close(dir Direction, t int64, why CloseReason) {}
