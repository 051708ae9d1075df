package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/mqsniff/mqsniff/export"
)

// serveMetrics serves /metrics until ctx is done. The address that it listens on is returned: the port may have been 0.
func serveMetrics(ctx context.Context, address string, m *export.Metrics) (string, error) {
	l, err := listenMetrics(address)
	if err != nil {
		return "", err
	}
	serveMetricsOn(ctx, l, m)
	return l.Addr().String(), nil
}

// listenMetrics is the first half of serveMetrics, for what must be known to work before anything else is begun.
func listenMetrics(address string) (net.Listener, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("--metrics: %w: name a free address of this machine, such as 127.0.0.1:9419", err)
	}
	return l, nil
}

// serveMetricsOn is the second half. It closes l.
func serveMetricsOn(ctx context.Context, l net.Listener, m *export.Metrics) {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", m.Handler())
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	context.AfterFunc(ctx, func() { server.Close() })
	go func() {
		if err := server.Serve(l); err != nil && !errors.Is(err, http.ErrServerClosed) {
			l.Close()
		}
	}()
}
