package tui

import (
	"regexp"
	"strconv"
)

// comparisons finds comparisons with a text in an expression: field and text, in quotes.
var comparisons = regexp.MustCompile(`\b(topic|group|client_id)\s*==\s*("(?:[^"\\]|\\.)*")`)

// maxCompared bounds the texts that are compared with others, in characters.
const maxCompared = 128

// nearest is what an empty list says about a name in its filter that was never seen: the one seen that looks most like it.
type nearest struct {
	filter string
	until  uint32 // events that were counted
	text   string
}

// suggest makes the line; empty: there is none.
func (b *filterBar) suggest() string {
	b.values.mu.Lock()
	until := b.values.next
	b.values.mu.Unlock()
	if b.near.filter == b.applied && b.near.until == until {
		return b.near.text
	}
	b.near = nearest{filter: b.applied, until: until}
	for _, m := range comparisons.FindAllStringSubmatch(b.applied, -1) {
		name, err := strconv.Unquote(m[2])
		if err != nil {
			continue
		}
		best, seen, least := "", 0, 1+max(len([]rune(name))/2, 2)
		for _, v := range b.values.of(m[1]) {
			if v.Text == name {
				best = ""
				break // it is there, so something else is in the way
			}
			if d := distance(name, v.Text); d < least {
				best, seen, least = v.Text, v.Count, d
			}
		}
		if best != "" {
			b.near.text = "no " + m[1] + " " + strconv.Quote(name) + " seen; did you mean " + strconv.Quote(best) + " (seen " + plural(seen, "time") + ")?"
			break
		}
	}
	return b.near.text
}

// distance is how many characters must be put in, taken out or replaced to make b of a (Levenshtein). Of long texts the
// beginnings are compared.
func distance(a, b string) int {
	from, to := []rune(a), []rune(b)
	from, to = from[:min(len(from), maxCompared)], to[:min(len(to), maxCompared)]
	row := make([]int, len(to)+1)
	for j := range row {
		row[j] = j
	}
	for i, r := range from {
		corner := row[0]
		row[0] = i + 1
		for j, s := range to {
			replaced := corner
			if r != s {
				replaced++
			}
			corner = row[j+1]
			row[j+1] = min(replaced, corner+1, row[j]+1)
		}
	}
	return row[len(to)]
}
