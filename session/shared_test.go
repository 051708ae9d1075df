package session

import (
	"sync"
	"testing"
	"time"
)

// Several sessions with one handler: it sees every number once, in order, and each answer finds the request of its own
// connection although all use the same opaques.
func TestSharedSessionsGiveEventsInOrder(t *testing.T) {
	shared := NewShared()
	var numbers, conns, paired uint32
	handle := func(ev *Event, v *View) {
		numbers++
		if ev.Number != numbers {
			t.Errorf("event %d came as number %d", ev.Number, numbers)
		}
		if ev.Kind == Open {
			conns++
			if ev.Conn != conns {
				t.Errorf("connection %d opened as number %d", ev.Conn, conns)
			}
		}
		if ev.Kind == Response && ev.Pair != 0 && ev.Pair < ev.Number {
			paired++
		}
	}
	const sessions, frames = 4, 200
	var group sync.WaitGroup
	for range sessions {
		s := New(Options{Shared: shared}, handle)
		group.Go(func() {
			c := s.Open(1, Endpoints{}, ClientToServer, true)
			c.Begin(ClientToServer, 1)
			c.Begin(ServerToClient, 1)
			for i := range frames {
				now := int64(i+2) * int64(time.Millisecond)
				c.Bytes(ClientToServer, Chunk{Bytes: frame(34, i, 0, "", ""), Time: now, Offset: -1})
				c.Bytes(ServerToClient, Chunk{Bytes: frame(0, i, 1, "", ""), Time: now, Offset: -1})
			}
			s.Lost(1, 7, "the ring was full")
			s.End()
		})
	}
	group.Wait()
	if numbers != sessions*(2*frames+2) || paired != sessions*frames {
		t.Errorf("%d events and %d pairs, want %d and %d", numbers, paired, sessions*(2*frames+2), sessions*frames)
	}
}

// A Drop belongs to no connection, and says how many packets and why.
func TestLostPacketsAreAnEvent(t *testing.T) {
	var got Event
	s := New(Options{}, func(ev *Event, v *View) {
		got = *ev
		if v.Conn != nil {
			t.Error("a drop has a connection")
		}
	})
	s.Lost(5, 1<<40, "the ring was full")
	if got.Kind != Drop || got.Conn != 0 || got.Len != 1<<32-1 || got.Time != 5 || s.Symbols.Text(got.Note) != "the ring was full" {
		t.Errorf("%+v", got)
	}
}
