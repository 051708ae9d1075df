package control

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/netutil"

	"github.com/mqsniff/mqsniff/proxy"
)

// Proxy is what is asked: a *proxy.Proxy. Its methods are called from any goroutine.
type Proxy interface {
	Conns() []*proxy.Conn
	Listeners() []*proxy.Listener
	Stats() proxy.Stats
}

// Options say what a Server knows. Without the optional parts their endpoints answer with what is missing.
type Options struct {
	Proxy    Proxy
	Recorder Recorder     // nil: nothing can be recorded
	Events   *Events      // nil: nobody looks at what is relayed. It is closed with the Server
	Metrics  http.Handler // nil: there are none
	Leaks    func() int   // ways past the proxy that clients were told so far; called from any goroutine. nil: none
	Version  string       // of the program
	Notice   func(string) // is told what goes wrong while serving; called from any goroutine. nil: nobody wants to know
}

// Bounds of a Server.
const (
	maxConns  = 64       // connections to all addresses of one Listen; more wait to be accepted
	maxHeader = 16 << 10 // bytes of a request's head
	maxBody   = 64 << 10 // bytes
	goodbye   = time.Second
)

// Server answers.
type Server struct {
	options Options
	started time.Time
	mux     *http.ServeMux
	list    []Endpoint
	http    http.Server

	mu     sync.Mutex
	remove []func()
	group  sync.WaitGroup
}

// New returns a Server that listens nowhere yet. It can be used as a http.Handler. Close must be called in the end.
func New(o Options) *Server {
	s := &Server{options: o, started: time.Now()}
	s.mux = s.routes()
	s.http = http.Server{
		Handler: s, ReadHeaderTimeout: 5 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: maxHeader,
		ErrorLog: log.New(noticeWriter{o.Notice}, "", 0),
	}
	return s
}

// Listen begins to answer on an address: see ParseAddress. anybody allows addresses that other machines can reach. The
// address is returned as a Client takes it: a port may have been 0. It can be called several times.
func (s *Server) Listen(address string, anybody bool) (string, error) {
	network, text, err := ParseAddress(address)
	if err != nil {
		return "", err
	}
	var l net.Listener
	remove := func() {}
	if network == "unix" {
		l, remove, err = listenSocket(text)
	} else {
		l, err = listenTCP(text, anybody)
	}
	if err != nil {
		return "", err
	}
	if network != "unix" {
		text = l.Addr().String()
	}
	s.mu.Lock()
	s.remove = append(s.remove, remove)
	s.mu.Unlock()
	s.group.Go(func() {
		if err := s.http.Serve(netutil.LimitListener(l, maxConns)); !errors.Is(err, http.ErrServerClosed) {
			s.http.ErrorLog.Printf("nothing is answered on %s any more: %v", text, err)
		}
	})
	return text, nil
}

// Probes are GET /healthz and /readyz alone, by path: they may be served where everybody may ask.
func (s *Server) Probes() map[string]http.Handler {
	return map[string]http.Handler{"/healthz": http.HandlerFunc(s.healthz), "/readyz": http.HandlerFunc(s.readyz)}
}

// Vanish takes the sockets' names away, so that nobody finds them any more. It does not wait, and is called from any goroutine: it is
// for a program that must end without Close.
func (s *Server) Vanish() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, remove := range s.remove {
		remove()
	}
	s.remove = nil
}

// Close ends the streams of events behind their last lines, and stops answering.
func (s *Server) Close() {
	s.Vanish()
	s.options.Events.Close()
	ctx, cancel := context.WithTimeout(context.Background(), goodbye)
	defer cancel()
	if s.http.Shutdown(ctx) != nil { // somebody does not read
		s.http.Close()
	}
	s.group.Wait()
}

// noticeWriter makes one notice of the first line of what is written.
type noticeWriter struct{ notice func(string) }

var _ io.Writer = noticeWriter{}

func (w noticeWriter) Write(b []byte) (int, error) {
	if w.notice != nil {
		line, _, _ := strings.Cut(strings.TrimSpace(string(b)), "\n")
		w.notice("control: " + line)
	}
	return len(b), nil
}
