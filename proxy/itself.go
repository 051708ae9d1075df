package proxy

import (
	"errors"
	"net/netip"
	"sync"
)

// errItself is that of a connection that the proxy made to itself. Each would make the next, until there are no more.
var errItself = errors.New("that leads back to this proxy: name the server's own address, and do not redirect what the proxy sends")

// dialed are the connections that the proxy made, to know those that come back to it.
type dialed struct {
	mu   sync.Mutex
	open map[way]struct{}
}

// way is a connection as both of its ends see it.
type way struct{ from, to netip.AddrPort }

func (d *dialed) add(w way) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.open == nil {
		d.open = map[way]struct{}{}
	}
	d.open[w] = struct{}{}
}

func (d *dialed) remove(w way) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.open, w)
}

// has tells whether a connection is one of them.
func (d *dialed) has(w way) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	_, ok := d.open[w]
	return ok
}
