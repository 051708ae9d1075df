package export

import "github.com/prometheus/client_golang/prometheus"

// SourceCounts are what a source of packets has counted since it was opened.
type SourceCounts struct {
	Packets, Bytes uint64 // captured: bytes with their link-layer headers
	// KernelDrops are packets that the kernel had no room for (tp_drops of PACKET_STATISTICS), OwnDrops those that mqsniff
	// itself gave up.
	KernelDrops, OwnDrops uint64
	// RingFreezes is how often the kernel found the ring full and stopped filling it (tp_freeze_q_cnt): no packets, events.
	RingFreezes uint64
}

// SetSource makes the counters of a source part of each scrape. counts is called by scrapes, from any goroutine; it must
// not block. Call SetSource once.
func (m *Metrics) SetSource(counts func() SourceCounts) {
	m.registry.MustRegister(newSourceCollector(counts))
}

// sourceCollector asks the source once per scrape, so that its numbers are of one moment.
type sourceCollector struct {
	counts                           func() SourceCounts
	packets, bytes, dropped, freezes *prometheus.Desc
}

func newSourceCollector(counts func() SourceCounts) *sourceCollector {
	return &sourceCollector{
		counts:  counts,
		packets: prometheus.NewDesc("mqsniff_packets_total", "Packets captured.", nil, nil),
		bytes:   prometheus.NewDesc("mqsniff_packet_bytes_total", "Bytes of the packets captured.", nil, nil),
		dropped: prometheus.NewDesc("mqsniff_dropped_packets_total", "Packets lost: by the kernel, which had no room for them, and by mqsniff itself.", []string{"where"}, nil),
		freezes: prometheus.NewDesc("mqsniff_ring_freezes_total", "How often the ring was full, so that the kernel stopped filling it.", nil, nil),
	}
}

// Describe is part of prometheus.Collector.
func (c *sourceCollector) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{c.packets, c.bytes, c.dropped, c.freezes} {
		out <- d
	}
}

// Collect is part of prometheus.Collector.
func (c *sourceCollector) Collect(out chan<- prometheus.Metric) {
	n := c.counts()
	counter := func(d *prometheus.Desc, v uint64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(v), labels...)
	}
	counter(c.packets, n.Packets)
	counter(c.bytes, n.Bytes)
	counter(c.dropped, n.KernelDrops, "kernel")
	counter(c.dropped, n.OwnDrops, "self")
	counter(c.freezes, n.RingFreezes)
}
