package proxy

import (
	"context"
	"slices"
	"time"
)

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
	p.ending.Store(true)
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
	p.unwatch()
	p.pipes.close()
	if p.tap != nil {
		p.tap.close()
	}
	<-p.observed
}

// calm waits until done, or until nothing was relayed for a while. It returns false when ctx is done before.
func (p *Proxy) calm(ctx context.Context, done <-chan struct{}) bool {
	last := p.progress()
	for {
		select {
		case <-done:
			return true
		case <-ctx.Done():
			return false
		case <-time.After(quiet):
		}
		now := p.progress()
		if now == last {
			return true
		}
		last = now
	}
}

// progress counts the bytes that go through.
func (p *Proxy) progress() uint64 {
	n := p.Stats().Relayed
	return n[0] + n[1] - uint64(p.declined.Load())
}
