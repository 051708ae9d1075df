package tui

import (
	"testing"
	"time"

	"github.com/mqsniff/mqsniff/filter"
	"github.com/mqsniff/mqsniff/session"
)

// TestAWholeValue: the reason of a failure is longer than the line of the tree.
func TestAWholeValue(t *testing.T) {
	u := start(t, story(t), 80, 24)
	u.keys("b<enter>")
	u.do(func() {
		for i := range u.a.detail.shown.nodes {
			if u.a.detail.shown.nodes[i].Label == "remark" {
				u.a.detail.tree.SetCursor(i)
			}
		}
	})
	u.keys("<enter>")
	has(t, u.screen(), "─ remark ─", "[TIMEOUT_CLEAN_QUEUE]broker busy, start flow control for a while", "Esc closes")
	u.keys("<esc>")
	hasNot(t, u.screen(), "─ remark ─")
}

// TestSlowest goes from the slowest answer to the next ones; what is held on purpose comes last.
func TestSlowest(t *testing.T) {
	c := story(t)
	u := start(t, c, 120, 40)
	at := func() (ev session.Event) {
		u.keys("L")
		if !c.store.At(uint32(u.cursor()), &ev) {
			t.Fatal("no event")
		}
		return ev
	}
	before := at()
	for n := 1; ; n++ {
		ev := at()
		if ev.Number == before.Number {
			if n != 6 {
				t.Errorf("%d answers, not 6", n)
			}
			break
		}
		if !slower(&before, &ev) || ev.Kind != session.Response {
			t.Errorf("%d comes after %d", ev.Number, before.Number)
		}
		before = ev
	}
	if !before.Has(session.LongPoll) {
		t.Error("the long poll does not come last")
	}
	has(t, u.screen(), "quickest answer")
}

// TestSkipped: what a proxy relayed without looking at it stands where lost packets do.
func TestSkipped(t *testing.T) {
	for _, c := range []struct {
		p    Progress
		want string
	}{
		{Progress{}, "   0 dropped   mem"},
		{Progress{Lost: 7}, "   7 dropped   mem"},
		{Progress{Skipped: 12_400_000}, "/s   12.4 MB relayed unseen"},
		{Progress{Lost: 7, Skipped: 999}, "   7 dropped   999 B relayed unseen"},
	} {
		u := start(t, newCapture(t), 100, 30, running, func(o *Options) {
			o.Live.Kind = "PROXY"
			o.Progress = func() Progress { return c.p }
		})
		has(t, u.screen()[:1], c.want)
		u.quit()
	}
}

// TestProxyTellsWhereItListens, also on a narrow screen, and does not speak of packets, which it has none of.
func TestProxyTellsWhereItListens(t *testing.T) {
	for _, c := range []struct {
		relayed int64
		want    string
	}{{0, "Nothing was relayed."}, {4_200_000, "4.2 MB relayed, none of them RocketMQ remoting."}} {
		u := start(t, newCapture(t), 80, 24, quiet, func(o *Options) {
			o.Title, o.Live.Kind = "name server 127.0.0.1:19876 to 10.0.0.1:9876", "PROXY"
			o.Progress = func() Progress { return Progress{Read: c.relayed} }
		})
		text := u.screen()
		has(t, text, "name server 127.0.0.1:19876", c.want)
		hasNot(t, text, "mem ", "packets")
		u.quit()
	}
}

// TestFilterExamples: what help offers can be typed.
func TestFilterExamples(t *testing.T) {
	for _, e := range filterExamples {
		if _, err := filter.Compile(e[0]); err != nil {
			t.Errorf("%s: %v", e[0], err)
		}
	}
}

// TestNoticesRepeat: several lines that come as notices and as events count once each.
func TestNoticesRepeat(t *testing.T) {
	var n notice
	now := time.Unix(1, 0)
	lines := []string{"eth0 went down", "eth1 went down", "eth2 went down"}
	for _, want := range []bool{false, true} {
		for _, l := range lines {
			if n.repeats(l, now) != want {
				t.Errorf("%q repeats: %v", l, !want)
			}
		}
	}
	if n.repeats(lines[0], now.Add(repeated)) {
		t.Error("it says so again a second later")
	}
}

// TestMessageIDWithoutItsColumn: a narrow screen has no message ids, but a person can ask for one.
func TestMessageIDWithoutItsColumn(t *testing.T) {
	u := start(t, story(t), 80, 24)
	u.do(func() { u.a.frames.ids.patience = time.Minute })
	u.keys(":4<enter>=")
	has(t, u.screen(), `4  any(messages, .uniq_key == "C0A8000930392F0EE9F60000000A0000")`)
}
