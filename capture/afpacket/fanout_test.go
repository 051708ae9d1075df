//go:build linux

package afpacket

import (
	"fmt"
	"io"
	"net"
	"testing"
	"time"
)

// Each connection is in one ring, with both its directions, and every packet in exactly one.
func TestFanout(t *testing.T) {
	if !namespace(t) {
		return
	}
	for _, name := range []string{"lo", Any} {
		rings, err := Open(Options{Interface: name, Rings: 2})
		if err != nil {
			t.Fatal(err)
		}
		other, err := Open(Options{Interface: name, Rings: 2}) // a group of its own
		if err != nil {
			t.Fatal(err)
		}
		reference := openRing(t, Options{Interface: name})
		const connections = 20
		for range connections {
			talk(t)
		}
		header := 14
		if name == Any {
			header = 20
		}
		count := func(rings ...*Ring) (where map[int]map[int]bool, packets int) {
			where = map[int]map[int]bool{}
			for i, r := range rings {
				for _, p := range read(t, r, 1<<30) {
					d := p.Data[header:]
					source, destination := int(d[20])<<8|int(d[21]), int(d[22])<<8|int(d[23])
					pair := min(source, destination)<<16 | max(source, destination)
					if where[pair] == nil {
						where[pair] = map[int]bool{}
					}
					where[pair][i] = true
					packets++
				}
			}
			return where, packets
		}
		_, want := count(reference)
		for _, group := range [][]*Ring{rings, other} {
			where, got := count(group...)
			used := map[int]int{}
			for _, in := range where {
				if len(in) != 1 {
					t.Errorf("%s: a connection is in %d rings", name, len(in))
				}
				for i := range in {
					used[i]++
				}
			}
			if got != want || len(where) != connections || len(used) != 2 {
				t.Errorf("%s: %d packets of %d, %d connections of %d, rings with some: %v", name, got, want, len(where), connections, used)
			}
		}
		closeAll(rings)
		closeAll(other)
	}
}

// talk makes a connection on the loopback interface and says something both ways.
func talk(t *testing.T) {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	done := make(chan error)
	go func() {
		c, err := l.Accept()
		if err == nil {
			_, err = io.Copy(c, c)
			c.Close()
		}
		done <- err
	}()
	c, err := net.Dial("tcp4", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	for i := range 5 {
		fmt.Fprintf(c, "line %d", i)
		time.Sleep(time.Millisecond)
	}
	c.(*net.TCPConn).CloseWrite()
	io.Copy(io.Discard, c)
	c.Close()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}
