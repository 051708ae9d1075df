package proxy

import (
	"cmp"
	"net"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// pipeSize is how many bytes the kernel carries at a time, at most; net's own splice asks for as many.
const pipeSize = 1 << 20

// maxPipes is how many pipes that are not in use are kept.
const maxPipes = 64

// pipes are what the kernel carries bytes through (splice(2)). A direction has one only while there are bytes to carry:
// with io.Copy each idle connection would keep four descriptors for its two.
type pipes struct {
	mu   sync.Mutex
	free []*pipe
}

type pipe struct{ read, write int }

func (s *pipes) get() (*pipe, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.free); n > 0 {
		p := s.free[n-1]
		s.free = s.free[:n-1]
		return p, nil
	}
	var fds [2]int
	if err := unix.Pipe2(fds[:], unix.O_CLOEXEC|unix.O_NONBLOCK); err != nil {
		return nil, err
	}
	unix.FcntlInt(uintptr(fds[0]), unix.F_SETPIPE_SZ, pipeSize) // 64 KiB do as well
	return &pipe{fds[0], fds[1]}, nil
}

// put gives back a pipe, which must be empty to be kept.
func (s *pipes) put(p *pipe, empty bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if empty && len(s.free) < maxPipes {
		s.free = append(s.free, p)
		return
	}
	unix.Close(p.read)
	unix.Close(p.write)
}

// close closes what is not in use.
func (s *pipes) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.free {
		unix.Close(p.read)
		unix.Close(p.write)
	}
	s.free = nil
}

// splice lets the kernel carry the bytes, and counts them. errNoSplice: it does not; what came so far was carried.
func (p *pump) splice() error {
	src, ok := p.src.Conn.(*net.TCPConn)
	dst, both := p.dst.Conn.(*net.TCPConn)
	if !ok || !both {
		return errNoSplice
	}
	in, err := src.SyscallConn()
	if err != nil {
		return err
	}
	out, err := dst.SyscallConn()
	if err != nil {
		return err
	}
	pipes := &p.proxy.pipes
	for {
		via, n, err := pipes.fill(in)
		if err != nil || n == 0 {
			return opError("read", src, err)
		}
		p.conn.relayed[p.dir].Add(uint64(n))
		if err := via.empty(n, out); err != nil {
			pipes.put(via, false)
			return writeError{opError("write", dst, err)}
		}
		pipes.put(via, true)
	}
}

// fill waits for bytes and moves them into a pipe, which is the caller's; none are the end.
func (s *pipes) fill(in syscall.RawConn) (via *pipe, n int, err error) {
	var failed error
	err = in.Read(func(fd uintptr) bool {
		if via == nil {
			if via, failed = s.get(); failed != nil {
				failed = errNoSplice // out of descriptors
				return true
			}
		}
		n, failed = move(int(fd), via.write, pipeSize)
		if failed != unix.EAGAIN {
			return true
		}
		s.put(via, true)
		via = nil
		return false
	})
	if failed == unix.EINVAL {
		failed = errNoSplice
	}
	if err = cmp.Or(err, failed); via != nil && (err != nil || n == 0) {
		s.put(via, true)
		via = nil
	}
	return via, n, err
}

// empty moves n bytes, all that are in the pipe, out of it.
func (via *pipe) empty(n int, out syscall.RawConn) error {
	var failed error
	err := out.Write(func(fd uintptr) bool {
		for n > 0 {
			var m int
			if m, failed = move(via.read, int(fd), n); failed != nil {
				return failed != unix.EAGAIN
			}
			n -= m
		}
		return true
	})
	return cmp.Or(err, failed)
}

func move(from, to, most int) (int, error) {
	for {
		n, err := unix.Splice(from, nil, to, nil, most, unix.SPLICE_F_MOVE|unix.SPLICE_F_NONBLOCK)
		if err != unix.EINTR {
			return int(n), err
		}
	}
}

// opError is what net would return; nil and errNoSplice stay.
func opError(op string, c net.Conn, err error) error {
	if err == nil || err == errNoSplice {
		return err
	}
	return &net.OpError{Op: op, Net: "tcp", Source: c.LocalAddr(), Addr: c.RemoteAddr(), Err: err}
}
