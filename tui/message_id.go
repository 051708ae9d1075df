package tui

import (
	"bytes"
	"context"
	"sync"
	"time"

	"github.com/mqsniff/mqsniff/decode"
	"github.com/mqsniff/mqsniff/session"
)

// uniqueKey is the property that clients call the message id (MessageConst.PROPERTY_UNIQ_CLIENT_MESSAGE_ID_KEYIDX).
const uniqueKey = "UNIQ_KEY"

// property finds a message property in their encoded form: key \x01 value \x02 …
func property(properties []byte, key string) []byte {
	for len(properties) > 0 {
		var entry []byte
		entry, properties, _ = bytes.Cut(properties, []byte{2})
		if k, v, ok := bytes.Cut(entry, []byte{1}); ok && string(k) == key {
			return v
		}
	}
	return nil
}

// hasMessageID tells whether a request of this code names the message that it sends.
func hasMessageID(code int32) bool { return decode.IsSend(code) || code == decode.EndTransaction }

// messageID reads the id of the message that a request sends from its header.
func messageID(cmd *decode.Command) string {
	for _, key := range []string{"i", "properties"} { // SendMessageRequestHeaderV2 and V1
		if p, ok := cmd.Ext.Get(key); ok {
			if id := property(p, uniqueKey); len(id) > 0 {
				return string(id)
			}
		}
	}
	for _, key := range []string{"transactionId", "msgId"} { // EndTransactionRequestHeader, SendMessageResponseHeader
		if id, ok := cmd.Ext.Get(key); ok && len(id) > 0 {
			return string(id)
		}
	}
	return ""
}

// Bounds of the id cache: some screens of rows.
const (
	maxIDs  = 2048
	maxAsks = 256
	maxID   = 256 // bytes; hostile ones are cut
)

// patience is how long a paint waits for the ids of its rows. They come from the page cache, some µs each; a slow disk, whose
// ids a later paint shows, holds no key up.
const patience = 2 * time.Millisecond

// idCache knows the message ids of rows that were on the screen lately. The header of a frame must be read again for it,
// which a worker does.
type idCache struct {
	store    *session.Store
	changed  func()
	patience time.Duration
	wake     chan struct{}
	done     chan struct{} // the worker's word to a paint that waits

	mu      sync.Mutex
	known   map[uint32]string
	order   []uint32 // oldest first
	asks    []uint32
	working int  // asks that the worker has taken
	awaited bool // a paint waits: it need not be asked for
}

func newIDCache(store *session.Store, changed func()) *idCache {
	return &idCache{
		store: store, changed: changed, patience: patience,
		wake: make(chan struct{}, 1), done: make(chan struct{}, 1), known: map[uint32]string{},
	}
}

// carrier is the number of the request whose header has the message id of ev; 0: none has.
func carrier(ev *session.Event) uint32 {
	switch {
	case ev.Has(session.Unmatched), !ev.Kind.Frame(), !hasMessageID(ev.Code):
		return 0
	case ev.Kind == session.Response:
		return ev.Pair
	}
	return ev.Number
}

// get returns the id of the message that ev, or the request that ev answers, sends; empty when there is none or the
// worker has yet to read it.
func (c *idCache) get(ev *session.Event) string {
	number := carrier(ev)
	if number == 0 {
		return ""
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	id, ok := c.known[number]
	if !ok {
		c.ask(number)
	}
	return id
}

// now is get for what a person asks for: it waits a moment where the id was not on the screen.
func (c *idCache) now(ev *session.Event) string {
	if number := carrier(ev); number != 0 {
		c.await([]uint32{number})
	}
	return c.get(ev)
}

// ask has the worker read the id of a request. c.mu is held.
func (c *idCache) ask(number uint32) {
	if len(c.asks) == maxAsks {
		return
	}
	c.asks = append(c.asks, number)
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// await has the ids read that the rows of a paint need, and waits for them, but not long. While busy traffic is followed each
// paint has rows of its own: what is read behind it comes too late. Rows of earlier paints are not waited for.
func (c *idCache) await(numbers []uint32) {
	c.mu.Lock()
	c.asks = c.asks[:0]
	for _, n := range numbers {
		if _, ok := c.known[n]; !ok {
			c.ask(n)
		}
	}
	waits := len(c.asks) > 0
	c.awaited = waits
	c.mu.Unlock()
	for late := time.After(c.patience); waits; {
		select {
		case <-c.done:
		case <-late:
			waits = false
		}
		c.mu.Lock()
		waits = waits && len(c.asks)+c.working > 0
		c.awaited = waits
		c.mu.Unlock()
	}
}

// run reads what was asked for.
func (c *idCache) run(ctx context.Context) {
	reader := session.Reader{Store: c.store}
	for {
		select {
		case <-ctx.Done():
			return
		case <-c.wake:
		}
		c.mu.Lock()
		asks := c.asks
		c.asks, c.working = nil, len(asks)
		c.mu.Unlock()
		for _, number := range asks {
			if c.has(number) {
				continue // asked for by two frames of the screen
			}
			var ev session.Event
			id := ""
			if c.store.At(number, &ev) {
				id = readMessageID(&reader, &ev)
			}
			c.put(number, id)
		}
		c.mu.Lock()
		c.working = 0
		awaited := c.awaited
		c.mu.Unlock()
		if !awaited {
			c.changed()
			continue
		}
		select {
		case c.done <- struct{}{}:
		default:
		}
	}
}

// readMessageID reads the header of a request again, not its body.
func readMessageID(r *session.Reader, ev *session.Event) string {
	v, err := r.Header(ev)
	if err != nil {
		return ""
	}
	id := messageID(v.Command)
	return id[:min(len(id), maxID)]
}

func (c *idCache) has(number uint32) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, ok := c.known[number]
	return ok
}

func (c *idCache) put(number uint32, id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.known[number]; !ok {
		if len(c.order) == maxIDs {
			delete(c.known, c.order[0])
			c.order = c.order[1:]
		}
		c.order = append(c.order, number)
	}
	c.known[number] = id
}
