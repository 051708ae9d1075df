package tui

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/gdamore/tcell/v2"

	"github.com/mqsniff/mqsniff/tui/widget"
)

// drawHead draws the three lines above the list; the second is the filter's.
func (a *app) drawHead(s tcell.Screen, w int) {
	widget.FillLine(s, 0, 0, w, a.theme.Style(widget.RoleNormal))
	l := line{s: s, t: a.theme, w: w}
	l.put(" mqsniff", widget.RoleTitle)
	l.put("  ", widget.RoleNormal)
	if a.opts.Live != nil {
		a.drawLive(&l)
	} else {
		a.drawFile(&l)
	}

	widget.FillLine(s, 0, 2, w, a.theme.Style(widget.RoleNormal))
	l = line{s: s, t: a.theme, y: 2, w: w}
	for v, name := range viewNames {
		role := widget.RoleHint
		if view(v) == a.view {
			role = widget.RoleHeader
		}
		l.put(" ", widget.RoleNormal)
		l.put(strconv.Itoa(v+1)+":"+name, role)
		l.put(" ", widget.RoleNormal)
	}
	if a.view == viewConns {
		l.right(a.conns.sortLabel(), widget.RoleHint)
		l.put("  "+a.conns.summary(), widget.RoleHint)
		return
	}
	l.right(a.mode())
}

// viewAt is the view whose name stands at column x of the third line.
func viewAt(x int) (view, bool) {
	at := 0
	for v, name := range viewNames {
		w := len(name) + 4
		if x >= at && x < at+w {
			return view(v), true
		}
		at += w
	}
	return 0, false
}

// fact is a part of the first line. Where there is no room for all, those with the highest rank are left out.
type fact struct {
	text string
	role widget.Role
	rank int
}

// factGap is the space between two facts.
const factGap = 3

func factsWidth(facts []fact) int {
	n := 0
	for i := range facts {
		n += widget.Width(facts[i].text) + factGap
	}
	return max(n-factGap, 0)
}

// fitFacts leaves out facts until the others need at most room columns; those of rank 0 stay.
func fitFacts(facts []fact, room int) []fact {
	for factsWidth(facts) > room {
		worst := 0
		for i := range facts {
			if facts[i].rank >= facts[worst].rank {
				worst = i
			}
		}
		if facts[worst].rank == 0 {
			break
		}
		facts = append(facts[:worst:worst], facts[worst+1:]...)
	}
	return facts
}

// facts puts them at the end of the line.
func (l *line) facts(facts []fact) {
	at := l.w - 1 - factsWidth(facts)
	for _, f := range facts {
		if at >= l.x {
			widget.Paint(l.s, at, l.y, l.w-at, f.text, l.t.Style(f.role))
		}
		at += widget.Width(f.text) + factGap
	}
}

// title is what is looked at.
func (a *app) title() string { return string(widget.Sanitize(nil, []byte(a.opts.Title))) }

// lost says how much was lost before it could be read: packets, or bytes that were relayed all the same.
func (a *app) lost() []fact {
	packets, bytes := a.progress.Lost, a.progress.Skipped
	var facts []fact
	if packets > 0 || bytes <= 0 {
		facts = append(facts, fact{text: count(packets) + " dropped", role: widget.RoleNormal})
	}
	if packets > 0 {
		facts[0].role = widget.RoleError
	}
	if bytes > 0 {
		facts = append(facts, fact{text: size(uint64(bytes)) + " relayed unseen", role: widget.RoleError})
	}
	return facts
}

// gone says how many events made room for others.
func (a *app) gone(rank int) []fact {
	if first := a.store.First(); first > 1 {
		return []fact{{"oldest " + count(first-1) + " not kept", widget.RoleNormal, rank}}
	}
	return nil
}

// drawFile is the first line while files are shown: which, how far reading has come, how much there is.
func (a *app) drawFile(l *line) {
	w := l.w
	facts := []fact{{plural(a.store.Frames(), "frame"), widget.RoleNormal, 0}}
	if w >= 100 {
		facts = append(facts, a.gone(0)...)
		if a.progress.Packets > 0 {
			facts = append(facts, fact{plural(a.progress.Packets, "packet"), widget.RoleNormal, 0})
		}
	}
	facts = append(facts, a.lost()...)
	room := w - l.x - 1 - factsWidth(facts)
	if !a.over() && a.progress.Total > 0 && w >= 70 {
		room -= barWidth(w) + 8
	}
	l.x += widget.Paint(l.s, l.x, 0, max(room, 8), a.title(), a.theme.Style(widget.RoleNormal))
	if !a.over() {
		a.drawBar(l, w)
	}
	l.facts(facts)
}

// barWidth is the width of the progress bar.
func barWidth(w int) int { return min(max(w/5-2, 8), 30) }

// drawBar shows how far reading has come.
func (a *app) drawBar(l *line, w int) {
	if a.progress.Total <= 0 {
		l.put("  reading, "+a.percent(), widget.RolePending)
		return
	}
	n := barWidth(w)
	done := int(min(a.progress.Read*int64(n)/a.progress.Total, int64(n)))
	l.put("  [", widget.RoleDim)
	l.put(strings.Repeat("#", done), widget.RoleOK)
	l.put(strings.Repeat("-", n-done), widget.RoleDim)
	l.put("] ", widget.RoleDim)
	l.put(a.percent(), widget.RoleNormal)
}

// percent is how far reading has come, in words.
func (a *app) percent() string {
	p := a.progress
	switch {
	case a.opts.Live != nil:
		return plural(a.store.Frames(), "frame")
	case p.Total <= 0:
		return size(uint64(max(p.Read, 0)))
	}
	return fmt.Sprintf("%d%%", min(100, p.Read*100/p.Total))
}

// mode says what the list does while frames arrive.
func (a *app) mode() (string, widget.Role) {
	switch {
	case a.still.on:
		return "PAUSED (p resumes, +" + count(a.store.Last()-a.still.last) + " new)", widget.RoleHeld
	case a.halted:
		return "stopped at " + a.percent(), widget.RoleWarning
	case a.progress.Err != nil:
		return "read error", widget.RoleError
	case a.progress.Done && a.opts.Live != nil:
		return "capture ended", widget.RoleWarning
	case a.progress.Done:
		return "", widget.RoleNormal
	case a.frames.list.Follow():
		return "FOLLOW (F stops)", widget.RoleOK
	case a.opts.Live != nil && a.frames.unseen() == 0:
		return "not following (G follows)", widget.RolePending
	case a.opts.Live != nil:
		return "+" + count(a.frames.unseen()) + " new (G follows)", widget.RolePending
	}
	t := "loading"
	if n := a.frames.list.Below(); n > 0 {
		t += ", " + count(n) + " below (G follows)"
	}
	return t, widget.RolePending
}
