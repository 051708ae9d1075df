package main

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestNameServerOverHTTP(t *testing.T) {
	h := nameServerHandler("192.168.7.4:19876")
	for _, c := range []struct {
		method, url string
		status      int
		body        string
	}{
		{"GET", "/rocketmq/nsaddr", 200, "192.168.7.4:19876"}, // HttpResolver, and TopAddressing without a unit
		{"GET", "/rocketmq/nsaddr-unit-1?nofix=1", 200, "192.168.7.4:19876"},
		{"GET", "/rocketmq/nsaddr-u?nofix=1&namespace=n&", 200, "192.168.7.4:19876"},
		{"GET", "/nsaddr?id=1", 200, "192.168.7.4:19876"},
		{"GET", "/a/b/nsaddr/", 200, "192.168.7.4:19876"},
		{"HEAD", "/rocketmq/nsaddr", 200, "192.168.7.4:19876"},
		{"POST", "/rocketmq/nsaddr", 405, "this path takes GET\n"},
		{"GET", "/", 404, "here is only /rocketmq/nsaddr\n"},
		{"GET", "/rocketmq/nsaddress", 404, "here is only /rocketmq/nsaddr\n"},
		{"GET", "/nsaddr/x", 404, "here is only /rocketmq/nsaddr\n"},
	} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(c.method, c.url, nil))
		if w.Code != c.status || w.Body.String() != c.body {
			t.Errorf("%s %s: %d %q", c.method, c.url, w.Code, w.Body)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	at, err := serveNameServer(ctx, "127.0.0.1:0", "a:1")
	check(t, err)
	r, err := http.Get("http://" + at + "/rocketmq/nsaddr")
	check(t, err)
	b, err := io.ReadAll(r.Body)
	r.Body.Close()
	if err != nil || string(b) != "a:1" || r.Header.Get("Content-Length") != "3" {
		t.Errorf("%q, %v, %v", b, err, r.Header)
	}
	if _, err := serveNameServer(ctx, at, "a:1"); err == nil || !strings.Contains(err.Error(), "--nsaddr") {
		t.Errorf("an address that is taken: %v", err)
	}
	cancel()
}
