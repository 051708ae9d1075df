//go:build !unix

package proxy

// canWait: here a read that waits needs its buffer.
const canWait = false

func (s *side) readWaiting(pool *chunks, use func([]byte) error) error { panic("not reached") }
