package control

import (
	"cmp"
	"slices"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/mqsniff/mqsniff/proxy"
)

// maxListeners bounds the listeners that have series of their own: those on the lowest ports. All are counted.
const maxListeners = 256

// Collector counts for Prometheus what a Proxy did. No label has a value from the wire.
type Collector struct {
	options                           Options
	open, opaque, listeners, failing  *prometheus.Desc
	accepted, refused, dialErrors     *prometheus.Desc
	relayed, unseenBytes, unseenConns *prometheus.Desc
	waiting, leaks                    *prometheus.Desc
	listenerUp, listenerOpen          *prometheus.Desc
	eventStreams, eventsDropped       *prometheus.Desc
}

// NewCollector returns what is to be registered; of the options it needs Proxy, and uses Leaks and Events.
func NewCollector(o Options) *Collector {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc("mqsniff_proxy_"+name, help, labels, nil)
	}
	return &Collector{
		options:       o,
		open:          desc("connections_open", "Connections that are relayed or being made."),
		opaque:        desc("connections_opaque", "Open connections that turned out to be no remoting."),
		accepted:      desc("connections_accepted_total", "Connections accepted."),
		refused:       desc("connections_refused_total", "Connections closed at once, as there were too many."),
		dialErrors:    desc("dial_errors_total", "Connections whose upstream could not be reached."),
		relayed:       desc("relayed_bytes_total", "Bytes relayed.", "direction"),
		unseenBytes:   desc("unseen_bytes_total", "Bytes relayed that those who look had no time for.", "direction"),
		unseenConns:   desc("unseen_connections_total", "Connections relayed that those who look were not told of."),
		waiting:       desc("tap_waiting_bytes", "Memory of what was relayed and waits to be looked at."),
		leaks:         desc("leaks_total", "Ways past the proxy that clients were told."),
		listeners:     desc("listeners", "Addresses that are listened on."),
		failing:       desc("listeners_failing", "Those of them that do not accept."),
		listenerUp:    desc("listener_up", "1: it accepts connections.", "address", "mode"),
		listenerOpen:  desc("listener_connections_open", "Open connections that a listener accepted.", "address", "mode"),
		eventStreams:  desc("event_streams", "Readers of events."),
		eventsDropped: desc("event_lines_dropped_total", "Lines that readers of events were too slow for."),
	}
}

// Describe is part of prometheus.Collector.
func (c *Collector) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		c.open, c.opaque, c.accepted, c.refused, c.dialErrors, c.relayed, c.unseenBytes, c.unseenConns, c.waiting, c.leaks,
		c.listeners, c.failing, c.listenerUp, c.listenerOpen, c.eventStreams, c.eventsDropped,
	} {
		out <- d
	}
}

// Collect is part of prometheus.Collector.
func (c *Collector) Collect(out chan<- prometheus.Metric) {
	counter := func(d *prometheus.Desc, v uint64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(v), labels...)
	}
	gauge := func(d *prometheus.Desc, v int64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, float64(v), labels...)
	}
	n := c.options.Proxy.Stats()
	gauge(c.open, n.Open)
	counter(c.accepted, n.Accepted)
	counter(c.refused, n.Refused)
	counter(c.dialErrors, n.DialErrors)
	counter(c.unseenConns, n.Unseen)
	gauge(c.waiting, n.Waiting)
	for dir, label := range [...]string{"c2s", "s2c"} {
		counter(c.relayed, n.Relayed[dir], label)
		counter(c.unseenBytes, n.Skipped[dir], label)
	}
	var opaque int64
	for _, conn := range c.options.Proxy.Conns() {
		if conn.Opaque() {
			opaque++
		}
	}
	gauge(c.opaque, opaque)
	if c.options.Leaks != nil {
		counter(c.leaks, uint64(max(c.options.Leaks(), 0)))
	}
	if e := c.options.Events; e != nil {
		gauge(c.eventStreams, int64(e.Streams()))
		counter(c.eventsDropped, e.Dropped())
	}
	c.collectListeners(gauge)
}

func (c *Collector) collectListeners(gauge func(*prometheus.Desc, int64, ...string)) {
	listeners := c.options.Proxy.Listeners()
	slices.SortFunc(listeners, func(a, b *proxy.Listener) int {
		return cmp.Or(cmp.Compare(a.Address.Port(), b.Address.Port()), a.Address.Compare(b.Address))
	})
	var failing int64
	for i, l := range listeners {
		up := int64(1)
		if l.Err() != nil {
			up = 0
			failing++
		}
		if i < maxListeners {
			gauge(c.listenerUp, up, l.Address.String(), l.Mode)
			gauge(c.listenerOpen, l.Open(), l.Address.String(), l.Mode)
		}
	}
	gauge(c.listeners, int64(len(listeners)))
	gauge(c.failing, failing)
}
