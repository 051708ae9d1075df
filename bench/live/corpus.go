//go:build linux

package main

import (
	"context"
	"encoding/binary"
	"errors"

	"github.com/mqsniff/mqsniff/capture"
	"github.com/mqsniff/mqsniff/capture/tcp"
	"github.com/mqsniff/mqsniff/session"
)

// turn is what one end of a connection says before the other end answers.
type turn struct {
	dir    session.Direction
	bytes  []byte
	frames int // that end in it
}

// dialogue is what is said on one connection.
type dialogue struct {
	port  uint16 // of the server
	turns []turn
	rest  [2]int    // bytes to come of a direction's frame
	head  [2][]byte // of a length that was cut
}

// load reads a capture and deals its connections to so many workers.
func load(path string, workers int) (*player, error) {
	files, err := capture.Open([]string{path}, capture.Options{NoSpool: true})
	if err != nil {
		return nil, err
	}
	defer files.Close()
	var all []*dialogue
	err = files.Run(context.Background(), func(_ int64, e session.Endpoints, _ session.Direction, _ bool) tcp.Stream {
		d := &dialogue{port: e.Server.Port()}
		all = append(all, d)
		return d
	})
	if err != nil {
		return nil, err
	}
	p := &player{shares: make([][]*dialogue, max(1, workers))}
	for i, d := range all {
		if len(d.turns) > 0 {
			w := i % len(p.shares)
			p.shares[w] = append(p.shares[w], d)
		}
	}
	if len(all) == 0 {
		return nil, errors.New(path + " has no connections")
	}
	return p, nil
}

// pipelined returns a player of the same frames whose clients do not wait: each end sends that many bytes at a time.
func (p *player) pipelined(size int) *player {
	q := &player{shares: make([][]*dialogue, len(p.shares))}
	for i, share := range p.shares {
		for _, d := range share {
			e := &dialogue{port: d.port}
			var both [2]turn
			flush := func() {
				for dir, t := range both {
					if t.dir = session.Direction(dir); len(t.bytes) > 0 {
						e.turns = append(e.turns, t)
					}
				}
				both = [2]turn{}
			}
			for _, t := range d.turns {
				b := &both[t.dir]
				b.bytes = append(b.bytes, t.bytes...)
				b.frames += t.frames
				if t.dir == session.ServerToClient && max(len(both[0].bytes), len(both[1].bytes)) >= size {
					flush()
				}
			}
			flush()
			q.shares[i] = append(q.shares[i], e)
		}
	}
	return q
}

// Begin, Bytes, Gap and Close are tcp.Stream.
func (d *dialogue) Begin(session.Direction, int64) {}

func (d *dialogue) Bytes(dir session.Direction, c session.Chunk) {
	n := len(d.turns)
	if n == 0 || d.turns[n-1].dir != dir {
		d.turns = append(d.turns, turn{dir: dir})
		n++
	}
	t := &d.turns[n-1]
	t.bytes = append(t.bytes, c.Bytes...)
	t.frames += d.count(dir, c.Bytes)
}

func (d *dialogue) Gap(session.Direction, int64, int64) {}

func (d *dialogue) Close(session.Direction, int64, session.CloseReason) {}

// count is how many frames end in the next bytes of a direction.
func (d *dialogue) count(dir session.Direction, b []byte) (frames int) {
	for len(b) > 0 {
		if d.rest[dir] > 0 {
			n := min(d.rest[dir], len(b))
			b = b[n:]
			if d.rest[dir] -= n; d.rest[dir] == 0 {
				frames++
			}
			continue
		}
		h := &d.head[dir]
		n := min(4-len(*h), len(b))
		*h, b = append(*h, b[:n]...), b[n:]
		if len(*h) == 4 {
			d.rest[dir] = int(binary.BigEndian.Uint32(*h))
			*h = (*h)[:0]
		}
	}
	return frames
}
