package main

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/mqsniff/mqsniff/capture"
	"github.com/mqsniff/mqsniff/capture/tcp"
	"github.com/mqsniff/mqsniff/session"
)

// TestMemory reads captures that leave as much open as they can: what is held must be bounded, and what is over must be
// let go.
func TestMemory(t *testing.T) {
	conns, frames := 40_000, 6
	if testing.Short() {
		conns, frames = 2000, 1
	}
	half := append([]byte("\x00\xf0\x00\x00\x00\x00\x40\x00"), `{"code":310,"extFields":{"b":"`...)
	half = append(half, strings.Repeat("x", 200)...)
	frame := jsonFrame(`{"code":310,"extFields":{"b":"T","a":"G"},"flag":0,"language":"JAVA","opaque":1,"version":479}`, "body")
	huge := jsonFrame(`{"code":310,"extFields":{"b":"T","a":"G"},"flag":0,"language":"JAVA","opaque":1,"version":479}`, strings.Repeat("b", 15<<20))
	each := func(n int, what func(c *conversation, i int)) func() []packet {
		return func() []packet {
			var all []packet
			for i := range n {
				c := converse(fmt.Sprintf("10.%d.%d.1:40000", 1+i>>8, i&255))
				what(c, i)
				all = append(all, c.packets...)
			}
			for i := range all {
				all[i].time = all[0].time + int64(i)*1000
			}
			return all
		}
	}
	const perConn = 4 << 10
	tests := []struct {
		name    string
		packets func() []packet
		bound   int // bytes
	}{
		{"half-open frames", each(conns, func(c *conversation, i int) { c.send(0, flagACK, half); c.send(1, flagACK, half) }), conns * perConn},
		{"unanswered requests", each(conns, func(c *conversation, i int) { c.send(0, flagACK, frame) }), conns * perConn},
		{"holes", each(conns/4, func(c *conversation, i int) { c.next[0]++; c.send(0, flagACK, huge[:5000]) }), 64<<20 + conns*perConn},
		// 4096 closed connections are remembered for their late packets.
		{"closed connections", each(conns, func(c *conversation, i int) { c.send(0, flagACK, half); c.send(1, flagRST|flagACK, nil) }), 4096 * perConn},
		{"huge frames", each(frames, func(c *conversation, i int) { c.send(0, flagACK, huge[:14<<20]) }), 2 * session.DefaultBuffer},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			path := writeFile(t, "capture", writeCapture(test.packets(), format{}))
			before := heap()
			files, err := capture.Open([]string{path}, capture.Options{NoSpool: true})
			check(t, err)
			defer files.Close()
			source := newReading()
			most, events := uint64(0), 0
			source.handle = func(*session.Event, *session.View) {
				if events++; events%(conns/9) == 0 {
					most = max(most, heap())
				}
			}
			check(t, files.Run(t.Context(), func(at int64, e session.Endpoints, dir session.Direction, handshake bool) tcp.Stream {
				return source.Open(at, e, dir, handshake)
			}))
			most = max(most, heap())
			held := int(most) - int(before)
			t.Logf("%d events, %d KB held, bound %d KB", events, held>>10, test.bound>>10)
			if held > test.bound+4<<20 { // the reader's buffer, tables
				t.Errorf("%d bytes held, more than %d", held, test.bound)
			}
			runtime.KeepAlive(source)
		})
	}
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
