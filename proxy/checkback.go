package proxy

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strconv"
	"sync"
	"time"

	"github.com/mqsniff/mqsniff/decode"
)

// checkBack is a connection on which a client answers the transaction checks of all brokers: it takes the SOCKS listener for each of
// them. Each END_TRANSACTION goes to the broker that it is for: on this connection to the broker of the first one, otherwise on
// another through the same listener, so that it is seen as any other.
type checkBack struct {
	net.Conn
	names  *Names
	target string // of this connection
	first  []byte // bytes to be read before others
	left   int    // bytes of the frame behind first
	opaque bool   // no frames any more: all goes to target

	mu     sync.Mutex
	others map[string]net.Conn // by target; nil: closed
}

// checkBackTime is how long the way to another broker may take.
const checkBackTime = 5 * time.Second

// checkBack lets the client speak first: its END_TRANSACTION names the broker that it is meant for.
func (s *Socks) checkBack(client net.Conn, answer func(error) error) (Destination, error) {
	if err := answer(nil); err != nil {
		return Destination{}, err
	}
	raw, rest, cmd, err := commandOf(client)
	if len(raw) > 0 && raw[0] == recordHandshake {
		if target, ok := s.Names.Master(""); ok {
			return Destination{Target: target, Client: &replayed{client, raw}}, nil
		}
		return Destination{}, errors.New("TLS came to the SOCKS listener itself, and which broker it is for cannot be read: " +
			"transactions of several brokers in TLS, or of any where TLS is not terminated, need -n instead of --socks")
	}
	if err != nil {
		return Destination{}, fmt.Errorf("a connection to the SOCKS listener itself: %w", withoutAddresses(err))
	}
	name, target := s.Names.meant(cmd)
	switch {
	case target != "":
	case name == "":
		return Destination{}, fmt.Errorf("%s came to the SOCKS listener itself, without the name of the broker that it is for: "+
			"transactions of clusters with several brokers before 5.0 need -n instead of --socks", decode.OperationName(cmd.Code))
	default:
		return Destination{}, fmt.Errorf("%s for broker %q came to the SOCKS listener itself, and no route has named that broker yet",
			decode.OperationName(cmd.Code), name)
	}
	c := &checkBack{Conn: client, names: s.Names, target: target, first: raw, left: rest, others: map[string]net.Conn{}}
	return Destination{Target: target, Client: c}, nil
}

// meant is the broker that a command of a client is for, and where that is, if it is known.
func (n *Names) meant(cmd *decode.Command) (name, target string) {
	name = cmd.Ext.GetString("bname") // RpcRequestHeader.bname; brokers of 4.x do not say it in their checks
	target, _ = n.Master(name)
	return name, target
}

// commandOf reads a frame up to its body, of which rest bytes are to come. With an error raw is what was read.
func commandOf(c net.Conn) (raw []byte, rest int, cmd *decode.Command, err error) {
	raw = make([]byte, decode.PrefixLen, 4096)
	if n, err := io.ReadFull(c, raw); err != nil {
		return raw[:n], 0, nil, err
	}
	p, err := decode.ReadPrefix(raw, limits)
	if err == nil && p.HeaderLen > maxHeader {
		err = errors.New("its header is too long")
	}
	if err != nil {
		return raw, 0, nil, err
	}
	raw = append(raw, make([]byte, p.HeaderLen)...)
	if n, err := io.ReadFull(c, raw[decode.PrefixLen:]); err != nil {
		return raw[:decode.PrefixLen+n], 0, nil, err
	}
	cmd = &decode.Command{}
	return raw, p.Len - len(raw), cmd, cmd.Decode(decode.Cut(raw, p))
}

// Read returns the bytes that are for the broker of this connection.
func (c *checkBack) Read(p []byte) (int, error) {
	for {
		switch {
		case len(c.first) > 0:
			n := copy(p, c.first)
			c.first = c.first[n:]
			return n, nil
		case c.opaque:
			return c.Conn.Read(p)
		case c.left > 0:
			n, err := c.Conn.Read(p[:min(len(p), c.left)])
			c.left -= n
			return n, err
		}
		raw, rest, cmd, err := commandOf(c.Conn)
		if err != nil {
			if len(raw) == 0 {
				return 0, err
			}
			c.first, c.opaque = raw, true
			continue
		}
		if _, target := c.names.meant(cmd); target == "" || target == c.target {
			c.first, c.left = raw, rest
		} else if err := c.send(target, raw, rest); err != nil {
			return 0, err
		}
	}
}

// send takes a frame of which raw was read to another broker. If it does not get there, that broker asks again. The error is that of
// reading the rest.
func (c *checkBack) send(target string, raw []byte, rest int) error {
	other := c.other(target)
	if other == nil {
		_, err := io.CopyN(io.Discard, c.Conn, int64(rest))
		return err
	}
	other.SetWriteDeadline(time.Now().Add(checkBackTime))
	_, failed := other.Write(raw)
	to := io.Writer(other)
	if failed != nil {
		to = io.Discard
	}
	from := &io.LimitedReader{R: c.Conn, N: int64(rest)}
	if _, err := io.Copy(to, from); err != nil || failed != nil {
		c.forget(target)
	}
	_, err := io.Copy(io.Discard, from)
	if err == nil && from.N > 0 {
		err = io.ErrUnexpectedEOF
	}
	return err
}

// other is the connection to another broker; nil where there is none to be had.
func (c *checkBack) other(target string) net.Conn {
	c.mu.Lock()
	o := c.others[target]
	c.mu.Unlock()
	if o != nil {
		return o
	}
	o, err := dialSocks(c.LocalAddr().String(), target)
	if err != nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.others == nil {
		o.Close()
		return nil
	}
	c.others[target] = o
	go func() { // nothing is waited for
		io.Copy(io.Discard, o)
		c.forget(target)
	}()
	return o
}

func (c *checkBack) forget(target string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if o := c.others[target]; o != nil {
		o.Close()
		delete(c.others, target)
	}
}

// Close closes what it made, too.
func (c *checkBack) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, o := range c.others {
		o.Close()
	}
	c.others = nil
	return c.Conn.Close()
}

// CloseWrite is that of a TCP connection.
func (c *checkBack) CloseWrite() error { return (&side{Conn: c.Conn}).closeWrite() }

// NetConn is the connection below.
func (c *checkBack) NetConn() net.Conn { return c.Conn }

// dialSocks connects to target through a SOCKS5 server that wants no user name.
func dialSocks(server, target string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(target)
	if err != nil {
		return nil, err
	}
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return nil, err
	}
	b := []byte{socksVersion, 1, socksNoAuth, socksVersion, socksConnect, 0}
	if at, err := netip.ParseAddr(host); err != nil {
		b = append(append(b, socksDomain, byte(len(host))), host...)
	} else if at.Is4() {
		b = append(append(b, socksIPv4), at.AsSlice()...)
	} else {
		b = append(append(b, socksIPv6), at.AsSlice()...)
	}
	b = append(b, byte(number>>8), byte(number))
	c, err := net.DialTimeout("tcp", server, checkBackTime)
	if err != nil {
		return nil, err
	}
	c.SetDeadline(time.Now().Add(checkBackTime))
	reply := make([]byte, 2+len(socksReply(replyDone)))
	if _, err = c.Write(b); err == nil {
		_, err = io.ReadFull(c, reply)
	}
	if err == nil && reply[3] != replyDone {
		err = fmt.Errorf("SOCKS5 reply %d", reply[3])
	}
	if err != nil {
		c.Close()
		return nil, err
	}
	c.SetDeadline(time.Time{})
	return c, nil
}
