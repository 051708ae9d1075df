package control

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/mqsniff/mqsniff/filter"
)

// events answers with a stream of lines, until the reader goes away or the proxy ends.
func (s *Server) events(w http.ResponseWriter, r *http.Request) {
	hub := s.options.Events
	if hub == nil {
		refuse(w, http.StatusConflict, "this proxy looks at nothing, and so it has no events: start it without --no-tap")
		return
	}
	f, err := asked(r.URL.RawQuery)
	if err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	if r.Method == http.MethodHead {
		w.Header().Set("Content-Type", "application/x-ndjson")
		return
	}
	st, err := hub.open(f)
	if err != nil {
		refuse(w, http.StatusServiceUnavailable, err.Error())
		return
	}
	defer hub.close(st)
	w.Header().Set("Content-Type", "application/x-ndjson")
	w.WriteHeader(http.StatusOK)
	flush := http.NewResponseController(w).Flush
	if flush() != nil { // says to the reader that it misses nothing from now on
		return
	}
	var lines []byte
	for {
		var ended bool
		if lines, ended = hub.take(st, lines); len(lines) > 0 {
			if _, err := w.Write(lines); err != nil || flush() != nil {
				return
			}
			continue
		}
		if ended {
			return
		}
		select {
		case <-st.wake:
		case <-r.Context().Done():
			return
		}
	}
}

// asked reads the query of a stream: the expression f, and nothing else.
func asked(query string) (*filter.Filter, error) {
	q, err := url.ParseQuery(query)
	if err != nil {
		return nil, err
	}
	for name, values := range q {
		if name != "f" || len(values) > 1 {
			return nil, errors.New("/events takes one parameter: ?f=EXPRESSION (see mqsniff fields)")
		}
	}
	if q.Get("f") == "" {
		return nil, nil
	}
	f, err := filter.Compile(q.Get("f"))
	if err != nil {
		return nil, fmt.Errorf("the expression cannot be used: %w (see mqsniff fields)", err)
	}
	return f, nil
}
