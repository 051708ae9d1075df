package proxy

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/mqsniff/mqsniff/session"
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
	// Connect prepares both sides before bytes are relayed: TLS, the PROXY protocol. dial connects to the Conn's Target.
	// It closes neither argument on failure. nil: dial alone.
	Connect func(ctx context.Context, c *Conn, client net.Conn, dial func(context.Context) (net.Conn, error)) (net.Conn, net.Conn, error)
	// Dial connects to a target. nil: a net.Dialer.
	Dial        func(ctx context.Context, target string) (net.Conn, error)
	DialTimeout time.Duration // 0: DefaultDialTimeout
	// ProxyProtocol sends each upstream the address of its client first (PROXY protocol, version 2).
	ProxyProtocol bool
	MaxConns      int   // connections at a time; 0: DefaultConns. More are closed at once
	Memory        int64 // bytes that wait for the observer or are held for rewriting; 0: DefaultMemory
}

// Stats are counters, exact at any time.
type Stats struct {
	Accepted, Refused, DialErrors uint64
	Unseen                        uint64 // connections that the observer was not told of, for want of room
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

	accepted, refused, dialErrors, unseen atomic.Uint64
	number                                atomic.Uint64

	mu        sync.Mutex
	listeners []*Listener
	conns     map[*Conn]struct{}
	closing   bool
	past      Stats // of connections that are closed
	group     sync.WaitGroup
	observed  chan struct{}
}

// New returns a proxy without listeners. Shutdown or Close must be called in the end.
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
	if p.tap != nil && (c == nil || !c.unseen) {
		p.tap.notice(c, time.Now().UnixNano(), text)
	}
}

// serve relays one connection.
func (p *Proxy) serve(ctx context.Context, l *Listener, client net.Conn) {
	c := &Conn{Mode: l.Mode, rewriter: l.Rewriter, Client: addrPort(client.RemoteAddr()), Listener: addrPort(client.LocalAddr())}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	c.abort = cancel
	if !p.enter(c) {
		p.refused.Add(1)
		(&side{Conn: client}).reset()
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
	if p.tap != nil && !p.tap.open(c) {
		c.unseen = true
		p.unseen.Add(1)
	}
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
	if destination.Client != nil {
		client = destination.Client
	}
	from, to, err = p.options.Connect(ctx, c, client, func(ctx context.Context) (net.Conn, error) {
		ctx, cancel := context.WithTimeout(ctx, p.options.DialTimeout)
		defer cancel()
		upstream, err := p.options.Dial(ctx, c.Target)
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
	p.notice(nil, fmt.Sprintf("%s wanted %s: %v", c.Client, to, err))
}

// relay runs both pumps until both directions have ended.
func (p *Proxy) relay(ctx context.Context, c *Conn, client, upstream *side) (session.Direction, session.CloseReason) {
	defer client.Close()
	defer upstream.Close()
	var once sync.Once
	reset := func() {
		once.Do(func() {
			client.reset()
			upstream.reset()
		})
	}
	defer context.AfterFunc(ctx, reset)()
	c.finish.Store(func() {
		once.Do(func() {
			client.Close()
			upstream.Close()
		})
	})
	a := &asked{}
	type result struct {
		dir session.Direction
		err error
	}
	results := make(chan result, 2)
	run := func(dir session.Direction, src, dst *side) {
		u := &pump{proxy: p, conn: c, dir: dir, src: src, dst: dst, asked: a}
		u.gate = gate{conn: c, asked: a, rewriter: c.rewriter, budget: &p.budget}
		err := u.run()
		var failed *TLSError
		if errors.As(err, &failed) { // in TLS 1.3 a server looks at the client's certificate after the handshake
			p.notice(c, failed.Error())
		}
		if err == nil {
			dst.closeWrite()
		} else {
			reset() // mirrored: what one side did to us, the other side sees
		}
		results <- result{dir, err}
	}
	go run(session.ServerToClient, upstream, client)
	run(session.ClientToServer, client, upstream)
	first := <-results
	second := <-results
	for _, r := range []result{first, second} {
		if r.err != nil && !errors.Is(r.err, net.ErrClosed) { // that was us
			return first.dir, session.CloseRST
		}
	}
	return first.dir, session.CloseFIN
}

func (p *Proxy) enter(c *Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closing || len(p.conns) >= p.options.MaxConns {
		return false
	}
	c.Number = p.number.Add(1)
	p.conns[c] = struct{}{}
	p.group.Add(1)
	return true
}

func (p *Proxy) leave(c *Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.conns, c)
	for dir := range p.past.Relayed {
		p.past.Relayed[dir] += c.relayed[dir].Load()
		p.past.Skipped[dir] += c.skipped[dir].Load()
	}
	p.group.Done()
}

// Conns are the open connections, by number.
func (p *Proxy) Conns() []*Conn {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := make([]*Conn, 0, len(p.conns))
	for c := range p.conns {
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b *Conn) int { return int(a.Number) - int(b.Number) })
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
	s.Accepted, s.Refused, s.DialErrors, s.Unseen = p.accepted.Load(), p.refused.Load(), p.dialErrors.Load(), p.unseen.Load()
	if p.tap != nil {
		s.Waiting = p.tap.held.Load()
	}
	return s
}

// quiet is how long nothing may be relayed until connections count as having nothing to finish: clients keep theirs open
// as long as they live.
const quiet = 300 * time.Millisecond

// Shutdown stops accepting, waits until nothing goes through any more or ctx is done, and closes the connections: in the
// regular way, or with a reset where ctx was done first. The observer has seen everything when it returns.
func (p *Proxy) Shutdown(ctx context.Context) {
	p.mu.Lock()
	p.closing = true
	listeners := slices.Clone(p.listeners)
	p.mu.Unlock()
	for _, l := range listeners {
		l.Close()
	}
	done := make(chan struct{})
	go func() {
		p.group.Wait()
		close(done)
	}()
	if p.calm(ctx, done) {
		for _, c := range p.Conns() {
			if finish, ok := c.finish.Load().(func()); ok {
				finish()
			} else {
				c.Abort()
			}
		}
	} else {
		for _, c := range p.Conns() {
			c.Abort()
		}
	}
	<-done
	p.pipes.close()
	if p.tap != nil {
		p.tap.close()
	}
	<-p.observed
}

// calm waits until done, or until nothing was relayed for a while. It returns false when ctx is done before.
func (p *Proxy) calm(ctx context.Context, done <-chan struct{}) bool {
	last := p.Stats().Relayed
	for {
		select {
		case <-done:
			return true
		case <-ctx.Done():
			return false
		case <-time.After(quiet):
		}
		now := p.Stats().Relayed
		if now == last {
			return true
		}
		last = now
	}
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
	for _, e := range []error{syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM, syscall.ECONNABORTED, os.ErrDeadlineExceeded} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}
