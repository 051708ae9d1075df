package tui

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gdamore/tcell/v2"

	"github.com/mqsniff/mqsniff/session"
	"github.com/mqsniff/mqsniff/tui/widget"
)

func (u *ui) cursor() (id uint64) {
	u.do(func() { id, _ = u.a.frames.list.Cursor() })
	return id
}

func TestTooSmall(t *testing.T) {
	u := start(t, story(t), 80, 24)
	u.keys("jjj")
	u.resize(40, 10)
	has(t, u.screen(), "terminal too small", "40x10, needed 60x15")
	for _, size := range [][2]int{{1, 1}, {2, 3}, {59, 15}, {60, 14}, {60, 15}, {61, 16}, {99, 15}, {100, 15}, {160, 15}, {300, 90}} {
		u.resize(size[0], size[1])
		u.keys("<tab>\\<tab>\\")
	}
	u.resize(80, 24)
	if id := u.cursor(); id != 4 {
		t.Errorf("cursor on %d", id)
	}
}

// Regression: of an event that is no frame the connection stayed closed where a wide screen became a narrow one.
func TestResizeEndsLikeAFreshStart(t *testing.T) {
	sizes := [][2]int{{80, 24}, {120, 40}, {40, 10}, {200, 50}}
	for i := range sizes {
		for _, keys := range []string{"g", "jjj"} { // a connection opened, a request
			last := sizes[i]
			if last[0] == 40 { // too small for anything
				continue
			}
			fresh := start(t, story(t), last[0], last[1])
			fresh.keys(keys)
			first := [2]int{320 - last[0], 40} // wide where the last is narrow
			u := start(t, story(t), first[0], first[1])
			u.keys(keys)
			for j := range sizes {
				size := sizes[(i+1+j)%len(sizes)]
				u.resize(size[0], size[1])
			}
			if got, want := u.picture(), fresh.picture(); got != want {
				t.Errorf("%v: after resizing:\n%s\nfresh:\n%s", last, got, want)
			}
		}
	}
}

func TestPairs(t *testing.T) {
	u := start(t, story(t), 120, 40)
	u.keys("jjjo")
	if id := u.cursor(); id != 5 {
		t.Errorf("the response of 4 is 5, not %d", id)
	}
	u.keys("o")
	if id := u.cursor(); id != 4 {
		t.Errorf("back on %d", id)
	}
	u.keys(":16<enter>o")
	has(t, u.screen(), "the request of this answer was not seen")
}

func TestWalks(t *testing.T) {
	u := start(t, story(t), 120, 40)
	for _, step := range []struct {
		keys string
		want uint64
	}{
		{"b", 12}, {"b", 18}, {"b", 19}, {"b", 23}, {"b", 23}, {"B", 19}, {"(", 18}, {"(", 16}, {"(", 12}, {")", 16},
		{"mkkm", 14}, {"'", 16}, {"{", 14}, {"g", 1}, {"}", 14}, {"G", 23},
	} {
		u.keys(step.keys)
		if id := u.cursor(); id != step.want {
			t.Fatalf("after %s: %d, want %d", step.keys, id, step.want)
		}
	}
	u.keys("M")
	has(t, u.screen(), "2 of 23", "marked only")
	u.keys("M")
	has(t, u.screen(), "23 shown")
}

func TestFilterKeepsTheCursor(t *testing.T) {
	u := start(t, story(t), 120, 40)
	u.keys(`:12<enter>/code == SEND_MESSAGE_V2<enter>`)
	if id := u.cursor(); id != 12 {
		t.Errorf("cursor on %d", id)
	}
	has(t, u.screen(), "10 of 23")
	u.keys(`/<c-u>topic == "Nothing"<enter>`)
	has(t, u.screen(), "No frame passes the filter.", "Esc clears")
	u.keys("<esc>")
	if id := u.cursor(); id != 12 {
		t.Errorf("after clearing: cursor on %d", id)
	}
	u.keys("c")
	has(t, u.screen(), "conn 2 only", "7 of 23")
	u.keys("c")
	has(t, u.screen(), "23 shown")
}

func TestABadFilterIsNotApplied(t *testing.T) {
	u := start(t, story(t), 120, 40)
	u.keys(`/topic == <enter>`)
	has(t, u.screen(), "23 shown", "[incomplete]", "not applied")
	u.keys("<esc><esc>")
	has(t, u.screen(), "type / to filter")
}

func TestPromptTakesEveryKey(t *testing.T) {
	u := start(t, story(t), 120, 40)
	u.keys("/q1jGX?:")
	has(t, u.screen(), "Filter> q1jGX?:", "No.")
	if id := u.cursor(); id != 1 {
		t.Errorf("cursor moved to %d", id)
	}
}

func TestFilterOnBodies(t *testing.T) {
	u := start(t, story(t), 120, 40)
	u.keys(`/any(messages, .properties.KEYS == "A-1001")`)
	has(t, u.screen(), "[slow]")
	u.keys("<enter>")
	has(t, u.screen(), "1 of 23")
}

func TestEventsThatComeLaterAreFilteredToo(t *testing.T) {
	c := many(t, 20)
	var done atomic.Bool
	u := start(t, c, 120, 40, func(o *Options) {
		o.Progress = func() Progress { return Progress{Read: 1, Total: 2, Done: done.Load()} }
	})
	u.keys(`/topic == "Topic1" and kind == "request"<enter>`)
	has(t, u.screen(), "7 of 41")
	for i := range 30 {
		c.request(c.conns[0], 310, 0, "body", send("Topic1", i)...)
	}
	done.Store(true)
	u.settle()
	has(t, u.screen(), "37 of 71")
}

func TestFollow(t *testing.T) {
	c := many(t, 30)
	var done atomic.Bool
	u := start(t, c, 80, 24, func(o *Options) {
		o.Progress = func() Progress { return Progress{Read: 1, Total: 2, Done: done.Load()} }
	})
	u.keys("jjF")
	has(t, u.screen(), "FOLLOW")
	c.request(c.conns[0], 310, 0, "body", send("Later", 1)...)
	u.settle()
	has(t, u.screen(), "Later")
	if id := u.cursor(); id != 3 {
		t.Errorf("follow mode moved the cursor to %d", id)
	}
	u.keys("k")
	hasNot(t, u.screen(), "FOLLOW")
}

func TestStopReading(t *testing.T) {
	var stopped atomic.Bool
	u := start(t, story(t), 80, 24, func(o *Options) {
		o.Progress = func() Progress { return Progress{Read: 42, Total: 100, Done: stopped.Load()} }
		o.Stop = func() { stopped.Store(true) }
	})
	u.keys("<esc>")
	if !stopped.Load() {
		t.Error("the source was not stopped")
	}
	has(t, u.screen(), "stopped at 42%", "SEND_MESSAGE_V2")
}

func TestFind(t *testing.T) {
	u := start(t, story(t), 120, 40)
	u.keys("<c-f>orderpaid<enter>")
	if id := u.cursor(); id != 4 {
		t.Errorf("first hit %d", id)
	}
	has(t, u.screen(), `find "orderpaid" 1/7`)
	u.keys("nnN")
	if id := u.cursor(); id != 6 && id != 5 {
		t.Errorf("after nnN: %d", id)
	}
	u.keys("N")
	u.keys("N")
	has(t, u.screen(), "wrapped around: last hit")
	u.keys("<esc>g<c-f>")
	u.keys("<c-u>7b226f72646572<enter>") // {"order in the body
	if id := u.cursor(); id != 4 {
		t.Errorf("bytes found in %d", id)
	}
	has(t, u.screen(), "1/3")
	u.keys("<esc><c-f><c-u>nowhere to be found<enter>")
	has(t, u.screen(), "is in none of 23 rows")
}

func TestTreeAndBytesAreLinked(t *testing.T) {
	u := start(t, story(t), 120, 40)
	u.keys(":4<enter><enter>")
	var name string
	var at int
	u.do(func() {
		for i, n := range u.a.detail.shown.nodes {
			if n.Label == "topic" && n.Value == "OrderPaid" {
				u.a.detail.tree.SetCursor(i)
				u.a.detail.fromTree(i)
				at = int(u.a.detail.hex.Cursor())
				name = string(u.a.detail.shown.buffers[0].Bytes[n.Off : n.Off+n.Len])
			}
		}
	})
	if name != "OrderPaid" || at == 0 {
		t.Fatalf("the bytes of topic are %q at %d", name, at)
	}
	u.keys("<tab><right><right>")
	u.do(func() {
		if i := u.a.detail.tree.Cursor(); u.a.detail.shown.nodes[i].Label != "topic" {
			t.Errorf("within the value the tree is on %q", u.a.detail.shown.nodes[i].Label)
		}
		u.a.detail.hex.SetCursor(1)
		u.a.detail.fromHex(1)
		if i := u.a.detail.tree.Cursor(); u.a.detail.shown.nodes[i].Label != "length" {
			t.Errorf("byte 1 is %q", u.a.detail.shown.nodes[i].Label)
		}
	})
}

func TestCopy(t *testing.T) {
	u := start(t, story(t), 120, 40)
	file := filepath.Join(u.a.opts.StateDir, copyFile)
	for key, want := range map[string]string{"i": `^C0A8000930392F0EE9F60000000A0000$`, "r": `^4  .*SEND_MESSAGE_V2.*OrderPaid`, "h": `^00000178`,
		"f": `^frame == 4$`, "b": `^\{"order":1010,"名称":"测试"\}$`, "j": `^\{"frame":4,.*"topic":"OrderPaid".*\}$`} {
		u.keys("<esc>g:4<enter>y" + key)
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(key, err)
		}
		if !regexp.MustCompile(want).Match(b) {
			t.Errorf("%s copies %q", key, b)
		}
		has(t, u.screen(), "copied")
		if got := string(u.sim.GetClipboardData()); got != string(b) {
			t.Errorf("%s: the clipboard has %q", key, got)
		}
	}
	if st, _ := os.Stat(file); st.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", st.Mode())
	}
	u.keys(":19<enter><enter>")
	u.do(func() {
		for i, n := range u.a.detail.shown.nodes {
			if n.Label == "topic" {
				u.a.detail.tree.SetCursor(i)
				break
			}
		}
	})
	u.keys("yv")
	if b, _ := os.ReadFile(file); strings.ContainsAny(string(b), "\x1b\x07\u202e") || !strings.HasPrefix(string(b), `\x1b]0;pwned\a`) {
		t.Errorf("a hostile value is copied as %q", b)
	}
}

func TestFilterFromField(t *testing.T) {
	u := start(t, story(t), 120, 40)
	u.keys(":4<enter>=")
	has(t, u.screen(), "code == SEND_MESSAGE_V2", `topic == "OrderPaid"`)
	u.keys("2i")
	has(t, u.screen(), `Filter> topic == "OrderPaid"`, "7 of 23")
	u.keys("=1a")
	has(t, u.screen(), `(topic == "OrderPaid") and code == SEND_MESSAGE_V2`)
	u.keys("<esc>:4<enter>=4i")
	has(t, u.screen(), `Filter> any(messages, .uniq_key == "C0A8000930392F0EE9F60000000A0000")`, "1 of 23")
}

func TestConnections(t *testing.T) {
	u := start(t, story(t), 120, 40)
	u.keys("2")
	has(t, u.screen(), "10.0.0.7@12311", "reset", "TLS", "? TLS to broker")
	u.keys("ss")
	has(t, u.screen(), "sort: Client")
	u.keys("Sg<enter>")
	has(t, u.screen(), "conn 1 only", "HEART_BEAT")
	u.keys("q")
	has(t, u.screen(), "sort: number")
}

func TestPasteOutsideOfAnEditorDoesNothing(t *testing.T) {
	u := start(t, story(t), 120, 40)
	before := u.cursor()
	u.a.tv.QueueEvent(tcell.NewEventPaste(true))
	for _, r := range "jjQq" {
		u.a.tv.QueueEvent(tcell.NewEventKey(tcell.KeyRune, r, tcell.ModNone))
	}
	u.a.tv.QueueEvent(tcell.NewEventPaste(false))
	has(t, u.screen(), "pasted text ignored")
	if u.cursor() != before {
		t.Error("pasted text moved the cursor")
	}
}

func TestMouse(t *testing.T) {
	u := start(t, story(t), 120, 40)
	click := func(x, y int) {
		u.a.tv.QueueEvent(tcell.NewEventMouse(x, y, tcell.Button1, tcell.ModNone))
		u.a.tv.QueueEvent(tcell.NewEventMouse(x, y, tcell.ButtonNone, tcell.ModNone))
		u.settle()
	}
	click(20, 8)
	if id := u.cursor(); id != 5 {
		t.Errorf("clicked row 5, cursor on %d", id)
	}
	u.a.tv.QueueEvent(tcell.NewEventMouse(20, 8, tcell.WheelDown, tcell.ModNone))
	u.settle()
	if id := u.cursor(); id != 5 {
		t.Errorf("the wheel moved the cursor to %d", id)
	}
	click(5, 30)
	u.do(func() {
		if u.a.focus != paneTree {
			t.Error("a click on the tree does not give it the focus")
		}
	})
	click(14, 2)
	has(t, u.screen(), "sort: number")
	click(3, 2)
	click(3, 39)
	has(t, u.screen(), "Help: keys that work here")
	click(0, 0)
	hasNot(t, u.screen(), "Help: keys that work here")
}

func TestAFailingViewLeavesTheOthers(t *testing.T) {
	u := start(t, story(t), 120, 40)
	u.do(func() {
		u.a.frames.columns[colTopic].append = func([]byte, *session.Event, *rowContext) []byte { panic("boom") }
	})
	has(t, u.screen(), "this view failed: boom", "Connection")
	u.keys(":log<enter>")
	has(t, u.screen(), "internal error in list: boom")
}

func TestAFailingWorkerEndsWithItsReason(t *testing.T) {
	u := start(t, story(t), 120, 40)
	u.a.safego(nil, "test", func() { panic("boom") })
	select {
	case err := <-u.done:
		var p *PanicError
		if !errors.As(err, &p) || p.Where != "test" {
			t.Errorf("ended with %v", err)
		}
		u.done <- nil
	case <-time.After(10 * time.Second):
		t.Fatal("it goes on")
	}
}

func TestControlC(t *testing.T) {
	u := start(t, story(t), 120, 40, loading)
	u.keys("<c-c>")
	has(t, u.screen(), "Ctrl-C again quits")
	u.a.tv.QueueEvent(tcell.NewEventKey(tcell.KeyCtrlC, 0, tcell.ModCtrl))
	select {
	case err := <-u.done:
		if err != nil {
			t.Error(err)
		}
		u.done <- nil
	case <-time.After(10 * time.Second):
		t.Fatal("the second Ctrl-C does not quit")
	}
}

func TestIdleDrawsNothing(t *testing.T) {
	u := start(t, story(t), 120, 40)
	u.settle()
	time.Sleep(200 * time.Millisecond) // the frame that was asked for last
	before := u.a.screen.Stats().Frames
	time.Sleep(300 * time.Millisecond)
	if n := u.a.screen.Stats().Frames - before; n > 0 {
		t.Errorf("%d frames without any reason", n)
	}
}

func TestEvictedEventsLeaveTheScreen(t *testing.T) {
	c := newCapture(t)
	c.store = session.NewStore(4096, c.session.Symbols, c)
	conn := c.open("10.0.0.7:51234", "10.0.0.2:10911", true)
	u := start(t, c, 120, 40, func(o *Options) { o.Progress = func() Progress { return Progress{Read: 1, Total: 2} } })
	for i := range 5000 {
		c.request(conn, 310, 0, "", send(fmt.Sprint("T", i%7), i)...)
	}
	has(t, u.screen(), "oldest 4,096 not kept")
	if id := u.cursor(); id != 4097 {
		t.Errorf("cursor on %d", id)
	}
	u.keys(":3<enter>")
	has(t, u.screen(), "no longer kept")
}

func TestThemes(t *testing.T) {
	for _, name := range widget.ThemeNames() {
		u := start(t, story(t), 120, 40, func(o *Options) { o.Theme = name; o.ASCII = true })
		u.keys("b")
		for _, line := range u.screen() {
			for _, r := range line {
				if r >= 0x2500 && r < 0x2600 {
					t.Fatalf("%s: %q with --ascii", name, r)
				}
			}
		}
	}
}

// TestNoTagsParsed keeps untrusted text away from widgets that parse tags: none of them is used at all.
func TestNoTagsParsed(t *testing.T) {
	bad := regexp.MustCompile(`SetDynamicColors|NewTableCell|tview\.New(TextView|Table|List|TreeView|Modal|Form|InputField|DropDown|Button)|tview\.Print|\.QueueUpdate|\.SetTitle\(`)
	allowed := map[string]string{"tui.go": `s.SetTitle("mqsniff " + o.Title)`} // the wrapper cleans it
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(string(b), "\n") {
			if bad.MatchString(line) && strings.TrimSpace(line) != allowed[name] {
				t.Errorf("%s:%d: %s", name, i+1, line)
			}
		}
	}
}
