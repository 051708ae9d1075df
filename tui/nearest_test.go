package tui

import "testing"

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"", "abc", 3}, {"OrderPayd", "OrderPaid", 1}, {"kitten", "sitting", 3}, {"order-订单", "order-订", 1}, {"ab", "ba", 2}} {
		if got := distance(c.a, c.b); got != c.want || distance(c.b, c.a) != c.want {
			t.Errorf("%q, %q: %d and %d, want %d", c.a, c.b, got, distance(c.b, c.a), c.want)
		}
	}
}

func TestAnEmptyFilterNamesTheNearestValue(t *testing.T) {
	u := start(t, story(t), 120, 40)
	u.keys(`/topic == "OrderPayd" and latency > 5<enter>`)
	has(t, u.screen(), `no topic "OrderPayd" seen; did you mean "OrderPaid" (seen 7 times)?`)
	u.keys(`/<c-u>topic == "OrderPaid" and latency > 5000<enter>`)
	hasNot(t, u.screen(), "did you mean")
	u.keys(`/<c-u>topic == "Something quite different"<enter>`)
	hasNot(t, u.screen(), "did you mean")
}

func TestViewsGoBackAndForward(t *testing.T) {
	u := start(t, story(t), 120, 40)
	u.keys("2[")
	hasNot(t, u.screen(), "sort: number")
	u.keys("]")
	has(t, u.screen(), "sort: number")
	u.keys("]1]") // nothing after the latest
	hasNot(t, u.screen(), "sort: number")
}
