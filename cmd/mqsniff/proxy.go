package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/mqsniff/mqsniff/capture"
	"github.com/mqsniff/mqsniff/export"
	"github.com/mqsniff/mqsniff/proxy"
	"github.com/mqsniff/mqsniff/session"
	"github.com/mqsniff/mqsniff/tui"
)

// proxyOptions are the flags of the proxy command.
type proxyOptions struct {
	print  printOptions
	screen screenOptions
	ending endOptions
	record recordOptions
	mask   maskOptions
	modes  modeOptions
	tls    tlsOptions

	headless      bool
	noTap         bool
	proxyProtocol bool
	mirrorRefused bool
	goAway        bool
	grace         time.Duration
	dialTimeout   time.Duration
	maxConns      int
	memory        size
	operation     operationOptions

	beside func(context.Context, *proxy.Proxy) // runs as long as the proxy does; nil: nothing
}

const longProxy = `proxy stands between clients and a cluster: a client that takes its address as name server sends everything through it, to name
server, masters and slaves, without any other change. Everything is seen as in a capture: screen, filters, outputs.

Addresses in route and cluster answers become addresses of the proxy. Java clients can be pointed to a SOCKS5 listener instead
(--socks), and the kernel can redirect connections (--redirect); then nothing is rewritten. Several ways work at a time.`

func newProxy(t *terminal) *cobra.Command {
	o := &proxyOptions{memory: proxy.DefaultMemory, record: recordOptions{spool: 1 << 30}}
	cmd := &cobra.Command{
		Use:   "proxy [flags]",
		Short: "Stand between clients and a cluster",
		Long:  longProxy,
		Example: `  mqsniff proxy -n 10.0.0.1:9876                       # clients: namesrvAddr=127.0.0.1:19876
  mqsniff proxy -n 10.0.0.1:9876 --record today.pcapng --headless
  mqsniff proxy --socks 127.0.0.1:1080                # -Dcom.rocketmq.socks.proxy.config='{"0.0.0.0/0":{"addr":"127.0.0.1:1080"}}'
  mqsniff proxy --map 127.0.0.1:20911=10.0.0.1:10911 -o json
  mqsniff proxy -n namesrv:9876 --listen 0.0.0.0:9876 --advertise 192.168.7.4 --dial broker:10911=10.0.0.2:10911`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd.Context(), t) },
	}
	f := cmd.Flags()
	f.SortFlags = false
	o.modes.addTo(f)
	o.tls.addTo(f)
	f.BoolVar(&o.proxyProtocol, "proxy-protocol", false, "tell brokers the client's address (PROXY protocol 2; brokers since 5.1.4)")
	f.BoolVar(&o.mirrorRefused, "mirror-refused", false, "refuse connections for a server while it refuses them, instead of resetting them")
	f.StringVar(&o.record.path, "record", "", "record to `FILE`, as pcapng with the client's and the upstream's side; compressed if it ends in .zst")
	o.record.addRotation(f)
	o.mask.addTo(f)
	f.BoolVar(&o.headless, "headless", false, "no screen, and no lines unless -o is given")
	f.StringVarP(&o.print.output, "output", "o", "", "text, wide, json, summary or none; default: the screen")
	o.print.addTo(f)
	f.IntVarP(&o.print.limit, "count", "", 0, "stop after `N` events were printed")
	o.ending.addTo(f)
	f.BoolVar(&o.noTap, "no-tap", false, "relay only, as fast as can be: nothing is shown or recorded")
	f.DurationVar(&o.grace, "grace", 10*time.Second, "at the end wait so long for connections to finish; a second signal ends at once")
	f.BoolVar(&o.goAway, "go-away", false, "meanwhile answer requests of Java clients since 5.3.2 with GO_AWAY: they connect anew to the same address, where another proxy may listen")
	f.DurationVar(&o.dialTimeout, "dial-timeout", proxy.DefaultDialTimeout, "give up connecting to a server after so long")
	f.IntVar(&o.maxConns, "max-conns", proxy.DefaultConns, "refuse more than `N` connections at a time")
	f.Var(&o.memory, "mem", "memory for bytes that wait to be looked at")
	o.operation.addTo(f)
	o.screen.addDisplay(f)
	bindEnvironment(cmd, "MQSNIFF")
	return cmd
}

func (o *proxyOptions) check() error {
	m := &o.modes
	switch {
	case len(m.nameServers) == 0 && m.socks == "" && m.redirect == "" && len(m.maps) == 0:
		return usagef("what shall be relayed? -n NAMESERVER:PORT, --socks ADDR, --redirect ADDR or --map LISTEN=UPSTREAM (see mqsniff proxy --help)")
	case len(m.nameServers) == 0 && m.rewrites():
		return usagef("--nsaddr, --advertise, --external, --rewrite-internal and --rewrite-store-host go with -n NAMESERVER:PORT: nothing is rewritten otherwise")
	case o.record.path == "-" && o.print.output != "none":
		return usagef("--record - writes packets to standard output: -o %s cannot go there, too", o.print.output)
	case o.noTap && (o.record.path != "" || o.print.output != "" && o.print.output != "none" || o.ending.until != ""):
		return usagef("--no-tap shows nothing: leave out --record, -o and --until")
	case o.noTap && o.modes.strict && len(m.nameServers) == 0:
		return usagef("--no-tap looks at nothing where nothing is rewritten: leave out --strict, or it")
	case (o.print.output == "none" || o.print.output == "" && (o.headless || o.noTap)) && o.print.asks():
		return usagef("nothing is printed: leave out -f, --count, --detail, --json and --acl, or add -o text or json; --until ends at an event")
	case o.maxConns < 1 || o.memory < 1<<20 || o.grace < 0 || o.dialTimeout <= 0:
		return usagef("--max-conns takes a number from 1, --mem at least 1MiB, --grace and --dial-timeout times")
	}
	var servers []string
	for _, text := range m.nameServers { // as in namesrvAddr
		servers = append(servers, strings.Split(text, ";")...)
	}
	m.nameServers = servers
	for _, address := range servers {
		if err := checkServer(address); err != nil {
			return usagef("-n %w", err)
		}
	}
	for _, check := range []func() error{o.record.check, o.tls.check, o.ending.check} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

func (o *proxyOptions) run(ctx context.Context, t *terminal) error {
	if o.record.path == "-" && o.print.output == "" {
		o.print.output = "none"
	}
	if err := o.check(); err != nil {
		return err
	}
	if o.record.path == "-" && isTerminal(t.out) {
		return usagef("--record - writes packets to standard output, which is a terminal: send it to a file or a program")
	}
	screen := o.print.output == "" && !o.headless && !o.noTap
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
	if o.print.output == "" {
		o.print.output = "none"
	}
	secure, err := o.tls.open()
	if err != nil {
		return err
	}
	defer secure.Close()
	reachable, err := pairs("--dial", o.modes.dial)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	if o.ending.duration > 0 {
		ctx, stop = context.WithTimeout(ctx, o.ending.duration)
		defer stop()
	}
	r := &proxyRun{options: o, terminal: t, source: newRelaying(), stop: stop, notices: &tui.Notices{}}
	r.source.notice = r.notices.Add
	if !screen {
		r.source.notice = t.say
	}
	r.source.asked.notice = r.source.notice
	defer func() {
		if r.source.recorder != nil {
			r.source.recorder.Close()
		}
	}()
	r.source.asked.options = func(path string) capture.RelayedOptions {
		return o.mask.options(recordOptions{path: path}.options(false))
	}
	relay := proxy.Options{
		Observer: r.source, Connect: secure.Connect, Dial: o.modes.dialer(reachable), DialTimeout: o.dialTimeout, ProxyProtocol: o.proxyProtocol,
		MirrorRefused: o.mirrorRefused, GoAway: o.goAway, MaxConns: o.maxConns, Memory: int64(o.memory),
	}
	if o.noTap {
		relay.Observer, relay.Notice = nil, t.sayer()
	} else {
		defer proxy.MakeRoom()()
	}
	r.ca = secure.CA()
	return r.run(ctx, relay, screen)
}

// proxyRun is one proxy and those who look at it.
type proxyRun struct {
	options  *proxyOptions
	terminal *terminal
	source   *relaying
	stop     func()
	notices  *tui.Notices
	proxy    *proxy.Proxy
	ca       string // file of the authority that clients must trust; "": none
}

func (r *proxyRun) run(ctx context.Context, relay proxy.Options, screen bool) error {
	o := r.options
	operation, err := o.operation.begin(r)
	if err != nil {
		return err
	}
	defer operation.end()
	watch, end := r.lines, (*printing)(nil)
	if screen {
		watch, err = r.screen()
	} else {
		end, err = r.printing()
	}
	if err != nil {
		return err
	}
	until, err := o.ending.newUntil(r.source.session.Symbols)
	if err != nil {
		return err
	}
	if until != nil {
		r.source.handle = until.watch(r.source.handle, r.stop)
	}
	r.proxy = proxy.New(relay)
	shutdown := sync.OnceFunc(func() {
		operation.notReady()
		grace, cancel := context.WithTimeout(context.Background(), o.grace)
		defer cancel()
		defer time.AfterFunc(o.grace+time.Second, func() {
			r.terminal.say("waiting for the output, which takes nothing: a second signal ends at once")
		}).Stop()
		r.proxy.Shutdown(grace)
	})
	defer shutdown()
	observe := sync.OnceFunc(func() { close(r.source.begun) })
	defer observe() // it would be waited for
	leaks := proxy.NewLeaks(func(text string) { r.proxy.Notice("leak: " + text) })
	addresses, err := o.modes.listeners(r.proxy, leaks)
	if err != nil {
		return err
	}
	ways, err := o.modes.ways(r.proxy)
	if err != nil {
		return err
	}
	if ways != nil {
		r.source.handle = both(r.source.handle, ways.handle(leaks))
	}
	release, restore, err := o.modes.firewall(ctx, r.terminal)
	if err != nil {
		return err
	}
	defer restore()
	work, cancel := context.WithCancel(ctx)
	defer cancel()
	if o.modes.nsaddr != "" {
		if err := operation.tellNameServer(work, &o.modes, addresses, r); err != nil {
			return err
		}
	}
	if err := operation.listen(ctx, r.proxy, leaks, r.proxy.Notice); err != nil {
		return err
	}
	r.terminal.endAtOnce(operation.server.Vanish)
	// Not before: what cannot work shall leave an earlier recording as it is.
	if err := r.beginRecording(screen); err != nil {
		return err
	}
	observe()
	if err := operation.ready.write(operation.lines); err != nil {
		return err
	}
	r.terminal.endAtOnce(operation.ready.remove)
	var group sync.WaitGroup
	if o.beside != nil {
		group.Go(func() { o.beside(work, r.proxy) })
	}
	err = watch(ctx)
	cancel()
	group.Wait()
	release() // first: who connects meanwhile finds the server, also where a second signal ends this
	shutdown()
	r.source.session.End()
	err = errors.Join(err, r.source.asked.end(), r.endRecording())
	r.sayUnseen()
	if end != nil {
		err = errors.Join(err, end.end(r.terminal, export.SourceStats{Files: []string{"proxy"}}))
	}
	switch {
	case err != nil:
		return err
	case until != nil && !until.met:
		return errNotMet
	case o.modes.strict && leaks.Count() > 0:
		return errLeaks
	}
	return errEnded
}

// printing prints lines, if any are asked for.
func (r *proxyRun) printing() (*printing, error) {
	if r.options.print.output == "none" {
		r.source.handle = both(r.source.handle, func(*session.Event, *session.View) {})
		_, err := compile("-f", r.options.print.filter, r.source.session.Symbols)
		return nil, err
	}
	p, err := newPrinting(r.terminal, &r.options.print, r.source.session.Symbols, r.stop)
	if err == nil {
		r.source.handle, r.source.flush = both(r.source.handle, p.handle), p.flush
	}
	return p, err
}

// lines waits for the end.
func (r *proxyRun) lines(ctx context.Context) error {
	r.terminal.say("relaying " + describe(r.proxy.Listeners()))
	if r.ca != "" {
		r.terminal.say("clients that verify certificates must trust " + r.ca + " (tls.client.trustCertPath)")
	}
	<-ctx.Done()
	return nil
}

// screen shows what is relayed until a person quits.
func (r *proxyRun) screen() (show func(context.Context) error, err error) {
	o := r.options
	credentials, err := o.print.acl.credentials()
	if err != nil {
		return nil, err
	}
	if err := o.screen.check(); err != nil {
		return nil, err
	}
	if _, err := compile("-f", o.print.filter, r.source.session.Symbols); err != nil {
		return nil, err
	}
	store := session.NewStore(o.screen.maxEvents, r.source.session.Symbols, r.source)
	r.source.handle = both(r.source.handle, store.Handle)
	options := o.screen.options(store, credentials)
	options.Notices, options.Filter = r.notices, o.print.filter
	return func(ctx context.Context) error {
		options.Title = describe(r.proxy.Listeners()[:1])
		options.Live = &tui.Live{Kind: "PROXY", Hints: o.modes.hints(r.proxy.Listeners())}
		options.Progress = func() tui.Progress {
			s := r.proxy.Stats()
			return tui.Progress{Read: int64(s.Relayed[0] + s.Relayed[1]), Skipped: int64(s.Skipped[0] + s.Skipped[1]), Recording: o.record.path}
		}
		return runScreen(ctx, options)
	}, nil
}
