package capture

import (
	"errors"
	"io"
	"sync/atomic"

	"github.com/mqsniff/mqsniff/capture/pcapfile"
	"github.com/mqsniff/mqsniff/capture/tcp"
	"github.com/mqsniff/mqsniff/session"
)

// Parts tells what the bytes of one direction are part of. It sees each of them once, in their order.
type Parts interface {
	// Next says of how many bytes at the beginning of b, at least one, the same is true: that they are of a message's body,
	// or the value of a credential. b is not empty.
	Next(b []byte) (n int, body, secret bool)
	// Skip says that n bytes, which nobody saw, are between those before and those to come.
	Skip(n int64)
}

// RelayedOptions say where what was relayed goes, and what of it. With the zero value nothing is kept.
type RelayedOptions struct {
	// Record says where. The interface "upstream" is only recorded with a Path: nothing is read again from it.
	Record RecordOptions
	// HeadersOnly leaves out bodies, as a snap length would.
	HeadersOnly bool
	// Redact writes zeros in place of bodies, and stars in place of the values of credentials.
	Redact bool
	// Parts makes the follower of one direction. HeadersOnly and Redact need it.
	Parts func() Parts
}

// RelayedStats counts what was recorded.
type RelayedStats struct {
	Packets uint64 // of both interfaces
	Bytes   uint64 // captured bytes, headers included, also of those that were refused
	Refused uint64 // packets that did not get into the file that was asked for
	File    string // that packets got into last; "": none
	Stopped string // why packets get into no file at the moment, in a few words; "": they do, or none was asked for
}

// The interfaces of a proxy's recording.
const (
	clientSide = iota
	upstreamSide
)

var relayedInterfaces = []pcapfile.Interface{
	clientSide:   {Name: "client", Description: "between the clients and the proxy", Link: linkRaw},
	upstreamSide: {Name: "upstream", Description: "between the proxy and the servers", Link: linkRaw},
}

// Relayed is a recording of what a proxy relayed: two TCP connections for each that goes through it, with their real
// addresses, ports and times; sequence numbers, acknowledgments, and how bytes are cut into packets are made up. TLS that the
// proxy ended is there in the clear. It implements session.Source, for which Endpoints and Direction do not matter. Its other
// methods, and those of its Flows, are for one goroutine, but for Stats.
type Relayed struct {
	o         RelayedOptions
	recording *recording // nil: nothing is kept
	segment   segment
	masked    []byte // what is recorded of a payload that is not recorded as it is

	number    uint32 // initial sequence number of the latest direction
	id        uint16 // of the latest IPv4 packet
	count     [2]pcapfile.Statistics
	accounted bool // count was written
	packets   atomic.Uint64
	bytes     atomic.Uint64
}

// NewRelayed makes the file. The error is one line that names the path and the remedy.
func NewRelayed(o RelayedOptions) (*Relayed, error) {
	if (o.HeadersOnly || o.Redact) && o.Parts == nil {
		return nil, errors.New("bodies can be left out only by somebody who finds them: Parts is missing")
	}
	r := &Relayed{o: o, number: 0x6d715f00}
	if o.Record.Path == "" && o.Record.Spool == 0 {
		return r, nil
	}
	var err error
	r.recording, err = newRecording(o.Record, relayedInterfaces)
	return r, err
}

// Flush makes what was recorded so far survive the end of the program. It belongs where there is nothing else to do, and is
// called from time to time where there is always something: a file's age is looked at here.
func (r *Relayed) Flush() {
	if r.recording != nil {
		r.recording.flush()
	}
}

// Stats returns the counts so far. It may be called from any goroutine.
func (r *Relayed) Stats() RelayedStats {
	s := RelayedStats{Packets: r.packets.Load(), Bytes: r.bytes.Load()}
	if r.recording != nil {
		s.Refused, s.File, s.Stopped = r.recording.refusedPackets(), r.recording.latest(), r.recording.whyStopped()
		s.Packets -= min(s.Refused, s.Packets)
	}
	return s
}

// ReadAgain implements session.Source. It may be called from any goroutine. The error is ErrNotKept when nothing was kept,
// and ErrOverwritten when that is over.
func (r *Relayed) ReadAgain(dst []byte, ref session.Ref, _ session.Endpoints, _ session.Direction, n int) ([]byte, error) {
	if r.recording == nil {
		return dst, ErrNotKept
	}
	var e session.Endpoints
	if span := int64(ref.Span); span > 0 && ref.Offset >= 0 && n > 0 {
		// An event's first packet says between whom it went: the event's own connection is between the client and the
		// server, that of its packets between the client and the proxy.
		var p pcapfile.Packet
		var g tcp.Segment
		if err := r.recording.resume(ref.Offset, min(span, 128<<10)).Next(&p); err != nil {
			return dst, err
		}
		if decode(&p, &g) != isTCP {
			return dst, ErrNotKept
		}
		e = session.Endpoints{Client: g.Src.AddrPort(), Server: g.Dst.AddrPort()}
	}
	return r.recording.again(dst, ref, e, session.ClientToServer, n)
}

// Close ends the recording as it should end, and removes temporary copies. ReadAgain does not work any more.
func (r *Relayed) Close() error {
	if r.recording == nil {
		return nil
	}
	if !r.accounted {
		r.accounted = true
		for i := range r.count {
			s := r.count[i]
			s.Time = s.End
			r.recording.statistics(i, s) // does not fail: the interface is there
		}
	}
	return r.recording.close()
}

// record takes the packet in r.segment. original is its length with what was left out. The Packet's places are set.
func (r *Relayed) record(side int, t int64, original int, o pcapfile.PacketOptions) pcapfile.Packet {
	p := pcapfile.Packet{Data: r.segment.bytes, Time: t, Original: original}
	if err := r.recording.packet(side, &p, o); err != nil {
		p.Offset, p.Record, p.RecordLen = -1, -1, 0 // cannot be: no packet is that large
		return p
	}
	r.packets.Add(1)
	r.bytes.Add(uint64(len(p.Data)))
	s := &r.count[side]
	s.Received++
	if s.Start == 0 || t < s.Start {
		s.Start = t
	}
	s.End = max(s.End, t)
	return p
}

const numberStep = 0x9e3779b9 // 2^32 over the golden ratio

// initial is the sequence number that the next direction begins with. They lie far apart, so that a packet of another
// connection on the same addresses and ports is never taken for one of this.
func (r *Relayed) initial() uint32 {
	r.number += numberStep
	return r.number
}

var _ session.Source = (*Relayed)(nil)
var _ io.Closer = (*Relayed)(nil)
