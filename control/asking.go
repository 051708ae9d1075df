package control

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"syscall"

	"github.com/mqsniff/mqsniff/export"
	"github.com/mqsniff/mqsniff/proxy"
)

func (s *Server) connections(w http.ResponseWriter, _ *http.Request) {
	list := []Connection{}
	for _, c := range s.options.Proxy.Conns() {
		list = append(list, connectionOf(c))
	}
	answer(w, http.StatusOK, list)
}

func (s *Server) reset(w http.ResponseWriter, r *http.Request) {
	n, err := strconv.ParseUint(r.PathValue("n"), 10, 64)
	if err != nil {
		refuse(w, http.StatusBadRequest, "a connection is called by its number: GET /connections lists them")
		return
	}
	for _, c := range s.options.Proxy.Conns() {
		if c.Established() && c.Number == n {
			c.Abort()
			answer(w, http.StatusOK, struct {
				Reset uint64 `json:"reset"`
			}{n})
			return
		}
	}
	refuse(w, http.StatusNotFound, fmt.Sprintf("connection %d is not open (see mqsniff ctl connections)", n))
}

func (s *Server) listeners(w http.ResponseWriter, _ *http.Request) {
	list := []Listener{}
	for _, l := range s.options.Proxy.Listeners() {
		list = append(list, listenerOf(l))
	}
	answer(w, http.StatusOK, list)
}

func (s *Server) stats(w http.ResponseWriter, _ *http.Request) {
	n := s.options.Proxy.Stats()
	out := Stats{
		Version: s.options.Version, Started: s.started.UTC(),
		Open: n.Open, Accepted: n.Accepted, Refused: n.Refused, DialErrors: n.DialErrors, Unseen: n.Unseen, Unsaid: n.Unsaid,
		Relayed: bytesOf(n.Relayed), Skipped: bytesOf(n.Skipped), Waiting: n.Waiting,
		Listeners: len(s.options.Proxy.Listeners()), Streams: s.options.Events.Streams(),
	}
	if s.options.Leaks != nil {
		out.Leaks = s.options.Leaks()
	}
	answer(w, http.StatusOK, out)
}

func (s *Server) healthz(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, struct {
		Status string `json:"status"`
	}{"ok"})
}

func (s *Server) readyz(w http.ResponseWriter, _ *http.Request) {
	listeners := s.options.Proxy.Listeners()
	if why := notReady(listeners); why != "" {
		refuse(w, http.StatusServiceUnavailable, why)
		return
	}
	accepting := 0
	for _, l := range listeners {
		if l.Err() == nil {
			accepting++
		}
	}
	answer(w, http.StatusOK, Ready{Listeners: accepting})
}

// notReady says why connections are not accepted; "": they are, or are refused because the target refuses them.
func notReady(listeners []*proxy.Listener) string {
	if len(listeners) == 0 {
		return "nothing is listened on: the proxy is starting or shutting down"
	}
	for _, l := range listeners {
		if err := l.Err(); err != nil && !errors.Is(err, proxy.ErrMirrored) {
			why := fmt.Sprintf("%s does not accept: %v", l.Address, err)
			if errors.Is(err, syscall.EMFILE) {
				why += ": raise the limit of open files (ulimit -n)"
			}
			return export.Safe(why)
		}
	}
	return ""
}

func (s *Server) metrics(w http.ResponseWriter, r *http.Request) {
	if s.options.Metrics == nil {
		refuse(w, http.StatusNotFound, "there are no metrics: this proxy was started without")
		return
	}
	s.options.Metrics.ServeHTTP(w, r)
}
