//go:build unix

package proxy

import (
	"io"
	"net"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// canWait: a connection can be waited for without a buffer.
const canWait = true

// waiting is a read that has a buffer only when there is something to read.
type waiting struct {
	pool   *buffers
	buf    *buffer
	n      int
	filled bool // the buffer, by the latest read
	failed error
	try    func(fd uintptr) bool // attempt, once: each use as a function would allocate
}

func (w *waiting) attempt(fd uintptr) bool {
	if w.buf == nil {
		w.buf = w.pool.chunk(w.filled)
	}
	for {
		w.n, w.failed = syscall.Read(int(fd), w.buf.bytes)
		switch w.failed {
		case syscall.EINTR:
			continue
		case syscall.EAGAIN:
			w.end()
			return false
		}
		return true
	}
}

func (w *waiting) end() {
	w.pool.release(w.buf)
	w.buf = nil
}

func (s *side) readWaiting(pool *buffers, use func([]byte, *buffer) error) error {
	w := &s.waiting
	if w.try == nil {
		w.pool, w.try = pool, w.attempt
	}
	err := s.raw.Read(w.try)
	defer w.end()
	switch {
	case err != nil:
		return err
	case w.failed != nil:
		return &net.OpError{Op: "read", Net: "tcp", Source: s.LocalAddr(), Addr: s.RemoteAddr(), Err: os.NewSyscallError("read", w.failed)}
	case w.n == 0:
		return io.EOF
	}
	w.filled = w.n >= chunkSize
	return use(w.buf.bytes[:w.n], w.buf)
}

// failed tells, without taking anything, whether the peer reset the connection.
func (s *side) failed() (is bool) {
	tcp, ok := s.below().(*net.TCPConn)
	if !ok {
		return false
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return false
	}
	err = raw.Control(func(fd uintptr) {
		asked := []unix.PollFd{{Fd: int32(fd)}} // it tells of errors unasked
		n, err := unix.Poll(asked, 0)
		is = n == 1 && err == nil && asked[0].Revents&unix.POLLERR != 0
	})
	return is && err == nil
}
