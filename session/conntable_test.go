package session

import "testing"

// churn has a store see connections that are opened and closed, n of them after those that it has seen.
func churn(store *Store, n int) {
	for range n {
		number := uint32(store.Conns()) + 1
		store.Handle(&Event{Kind: Open, Conn: number, Time: 1}, &View{})
		store.Handle(&Event{Kind: Request, Conn: number, Time: 2}, &View{})
		store.Handle(&Event{Kind: Close, Conn: number, Time: 3, Detail: uint8(CloseFIN)}, &View{})
	}
}

// TestStoreForgetsConnections that are closed and of which nothing is kept, when there are many.
func TestStoreForgetsConnections(t *testing.T) {
	store := NewStore(2*storeChunk, NewSymbols(), nil)
	churn(store, keptConns)
	if c, ok := store.Conn(1); !ok || c.State != ConnClosed {
		t.Fatalf("forgotten too early: %+v", c)
	}
	store.Handle(&Event{Kind: Open, Conn: keptConns + 1, Time: 1}, &View{})
	churn(store, 3*keptConns)
	if n := store.Conns(); n != 4*keptConns+1 {
		t.Errorf("%d connections", n)
	}
	if store.conns.held > keptConns/connChunk+2 {
		t.Errorf("%d chunks are held", store.conns.held)
	}
	for number, want := range map[uint32]ConnState{
		1: ConnGone, keptConns: ConnGone, keptConns + 1: ConnOpen, keptConns + 2: ConnClosed, // in the chunk of one that is open
		2 * keptConns: ConnGone, 4*keptConns + 1: ConnClosed,
	} {
		if c, ok := store.Conn(number); !ok || c.State != want || c.Number != number {
			t.Errorf("connection %d is %+v, want it %s", number, c, want)
		}
	}
	store.Handle(&Event{Kind: Notice, Conn: 1, Time: 9}, &View{}) // nothing to describe
	store.Handle(&Event{Kind: Close, Conn: keptConns + 1, Time: 9, Detail: uint8(CloseFIN)}, &View{})
	churn(store, 2*keptConns)
	if c, _ := store.Conn(keptConns + 1); c.State != ConnGone {
		t.Errorf("closed meanwhile, and %s", c.State)
	}
}

// TestStoreKeepsWhatItHasEventsOf, however many connections there are.
func TestStoreKeepsWhatItHasEventsOf(t *testing.T) {
	store := NewStore(8*keptConns, NewSymbols(), nil)
	churn(store, 2*keptConns)
	if c, _ := store.Conn(1); c.State != ConnClosed || store.conns.held != 2*keptConns/connChunk {
		t.Errorf("%+v, %d chunks are held", c, store.conns.held)
	}
}

// TestConnTableIsBounded even if no connection is ever closed.
func TestConnTableIsBounded(t *testing.T) {
	var table connTable
	open := &connectionChunk{open: 1}
	for range 2 * maxConns / connChunk { // all the same, to save memory
		table.chunks = append(table.chunks, open)
	}
	table.held, table.count = len(table.chunks), 2*maxConns
	table.extend(2*maxConns+1, 0)
	if table.held != maxConns/connChunk || table.chunk(1) != nil || table.chunk(maxConns+connChunk+1) != open || table.chunk(2*maxConns+1) == nil {
		t.Errorf("%d chunks are held", table.held)
	}
}
