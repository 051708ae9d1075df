package session

import (
	"math/bits"
	"math/rand/v2"
)

// DefaultPending bounds the requests that wait for an answer.
const DefaultPending = 256 << 10

// waiting is a request that waits for its answer.
type waiting struct {
	key     uint64
	time    int64 // ns, of the request
	number  uint32
	code    int32
	version int32
	queueID int32
	topic   Symbol
	group   Symbol
	client  Symbol
	marks   Mark
	next    int32 // a later request with the same key, or the next free place; -1: none
	last    int32 // in the first of a key: the last of it
	chain   int32 // in the first of a key: the first of another key in the same bucket; -1: none
	older   int32 // neighbours in the order of arrival
	newer   int32
}

// pendingTable holds requests until their answer comes, in one table for all connections. When it is full the oldest
// request makes room. Equal opaques of one sender are answered oldest first.
//
// It is a hash table of its own, because every request goes in and out once: with a map that is four looks for a key.
type pendingTable struct {
	buckets []int32 // the first place of a chain of keys, -1: none; a power of two of them, no fewer than places
	odd     uint64  // see bucket
	places  []waiting
	max     int
	free    int32
	oldest  int32
	newest  int32
	count   int
	evicted uint64
}

func newPendingTable(n int) pendingTable {
	t := pendingTable{odd: rand.Uint64() | 1, max: n, free: -1, oldest: -1, newest: -1}
	t.rehash(64)
	return t
}

func (t *pendingTable) len() int { return t.count }

// pendingKey names a request: its connection, who sent it, its opaque.
func pendingKey(conn uint32, dir Direction, opaque int32) uint64 {
	return uint64(conn)<<33 | uint64(dir)<<32 | uint64(uint32(opaque))
}

// bucket is where the chain with the key begins. A product with an odd number that no sender of packets knows spreads
// whatever keys they chose (multiply-shift, Dietzfelbinger 1997), so that no chain becomes long.
func (t *pendingTable) bucket(key uint64) *int32 {
	return &t.buckets[key*t.odd>>(64-bits.TrailingZeros(uint(len(t.buckets))))]
}

// find returns the link to the first place with the key, or the one at the end of the chain, which is -1.
func (t *pendingTable) find(key uint64) *int32 {
	link := t.bucket(key)
	for *link >= 0 && t.places[*link].key != key {
		link = &t.places[*link].chain
	}
	return link
}

// rehash makes n buckets and puts every request into its own, the oldest first.
func (t *pendingTable) rehash(n int) {
	t.buckets = make([]int32, n)
	for i := range t.buckets {
		t.buckets[i] = -1
	}
	for i := t.oldest; i >= 0; i = t.places[i].newer {
		w := &t.places[i]
		if link := t.find(w.key); *link < 0 {
			*link, w.chain = i, -1
		}
	}
}

// add takes a request in and returns its place, for what is to be known of it. That may be written until the next call.
func (t *pendingTable) add(key uint64) *waiting {
	if t.count == t.max {
		t.evicted++
		t.remove(t.places[t.oldest].key)
	}
	i := t.free
	if i >= 0 {
		t.free = t.places[i].next
	} else {
		i = int32(len(t.places))
		t.places = append(t.places, waiting{})
		if len(t.places) > len(t.buckets) {
			t.rehash(2 * len(t.buckets))
		}
	}
	w := &t.places[i]
	w.key, w.next, w.last, w.chain, w.older, w.newer = key, -1, i, -1, t.newest, -1
	if t.newest >= 0 {
		t.places[t.newest].newer = i
	} else {
		t.oldest = i
	}
	t.newest = i
	t.count++
	if link := t.find(key); *link < 0 {
		*link = i
	} else {
		first := &t.places[*link]
		t.places[first.last].next = i
		first.last = i
	}
	return w
}

// remove takes the oldest request with that key out; nil: there is none. What it returns may be read until the next call.
func (t *pendingTable) remove(key uint64) *waiting {
	link := t.find(key)
	i := *link
	if i < 0 {
		return nil
	}
	w := &t.places[i]
	if w.next >= 0 {
		second := &t.places[w.next]
		second.last, second.chain = w.last, w.chain
		*link = w.next
	} else {
		*link = w.chain
	}
	if w.older >= 0 {
		t.places[w.older].newer = w.newer
	} else {
		t.oldest = w.newer
	}
	if w.newer >= 0 {
		t.places[w.newer].older = w.older
	} else {
		t.newest = w.older
	}
	w.next = t.free
	t.free = i
	t.count--
	return w
}

// answered remembers the last few opaques that were answered to one sender.
type answered struct {
	opaques [8]int32
	used    uint8
	next    uint8
}

func (a *answered) add(opaque int32) {
	a.opaques[a.next] = opaque
	a.next = (a.next + 1) % uint8(len(a.opaques))
	if int(a.used) < len(a.opaques) {
		a.used++
	}
}

func (a *answered) has(opaque int32) bool {
	for _, o := range a.opaques[:a.used] {
		if o == opaque {
			return true
		}
	}
	return false
}
