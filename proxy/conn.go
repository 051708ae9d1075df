package proxy

import (
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/mqsniff/mqsniff/session"
)

// Conn is one relayed connection: two TCP connections, the client's and the upstream's. Its counters are exact, whatever
// the observer lost, and may be read from any goroutine; so may the other fields once it is Established.
type Conn struct {
	Number   uint64         // from 1
	Mode     string         // of its listener: "map", "socks" …
	Target   string         // host:port that the client wanted
	Client   netip.AddrPort // the client's side: its address,
	Listener netip.AddrPort // and ours
	Local    netip.AddrPort // the upstream's side: our address,
	Upstream netip.AddrPort // and the server's
	Opened   time.Time
	TLS      bool // the client's side was encrypted, and is read here in the clear

	relayed [2]atomic.Uint64 // bytes read, by direction
	skipped [2]atomic.Uint64 // of them: not seen by the observer
	opaque  atomic.Bool
	abort   func()       // resets both sides
	finish  atomic.Value // func(): closes both sides; while relaying
	unseen  bool         // the observer was not told of it
	sources [2]*side     // by direction; before finish is set
	writing [2]atomic.Bool
	stalled [2]stalled
	lost    atomic.Pointer[session.Direction] // whose source was found to have reset while nothing was read of it

	rewriter Rewriter
	dialed   way // zero: not yet
}

// Established tells whether both sides are connected: from then on the fields do not change.
func (c *Conn) Established() bool { return c.finish.Load() != nil }

// Relayed is the number of bytes read in a direction so far.
func (c *Conn) Relayed(dir session.Direction) uint64 { return c.relayed[dir].Load() }

// Skipped is how many of them the observer did not see, although it knows the connection.
func (c *Conn) Skipped(dir session.Direction) uint64 { return c.skipped[dir].Load() }

// Opaque tells whether the stream turned out to be no remoting, so that it is relayed without looking for frames.
func (c *Conn) Opaque() bool { return c.opaque.Load() }

// Abort resets both sides.
func (c *Conn) Abort() { c.abort() }

// Endpoints are what the connection is between, when nobody knows of the proxy.
func (c *Conn) Endpoints() session.Endpoints {
	return session.Endpoints{Client: c.Client, Server: c.Upstream}
}
