package proxy

import (
	"errors"
	"io"
	"net"
	"syscall"
)

// side is one of the two TCP connections of a Conn, as a pump reads and writes it.
type side struct {
	net.Conn
	raw     syscall.RawConn // nil: reads need a buffer while they wait
	waiting waiting
	small   []byte // that buffer
}

func newSide(c net.Conn) *side {
	s := &side{Conn: c}
	if tcp, ok := c.(*net.TCPConn); ok && canWait {
		s.raw, _ = tcp.SyscallConn()
	}
	return s
}

// read waits for bytes and calls use with them, once. They are borrowed for the call; those of a buffer can be held longer.
func (s *side) read(pool *buffers, use func([]byte, *buffer) error) error {
	if s.raw != nil {
		return s.readWaiting(pool, use)
	}
	if s.small == nil {
		s.small = make([]byte, 16<<10) // a TLS record's size
	}
	n, err := s.Conn.Read(s.small)
	if n > 0 {
		if err := use(s.small[:n], nil); err != nil {
			return err
		}
	}
	return err
}

// closeWrite says that nothing more will be written.
func (s *side) closeWrite() error {
	if c, ok := s.Conn.(interface{ CloseWrite() error }); ok {
		return c.CloseWrite()
	}
	return s.Close()
}

// reset closes the connection so that the peer sees an RST.
func (s *side) reset() {
	c := s.below() // the close of TLS would say goodbye
	if tcp, ok := c.(*net.TCPConn); ok {
		tcp.SetLinger(0)
	}
	c.Close()
}

// below is the connection below TLS, or the connection.
func (s *side) below() net.Conn {
	if t, ok := s.Conn.(interface{ NetConn() net.Conn }); ok {
		return t.NetConn()
	}
	return s.Conn
}

// isReset tells whether an error of reading or writing means that the peer reset the connection.
func isReset(err error) bool {
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNABORTED)
}

// ended tells whether an error of reading is the regular end.
func ended(err error) bool { return errors.Is(err, io.EOF) }
