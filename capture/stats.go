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
	Drops       uint64 // packets that the capturing machine says it lost
	First, Last int64  // earliest and latest packet time, ns since 1970; 0 without packets

	TCP tcp.Stats
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
	for _, l := range f.unknown {
		line := fmt.Sprintf("%s not read: %s", count(l.packets, "packet"), linkName(l.link))
		if l.link != pcapfile.NoInterface {
			line += "; Ethernet, Linux cooked, loopback and raw IP are read"
		}
		w = append(w, line)
	}
	s := &f.published
	if s.Fragments > 0 {
		w = append(w, fmt.Sprintf("%s not put together: their bytes are missing", count(s.Fragments, "IP fragment")))
	}
	if s.Malformed > 0 {
		w = append(w, fmt.Sprintf("%s not read: IP or TCP headers are cut or contradict themselves", count(s.Malformed, "packet")))
	}
	if s.Cut > 0 {
		w = append(w, fmt.Sprintf("%s cut by the snap length: capture with -s 0", count(s.Cut, "packet")))
	}
	if s.Drops > 0 {
		w = append(w, fmt.Sprintf("%s lost by the capturing machine, it says", count(s.Drops, "packet")))
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

func (f *Files) countUnknown(link uint32) {
	f.stats.UnknownLink++
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := range f.unknown {
		if f.unknown[i].link == link {
			f.unknown[i].packets++
			return
		}
	}
	if len(f.unknown) < maxUnknown {
		f.unknown = append(f.unknown, unknownLink{link, 1})
	}
}

// publish makes the counts visible to other goroutines.
func (f *Files) publish() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.published = f.stats
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
