package session

import (
	"bytes"
	"fmt"
	"sync"
	"testing"

	"github.com/mqsniff/mqsniff/decode"
)

// file is a Source that holds all bytes of one direction.
type file []byte

func (f file) ReadAgain(dst []byte, ref Ref, _ Endpoints, _ Direction, n int) ([]byte, error) {
	return append(dst, f[ref.Offset:ref.Offset+int64(n)]...), nil
}

func TestStoreLinksPairsBothWays(t *testing.T) {
	store := NewStore(0, NewSymbols(), nil)
	s := New(Options{}, store.Handle)
	st := &stream{c: s.Open(0, ends, ClientToServer, true)}
	st.send(ClientToServer, frame(105, 1, 0, "", ""))
	st.send(ClientToServer, frame(105, 2, 0, "", ""))
	st.send(ServerToClient, frame(17, 2, 1, "", ""))
	var request, other, response Event
	if !store.At(3, &request) || !store.At(2, &other) || !store.At(4, &response) {
		t.Fatal("events are missing")
	}
	if request.Pair != 4 || response.Pair != 3 || other.Pair != 0 {
		t.Errorf("request %d, response %d, the other %d", request.Pair, response.Pair, other.Pair)
	}
	c, ok := store.Conn(1)
	if !ok || c.Requests != 2 || c.Responses != 1 || c.Errors != 1 || c.InFlight() != 1 || c.Client != ends.Client {
		t.Errorf("%+v", c)
	}
	if _, ok := store.Conn(2); ok {
		t.Error("a connection that nobody opened")
	}
}

func TestStoreGivesUpTheOldest(t *testing.T) {
	store := NewStore(2*storeChunk, NewSymbols(), nil)
	const n = 5*storeChunk + 10
	for i := uint32(1); i <= n; i++ {
		store.Handle(&Event{Number: i, Kind: Response, Pair: 1, Conn: 1, Time: int64(i)}, &View{})
	}
	if first, last := store.First(), store.Last(); first != 4*storeChunk+1 || last != n {
		t.Errorf("%d to %d", first, last)
	}
	var ev Event
	if store.At(4*storeChunk, &ev) || !store.At(4*storeChunk+1, &ev) || ev.Number != 4*storeChunk+1 || store.At(n+1, &ev) || store.At(0, &ev) {
		t.Error("the wrong events are there")
	}
	got := make([]Event, 3*storeChunk)
	if k := store.Copy(1, got); k != storeChunk+10 || got[0].Number != 4*storeChunk+1 || got[k-1].Number != n {
		t.Errorf("%d copied", k)
	}
	if k := store.Copy(n, got[:5]); k != 1 || got[0].Number != n {
		t.Errorf("%d copied", k)
	}
}

func TestStoreReadsBytesAgain(t *testing.T) {
	b := frame(105, 1, 0, `"topic":"T"`, "")
	store := NewStore(0, NewSymbols(), file(append([]byte("recordrecordreco"), b...)))
	s := New(Options{}, store.Handle)
	st := &stream{c: s.Open(0, ends, ClientToServer, true)}
	st.send(ClientToServer, b)
	var ev Event
	store.At(2, &ev)
	if got, err := store.Bytes([]byte("x"), &ev); err != nil || !bytes.Equal(got[1:], b) {
		t.Errorf("%q, %v", got, err)
	}
	store.At(1, &ev)
	if _, err := store.Bytes(nil, &ev); err != ErrNoBytes {
		t.Errorf("bytes of an opening: %v", err)
	}
}

func TestReader(t *testing.T) {
	b := frame(310, 7, 0, `"b":"T"`, "the body")
	store := NewStore(0, NewSymbols(), file(append([]byte("recordrecordreco"), b...)))
	s := New(Options{}, store.Handle)
	st := &stream{c: s.Open(0, ends, ClientToServer, true)}
	st.send(ClientToServer, b)
	st.send(ServerToClient, frame(0, 7, 1, "", ""))
	r := Reader{Store: store}
	var ev Event
	store.At(2, &ev)
	v, err := r.View(&ev)
	if err != nil || string(v.Frame.Body) != "the body" || v.Command.Opaque != 7 || v.Conn.Client != ends.Client {
		t.Errorf("%+v, %v", v, err)
	}
	if v, err = r.Header(&ev); err != nil || len(v.Frame.Body) != 0 || v.Command.Ext.GetString("b") != "T" {
		t.Errorf("%+v, %v", v, err)
	}
	store.At(3, &ev)
	if x := store.Context(&ev); x.Code != 310 || !x.Known || x.RequestVersion != 479 {
		t.Errorf("%+v", x)
	}
	store.At(1, &ev)
	if _, err := r.View(&ev); err != ErrNoBytes {
		t.Errorf("an opening has bytes: %v", err)
	}
}

func TestStoreIsReadWhileItGrows(t *testing.T) {
	store := NewStore(4*storeChunk, NewSymbols(), nil)
	var group sync.WaitGroup
	done := make(chan struct{})
	for range 2 {
		group.Go(func() {
			var ev Event
			buf := make([]Event, 100)
			for {
				select {
				case <-done:
					return
				default:
				}
				last := store.Last()
				if last > 0 && store.At(last, &ev) && ev.Number != last {
					t.Error("another event")
				}
				store.Copy(store.First(), buf)
				store.Conn(1)
			}
		})
	}
	for i := uint32(1); i < 20*storeChunk; i++ {
		store.Handle(&Event{Number: i, Kind: Request, Conn: 1 + i%3}, &View{})
	}
	close(done)
	group.Wait()
}

func TestSymbols(t *testing.T) {
	s := NewSymbols()
	a, b := s.Add([]byte("a")), s.Add([]byte("b"))
	if a == b || a == 0 || s.Add([]byte("a")) != a || s.Text(a) != "a" || s.Text(0) != "" || s.Text(99999) != "" {
		t.Errorf("%d %d", a, b)
	}
	key := []byte("a")
	if n := testing.AllocsPerRun(100, func() { s.Add(key) }); n != 0 {
		t.Errorf("%v allocations for a known text", n)
	}
	for i := range MaxSymbols {
		s.Add(fmt.Append(nil, i))
	}
	if s.Len() != MaxSymbols || s.Refused() == 0 || s.Text(s.Add([]byte("one more"))) != TooMany {
		t.Errorf("%d texts, %d refused", s.Len(), s.Refused())
	}
}

func TestNothingThereIsNoFailure(t *testing.T) {
	found := Event{Kind: Response, Code: decode.PullMessage, Status: 19}
	busy := Event{Kind: Response, Code: decode.SendMessageV2, Status: 2}
	if found.Failed() || !busy.Failed() {
		t.Error("PULL_NOT_FOUND is no failure, SYSTEM_BUSY is one")
	}
}
