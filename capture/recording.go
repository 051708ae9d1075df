package capture

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/mqsniff/mqsniff/capture/pcapfile"
)

// RecordOptions say where live packets go. With the zero value they go nowhere, and cannot be read again.
type RecordOptions struct {
	// Path is the pcapng file to write. "": none. "-": standard output. What is there is overwritten. A file that is made
	// can be read and written by its owner alone: traffic has secrets.
	Path string
	// MaxSize, in bytes as they lie in the file, and MaxAge begin another file. A file gets larger than MaxSize by its
	// closing statistics, by one packet if that is larger, and where compressed by what is being compressed. Age is looked
	// at by flush; a file without packets begins to age again. 0: never. Names are then as dumpcap makes them:
	// NAME_00001_20261123142530.pcapng, in local time.
	MaxSize int64
	MaxAge  time.Duration
	// MaxFiles is how many of these files are kept; the oldest is deleted. 0: all.
	MaxFiles int
	// Compress writes a zstd stream. It is implied by a Path that ends in .zst.
	Compress bool
	// Spool is how many bytes of packets a temporary file holds, from which they are read again where the recording
	// cannot be read: without Path, compressed, to a pipe, or when the disk is full. The file has no name, so nothing stays
	// however the program ends. When a live capture without Path is behind its packets, they are left out of it. 0: none.
	Spool int64
	// Alone says that the packets are taken for the file only: a live capture ends when it cannot be written. Otherwise it
	// ends only when nobody reads the standard output any more.
	Alone bool
	// Section tells who wrote the file.
	Section pcapfile.Section
	// Notice gets one line when the recording must stop while the capture goes on, and one when it goes on in another file. It
	// is called by any of the recording's methods and must not call them. Paths are not sanitised. nil: nobody is told.
	Notice func(string)
}

func (o *RecordOptions) rotates() bool { return o.MaxSize > 0 || o.MaxAge > 0 }

// recording is where live packets go: to the file that was asked for, and to where they can be read again. All packets make
// one stream of pcapng bytes, of which each rotated file is a section; an offset in this stream never changes its meaning.
//
//	packet ─> pcapfile.Writer ─> Write ─┬─> recordFile (one after the other)
//	                                    └─> ring (the latest bytes, in a file without a name)
//
// Its methods may be called from any goroutine. What cannot be written is counted, and stops a capture only if nobody else
// looks at it.
type recording struct {
	o RecordOptions

	mu      sync.Mutex
	w       *pcapfile.Writer
	end     int64         // offset up to which the stream went to the outputs; the rest is in w's buffer
	file    *recordFile   // being written; nil: none
	files   []*recordFile // oldest first, the current one included: what can be read again, or is to be deleted
	number  int           // of files begun
	ring    *ring         // nil: none
	pending uint64        // packets that are lost if the next write fails
	gone    error         // why the capture need not go on
	stopped error         // why there is no file, although one was asked for; nil: there is, or the recording is over
	tried   time.Time     // when a file was last tried, while stopped
	refused uint64
	told    uint64 // of refused: those that a line was about
	stats   []ifaceStats
	closed  bool
}

// ifaceStats are the latest statistics of an interface.
type ifaceStats struct {
	pcapfile.Statistics
	given   bool
	written bool // to the current file
}

// newRecording makes the first file. The error names the path and the remedy.
func newRecording(o RecordOptions, interfaces []pcapfile.Interface) (*recording, error) {
	switch {
	case o.MaxFiles > 0 && !o.rotates():
		return nil, errors.New("a number of files to keep goes with a size or an age of each")
	case o.Path == "-" && o.rotates():
		return nil, errors.New("standard output cannot be rotated: name a file to write to")
	}
	o.Compress = o.Compress || strings.HasSuffix(o.Path, ".zst")
	r := &recording{o: o}
	r.w = pcapfile.NewWriter(r, o.Section)
	for _, f := range interfaces {
		if _, err := r.addInterface(f); err != nil {
			return nil, err
		}
	}
	if o.Path != "" {
		if err := r.begin(); err != nil {
			return nil, err
		}
	}
	if r.file == nil || !r.file.readable() {
		if err := r.beginRing(); err != nil {
			return nil, errors.Join(err, r.close())
		}
	}
	return r, nil
}

// addInterface describes one more interface, also between packets. It returns its number.
func (r *recording) addInterface(f pcapfile.Interface) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	n, err := r.w.AddInterface(f)
	if err == nil {
		r.stats = append(r.stats, ifaceStats{})
	}
	return n, err
}

// packet takes a packet and sets where it can be read again: p.Offset, p.Record and p.RecordLen. Offset and Record are -1
// when nothing is kept of it. p.Data is copied. The error is about the packet, never about a disk.
func (r *recording) packet(iface int, p *pcapfile.Packet, o pcapfile.PacketOptions) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if f := r.file; f != nil && r.o.MaxSize > 0 && f.packets > 0 && f.size(r.w.Offset())+int64(len(p.Data))+64 > r.o.MaxSize {
		r.rotate()
	}
	if r.file != nil || r.ring.works() {
		if err := r.w.Packet(iface, p, o); err != nil {
			return err
		}
	}
	if r.file != nil {
		r.file.packets++
		r.pending++
	} else if r.o.Path != "" {
		r.refused++
	}
	if !r.file.readable() && !r.ring.works() {
		p.Offset, p.Record, p.RecordLen = -1, -1, 0
	}
	return nil
}

// statistics writes the counts of an interface. The latest are written again at the end of each file.
func (r *recording) statistics(iface int, s pcapfile.Statistics) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.w.Statistics(iface, s); err != nil {
		return err
	}
	r.stats[iface] = ifaceStats{Statistics: s, given: true, written: true}
	return nil
}

// flush makes what was taken so far survive the end of the program, though not that of the machine. It belongs behind each
// batch of packets, and where none come it is called from time to time: a file's age is looked at here.
func (r *recording) flush() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if f := r.file; f != nil && r.o.MaxAge > 0 {
		if now := time.Now(); now.Sub(f.begun) >= r.o.MaxAge {
			f.begun = now
			if f.packets > 0 {
				r.rotate()
			}
		}
	}
	r.flushFile()
	if r.triesAgain(time.Now()) {
		r.restart() // if it cannot, that was said
	}
}

// flushFile hands on what was taken, with mu held.
func (r *recording) flushFile() {
	r.w.Flush() // does not fail: Write does not
	if f := r.file; f != nil {
		if err := f.flush(); err != nil {
			r.fail(err)
			return
		}
		r.pending = 0
	}
}

// refusedPackets is how many packets did not get into the file that was asked for.
func (r *recording) refusedPackets() uint64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.refused
}

// finish ends the file as it should end. Packets are refused from here on; those taken can still be read again.
func (r *recording) finish() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.finishLocked()
}

func (r *recording) finishLocked() error {
	err := r.endFile()
	r.w.Flush()
	r.file, r.stopped = nil, nil
	if r.ring != nil {
		r.ring.ended = true
	}
	return err
}

// close finishes, and nothing can be read again.
func (r *recording) close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil
	}
	r.closed = true
	errs := []error{r.finishLocked()}
	for _, f := range r.files {
		errs = append(errs, f.close())
	}
	if r.ring != nil {
		errs = append(errs, r.ring.close())
	}
	return errors.Join(errs...)
}

// Write takes whole blocks from the Writer, with mu held. It does not fail: an output that does is given up.
func (r *recording) Write(p []byte) (int, error) {
	if r.file != nil {
		if err := r.file.write(p); err != nil {
			r.fail(err)
		} else if r.file.zip == nil {
			r.pending = 0
		}
	}
	if r.ring.works() {
		if err := r.ring.write(p, r.end); err != nil {
			r.notice("no temporary copy from here on, so frames cannot be opened again: %v", cause(err))
		}
	}
	r.end += int64(len(p))
	return len(p), nil
}

// abandoned is why the capture need not go on: nobody takes the packets any more. nil: it goes on.
func (r *recording) abandoned() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.gone
}

// fail gives up the file, with mu held.
func (r *recording) fail(err error) {
	name := r.file.name()
	r.file.giveUp()
	r.refused += r.pending - r.file.rescued
	r.file = nil
	r.pending = 0
	if r.o.Path == "-" && errors.Is(err, syscall.EPIPE) {
		r.gone = fmt.Errorf("%s: %w", name, err)
	}
	r.stop(fmt.Errorf("%s: recording stopped: %w", name, cause(err)))
}

// stop is for a recording without a file from here on, with mu held.
func (r *recording) stop(why error) {
	said := r.stopped != nil
	switch {
	case r.gone != nil:
	case r.o.Alone:
		r.gone = why
	default:
		r.stopped, r.tried = innermost(why), time.Now()
	}
	if said {
		return
	}
	if r.stopped != nil {
		r.notice("%v; the capture goes on without it%s", why, r.remedy())
	}
	if err := r.beginRing(); err != nil {
		r.notice("%v", err)
	}
}

// beginRing begins to keep the latest packets, from the end of what was written so far.
func (r *recording) beginRing() (err error) {
	if r.ring == nil && r.o.Spool > 0 {
		r.ring, err = newRing(r.o.Spool, ringMemory, r.end)
	}
	return err
}

func (r *recording) notice(format string, a ...any) {
	if r.o.Notice != nil {
		r.o.Notice(fmt.Sprintf(format, a...))
	}
}

// cause is err without the call and the path, which stand in the line already.
func cause(err error) error {
	var e *os.PathError
	if errors.As(err, &e) {
		return e.Err
	}
	return err
}

var _ io.ReaderAt = (*recording)(nil)
