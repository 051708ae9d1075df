package session

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
	older   int32 // neighbours in the order of arrival
	newer   int32
}

// pendingTable holds requests until their answer comes, in one table for all connections. When it is full the oldest
// request makes room. Equal opaques of one sender are answered oldest first.
type pendingTable struct {
	first   map[uint64]int32
	places  []waiting
	max     int
	free    int32
	oldest  int32
	newest  int32
	count   int
	evicted uint64
}

func newPendingTable(n int) pendingTable {
	return pendingTable{first: map[uint64]int32{}, max: n, free: -1, oldest: -1, newest: -1}
}

func (t *pendingTable) len() int { return t.count }

// pendingKey names a request: its connection, who sent it, its opaque.
func pendingKey(conn uint32, dir Direction, opaque int32) uint64 {
	return uint64(conn)<<33 | uint64(dir)<<32 | uint64(uint32(opaque))
}

// add takes w in. It returns the number of the request that lost its place, or 0.
func (t *pendingTable) add(w waiting) (evicted uint32) {
	if t.count == t.max {
		old := &t.places[t.oldest]
		evicted = old.number
		t.evicted++
		t.remove(old.key)
	}
	i := t.free
	if i >= 0 {
		t.free = t.places[i].next
	} else {
		i = int32(len(t.places))
		t.places = append(t.places, waiting{})
	}
	w.next, w.last, w.older, w.newer = -1, i, t.newest, -1
	if t.newest >= 0 {
		t.places[t.newest].newer = i
	} else {
		t.oldest = i
	}
	t.newest = i
	t.count++
	if head, ok := t.first[w.key]; ok {
		h := &t.places[head]
		t.places[h.last].next = i
		h.last = i
	} else {
		t.first[w.key] = i
	}
	t.places[i] = w
	return evicted
}

// remove takes the oldest request with that key out.
func (t *pendingTable) remove(key uint64) (waiting, bool) {
	i, ok := t.first[key]
	if !ok {
		return waiting{}, false
	}
	w := t.places[i]
	if w.next >= 0 {
		t.places[w.next].last = w.last
		t.first[key] = w.next
	} else {
		delete(t.first, key)
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
	t.places[i] = waiting{next: t.free}
	t.free = i
	t.count--
	return w, true
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
