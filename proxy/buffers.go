package proxy

import (
	"math/bits"
	"sync"
	"sync/atomic"
)

// What is read at once, in bytes: a chunk, and a large one where a chunk was not enough, as long as there are not too many of those.
const (
	chunkSize = 64 << 10
	largeSize = 4 * chunkSize
	maxLarge  = 128 // 32 MiB
)

// Buffers come in sizes from 256 bytes to a large chunk, and larger ones that are not kept.
const (
	smallest = 8
	classes  = 11
)

// buffers are those of all pumps and of the tap. A pump has one only while there are bytes to carry, so that idle
// connections cost little.
type buffers struct {
	free  [classes]sync.Pool
	large atomic.Int32 // chunks that somebody holds
}

// buffer is given back when nobody holds it any more.
type buffer struct {
	bytes   []byte
	class   int
	large   bool // counted
	holders atomic.Int32
}

// get returns a buffer of n bytes, of any content, with one holder.
func (s *buffers) get(n int) *buffer {
	class := max(0, bits.Len(uint(max(n, 1)-1))-smallest)
	var b *buffer
	if class >= classes {
		b = &buffer{bytes: make([]byte, n), class: class}
	} else if b, _ = s.free[class].Get().(*buffer); b == nil {
		b = &buffer{bytes: make([]byte, 1<<(class+smallest)), class: class}
	}
	b.bytes = b.bytes[:n]
	b.holders.Store(1)
	return b
}

// chunk returns a buffer to read into. more: what came last filled it.
func (s *buffers) chunk(more bool) *buffer {
	if more && s.large.Add(1) <= maxLarge {
		b := s.get(largeSize)
		b.large = true
		return b
	} else if more {
		s.large.Add(-1)
	}
	return s.get(chunkSize)
}

// hold adds a holder.
func (b *buffer) hold() { b.holders.Add(1) }

// release takes a holder away; nil is nothing.
func (s *buffers) release(b *buffer) {
	if b == nil || b.holders.Add(-1) > 0 {
		return
	}
	if b.large {
		b.large = false
		s.large.Add(-1)
	}
	if b.class < classes {
		s.free[b.class].Put(b)
	}
}

// has tells whether some bytes, of which there is at least one, are the buffer's own.
func (b *buffer) has(some []byte) bool {
	i := cap(b.bytes) - cap(some) // if they are
	return i >= 0 && i < len(b.bytes) && &b.bytes[i] == &some[0]
}
