package session

import "net/netip"

// Endpoints are the two ends of a connection. Client is the SYN's sender, or the receiver of a SYN+ACK; without either
// the side with the higher port, with equal ports the side seen first.
type Endpoints struct{ Client, Server netip.AddrPort }

// Chunk is a run of a direction's bytes, in the order of the stream. The bytes are borrowed for the call.
type Chunk struct {
	Bytes []byte
	Time  int64 // ns since 1970, of the packet that brought them
	// Offset is where Bytes[0] stands in the source's file, Record where the packet record with it begins, RecordLen how
	// long that is. Offset < 0: the bytes are in no file.
	Offset    int64
	Record    int64
	RecordLen uint32
	Seq       uint32 // TCP sequence number of Bytes[0]
	Source    uint16 // number of the file
	Added     uint32 // ns that a proxy had them, until it handed them on; 0 elsewhere

	scattered bool // Bytes came in several packets, from Record to Record+RecordLen
}

// Source reads the bytes of an event again.
type Source interface {
	// ReadAgain appends up to n bytes, beginning with the first byte of what ref points to, to dst. It stops at the
	// first byte that was not captured. e and dir are those of the event's connection.
	ReadAgain(dst []byte, ref Ref, e Endpoints, dir Direction, n int) ([]byte, error)
}
