package capture

import (
	"errors"
	"io"
	"math"

	"github.com/mqsniff/mqsniff/capture/pcapfile"
	"github.com/mqsniff/mqsniff/capture/tcp"
	"github.com/mqsniff/mqsniff/session"
)

// ErrNotKept says that bytes cannot be read again: they came through a pipe or from a compressed file, and no copy was kept.
var ErrNotKept = errors.New("the bytes were not kept: read an uncompressed file, or allow the temporary copy")

// maxAgain bounds what ReadAgain returns, in bytes: the largest frame is a quarter of that.
const maxAgain = 64 << 20

// ReadAgain implements session.Source. It may be called from any goroutine, also while Run goes on.
//
// With ref.Span 0 the caller must not ask for more than the captured bytes at that place. With a Span that reaches beyond
// the end of the file, the following files are searched from their beginning: a frame may continue there.
func (f *Files) ReadAgain(dst []byte, ref session.Ref, e session.Endpoints, dir session.Direction, n int) ([]byte, error) {
	if ref.Offset < 0 || int(ref.Source) >= len(f.inputs) {
		return dst, ErrNotKept
	}
	n = min(n, maxAgain)
	if n <= 0 {
		return dst, nil
	}
	if ref.Span == 0 {
		_, again, _ := f.place(int(ref.Source))
		if again == nil {
			return dst, ErrNotKept
		}
		return readAt(dst, again, ref.Offset, n)
	}
	a := newAssembly(dst, ref.Seq, e, dir, n)
	offset, span := ref.Offset, int64(ref.Span)
	for i := int(ref.Source); i < len(f.inputs); i++ {
		r, again, first := f.place(i)
		if r == nil || again == nil {
			if i == int(ref.Source) {
				return dst, ErrNotKept
			}
			break
		}
		if i > int(ref.Source) {
			offset = first
		}
		done, err := a.scan(r.Resume(again, offset, span), offset+span)
		if done || err != nil {
			return a.bytes, err
		}
	}
	return a.bytes, nil
}

func (f *Files) place(i int) (r *pcapfile.Reader, again io.ReaderAt, first int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	in := f.inputs[i]
	return in.reader, in.again, in.first
}

// readAt appends n bytes at the offset, or what there is of them.
func readAt(dst []byte, src io.ReaderAt, offset int64, n int) ([]byte, error) {
	const step = 1 << 20
	for n > 0 {
		k := len(dst)
		dst = append(dst, make([]byte, min(n, step))...)
		m, err := src.ReadAt(dst[k:], offset)
		dst = dst[:k+m]
		if err == io.EOF {
			return dst, nil
		}
		if err != nil {
			return dst, err
		}
		n -= m
		offset += int64(m)
	}
	return dst, nil
}

// assembly puts the bytes of one direction together again, with the tracker that did it first, so that the same bytes win.
type assembly struct {
	bytes    []byte
	left     int
	gone     bool // a hole was given up: what follows does not join on
	src, dst tcp.End
	seq      uint32
	n        int
	tracker  *tcp.Tracker
}

func newAssembly(dst []byte, seq uint32, e session.Endpoints, dir session.Direction, n int) *assembly {
	a := &assembly{bytes: dst, left: n, n: n, seq: seq, src: tcp.EndOf(e.Client), dst: tcp.EndOf(e.Server)}
	if dir == session.ServerToClient {
		a.src, a.dst = a.dst, a.src
	}
	a.tracker = tcp.NewTracker(tcp.Options{HoleTimeout: math.MaxInt64},
		func(int64, session.Endpoints, session.Direction, bool) tcp.Stream { return a })
	a.tracker.Segment(&tcp.Segment{Src: a.src, Dst: a.dst, Seq: seq - 1, Flags: tcp.SYN})
	return a
}

// scan reads records up to the file offset. done is false when the file ended before that and more bytes are wanted.
func (a *assembly) scan(r *pcapfile.Reader, end int64) (done bool, err error) {
	var p pcapfile.Packet
	var g tcp.Segment
	for a.left > 0 && !a.gone {
		if r.Offset() >= end {
			return true, nil
		}
		if err := r.Next(&p); err != nil {
			var e *pcapfile.Error
			if err == io.EOF || errors.As(err, &e) && e.Err == nil {
				return false, nil // the end of what was captured
			}
			return true, err
		}
		if decode(&p, &g) != isTCP || g.Src != a.src || g.Dst != a.dst {
			continue
		}
		if g.Flags&tcp.SYN != 0 {
			g.Seq++
		}
		g.Flags = 0 // payload is all that counts
		if d := int64(int32(g.Seq - a.seq)); d < int64(a.n) && d+int64(len(g.Payload)) > 0 {
			a.tracker.Segment(&g)
		}
	}
	return true, nil
}

// assembly is the tracker's Stream.

func (a *assembly) Begin(session.Direction, int64) {}

func (a *assembly) Bytes(_ session.Direction, c session.Chunk) {
	if !a.gone {
		b := c.Bytes[:min(a.left, len(c.Bytes))]
		a.bytes = append(a.bytes, b...)
		a.left -= len(b)
	}
}

func (a *assembly) Gap(session.Direction, int64, int64)                 { a.gone = true }
func (a *assembly) Close(session.Direction, int64, session.CloseReason) {}
