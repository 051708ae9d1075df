package pcapfile

import (
	"errors"
	"fmt"
)

// ErrNotCapture says that the first bytes are those of no capture file.
var ErrNotCapture = errors.New("not a pcap or pcapng capture")

// Error says why reading stopped. Every packet before it was delivered.
type Error struct {
	Packet    uint64 // number of the packet that could not be read, from 1
	Offset    int64  // of its record, in the decompressed file
	Why       string
	Truncated bool  // the file ends inside the record; otherwise the record is damaged
	Err       error // what the file system or the decompressor said; nil: nothing
}

// Error is one line.
func (e *Error) Error() string {
	s := fmt.Sprintf("packet %d at offset %d: %s", e.Packet, e.Offset, e.Why)
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }
