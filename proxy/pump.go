package proxy

import (
	"errors"
	"fmt"
	"time"

	"github.com/mqsniff/mqsniff/decode"
	"github.com/mqsniff/mqsniff/session"
)

// pump carries the bytes of one direction of a connection.
type pump struct {
	proxy    *Proxy
	conn     *Conn
	dir      session.Direction
	src, dst *side
	asked    *asked
	farewell *farewell // nil: requests are not answered here

	scanner  scanner // of requests
	gate     gate    // of answers
	command  decode.Command
	from     *buffer // of the bytes that were read; nil: nobody else may hold them
	received time.Time
	skipped  int64 // bytes for which the tap had no room, not told yet
	tls      bool  // the first byte was TLS's
}

// run carries bytes until src ends or either side fails. The error is that of the side that failed; nil after a FIN.
func (p *pump) run() error {
	if p.proxy.tap == nil && p.conn.rewriter == nil && p.farewell == nil {
		if err := p.splice(); err != errNoSplice {
			return err
		}
	}
	use := p.use
	for {
		err := p.src.read(p.proxy.buffers, use)
		if err == nil {
			continue
		}
		p.from = nil // it is somebody else's by now
		defer p.tell(true)
		if held := p.gate.end(); len(held) > 0 { // the stream ended inside an answer
			if err := p.out(held, held); err != nil {
				return err
			}
		}
		if ended(err) {
			return nil
		}
		return err
	}
}

// errNoSplice says that the kernel does not carry the bytes.
var errNoSplice = errors.New("no splice")

// use takes bytes that were read, from a buffer or not.
func (p *pump) use(b []byte, from *buffer) error {
	p.from = from
	p.received = time.Now()
	if p.conn.relayed[p.dir].Add(uint64(len(b))) == uint64(len(b)) {
		p.tls = b[0] == recordHandshake
	}
	return p.farewell.use(p, b)
}

// carry lets bytes go on, rewritten where that is wanted.
func (p *pump) carry(b []byte) error {
	if p.conn.rewriter == nil {
		return p.out(b, b)
	}
	if p.dir == session.ServerToClient {
		err := p.gate.feed(b, p.out)
		p.opaque(p.gate.scanner.opaque)
		return err
	}
	p.scanner.scan(b, p.look)
	if n := p.scanner.long; n > 0 {
		p.scanner.long = 0
		p.conn.rewriter.Unread(p.conn, fmt.Sprintf("a request with a header of %d bytes was too long to look into", n))
	}
	p.opaque(p.scanner.opaque)
	return p.out(b, b)
}

func (p *pump) look(f decode.Frame) {
	if p.asked.look(f, &p.command, p.conn.rewriter.Wants) {
		p.conn.rewriter.Unread(p.conn, fmt.Sprintf("more than %d answers were waited for on one connection", maxAsked))
	}
}

// opaque notes, once for a connection, that a direction is no remoting.
func (p *pump) opaque(is bool) {
	if !is || !p.conn.opaque.CompareAndSwap(false, true) {
		return
	}
	text := "this is not the remoting protocol: bytes go through as they are, addresses in them are not rewritten"
	if p.tls {
		text = "TLS passes through unread: addresses in it are not rewritten, so clients may go past the proxy: " +
			"use --tls terminate, or tls.enable=false in the client"
	}
	what := failure{p.conn.Client.Addr(), p.conn.Target, text} // a health check comes every second
	if more, say := p.proxy.failures.again(what, time.Now()); say {
		p.proxy.notice(p.conn, fmt.Sprintf("%s to %s: %s", p.conn.Client, p.conn.Target, text)+repeats(more))
	}
	switch {
	case p.tls:
		p.conn.rewriter.Unread(p.conn, "TLS to "+p.conn.Target+" passed through")
	case p.asked.count.Load() > 0:
		p.conn.rewriter.Unread(p.conn, "the connection to "+p.conn.Target+" turned out to be no remoting while answers were waited for")
	}
}

// out tells the observer and writes. In this order: what answers these bytes may be read, and told, by the other pump before
// this one goes on.
func (p *pump) out(read, written []byte) error {
	if tap := p.proxy.tap; tap != nil && !p.conn.unseen {
		p.tell(false)
		r := Relayed{Dir: p.dir, Time: p.received.UnixNano(), Added: int64(time.Since(p.received)), Read: read, Written: written}
		if p.skipped > 0 || !tap.bytes(p.conn, r, p.from) {
			p.skipped += int64(len(read))
			p.conn.skipped[p.dir].Add(uint64(len(read)))
		}
	}
	p.conn.writing[p.dir].Store(true)
	_, err := p.dst.Write(written)
	p.conn.writing[p.dir].Store(false)
	if err != nil {
		return writeError{err}
	}
	return nil
}

// tell reports skipped bytes as soon as there is room, or at the end.
func (p *pump) tell(end bool) {
	if tap := p.proxy.tap; p.skipped > 0 && (end || tap.room()) {
		tap.held.Add(itemSize)
		tap.put(item{kind: itemSkipped, cost: itemSize, conn: p.conn, dir: p.dir, time: time.Now().UnixNano(), added: p.skipped})
		p.skipped = 0
	}
}

// writeError is of the side that bytes go to.
type writeError struct{ error }

func (e writeError) Unwrap() error { return e.error }
