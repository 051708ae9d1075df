package tui

import (
	"slices"

	"github.com/gdamore/tcell/v2"

	"github.com/mqsniff/mqsniff/tui/widget"
)

// scope is where a key counts. A key is looked up in the focused pane, then in the view, then everywhere.
type scope uint8

const (
	everywhere scope = iota
	inFrames
	inConns
	inFrameList
	inTree
	inHex
	inText
	inPair
	inHelp
	scopes
)

var scopeNames = [...]string{"Everywhere", "Frames", "Connections", "List of frames", "Detail", "Bytes", "Body", "Pair and timing", "Help"}

// binding is one line of the table of keys. Hints, help, palette and dispatch are made from it.
type binding struct {
	keys []widget.Key
	show string // how the keys are written
	hint string // in the last line of the screen; empty: not there
	name string // in the palette; empty: not there
	help string
	run  func(a *app) // nil: the focused pane does it itself
}

// keymap is the table, by context.
type keymap [scopes][]binding

func keys(runes string) (k []widget.Key) {
	for _, r := range runes {
		k = append(k, widget.RuneKey(r))
	}
	return k
}

func named(k ...tcell.Key) (out []widget.Key) {
	for _, n := range k {
		out = append(out, widget.NamedKey(n))
	}
	return out
}

func ctrl(r rune) []widget.Key { return []widget.Key{widget.CtrlKey(r)} }

// mod is a named key with a modifier.
func mod(m tcell.ModMask, k ...tcell.Key) (out []widget.Key) {
	for _, n := range k {
		out = append(out, widget.Key{Key: n, Mod: m})
	}
	return out
}

// moving are the keys that every pane understands by itself.
func moving(sideways string) []binding {
	return []binding{
		{keys: slices.Concat(keys("jk"), named(tcell.KeyDown, tcell.KeyUp)), show: "j k", help: "down, up (also the arrows)"},
		{keys: slices.Concat(named(tcell.KeyPgDn, tcell.KeyPgUp), keys(" ")), show: "PgDn PgUp", help: "a page (also Space)"},
		{keys: slices.Concat(ctrl('d'), ctrl('u')), show: "^D ^U", help: "half a page"},
		{keys: slices.Concat(keys("hl"), named(tcell.KeyLeft, tcell.KeyRight)), show: "h l", help: sideways + " (also the arrows)"},
	}
}

// newKeymap makes the table.
func newKeymap() keymap {
	var k keymap
	k[everywhere] = []binding{
		{keys: slices.Concat(keys("?"), named(tcell.KeyF1)), show: "?", hint: "Help", name: "help", help: "this page: the keys that work here", run: (*app).help},
		{keys: keys("/"), show: "/", hint: "Filter", name: "filter", help: "display filter: show only events that an expression holds for", run: (*app).editFilter},
		{keys: ctrl('f'), show: "^F", hint: "Find", name: "find", help: "find text in rows and frames, or bytes: 7b22", run: (*app).findPrompt},
		{keys: keys("n"), show: "n", name: "next-hit", help: "next hit of ^F", run: func(a *app) { a.finder.next(a, 1) }},
		{keys: keys("N"), show: "N", name: "previous-hit", help: "previous hit of ^F", run: func(a *app) { a.finder.next(a, -1) }},
		{keys: keys(":"), show: ":", hint: "Cmd", help: "command by name; a number goes to that frame (Tab lists the names)", run: (*app).palette},
		{keys: keys("1"), show: "1", name: "frames", help: "frames", run: func(a *app) { a.setView(viewFrames) }},
		{keys: keys("2"), show: "2", name: "conns", help: "connections", run: func(a *app) { a.setView(viewConns) }},
		{keys: named(tcell.KeyTab), show: "Tab", help: "next pane", run: func(a *app) { a.turnFocus(1) }},
		{keys: slices.Concat(named(tcell.KeyBacktab), mod(tcell.ModShift, tcell.KeyBacktab)), show: "Shift-Tab", help: "previous pane", run: func(a *app) { a.turnFocus(-1) }},
		{keys: keys(`\`), show: `\`, hint: "Full", name: "maximize", help: "give the focused pane the whole screen, and back", run: (*app).maximize},
		{keys: mod(tcell.ModCtrl, tcell.KeyUp), show: "^Up", name: "taller", help: "more room for the lower panes", run: func(a *app) { a.resize(1) }},
		{keys: mod(tcell.ModCtrl, tcell.KeyDown), show: "^Down", name: "lower", help: "less room for the lower panes", run: func(a *app) { a.resize(-1) }},
		{keys: keys("["), show: "[", name: "back", help: "the view before this one", run: func(a *app) { a.walkViews(-1) }},
		{keys: keys("]"), show: "]", name: "forward", help: "the view that [ came from", run: func(a *app) { a.walkViews(1) }},
		{keys: named(tcell.KeyEscape), show: "Esc", help: "close, stop or leave the innermost thing: search, filter run, pane, reading; never quits", run: (*app).escape},
		{keys: ctrl('l'), show: "^L", name: "redraw", help: "paint the screen again", run: (*app).repaint},
		{keys: ctrl('z'), show: "^Z", name: "suspend", help: "suspend; fg brings it back", run: (*app).suspend},
		{keys: keys("!"), show: "!", name: "log", help: "messages so far, those of the source too", run: (*app).showLog},
		{keys: ctrl('e'), show: "^E", name: "stop", help: "stop reading, or capturing; what was read is kept", run: (*app).stopSource},
		{name: "mouse", help: "give the mouse to the terminal, and back (Shift-drag always selects text)", run: (*app).toggleMouse},
		{keys: keys("q"), show: "q", hint: "Back", help: "back; in the list: quit", run: (*app).backOrQuit},
		{keys: keys("Q"), show: "Q", name: "quit", help: "quit now (also ^C twice)", run: (*app).quit},
	}
	k[inFrames] = []binding{
		{keys: keys("o"), show: "o", hint: "Pair", name: "pair", help: "the other half: response of a request, request of a response", run: (*app).otherHalf},
		{keys: keys("b"), show: "b", hint: "Bad", name: "next-bad", help: "next bad row: failed, late, unanswered, unreadable, reset", run: func(a *app) { a.walkBad(1) }},
		{keys: keys("B"), show: "B", name: "previous-bad", help: "previous bad row", run: func(a *app) { a.walkBad(-1) }},
		{keys: keys("v"), show: "v", hint: "Body", name: "body", help: "the body by itself: text (UTF-8), GBK, JSON, hex; or auto", run: (*app).turnBody},
		{keys: keys("c"), show: "c", hint: "Conn", name: "conn", help: "only the frames of this connection; again: all", run: (*app).onlyConn},
		{keys: keys("y"), show: "y", hint: "Copy", name: "copy", help: "copy: value, message id, filter, row, JSON, hex, body", run: (*app).copyMenu},
		{keys: keys("="), show: "=", name: "filter-from", help: "filter made from this row or field", run: (*app).filterMenu},
		{keys: keys("C"), show: "C", name: "columns", help: "hide or show columns of the list", run: (*app).columnMenu},
		{keys: keys(")"), show: ")", name: "next-of-conn", help: "next frame of this connection", run: func(a *app) { a.walkConn(1) }},
		{keys: keys("("), show: "(", name: "previous-of-conn", help: "previous frame of this connection", run: func(a *app) { a.walkConn(-1) }},
		{keys: keys("m"), show: "m", hint: "Mark", name: "mark", help: "mark this frame, or unmark it", run: (*app).mark},
		{keys: slices.Concat(keys("'"), keys("}")), show: "' }", name: "next-mark", help: "next marked frame", run: func(a *app) { a.walkMark(1) }},
		{keys: keys("{"), show: "{", name: "previous-mark", help: "previous marked frame", run: func(a *app) { a.walkMark(-1) }},
		{keys: keys("M"), show: "M", name: "only-marked", help: "only the marked frames; again: all", run: (*app).onlyMarked},
		{keys: keys("U"), show: "U", name: "unmark", help: "remove all marks", run: (*app).unmark},
		{keys: keys("L"), show: "L", hint: "Slowest", name: "slowest", help: "the slowest answer in the list; again: the next slowest (long polls come last)", run: (*app).nextSlowest},
		{keys: keys("t"), show: "t", name: "time", help: "time: since the start, UTC, local, since the row above", run: (*app).nextTimeFormat},
		{keys: keys("T"), show: "T", name: "reference", help: "count times from this frame; again: from the start", run: (*app).setReference},
		{keys: keys("p"), show: "p", name: "pause", help: "let the display stand still, and go on; frames are taken in meanwhile", run: (*app).pause},
		{keys: keys("F"), show: "F", name: "follow", help: "stay at the end while frames arrive, on or off", run: (*app).toggleFollow},
	}
	k[inFrameList] = slices.Concat([]binding{
		{keys: named(tcell.KeyEnter), show: "Enter", hint: "Open", name: "open", help: "to the detail of this frame", run: func(a *app) { a.setFocus(paneTree) }},
	}, moving("more columns"), []binding{
		{keys: slices.Concat(keys("gG"), named(tcell.KeyHome, tcell.KeyEnd)), show: "g G", help: "first row; last row and follow"},
	})
	k[inConns] = slices.Concat([]binding{
		{keys: named(tcell.KeyEnter), show: "Enter", hint: "Frames", name: "frames-of-conn", help: "the frames of this connection", run: (*app).openCurrentConn},
		{keys: keys("s"), show: "s", hint: "Sort", name: "sort", help: "sort by the next column", run: (*app).nextSort},
		{keys: keys("S"), show: "S", name: "unsort", help: "sort by number", run: func(a *app) { a.sortConns(0) }},
	}, moving("more columns"), []binding{
		{keys: slices.Concat(keys("gG"), named(tcell.KeyHome, tcell.KeyEnd)), show: "g G", help: "first row, last row"},
	})
	k[inTree] = slices.Concat([]binding{
		{keys: named(tcell.KeyEnter), show: "Enter", hint: "Open", help: "open or close; on a frame number: go there; on a field: all of its value"},
	}, moving("close, open"), []binding{
		{keys: slices.Concat(keys("gG"), named(tcell.KeyHome, tcell.KeyEnd)), show: "g G", help: "first line, last line"},
		{keys: keys("+-*"), show: "+ - *", help: "open or close all below; open everything"},
		{keys: keys("<>"), show: "< >", help: "scroll sideways"},
		{keys: keys("d"), show: "d", help: "next buffer of the bytes: wire, decompressed", run: func(a *app) { a.detail.turnBuffer(1) }},
	})
	k[inHex] = slices.Concat(moving("one byte"), []binding{
		{keys: slices.Concat(keys("gG"), named(tcell.KeyHome, tcell.KeyEnd)), show: "g G", help: "first byte, last byte (Home, End: of the row)"},
		{keys: keys("e"), show: "e", hint: "Text", help: "text column: ASCII, UTF-8, GBK"},
		{keys: keys("d"), show: "d", hint: "Buffer", name: "buffer", help: "next buffer: wire, decompressed", run: func(a *app) { a.detail.turnBuffer(1) }},
	})
	k[inText] = slices.Concat(moving("")[:3], []binding{
		{keys: slices.Concat(keys("gG"), named(tcell.KeyHome, tcell.KeyEnd)), show: "g G", help: "start, end"},
	})
	k[inPair] = moving("sideways")
	k[inHelp] = []binding{
		{keys: slices.Concat(keys("q?"), named(tcell.KeyEscape, tcell.KeyEnter)), show: "Esc", hint: "Close", help: "close this page", run: (*app).closeOverlay},
		{keys: slices.Concat(keys("jk"), named(tcell.KeyDown, tcell.KeyUp)), show: "j k", hint: "Scroll", help: "scroll (also PgDn, PgUp, g, G)"},
	}
	return k
}

// scopes are those that count now, the innermost first.
func (a *app) scopes() []scope {
	if a.overlay != nil {
		return []scope{inHelp}
	}
	if a.view == viewConns {
		return []scope{inConns, everywhere}
	}
	pane := [...]scope{paneList: inFrameList, paneTree: inTree, paneHex: inHex, panePair: inPair}[a.focus]
	if a.focus == paneHex && a.detail.bytes() == a.detail.view.text {
		pane = inText
	}
	return []scope{pane, inFrames, everywhere}
}

// lookup finds what a key does now.
func (a *app) lookup(k widget.Key) (b *binding, ok bool) {
	for _, c := range a.scopes() {
		for i := range a.keys[c] {
			if slices.Contains(a.keys[c][i].keys, k) {
				return &a.keys[c][i], true
			}
		}
	}
	return nil, false
}

// hints are the bindings of the last line on a screen of w columns, from the left: help, filter and search, the focused
// pane's, the view's, and the way back. What does not fit is left out, the view's last ones first.
func (a *app) hints(w int) []*binding {
	switch {
	case a.overlay != nil && a.overlay.menu:
		return nil
	case a.prompt() != nil:
		return editing()
	}
	var general, special []*binding
	for _, c := range a.scopes() {
		for i := range a.keys[c] {
			b := &a.keys[c][i]
			switch {
			case b.hint == "", b.name == "maximize" && a.focus == paneList: // the list has most of the room
			case c == everywhere:
				general = append(general, b)
			default:
				special = append(special, b)
			}
		}
	}
	const first = 3 // help, filter, find
	cut := min(first, len(general))
	left := w - hintsWidth(general)
	for i, b := range special {
		if left -= hintWidth(b) + hintGap; left < 0 {
			special = special[:i]
			break
		}
	}
	h := slices.Concat(general[:cut], special, general[cut:])
	for hintsWidth(h) > w {
		h = h[:len(h)-1]
	}
	return h
}

func hintsWidth(h []*binding) int {
	n := -hintGap
	for _, b := range h {
		n += hintWidth(b) + hintGap
	}
	return n
}

// hintOf is what a key does now, in a word.
func (a *app) hintOf(b *binding) string {
	if b.hint == "Back" && !a.full && a.focus == paneList && len(a.back) == 0 {
		return "Quit"
	}
	return b.hint
}

// editing are the keys of a prompt, which it knows itself; here for the hints only.
func editing() []*binding {
	return []*binding{
		{show: "Enter", hint: "Apply"}, {show: "Tab", hint: "Complete"}, {show: "Up", hint: "History"},
		{show: "^U", hint: "Empty"}, {show: "Esc", hint: "Leave"},
	}
}
