package tui

import (
	"context"
	"testing"

	"github.com/gdamore/tcell/v2"

	"github.com/mqsniff/mqsniff/session"
)

// crowd is a store of n events without bytes.
func crowd(n int) *session.Store {
	symbols := session.NewSymbols()
	topics := []session.Symbol{symbols.Add([]byte("OrderPaid")), symbols.Add([]byte("Metrics")), symbols.Add([]byte("order-订单"))}
	store := session.NewStore(n, symbols, nil)
	view := &session.View{}
	for i := range n {
		ev := session.Event{Number: uint32(i + 1), Conn: 1, Time: epoch + int64(i)*1000, Kind: session.Kind(i % 3), Code: 310, Topic: topics[i%3],
			Latency: int64(i % 20_000_000), Len: 300, QueueID: int32(i % 4)}
		store.Handle(&ev, view)
	}
	return store
}

func benchApp(b *testing.B, store *session.Store) *app {
	sim := tcell.NewSimulationScreen("UTF-8")
	a, err := newApp(context.Background(), Options{Store: store, Title: "big", Screen: sim, StateDir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(a.cancel)
	sim.SetSize(200, 50)
	a.apply(0)
	a.tv.ForceDraw()
	return a
}

// BenchmarkScroll is a key press that scrolls by one row, with a million events: state, drawing, and the difference to
// the screen before.
func BenchmarkScroll(b *testing.B) {
	a := benchApp(b, crowd(1<<20))
	b.ReportAllocs()
	for b.Loop() {
		a.frames.list.Move(1)
		a.refresh()
		a.tv.ForceDraw()
	}
}

// BenchmarkFilter is an expression over a million events.
func BenchmarkFilter(b *testing.B) {
	store := crowd(1 << 20)
	a := benchApp(b, store)
	b.ReportAllocs()
	for b.Loop() {
		a.bar.applied = `latency > 5 and topic == "OrderPaid"`
		a.bar.start()
		for !a.bar.scan.state().complete {
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/(1<<20), "ns/event")
}
