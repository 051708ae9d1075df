package main

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// workload is what the client does. Each connection has the same number of requests in flight, always.
type workload struct {
	name     string
	conns    int
	inFlight int
	request  func() form
	answer   int  // bytes of an answer
	apart    bool // each frame is written by itself, as NettyRemotingAbstract does (Channel.writeAndFlush)
	idle     int  // connections beside them that did one exchange and wait
}

func workloads(o options) []workload {
	return []workload{
		{name: "send", conns: 4, inFlight: 32, request: sendRequest, answer: answerSize},
		{name: "apart", conns: 4, inFlight: 32, request: sendRequest, answer: answerSize, apart: true},
		{name: "pull", conns: 2, inFlight: 4, request: pullRequest, answer: pulledSize},
		{name: "one", conns: 1, inFlight: 1, request: sendRequest, answer: answerSize},
		{name: "idle", conns: 100, inFlight: 1, request: sendRequest, answer: answerSize, idle: o.idle},
	}
}

// load is a workload at work.
type load struct {
	workload
	ops      atomic.Int64
	counting atomic.Bool // latencies count
	stop     atomic.Bool
	mu       sync.Mutex
	latency  *hdrhistogram.Histogram // ns
	failed   error
	group    sync.WaitGroup
}

func newLoad(w workload, address string) (*load, error) {
	l := &load{workload: w, latency: newHistogram()}
	for range w.conns {
		c, err := net.Dial("tcp", address)
		if err != nil {
			l.end()
			return nil, err
		}
		l.group.Go(func() {
			defer c.Close()
			if err := l.talk(c); err != nil {
				l.mu.Lock()
				l.failed = errors.Join(l.failed, err)
				l.mu.Unlock()
			}
		})
	}
	return l, nil
}

func newHistogram() *hdrhistogram.Histogram { return hdrhistogram.New(100, int64(time.Minute), 3) }

// end lets the connections finish what is in flight.
func (l *load) end() error {
	l.stop.Store(true)
	l.group.Wait()
	return l.failed
}

// talk asks anew for every answer. Answers come in order, so the times of asking are a ring.
func (l *load) talk(c net.Conn) error {
	own := newHistogram()
	defer func() {
		l.mu.Lock()
		l.latency.Merge(own)
		l.mu.Unlock()
	}()
	request := l.request()
	asked := make([]time.Time, l.inFlight)
	next, expected := firstOpaque, firstOpaque
	if l.apart {
		if err := exchange(c, newForm(codeApart, 0, `"a":"b"`, nil, 0)); err != nil {
			return err
		}
	}
	var out []byte
	ask := func(n int) error {
		out = out[:0]
		now := time.Now()
		for left := n - 1; left >= 0; left-- {
			request.set(next)
			out = append(out, request.bytes...)
			asked[next%len(asked)] = now
			next++
			if l.apart || left == 0 {
				if _, err := c.Write(out); err != nil {
					return err
				}
				out = out[:0]
			}
		}
		return nil
	}
	if err := ask(l.inFlight); err != nil {
		return err
	}
	buf := make([]byte, 256<<10)
	have, left := 0, 0 // bytes in buf of an answer that begins; bytes to come of one that began
	for {
		n, err := c.Read(buf[have:])
		if err != nil {
			return fmt.Errorf("reading answers: %w", err)
		}
		now, got := time.Now(), 0
		b := buf[:have+n]
		for len(b) > 0 {
			if left == 0 {
				if len(b) < answerSize {
					break
				}
				opaque, err := opaqueOf(b[:answerSize])
				if err != nil || opaque != expected || 4+int(binary.BigEndian.Uint32(b)) != l.answer {
					return errFrame
				}
				left = l.answer
			}
			n := min(left, len(b))
			b, left = b[n:], left-n
			if left > 0 {
				break
			}
			if l.counting.Load() {
				own.RecordValue(int64(now.Sub(asked[expected%len(asked)])))
			}
			got++
			expected++
		}
		have = copy(buf, b)
		if got == 0 {
			continue
		}
		l.ops.Add(int64(got))
		if l.stop.Load() || expected > lastOpaque-l.inFlight {
			return nil
		}
		if err := ask(got); err != nil {
			return err
		}
	}
}

// exchange asks once and waits for the answer.
func exchange(c net.Conn, request form) error {
	_, err := c.Write(request.bytes)
	if err == nil {
		_, err = readAnswer(c)
	}
	return err
}

// openIdle opens connections of which each does one exchange.
func openIdle(n int, address string) (func(), error) {
	all := make([]net.Conn, n)
	end := func() {
		for _, c := range all {
			if c != nil {
				c.Close()
			}
		}
	}
	request := sendRequest()
	open := func(i int) (err error) {
		if all[i], err = net.Dial("tcp", address); err != nil {
			return err
		}
		return exchange(all[i], request)
	}
	const together = 16
	failed := make(chan error, together)
	for first := range together {
		go func() {
			for i := first; i < n; i += together {
				if err := open(i); err != nil {
					failed <- fmt.Errorf("idle connection %d: %w", i+1, err)
					return
				}
			}
			failed <- nil
		}()
	}
	var err error
	for range together {
		err = cmp.Or(err, <-failed)
	}
	if err != nil {
		end()
		return nil, err
	}
	return end, nil
}

// verify sends frames of all kinds, in pieces of any size, and compares both ends' sums of both directions.
func verify(address string) error {
	c, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(30 * time.Second))
	random := rand.New(rand.NewPCG(1, 2))
	send, pull := sendRequest(), pullRequest()
	hash := newForm(codeHash, 0, `"a":"b"`, nil, 0)
	all := hash.bytes
	const count = 2000
	for i := range count {
		f := &send
		if i%50 == 0 {
			f = &pull
		}
		f.set(firstOpaque + i)
		all = append(all, f.bytes...)
	}
	sums := newForm(codeSums, 0, `"a":"b"`, nil, 0)
	in, back := sha256.New(), sha256.New()
	in.Write(all)
	go func() {
		for rest := append(all, sums.bytes...); len(rest) > 0; {
			n := min(len(rest), 1+random.IntN(1<<random.IntN(17)))
			if _, err := c.Write(rest[:n]); err != nil {
				return
			}
			rest = rest[n:]
		}
	}()
	for range count + 1 {
		b, err := readAnswer(c)
		if err != nil {
			return fmt.Errorf("verifying: %w", err)
		}
		back.Write(b)
	}
	b, err := readAnswer(c)
	if err != nil && err != io.EOF {
		return fmt.Errorf("verifying: %w", err)
	}
	if !bytes.HasSuffix(b, back.Sum(in.Sum(nil))) {
		return errors.New("the SHA-256 of a direction differs between its ends")
	}
	return nil
}
