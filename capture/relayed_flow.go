package capture

import (
	"net/netip"

	"github.com/mqsniff/mqsniff/capture/pcapfile"
	"github.com/mqsniff/mqsniff/capture/tcp"
	"github.com/mqsniff/mqsniff/session"
)

// Legs are the two TCP connections that make a relayed one.
type Legs struct {
	Client, Listener netip.AddrPort // the client's side: its address, and the proxy's
	Local, Upstream  netip.AddrPort // the upstream's side: the proxy's address, and the server's
}

// Flow is one relayed connection in the recording.
type Flow struct {
	relayed *Relayed
	legs    [2]leg
	comment string
}

// leg is one of a Flow's two TCP connections. Directions are those of the flow, so the sender of ClientToServer is on the
// client's side of each leg.
type leg struct {
	recorded bool
	side     int
	header   [2]*header
	parts    [2]Parts // nil: everything is recorded
	seq      [2]uint32
	waiting  [2]int // segments since the other end said something
}

// Open begins a connection at time t, in ns. note becomes a comment of its first packets. It is a text for people, and may
// have bytes from outside.
func (r *Relayed) Open(t int64, l Legs, note string) *Flow {
	f := r.flow(l)
	for i := range f.legs {
		g := &f.legs[i]
		if !g.recorded {
			continue
		}
		f.comment = note
		f.control(g, t, session.ClientToServer, tcp.SYN)
		f.control(g, t, session.ServerToClient, tcp.SYN|tcp.ACK)
		f.control(g, t, session.ClientToServer, tcp.ACK)
	}
	return f
}

// Join begins in the middle of a connection: there is no handshake, and the next bytes may be of the middle of a frame. note
// becomes a comment of the next packets.
func (r *Relayed) Join(l Legs, note string) *Flow {
	f := r.flow(l)
	for i := range f.legs {
		for _, p := range f.legs[i].parts {
			if p != nil {
				p.Skip(1) // at least: nobody knows what was before
			}
		}
	}
	f.comment = note
	return f
}

func (r *Relayed) flow(l Legs) *Flow {
	f := &Flow{relayed: r}
	ends := [2][2]netip.AddrPort{clientSide: {l.Client, l.Listener}, upstreamSide: {l.Local, l.Upstream}}
	for i := range f.legs {
		g := &f.legs[i]
		g.side = i
		g.recorded = r.recording != nil && (i == clientSide || r.o.Record.Path != "")
		if !g.recorded {
			continue
		}
		for dir := range g.header {
			g.header[dir] = newHeader(ends[i][dir], ends[i][1-dir])
			g.seq[dir] = r.initial()
			if r.o.HeadersOnly || r.o.Redact {
				g.parts[dir] = r.o.Parts()
			}
		}
	}
	return f
}

// Comment gives the next bytes, or whatever is next, a comment: in the next call of f it goes with the first packet of each
// leg. It is a text for people, and may have bytes from outside.
func (f *Flow) Comment(text string) { f.comment = text }

// Bytes records the next bytes of a direction: read at time t, and written added ns later. They differ when they were changed
// on their way, and one may be empty: nothing was written of what was read, or what was written was read nowhere. Of those
// on the client's side deliver gets chunks, with the time they were there and the place where they can be read again. It
// does not keep its slices.
func (f *Flow) Bytes(t, added int64, dir session.Direction, read, written []byte, deliver func(session.Chunk)) {
	client, upstream := &f.legs[clientSide], &f.legs[upstreamSide]
	comment := f.comment
	if dir == session.ClientToServer {
		f.send(client, t, dir, read, deliver)
		f.comment = comment
		f.send(upstream, t+added, dir, written, nil)
	} else {
		f.send(upstream, t, dir, read, nil)
		f.comment = comment
		f.send(client, t+added, dir, written, deliver)
	}
	f.comment = ""
}

// Gap says that the next n bytes of a direction were relayed, but not seen. They count as sent, and are in packets of which
// nothing was captured.
func (f *Flow) Gap(t int64, dir session.Direction, n int64) {
	comment := f.comment
	for i := range f.legs {
		g := &f.legs[i]
		if !g.recorded {
			continue
		}
		f.comment = comment
		if p := g.parts[dir]; p != nil && n > 0 {
			p.Skip(n)
		}
		for left := n; left > 0; {
			m := int(min(left, maxSegment))
			f.data(g, t, dir, nil, m)
			left -= int64(m)
		}
		f.control(g, t, dir.Reverse(), tcp.ACK) // so that nobody waits for them
	}
	f.comment = ""
}

// Close ends the connection. dir is the direction that did it. No call for f may follow.
func (f *Flow) Close(t int64, dir session.Direction, why session.CloseReason) {
	comment := f.comment
	for i := range f.legs {
		g := &f.legs[i]
		if !g.recorded {
			continue
		}
		f.comment = comment
		if why != session.CloseFIN {
			f.control(g, t, dir, tcp.RST|tcp.ACK)
			continue
		}
		f.control(g, t, dir, tcp.FIN|tcp.ACK)
		f.control(g, t, dir.Reverse(), tcp.FIN|tcp.ACK)
		f.control(g, t, dir, tcp.ACK)
	}
	f.comment = ""
}

// send records bytes of a leg, cut into segments.
func (f *Flow) send(g *leg, t int64, dir session.Direction, b []byte, deliver func(session.Chunk)) {
	if !g.recorded {
		if deliver != nil && len(b) > 0 {
			deliver(session.Chunk{Bytes: b, Time: t, Offset: -1, Record: -1})
		}
		return
	}
	for len(b) > 0 {
		n := min(len(b), maxSegment)
		kept := b[:n]
		if g.parts[dir] != nil {
			kept, n = f.relayed.mask(g.parts[dir], b[:n])
		}
		seq := g.seq[dir]
		offset, record, length := f.data(g, t, dir, kept, n-len(kept))
		if deliver != nil {
			c := session.Chunk{Time: t, Offset: offset, Record: record, RecordLen: length, Seq: seq}
			if k := len(kept); k > 0 {
				c.Bytes = b[:k:k]
				deliver(c)
			}
			if len(kept) < n { // these are in no file, but their frame is, in this packet and in others
				c.Bytes, c.Offset, c.Seq = b[len(kept):n:n], -1, seq+uint32(len(kept))
				deliver(c)
			}
		}
		b = b[n:]
	}
}

// mask makes what is recorded of the bytes of one segment, of which b has at least one: kept is that of b[:n], without
// what is left out at its end.
func (r *Relayed) mask(parts Parts, b []byte) (kept []byte, n int) {
	r.masked = r.masked[:0]
	for n < len(b) {
		m, body, secret := parts.Next(b[n:])
		m = max(1, min(m, len(b)-n))
		run := b[n : n+m]
		n += m
		switch at := len(r.masked); {
		case body && r.o.HeadersOnly: // what follows needs a segment of its own
			return r.masked, n
		case body && r.o.Redact:
			r.masked = append(r.masked, run...)
			clear(r.masked[at:])
		case secret && r.o.Redact:
			r.masked = append(r.masked, run...)
			for i := range r.masked[at:] {
				r.masked[at+i] = '*'
			}
		default:
			r.masked = append(r.masked, run...)
		}
	}
	return r.masked, n
}

// unheard is how many segments one end sends until the other acknowledges them with a packet of its own: a fraction of the
// window.
const unheard = 256

// data records one segment, with missing bytes that are not captured behind its payload. It returns the places of
// session.Chunk.
func (f *Flow) data(g *leg, t int64, dir session.Direction, payload []byte, missing int) (offset, record int64, length uint32) {
	r := f.relayed
	r.id++
	at := r.segment.make(g.header[dir], tcp.PSH|tcp.ACK, g.seq[dir], g.seq[dir.Reverse()], r.id, payload, missing)
	p := r.record(g.side, t, at+len(payload)+missing, f.options(g, dir))
	g.seq[dir] += uint32(len(payload) + missing)
	g.waiting[dir.Reverse()] = 0
	if g.waiting[dir]++; g.waiting[dir] == unheard {
		f.control(g, t, dir.Reverse(), tcp.ACK)
	}
	if p.Offset >= 0 {
		p.Offset += int64(at)
	}
	return p.Offset, p.Record, p.RecordLen
}

// options says of the next packet which way it went through the proxy's interface, and takes the comment.
func (f *Flow) options(g *leg, dir session.Direction) pcapfile.PacketOptions {
	o := pcapfile.PacketOptions{Direction: pcapfile.Inbound, Comment: f.comment}
	if (dir == session.ClientToServer) != (g.side == clientSide) {
		o.Direction = pcapfile.Outbound
	}
	f.comment = ""
	return o
}

// control records a segment without payload.
func (f *Flow) control(g *leg, t int64, dir session.Direction, flags uint8) {
	r := f.relayed
	ack := g.seq[dir.Reverse()]
	if flags&tcp.ACK == 0 {
		ack = 0
	}
	r.id++
	r.segment.make(g.header[dir], flags, g.seq[dir], ack, r.id, nil, 0)
	r.record(g.side, t, len(r.segment.bytes), f.options(g, dir))
	if flags&(tcp.SYN|tcp.FIN) != 0 {
		g.seq[dir]++
	}
	g.waiting[dir.Reverse()] = 0
}
