package tui

import (
	"context"
	"testing"
	"time"

	"github.com/mqsniff/mqsniff/session"
)

// slowDisk is a source that reads nothing until the gate is open.
type slowDisk struct {
	*capture
	gate chan struct{}
}

func (d slowDisk) ReadAgain(dst []byte, ref session.Ref, e session.Endpoints, dir session.Direction, n int) ([]byte, error) {
	<-d.gate
	return d.capture.ReadAgain(dst, ref, e, dir, n)
}

// senders are a store with requests that have message ids, and their numbers.
func senders(t *testing.T, n int) (d slowDisk, numbers []uint32) {
	d = slowDisk{newCapture(t), make(chan struct{})}
	d.store = session.NewStore(0, d.session.Symbols, d)
	conn := d.open("10.0.0.7:51234", "10.0.0.2:10911", true)
	for i := range n {
		d.request(conn, 310, 0, "body", send("OrderPaid", i)...)
		numbers = append(numbers, d.store.Last())
	}
	return d, numbers
}

func (c *idCache) of(t *testing.T, number uint32) string {
	t.Helper()
	var ev session.Event
	if !c.store.At(number, &ev) {
		t.Fatalf("no event %d", number)
	}
	return c.get(&ev)
}

// While busy traffic was followed the ids of the rows came after the rows had gone.
func TestAPaintHasTheIDsOfItsRows(t *testing.T) {
	d, numbers := senders(t, 50)
	close(d.gate)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	ids := newIDCache(d.store, func() { t.Error("another paint is asked for, though this one has everything") })
	ids.patience = time.Hour
	go ids.run(ctx)
	for from := 0; from < len(numbers); from += 10 {
		rows := numbers[from : from+10]
		ids.await(rows)
		for _, n := range rows {
			if ids.of(t, n) == "" {
				t.Fatalf("the id of %d is not known", n)
			}
		}
	}
	ids.await(numbers) // all known
}

func TestASlowDiskHoldsNoPaint(t *testing.T) {
	d, numbers := senders(t, 3)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	changed := make(chan struct{}, 10)
	ids := newIDCache(d.store, func() { changed <- struct{}{} })
	ids.patience = time.Millisecond
	go ids.run(ctx)
	for range 3 {
		ids.await(numbers)
		if ids.of(t, numbers[2]) != "" {
			t.Fatal("the disk was read")
		}
	}
	close(d.gate)
	for ids.of(t, numbers[2]) == "" {
		<-changed
	}
}
