package control

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/mqsniff/mqsniff/export"
	"github.com/mqsniff/mqsniff/proxy"
	"github.com/mqsniff/mqsniff/session"
)

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// blind is a proxy.Observer; without one the kernel carries the bytes, and they are counted at the end.
type blind struct{}

func (blind) Open(*proxy.Conn, int64)                                          {}
func (blind) Bytes(*proxy.Conn, proxy.Relayed)                                 {}
func (blind) Skipped(*proxy.Conn, session.Direction, int64, int64)             {}
func (blind) Notice(*proxy.Conn, int64, string)                                {}
func (blind) Close(*proxy.Conn, session.Direction, int64, session.CloseReason) {}
func (blind) Idle()                                                            {}

// echoing is a proxy in front of a server that answers with what it gets.
func echoing(t testing.TB, o proxy.Options) (*proxy.Proxy, *proxy.Listener) {
	t.Helper()
	upstream, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	go func() {
		for {
			c, err := upstream.Accept()
			if err != nil {
				return
			}
			go func() {
				_, _ = io.Copy(c, c)
				c.Close()
			}()
		}
	}()
	o.Observer = blind{}
	p := proxy.New(o)
	t.Cleanup(func() {
		upstream.Close()
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		p.Shutdown(ctx)
	})
	l, err := p.Listen("127.0.0.1:0", proxy.ListenOptions{Mode: "map", Target: upstream.Addr().String()})
	check(t, err)
	return p, l
}

// through is a connection on which five bytes went there and back.
func through(t testing.TB, l *proxy.Listener) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", l.Address.String())
	check(t, err)
	t.Cleanup(func() { c.Close() })
	_, err = c.Write([]byte("hello"))
	check(t, err)
	_, err = io.ReadFull(c, make([]byte, 5))
	check(t, err)
	return c
}

// shortDir is a directory whose path leaves room for the name of a socket.
func shortDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "mq")
	check(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// serve answers on a socket.
func serve(t testing.TB, o Options) (*Server, *Client) {
	t.Helper()
	if o.Notice == nil {
		o.Notice = func(line string) { t.Error(line) }
	}
	s := New(o)
	t.Cleanup(s.Close)
	address, err := s.Listen(filepath.Join(shortDir(t), "s.sock"), false)
	check(t, err)
	c, err := NewClient(address)
	check(t, err)
	t.Cleanup(c.Close)
	return s, c
}

// get asks for a path and reads the answer into v.
func get(t testing.TB, c *Client, path string, v any) {
	t.Helper()
	b, err := c.Get(context.Background(), path)
	check(t, err)
	d := json.NewDecoder(strings.NewReader(string(b)))
	d.DisallowUnknownFields()
	check(t, d.Decode(v))
}

// eventually waits for what another goroutine does.
func eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	for range 2000 {
		if is() {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatal("this did not happen: " + what)
}

func TestAnswers(t *testing.T) {
	p, l := echoing(t, proxy.Options{})
	_, c := serve(t, Options{Proxy: p, Version: "1.2", Leaks: func() int { return 3 }})
	var list []Connection
	if get(t, c, "/connections", &list); list == nil || len(list) != 0 {
		t.Errorf("before: %v", list)
	}
	client := through(t, l)

	get(t, c, "/connections", &list)
	if len(list) != 1 {
		t.Fatalf("%d connections", len(list))
	}
	got := list[0]
	if got.Opened.IsZero() || !got.Local.IsValid() {
		t.Errorf("%+v lacks what is known", got)
	}
	want := Connection{
		Number: 1, Mode: "map", Listener: l.Address, Target: l.Target, Relayed: Bytes{5, 5},
		Client: client.LocalAddr().(*net.TCPAddr).AddrPort(), Upstream: got.Upstream, Local: got.Local, Opened: got.Opened,
	}
	if got != want || got.Upstream.String() != l.Target {
		t.Errorf("%+v\nwant %+v", got, want)
	}

	var listeners []Listener
	get(t, c, "/listeners", &listeners)
	if len(listeners) != 1 || listeners[0] != (Listener{Mode: "map", Address: l.Address, Target: l.Target, Open: 1}) {
		t.Errorf("listeners %+v", listeners)
	}

	var stats Stats
	get(t, c, "/stats", &stats)
	if stats.Started.IsZero() {
		t.Error("nobody knows since when it runs")
	}
	stats.Started, stats.Waiting = time.Time{}, 0 // what was reserved for the connection's end
	if want := (Stats{Version: "1.2", Open: 1, Accepted: 1, Relayed: Bytes{5, 5}, Listeners: 1, Leaks: 3}); stats != want {
		t.Errorf("stats %+v, want %+v", stats, want)
	}

	var endpoints []Endpoint
	get(t, c, "/", &endpoints)
	for _, e := range endpoints {
		if e.Method == "GET" && e.Path != "/metrics" && e.Path != "/events" {
			if _, err := c.Get(t.Context(), e.Path); err != nil {
				t.Errorf("GET %s: %v", e.Path, err)
			}
		}
	}
	if len(endpoints) < 10 {
		t.Errorf("only %d endpoints are listed", len(endpoints))
	}
}

func TestReset(t *testing.T) {
	p, l := echoing(t, proxy.Options{})
	s, c := serve(t, Options{Proxy: p})
	first, second, third := through(t, l), through(t, l), through(t, l)
	if _, err := c.Reset(t.Context(), 2); err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest("DELETE", "/connections/3", nil))
	if w.Code != 200 {
		t.Error(w.Code, w.Body)
	}
	for _, conn := range []net.Conn{second, third} {
		if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("the client saw %v", err)
		}
	}
	if _, err := first.Write([]byte("x")); err != nil {
		t.Error(err)
	}
	if _, err := io.ReadFull(first, make([]byte, 1)); err != nil {
		t.Errorf("another connection: %v", err)
	}
	eventually(t, "the connection is gone", func() bool { return len(p.Conns()) == 1 })
	if _, err := c.Reset(t.Context(), 2); err == nil || err.Error() != "connection 2 is not open (see mqsniff ctl connections)" {
		t.Errorf("again: %v", err)
	}
}

// A connection is listed while it is being made, by other goroutines.
func TestConnectionsBeingMade(t *testing.T) {
	dialing, goOn := make(chan struct{}), make(chan struct{})
	p, l := echoing(t, proxy.Options{Dial: func(ctx context.Context, target string) (net.Conn, error) {
		close(dialing)
		<-goOn
		return new(net.Dialer).DialContext(ctx, "tcp", target)
	}})
	s, c := serve(t, Options{Proxy: p})
	var group sync.WaitGroup
	defer group.Wait()
	done := make(chan struct{})
	defer close(done)
	group.Go(func() {
		for {
			select {
			case <-done:
				return
			default:
				s.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/connections", nil))
			}
		}
	})
	made := make(chan struct{})
	go func() {
		defer close(made)
		through(t, l)
	}()
	<-dialing
	var list []Connection
	get(t, c, "/connections", &list)
	if len(list) != 1 || list[0].Number != 0 || list[0].Target != "" || list[0].Client.Port() == 0 {
		t.Errorf("%+v", list)
	}
	if _, err := c.Reset(t.Context(), 0); err == nil {
		t.Error("a connection without a number was reset")
	}
	close(goOn)
	<-made
}

func TestHealth(t *testing.T) {
	p, l := echoing(t, proxy.Options{})
	_, c := serve(t, Options{Proxy: p})
	var ready Ready
	if get(t, c, "/readyz", &ready); ready.Listeners != 1 {
		t.Errorf("%+v", ready)
	}
	check(t, l.Close())
	if _, err := c.Get(t.Context(), "/readyz"); err == nil || !strings.Contains(err.Error(), "nothing is listened on") {
		t.Errorf("without a listener: %v", err)
	}
	if b, err := c.Get(t.Context(), "/healthz"); err != nil || string(b) != `{"status":"ok"}`+"\n" {
		t.Errorf("%s, %v", b, err)
	}
}

// A listener that refuses connections as its target does is listed as that, and does not make the proxy unready.
func TestHealthOfMirrors(t *testing.T) {
	p, accepts := echoing(t, proxy.Options{MirrorRefused: true})
	nobody, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	nobody.Close()
	l, err := p.Listen("127.0.0.1:0", proxy.ListenOptions{Mode: "broker", Target: nobody.Addr().String()})
	check(t, err)
	_, c := serve(t, Options{Proxy: p})
	if client, err := net.Dial("tcp", l.Address.String()); err == nil {
		_, _ = client.Read(make([]byte, 1))
		client.Close()
	}
	eventually(t, "it refuses", func() bool { return l.Err() != nil })
	var ready Ready
	if get(t, c, "/readyz", &ready); ready.Listeners != 1 {
		t.Errorf("%+v", ready)
	}
	var list []Listener
	get(t, c, "/listeners", &list)
	for _, got := range list {
		if want := got.Address != accepts.Address; (got.Error != "") != want || want && !strings.Contains(got.Error, "as the target refuses them") {
			t.Errorf("%+v", got)
		}
	}
}

// What was not given is said.
func TestWithoutParts(t *testing.T) {
	p, _ := echoing(t, proxy.Options{})
	_, c := serve(t, Options{Proxy: p})
	for path, want := range map[string]string{"/events": "has no events", "/metrics": "there are no metrics"} {
		if _, err := c.Get(t.Context(), path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", path, err)
		}
	}
	if _, err := c.Record(t.Context(), "stop", ""); err == nil || !strings.Contains(err.Error(), "cannot record") {
		t.Errorf("record: %v", err)
	}
	if b, err := c.Get(t.Context(), "/record"); err != nil || !strings.Contains(string(b), `"recording":false`) {
		t.Errorf("%s, %v", b, err)
	}
}

// A host name out of a SOCKS request may hold anything.
func TestHostileTarget(t *testing.T) {
	p, l := echoing(t, proxy.Options{Dial: func(ctx context.Context, _ string) (net.Conn, error) {
		a, b := net.Pipe()
		go func() { _, _ = io.Copy(b, b) }()
		return a, nil
	}})
	evil := "a\x1b]0;x\x07\u202e\u009b.example:1"
	l2, err := p.Listen("127.0.0.1:0", proxy.ListenOptions{Mode: "socks", Target: evil})
	check(t, err)
	_ = l
	s, c := serve(t, Options{Proxy: p})
	through(t, l2)
	var list []Connection
	if get(t, c, "/connections", &list); list[0].Target != export.Safe(evil) {
		t.Errorf("%q", list[0].Target)
	}
	for _, path := range []string{"/connections", "/listeners"} {
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		if strings.ContainsAny(w.Body.String(), "\x1b\x07\u202e\u009b") {
			t.Errorf("%s: %q", path, w.Body)
		}
	}
}

// A Client tells another program from mqsniff.
func TestForeignServer(t *testing.T) {
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "<html>", 404) }))
	defer other.Close()
	c, err := NewClient(strings.TrimPrefix(other.URL, "http://"))
	check(t, err)
	if _, err := c.Get(t.Context(), "/stats"); err == nil || !strings.Contains(err.Error(), "is it mqsniff?") {
		t.Error(err)
	}
	other.Close()
	if _, err := c.Get(t.Context(), "/stats"); err == nil || !strings.Contains(err.Error(), "does the proxy run?") {
		t.Error(err)
	}
}
