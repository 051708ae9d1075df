package capture

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/mqsniff/mqsniff/capture/afpacket"
	"github.com/mqsniff/mqsniff/capture/pcapfile"
	"github.com/mqsniff/mqsniff/capture/tcp"
	"github.com/mqsniff/mqsniff/session"
	"golang.org/x/net/bpf"
)

// ErrNotPermitted says that this process may not capture.
var ErrNotPermitted = afpacket.ErrNotPermitted

// Interface is a network interface.
type Interface = afpacket.Interface

// LiveOptions say what is captured and how. The zero value captures all packets of all interfaces.
type LiveOptions struct {
	Interfaces  []string // names, of different interfaces, or "any" alone; none: any
	Promiscuous bool     // take frames for other machines
	SnapLen     int      // bytes kept of each packet; 0: all
	Ring        int      // bytes of each ring; 0: 32 MiB
	Rings       int      // of each interface; 0: 1
	// Filter makes the kernel's program for a link type, see afpacket.Options. nil: everything.
	Filter     func(link uint32) ([]bpf.RawInstruction, error)
	FilterText string        // what Filter chooses, for the recording
	Record     RecordOptions // where packets go. Its Notice may be nil: Notice is taken
	// Notice gets one line when something happens to an interface or to the recording. It is called from any goroutine.
	// nil: nobody is told.
	Notice func(string)
	TCP    tcp.Options
}

// LiveHandlers receive what Run finds. Rings are numbered from 0. All calls about one ring come from one goroutine, those
// about several at the same time: what they share needs a lock. A connection belongs to one ring.
type LiveHandlers struct {
	// Open returns the opener of a ring's connections. It is called once for each, before its first packet.
	Open func(ring int) tcp.Opener
	// Tick is called after each batch of packets, with the time of the last, and at least every 100 ms while there are
	// none, with the clock's: the place to hand on what was collected. nil: nothing.
	Tick func(ring int, now int64)
	// Lost says that packets were lost after those that came, and before those that follow. t is when the next came, or
	// when the loss was found where none did. why is one line. nil: nothing.
	Lost func(ring int, t int64, packets uint64, why string)
}

// Live are the packets of network interfaces as they come. It implements session.Source; session.Ref.Source is 0.
type Live struct {
	o         LiveOptions
	rings     []*liveRing
	recording *recording // nil: bytes cannot be read again
	began     time.Time
	spared    sync.Once // said that packets are left out of the temporary copy
}

// packetRing is afpacket.Ring, whose documentation says what each method does, or what a test makes.
type packetRing interface {
	Link() uint32
	Wait(timeout time.Duration) error
	Next(*pcapfile.Packet) bool
	Lost() uint64
	Behind() bool
	Stats() afpacket.Stats
	SetFilter([]bpf.RawInstruction) error
	Stop() error
	Wake()
	Close() error
}

// OpenLive begins to capture: packets wait in the kernel until Run. It needs the privilege to capture, and the right to write
// the recording; Run needs neither. The error is one line that names the remedy; errors.Is ErrNotPermitted where that is it.
func OpenLive(o LiveOptions) (*Live, error) {
	if err := distinct(o.Interfaces); err != nil {
		return nil, err
	}
	return openLive(o, openRings)
}

func openLive(o LiveOptions, open func(name string, o *LiveOptions) ([]packetRing, error)) (*Live, error) {
	if len(o.Interfaces) == 0 {
		o.Interfaces = []string{afpacket.Any}
	}
	if o.Record.Notice == nil {
		o.Record.Notice = o.Notice
	}
	o.Interfaces = slices.Compact(slices.Sorted(slices.Values(o.Interfaces)))
	if len(o.Interfaces) > 1 && slices.Contains(o.Interfaces, afpacket.Any) {
		return nil, errors.New("any stands for all interfaces: leave out the others")
	}
	l := &Live{o: o, began: time.Now()}
	var described []pcapfile.Interface
	for _, name := range o.Interfaces {
		rings, err := open(name, &o)
		if err != nil {
			return nil, errors.Join(err, l.Close())
		}
		for _, r := range rings {
			l.rings = append(l.rings, &liveRing{packetRing: r, live: l, number: len(l.rings), iface: len(described), name: name})
		}
		described = append(described, pcapfile.Interface{
			Name: name, Filter: o.FilterText, Link: rings[0].Link(), SnapLen: uint32(max(0, o.SnapLen)),
		})
	}
	if o.Record.Path != "" || o.Record.Spool > 0 {
		var err error
		if l.recording, err = newRecording(o.Record, described); err != nil {
			return nil, errors.Join(err, l.Close())
		}
	}
	return l, nil
}

// Rings is how many rings there are, of all interfaces together.
func (l *Live) Rings() int { return len(l.rings) }

// Run reads packets and feeds the connections that h.Open's openers make, until ctx is done: then what came before that is
// still read, which takes a tenth of a second, and the recording is ended. It ends by itself when nobody takes the packets any
// more: the error is then syscall.EPIPE for standard output, or as RecordOptions.Alone says. Otherwise the error says that a
// ring failed, or that the recording may lack its end. It may be called once.
func (l *Live) Run(ctx context.Context, h LiveHandlers) error {
	ctx, cancel := context.WithCancel(ctx)
	woken := make(chan struct{})
	context.AfterFunc(ctx, func() {
		for _, r := range l.rings {
			r.Wake()
		}
		close(woken)
	})
	errs := make([]error, len(l.rings))
	var wg sync.WaitGroup
	for i, r := range l.rings {
		wg.Go(func() {
			if errs[i] = r.run(ctx, cancel, &h); errs[i] != nil {
				cancel()
			}
		})
	}
	wg.Wait()
	cancel()
	<-woken
	if l.recording != nil {
		for i := range l.o.Interfaces {
			l.recordStatistics(i)
		}
		errs = append(errs, l.recording.finish(), l.recording.abandoned())
	}
	return errors.Join(errs...)
}

// SetFilter chooses other packets from now on, as in LiveOptions. No packet that both choices have is lost; those that wait
// already still come. nil: everything. It may be called from any goroutine, but not with Close.
func (l *Live) SetFilter(filter func(link uint32) ([]bpf.RawInstruction, error)) error {
	programs := make([][]bpf.RawInstruction, len(l.rings))
	if filter != nil {
		for i, r := range l.rings {
			var err error
			if programs[i], err = filter(r.Link()); err != nil {
				return err
			}
		}
	}
	for i, r := range l.rings {
		if err := r.SetFilter(programs[i]); err != nil {
			return fmt.Errorf("%s: %w", r.name, err)
		}
	}
	return nil
}

// ReadAgain implements session.Source. It may be called from any goroutine. The error is ErrNotKept when nothing was kept,
// and ErrOverwritten when that is over.
func (l *Live) ReadAgain(dst []byte, ref session.Ref, e session.Endpoints, dir session.Direction, n int) ([]byte, error) {
	if l.recording == nil {
		return dst, ErrNotKept
	}
	return l.recording.again(dst, ref, e, dir, n)
}

// Close ends the capture and removes temporary copies. Run must have ended, and ReadAgain does not work any more.
func (l *Live) Close() error {
	var errs []error
	for _, r := range l.rings {
		errs = append(errs, r.Close())
	}
	if l.recording != nil {
		errs = append(errs, l.recording.close())
	}
	return errors.Join(errs...)
}
