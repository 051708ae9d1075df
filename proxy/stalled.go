package proxy

import (
	"context"
	"time"

	"github.com/mqsniff/mqsniff/session"
)

// A write that does not get on is looked at every stallCheck, and after patience of them its source is asked.
const (
	stallCheck = time.Second
	patience   = 3
)

// stalled is how long a direction has been writing the same bytes.
type stalled struct {
	relayed uint64
	checks  int
}

// watch resets connections whose one side reset them while the other one takes nothing: a pump that waits for room to write does not
// read, and would not see it as long as that lasts. It belongs in a goroutine of its own.
func (p *Proxy) watch(ctx context.Context) {
	tick := time.NewTicker(stallCheck)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		for _, c := range p.stalled() {
			for dir, s := range c.stalled {
				if s.checks >= patience && c.sources[dir].failed() {
					lost := session.Direction(dir)
					c.lost.Store(&lost)
					c.Abort()
				}
			}
		}
	}
}

// stalled are the connections of which a direction has waited for room to write for long. Only watch calls it.
func (p *Proxy) stalled() (list []*Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		if c.Established() && (c.check()) {
			list = append(list, c)
		}
	}
	return list
}

// check counts for how many checks each direction has been writing the same bytes, and tells whether one has for many.
func (c *Conn) check() (long bool) {
	for dir := range c.stalled {
		s := &c.stalled[dir]
		if now := c.relayed[dir].Load(); !c.writing[dir].Load() || now != s.relayed {
			*s = stalled{relayed: now}
			continue
		}
		s.checks++
		long = long || s.checks >= patience
	}
	return long
}
