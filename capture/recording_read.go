package capture

import (
	"errors"
	"io"
	"os"
	"sort"

	"github.com/mqsniff/mqsniff/capture/pcapfile"
	"github.com/mqsniff/mqsniff/session"
)

// ErrOverwritten says that bytes cannot be read again any more: what was kept of the capture holds newer ones only.
var ErrOverwritten = errors.New("the bytes are not kept any more: give the temporary copy more room, or keep more files of the recording")

// ReadAt reads the recording's stream again: at any offset that packet has set. The error is ErrOverwritten where the bytes
// are gone, and io.EOF at the end of what was taken so far.
func (r *recording) ReadAt(p []byte, offset int64) (int, error) {
	n := 0
	for n < len(p) {
		m, err := r.readPart(p[n:], offset+int64(n))
		n += m
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// resume returns a reader of the packets in the n bytes from the offset on, which is that of a record. It is independent of
// the recording's goroutines.
func (r *recording) resume(offset, n int64) *pcapfile.Reader {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.w.Resume(r, offset, n)
}

// readPart reads from one of the files, or from the ring: as much as is there in one piece. The disk is not waited for
// while mu is held.
func (r *recording) readPart(p []byte, offset int64) (int, error) {
	src, at, n, err := r.locate(offset, len(p))
	if err != nil {
		return 0, err
	}
	m, err := src.ReadAt(p[:n], at)
	if err == io.EOF && m < n || errors.Is(err, os.ErrClosed) { // shortened by somebody, or deleted by rotation
		return m, ErrOverwritten
	}
	if m == n {
		err = nil
	}
	return m, err
}

// locate says where n bytes of the stream, or the first of them, stand now.
func (r *recording) locate(offset int64, n int) (src io.ReaderAt, at int64, part int, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if offset+int64(n) > r.end {
		r.w.Flush() // does not fail: Write does not
	}
	if offset >= r.end {
		return nil, 0, 0, io.EOF
	}
	if g := r.ring; g != nil && offset >= g.first.Load() && offset < g.end {
		return g, offset, int(min(int64(n), g.end-offset)), nil
	}
	i := sort.Search(len(r.files), func(i int) bool { return r.files[i].base > offset }) - 1
	if offset < 0 || i < 0 || !r.files[i].readable() || offset >= r.files[i].base+r.files[i].whole {
		return nil, 0, 0, ErrOverwritten
	}
	f := r.files[i]
	return f.file, offset - f.base, int(min(int64(n), f.base+f.whole-offset)), nil
}

// again is session.Source's ReadAgain for what was recorded.
func (r *recording) again(dst []byte, ref session.Ref, e session.Endpoints, dir session.Direction, n int) ([]byte, error) {
	n = min(n, maxAgain)
	switch {
	case ref.Offset < 0:
		return dst, ErrNotKept
	case n <= 0:
		return dst, nil
	case ref.Span == 0:
		return readAt(dst, r, ref.Offset, n)
	}
	a := newAssembly(dst, ref.Seq, e, dir, n)
	span := int64(ref.Span)
	_, err := a.scan(r.resume(ref.Offset, span), ref.Offset+span)
	return a.bytes, err
}
