package proxy

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Destination is where a connection wants to go.
type Destination struct {
	Target string // host:port
	// Original is where the client's own socket is connected to, where that is not the listener.
	Original netip.AddrPort
	// Client is the connection to go on with, when bytes of it were read already; nil: the accepted one.
	Client net.Conn
	// Answer is told once whether the target could be reached, before any byte is relayed. nil: nobody wants to know.
	Answer func(dialed error) error
}

// Resolve finds out where an accepted connection wants to go.
type Resolve func(ctx context.Context, client net.Conn) (Destination, error)

// Fixed sends every connection to one address.
func Fixed(target string) Resolve {
	return func(context.Context, net.Conn) (Destination, error) { return Destination{Target: target}, nil }
}

// ListenOptions say what a Listener is for.
type ListenOptions struct {
	Mode     string   // for people: "name server", "broker", "map", "socks", "redirect"
	Target   string   // host:port that all connections go to; "" where the client says
	Resolve  Resolve  // nil: Fixed(Target)
	Rewriter Rewriter // nil: nothing is rewritten
}

// Listener accepts connections for a Proxy.
type Listener struct {
	ListenOptions
	Address netip.AddrPort

	proxy   *Proxy
	cancel  context.CancelFunc
	open    atomic.Int64
	mu      sync.Mutex
	net     net.Listener
	closed  bool
	failing error
}

// Open is the number of its connections at the moment.
func (l *Listener) Open() int64 { return l.open.Load() }

// Listen begins to accept connections on an address. The error says which address and what to do.
func (p *Proxy) Listen(address string, o ListenOptions) (*Listener, error) {
	if o.Resolve == nil {
		o.Resolve = Fixed(o.Target)
	}
	if l := p.listener(address); l != nil {
		return nil, ownError{address, l.Target}
	}
	if o.Target == address {
		return nil, fmt.Errorf("%s would be relayed to itself: listen on another address", address)
	}
	inner, err := listen(address)
	if err != nil {
		return nil, listenError(address, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	l := &Listener{ListenOptions: o, Address: addrPort(inner.Addr()), proxy: p, net: inner, cancel: cancel}
	p.mu.Lock()
	closing := p.closing
	if !closing {
		p.listeners = append(p.listeners, l)
	}
	p.mu.Unlock()
	if closing {
		l.Close()
		return nil, errors.New("the proxy is shutting down")
	}
	go l.accept(ctx)
	return l, nil
}

// listen does so on IPv4 alone where the address is of it: net takes 0.0.0.0 for every address of both families.
func listen(address string) (net.Listener, error) {
	network := "tcp"
	if at, err := netip.ParseAddrPort(address); err == nil && at.Addr().Is4() {
		network = "tcp4"
	}
	return net.Listen(network, address)
}

// listener is the one that has an address, also while it refuses connections.
func (p *Proxy) listener(address string) *Listener {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if i := slices.IndexFunc(p.listeners, func(l *Listener) bool { return l.Address == at }); i >= 0 {
		return p.listeners[i]
	}
	return nil
}

// Close stops accepting. Connections go on.
func (l *Listener) Close() error {
	l.proxy.mu.Lock()
	for i, other := range l.proxy.listeners {
		if other == l {
			l.proxy.listeners = append(l.proxy.listeners[:i:i], l.proxy.listeners[i+1:]...)
			break
		}
	}
	l.proxy.mu.Unlock()
	l.cancel()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	if l.mirrors() { // it is closed already
		return nil
	}
	return l.net.Close()
}

// Err is why the listener does not accept at the moment; nil: it does.
func (l *Listener) Err() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.failing
}

// Listeners are those that are open.
func (p *Proxy) Listeners() []*Listener {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]*Listener(nil), p.listeners...)
}

// Waiting for descriptors: from the first pause to the longest.
const (
	firstPause = 5 * time.Millisecond
	longPause  = time.Second
)

// accept goes on until the listener is closed. Want of descriptors or memory is waited out.
func (l *Listener) accept(ctx context.Context) {
	pause := firstPause
	var said time.Time
	for {
		client, err := l.next()
		if err == nil {
			l.setErr(nil)
			pause = firstPause
			l.proxy.accepted.Add(1)
			// A connection outlives its listener.
			l.open.Add(1)
			go func() {
				defer l.open.Add(-1)
				l.proxy.serve(context.WithoutCancel(ctx), l, client)
			}()
			continue
		}
		if errors.Is(l.Err(), ErrMirrored) && l.probe(ctx) {
			continue
		}
		if ctx.Err() != nil || errors.Is(err, net.ErrClosed) {
			return
		}
		if l.setErr(err) && time.Since(said) > sayAgain {
			said = time.Now()
			l.proxy.Notice("accepting on " + l.Address.String() + " pauses: " + err.Error())
		}
		if !temporary(err) {
			pause = longPause
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
		pause = min(2*pause, longPause)
	}
}

// setErr tells whether the state changed.
func (l *Listener) setErr(err error) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.mirrors() { // accepted before that
		return false
	}
	changed := (l.failing == nil) != (err == nil)
	l.failing = err
	return changed
}
