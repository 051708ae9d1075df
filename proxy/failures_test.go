package proxy

import (
	"net/netip"
	"strconv"
	"testing"
	"time"
)

// The same failure is said once a minute, with how often it came meanwhile; what differs is said at once.
func TestFailuresAreSaidOnceAMinute(t *testing.T) {
	var f failures
	client := netip.MustParseAddrPort("10.0.0.7:4711")
	down := failure{client.Addr(), "broker:10911", "refused"}
	start := time.Unix(1e9, 0)
	for _, step := range []struct {
		at   time.Duration
		what failure
		say  bool
		more int
	}{
		{0, down, true, 0},
		{time.Second, down, false, 0},
		{2 * time.Second, failure{client.Addr(), "broker:10911", "timeout"}, true, 0},
		{3 * time.Second, failure{client.Addr(), "other:10911", "refused"}, true, 0},
		{4 * time.Second, failure{netip.MustParseAddr("10.0.0.8"), "broker:10911", "refused"}, true, 0},
		{59 * time.Second, down, false, 0},
		{61 * time.Second, down, true, 2},
		{62 * time.Second, down, false, 0},
		{200 * time.Second, down, true, 1},
		{300 * time.Second, down, true, 0},
	} {
		if more, say := f.again(step.what, start.Add(step.at)); more != step.more || say != step.say {
			t.Errorf("%v: %v: %d, %v; want %d, %v", step.at, step.what, more, say, step.more, step.say)
		}
	}
	if got, want := down.text(client, 2), "10.0.0.7:4711 wanted broker:10911: refused (2 more times since this was last said)"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	for i := range 3 * maxFailures {
		f.again(failure{client.Addr(), strconv.Itoa(i), "refused"}, start.Add(400*time.Second))
	}
	if len(f.said) > maxFailures {
		t.Errorf("%d are remembered", len(f.said))
	}
	if _, say := f.again(failure{client.Addr(), "one too many", "refused"}, start.Add(400*time.Second)); say {
		t.Error("what is not remembered would be said each time")
	}
	if more, say := f.again(failure{client.Addr(), "late", "refused"}, start.Add(500*time.Second)); more != 0 || !say || len(f.said) != 1 {
		t.Errorf("%d, %v, %d are remembered", more, say, len(f.said))
	}
}
