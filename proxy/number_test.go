package proxy

import (
	"context"
	"errors"
	"io"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
)

// counter is an Observer that holds the numbers of connections against its own count.
type counter struct {
	watcher
	t    *testing.T
	seen uint64
}

func (o *counter) Open(c *Conn, _ int64) {
	defer o.enter()()
	if o.seen++; c.Number != o.seen {
		o.t.Errorf("the observer was told of connection %d as number %d", c.Number, o.seen)
	}
}

// Connections are numbered in the order in which the observer is told of them, whatever came of others.
func TestNumbersAreTheObservers(t *testing.T) {
	server := echo(t, "")
	o := &counter{t: t}
	var dials atomic.Int64
	p := New(Options{Observer: o, Dial: func(ctx context.Context, target string) (net.Conn, error) {
		if dials.Add(1)%3 == 0 {
			return nil, errors.New("not this one")
		}
		return new(net.Dialer).DialContext(ctx, "tcp", target)
	}})
	l, err := p.Listen("127.0.0.1:0", ListenOptions{Target: server.String()})
	if err != nil {
		t.Fatal(err)
	}
	const clients, each = 8, 15
	var group sync.WaitGroup
	for range clients {
		group.Go(func() {
			for range each {
				c, err := net.Dial("tcp", l.Address.String())
				if err != nil { // reset so soon
					continue
				}
				defer c.Close()
				c.Write([]byte("a"))
				io.ReadFull(c, make([]byte, 1)) // or a reset
			}
		})
	}
	group.Wait()
	drain(p)
	if o.seen != clients*each*2/3 {
		t.Errorf("%d connections", o.seen)
	}
}

// Connections that the observer is not told of do not take numbers that it counts.
func TestNumbersOfTheUnseen(t *testing.T) {
	server := echo(t, "")
	o := &counter{t: t, watcher: watcher{block: make(chan struct{})}}
	p := New(Options{Observer: o, Memory: 8 * itemSize}) // two connections: each sets aside what its end needs
	l, err := p.Listen("127.0.0.1:0", ListenOptions{Target: server.String()})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 4 {
		dial(t, l.Address.String())
		until(t, "relayed", func() bool {
			return len(p.Conns()) == i+1 && !slices.ContainsFunc(p.Conns(), func(c *Conn) bool { return !c.Established() })
		})
	}
	var numbers []uint64
	for _, c := range p.Conns() {
		numbers = append(numbers, c.Number)
	}
	close(o.block)
	drain(p)
	if want := []uint64{1, 2, unseenNumber + 1, unseenNumber + 2}; !slices.Equal(numbers, want) {
		t.Errorf("%d, want %d", numbers, want)
	}
}
