//go:build unix

package proxy

import (
	"io"
	"net"
	"os"
	"syscall"
)

// canWait: a connection can be waited for without a buffer.
const canWait = true

// readWaiting takes a buffer when there is something to read.
func (s *side) readWaiting(pool *buffers, use func([]byte, *buffer) error) error {
	var buf *buffer
	var n int
	var failed error
	err := s.raw.Read(func(fd uintptr) bool {
		if buf == nil {
			buf = pool.get(chunkSize)
		}
		for {
			n, failed = syscall.Read(int(fd), buf.bytes)
			switch failed {
			case syscall.EINTR:
				continue
			case syscall.EAGAIN:
				pool.release(buf)
				buf = nil
				return false
			}
			return true
		}
	})
	defer func() { pool.release(buf) }()
	switch {
	case err != nil:
		return err
	case failed != nil:
		return &net.OpError{Op: "read", Net: "tcp", Source: s.LocalAddr(), Addr: s.RemoteAddr(), Err: os.NewSyscallError("read", failed)}
	case n == 0:
		return io.EOF
	}
	return use(buf.bytes[:n], buf)
}
