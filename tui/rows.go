package tui

import "sort"

// rows are the numbers of the events that a list shows, ascending: all there are, or those that passed a filter. It is a
// value: hits may grow behind it, but what it sees does not change.
type rows struct {
	filtered    bool
	hits        []uint32 // of a filtered list
	first, last uint32   // of an unfiltered one; first > last: nothing
}

// allRows are the events first to last.
func allRows(first, last uint32) rows { return rows{first: first, last: last} }

// hitRows are those of hits that are not older than first.
func hitRows(hits []uint32, first uint32) rows {
	i := sort.Search(len(hits), func(i int) bool { return hits[i] >= first })
	return rows{filtered: true, hits: hits[i:]}
}

func (r rows) len() int {
	if r.filtered {
		return len(r.hits)
	}
	if r.first > r.last {
		return 0
	}
	return int(r.last - r.first + 1)
}

// number is the event of row i.
func (r rows) number(i int) uint32 {
	if r.filtered {
		return r.hits[i]
	}
	return r.first + uint32(i)
}

// after is the first row whose number is at least n; len() when there is none.
func (r rows) after(n uint32) int {
	if r.filtered {
		return sort.Search(len(r.hits), func(i int) bool { return r.hits[i] >= n })
	}
	switch {
	case n <= r.first:
		return 0
	case n > r.last:
		return r.len()
	}
	return int(n - r.first)
}

// has tells whether event n is shown.
func (r rows) has(n uint32) bool {
	i := r.after(n)
	return i < r.len() && r.number(i) == n
}

// nearest is the row of event n, or the one whose number is closest to it; -1 when there are none.
func (r rows) nearest(n uint32) int {
	i, length := r.after(n), r.len()
	switch {
	case length == 0:
		return -1
	case i == length:
		return length - 1
	case i > 0 && n-r.number(i-1) < r.number(i)-n:
		return i - 1
	}
	return i
}
