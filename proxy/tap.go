package proxy

import (
	"math/bits"
	"sync"
	"sync/atomic"

	"github.com/mqsniff/mqsniff/session"
)

// tap carries what was relayed to the observer. Putting something in never waits; bytes for which there is no room are
// counted, and reported where they are missing.
type tap struct {
	observer Observer
	limit    int64 // bytes that may wait
	held     atomic.Int64

	mu     sync.Mutex
	items  []item
	closed bool
	wake   chan struct{}

	free [classes]sync.Pool
}

// item is one call of the observer.
type item struct {
	kind    itemKind
	dir     session.Direction
	why     session.CloseReason
	conn    *Conn
	time    int64
	added   int64 // or the number of bytes skipped
	read    *buffer
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

// Buffers come in sizes from 256 bytes to 64 KiB, and larger ones that are not kept.
const (
	smallest = 8
	classes  = 9
)

// buffer is a copy of relayed bytes.
type buffer struct {
	bytes []byte
	class int
}

func newTap(o Observer, limit int64) *tap {
	return &tap{observer: o, limit: limit, wake: make(chan struct{}, 1)}
}

func (t *tap) copy(b []byte) *buffer {
	class := max(0, bits.Len(uint(max(len(b), 1)-1))-smallest)
	if class >= classes {
		return &buffer{append([]byte(nil), b...), class}
	}
	if f, ok := t.free[class].Get().(*buffer); ok {
		f.bytes = append(f.bytes[:0], b...)
		return f
	}
	return &buffer{append(make([]byte, 0, 1<<(class+smallest)), b...), class}
}

func (t *tap) release(b *buffer) {
	if b != nil && b.class < classes {
		t.free[b.class].Put(b)
	}
}

// itemSize is what a waiting item costs beside its bytes.
const itemSize = 160

// bytes hands over what was relayed; false when there is no room.
func (t *tap) bytes(c *Conn, r Relayed) bool {
	it := item{kind: itemBytes, dir: r.Dir, conn: c, time: r.Time, added: r.Added}
	cost := int64(itemSize + len(r.Read))
	rewritten := len(r.Written) != len(r.Read) || len(r.Read) > 0 && &r.Written[0] != &r.Read[0]
	if rewritten {
		cost += int64(len(r.Written))
	}
	if t.held.Add(cost) > t.limit {
		t.held.Add(-cost)
		return false
	}
	it.read = t.copy(r.Read)
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
	t.put(item{kind: itemOpen, conn: c, time: c.Opened.UnixNano()})
	return true
}

// notice is said only where there is room.
func (t *tap) notice(c *Conn, now int64, text string) {
	cost := int64(itemSize + len(text))
	if t.held.Add(cost) > t.limit {
		t.held.Add(-cost)
		return
	}
	t.put(item{kind: itemNotice, conn: c, time: now, text: text})
}

// put appends an item whose cost is in held.
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
		t.held.Add(-itemSize)
	case itemBytes:
		cost := int64(itemSize + len(it.read.bytes))
		r := Relayed{Dir: it.dir, Time: it.time, Added: it.added, Read: it.read.bytes, Written: it.read.bytes}
		if it.written != nil {
			r.Written = it.written.bytes
			cost += int64(len(it.written.bytes))
		}
		t.observer.Bytes(it.conn, r)
		t.release(it.read)
		t.release(it.written)
		t.held.Add(-cost)
	case itemSkipped:
		t.observer.Skipped(it.conn, it.dir, it.time, it.added)
		t.held.Add(-itemSize)
	case itemNotice:
		t.observer.Notice(it.conn, it.time, it.text)
		t.held.Add(-int64(itemSize + len(it.text)))
	case itemClose:
		t.observer.Close(it.conn, it.dir, it.time, it.why)
		t.held.Add(-itemSize)
	}
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
