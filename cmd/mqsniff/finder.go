package main

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/spf13/pflag"

	"github.com/mqsniff/mqsniff/capture"
	"github.com/mqsniff/mqsniff/session"
)

// autoOptions are the flags about finding RocketMQ on unknown ports.
type autoOptions struct {
	on     bool
	during time.Duration
}

func (o *autoOptions) addTo(f *pflag.FlagSet) {
	f.BoolVar(&o.on, "auto", false, "find RocketMQ on any port by its content, then capture those ports only")
	f.DurationVar(&o.during, "auto-for", 10*time.Second, "with --auto: look at all TCP for so long")
}

// maxFound bounds the ports that are told apart; a kernel filter holds no more either.
const maxFound = 100

// finder learns on which ports RocketMQ is spoken.
type finder struct {
	live   *capture.Live
	filter kernelFilter // that of all ports
	notice func(string)

	mu    sync.Mutex
	ports []uint16
	found chan uint16
}

func newFinder(live *capture.Live, filter kernelFilter, notice func(string)) *finder {
	return &finder{live: live, filter: filter, notice: notice, found: make(chan uint16, maxFound)}
}

// handle is a session.Handler. A response is proof: garbage may look like one request, but not have it answered.
func (f *finder) handle(ev *session.Event, v *session.View) {
	if ev.Kind != session.Response || ev.Pair == 0 || v.Conn == nil {
		return
	}
	port := v.Conn.Server.Port()
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.ports) < maxFound && !slices.Contains(f.ports, port) {
		f.ports = append(f.ports, port)
		f.found <- port // has room for all
	}
}

// narrowAfter tells of ports as they are found, and after a time leaves the kernel only what was found, or what is looked
// for when nothing is said. What it returns waits until that is over, when ctx is done.
func (f *finder) narrowAfter(ctx context.Context, during time.Duration) (wait func()) {
	ctx, cancel := context.WithCancel(ctx)
	var group sync.WaitGroup
	group.Go(func() {
		over, looking := time.After(during), true
		for {
			select {
			case <-ctx.Done():
				return
			case port := <-f.found:
				f.notice(fmt.Sprintf("RocketMQ is spoken on port %d", port))
				if !looking {
					f.narrow()
				}
			case <-over:
				looking = false
				f.narrow()
			}
		}
	})
	return func() {
		cancel()
		group.Wait()
	}
}

func (f *finder) narrow() {
	f.mu.Lock()
	ports := slices.Sorted(slices.Values(f.ports))
	f.mu.Unlock()
	if len(ports) == 0 {
		f.notice("no RocketMQ found yet; all TCP is still looked at")
		return
	}
	filter := f.filter.on(ports)
	if err := f.live.SetFilter(filter.program); err != nil {
		f.notice("still looking at all TCP: " + err.Error())
		return
	}
	f.notice("capturing " + filter.text + " from now on")
}
