package main

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mqsniff/mqsniff/control"
)

// Probes of containers ask where the metrics are, as the socket and its TCP address are for this machine alone; nothing else is
// answered there. Regression: only the control API had /healthz and /readyz, which no kubelet reaches.
func TestProbesBesideMetrics(t *testing.T) {
	for _, args := range [][]string{{}, {"--control", "none"}, {"--no-tap"}} {
		r := startProxy(t, append(args, "--metrics", "127.0.0.1:0")...)
		for path, want := range map[string]string{
			"/healthz": `200 {"status":"ok"}`, "/readyz": `200 {"listeners":1}`, "/metrics": "200 # HELP", "/connections": "404", "/record": "404", "/": "404",
		} {
			answer, err := http.Get("http://" + r.addresses["metrics"] + path)
			check(t, err)
			b, err := io.ReadAll(answer.Body)
			check(t, err)
			answer.Body.Close()
			if got := answer.Status[:3] + " " + string(b); !strings.HasPrefix(got, want) {
				t.Errorf("%q %s: %.100s", args, path, got)
			}
		}
		r.end()
	}
}

// A recording that is begun from afar overwrites recordings only. Regression: a mistyped name cost whatever was there.
func TestCtlRecordOverwritesRecordingsOnly(t *testing.T) {
	r := startProxy(t)
	client, err := control.NewClient(r.addresses["control"])
	check(t, err)
	defer client.Close()
	path := filepath.Join(t.TempDir(), "notes")
	check(t, os.WriteFile(path, []byte("what was there before"), 0o600))
	if _, err := client.Record(t.Context(), "start", path); err == nil || !strings.Contains(err.Error(), path+" holds something else than a recording: name another file") {
		t.Error(err)
	}
	if b, err := os.ReadFile(path); string(b) != "what was there before" {
		t.Errorf("%q, %v", b, err)
	}
	for _, name := range []string{"r.pcapng", "r.pcapng", "r.pcapng.zst", "r.pcapng.zst"} {
		_, err := client.Record(t.Context(), "start", filepath.Join(filepath.Dir(path), name))
		check(t, err)
		_, err = client.Record(t.Context(), "stop", "")
		check(t, err)
	}
}
