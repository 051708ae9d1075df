package tui

import (
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gdamore/tcell/v2"
)

var update = flag.Bool("update", false, "rewrite the golden screens")

// ui is a running screen on a simulated terminal.
type ui struct {
	t    *testing.T
	a    *app
	sim  tcell.SimulationScreen
	done chan error
	seen chan struct{} // a marker was
	time time.Time
}

// marker is a key that nobody has. Events keep their order, so when it was seen, all before it were.
const marker = tcell.KeyF64

// start shows a capture on a screen of w x h.
func start(t *testing.T, c *capture, w, h int, change ...func(*Options)) *ui {
	t.Helper()
	sim := tcell.NewSimulationScreen("UTF-8")
	u := &ui{t: t, sim: sim, done: make(chan error, 1), seen: make(chan struct{}, 1), time: time.Unix(0, epoch)}
	o := Options{Store: c.store, Title: "broker-a.pcap", Screen: sim, StateDir: t.TempDir(), Local: time.FixedZone("UTC+8", 8*3600), Theme: "terminal",
		Now: func() time.Time { return u.time }}
	for _, f := range change {
		f(&o)
	}
	a, err := newApp(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	u.a = a
	sim.SetSize(w, h)
	a.tv.SetInputCapture(func(ev *tcell.EventKey) *tcell.EventKey {
		if ev.Key() == marker {
			u.seen <- struct{}{}
			return nil
		}
		return a.interrupt(ev)
	})
	go func() { u.done <- a.run() }()
	t.Cleanup(u.quit)
	u.settle()
	return u
}

func (u *ui) quit() {
	u.a.cancel()
	select {
	case err := <-u.done:
		u.done <- err
		var p *PanicError
		if errors.As(err, &p) {
			u.t.Error(err)
		}
	case <-time.After(10 * time.Second):
		u.t.Error("the screen does not end")
	}
}

// do runs f in the loop.
func (u *ui) do(f func()) {
	u.t.Helper()
	done := make(chan struct{})
	go u.a.tv.QueueUpdate(func() {
		defer close(done)
		f()
	})
	select {
	case <-done:
	case err := <-u.done:
		u.done <- err
		u.t.Fatalf("the screen ended: %v", err)
	case <-time.After(10 * time.Second):
		u.t.Fatal("the loop does not answer")
	}
}

// idle tells whether no worker has anything left to do.
func (a *app) idle() bool {
	a.mail.mu.Lock()
	mail := len(a.mail.funcs)
	a.mail.mu.Unlock()
	a.frames.ids.mu.Lock()
	asks := len(a.frames.ids.asks) + a.frames.ids.working
	a.frames.ids.mu.Unlock()
	scanning := a.bar.scan != nil && !a.bar.scan.state().complete && !a.bar.scan.state().stopped
	if scanning && !a.opts.Progress().Done {
		scanning = a.bar.scan.state().judged < a.store.Last()
	}
	finding := a.finder.search != nil && !a.finder.done
	return mail == 0 && asks == 0 && !a.detail.busy && !a.detail.view.busy && !scanning && !finding && a.seeking == nil && !a.conns.busy
}

// settle waits until nothing changes any more and the screen shows it.
func (u *ui) settle() {
	u.t.Helper()
	u.a.tv.QueueEvent(tcell.NewEventKey(marker, 0, tcell.ModNone))
	select {
	case <-u.seen:
	case err := <-u.done:
		u.done <- err
		u.t.Fatalf("the screen ended: %v", err)
	case <-time.After(10 * time.Second):
		u.t.Fatal("the loop takes no events")
	}
	deadline := time.Now().Add(20 * time.Second)
	for {
		rest := false
		u.do(func() {
			u.a.apply(0)
			if u.a.idle() {
				u.a.tv.ForceDraw() // drawing may ask the workers for more
				rest = u.a.idle()
			}
		})
		if rest {
			return
		}
		if time.Now().After(deadline) {
			u.t.Fatal("the workers do not come to rest")
		}
		time.Sleep(time.Millisecond)
	}
}

// keys types: runes as they are, names in <>: <enter>, <esc>, <tab>, <down>, <c-f>.
func (u *ui) keys(text string) {
	u.t.Helper()
	special := map[string]tcell.Key{"enter": tcell.KeyEnter, "esc": tcell.KeyEscape, "tab": tcell.KeyTab, "backtab": tcell.KeyBacktab, "down": tcell.KeyDown,
		"up": tcell.KeyUp, "pgdn": tcell.KeyPgDn, "left": tcell.KeyLeft, "right": tcell.KeyRight, "home": tcell.KeyHome, "end": tcell.KeyEnd,
		"c-f": tcell.KeyCtrlF, "c-c": tcell.KeyCtrlC, "c-d": tcell.KeyCtrlD, "c-l": tcell.KeyCtrlL, "c-u": tcell.KeyCtrlU, "c-e": tcell.KeyCtrlE}
	for len(text) > 0 {
		if end := strings.IndexByte(text, '>'); text[0] == '<' && end > 0 {
			if k, ok := special[text[1:end]]; ok {
				u.press(tcell.NewEventKey(k, 0, tcell.ModNone))
				text = text[end+1:]
				continue
			}
		}
		r := []rune(text)[0]
		u.press(tcell.NewEventKey(tcell.KeyRune, r, tcell.ModNone))
		text = text[len(string(r)):]
	}
	u.settle()
}

func (u *ui) press(ev *tcell.EventKey) {
	u.t.Helper()
	u.a.tv.QueueEvent(ev)
	u.settle()
}

func (u *ui) resize(w, h int) {
	u.sim.SetSize(w, h)
	u.a.tv.QueueEvent(tcell.NewEventResize(w, h))
	u.settle()
}

// screen is what stands on it.
func (u *ui) screen() (text []string) {
	u.t.Helper()
	u.settle()
	u.do(func() { text = u.a.screen.Text() })
	return text
}

// golden compares the screen, text and styles, with a file.
func (u *ui) golden(name string) {
	u.t.Helper()
	u.settle()
	var text, styles []string
	u.do(func() { text, styles = u.a.screen.Text(), u.a.screen.StyleGrid(u.a.theme.Letter) })
	var b strings.Builder
	for _, l := range text {
		b.WriteString("|" + l + "|\n")
	}
	for _, l := range styles {
		b.WriteString("|" + l + "|\n")
	}
	path := filepath.Join("testdata", "golden", name+".txt")
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			u.t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			u.t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		u.t.Fatal(err)
	}
	if b.String() != string(want) {
		u.t.Errorf("%s differs; run with -update and look at the difference. Now:\n%s", path, b.String())
	}
}
