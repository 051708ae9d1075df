package proxy

import "net"

// replayed is a connection of which bytes were read already.
type replayed struct {
	net.Conn
	first []byte
}

func (r *replayed) Read(p []byte) (int, error) {
	if len(r.first) > 0 {
		n := copy(p, r.first)
		r.first = r.first[n:]
		return n, nil
	}
	return r.Conn.Read(p)
}

// CloseWrite is that of a TCP connection.
func (r *replayed) CloseWrite() error { return (&side{Conn: r.Conn}).closeWrite() }

// NetConn is the connection below.
func (r *replayed) NetConn() net.Conn { return r.Conn }
