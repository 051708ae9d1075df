package proxy

import (
	"context"
	"errors"
	"net"
	"syscall"
	"time"
)

// sayAgain is after how long a listener that accepts now and then says again that it pauses: where descriptors are short each
// one that comes back is a connection.
const sayAgain = time.Minute

// exhausted tells whether an error means that there is no descriptor, or no memory, left for a socket.
func exhausted(err error) bool {
	for _, e := range []error{syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// dial connects to a target. Want of descriptors is waited out, as in accepting: otherwise who waits to be accepted would be
// accepted and reset, one after the other.
func (p *Proxy) dial(ctx context.Context, target string) (net.Conn, error) {
	c, err := p.options.Dial(ctx, target)
	if !exhausted(err) {
		return c, err
	}
	p.starved.Add(1)
	defer p.starved.Add(-1)
	for pause := firstPause; exhausted(err); pause = min(2*pause, longPause) {
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(pause):
		}
		c, err = p.options.Dial(ctx, target)
	}
	return c, err
}

// next accepts a connection, unless one that was accepted before waits for the descriptor of its upstream.
func (l *Listener) next() (net.Conn, error) {
	if l.proxy.starved.Load() > 0 {
		return nil, syscall.EMFILE
	}
	return l.current().Accept()
}
