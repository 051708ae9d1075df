package proxy

import (
	"context"
	"errors"
	"fmt"
	"net"
	"syscall"
	"time"
)

// ErrMirrored is Listener.Err while a listener refuses connections because its target does (Options.MirrorRefused).
var ErrMirrored = errors.New("connections are refused, as the target refuses them")

// Probing a target that refuses connections: from the first pause to the longest.
const (
	firstProbe = 250 * time.Millisecond
	longProbe  = 5 * time.Second
)

// dialed is told how connecting to the target ended. A relay accepts before it dials, so a client of a dead broker is connected
// and then reset, which it takes for another failure than being refused: with Options.MirrorRefused the listener stops
// listening, and only the client that found it out sees that.
func (l *Listener) dialed(err error) {
	if !l.proxy.options.MirrorRefused || l.Target == "" || !isRefused(err) {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.closed && !l.mirrors() {
		l.failing = ErrMirrored
		l.net.Close() // accept goes on with probe
	}
}

// mirrors tells, with mu held, whether the listener does not listen for that reason.
func (l *Listener) mirrors() bool { return l.failing == ErrMirrored }

// current is what connections are accepted from.
func (l *Listener) current() net.Listener {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.net
}

// probe waits until the target accepts connections and listens again; false: ctx is done.
func (l *Listener) probe(ctx context.Context) bool {
	l.proxy.Notice(fmt.Sprintf("%s refuses connections; %s refuses them, too, until that is over", l.Target, l.Address))
	last := ""
	for pause := firstProbe; ; pause = min(2*pause, longProbe) {
		select {
		case <-ctx.Done():
			return false
		case <-time.After(pause):
		}
		if !l.reached(ctx) {
			continue
		}
		err := l.again()
		switch {
		case ctx.Err() != nil:
			return false
		case err == nil:
			l.proxy.Notice(fmt.Sprintf("%s accepts connections again, and so does %s", l.Target, l.Address))
			return true
		case err.Error() != last:
			last = err.Error()
			l.proxy.Notice(fmt.Sprintf("%s accepts connections again, but here: %v", l.Target, err))
		}
	}
}

// reached tells whether the target accepts a connection.
func (l *Listener) reached(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, l.proxy.options.DialTimeout)
	defer cancel()
	c, err := l.proxy.options.Dial(ctx, l.Target)
	if err != nil {
		return false
	}
	c.Close()
	return true
}

// again listens as before.
func (l *Listener) again() error {
	inner, err := listen(l.Address.String())
	if err != nil {
		return listenError(l.Address.String(), err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return inner.Close()
	}
	l.net, l.failing = inner, nil
	return nil
}

// isRefused tells whether an address, or each of several, refused to be connected to.
func isRefused(err error) bool {
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		for _, err := range many.Unwrap() {
			if !isRefused(err) {
				return false
			}
		}
		return true
	}
	return errors.Is(err, syscall.ECONNREFUSED)
}
