package tui

import (
	"bytes"
	"context"
	"encoding/hex"
	"slices"
	"strings"
	"sync"

	"github.com/mqsniff/mqsniff/session"
)

// needle is what Ctrl-F looks for: text in rows and frames, or bytes in frames.
type needle struct {
	input string
	text  []byte // lower case; nil: bytes only
	bytes []byte // nil: text only
}

// parseNeedle reads what was typed. Digits like 7b22 are looked for as bytes and as text; 0x7b22 only as bytes, "7b22"
// only as text.
func parseNeedle(input string) needle {
	n := needle{input: input}
	if t := strings.TrimSuffix(strings.TrimPrefix(input, `"`), `"`); len(t) == len(input)-2 {
		n.text = lower([]byte(t))
		return n
	}
	digits, only := strings.CutPrefix(strings.ToLower(input), "0x")
	if b, err := hex.DecodeString(strings.ReplaceAll(digits, " ", "")); err == nil && len(b) > 1 {
		n.bytes = b
		if only {
			return n
		}
	}
	n.text = lower([]byte(input))
	return n
}

// lower changes ASCII capitals of b in place: bytes of other characters must stay where they are.
func lower(b []byte) []byte {
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return b
}

// in finds all places in b, which it changes to lower case, as offset and length.
func (n *needle) in(b []byte, most int) (at [][2]int) {
	collect := func(b, what []byte) {
		for from := 0; len(what) > 0 && len(at) < most; {
			i := bytes.Index(b[from:], what)
			if i < 0 {
				return
			}
			at = append(at, [2]int{from + i, len(what)})
			from += i + len(what)
		}
	}
	collect(b, n.bytes)
	if len(at) == 0 { // offsets must not overlap
		collect(lower(b), n.text)
	}
	return at
}

// search looks through rows, beginning at the cursor and once around, for a needle.
type search struct {
	needle  needle
	store   *session.Store
	rows    rows
	from    int // row to begin with
	columns []column
	text    rowContext
	changed func()

	mu     sync.Mutex
	hits   []uint32 // in the order of finding: from the start row to the end, then from the first row on
	turn   int      // hits before the list ended
	looked int
	done   bool
}

// searchState is what a search has found: hits ascending.
type searchState struct {
	hits   []uint32
	looked int
	done   bool
}

func (s *search) state() searchState {
	s.mu.Lock()
	defer s.mu.Unlock()
	turn := s.turn
	if turn > len(s.hits) {
		turn = len(s.hits)
	}
	sorted := append(slices.Clone(s.hits[turn:]), s.hits[:turn]...)
	return searchState{sorted, s.looked, s.done}
}

// maxHits bounds what a search remembers; it ends there and says so.
const maxHits = 1 << 16

// run works until ctx ends or every row was looked at.
func (s *search) run(ctx context.Context) {
	var ev session.Event
	var buf []byte
	n := s.rows.len()
	for k := range n {
		if ctx.Err() != nil {
			break
		}
		i := (s.from + k) % n
		if i == 0 && k > 0 {
			s.mu.Lock()
			s.turn = len(s.hits)
			s.mu.Unlock()
		}
		hit := false
		if s.store.At(s.rows.number(i), &ev) {
			hit, buf = s.match(&ev, buf)
		}
		s.mu.Lock()
		s.looked = k + 1
		if hit {
			s.hits = append(s.hits, ev.Number)
		}
		full := len(s.hits) == maxHits
		s.mu.Unlock()
		if hit || k%4096 == 0 {
			s.changed()
		}
		if full {
			break
		}
	}
	s.mu.Lock()
	s.done = true
	s.mu.Unlock()
	s.changed()
}

// match looks at the text of a row, then at the bytes of the frame.
func (s *search) match(ev *session.Event, buf []byte) (bool, []byte) {
	if s.needle.text != nil {
		buf = buf[:0]
		for i := range s.columns {
			if add := s.columns[i].append; add != nil {
				buf = append(add(buf, ev, &s.text), ' ')
			}
		}
		if bytes.Contains(lower(buf), s.needle.text) {
			return true, buf
		}
	}
	b, _ := s.store.Bytes(buf[:0], ev) // what is there is looked at, whatever is missing
	return len(s.needle.in(b, 1)) > 0, b
}
