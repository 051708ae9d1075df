package proxy

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// Defaults of Options.
const (
	DefaultDialTimeout = 3 * time.Second // that of the client: NettySystemConfig.connectTimeoutMillis
	DefaultConns       = 20_000
	DefaultMemory      = 256 << 20
)

// Options say how a Proxy works. The zero value relays, and shows nothing.
type Options struct {
	Observer Observer // nil: nobody looks, and the kernel carries the bytes
	// Notice gets the lines for people where there is no Observer. It may be called from any goroutine, and must not wait. nil:
	// nobody gets them.
	Notice func(text string)
	// Connect prepares both sides before bytes are relayed: TLS, the PROXY protocol. dial connects to the Conn's Target.
	// It closes neither argument on failure. nil: dial alone.
	Connect func(ctx context.Context, c *Conn, client net.Conn, dial func(context.Context) (net.Conn, error)) (net.Conn, net.Conn, error)
	// Dial connects to a target. nil: a net.Dialer.
	Dial        func(ctx context.Context, target string) (net.Conn, error)
	DialTimeout time.Duration // 0: DefaultDialTimeout
	// ProxyProtocol sends each upstream the address of its client first (PROXY protocol, version 2).
	ProxyProtocol bool
	// MirrorRefused closes a listener with a target while that refuses connections, so that clients are refused, too.
	MirrorRefused bool
	// GoAway answers, while Shutdown waits, requests of Java clients since 5.3.2 with GO_AWAY, so that they go elsewhere.
	GoAway   bool
	MaxConns int   // connections at a time; 0: DefaultConns. More are closed at once
	Memory   int64 // bytes that wait for the observer or are held for rewriting; 0: DefaultMemory
}

// Stats are counters, exact at any time.
type Stats struct {
	Accepted, Refused, DialErrors uint64
	Unseen                        uint64 // connections that the observer was not told of, for want of room
	Unsaid                        uint64 // notices that the observer was not told, for want of room
	Open                          int64
	Relayed, Skipped              [2]uint64 // bytes by direction; Skipped were not seen by the observer
	Waiting                       int64     // bytes that wait for the observer
}

// Proxy relays the connections of its listeners.
type Proxy struct {
	options Options
	tap     *tap // nil: nobody looks
	buffers *buffers
	pipes   pipes
	budget  atomic.Int64

	failures failures
	dialed   dialed

	accepted, refused, dialErrors, unseen, unsaid atomic.Uint64

	starved  atomic.Int32 // connections that wait for a descriptor
	ending   atomic.Bool  // Shutdown was called
	declined atomic.Int64 // bytes of requests that did not go on

	mu        sync.Mutex
	number    uint64 // of the latest connection
	listeners []*Listener
	conns     map[*Conn]struct{}
	closing   bool
	past      Stats // of connections that are closed
	group     sync.WaitGroup
	observed  chan struct{}
	unwatch   context.CancelFunc
}

// New returns a proxy without listeners. Shutdown must be called in the end.
func New(o Options) *Proxy {
	if o.DialTimeout <= 0 {
		o.DialTimeout = DefaultDialTimeout
	}
	if o.MaxConns <= 0 {
		o.MaxConns = DefaultConns
	}
	if o.Memory <= 0 {
		o.Memory = DefaultMemory
	}
	if o.Dial == nil {
		o.Dial = func(ctx context.Context, target string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "tcp", target)
		}
	}
	if o.Connect == nil {
		o.Connect = func(ctx context.Context, c *Conn, client net.Conn, dial func(context.Context) (net.Conn, error)) (net.Conn, net.Conn, error) {
			upstream, err := dial(ctx)
			return client, upstream, err
		}
	}
	p := &Proxy{options: o, buffers: &buffers{}, conns: map[*Conn]struct{}{}, observed: make(chan struct{})}
	ctx, unwatch := context.WithCancel(context.Background())
	p.unwatch = unwatch
	go p.watch(ctx)
	p.budget.Store(o.Memory / 2)
	if o.Observer == nil {
		close(p.observed)
		return p
	}
	p.tap = newTap(o.Observer, o.Memory/2, p.buffers)
	go func() {
		defer close(p.observed)
		p.tap.run()
	}()
	return p
}

// Notice hands a line for people to the observer, in its order among the events. It never waits.
func (p *Proxy) Notice(text string) { p.notice(nil, text) }

func (p *Proxy) notice(c *Conn, text string) {
	switch {
	case p.tap == nil && p.options.Notice != nil:
		p.options.Notice(text)
	case p.tap != nil && (c == nil || !c.unseen):
		if !p.tap.notice(c, time.Now().UnixNano(), text) {
			p.unsaid.Add(1)
		}
	}
}

// serve relays one connection.
func (p *Proxy) serve(ctx context.Context, l *Listener, client net.Conn) {
	c := &Conn{Mode: l.Mode, rewriter: l.Rewriter, Client: addrPort(client.RemoteAddr()), Listener: addrPort(client.LocalAddr())}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	c.abort = cancel
	if full, entered := p.enter(c); !entered {
		p.refused.Add(1)
		(&side{Conn: client}).reset()
		if full {
			p.sayFull()
		}
		return
	}
	defer p.leave(c)
	from, to, err := p.connect(ctx, l, c, client)
	if err != nil {
		if ctx.Err() == nil {
			p.dialErrors.Add(1)
			p.failed(c, err)
		}
		(&side{Conn: client}).reset()
		return
	}
	c.Local, c.Upstream, c.Opened = addrPort(to.LocalAddr()), addrPort(to.RemoteAddr()), time.Now()
	p.announce(c)
	dir, why := p.relay(ctx, c, newSide(from), newSide(to))
	if p.tap != nil && !c.unseen {
		p.tap.put(item{kind: itemClose, cost: itemSize, conn: c, dir: dir, time: time.Now().UnixNano(), why: why})
	}
}

// connect finds out where the connection goes, and goes there.
func (p *Proxy) connect(ctx context.Context, l *Listener, c *Conn, client net.Conn) (from, to net.Conn, err error) {
	ctx, cancel := context.WithTimeout(ctx, 2*p.options.DialTimeout)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { client.SetDeadline(time.Unix(1, 0)) })
	defer func() {
		if !stop() && err == nil {
			err = ctx.Err()
			to.Close()
		}
	}()
	destination, err := l.Resolve(ctx, client)
	if err != nil {
		return nil, nil, err
	}
	c.Target = destination.Target
	seen := way{c.Client, c.Listener} // by who made the connection
	if destination.Original.IsValid() {
		seen.to = destination.Original
	}
	if p.dialed.has(seen) {
		return nil, nil, errItself
	}
	if destination.Client != nil {
		client = destination.Client
	}
	from, to, err = p.options.Connect(ctx, c, client, func(ctx context.Context) (net.Conn, error) {
		ctx, cancel := context.WithTimeout(ctx, p.options.DialTimeout)
		defer cancel()
		upstream, err := p.dial(ctx, c.Target)
		l.dialed(err)
		if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) {
			err = fmt.Errorf("%w: no answer within %v", err, p.options.DialTimeout)
		}
		if err == nil {
			c.dialed = way{addrPort(upstream.LocalAddr()), addrPort(upstream.RemoteAddr())}
			p.dialed.add(c.dialed)
			if p.dialed.has(seen) { // who dialled was not as fast as this
				upstream.Close()
				return nil, errItself
			}
		}
		if err == nil && p.options.ProxyProtocol {
			if _, err = upstream.Write(proxyHeader(c.Client, addrPort(upstream.RemoteAddr()))); err != nil {
				upstream.Close()
			}
		}
		if destination.Answer != nil {
			if failed := destination.Answer(err); failed != nil && err == nil {
				upstream.Close()
				return nil, failed
			}
		}
		return upstream, err
	})
	return from, to, err
}

// failed reports a connection that never came about.
func (p *Proxy) failed(c *Conn, err error) {
	to := c.Target
	if to == "" {
		to = "an unknown address"
	}
	why := strings.ReplaceAll(err.Error(), "\n", "; ")               // of several servers
	if rest, ok := strings.CutPrefix(why, "dial tcp "+to+": "); ok { // the line shall end on the screen, too
		why = strings.TrimPrefix(rest, "connect: ")
	}
	what := failure{c.Client.Addr(), to, why}
	if more, say := p.failures.again(what, time.Now()); say {
		p.notice(nil, what.text(c.Client, more))
	}
}

// unseenNumber is what the numbers of connections are above that the observer was not told of.
const unseenNumber = 1 << 32

// announce tells the observer of a connection and numbers it: who counts the observer's connections gets the same numbers.
func (p *Proxy) announce(c *Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	c.Number = p.number + 1
	if p.tap != nil && !p.tap.open(c) {
		c.unseen = true
		c.Number = unseenNumber + p.unseen.Add(1)
		return
	}
	p.number++
}

// enter counts a connection in. full: there are as many as there may be.
func (p *Proxy) enter(c *Conn) (full, entered bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if full = len(p.conns) >= p.options.MaxConns; full || p.closing {
		return full && !p.closing, false
	}
	p.conns[c] = struct{}{}
	p.group.Add(1)
	return false, true
}

func (p *Proxy) leave(c *Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.conns, c)
	p.dialed.remove(c.dialed)
	for dir := range p.past.Relayed {
		p.past.Relayed[dir] += c.relayed[dir].Load()
		p.past.Skipped[dir] += c.skipped[dir].Load()
	}
	p.group.Done()
}

// Conns are the open connections, by number; last those that are being made, which have none.
func (p *Proxy) Conns() []*Conn {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := make([]*Conn, 0, len(p.conns))
	for c := range p.conns {
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b *Conn) int { return cmp.Compare(a.Number-1, b.Number-1) })
	return all
}

// Stats are the counters so far.
func (p *Proxy) Stats() Stats {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.past
	for c := range p.conns {
		for dir := range s.Relayed {
			s.Relayed[dir] += c.relayed[dir].Load()
			s.Skipped[dir] += c.skipped[dir].Load()
		}
	}
	s.Open = int64(len(p.conns))
	s.Accepted, s.Refused, s.DialErrors = p.accepted.Load(), p.refused.Load(), p.dialErrors.Load()
	s.Unseen, s.Unsaid = p.unseen.Load(), p.unsaid.Load()
	if p.tap != nil {
		s.Waiting = p.tap.held.Load()
	}
	return s
}

func addrPort(a net.Addr) netip.AddrPort {
	if t, ok := a.(*net.TCPAddr); ok {
		ap := t.AddrPort()
		return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
	}
	return netip.AddrPort{}
}

// temporary tells whether accepting may work again later: no file descriptor, no memory, or a client that went away.
func temporary(err error) bool {
	return exhausted(err) || errors.Is(err, syscall.ECONNABORTED) || errors.Is(err, os.ErrDeadlineExceeded)
}
