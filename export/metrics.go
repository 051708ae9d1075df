package export

import (
	"net/http"
	"runtime"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/mqsniff/mqsniff/decode"
	"github.com/mqsniff/mqsniff/session"
)

// otherLabel is the value of a label for everything that has none of its own: an operation or a response code that is not
// known, an answer whose request was not seen.
const otherLabel = "other"

// maxErrorStatuses bounds the response codes that are told apart in the errors of one operation.
const maxErrorStatuses = 32

// latencyBuckets are upper bounds in seconds. Around what brokers take (a memory write, a disk flush), around the time-outs
// of clients (3 s, sendMsgTimeout) and of long polls (15 s, brokerSuspendMaxTimeMillis; 30 s, consumerTimeoutMillisWhenSuspend).
var latencyBuckets = [...]float64{.0005, .001, .002, .005, .01, .02, .05, .1, .2, .5, 1, 2, 3, 5, 10, 15, 20, 30}

// MetricsOptions are what Metrics need to know. The zero value is fine.
type MetricsOptions struct {
	Version string // of the program, for mqsniff_build_info
}

// Metrics count events for Prometheus, in a registry of their own. Handle is called by one goroutine at a time; everything
// may be read meanwhile. No label has a value from the wire: operations and response codes are called by the names that the
// tables have, topics and groups do not occur. Handle allocates for what is new only.
type Metrics struct {
	registry *prometheus.Registry

	frames   *prometheus.CounterVec   // kind, operation
	latency  *prometheus.HistogramVec // operation, long_poll
	errors   *prometheus.CounterVec   // operation, status
	messages *prometheus.CounterVec   // operation
	bytes    [3]prometheus.Counter    // by kind of frame

	unmatched, unanswered   prometheus.Counter
	gaps, gapBytes, garbage prometheus.Counter
	opened                  prometheus.Counter
	inFlight, connections   prometheus.Gauge
	operations              map[int32]*operationMetrics // by code; of known operations
	named                   map[string]*operationMetrics
	other                   *operationMetrics
	waiting                 map[uint32]uint32 // requests without an answer so far, by open connection
}

// operationMetrics are the counters of one operation, found once.
type operationMetrics struct {
	name     string
	frames   [3]prometheus.Counter  // by kind; nil: none yet, like the next ones
	latency  [2]prometheus.Observer // long polls have their own
	messages prometheus.Counter
	errors   map[int32]prometheus.Counter // by status
}

// NewMetrics returns Metrics without a source.
func NewMetrics(o MetricsOptions) *Metrics {
	m := &Metrics{
		registry:   prometheus.NewRegistry(),
		operations: map[int32]*operationMetrics{}, named: map[string]*operationMetrics{}, waiting: map[uint32]uint32{},
	}
	counter := func(name, help string) prometheus.Counter {
		c := prometheus.NewCounter(prometheus.CounterOpts{Namespace: "mqsniff", Name: name, Help: help})
		m.registry.MustRegister(c)
		return c
	}
	gauge := func(name, help string) prometheus.Gauge {
		g := prometheus.NewGauge(prometheus.GaugeOpts{Namespace: "mqsniff", Name: name, Help: help})
		m.registry.MustRegister(g)
		return g
	}
	vector := func(name, help string, labels ...string) *prometheus.CounterVec {
		v := prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "mqsniff", Name: name, Help: help}, labels)
		m.registry.MustRegister(v)
		return v
	}
	m.frames = vector("frames_total", "Remoting frames.", "kind", "operation")
	m.errors = vector("errors_total", "Answers that report a failure; nothing found is none.", "operation", "status")
	m.messages = vector("messages_total", "Messages in the bodies of frames.", "operation")
	bytes := vector("frame_bytes_total", "Bytes of remoting frames, as their prefixes state them.", "kind")
	for k := range m.bytes {
		m.bytes[k] = bytes.WithLabelValues(session.Kind(k).String())
	}
	m.latency = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Namespace: "mqsniff", Name: "response_latency_seconds", Buckets: latencyBuckets[:],
		Help: "Time from the last byte of a request to the last byte of its answer. Long polls wait on purpose.",
	}, []string{"operation", "long_poll"})
	m.registry.MustRegister(m.latency)
	m.unmatched = counter("unmatched_responses_total", "Answers whose request was not seen, or was answered before.")
	m.unanswered = counter("unanswered_requests_total", "Requests whose connection ended before an answer came.")
	m.inFlight = gauge("requests_in_flight", "Requests on open connections without an answer so far; oneways wait for none.")
	m.gaps = counter("gaps_total", "Holes in connections: bytes that were not captured.")
	m.gapBytes = counter("gap_bytes_total", "Bytes in holes of connections.")
	m.garbage = counter("garbage_bytes_total", "Bytes in no frame.")
	m.opened = counter("connections_opened_total", "Connections seen, those that began before the capture included.")
	m.connections = gauge("connections_open", "Connections whose end was not seen.")
	m.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Namespace: "mqsniff", Name: "build_info", Help: "What runs; always 1.",
		ConstLabels: prometheus.Labels{"version": o.Version, "goversion": runtime.Version()},
	}, func() float64 { return 1 }))
	m.other = &operationMetrics{name: otherLabel}
	return m
}

// Registry is where other parts of the program register what they count.
func (m *Metrics) Registry() *prometheus.Registry { return m.registry }

// Handler answers scrapes.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// Handle is a session.Handler.
func (m *Metrics) Handle(ev *session.Event, _ *session.View) {
	switch ev.Kind {
	case session.Request, session.Oneway, session.Response:
		m.frame(ev)
	case session.Open:
		m.opened.Inc()
		m.waiting[ev.Conn] = 0
		m.connections.Set(float64(len(m.waiting)))
	case session.Close:
		if n := m.waiting[ev.Conn]; n > 0 {
			m.unanswered.Add(float64(n))
			m.inFlight.Sub(float64(n))
		}
		delete(m.waiting, ev.Conn)
		m.connections.Set(float64(len(m.waiting)))
	case session.Gap:
		m.gaps.Inc()
		m.gapBytes.Add(float64(ev.Len))
	case session.Garbage, session.Undecodable:
		m.garbage.Add(float64(ev.Len))
	}
}

func (m *Metrics) frame(ev *session.Event) {
	m.bytes[ev.Kind].Add(float64(ev.Len))
	op := m.other
	if !ev.Has(session.Unmatched) {
		op = m.operation(ev.Code)
	}
	if op.frames[ev.Kind] == nil {
		op.frames[ev.Kind] = m.frames.WithLabelValues(ev.Kind.String(), op.name)
	}
	op.frames[ev.Kind].Inc()
	if ev.Messages > 0 {
		if op.messages == nil {
			op.messages = m.messages.WithLabelValues(op.name)
		}
		op.messages.Add(float64(ev.Messages))
	}
	switch {
	case ev.Kind == session.Request:
		if n, open := m.waiting[ev.Conn]; open {
			m.waiting[ev.Conn] = n + 1
			m.inFlight.Inc()
		}
	case ev.Kind == session.Response:
		m.response(ev, op)
	}
}

func (m *Metrics) response(ev *session.Event, op *operationMetrics) {
	if ev.Failed() {
		m.failure(ev, op)
	}
	if ev.Has(session.Unmatched) {
		m.unmatched.Inc()
		return
	}
	if n := m.waiting[ev.Conn]; n > 0 {
		m.waiting[ev.Conn] = n - 1
		m.inFlight.Dec()
	}
	long := 0
	if ev.Has(session.LongPoll) {
		long = 1
	}
	if op.latency[long] == nil {
		op.latency[long] = m.latency.WithLabelValues(op.name, strconv.FormatBool(long == 1))
	}
	op.latency[long].Observe(float64(ev.Latency) / 1e9)
}

// operation finds the counters of a code. Numbers that no table has share one.
func (m *Metrics) operation(code int32) *operationMetrics {
	if op := m.operations[code]; op != nil {
		return op
	}
	name := decode.OperationName(code)
	if name == "" {
		return m.other
	}
	op := m.named[name] // also under the number that a ROCKETMQ header cuts it to
	if op == nil {
		op = &operationMetrics{name: name}
		m.named[name] = op
	}
	m.operations[code] = op
	return op
}

// failure counts an answer by its status. A status without a name is called by its number.
func (m *Metrics) failure(ev *session.Event, op *operationMetrics) {
	c := op.errors[ev.Status]
	if c == nil {
		label, known := decode.StatusFor(ev.Code, ev.Status, !ev.Has(session.Unmatched), ev.Version)
		switch {
		case len(op.errors) >= maxErrorStatuses:
			m.errors.WithLabelValues(op.name, otherLabel).Inc()
			return
		case !known:
			label = strconv.Itoa(int(ev.Status))
		}
		if op.errors == nil {
			op.errors = map[int32]prometheus.Counter{}
		}
		c = m.errors.WithLabelValues(op.name, label)
		op.errors[ev.Status] = c
	}
	c.Inc()
}
