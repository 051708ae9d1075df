package proxy

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mqsniff/mqsniff/session"
)

// tap carries what was relayed to the observer. Putting something in never waits; bytes for which there is no room are
// counted, and reported where they are missing.
type tap struct {
	observer Observer
	limit    int64 // bytes that may wait
	buffers  *buffers
	held     atomic.Int64

	mu     sync.Mutex
	items  []item
	closed bool
	wake   chan struct{}
}

// item is one call of the observer.
type item struct {
	kind    itemKind
	dir     session.Direction
	why     session.CloseReason
	conn    *Conn
	time    int64
	added   int64 // or the number of bytes skipped
	cost    int64 // bytes that it takes while it waits
	bytes   []byte
	read    *buffer // of the bytes
	written *buffer // nil: as read
	text    string
}

type itemKind uint8

const (
	itemOpen itemKind = iota
	itemBytes
	itemSkipped
	itemNotice
	itemClose
)

func newTap(o Observer, limit int64, b *buffers) *tap {
	return &tap{observer: o, limit: limit, buffers: b, wake: make(chan struct{}, 1)}
}

func (t *tap) copy(b []byte) *buffer {
	c := t.buffers.get(len(b))
	copy(c.bytes, b)
	return c
}

// itemSize is what a waiting item costs beside its bytes.
const itemSize = 160

// bytes hands over what was relayed, in a copy, or by holding the buffer that it is from when it fills most of that; false
// when there is no room.
func (t *tap) bytes(c *Conn, r Relayed, from *buffer) bool {
	it := item{kind: itemBytes, cost: int64(itemSize + len(r.Read)), dir: r.Dir, conn: c, time: r.Time, added: r.Added}
	share := from != nil && len(r.Read) > len(from.bytes)/2 && from.has(r.Read)
	if share {
		it.cost = int64(itemSize + len(from.bytes))
	}
	rewritten := len(r.Written) != len(r.Read) || len(r.Read) > 0 && &r.Written[0] != &r.Read[0]
	if rewritten {
		it.cost += int64(len(r.Written))
	}
	if t.held.Add(it.cost) > t.limit {
		t.held.Add(-it.cost)
		return false
	}
	if share {
		from.hold()
		it.bytes, it.read = r.Read, from
	} else {
		it.read = t.copy(r.Read)
		it.bytes = it.read.bytes
	}
	if rewritten {
		it.written = t.copy(r.Written)
	}
	t.put(it)
	return true
}

// room tells whether a small run of bytes would find a place.
func (t *tap) room() bool { return t.held.Load() < t.limit-t.limit/8 }

// open announces a connection; false when there is no room, and then nothing may be said about it. What its end will need
// is set aside.
func (t *tap) open(c *Conn) bool {
	if t.held.Add(2*itemSize) > t.limit {
		t.held.Add(-2 * itemSize)
		return false
	}
	t.put(item{kind: itemOpen, cost: itemSize, conn: c, time: c.Opened.UnixNano()})
	return true
}

// notice is said only where there is room; false where there is none.
func (t *tap) notice(c *Conn, now int64, text string) bool {
	cost := int64(itemSize + len(text))
	if t.held.Add(cost) > t.limit {
		t.held.Add(-cost)
		return false
	}
	t.put(item{kind: itemNotice, cost: cost, conn: c, time: now, text: text})
	return true
}

// put appends an item. Its cost is in held already.
func (t *tap) put(it item) {
	t.mu.Lock()
	t.items = append(t.items, it)
	first := len(t.items) == 1
	t.mu.Unlock()
	if first {
		select {
		case t.wake <- struct{}{}:
		default:
		}
	}
}

// MakeRoom lets one more thread run Go code at a time, until restore is called: that of the observer, which the kernel lets wait
// where the CPUs are busy (Linux), counts as running meanwhile. It is for the program, as the number is the process's.
func MakeRoom() (restore func()) {
	n := runtime.GOMAXPROCS(0)
	runtime.GOMAXPROCS(n + 1)
	return func() { runtime.GOMAXPROCS(n) }
}

// gather is how long more is waited for when something came: waking up for each message would cost those that relay.
const gather = time.Millisecond

// run calls the observer until close was called and everything was seen. It belongs in a goroutine of its own.
func (t *tap) run() {
	stayBehind()
	var work []item
	for {
		t.mu.Lock()
		work, t.items = t.items, work[:0]
		closed := t.closed
		t.mu.Unlock()
		if len(work) == 0 {
			t.observer.Idle()
			if closed {
				return
			}
			<-t.wake
			time.Sleep(gather)
			continue
		}
		for i := range work {
			t.show(&work[i])
			work[i] = item{}
		}
		if cap(work) > 1<<16 { // a burst shall not stay
			work = nil
		}
	}
}

func (t *tap) show(it *item) {
	switch it.kind {
	case itemOpen:
		t.observer.Open(it.conn, it.time)
	case itemBytes:
		r := Relayed{Dir: it.dir, Time: it.time, Added: it.added, Read: it.bytes, Written: it.bytes}
		if it.written != nil {
			r.Written = it.written.bytes
		}
		t.observer.Bytes(it.conn, r)
		t.buffers.release(it.read)
		t.buffers.release(it.written)
	case itemSkipped:
		t.observer.Skipped(it.conn, it.dir, it.time, it.added)
	case itemNotice:
		t.observer.Notice(it.conn, it.time, it.text)
	case itemClose:
		t.observer.Close(it.conn, it.dir, it.time, it.why)
	}
	t.held.Add(-it.cost)
}

// close lets run return when it has seen everything.
func (t *tap) close() {
	t.mu.Lock()
	t.closed = true
	t.mu.Unlock()
	select {
	case t.wake <- struct{}{}:
	default:
	}
}
