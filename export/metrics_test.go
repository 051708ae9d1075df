package export

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/mqsniff/mqsniff/decode"
	"github.com/mqsniff/mqsniff/session"
)

// scrape is what Prometheus would get, without the metrics of the Go runtime and the process.
func scrape(t testing.TB, m *Metrics) string {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	body, err := io.ReadAll(w.Body)
	if err != nil || w.Code != 200 {
		t.Fatalf("status %d, %v: %s", w.Code, err, body)
	}
	var out strings.Builder
	for line := range strings.Lines(string(body)) {
		if strings.Contains(line, "mqsniff_") {
			out.WriteString(line)
		}
	}
	return out.String()
}

// metricsStory is some of everything, of three connections.
func metricsStory(m *Metrics) {
	number := uint32(0)
	add := func(ev session.Event) {
		number++
		ev.Number = number
		m.Handle(&ev, nil)
	}
	for conn := range uint32(3) {
		add(session.Event{Kind: session.Open, Conn: conn + 1})
	}
	send := session.Event{Kind: session.Request, Conn: 1, Code: decode.SendMessageV2, Len: 300, Messages: 1}
	sent := session.Event{Kind: session.Response, Conn: 1, Code: decode.SendMessageV2, Len: 100, Pair: 1, Latency: 800_000}
	for range 3 {
		add(send)
		add(sent)
	}
	busy := sent
	busy.Status, busy.Latency = 2, 10_592_000
	odd := sent
	odd.Status = 4242
	add(send)
	add(busy)
	add(send)
	add(odd)
	add(send) // never answered
	pull := session.Event{Kind: session.Request, Conn: 2, Code: decode.PullMessage, Marks: session.LongPoll, Len: 200}
	add(pull)
	add(session.Event{Kind: session.Response, Conn: 2, Code: decode.PullMessage, Marks: session.LongPoll, Status: 19, Len: 90, Pair: 1, Latency: 15_000_000_000})
	add(session.Event{Kind: session.Request, Conn: 2, Code: 3442, Len: 90}) // POP_MESSAGE that lost its upper bits
	add(session.Event{Kind: session.Request, Conn: 2, Code: 200050, Len: 90})
	add(session.Event{Kind: session.Oneway, Conn: 2, Code: 77777, Len: 50})
	add(session.Event{Kind: session.Response, Conn: 2, Marks: session.Unmatched, Status: 1, Len: 40})
	add(session.Event{Kind: session.Gap, Conn: 3, Len: 1448})
	add(session.Event{Kind: session.Garbage, Conn: 3, Len: 12})
	add(session.Event{Kind: session.Undecodable, Conn: 3, Len: 30})
	add(session.Event{Kind: session.Drop, Len: 9})
	add(session.Event{Kind: session.Notice})
	add(session.Event{Kind: session.Close, Conn: 1})
	add(session.Event{Kind: session.Close, Conn: 3})
}

func TestMetricsText(t *testing.T) {
	m := NewMetrics(MetricsOptions{Version: "1.2.3"})
	m.SetSource(func() SourceCounts {
		return SourceCounts{Packets: 1204, Bytes: 98765, KernelDrops: 7, OwnDrops: 1, RingFreezes: 2}
	})
	metricsStory(m)
	var got strings.Builder
	for line := range strings.Lines(scrape(t, m)) {
		if !strings.HasPrefix(line, "mqsniff_build_info") { // has the version of Go
			got.WriteString(line)
		}
	}
	path := filepath.Join("testdata", "metrics.txt")
	if *update {
		if err := os.WriteFile(path, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got.String() != string(want) {
		t.Errorf("run with -update and look at the difference. Now:\n%s", got.String())
	}
}

func TestMetricsBuildInfo(t *testing.T) {
	if got := scrape(t, NewMetrics(MetricsOptions{Version: `1.2 "x"`})); !strings.Contains(got, `,version="1.2 \"x\""} 1`) {
		t.Errorf("no version in:\n%s", got)
	}
}

// TestMetricsAreBounded: codes and statuses from the wire cannot make series without end.
func TestMetricsAreBounded(t *testing.T) {
	m := NewMetrics(MetricsOptions{})
	r := rand.New(rand.NewPCG(1, 2))
	m.Handle(&session.Event{Kind: session.Open, Conn: 1}, nil)
	for i := range 300_000 {
		ev := session.Event{Kind: session.Kind(i % 3), Conn: r.Uint32N(5), Code: int32(r.Uint32()), Status: int32(r.Uint32()), Pair: 1}
		if i%2 == 0 {
			ev.Code = int32(r.Uint32N(400_000)) // hits known ones, too
		}
		m.Handle(&ev, nil)
	}
	for i := range int32(1000) { // every status of one operation
		m.Handle(&session.Event{Kind: session.Response, Conn: 1, Code: decode.SendMessageV2, Status: i, Pair: 1}, nil)
	}
	text := scrape(t, m)
	operations := len(decode.RequestCodes()) + 1
	for metric, most := range map[string]int{
		"mqsniff_frames_total{":                             3 * operations,
		"mqsniff_response_latency_seconds_count{":           2 * operations,
		"mqsniff_errors_total{":                             (maxErrorStatuses + 1) * operations,
		`mqsniff_errors_total{operation="SEND_MESSAGE_V2",`: maxErrorStatuses + 1,
	} {
		if n := strings.Count(text, "\n"+metric); n > most || n == 0 {
			t.Errorf("%d series of %s, want 1 to %d", n, metric, most)
		}
	}
	if len(m.operations) > 2*operations || len(m.waiting) > 1 {
		t.Errorf("%d codes and %d connections are kept", len(m.operations), len(m.waiting))
	}
}

func TestMetricsOfOthersAreScrapedToo(t *testing.T) {
	m := NewMetrics(MetricsOptions{})
	held := prometheus.NewGauge(prometheus.GaugeOpts{Name: "mqsniff_held_messages", Help: "Held."})
	m.Registry().MustRegister(held)
	held.Set(3)
	if got := scrape(t, m); !strings.Contains(got, "\nmqsniff_held_messages 3\n") {
		t.Errorf("not there:\n%s", got)
	}
}

func TestMetricsAreScrapedWhileEventsCome(t *testing.T) {
	m := NewMetrics(MetricsOptions{})
	m.SetSource(func() SourceCounts { return SourceCounts{} })
	var group sync.WaitGroup
	stop := make(chan struct{})
	for range 2 {
		group.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					scrape(t, m)
				}
			}
		})
	}
	for range 500 {
		metricsStory(m)
	}
	close(stop)
	group.Wait()
	if got := scrape(t, m); !strings.Contains(got, "\nmqsniff_frames_total{kind=\"request\",operation=\"SEND_MESSAGE_V2\"} 3000\n") {
		t.Errorf("wrong number of requests:\n%s", got)
	}
}

// TestMetricsAllocateNothing for operations, statuses and connections that were there before.
func TestMetricsAllocateNothing(t *testing.T) {
	m := NewMetrics(MetricsOptions{})
	metricsStory(m)
	if n := testing.AllocsPerRun(100, func() { metricsStory(m) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkMetrics(b *testing.B) {
	m := NewMetrics(MetricsOptions{})
	var events []session.Event
	for i := range uint32(64) {
		m.Handle(&session.Event{Kind: session.Open, Conn: i}, nil)
		code := []int32{decode.SendMessageV2, decode.PullMessage, decode.HeartBeat, 200050}[i%4]
		events = append(events,
			session.Event{Kind: session.Request, Conn: i, Code: code, Len: 300, Messages: 1},
			session.Event{Kind: session.Response, Conn: i, Code: code, Len: 100, Pair: 1, Latency: int64(i) * 400_000, Status: int32(i % 2)})
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		m.Handle(&events[i], nil)
		i = (i + 1) % len(events)
	}
}

// ExampleMetrics shows the way of events to a scrape.
func ExampleMetrics() {
	m := NewMetrics(MetricsOptions{})
	m.Handle(&session.Event{Kind: session.Gap, Conn: 1, Len: 1448}, nil)
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	for line := range bytes.Lines(w.Body.Bytes()) {
		if bytes.HasPrefix(line, []byte("mqsniff_gap")) {
			fmt.Print(string(line))
		}
	}
	// Output:
	// mqsniff_gap_bytes_total 1448
	// mqsniff_gaps_total 1
}
