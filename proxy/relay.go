package proxy

import (
	"context"
	"errors"
	"net"
	"sync"
	"sync/atomic"

	"github.com/mqsniff/mqsniff/session"
)

// relay runs both pumps until both directions have ended.
func (p *Proxy) relay(ctx context.Context, c *Conn, client, upstream *side) (session.Direction, session.CloseReason) {
	defer client.Close()
	defer upstream.Close()
	var once sync.Once
	var cut atomic.Bool
	reset := func() {
		once.Do(func() {
			cut.Store(true)
			client.reset()
			upstream.reset()
		})
	}
	defer context.AfterFunc(ctx, reset)()
	c.sources = [2]*side{session.ClientToServer: client, session.ServerToClient: upstream}
	c.finish.Store(func() {
		once.Do(func() {
			client.Close()
			upstream.Close()
		})
	})
	a, f := &asked{}, p.newFarewell(c, client)
	ends, done := make(chan ending, 2), make(chan struct{})
	var gone atomic.Bool
	run := func(dir session.Direction, src, dst *side) {
		u := &pump{proxy: p, conn: c, dir: dir, src: src, dst: dst, asked: a, farewell: f}
		u.gate = gate{conn: c, asked: a, rewriter: c.rewriter, budget: &p.budget}
		err := u.run()
		f.end(dir)
		var failed *TLSError
		if errors.As(err, &failed) { // in TLS 1.3 a server looks at the client's certificate after the handshake
			p.notice(c, failed.Error())
		}
		lost, by := errors.As(err, new(writeError)), dir
		if lost {
			by = dir.Reverse()
		}
		ends <- ending{by, err} // before the other side sees it, and ends, too
		switch {
		case lost: // dst is gone: the other pump carries on what it sent before, and ends then
			gone.Store(true)
		case err != nil:
			reset() // mirrored: what one side did to us, the other side sees
		case !gone.Load():
			dst.closeWrite()
		}
	}
	go func() {
		defer close(done)
		run(session.ServerToClient, upstream, client)
	}()
	run(session.ClientToServer, client, upstream)
	<-done
	if gone.Load() {
		reset()
	}
	by, why := closing(<-ends, <-ends, cut.Load())
	if dir := c.lost.Load(); dir != nil {
		by = *dir
	}
	return by, why
}

// ending is how a direction ended, and by whom.
type ending struct {
	by  session.Direction
	err error // nil: a FIN
}

func (e ending) reset() bool { return e.err != nil && !errors.Is(e.err, net.ErrClosed) } // that was us

// closing is how a connection ended of which both directions did, in this order: by the reset if there was one, and ours counts, too.
func closing(first, second ending, cut bool) (session.Direction, session.CloseReason) {
	switch {
	case first.reset():
		return first.by, session.CloseRST
	case second.reset():
		return second.by, session.CloseRST
	case cut:
		return first.by, session.CloseRST
	}
	return first.by, session.CloseFIN
}
