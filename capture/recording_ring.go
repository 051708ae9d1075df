package capture

import (
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"
)

// ringMemory is how much of a ring is in memory, in bytes: what a disk may be behind before the capture waits for it. More
// would not stay in the CPU's cache; for longer waits there is the kernel's ring.
const ringMemory = 2 << 20

// ring keeps the latest bytes of a recording's stream in a temporary file: the byte at an offset stands at offset modulo
// size. The disk is kept away from the capture: bytes go to memory, from which a goroutine writes them in large pieces, and
// in which the latest are read again. One goroutine at a time may write; ReadAt is for any.
type ring struct {
	file  *os.File
	name  string // to remove; "": removed already
	size  int64
	first atomic.Int64 // offset of the oldest byte that is not being overwritten
	ended bool         // nothing more can be written; for who writes

	mu      sync.Mutex    // for what follows
	moved   sync.Cond     // end, saved, err or closed changed
	memory  []byte        // the byte at an offset stands at offset modulo its length
	piece   int64         // bytes that the file gets at once
	end     int64         // offset behind the newest; who writes may read it without mu
	saved   int64         // offset behind the newest in the file
	err     error         // of the file: it gets nothing any more
	closed  bool          // nothing can be read any more
	stopped chan struct{} // closed when the file is not used any more
}

// newRing begins at the offset. The file grows as it is written; memory is in bytes, and at most size.
func newRing(size, memory, offset int64) (*ring, error) {
	file, err := os.CreateTemp("", "mqsniff-*.pcapng")
	if err != nil {
		return nil, fmt.Errorf("%s: no temporary copy of packets can be made there: %w: set TMPDIR to a directory with room", os.TempDir(), cause(err))
	}
	memory = min(size, memory)
	g := &ring{
		file: file, name: file.Name(), size: size, end: offset, saved: offset,
		memory: make([]byte, memory), piece: max(memory/8, 1), stopped: make(chan struct{}),
	}
	g.moved.L = &g.mu
	g.first.Store(offset)
	if os.Remove(g.name) == nil { // an open file can be removed on Unix; so nothing stays, however the program ends
		g.name = ""
	}
	go g.save()
	return g, nil
}

// works tells whether what is written can be read again. A nil ring does not.
func (g *ring) works() bool { return g != nil && !g.ended }

// write puts p at the offset, where the ring ends. It waits only while all of the memory is still to be written to the disk.
// The error is of an earlier write there; the ring ends with it.
func (g *ring) write(p []byte, offset int64) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	memory := int64(len(g.memory))
	for len(p) > 0 {
		for g.err == nil && g.end-g.saved == memory {
			g.moved.Wait()
		}
		if g.err != nil {
			g.ended = true
			return g.err
		}
		at := offset % memory
		n := min(int64(len(p)), memory-at, memory-(g.end-g.saved))
		if first := offset + n - g.size; first > g.first.Load() {
			g.first.Store(first) // before anything is overwritten: who reads looks at it behind reading
		}
		copy(g.memory[at:], p[:n])
		offset += n
		p = p[n:]
		if g.end = offset; g.end-g.saved >= g.piece {
			g.moved.Broadcast()
		}
	}
	return nil
}

// save writes to the file until the ring is closed, or the file takes nothing any more.
func (g *ring) save() {
	defer close(g.stopped)
	g.mu.Lock()
	defer g.mu.Unlock()
	for {
		for !g.closed && g.end-g.saved < g.piece {
			g.moved.Wait()
		}
		if g.closed {
			return
		}
		from, at := g.saved%int64(len(g.memory)), g.saved%g.size
		n := min(g.piece-g.saved%g.piece, int64(len(g.memory))-from, g.size-at)
		g.mu.Unlock()
		_, err := g.file.WriteAt(g.memory[from:from+n], at) // nobody writes there before saved goes on
		g.mu.Lock()
		if g.err = err; err == nil {
			g.saved += n
		}
		g.moved.Broadcast()
		if err != nil {
			return
		}
	}
}

// ReadAt reads bytes that were written. The error is ErrOverwritten when they are not there any more, or when they went
// while they were read.
func (g *ring) ReadAt(p []byte, offset int64) (int, error) {
	n := 0
	var err error
	for n < len(p) && err == nil {
		var m int
		m, err = g.readPart(p[n:], offset+int64(n))
		n += m
	}
	if offset < g.first.Load() {
		return 0, ErrOverwritten
	}
	return n, err
}

// readPart reads from memory or from the file: as much as is there in one piece.
func (g *ring) readPart(p []byte, offset int64) (int, error) {
	g.mu.Lock()
	if g.closed {
		g.mu.Unlock()
		return 0, os.ErrClosed
	}
	if offset >= g.end {
		g.mu.Unlock()
		return 0, io.EOF
	}
	memory := int64(len(g.memory))
	if offset >= g.end-memory {
		defer g.mu.Unlock()
		at := offset % memory
		return copy(p, g.memory[at:min(memory, at+g.end-offset)]), nil
	}
	saved := g.saved
	g.mu.Unlock()
	at := offset % g.size
	return g.file.ReadAt(p[:min(int64(len(p)), g.size-at, saved-offset)], at)
}

// close ends the ring; what was in it is gone.
func (g *ring) close() error {
	g.mu.Lock()
	g.closed = true
	g.moved.Broadcast()
	g.mu.Unlock()
	<-g.stopped
	err := g.file.Close()
	if g.name != "" {
		os.Remove(g.name)
	}
	return err
}
