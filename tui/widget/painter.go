package widget

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rivo/tview"
)

const (
	frameTime     = time.Second / 30
	slowFrameTime = time.Second / 15
	slowDraw      = 25 * time.Millisecond // a frame that takes longer is slow
	slowDraws     = 10                    // so many in a row: back off
)

// Drawer is the part of *tview.Application that a [Painter] uses.
type Drawer interface {
	QueueUpdateDraw(f func()) *tview.Application
}

// Painter decides when a frame is drawn: at most 30 times per second (15 when
// drawing is slow), one at a time, and never when nothing changed. It is the
// only caller of QueueUpdateDraw, which waits for the frame and, once the
// application has stopped, waits forever: producers must not be held up by
// that.
type Painter struct {
	app   Drawer
	apply func(bits uint32)

	dirty atomic.Uint32
	wake  chan struct{}
	slow  atomic.Bool

	stop     chan struct{}
	stopOnce sync.Once
}

// NewPainter makes a painter. apply runs in the event loop before each frame,
// with the bits marked since the frame before.
func NewPainter(app Drawer, apply func(bits uint32)) *Painter {
	return &Painter{app: app, apply: apply, wake: make(chan struct{}, 1), stop: make(chan struct{})}
}

// Mark asks for a frame. It never blocks, takes no lock and may be called from
// any goroutine, at any time.
func (p *Painter) Mark(bits uint32) {
	if p.dirty.Or(bits) == 0 && bits != 0 {
		select {
		case p.wake <- struct{}{}:
		default:
		}
	}
}

// Slow reports that drawing takes so long that the frame rate was halved.
func (p *Painter) Slow() bool { return p.slow.Load() }

// Stop ends the painter: no frame starts after it. It does not wait, so that a
// key handler may call it. Call it before the application's Stop.
func (p *Painter) Stop() { p.stopOnce.Do(func() { close(p.stop) }) }

// Run draws until ctx is done or Stop is called; it needs a goroutine of its
// own. It returns at once then, even if a frame is in flight in an application
// that has stopped and will never answer.
func (p *Painter) Run(ctx context.Context) {
	frames := make(chan chan time.Duration)
	defer close(frames)
	go func() {
		for answer := range frames {
			answer <- p.frame()
		}
	}()

	pause := time.NewTimer(0)
	defer pause.Stop()
	run := 0
	for {
		if !wait(ctx, p.stop, pause.C) || !wait(ctx, p.stop, p.wake) {
			return
		}
		answer := make(chan time.Duration, 1)
		start := time.Now()
		frames <- answer
		select {
		case took := <-answer:
			run = p.judge(took, run)
		case <-ctx.Done():
			return
		case <-p.stop:
			return
		}
		rest := frameTime
		if p.slow.Load() {
			rest = slowFrameTime
		}
		pause.Reset(rest - time.Since(start))
	}
}

// wait reports false when the painter is to end.
func wait[T any](ctx context.Context, stop <-chan struct{}, c <-chan T) bool {
	select {
	case <-c:
		return true
	case <-ctx.Done():
	case <-stop:
	}
	return false
}

// frame draws once and returns how long the event loop was busy with it; the
// time in its queue does not count.
func (p *Painter) frame() time.Duration {
	var start time.Time
	p.app.QueueUpdateDraw(func() {
		start = time.Now()
		select {
		case <-p.stop:
			return
		default:
		}
		p.apply(p.dirty.Swap(0))
	})
	return time.Since(start)
}

// judge switches between the frame rates and returns the new length of the run
// of slow frames; ten quick ones end a slow phase.
func (p *Painter) judge(took time.Duration, run int) int {
	if slow := p.slow.Load(); (took > slowDraw) == slow {
		return 0
	}
	if run++; run < slowDraws {
		return run
	}
	p.slow.Store(took > slowDraw)
	return 0
}
