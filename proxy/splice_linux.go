package proxy

import (
	"cmp"
	"net"
	"sync"

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
	s := splicer{pipes: &p.proxy.pipes}
	defer s.end()
	fill, empty := s.fill, s.empty // once: each use would allocate
	for {
		if err := cmp.Or(in.Read(fill), s.failed); err != nil || s.n == 0 {
			return opError("read", src, err)
		}
		p.conn.relayed[p.dir].Add(uint64(s.n))
		p.conn.writing[p.dir].Store(true)
		err := cmp.Or(out.Write(empty), s.failed)
		p.conn.writing[p.dir].Store(false)
		if err != nil {
			return writeError{opError("write", dst, err)}
		}
	}
}

// splicer is what the kernel carries of one direction.
type splicer struct {
	pipes  *pipes
	via    *pipe // nil while there is nothing to carry
	n      int   // bytes in it
	failed error
}

// fill moves what came into a pipe, if anything came; no bytes are the end.
func (s *splicer) fill(fd uintptr) bool {
	if s.via == nil {
		if s.via, s.failed = s.pipes.get(); s.failed != nil {
			s.failed = errNoSplice // out of descriptors
			return true
		}
	}
	switch s.n, s.failed = move(int(fd), s.via.write, pipeSize); s.failed {
	case unix.EAGAIN:
		s.end()
		return false
	case unix.EINVAL:
		s.failed = errNoSplice
	}
	return true
}

// empty moves what is in the pipe out of it.
func (s *splicer) empty(fd uintptr) bool {
	for s.n > 0 {
		var m int
		if m, s.failed = move(s.via.read, int(fd), s.n); s.failed != nil {
			return s.failed != unix.EAGAIN
		}
		s.n -= m
	}
	return true
}

// end gives the pipe back.
func (s *splicer) end() {
	if s.via != nil {
		s.pipes.put(s.via, s.n <= 0)
		s.via = nil
	}
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
