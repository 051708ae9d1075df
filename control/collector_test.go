package control

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/mqsniff/mqsniff/export"
	"github.com/mqsniff/mqsniff/proxy"
	"github.com/mqsniff/mqsniff/session"
)

func TestCollector(t *testing.T) {
	p, l := echoing(t, proxy.Options{})
	m := export.NewMetrics(export.MetricsOptions{})
	o := Options{Proxy: p, Leaks: func() int { return 2 }, Events: NewEvents(session.NewSymbols()), Metrics: m.Handler()}
	check(t, m.Registry().Register(NewCollector(o)))
	_, c := serve(t, o)
	through(t, l)
	b, err := c.Get(t.Context(), "/metrics")
	check(t, err)
	var got []string
	for line := range strings.Lines(string(b)) {
		if strings.HasPrefix(line, "mqsniff_proxy_") {
			got = append(got, strings.TrimSpace(line))
		}
	}
	at := `{address="` + l.Address.String() + `",mode="map"} `
	want := []string{
		"mqsniff_proxy_connections_accepted_total 1", "mqsniff_proxy_connections_opaque 0", "mqsniff_proxy_connections_open 1",
		"mqsniff_proxy_connections_refused_total 0", "mqsniff_proxy_dial_errors_total 0",
		"mqsniff_proxy_event_lines_dropped_total 0", "mqsniff_proxy_event_streams 0", "mqsniff_proxy_leaks_total 2",
		"mqsniff_proxy_listener_connections_open" + at + "1", "mqsniff_proxy_listener_up" + at + "1",
		"mqsniff_proxy_listeners 1", "mqsniff_proxy_listeners_failing 0",
		`mqsniff_proxy_relayed_bytes_total{direction="c2s"} 5`, `mqsniff_proxy_relayed_bytes_total{direction="s2c"} 5`,
		"mqsniff_proxy_tap_waiting_bytes ", `mqsniff_proxy_unseen_bytes_total{direction="c2s"} 0`,
		`mqsniff_proxy_unseen_bytes_total{direction="s2c"} 0`, "mqsniff_proxy_unseen_connections_total 0",
	}
	if len(got) != len(want) {
		t.Fatalf("%d lines:\n%s", len(got), strings.Join(got, "\n"))
	}
	for i := range want {
		if !strings.HasPrefix(got[i], want[i]) {
			t.Errorf("%s, want %s", got[i], want[i])
		}
	}
}

// The listeners of many brokers do not become as many series.
func TestCollectorIsBounded(t *testing.T) {
	p, _ := echoing(t, proxy.Options{})
	for range maxListeners {
		_, err := p.Listen("127.0.0.1:0", proxy.ListenOptions{Mode: "broker", Target: "127.0.0.1:1"})
		check(t, err)
	}
	m := export.NewMetrics(export.MetricsOptions{})
	check(t, m.Registry().Register(NewCollector(Options{Proxy: p})))
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	body := w.Body.String()
	if n := strings.Count(body, "\nmqsniff_proxy_listener_up{"); n != maxListeners || !strings.Contains(body, "\nmqsniff_proxy_listeners 257\n") {
		t.Errorf("%d series", n)
	}
}
