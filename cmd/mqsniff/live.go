package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/mqsniff/mqsniff/capture"
	"github.com/mqsniff/mqsniff/capture/afpacket"
	"github.com/mqsniff/mqsniff/capture/privilege"
	"github.com/mqsniff/mqsniff/decode"
	"github.com/mqsniff/mqsniff/export"
	"github.com/mqsniff/mqsniff/session"
	"github.com/mqsniff/mqsniff/tui"
)

// liveOptions are the flags of the live command.
type liveOptions struct {
	print  printOptions
	screen screenOptions
	kernel kernelOptions
	auto   autoOptions
	ending endOptions
	record recordOptions

	interfaces  []string
	list        bool
	promiscuous bool
	snapLen     int
	ring        size
	rings       int
	metrics     string
}

const longLive = `live captures from network interfaces and shows the remoting frames as they come: in the screen, or as lines where -o is given or
there is no terminal.

What the kernel hands over is chosen by --port, --host, --net and --vlan, by an expression in tcpdump's language (compiled by tcpdump,
which must be installed), or by --bpf. That is another thing than -f, which chooses among decoded frames what is printed.

Capturing needs the capability CAP_NET_RAW; what is not needed any more is given up as soon as the interfaces are open.`

func newLive(t *terminal) *cobra.Command {
	o := &liveOptions{ring: 64 << 20, record: recordOptions{spool: 1 << 30}}
	cmd := &cobra.Command{
		Use:   "live [flags] [TCPDUMP-EXPRESSION]",
		Short: "Capture from network interfaces",
		Long:  longLive,
		Example: `  sudo mqsniff live
  sudo mqsniff live -i eth0 --port 9876,10911 -w today.pcapng --rotate-size 1GB --rotate-keep 10
  sudo mqsniff live --auto
  sudo mqsniff live -o json --until 'status == SYSTEM_BUSY' --duration 10m
  sudo mqsniff live -o none --metrics 127.0.0.1:9419
  sudo mqsniff live -i eth0 'host 10.0.0.5 and tcp port 10911'
  ssh host sudo tcpdump -U -w - 'tcp port 10911' | mqsniff -`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.list {
				if len(args) > 0 {
					return usagef("--list takes no argument, not %q", args[0])
				}
				return listInterfaces(t)
			}
			o.kernel.expression = strings.Join(args, " ")
			return o.run(cmd.Context(), t)
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.StringSliceVarP(&o.interfaces, "interface", "i", []string{"any"}, "capture from interface `NAME`, or from any; can be repeated")
	f.BoolVar(&o.list, "list", false, "list the interfaces, and whether you may capture, and end")
	o.kernel.addTo(f)
	o.auto.addTo(f)
	f.StringVarP(&o.print.output, "output", "o", "", "text, wide, json, summary or none; default: the screen")
	o.print.addTo(f)
	f.IntVarP(&o.print.limit, "count", "n", 0, "stop after `N` events were printed")
	o.ending.addTo(f)
	o.record.addTo(f)
	f.StringVar(&o.metrics, "metrics", "", "serve Prometheus metrics on `ADDR`, such as 127.0.0.1:9419")
	f.BoolVar(&o.promiscuous, "promiscuous", false, "take packets for other machines, too")
	f.IntVar(&o.snapLen, "snaplen", 0, "keep the first `N` bytes of each packet, 0: all; frames are then cut")
	f.Var(&o.ring, "ring", "size of each buffer in the kernel")
	f.IntVar(&o.rings, "rings", 1, "buffers of each interface, each read by a thread of its own")
	o.screen.addDisplay(f)
	return cmd
}

func (o *liveOptions) check() error {
	switch {
	case len(o.interfaces) == 0 || slices.Contains(o.interfaces, ""):
		return usagef("-i takes the name of an interface, or any (mqsniff live --list names them)")
	case len(o.interfaces) > 1 && slices.Contains(o.interfaces, afpacket.Any):
		named := slices.DeleteFunc(o.interfaces, func(name string) bool { return name == afpacket.Any })
		return usagef("-i any already contains %s: leave one out", strings.Join(named, ", "))
	case o.rings < 1 || o.rings > 64:
		return usagef("--rings takes a number from 1 to 64, not %d", o.rings)
	case o.snapLen < 0:
		return usagef("--snaplen takes a number from 0, not %d", o.snapLen)
	case o.snapLen > 0 && o.snapLen < 128:
		return usagef("--snaplen %d leaves nothing of a frame: take 128 or more, or 0 for all", o.snapLen)
	case o.record.path == "-" && o.print.output != "none":
		return usagef("-w - writes packets to standard output: -o %s cannot go there, too", o.print.output)
	case o.auto.on && o.kernel.chosen():
		return usagef("--auto looks at all ports: leave out --port, --bpf and the expression")
	case o.auto.during <= 0:
		return usagef("--auto-for takes a time such as 10s, not %s", o.auto.during)
	case o.ring < 512<<10 || o.ring > 1<<30:
		return usagef("--ring takes a size from 512KiB to 1GiB, not %s", &o.ring)
	case o.print.output == "none" && o.print.asks():
		return usagef("-o none prints nothing: leave out -f, -n, --detail, --json and --acl; --until ends at an event")
	}
	for _, check := range []func() error{o.record.check, o.ending.check, o.screen.check} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

// recordsOnly tells whether nobody but the file gets to know of what is captured.
func (o *liveOptions) recordsOnly() bool {
	return o.print.output == "none" && o.metrics == "" && o.ending.until == "" && !o.auto.on
}

func (o *liveOptions) run(ctx context.Context, t *terminal) error {
	o.interfaces = slices.Compact(slices.Sorted(slices.Values(o.interfaces)))
	if o.record.path == "-" && o.print.output == "" {
		o.print.output = "none"
	}
	if err := o.check(); err != nil {
		return err
	}
	if o.record.path == "-" && isTerminal(t.out) {
		return usagef("-w - writes packets to standard output, which is a terminal: send it to a file or a program")
	}
	filter, err := o.kernel.filter(ctx, o.auto.on)
	if err != nil {
		return err
	}
	screen := o.print.output == ""
	if ok, why := t.screen(); screen && !ok {
		if isTerminal(t.out) {
			t.say(fmt.Sprintf("no screen (%s); printing lines", why))
		}
		screen, o.print.output = false, "text"
	}
	if screen {
		if err := o.print.checkScreen(); err != nil {
			return err
		}
	}
	capturing, stop := context.WithCancel(ctx)
	defer stop()
	run := &liveRun{options: o, terminal: t, source: newCapturing(), stop: stop, filter: filter}
	if screen {
		run.notices = &tui.Notices{}
	}
	if err := run.prepare(); err != nil {
		return err
	}
	record := o.record.options(screen)
	record.Alone = o.recordsOnly()
	run.live, err = capture.OpenLive(capture.LiveOptions{
		Interfaces: o.interfaces, Promiscuous: o.promiscuous, SnapLen: o.snapLen, Ring: int(o.ring), Rings: o.rings,
		Filter: filter.program, FilterText: filter.text, Record: record, Notice: run.notice,
	})
	if errors.Is(err, capture.ErrNotPermitted) {
		return errors.New(privilege.Missing())
	}
	if err != nil {
		return err
	}
	defer run.live.Close()
	if err := privilege.Drop(); err != nil {
		t.say(err.Error())
	}
	if o.ending.duration > 0 {
		capturing, stop = context.WithTimeout(capturing, o.ending.duration)
		defer stop()
	}
	return run.run(ctx, capturing)
}

// liveRun is one live capture and those who look at it.
type liveRun struct {
	options  *liveOptions
	terminal *terminal
	source   *capturing
	live     *capture.Live
	stop     func() // ends capturing
	filter   kernelFilter
	notices  *tui.Notices // of the screen; nil: there is none

	until       *until    // nil: none
	printing    *printing // nil: nothing is printed
	credentials decode.Credentials
	metrics     net.Listener // nil: none
}

// prepare makes what can be wrong because of a flag: before a file is opened, and perhaps emptied.
func (r *liveRun) prepare() (err error) {
	o := r.options
	if r.until, err = o.ending.newUntil(r.source.shared.Symbols); err != nil {
		return err
	}
	switch {
	case r.notices != nil:
		if _, err = compile("-f", o.print.filter, r.source.shared.Symbols); err == nil {
			r.credentials, err = o.print.acl.credentials()
		}
	case o.print.output != "none":
		r.printing, err = newPrinting(r.terminal, &o.print, r.source.shared.Symbols, r.stop)
	}
	if err == nil && o.metrics != "" {
		r.metrics, err = listenMetrics(o.metrics)
	}
	return err
}

// notice says what happens to the capture. It may be called from any goroutine.
func (r *liveRun) notice(line string) {
	r.source.notice(line)
	if r.notices != nil {
		r.notices.Add(line)
	} else {
		r.terminal.say(line)
	}
}

// run captures until capturing ends. A screen stays after that: what was waited for is looked at now.
func (r *liveRun) run(ctx, capturing context.Context) (err error) {
	o := r.options
	if r.metrics != nil {
		m := export.NewMetrics(export.MetricsOptions{Version: version()})
		m.SetSource(r.counts)
		serveMetrics(ctx, r.metrics, m, nil)
		if r.notices == nil {
			r.terminal.say("metrics on http://" + r.metrics.Addr().String() + "/metrics")
		}
		r.source.handle = m.Handle
	}
	if o.auto.on {
		finder := newFinder(r.live, r.filter, r.notice)
		r.source.handle = both(r.source.handle, finder.handle)
		defer finder.narrowAfter(capturing, o.auto.during)()
	}
	if r.notices != nil {
		err = r.screen(ctx, capturing)
	} else {
		err = r.lines(capturing)
	}
	switch {
	case err != nil:
		return err
	case r.until != nil && !r.until.met:
		return errNotMet
	}
	return errEnded
}

// lines prints until the capture ends.
func (r *liveRun) lines(ctx context.Context) error {
	o, p := r.options, r.printing
	if p != nil {
		r.source.handle, r.source.flush = both(r.source.handle, p.handle), p.flush
	}
	r.watch()
	r.terminal.say(fmt.Sprintf("capturing on %s: %s", strings.Join(o.interfaces, ", "), r.filter.text))
	err := r.source.run(ctx, r.live)
	if p != nil && err == nil {
		err = p.end(r.terminal, sourceStats(o.interfaces, r.live.Stats()))
	}
	if errors.Is(err, syscall.EPIPE) {
		return err // who read it has seen enough, also of what would be said now
	}
	for _, w := range r.live.Warnings() {
		r.terminal.say(w)
	}
	if s := r.live.Stats(); p == nil || p.summary == nil {
		r.terminal.say(fmt.Sprintf("%d packets captured, %d lost", s.Packets, s.Drops))
	}
	return err
}

// watch ends the capture when --until comes true.
func (r *liveRun) watch() {
	if r.until == nil {
		return
	}
	r.source.handle = r.until.watch(r.source.handle, func() {
		if r.notices != nil {
			r.notices.Add("capturing ended: --until came true")
		}
		r.stop()
	})
}

// screen shows the capture until a person quits.
func (r *liveRun) screen(ctx, capturing context.Context) error {
	o := r.options
	store := session.NewStore(o.screen.maxEvents, r.source.shared.Symbols, r.live)
	r.source.handle = both(r.source.handle, store.Handle)
	r.watch()
	var end loaded
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		end.set(r.source.run(capturing, r.live))
	}()
	options := o.screen.options(store, r.credentials)
	options.Title = strings.Join(o.interfaces, ", ")
	options.Live = &tui.Live{Filter: r.filter.short, Hints: liveHints}
	options.Notices, options.Filter = r.notices, o.print.filter
	options.Stop = r.stop
	options.Progress = func() tui.Progress {
		s := r.live.Stats()
		p := tui.Progress{Read: int64(s.Bytes), Packets: int64(s.Packets), Lost: int64(s.Drops), Recording: o.record.path}
		return end.progress(p, r.live.Warnings)
	}
	err := runScreen(ctx, options)
	r.stop()
	<-ended
	return err
}

// liveHints help where nothing comes.
var liveHints = []string{
	"--auto finds RocketMQ on ports that are not its usual ones",
	"mqsniff live --list shows the interfaces; -i any takes all of them",
	"behind TLS nothing can be read: capture behind the proxy that ends it",
}

// counts are the source's counters for a scrape.
func (r *liveRun) counts() export.SourceCounts {
	s := r.live.Stats()
	return export.SourceCounts{Packets: s.Packets, Bytes: s.Bytes, KernelDrops: s.Drops, RingFreezes: s.Freezes}
}

// both calls two handlers; the first may be nil.
func both(a, b session.Handler) session.Handler {
	if a == nil {
		return b
	}
	return func(ev *session.Event, v *session.View) {
		a(ev, v)
		b(ev, v)
	}
}

// errNotMet ends a capture whose --until did not come true.
var errNotMet = errors.New("ended before --until came true")
