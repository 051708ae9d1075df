package control

import (
	"net/netip"
	"time"

	"github.com/mqsniff/mqsniff/export"
	"github.com/mqsniff/mqsniff/proxy"
	"github.com/mqsniff/mqsniff/session"
)

// The answers, as they are encoded. Texts that came from outside were made safe to print (export.Safe).

// Bytes are counted by direction.
type Bytes struct {
	ClientToServer uint64 `json:"c2s"`
	ServerToClient uint64 `json:"s2c"`
}

func bytesOf(n [2]uint64) Bytes {
	return Bytes{ClientToServer: n[session.ClientToServer], ServerToClient: n[session.ServerToClient]}
}

// Connection is a proxy.Conn at one moment. What may be left out is not known while the connection is being made.
type Connection struct {
	// Number is the conn of its events; above 2^32 for connections that have none (Stats.Unseen).
	Number   uint64         `json:"number,omitzero"`
	Mode     string         `json:"mode"`
	Client   netip.AddrPort `json:"client"`
	Listener netip.AddrPort `json:"listener"`
	Local    netip.AddrPort `json:"local,omitzero"`
	Upstream netip.AddrPort `json:"upstream,omitzero"`
	Target   string         `json:"target,omitempty"`
	Opened   time.Time      `json:"opened,omitzero"`
	TLS      bool           `json:"tls"`
	Relayed  Bytes          `json:"bytes"`
	Skipped  Bytes          `json:"skipped"` // of them: not seen by those who look
	Opaque   bool           `json:"opaque"`  // no remoting
}

func connectionOf(c *proxy.Conn) Connection {
	out := Connection{
		Mode: c.Mode, Client: c.Client, Listener: c.Listener, Opaque: c.Opaque(),
		Relayed: Bytes{c.Relayed(session.ClientToServer), c.Relayed(session.ServerToClient)},
		Skipped: Bytes{c.Skipped(session.ClientToServer), c.Skipped(session.ServerToClient)},
	}
	if c.Established() { // a Conn's other fields are still being written before
		out.Number, out.Local, out.Upstream, out.Opened, out.TLS = c.Number, c.Local, c.Upstream, c.Opened.UTC(), c.TLS
		out.Target = export.Safe(c.Target)
	}
	return out
}

// Listener is a proxy.Listener at one moment.
type Listener struct {
	Mode    string         `json:"mode"`
	Address netip.AddrPort `json:"address"`
	Target  string         `json:"target,omitempty"`
	Open    int64          `json:"open"`            // connections
	Error   string         `json:"error,omitempty"` // why it does not accept at the moment
}

func listenerOf(l *proxy.Listener) Listener {
	out := Listener{Mode: l.Mode, Address: l.Address, Target: export.Safe(l.Target), Open: l.Open()}
	if err := l.Err(); err != nil {
		out.Error = export.Safe(err.Error())
	}
	return out
}

// Stats are counters since the proxy was started.
type Stats struct {
	Version    string    `json:"version,omitempty"`
	Started    time.Time `json:"started"`
	Open       int64     `json:"open"` // connections
	Accepted   uint64    `json:"accepted"`
	Refused    uint64    `json:"refused"`
	DialErrors uint64    `json:"dial_errors"`
	Unseen     uint64    `json:"unseen"` // connections that those who look were not told of
	Unsaid     uint64    `json:"unsaid"` // notices that they were not told
	Relayed    Bytes     `json:"bytes"`
	Skipped    Bytes     `json:"skipped"` // of them: not seen by those who look
	Waiting    int64     `json:"waiting"` // bytes that wait to be looked at
	Listeners  int       `json:"listeners"`
	Leaks      int       `json:"leaks"` // ways past the proxy that clients were told
	Streams    int       `json:"event_streams"`
}

// Ready is the answer of a proxy that accepts connections.
type Ready struct {
	Listeners int `json:"listeners"` // that accept
}

// Endpoint is one line of the list of what can be asked.
type Endpoint struct {
	Method string `json:"method"`
	Path   string `json:"path"`
	Does   string `json:"does"`
}

// failure is the answer of whatever goes wrong.
type failure struct {
	Error string `json:"error"`
}
