//go:build !unix

package proxy

// canWait: here a read that waits needs its buffer.
const canWait = false

type waiting struct{}

func (s *side) readWaiting(pool *buffers, use func([]byte, *buffer) error) error {
	panic("not reached")
}

// failed: it cannot be told.
func (s *side) failed() bool { return false }
