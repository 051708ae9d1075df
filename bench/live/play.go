//go:build linux

package main

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// player plays dialogues over connections of the loopback interface. Each worker plays its own, over and over: a turn of each
// connection, one after the other. What was sent has arrived before anything else is sent, so packets are in the order of the
// dialogue.
type player struct {
	shares [][]*dialogue // by worker

	frames, bytes, conns atomic.Int64 // sent so far
}

// pace is how much is played, and how fast.
type pace struct {
	volume int64   // bytes; 0: until the context is done
	rate   float64 // frames per second, all workers together; 0: as fast as it goes
	short  int     // turns after which a connection is closed and begun again; 0: when its dialogue is over
	conns  int64   // connections after which it ends; 0: any number
}

// piece is what is sent at once: less than a socket buffers.
const piece = 32 << 10

// play returns how long it took.
func (p *player) play(ctx context.Context, pace pace) (time.Duration, error) {
	p.frames.Store(0)
	p.bytes.Store(0)
	p.conns.Store(0)
	begin := time.Now()
	errs := make([]error, len(p.shares))
	var group sync.WaitGroup
	for i := range p.shares {
		group.Go(func() { errs[i] = p.work(ctx, i, &pace, begin) })
	}
	group.Wait()
	for _, err := range errs {
		if err != nil {
			return 0, err
		}
	}
	return time.Since(begin), nil
}

// playing is a dialogue under way.
type playing struct {
	*dialogue
	at    int
	since int // turns on this connection
	socks [2]int
	open  bool
}

func (p *player) work(ctx context.Context, number int, pace *pace, begin time.Time) error {
	w := worker{number: byte(number), listeners: map[uint16]int{}, buf: make([]byte, piece)}
	defer w.close()
	var all []*playing
	for _, d := range p.shares[number] {
		all = append(all, &playing{dialogue: d})
	}
	defer func() {
		for _, d := range all {
			w.hangUp(d)
		}
	}()
	var mine int64
	for {
		for _, d := range all {
			if ctx.Err() != nil || pace.volume > 0 && p.bytes.Load() >= pace.volume || pace.conns > 0 && p.conns.Load() >= pace.conns {
				return nil
			}
			if !d.open {
				if err := w.call(d); err != nil {
					return err
				}
				p.conns.Add(1)
			}
			t := &d.turns[d.at]
			if err := w.say(d, t); err != nil {
				return err
			}
			p.frames.Add(int64(t.frames))
			p.bytes.Add(int64(len(t.bytes)))
			d.at, d.since = (d.at+1)%len(d.turns), d.since+1
			if d.at == 0 || pace.short > 0 && d.since >= pace.short && d.rested(d.at) {
				w.hangUp(d)
			}
			if pace.rate > 0 {
				mine += int64(t.frames)
				due := begin.Add(time.Duration(float64(mine) / pace.rate * float64(len(p.shares)) * 1e9))
				if wait := time.Until(due); wait > time.Millisecond {
					time.Sleep(wait)
				}
			}
		}
	}
}

// rested tells whether the client speaks next, so that nothing is left without an answer but what waits for messages.
func (d *playing) rested(at int) bool { return d.turns[at].dir == 0 }

// worker owns sockets. They are used one at a time, and blocking.
type worker struct {
	number    byte
	listeners map[uint16]int
	calls     int
	buf       []byte
}

func (w *worker) close() {
	for _, fd := range w.listeners {
		unix.Close(fd)
	}
}

func (w *worker) listener(port uint16) (int, error) {
	if fd, ok := w.listeners[port]; ok {
		return fd, nil
	}
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, err
	}
	w.listeners[port] = fd
	for _, option := range []int{unix.SO_REUSEADDR, unix.SO_REUSEPORT} {
		if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, option, 1); err != nil {
			return 0, err
		}
	}
	if err := unix.Bind(fd, &unix.SockaddrInet4{Port: int(port), Addr: [4]byte{127, w.number + 1, 0, 1}}); err != nil {
		return 0, fmt.Errorf("port %d: %w", port, err)
	}
	return fd, unix.Listen(fd, 16)
}

// call opens a connection.
func (w *worker) call(d *playing) error {
	l, err := w.listener(d.port)
	if err != nil {
		return err
	}
	client, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	w.calls++
	// Client addresses move on, so that ports are not used up by connections that were closed lately.
	from := unix.SockaddrInet4{Addr: [4]byte{127, 100 + w.number, byte(w.calls >> 12), 1}}
	if err := unix.SetsockoptInt(client, unix.IPPROTO_IP, unix.IP_BIND_ADDRESS_NO_PORT, 1); err != nil {
		return err
	}
	if err := unix.Bind(client, &from); err != nil {
		return err
	}
	if err := unix.Connect(client, &unix.SockaddrInet4{Port: int(d.port), Addr: [4]byte{127, w.number + 1, 0, 1}}); err != nil {
		return err
	}
	server, _, err := unix.Accept4(l, unix.SOCK_CLOEXEC)
	if err != nil {
		return err
	}
	d.socks, d.open, d.since = [2]int{client, server}, true, 0
	for _, fd := range d.socks {
		if err := unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1); err != nil {
			return err
		}
	}
	return nil
}

// hangUp closes a connection from the client's side.
func (w *worker) hangUp(d *playing) {
	if d.open {
		unix.Close(d.socks[0])
		unix.Close(d.socks[1])
		d.open = false
	}
}

// say sends a turn, and takes it at the other end.
func (w *worker) say(d *playing, t *turn) error {
	for b := t.bytes; len(b) > 0; {
		n, err := unix.Write(d.socks[t.dir], b[:min(piece, len(b))])
		if err != nil {
			return err
		}
		b = b[n:]
		for n > 0 {
			m, err := unix.Read(d.socks[1-t.dir], w.buf[:n])
			if err != nil {
				return err
			}
			n -= m
		}
	}
	return nil
}
