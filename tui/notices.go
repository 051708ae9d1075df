package tui

import (
	"strconv"
	"sync"
	"time"

	"github.com/mqsniff/mqsniff/session"
	"github.com/mqsniff/mqsniff/tui/widget"
)

// maxNotices bounds what waits for the screen.
const maxNotices = 100

// Notices carries what a source has to say to the screen: an interface went down, recording stopped. The zero value is
// ready. Any goroutine may add; none waits for the screen, and when it does not take them the oldest go.
type Notices struct {
	mu    sync.Mutex
	lines []string
}

// Add hands over one line of text, which may come from outside.
func (n *Notices) Add(text string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.lines) == maxNotices {
		n.lines = append(n.lines[:0], n.lines[1:]...)
	}
	n.lines = append(n.lines, text)
}

func (n *Notices) take() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	lines := n.lines
	n.lines = nil
	return lines
}

func (n *Notices) waiting() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return len(n.lines) > 0
}

// repeated is the time in which the same notice counts once: it may come as an event, too.
const repeated = time.Second

// notify shows what the source says and counts it until the list of messages was looked at.
func (a *app) notify(text string) {
	if a.notice.repeats(text, a.opts.Now()) {
		return
	}
	a.notice.unread++
	a.say(flashWarning, string(widget.Sanitize(nil, []byte(text))))
}

// notice knows the latest ones.
type notice struct {
	latest [16]struct {
		text string
		at   time.Time
	}
	next   int
	unread int // so many, since a person looked at the list
}

// repeats tells whether a text came a moment ago; if not, it is kept.
func (n *notice) repeats(text string, now time.Time) bool {
	for i := range n.latest {
		if n.latest[i].text == text && now.Sub(n.latest[i].at) < repeated {
			return true
		}
	}
	n.latest[n.next].text, n.latest[n.next].at = text, now
	n.next = (n.next + 1) % len(n.latest)
	return false
}

// wholeLine tells whether an event is words of the source: its row is one text instead of columns.
func wholeLine(k session.Kind) bool { return k == session.Drop || k == session.Notice }

// appendLine is the text of an event that takes a whole line.
func appendLine(dst []byte, ev *session.Event, symbols *session.Symbols) []byte {
	note := symbols.Text(ev.Note)
	if ev.Kind == session.Drop {
		dst = append(append(dst, plural(ev.Len, "packet")...), " lost here"...)
		if note != "" {
			dst = append(dst, ": "...)
		}
	}
	if ev.Conn != 0 {
		dst = append(strconv.AppendUint(append(dst, "connection "...), uint64(ev.Conn), 10), ": "...)
	}
	return append(dst, note...)
}
