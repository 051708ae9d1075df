package capture

import (
	"fmt"

	"github.com/mqsniff/mqsniff/capture/pcapfile"
	"github.com/mqsniff/mqsniff/capture/tcp"
)

// Stats counts what was read so far.
type Stats struct {
	Packets     uint64
	Bytes       uint64 // captured bytes of the packets, link layer included
	TCPPackets  uint64
	Other       uint64 // packets without TCP
	Fragments   uint64 // IP fragments of TCP, which are not put together
	Malformed   uint64 // packets whose headers are cut or contradict themselves
	UnknownLink uint64 // packets of link types that are not read
	Cut         uint64 // packets cut by the snap length
	Drops       uint64 // packets that the capturing machine says it lost, or that were lost in live capture
	Freezes     uint64 // live capture: how often a ring was full
	Unrecorded  uint64 // live capture: packets that did not get into the file that was asked for
	OtherSide   uint64 // packets of a proxy's other side, which are not read (Options.Side); not counted in the others
	LeftOut     uint64 // packets of a proxy's recording that it made without some of their bytes
	First, Last int64  // earliest and latest packet time, ns since 1970; 0 without packets

	TCP tcp.Stats
}

// add makes s the counts of both.
func (s *Stats) add(o *Stats) {
	if s.First == 0 || o.First != 0 && o.First < s.First {
		s.First = o.First
	}
	s.Last = max(s.Last, o.Last)
	s.Packets += o.Packets
	s.Bytes += o.Bytes
	s.TCPPackets += o.TCPPackets
	s.Other += o.Other
	s.Fragments += o.Fragments
	s.Malformed += o.Malformed
	s.UnknownLink += o.UnknownLink
	s.Cut += o.Cut
	s.Drops += o.Drops
	s.Freezes += o.Freezes
	s.Unrecorded += o.Unrecorded
	s.OtherSide += o.OtherSide
	s.LeftOut += o.LeftOut
	s.TCP.Segments += o.TCP.Segments
	s.TCP.Connections += o.TCP.Connections
	s.TCP.Evicted += o.TCP.Evicted
	s.TCP.OutOfOrder += o.TCP.OutOfOrder
	s.TCP.Retransmitted += o.TCP.Retransmitted
	s.TCP.KeepAlives += o.TCP.KeepAlives
	s.TCP.Conflicts += o.TCP.Conflicts
	s.TCP.Gaps += o.TCP.Gaps
	s.TCP.GapBytes += o.TCP.GapBytes
	s.TCP.Forced += o.TCP.Forced
}

// Stats returns the counts so far. It may be called from any goroutine; the counts are those of the latest read from a
// file.
func (f *Files) Stats() Stats {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.published
}

// Progress is how many bytes of the files, as they lie there, have been read, and of how many. total is negative where
// that is unknown: standard input, pipes, growing files. It may be called from any goroutine.
func (f *Files) Progress() (done, total int64) {
	for _, in := range f.inputs {
		done += in.read.Load()
		if in.size < 0 || total < 0 {
			total = -1
		} else {
			total += in.size
		}
	}
	return done, total
}

// Comment is a text that a capture's writer put into it. It is not sanitised.
type Comment struct {
	Path string
	pcapfile.Comment
}

// Comments returns the comments met so far, at most 1024 of a file. It may be called from any goroutine.
func (f *Files) Comments() []Comment {
	var all []Comment
	for i, in := range f.inputs {
		if r, _, _ := f.place(i); r != nil {
			for _, c := range r.Comments() {
				all = append(all, Comment{in.name(), c})
			}
		}
	}
	return all
}

// Warnings returns one line for each thing that kept packets from being read: a file that ends inside a packet, damage,
// fragments, unknown link types. Paths in them are not sanitised. It may be called from any goroutine.
func (f *Files) Warnings() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	w := append([]string(nil), f.warnings...)
	w = append(w, f.published.warnings(f.unknown)...)
	s := &f.published
	if s.Cut > 0 {
		w = append(w, fmt.Sprintf("%s cut by the snap length: capture with -s 0", count(s.Cut, "packet")))
	}
	if s.LeftOut > 0 {
		w = append(w, fmt.Sprintf("%s recorded by a proxy without bytes that it left out or did not get to see", count(s.LeftOut, "packet")))
	}
	if s.Drops > 0 {
		w = append(w, fmt.Sprintf("%s lost by the capturing machine, it says", count(s.Drops, "packet")))
	}
	return w
}

// warnings are the lines about packets that came, but were not read.
func (s *Stats) warnings(unknown []unknownLink) (w []string) {
	for _, l := range unknown {
		line := fmt.Sprintf("%s not read: %s", count(l.packets, "packet"), linkName(l.link))
		if l.link != pcapfile.NoInterface {
			line += "; Ethernet, Linux cooked, loopback and raw IP are read"
		}
		w = append(w, line)
	}
	if s.Fragments > 0 {
		w = append(w, fmt.Sprintf("%s not put together: their bytes are missing", count(s.Fragments, "IP fragment")))
	}
	if s.Malformed > 0 {
		w = append(w, fmt.Sprintf("%s not read: IP or TCP headers are cut or contradict themselves", count(s.Malformed, "packet")))
	}
	return w
}

func count(n uint64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// unknownLink counts packets of one link type.
type unknownLink struct {
	link    uint32
	packets uint64
}

// maxUnknown bounds the link types that are named.
const maxUnknown = 32

// tally counts the packets that one goroutine takes.
type tally struct {
	stats   Stats
	unknown []unknownLink
}

// packet counts p. If it is a TCP segment, that is in g, but for g.Source.
func (t *tally) packet(p *pcapfile.Packet, g *tcp.Segment) (segment bool) {
	s := &t.stats
	s.Packets++
	s.Bytes += uint64(len(p.Data))
	if p.Original > len(p.Data) {
		if p.Side == pcapfile.NoSide {
			s.Cut++
		} else {
			s.LeftOut++
		}
	}
	if p.Time != 0 { // a Simple Packet Block has none
		if s.First == 0 {
			s.First, s.Last = p.Time, p.Time
		}
		s.First, s.Last = min(s.First, p.Time), max(s.Last, p.Time)
	}
	switch decode(p, g) {
	case isTCP:
		s.TCPPackets++
		return true
	case isOther:
		s.Other++
	case isFragment:
		s.Fragments++
	case isMalformed:
		s.Malformed++
	case isUnknownLink:
		s.UnknownLink++
		t.unknown = addUnknown(t.unknown, unknownLink{p.Link, 1})
	}
	return false
}

func addUnknown(all []unknownLink, l unknownLink) []unknownLink {
	for i := range all {
		if all[i].link == l.link {
			all[i].packets += l.packets
			return all
		}
	}
	if len(all) < maxUnknown {
		all = append(all, l)
	}
	return all
}

// publish makes the counts visible to other goroutines.
func (f *Files) publish() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.published = f.tally.stats
	f.unknown = append(f.unknown[:0], f.tally.unknown...)
	if f.tracker != nil {
		f.published.TCP = f.tracker.Stats()
	}
	for _, in := range f.inputs {
		if in.reader != nil {
			f.published.Drops += in.reader.Drops()
		}
	}
}

func (f *Files) warn(format string, a ...any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.warnings = append(f.warnings, fmt.Sprintf(format, a...))
}
