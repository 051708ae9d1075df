package tui

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gdamore/tcell/v2"

	"github.com/mqsniff/mqsniff/tui/widget"
)

// chains are the scopes that are looked through together.
var chains = map[string][]scope{
	"list": {inFrameList, inFrames, everywhere}, "tree": {inTree, inFrames, everywhere}, "hex": {inHex, inFrames, everywhere},
	"text": {inText, inFrames, everywhere},
	"pair": {inPair, inFrames, everywhere}, "conns": {inConns, everywhere}, "help": {inHelp},
}

func TestNoKeyMeansTwoThings(t *testing.T) {
	table := newKeymap()
	for name, chain := range chains {
		seen := map[widget.Key]string{}
		for _, c := range chain {
			for _, b := range table[c] {
				for _, k := range b.keys {
					if other, ok := seen[k]; ok {
						t.Errorf("%s: %q and %q have the same key %v", name, other, b.help, k)
					}
					seen[k] = b.help
				}
			}
		}
	}
}

func TestBindingsAreComplete(t *testing.T) {
	names := map[string]string{}
	for c, list := range newKeymap() {
		for _, b := range list {
			if b.help == "" || b.show == "" && b.name == "" || len(b.keys) == 0 && b.run == nil {
				t.Errorf("%s: incomplete: %+v", scopeNames[c], b)
			}
			if other, ok := names[b.name]; ok && b.name != "" {
				t.Errorf("command %s twice: %s, %s", b.name, other, b.help)
			}
			names[b.name] = b.help
			for _, k := range b.keys {
				switch k.Key {
				case tcell.KeyCtrlH, tcell.KeyCtrlI, tcell.KeyCtrlM:
					if k.Mod&tcell.ModCtrl != 0 {
						t.Errorf("%s: %v never arrives from a terminal", b.help, k)
					}
				}
			}
		}
	}
}

// TestEveryKeyDoesSomething presses each key of the table where it counts, and looks for a change on the screen.
func TestEveryKeyDoesSomething(t *testing.T) {
	places := map[scope]string{inFrameList: "jjj", inFrames: "jjj", everywhere: "jjj", inTree: "jjj<enter><down>", inHex: "jjj<tab><tab><down><right>",
		inPair: "jjj<tab><tab><tab><down>", inConns: "2j", inHelp: "?jjj", inText: ":6<enter>v<tab><tab>"}
	// Keys whose effect needs more than that, or cannot be seen.
	first := map[string]string{"1": "2", "n": "<c-f>order<enter>", "N": "<c-f>order<enter>", "' }": "mjmkk", "{": "mjmj", "M": "m", "U": "m", "[": "2", "]": "2[",
		"Esc": "<enter>", "F": "", "S": "s"}
	silent := map[string]bool{"^L": true, "^Z": true, "mouse": true}
	for c, list := range newKeymap() {
		for _, b := range list {
			if silent[b.show] || b.show == "" {
				continue
			}
			t.Run(scopeNames[c]+" "+b.show, func(t *testing.T) {
				t.Parallel()
				w, h := 80, 24
				if scope(c) == inPair {
					w, h = 200, 50 // shown on wide screens only
				}
				frames := story(t)
				if scope(c) == inText {
					frames = letters(t) // with a body longer than the pane
				}
				u := start(t, frames, w, h)
				u.keys(places[scope(c)])
				if scope(c) != inHelp {
					u.keys(first[b.show])
				}
				// A binding with several keys goes there and back.
				changed := false
				for _, k := range b.keys {
					before := u.picture()
					u.a.tv.QueueEvent(tcell.NewEventKey(k.Key, k.Rune, k.Mod))
					if b.show == "Q" || b.show == "q" && c == int(everywhere) {
						select {
						case err := <-u.done:
							u.done <- err
						case <-time.After(10 * time.Second):
							t.Error("it does not quit")
						}
						return
					}
					if u.picture() != before {
						changed = true
					}
				}
				if !changed {
					t.Errorf("%s (%s) changes nothing:\n%s", b.show, b.help, u.picture())
				}
			})
		}
	}
}

// picture is the screen with its styles.
func (u *ui) picture() string {
	text := u.screen()
	var styles []string
	u.do(func() { styles = u.a.screen.StyleGrid(u.a.theme.Letter) })
	return strings.Join(slices.Concat(text, styles), "\n")
}

func TestHintsFit(t *testing.T) {
	for _, w := range []int{60, 80, 100, 120, 200} {
		u := start(t, story(t), w, 24)
		for _, where := range []string{"", "<enter>", "<tab>", "2", "?"} {
			u.keys(where)
			u.do(func() {
				if n := hintsWidth(u.a.hints(w)); n > w {
					t.Errorf("%d columns, after %q: hints are %d wide", w, where, n)
				}
				if h := u.a.hints(w); u.a.overlay == nil && (len(h) < 4 || h[0].hint != "Help") {
					t.Errorf("%d columns: %d hints", w, len(h))
				}
			})
		}
	}
}
