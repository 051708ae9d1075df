package control

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// routes joins paths to what answers them, and makes the list of them.
func (s *Server) routes() *http.ServeMux {
	mux := http.NewServeMux()
	ways := map[string]methods{}
	add := func(method, path, does string, h http.HandlerFunc) {
		s.list = append(s.list, Endpoint{method, path, does})
		if ways[path] == nil {
			ways[path] = methods{}
		}
		ways[path][method] = h
	}
	add("GET", "/connections", "open connections", s.connections)
	add("POST", "/connections/{n}", "resets connection n", s.reset)
	add("DELETE", "/connections/{n}", "resets connection n", s.reset)
	add("GET", "/listeners", "addresses that are listened on", s.listeners)
	add("GET", "/stats", "counters", s.stats)
	add("GET", "/record", "what is recorded", s.recording)
	add("POST", "/record", `{"action":"start","file":"/absolute/path"}, {"action":"stop"} or {"action":"rotate"}`, s.record)
	add("GET", "/events", "one JSON object per event and line, from now on; ?f=EXPRESSION chooses", s.events)
	add("GET", "/healthz", "200: the process lives", s.healthz)
	add("GET", "/readyz", "200: all listeners accept", s.readyz)
	add("GET", "/metrics", "for Prometheus", s.metrics)
	for path, m := range ways {
		mux.Handle(path, m)
	}
	mux.Handle("/{$}", methods{"GET": func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, s.list) }})
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		refuse(w, http.StatusNotFound, "there is no such path: GET / lists them")
	})
	return mux
}

// methods are the handlers of one path.
type methods map[string]http.HandlerFunc

// ServeHTTP is part of http.Handler.
func (m methods) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	method := r.Method
	if method == http.MethodHead { // some probes ask so
		method = http.MethodGet
	}
	if h := m[method]; h != nil {
		h(w, r)
		return
	}
	var allowed []string
	for name := range m {
		allowed = append(allowed, name)
	}
	slices.Sort(allowed)
	list := strings.Join(allowed, ", ")
	w.Header().Set("Allow", list)
	refuse(w, http.StatusMethodNotAllowed, "this path takes "+list)
}

// ServeHTTP is part of http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store")
	if why := foreign(r); why != "" {
		refuse(w, http.StatusForbidden, why)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	s.mux.ServeHTTP(w, r)
}

// foreign says why a request is none that a person or program of this machine meant to make: a page in a browser may send
// some to any address (Fetch Standard, Origin and Sec-Fetch-Site), and have its own host name resolved to this machine.
func foreign(r *http.Request) string {
	if site := r.Header.Get("Sec-Fetch-Site"); r.Header.Get("Origin") != "" || site != "" && site != "none" && site != "same-origin" {
		return "pages of other sites may not ask here: use mqsniff ctl or curl"
	}
	if at, ok := localAddress(r); ok && at.IsLoopback() && !isLocal(r.Host) {
		return "the Host is another machine's: ask for http://" + at.String()
	}
	return ""
}

// localAddress is the TCP address that a request came to; false for other networks.
func localAddress(r *http.Request) (netip.Addr, bool) {
	at, ok := r.Context().Value(http.LocalAddrContextKey).(*net.TCPAddr)
	if !ok {
		return netip.Addr{}, false
	}
	return at.AddrPort().Addr().Unmap(), true
}

// isLocal tells whether a Host is one that nobody else's name server can give out.
func isLocal(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	_, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil || host == "" || strings.EqualFold(host, "localhost")
}

// answer writes v as one line of JSON.
func answer(w http.ResponseWriter, status int, v any) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		status = http.StatusInternalServerError
		b.Reset()
		fmt.Fprintf(&b, `{"error":%q}`+"\n", err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes())
}

// refuse says what is wrong, and what to do.
func refuse(w http.ResponseWriter, status int, why string) { answer(w, status, failure{why}) }
