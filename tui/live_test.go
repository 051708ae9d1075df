package tui

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/gdamore/tcell/v2"

	"github.com/mqsniff/mqsniff/session"
)

// running makes the screen one of a live source.
func running(o *Options) {
	o.Title = "eth0"
	o.Live = &Live{Filter: "port 9876,10911,10909", Memory: func() uint64 { return 186 << 20 },
		Hints: []string{"Another port?       mqsniff live --port 9876,19876", "Another interface?  mqsniff live -i any"}}
	o.Progress = func() Progress { return Progress{Packets: 3204, Lost: 1204, Recording: "today.pcapng"} }
	o.Stop = func() {}
}

// quiet is running without losses and recording.
func quiet(o *Options) {
	running(o)
	o.Progress = func() Progress { return Progress{} }
}

// pass lets time go by on the screen's clock.
func (u *ui) pass(d time.Duration) {
	u.t.Helper()
	u.do(func() { u.time = u.time.Add(d) })
	u.settle()
}

// lossy is a story with lost packets and words of the source in it.
func lossy(t *testing.T) *capture {
	c := story(t)
	c.session.Lost(c.now, 1204, "no room in the ring of eth0")
	o := c.request(c.conns[0], 310, 0, "body", send("OrderPaid", 5)...)
	c.session.Notice(nil, c.now, "eth0 went down\x1b[31m")
	c.session.Notice(c.conns[0], c.now, "10.0.0.2:10911 could not be reached")
	c.response(c.conns[0], o, 0, "", "")
	return c
}

func TestGoldenLive(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {120, 40}, {200, 50}} {
		for _, state := range []struct {
			name  string
			keys  string
			with  func(*Options)
			empty bool
			later int // frames that come after the keys
		}{
			{name: "empty", with: quiet, empty: true},
			{name: "quiet", with: quiet},
			{name: "follow", with: running, later: 30},
			{name: "left", keys: "kkk", with: running, later: 30},
			{name: "paused", keys: "p", with: running, later: 1204},
			{name: "filter", keys: `/topic == "Later"<enter>`, with: running, later: 30},
			{name: "lost", keys: "B", with: running},
			{name: "ended", keys: "<c-e>", with: running},
			{name: "quit", keys: "q", with: quiet},
			{name: "notices", keys: "!", with: running},
		} {
			name := fmt.Sprintf("live-%s-%dx%d", state.name, size[0], size[1])
			t.Run(name, func(t *testing.T) {
				c := newCapture(t)
				if !state.empty {
					c = lossy(t)
				}
				u := start(t, c, size[0], size[1], state.with)
				u.pass(time.Second)
				u.keys(state.keys)
				for i := range state.later {
					c.request(c.conns[0], 310, 0, "body", send("Later", i)...)
				}
				u.settle()
				u.pass(2 * time.Second)
				u.golden(name)
			})
		}
	}
}

func TestLiveFollowsUntilThePersonMovesUp(t *testing.T) {
	c := many(t, 30)
	u := start(t, c, 80, 24, quiet)
	arrive := func(n int) (last uint32) {
		for i := range n {
			c.request(c.conns[0], 310, 0, "body", send("Later", i)...)
		}
		u.settle()
		return c.store.Last()
	}
	last := arrive(10)
	if id := u.cursor(); id != uint64(last) {
		t.Errorf("follows at %d, the newest is %d", id, last)
	}
	has(t, u.screen(), "FOLLOW")
	u.keys("kk")
	before := u.screen()
	cursor := u.cursor()
	arrive(1000)
	if id := u.cursor(); id != cursor {
		t.Errorf("the cursor moved from %d to %d", cursor, id)
	}
	after := u.screen()
	for y := 3; y < 12; y++ { // the list
		if before[y] != after[y] {
			t.Errorf("line %d was %q, is %q", y, before[y], after[y])
		}
	}
	has(t, after, "+1,000 new (G follows)")
	hasNot(t, after, "FOLLOW")
	u.keys("G")
	last = arrive(1)
	if id := u.cursor(); id != uint64(last) {
		t.Errorf("after G on %d, the newest is %d", id, last)
	}
	has(t, u.screen(), "FOLLOW")
}

func TestPauseStandsStill(t *testing.T) {
	c := many(t, 30)
	u := start(t, c, 120, 40, quiet)
	opaque := c.request(c.conns[0], 310, 0, "body", send("Waiting", 1)...)
	u.settle()
	u.keys("p")
	request := c.store.Last()
	before := u.screen()
	c.response(c.conns[0], opaque, 0, "", "")
	c.wait(time.Minute)
	for i := range 50 {
		c.request(c.conns[0], 310, 0, "body", send("Later", i)...)
	}
	u.pass(time.Minute)
	after := u.screen()
	for y := 3; y < 18; y++ {
		if before[y] != after[y] {
			t.Errorf("line %d was %q, is %q", y, before[y], after[y])
		}
	}
	has(t, after, "PAUSED", "+51 new", "112 frames")
	u.keys(fmt.Sprintf(":%d<enter>", request+1))
	has(t, u.screen(), "came after the pause")
	u.keys(`/topic == "Later"<enter>`)
	has(t, u.screen(), "No frame passes the filter")
	u.keys("<esc>p")
	if id := u.cursor(); id != uint64(c.store.Last()) {
		t.Errorf("going on with follow: the cursor is on %d", id)
	}
}

// TestPauseOutlivesItsFrames: what the pause shows makes room in the store.
func TestPauseOutlivesItsFrames(t *testing.T) {
	c := newCapture(t)
	c.store = session.NewStore(4096, c.session.Symbols, c)
	conn := c.open("10.0.0.7:51234", "10.0.0.2:10911", true)
	c.request(conn, 310, 0, "", send("T", 1)...)
	u := start(t, c, 80, 24, quiet)
	u.keys("p")
	for i := range 9000 {
		c.request(conn, 310, 0, "", send("T", i)...)
	}
	has(t, u.screen(), "All frames of the pause made room", "0 shown")
	u.keys("jkoybB=<esc>np")
	has(t, u.screen(), "FOLLOW")
}

func TestTheCursorsEventMakesRoom(t *testing.T) {
	c := newCapture(t)
	c.store = session.NewStore(4096, c.session.Symbols, c)
	conn := c.open("10.0.0.7:51234", "10.0.0.2:10911", true)
	for i := range 100 {
		c.request(conn, 310, 0, "", send("T", i)...)
	}
	u := start(t, c, 120, 40, quiet)
	u.keys(":50<enter>")
	for i := range 4000 {
		c.request(conn, 310, 0, "", send("T", i)...)
	}
	has(t, u.screen(), "frame 50 made room for newer ones")
	if id := u.cursor(); id != 4097 {
		t.Errorf("the cursor is on %d", id)
	}
	u.keys("<esc>")
	hasNot(t, u.screen(), "made room")
	u.keys("j")
	if id := u.cursor(); id != 4098 {
		t.Errorf("the cursor is on %d", id)
	}
}

// TestLatencyIsFilledInLater: the row of a request changes when its answer comes, though the row itself is old.
func TestLatencyIsFilledInLater(t *testing.T) {
	c := many(t, 3)
	u := start(t, c, 120, 40, quiet)
	opaque := c.request(c.conns[0], 310, 0, "body", send("Waiting", 1)...)
	u.settle()
	line := func() string {
		for _, l := range u.screen() {
			if strings.Contains(l, "Waiting") {
				return l
			}
		}
		return ""
	}
	if l := line(); !strings.Contains(l, "pending") {
		t.Errorf("without an answer: %q", l)
	}
	u.pass(4 * time.Second) // nothing comes, but the clock goes on
	if l := line(); !strings.Contains(l, "no answer") {
		t.Errorf("after 4 s: %q", l)
	}
	c.response(c.conns[0], opaque, 0, "", "")
	if l := line(); strings.Contains(l, "no answer") || strings.Contains(l, "pending") {
		t.Errorf("after the answer: %q", l)
	}
}

func TestRateFalls(t *testing.T) {
	c := many(t, 3)
	u := start(t, c, 120, 40, quiet)
	u.pass(time.Second)
	for i := range 600 {
		c.request(c.conns[0], 310, 0, "body", send("Later", i)...)
	}
	u.pass(time.Second)
	has(t, u.screen(), "300/s")
	u.pass(time.Second)
	has(t, u.screen(), "200/s")
	for range 4 {
		u.pass(time.Second)
	}
	has(t, u.screen(), " 0/s")
}

func TestNotices(t *testing.T) {
	var n Notices
	for i := range maxNotices + 5 {
		n.Add(fmt.Sprint("old ", i))
	}
	if lines := n.take(); len(lines) != maxNotices || lines[0] != "old 5" {
		t.Errorf("%d lines from %q on", len(lines), lines[0])
	}
	u := start(t, many(t, 3), 120, 40, quiet, func(o *Options) { o.Notices = &n })
	n.Add("recording stopped: no space left on device\x1b[2J")
	has(t, u.screen(), "recording stopped: no space left on device")
	u.keys("j")
	has(t, u.screen(), "1 notice (! shows them)")
	n.Add("eth0 is down")
	u.settle()
	n.Add("eth0 is down")
	u.keys("!")
	s := u.screen()
	has(t, s, "recording stopped", "eth0 is down")
	if n := strings.Count(strings.Join(s, "\n"), "eth0 is down"); n != 1 {
		t.Errorf("said %d times", n)
	}
	u.keys("<esc>")
	hasNot(t, u.screen(), "notices (!")
}

// TestRowsOfNoConnection: commands that need a connection, a frame or bytes do not fall over lost packets and notices.
func TestRowsOfNoConnection(t *testing.T) {
	c := lossy(t)
	u := start(t, c, 120, 40, running)
	for _, at := range []string{":24<enter>", ":26<enter>", ":27<enter>"} {
		u.keys(at + "o")
		has(t, u.screen(), "this row is no frame")
		u.keys("c")
		if at != ":27<enter>" {
			has(t, u.screen(), "belongs to no connection")
			u.keys("()")
			has(t, u.screen(), "belongs to no connection")
		} else {
			u.keys("c")
		}
		for _, keys := range []string{"yr", "yi", "yj", "yh", "yb", "=<esc>", "mm", "t", "T", "<enter><tab><tab><tab>"} {
			u.keys(keys)
			hasNot(t, u.screen(), "this view failed", "invalid AddrPort")
		}
		u.keys("<esc><esc>2<enter>")
		u.keys("c1")
	}
	u.keys(`/kind == "drop"<enter>`)
	has(t, u.screen(), "1 of 28", "--- 1,204 packets lost here: no room in the ring of eth0 ---")
	u.keys(`/<c-u>kind == "notice"<enter>`)
	has(t, u.screen(), "2 of 28", "--- connection 1: 10.0.0.2:10911 could not be reached ---")
}

func TestEscapeDoesNotStopALiveSource(t *testing.T) {
	stopped := false
	u := start(t, story(t), 120, 40, quiet, func(o *Options) { o.Stop = func() { stopped = true } })
	u.keys("<esc><esc><esc>")
	if stopped {
		t.Error("Esc stopped the capture")
	}
	u.keys("<c-e>")
	if !stopped {
		t.Error("^E did not stop it")
	}
	has(t, u.screen(), "ENDED", "stopped at")
}

func TestQuitAsksBeforeALiveCaptureIsLost(t *testing.T) {
	u := start(t, story(t), 120, 40, quiet)
	u.keys("qs")
	hasNot(t, u.screen(), "written to no file")
	u.keys("q")
	u.a.tv.QueueEvent(tcell.NewEventKey(tcell.KeyRune, 'q', tcell.ModNone))
	select {
	case err := <-u.done:
		u.done <- err
	case <-time.After(10 * time.Second):
		t.Error("it does not quit")
	}
}

// blocked is a terminal that can be made to take no output.
type blocked struct {
	tcell.SimulationScreen
	gate sync.RWMutex // locked: no output
}

func (b *blocked) Show() {
	b.gate.RLock()
	defer b.gate.RUnlock()
	b.SimulationScreen.Show()
}

// TestABlockedTerminalStopsNothingElse: the source goes on, and the screen still ends.
func TestABlockedTerminalStopsNothingElse(t *testing.T) {
	c := many(t, 3)
	screen := &blocked{SimulationScreen: tcell.NewSimulationScreen("UTF-8")}
	var n Notices
	a, err := newApp(context.Background(), Options{Store: c.store, Screen: screen, StateDir: t.TempDir(), Live: &Live{}, Notices: &n,
		Progress: func() Progress { return Progress{Packets: int64(c.store.Last())} }})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- a.run() }()
	for a.screen.Stats().Frames == 0 {
		time.Sleep(time.Millisecond)
	}
	screen.gate.Lock()
	fed := make(chan struct{})
	go func() {
		defer close(fed)
		for i := range 5000 {
			c.request(c.conns[0], 310, 0, "body", send("Later", i)...)
			n.Add("still here")
		}
	}()
	select {
	case <-fed:
	case <-time.After(20 * time.Second):
		t.Error("the source waits for the screen")
	}
	go a.end(&SignalError{syscall.SIGTERM}) // as the goroutine for signals does
	select {
	case err := <-done:
		var by *SignalError
		if !errors.As(err, &by) {
			t.Errorf("ended with %v", err)
		}
	case <-time.After(20 * time.Second):
		t.Error("the screen does not end")
	}
	screen.gate.Unlock()
}
