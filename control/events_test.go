package control

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/mqsniff/mqsniff/export"
	"github.com/mqsniff/mqsniff/proxy"
	"github.com/mqsniff/mqsniff/session"
)

// source makes events.
type source struct {
	*session.Session
	events *Events
	proof  bytes.Buffer // what -o json prints, after flush
	flush  func()
}

func newSource() *source {
	s := &source{}
	var json *export.JSON
	s.Session = session.New(session.Options{}, func(ev *session.Event, v *session.View) {
		json.Handle(ev, v)
		s.events.Handle(ev, v)
	})
	json = export.NewJSON(&s.proof, s.Symbols, export.JSONOptions{})
	s.events = NewEvents(s.Symbols)

	s.flush = func() { _ = json.Flush() }
	return s
}

// listen collects the lines of a stream until it ends. It returns when nothing is missed any more.
func listen(t *testing.T, c *Client, expr string) (lines func() []string) {
	t.Helper()
	var got []string
	var group sync.WaitGroup
	ready := make(chan struct{})
	group.Go(func() {
		if err := c.Events(context.Background(), expr, func() { close(ready) }, func(line []byte) error {
			got = append(got, string(line))
			return nil
		}); err != nil {
			t.Error(err)
		}
	})
	<-ready
	return func() []string {
		group.Wait()
		return got
	}
}

// TestEvents: what streams carry is what -o json prints, from when they began.
func TestEvents(t *testing.T) {
	p, _ := echoing(t, proxy.Options{})
	src := newSource()
	s, c := serve(t, Options{Proxy: p, Events: src.events})
	src.Notice(nil, 1, "too early")
	src.flush()
	src.proof.Reset()
	all, some, none := listen(t, c, ""), listen(t, c, `note contains "odd"`), listen(t, c, `kind == "gap"`)
	for i := range 100 {
		src.Notice(nil, int64(i), []string{"even", "odd \x1b[2J\u202e"}[i%2])
	}
	src.Notice(nil, 200, strings.Repeat("long", 100_000)) // longer than the reader's buffer
	s.Close()
	src.flush()
	if got := strings.Join(all(), ""); got != src.proof.String() {
		t.Errorf("got\n%.500s\nwant\n%.500s", got, src.proof.String())
	}
	var odd strings.Builder
	for line := range strings.Lines(src.proof.String()) {
		if strings.Contains(line, `"odd`) {
			odd.WriteString(line)
		}
	}
	if got := strings.Join(some(), ""); got != odd.String() || strings.Count(got, "\n") != 50 {
		t.Errorf("with a filter\n%.300s\nwant\n%.300s", got, odd.String())
	}
	if got := none(); len(got) != 0 {
		t.Errorf("nothing matches, but there is %q", got)
	}
	if _, err := c.Get(t.Context(), "/events"); err == nil {
		t.Error("there are events after the end")
	}
}

// TestSlowReader: nothing waits for a reader, who is told exactly how much is missing, and where.
func TestSlowReader(t *testing.T) {
	p, _ := echoing(t, proxy.Options{})
	src := newSource()
	_, c := serve(t, Options{Proxy: p, Events: src.events})
	r, err := c.send(t.Context(), http.MethodGet, "/events", nil)
	check(t, err)
	defer r.Body.Close()
	const sent = 40_000 // of 300 bytes: far more than may wait, and than sockets hold
	note := strings.Repeat("n", 200)
	for i := range sent {
		src.Notice(nil, int64(i), note)
	}
	if n := src.events.Dropped(); n == 0 || n > sent {
		t.Fatalf("%d lines were dropped", n)
	}
	src.events.Close()
	var number, dropped uint64
	places := 0
	for lines := bufio.NewScanner(r.Body); lines.Scan(); {
		var line struct{ Frame, Dropped uint64 }
		check(t, json.Unmarshal(lines.Bytes(), &line))
		if line.Dropped > 0 {
			number += line.Dropped
			dropped += line.Dropped
			places++
			continue
		}
		if number++; line.Frame != number {
			t.Fatalf("frame %d came where %d was due", line.Frame, number)
		}
	}
	if number != sent || dropped != src.events.Dropped() {
		t.Errorf("%d of %d lines are accounted for; %d dropped, of %d", number, sent, dropped, src.events.Dropped())
	}
	t.Logf("%d lines dropped at %d places", dropped, places)
}

// One line may be too long.
func TestLongLine(t *testing.T) {
	e := NewEvents(session.NewSymbols())
	s, err := e.open(nil)
	check(t, err)
	if s.add(make([]byte, maxWaiting+1)) || !s.add([]byte{}) == (s.lost == 0) {
		t.Error("it found room")
	}
	lines, _ := e.take(s, nil)
	if string(lines) != `{"dropped":2}`+"\n" {
		t.Errorf("%q", lines)
	}
	if !s.add([]byte("x\n")) {
		t.Error("there is room again")
	}
}

// TestDroppedModel: whatever comes and is taken when, each line is either there or counted in its place.
func TestDroppedModel(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	long := strings.Repeat("x", maxWaiting/20)
	for range 5 {
		e := NewEvents(session.NewSymbols())
		s, err := e.open(nil)
		check(t, err)
		sent, next := 0, 0
		var spare []byte
		read := func() {
			lines, _ := e.take(s, spare)
			for line := range strings.Lines(string(lines)) {
				n, lost := 0, 0
				if _, err := fmt.Sscanf(line, `{"dropped":%d}`, &lost); err == nil && lost > 0 {
					next += lost
				} else if _, err := fmt.Sscanf(line, "%d", &n); err != nil || n != next {
					t.Fatalf("%.40q came where %d was due: %v", line, next, err)
				} else {
					next++
				}
			}
			spare = lines
		}
		for range 300 {
			if random.IntN(50) == 0 {
				read()
				continue
			}
			e.mu.Lock()
			s.add(fmt.Appendf(nil, "%d %s\n", sent, long[:random.IntN(len(long))]))
			e.mu.Unlock()
			sent++
		}
		read()
		if next != sent {
			t.Errorf("%d of %d lines are accounted for", next, sent)
		}
	}
}

// TestStreamsAreBounded: there are so many and no more; one that ends makes room.
func TestStreamsAreBounded(t *testing.T) {
	p, _ := echoing(t, proxy.Options{})
	src := newSource()
	_, c := serve(t, Options{Proxy: p, Events: src.events})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for range maxStreams {
		r, err := c.send(ctx, http.MethodGet, "/events", nil)
		check(t, err)
		defer r.Body.Close()
	}
	if _, err := c.Get(t.Context(), "/events"); err == nil || err.Error() != errMany.Error() {
		t.Errorf("one too many: %v", err)
	}
	var stats Stats
	if get(t, c, "/stats", &stats); stats.Streams != maxStreams {
		t.Errorf("%d streams", stats.Streams)
	}
	cancel()
	eventually(t, "the streams are gone", func() bool { return src.events.Streams() == 0 })
	stop := errors.New("enough")
	err := c.Events(t.Context(), "", func() { src.Notice(nil, 1, "a") }, func([]byte) error { return stop })
	if !errors.Is(err, stop) {
		t.Error(err)
	}
}

func TestEventsQuery(t *testing.T) {
	p, _ := echoing(t, proxy.Options{})
	src := newSource()
	_, c := serve(t, Options{Proxy: p, Events: src.events})
	for _, query := range []string{"f=" + url.QueryEscape("topic =="), "f=nosuch", "filter=true", "f=true&f=false", "%zz", "f=%zz", "a;b"} {
		if _, err := c.Get(t.Context(), "/events?"+query); err == nil {
			t.Errorf("?%s is accepted", query)
		}
	}
	if n := src.events.Streams(); n != 0 {
		t.Errorf("%d streams are left", n)
	}
	r, err := c.http.Head(c.base + "/events")
	check(t, err)
	r.Body.Close()
	if r.StatusCode != 200 {
		t.Errorf("HEAD: %s", r.Status)
	}
}

// Readers come and go while events are made.
func TestEventsRace(t *testing.T) {
	p, _ := echoing(t, proxy.Options{})
	src := newSource()
	s, c := serve(t, Options{Proxy: p, Events: src.events})
	var group sync.WaitGroup
	for i := range maxStreams {
		group.Go(func() {
			for range 5 {
				n := 0
				_ = c.Events(context.Background(), []string{"", `note != "x"`}[i%2], nil, func([]byte) error {
					if n++; n == 20 {
						return io.EOF
					}
					return nil
				})
			}
		})
	}
	done := make(chan struct{})
	made := make(chan struct{})
	go func() {
		defer close(made)
		for i := 0; ; i++ {
			select {
			case <-done:
				return
			default:
				src.Notice(nil, int64(i), fmt.Sprint("n", i%100))
			}
		}
	}()
	group.Wait()
	close(done)
	<-made
	s.Close()
}
