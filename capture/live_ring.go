package capture

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/mqsniff/mqsniff/capture/pcapfile"
	"github.com/mqsniff/mqsniff/capture/tcp"
)

// liveTick is the longest time without a call of LiveHandlers.Tick. It is more than a packet waits in the kernel.
const liveTick = 100 * time.Millisecond

// liveRing is a ring and what its goroutine makes of its packets.
type liveRing struct {
	packetRing
	live   *Live
	number int
	iface  int // number in the recording
	name   string

	tracker *tcp.Tracker
	tally   tally
	untold  uint64 // packets lost that the recording does not know of

	mu        sync.Mutex // for what follows
	published Stats
	unknown   []unknownLink
}

// run takes packets until ctx is done, and then those that came before. It calls stop when nobody takes them any more.
func (r *liveRing) run(ctx context.Context, stop func(), h *LiveHandlers) error {
	r.tracker = tcp.NewTracker(r.live.o.TCP, h.Open(r.number))
	var end time.Time
	for stopped := false; ; {
		if !stopped && ctx.Err() != nil {
			stopped, end = true, time.Now().Add(liveTick)
			if err := r.Stop(); err != nil {
				return fmt.Errorf("%s: %w", r.name, err)
			}
		}
		if err := r.Wait(liveTick); err != nil {
			return err
		}
		if !r.batch(h) && stopped && !time.Now().Before(end) {
			break
		}
		if r.live.recording != nil && r.live.recording.abandoned() != nil {
			stop()
		}
	}
	r.tracker.End()
	r.publish()
	if h.Tick != nil {
		h.Tick(r.number, time.Now().UnixNano())
	}
	return nil
}

// batch takes the packets that Wait found. false: there were none.
func (r *liveRing) batch(h *LiveHandlers) (some bool) {
	lost := r.Lost()
	r.untold += lost
	behind := r.Behind()
	var now int64
	var p pcapfile.Packet
	var g tcp.Segment
	for ; r.Next(&p); some = true {
		if now = p.Time; lost > 0 {
			r.lost(h, now, lost)
			lost = 0
		}
		r.record(&p, behind)
		if r.tally.packet(&p, &g) {
			if p.Offset < 0 {
				g.Offset = -1
			}
			r.tracker.Segment(&g)
		}
	}
	if !some {
		now = time.Now().UnixNano()
		if lost > 0 {
			r.lost(h, now, lost)
		}
	}
	r.tracker.Tick(now)
	r.publish()
	if r.live.recording != nil {
		r.live.recording.flush()
	}
	if h.Tick != nil {
		h.Tick(r.number, now)
	}
	return some
}

// record puts p into the recording, which sets its place there. When the ring is behind, a copy that serves for reading again
// and nothing else is left out: better a frame without its bytes than one that is lost.
func (r *liveRing) record(p *pcapfile.Packet, behind bool) {
	if r.live.recording == nil {
		return
	}
	if behind && r.live.o.Record.Path == "" {
		r.live.spared.Do(func() {
			r.live.notice(r.name + ": packets come faster than they can be kept: some frames cannot be opened again")
		})
		return
	}
	if err := r.live.recording.packet(r.iface, p, pcapfile.PacketOptions{Dropped: r.untold}); err != nil { // it is too large
		p.Offset = -1
		return
	}
	r.untold = 0
}

func (l *Live) notice(line string) {
	if l.o.Notice != nil {
		l.o.Notice(line)
	}
}

func (r *liveRing) lost(h *LiveHandlers, t int64, packets uint64) {
	r.publish()
	if r.live.recording != nil {
		r.live.recordStatistics(r.iface)
	}
	if h.Lost != nil {
		h.Lost(r.number, t, packets, r.name+": the kernel's ring was full")
	}
}

// publish makes the counts visible to other goroutines.
func (r *liveRing) publish() {
	k := r.Stats()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.published = r.tally.stats
	r.published.Malformed += k.Damaged
	r.published.Drops, r.published.Freezes = k.Drops, k.Freezes
	r.published.TCP = r.tracker.Stats()
	r.unknown = append(r.unknown[:0], r.tally.unknown...)
}

// sum adds up what the rings published that the function wants.
func (l *Live) sum(wants func(*liveRing) bool) (s Stats, unknown []unknownLink) {
	for _, r := range l.rings {
		if wants(r) {
			r.mu.Lock()
			s.add(&r.published)
			for _, u := range r.unknown {
				unknown = addUnknown(unknown, u)
			}
			r.mu.Unlock()
		}
	}
	return s, unknown
}

// recordStatistics writes the counts of an interface into the recording.
func (l *Live) recordStatistics(iface int) {
	s, _ := l.sum(func(r *liveRing) bool { return r.iface == iface })
	now := time.Now().UnixNano()
	// It fails only for an interface that is not there.
	l.recording.statistics(iface, pcapfile.Statistics{
		Time: now, Start: l.began.UnixNano(), End: now,
		Received: s.Packets + s.Drops, Dropped: s.Drops, Delivered: s.Packets,
	})
}

func everyRing(*liveRing) bool { return true }

// Stats returns the counts so far, of all interfaces together. It may be called from any goroutine; the counts are those of
// the latest batch of each ring.
func (l *Live) Stats() Stats {
	s, _ := l.sum(everyRing)
	if l.recording != nil {
		s.Unrecorded = l.recording.refusedPackets()
	}
	return s
}

// Warnings returns one line for each thing that kept packets from being read or recorded. It may be called from any
// goroutine.
func (l *Live) Warnings() []string {
	_, unknown := l.sum(everyRing)
	s := l.Stats()
	w := s.warnings(unknown)
	if s.Cut > 0 {
		w = append(w, fmt.Sprintf("%s cut by the snap length: capture without one", count(s.Cut, "packet")))
	}
	if s.Drops > 0 {
		w = append(w, fmt.Sprintf("%s lost: the kernel's ring was full %s: take a larger ring, several rings, or a narrower filter",
			count(s.Drops, "packet"), count(s.Freezes, "time")))
	}
	if s.Unrecorded > 0 {
		w = append(w, fmt.Sprintf("%s not recorded: %s could not be written", count(s.Unrecorded, "packet"), recordName(l.o.Record.Path)))
	}
	return w
}
