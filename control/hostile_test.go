package control

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/mqsniff/mqsniff/proxy"
	"github.com/mqsniff/mqsniff/session"
)

// raw sends bytes and returns the answer.
func raw(t *testing.T, address, request string) (int, string) {
	t.Helper()
	c, err := net.Dial("tcp", address)
	check(t, err)
	defer c.Close()
	_, err = io.WriteString(c, request)
	check(t, err)
	r, err := http.ReadResponse(bufio.NewReader(c), nil)
	check(t, err)
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	check(t, err)
	return r.StatusCode, string(b)
}

// TestPagesOfOthers: what a browser was told to send by some page is refused, on any path.
func TestPagesOfOthers(t *testing.T) {
	p, l := echoing(t, proxy.Options{})
	s, _ := serve(t, Options{Proxy: p})
	address, err := s.Listen("127.0.0.1:0", false)
	check(t, err)
	through(t, l)
	for head, want := range map[string]int{
		"Host: " + address:                                      200,
		"Host: localhost":                                       200,
		"Host: LOCALHOST:1":                                     200,
		"Host: [::1]:80":                                        200,
		"Host: evil.example":                                    403,
		"Host: evil.example:9420":                               403,
		"Host: 127.0.0.1.evil.example":                          403,
		"Host: localhost.evil.example":                          403,
		"Host: " + address + "\r\nOrigin: null":                 403,
		"Host: " + address + "\r\nOrigin: https://evil.example": 403,
		"Host: " + address + "\r\nSec-Fetch-Site: cross-site":   403,
		"Host: " + address + "\r\nSec-Fetch-Site: same-site":    403,
		"Host: " + address + "\r\nSec-Fetch-Site: none":         200,
		"Host: " + address + "\r\nSec-Fetch-Site: same-origin":  200,
	} {
		for _, path := range []string{"GET /connections", "GET /metrics", "POST /connections/99", "DELETE /nothing"} {
			status, body := raw(t, address, path+" HTTP/1.1\r\n"+head+"\r\n\r\n")
			if (status == 403) != (want == 403) {
				t.Errorf("%s with %q: %d %s", path, head, status, body)
			}
		}
	}
	if status, body := raw(t, address, "GET http://evil.example/connections HTTP/1.1\r\nHost: localhost\r\n\r\n"); status != 403 {
		t.Errorf("the host in the path: %d %s", status, body)
	}
	if len(p.Conns()) != 1 {
		t.Error("a connection was reset")
	}
}

// TestOddRequests: every answer that is no success is one line of JSON with a reason.
func TestOddRequests(t *testing.T) {
	p, _ := echoing(t, proxy.Options{})
	s, _ := serve(t, Options{Proxy: p})
	for request, want := range map[string]int{
		"GET /nothing":                           404,
		"GET /connections/":                      404,
		"GET /connections/1":                     405,
		"POST /connections":                      405,
		"POST /connections/-1":                   400,
		"POST /connections/0x1":                  400,
		"POST /connections/18446744073709551616": 400,
		"POST /connections/18446744073709551615": 404,
		"POST /connections/1%2f2":                400,
		"POST /connections/%1b[2J":               400,
		"PUT /record":                            405,
		"TRACE /":                                405,
		"BREW /stats":                            405,
		"POST /readyz":                           405,
		"HEAD /readyz":                           200,
		"GET /%2e%2e/etc/passwd":                 404,
	} {
		method, path, _ := strings.Cut(request, " ")
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest(method, path, nil))
		if w.Code != want {
			t.Errorf("%s: %d, want %d", request, w.Code, want)
		}
		var f failure
		if w.Code != 200 && (json.Unmarshal(w.Body.Bytes(), &f) != nil || f.Error == "" || strings.Count(w.Body.String(), "\n") != 1) {
			t.Errorf("%s: %s", request, w.Body)
		}
		if w.Code == 405 && w.Header().Get("Allow") == "" {
			t.Errorf("%s: nobody knows what is allowed", request)
		}
	}
}

// FuzzRequest: no request stops a Server, and each refusal has a reason.
func FuzzRequest(f *testing.F) {
	for _, path := range []string{"/", "/connections", "/connections/7", "/record", "/events?f=nosuch", "/events?f=any(messages,%20.x", "//x", "/readyz?%"} {
		f.Add("GET", path, "", "localhost")
		f.Add("POST", path, `{"action":"start","file":"/x"}`, "evil")
	}
	p, _ := echoing(f, proxy.Options{})
	s := New(Options{Proxy: p, Recorder: &recorder{}, Events: NewEvents(session.NewSymbols())})
	s.options.Events.Close() // streams would not end
	f.Fuzz(func(t *testing.T, method, path, body, host string) {
		u, err := url.ParseRequestURI(path)
		if err != nil {
			t.Skip()
		}
		r := httptest.NewRequest("GET", "/", strings.NewReader(body))
		r.Method, r.URL, r.Host = method, u, host
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		var v failure
		if w.Code >= 400 && (json.Unmarshal(w.Body.Bytes(), &v) != nil || v.Error == "") {
			t.Errorf("%s %s: %d %s", method, path, w.Code, w.Body)
		}
	})
}

// More connections than a Server takes wait, and do no harm.
func TestManyConnections(t *testing.T) {
	p, _ := echoing(t, proxy.Options{})
	s, _ := serve(t, Options{Proxy: p})
	address, err := s.Listen("127.0.0.1:0", false)
	check(t, err)
	var idle []net.Conn
	for range maxConns {
		c, err := net.Dial("tcp", address)
		check(t, err)
		defer c.Close()
		idle = append(idle, c)
	}
	waiting, err := net.Dial("tcp", address)
	check(t, err)
	defer waiting.Close()
	fmt.Fprint(waiting, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
	idle[0].Close()
	if r, err := http.ReadResponse(bufio.NewReader(waiting), nil); err != nil || r.StatusCode != 200 {
		t.Error(r, err)
	}
}
