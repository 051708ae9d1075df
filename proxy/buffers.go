package proxy

import (
	"math/bits"
	"sync"
	"sync/atomic"
)

// chunkSize is the size of what is read at once, in bytes.
const chunkSize = 64 << 10

// Buffers come in sizes from 256 bytes to a chunk, and larger ones that are not kept.
const (
	smallest = 8
	classes  = 9
)

// buffers are those of all pumps and of the tap. A pump has one only while there are bytes to carry, so that idle
// connections cost little.
type buffers struct{ free [classes]sync.Pool }

// buffer is given back when nobody holds it any more.
type buffer struct {
	bytes   []byte
	class   int
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

// hold adds a holder.
func (b *buffer) hold() { b.holders.Add(1) }

// release takes a holder away; nil is nothing.
func (s *buffers) release(b *buffer) {
	if b != nil && b.holders.Add(-1) == 0 && b.class < classes {
		s.free[b.class].Put(b)
	}
}

// has tells whether some bytes, of which there is at least one, are the buffer's own.
func (b *buffer) has(some []byte) bool {
	i := cap(b.bytes) - cap(some) // if they are
	return i >= 0 && i < len(b.bytes) && &b.bytes[i] == &some[0]
}
