package main

import (
	"fmt"
	"math"
	"time"

	"github.com/mqsniff/mqsniff/capture"
	"github.com/mqsniff/mqsniff/proxy"
	"github.com/mqsniff/mqsniff/session"
)

// relaying joins a proxy to a session and to the recording: it is the proxy's Observer, called from one goroutine.
type relaying struct {
	session  *session.Session
	recorder *capture.Relayed // nil: bytes cannot be read again
	asked    onDemand
	handle   session.Handler // set it before the first connection
	notice   func(string)    // called with each notice, beside its event; nil: nothing
	flush    func()          // called when there is nothing else to do, and at least every 100 ms
	conns    map[*proxy.Conn]*relayedConn
	begun    chan struct{} // closed when recorder is set: nothing is looked at before
	flushed  time.Time
}

// relayedConn is one connection on the other side of the Observer.
type relayedConn struct {
	session *session.Conn
	flow    *capture.Flow
}

func newRelaying() *relaying {
	r := &relaying{conns: map[*proxy.Conn]*relayedConn{}, begun: make(chan struct{}), flush: func() {}}
	r.session = session.New(session.Options{}, func(ev *session.Event, v *session.View) { r.handle(ev, v) })
	return r
}

// ReadAgain is part of session.Source. Events come when there is a recorder.
func (r *relaying) ReadAgain(dst []byte, ref session.Ref, e session.Endpoints, dir session.Direction, n int) ([]byte, error) {
	return r.recorder.ReadAgain(dst, ref, e, dir, n)
}

// Open is part of proxy.Observer.
func (r *relaying) Open(c *proxy.Conn, t int64) {
	<-r.begun
	way := fmt.Sprintf("%s: %s to %s, %s to %s", c.Mode, c.Client, c.Listener, c.Local, c.Upstream)
	if c.Target != c.Upstream.String() {
		way += " (" + c.Target + ")"
	}
	x := &relayedConn{session: r.session.OpenRelayed(t, c.Endpoints(), way)}
	r.conns[c] = x
	if r.recorder != nil {
		x.flow = r.recorder.Open(t, legsOf(c), way)
	}
	r.asked.open(c, t, way)
}

// Bytes is part of proxy.Observer.
func (r *relaying) Bytes(c *proxy.Conn, b proxy.Relayed) {
	x := r.conns[c]
	added := uint32(min(max(b.Added, 0), math.MaxUint32))
	deliver := func(chunk session.Chunk) {
		chunk.Added = added
		x.session.Bytes(b.Dir, chunk)
	}
	if x.flow == nil {
		seen, t := b.Read, b.Time // what the client sent, and what it got
		if b.Dir == session.ServerToClient {
			seen, t = b.Written, b.Time+b.Added
		}
		deliver(session.Chunk{Bytes: seen, Time: t, Offset: -1})
	} else {
		x.flow.Bytes(b.Time, b.Added, b.Dir, b.Read, b.Written, deliver)
	}
	r.asked.bytes(c, b)
	if now := time.Unix(0, b.Time); now.Sub(r.flushed) > 100*time.Millisecond {
		r.Idle()
		r.flushed = now
	}
}

// Idle is part of proxy.Observer.
func (r *relaying) Idle() {
	<-r.begun
	if r.recorder != nil {
		r.recorder.Flush()
	}
	r.asked.flush()
	r.flush()
}

// Skipped is part of proxy.Observer.
func (r *relaying) Skipped(c *proxy.Conn, dir session.Direction, t, n int64) {
	x := r.conns[c]
	if x.flow != nil {
		x.flow.Gap(t, dir, n)
	}
	r.asked.skipped(c, dir, t, n)
	x.session.Gap(dir, t, n)
}

// Notice is part of proxy.Observer.
func (r *relaying) Notice(c *proxy.Conn, t int64, text string) {
	<-r.begun
	var to *session.Conn
	if x := r.conns[c]; x != nil {
		to = x.session
	}
	r.session.Notice(to, t, text)
	if r.notice != nil {
		r.notice(text)
	}
}

// Close is part of proxy.Observer.
func (r *relaying) Close(c *proxy.Conn, dir session.Direction, t int64, why session.CloseReason) {
	x := r.conns[c]
	delete(r.conns, c)
	if x.flow != nil {
		x.flow.Close(t, dir, why)
	}
	r.asked.close(c, dir, t, why)
	x.session.Close(dir, t, why)
}
