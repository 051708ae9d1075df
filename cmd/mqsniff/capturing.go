package main

import (
	"context"
	"sync"
	"time"

	"github.com/mqsniff/mqsniff/capture"
	"github.com/mqsniff/mqsniff/capture/tcp"
	"github.com/mqsniff/mqsniff/session"
)

// capturing joins a live capture to sessions: each ring has one of its own, in the ring's goroutine; all give their events to
// one handler.
type capturing struct {
	shared *session.Shared
	handle session.Handler // nil: nobody looks; set it before run
	flush  func()          // called after each batch of packets, at least every 100 ms; set it before run

	mu      sync.Mutex
	running bool
	early   []string         // notices from before run, which come when there is somebody to hand them to
	words   *session.Session // what no ring has to say
}

func newCapturing() *capturing {
	c := &capturing{shared: session.NewShared(), flush: func() {}}
	c.words = c.session()
	return c
}

func (c *capturing) session() *session.Session {
	return session.New(session.Options{Shared: c.shared}, func(ev *session.Event, v *session.View) {
		if c.handle != nil {
			c.handle(ev, v)
		}
	})
}

// run captures until the context ends.
func (c *capturing) run(ctx context.Context, live *capture.Live) error {
	c.begin()
	sessions := make([]*session.Session, live.Rings())
	for i := range sessions {
		sessions[i] = c.session()
	}
	err := live.Run(ctx, capture.LiveHandlers{
		Open: func(ring int) tcp.Opener {
			return func(t int64, e session.Endpoints, dir session.Direction, handshake bool) tcp.Stream {
				return sessions[ring].Open(t, e, dir, handshake)
			}
		},
		Tick: func(int, int64) { c.flush() },
		Lost: func(ring int, t int64, packets uint64, why string) { sessions[ring].Lost(t, packets, why) },
	})
	for _, s := range sessions {
		s.End()
	}
	return err
}

// begin hands out what was said before there was somebody to hear it.
func (c *capturing) begin() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.running = true
	for _, line := range c.early {
		c.words.Notice(nil, time.Now().UnixNano(), line)
	}
	c.early = nil
}

// notice puts a line among the events. It may be called from any goroutine, but not by the handler.
func (c *capturing) notice(line string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.running {
		c.early = append(c.early, line)
		return
	}
	c.words.Notice(nil, time.Now().UnixNano(), line)
}
