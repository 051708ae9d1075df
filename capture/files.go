package capture

import (
	"container/heap"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"

	"github.com/mqsniff/mqsniff/capture/pcapfile"
	"github.com/mqsniff/mqsniff/capture/tcp"
)

// Options say how to read. The zero value reads finished files.
type Options struct {
	// Follow waits at the end of a regular file for more. Several growing files are still merged by time, so each waits for
	// the next packet of all others.
	Follow bool
	// NoSpool leaves out the temporary copy of compressed files and pipes, so ReadAgain fails for them.
	NoSpool bool
	// BeforeRead is called before each read of a file, which may take long, in the goroutine of Open or Run: the place to
	// write out what was collected. nil: nothing.
	BeforeRead func()
	// Side is what is read of a recording that a proxy made: ClientSide, UpstreamSide, or NoSide for both.
	Side pcapfile.Side
	TCP  tcp.Options
}

// Files are capture files that are read as one, packets in the order of their times. It implements session.Source;
// session.Ref.Source counts the files from 0.
type Files struct {
	inputs  []*input
	options Options
	tracker *tcp.Tracker
	tally   tally // of the goroutine that runs

	mu        sync.Mutex // for what follows, and for input.reader and input.again
	published Stats
	warnings  []string
	unknown   []unknownLink
}

// maxFiles is what session.Ref.Source can number.
const maxFiles = 1 << 16

// Open opens capture files: pcap or pcapng, also compressed by gzip, zstd or LZ4. "-" is standard input. The headers of
// finished files are read at once, those of pipes and growing files by Run. The error names the file and the remedy.
func Open(paths []string, o Options) (*Files, error) {
	if len(paths) > maxFiles {
		return nil, fmt.Errorf("%d capture files: not more than %d at a time, merge some with mergecap", len(paths), maxFiles)
	}
	f := &Files{options: o}
	for i, path := range paths {
		in, err := openInput(path, uint16(i), o.Follow)
		if err == nil {
			f.inputs = append(f.inputs, in)
			if in.regular && !o.Follow {
				err = f.start(context.Background(), in)
			}
		}
		if err != nil {
			f.Close()
			return nil, err
		}
	}
	return f, nil
}

// Close closes the files and removes temporary copies. Run must have ended, and ReadAgain does not work any more.
func (f *Files) Close() error {
	var errs []error
	for _, in := range f.inputs {
		errs = append(errs, in.close())
	}
	return errors.Join(errs...)
}

// Run reads all packets and feeds the connections that open makes. It ends at the end of the files, or after the current
// packet when ctx is done, with nil in both cases: what was left unread for damage is in Warnings. It fails only before the
// first packet, when a file is no capture. It may be called once.
func (f *Files) Run(ctx context.Context, open tcp.Opener) error {
	f.tracker = tcp.NewTracker(f.options.TCP, open)
	defer f.publish()
	var stop atomic.Bool
	defer context.AfterFunc(ctx, func() { stop.Store(true) })()
	var q queue
	for _, in := range f.inputs {
		if in.reader == nil {
			if err := f.start(ctx, in); err != nil {
				if ctx.Err() != nil {
					return nil
				}
				return err
			}
		}
	}
	for _, in := range f.inputs {
		if f.advance(ctx, in) {
			q = append(q, in)
		}
	}
	heap.Init(&q)
	var g tcp.Segment
	for len(q) > 0 && !stop.Load() {
		in := q[0]
		f.packet(in, &g)
		if !f.advance(ctx, in) {
			heap.Pop(&q)
		} else if len(q) > 1 {
			heap.Fix(&q, 0)
		}
	}
	f.tracker.End()
	return nil
}

// packet takes the packet at the head of in.
func (f *Files) packet(in *input, g *tcp.Segment) {
	if p := &in.head; p.Side != f.options.Side && p.Side != pcapfile.NoSide && f.options.Side != pcapfile.NoSide {
		f.tally.stats.OtherSide++
		return
	}
	if !f.tally.packet(&in.head, g) {
		return
	}
	g.Source = in.number
	if !in.kept() {
		g.Offset = -1
	}
	f.tracker.Segment(g)
}

// advance reads in's next packet. At its end it returns false.
func (f *Files) advance(ctx context.Context, in *input) bool {
	err := in.reader.Next(&in.head)
	if in.spool != nil && in.spool.err != nil && !in.spool.told {
		in.spool.told = true
		f.warn("%s: no temporary copy from here on, so frames cannot be opened again: %v", in.name(), in.spool.err)
	}
	if err == nil {
		return true
	}
	var e *pcapfile.Error
	if errors.As(err, &e) && ctx.Err() == nil {
		f.warn("%s: %v; what comes before was read", in.name(), e)
	}
	return false
}

// queue orders files by the time of their next packet, then by number.
type queue []*input

func (q queue) Len() int { return len(q) }
func (q queue) Less(i, j int) bool {
	a, b := q[i], q[j]
	return a.head.Time < b.head.Time || a.head.Time == b.head.Time && a.number < b.number
}
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(x any)   { *q = append(*q, x.(*input)) }
func (q *queue) Pop() any {
	old := *q
	in := old[len(old)-1]
	old[len(old)-1] = nil
	*q = old[:len(old)-1]
	return in
}

// start reads the header of in's file.
func (f *Files) start(ctx context.Context, in *input) error {
	src, again, err := in.source(ctx, f.options)
	if err == nil {
		// Many files share the memory for buffers.
		size := max(64<<10, min(pcapfile.BufferSize, 32<<20/len(f.inputs)))
		var r *pcapfile.Reader
		if r, err = pcapfile.NewReader(&watched{src, f.beforeRead}, size); err == nil {
			f.mu.Lock()
			defer f.mu.Unlock()
			in.reader, in.again, in.first = r, again, r.Offset()
			return nil
		}
	}
	if errors.Is(err, pcapfile.ErrNotCapture) && in.read.Load() == 0 {
		return fmt.Errorf("%s: the file is empty: nothing was captured into it", in.name())
	}
	if errors.Is(err, pcapfile.ErrNotCapture) {
		return fmt.Errorf("%s: %w: write one with tcpdump -w, dumpcap or Wireshark; .gz, .zst and .lz4 are read too", in.name(), err)
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("%s: the compressed file was cut off before its first packet", in.name())
	}
	return fmt.Errorf("%s: cannot be read: %w", in.name(), err)
}

func (f *Files) beforeRead() {
	f.publish()
	if f.options.BeforeRead != nil {
		f.options.BeforeRead()
	}
}

// watched calls a function before each read, in the reading goroutine: the place to show how far it is, as the read may
// take long.
type watched struct {
	io.Reader
	before func()
}

func (w *watched) Read(p []byte) (int, error) {
	w.before()
	return w.Reader.Read(p)
}
