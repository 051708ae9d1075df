package capture

import (
	"fmt"
	"os"
	"sync/atomic"
)

// ring keeps the latest bytes of a recording's stream in a temporary file: the byte at an offset stands at offset modulo
// size. One goroutine at a time may write; ReadAt is for any.
type ring struct {
	file  *os.File
	name  string // to remove; "": removed already
	size  int64
	first atomic.Int64 // offset of the oldest byte that is not being overwritten
	end   int64        // offset behind the newest
	ended bool         // nothing more can be written
}

// newRing begins at the offset. The file grows as it is written.
func newRing(size, offset int64) (*ring, error) {
	file, err := os.CreateTemp("", "mqsniff-*.pcapng")
	if err != nil {
		return nil, fmt.Errorf("%s: no temporary copy of packets can be made there: %w: set TMPDIR to a directory with room", os.TempDir(), cause(err))
	}
	g := &ring{file: file, name: file.Name(), size: size, end: offset}
	g.first.Store(offset)
	if os.Remove(g.name) == nil { // an open file can be removed on Unix; so nothing stays, however the program ends
		g.name = ""
	}
	return g, nil
}

// works tells whether what is written can be read again. A nil ring does not.
func (g *ring) works() bool { return g != nil && !g.ended }

// write puts p at the offset, where the ring ends. After an error the ring ends there.
func (g *ring) write(p []byte, offset int64) error {
	end := offset + int64(len(p))
	if end-g.size > g.first.Load() {
		g.first.Store(end - g.size) // before anything is overwritten: who reads looks at it behind reading
	}
	for len(p) > 0 {
		at := offset % g.size
		n := min(int64(len(p)), g.size-at)
		if _, err := g.file.WriteAt(p[:n], at); err != nil {
			g.ended = true
			return err
		}
		offset += n
		p = p[n:]
	}
	g.end = end
	return nil
}

// ReadAt reads bytes that were written. The error is ErrOverwritten when they are not there any more, or when they went
// while they were read.
func (g *ring) ReadAt(p []byte, offset int64) (int, error) {
	n := 0
	for n < len(p) {
		at := (offset + int64(n)) % g.size
		m, err := g.file.ReadAt(p[n:n+int(min(int64(len(p)-n), g.size-at))], at)
		n += m
		if err != nil {
			return n, err
		}
	}
	if offset < g.first.Load() {
		return 0, ErrOverwritten
	}
	return n, nil
}

func (g *ring) close() error {
	err := g.file.Close()
	if g.name != "" {
		os.Remove(g.name)
	}
	return err
}
