package main

import (
	"context"
	"fmt"
	"net"

	"github.com/spf13/pflag"

	"github.com/mqsniff/mqsniff/control"
	"github.com/mqsniff/mqsniff/export"
	"github.com/mqsniff/mqsniff/proxy"
)

// operationOptions are the flags about operating a proxy.
type operationOptions struct {
	control   string
	metrics   string
	readyFile string
}

func (o *operationOptions) addTo(f *pflag.FlagSet) {
	f.StringVar(&o.control, "control", "", "answer mqsniff ctl on a socket, `NAME` or path, or on IP:PORT; none: nowhere. Default: a socket named for the first listener's port")
	f.StringVar(&o.metrics, "metrics", "", "serve Prometheus metrics, /healthz and /readyz on `ADDR`, such as 127.0.0.1:9419")
	f.StringVar(&o.readyFile, "ready-file", "", "write `FILE` when everything is listened on; it goes at the end")
}

// operation is what a running proxy can be asked through.
type operation struct {
	options operationOptions
	events  *control.Events
	metrics *export.Metrics // nil: none
	asked   net.Listener    // for them
	server  *control.Server
	record  control.Recorder // nil: nothing is seen
	ready   *readyFile
	lines   []readyLine
}

// begin joins the metrics' handler to the others.
func (o *operationOptions) begin(r *proxyRun) (*operation, error) {
	p := &operation{options: *o}
	var err error
	if p.ready, err = newReadyFile(o.readyFile); err != nil {
		return nil, err
	}
	if !r.options.noTap {
		p.record = &r.source.asked
		p.events = control.NewEvents(r.source.session.Symbols)
		r.source.handle = both(r.source.handle, p.events.Handle)
	}
	if o.metrics != "" {
		p.metrics = export.NewMetrics(export.MetricsOptions{Version: version()})
		r.source.handle = both(r.source.handle, p.metrics.Handle)
		if p.asked, err = listenMetrics(o.metrics); err != nil {
			return nil, err
		}
		address := p.asked.Addr().String()
		r.terminal.say("metrics on http://" + address + "/metrics")
		p.lines = append(p.lines, readyLine{Mode: "metrics", Address: address})
	}
	return p, nil
}

// listen answers from now on, about metrics until ctx is done.
func (p *operation) listen(ctx context.Context, relay *proxy.Proxy, leaks *proxy.Leaks, notice func(string)) error {
	o := control.Options{Proxy: relay, Leaks: leaks.Count, Events: p.events, Recorder: p.record, Version: version(), Notice: notice}
	if p.metrics != nil {
		p.metrics.Registry().MustRegister(control.NewCollector(o))
		o.Metrics = p.metrics.Handler()
	}
	listeners := relay.Listeners()
	p.server = control.New(o)
	if p.metrics != nil { // probes of containers come from elsewhere, where nobody may ask for more
		serveMetrics(ctx, p.asked, p.metrics, p.server.Probes())
	}
	if at := p.options.control; at != "none" {
		if at == "" {
			at = fmt.Sprintf("proxy-%d", listeners[0].Address.Port())
		}
		address, err := p.server.Listen(at, false)
		switch {
		case err == nil:
			p.lines = append(p.lines, readyLine{Mode: "control", Address: address})
		case p.options.control != "":
			return fmt.Errorf("--control: %w", err)
		default: // nobody asked for it
			notice("mqsniff ctl cannot ask this proxy: " + err.Error())
		}
	}
	for _, l := range listeners {
		p.lines = append(p.lines, readyLine{Mode: l.Mode, Address: l.Address.String(), Target: l.Target})
	}
	return nil
}

// notReady comes before the listeners close, end when nothing is relayed any more.
func (p *operation) notReady() { p.ready.remove() }

func (p *operation) end() {
	if p.server != nil {
		p.server.Close()
	}
	if p.asked != nil {
		p.asked.Close()
	}
}
