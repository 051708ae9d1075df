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

// listenMetrics comes first: that it works must be known before anything else is begun.
func listenMetrics(address string) (net.Listener, error) {
	at, err := listenAddress("--metrics", address)
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", at.String())
	if err != nil {
		return nil, fmt.Errorf("--metrics: %w: name a free address of this machine, such as 127.0.0.1:9419", err)
	}
	return l, nil
}

// serveMetrics serves /metrics, and what else is given by path, until ctx is done. It closes l.
func serveMetrics(ctx context.Context, l net.Listener, m *export.Metrics, more map[string]http.Handler) {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", m.Handler())
	for path, handler := range more {
		mux.Handle("GET "+path, handler)
	}
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	context.AfterFunc(ctx, func() { server.Close() })
	go func() {
		if err := server.Serve(l); err != nil && !errors.Is(err, http.ErrServerClosed) {
			l.Close()
		}
	}()
}
