package demo

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mqsniff/mqsniff/decode"
)

// Bounds of a connection.
const (
	maxFrame  = 8 << 20  // bytes of a frame: a message has at most 4 MiB
	maxQueued = 32 << 20 // bytes that wait to be written
	maxCalls  = 4096     // requests that wait for an answer
	idle      = 120 * time.Second
	writing   = 10 * time.Second
)

// command is a frame that came in. Its bytes are its own; it belongs to one goroutine, as reading extFields is a change.
type command struct {
	decode.Command
	frame decode.Frame
}

// text is a field of extFields, "" where it is missing.
func (c *command) text(key string) string { return c.Ext.GetString(key) }

// number is a field that is a number, 0 where it is missing or none.
func (c *command) number(key string) int64 {
	n, _ := strconv.ParseInt(c.text(key), 10, 64)
	return n
}

// int32 is a field that is a 32-bit number, 0 where it is missing or none.
func (c *command) int32(key string) int32 {
	n, _ := strconv.ParseInt(c.text(key), 10, 32)
	return int32(n)
}

// failure is what the answer says is wrong, nil when it says success.
func (c *command) failure() error {
	if c.Code == 0 {
		return nil
	}
	return &AnswerError{c.Code, string(c.Remark)}
}

// AnswerError is an answer that is no success.
type AnswerError struct {
	Code   int32 // of ResponseCode
	Remark string
}

func (e *AnswerError) Error() string {
	name := strconv.Itoa(int(e.Code))
	if s := decode.ResponseCode(e.Code); s != nil {
		name = s.Name
	}
	return name + ": " + e.Remark
}

// answer is what is said to a request.
type answer struct {
	code   int32
	remark string // "": none
	ext    []decode.ExtField
	body   []byte
}

// fields are extFields of keys and values in turn.
func fields(pairs ...string) (ext []decode.ExtField) {
	for i := 0; i < len(pairs); i += 2 {
		ext = append(ext, decode.ExtField{Key: pairs[i], Value: pairs[i+1]})
	}
	return ext
}

// voice is what a process says of itself in its headers, and the counter of its requests, one for all connections
// (RemotingCommand.requestId).
type voice struct {
	serialization decode.Serialization
	language      decode.Language
	version       int32
	opaque        atomic.Int32
}

// peer is one end of a connection: both ends may ask, and answer.
type peer struct {
	conn   net.Conn
	voice  *voice
	handle func(*peer, *command) // of requests; called by one goroutine
	out    chan []byte
	queued atomic.Int64
	held   atomic.Int32 // long polls
	ended  chan struct{}
	once   sync.Once
	mu     sync.Mutex
	calls  map[int32]func(*command) // by opaque
}

func newPeer(conn net.Conn, v *voice, handle func(*peer, *command)) *peer {
	return &peer{conn: conn, voice: v, handle: handle, out: make(chan []byte, 1024), ended: make(chan struct{}),
		calls: map[int32]func(*command){}}
}

// run reads and writes until either side closes, or the other side says what is no frame.
func (p *peer) run() {
	var group sync.WaitGroup
	group.Go(p.write)
	r := bufio.NewReaderSize(p.conn, 64<<10)
	for {
		p.conn.SetReadDeadline(time.Now().Add(idle))
		c, err := readCommand(r)
		if err != nil {
			break
		}
		if !c.Response() {
			p.handle(p, c)
		} else if done := p.take(c.Opaque); done != nil {
			done(c)
		}
	}
	p.close()
	group.Wait()
	p.mu.Lock()
	calls := p.calls
	p.calls = nil
	p.mu.Unlock()
	for _, done := range calls {
		done(nil)
	}
}

func (p *peer) write() {
	defer p.close()
	for {
		select {
		case b := <-p.out:
			p.conn.SetWriteDeadline(time.Now().Add(writing))
			if _, err := p.conn.Write(b); err != nil {
				return
			}
			p.queued.Add(-int64(len(b)))
		case <-p.ended:
			return
		}
	}
}

func (p *peer) close() {
	p.once.Do(func() {
		close(p.ended)
		p.conn.Close()
	})
}

// readCommand reads a frame. Memory grows as bytes come, not as the length promises.
func readCommand(r io.Reader) (*command, error) {
	var raw bytes.Buffer
	if _, err := io.CopyN(&raw, r, decode.PrefixLen); err != nil {
		return nil, err
	}
	prefix, err := decode.ReadPrefix(raw.Bytes(), decode.Limits{Frame: maxFrame})
	if err != nil {
		return nil, err
	}
	if _, err := io.CopyN(&raw, r, int64(prefix.Len-decode.PrefixLen)); err != nil {
		return nil, err
	}
	c := &command{frame: decode.Cut(raw.Bytes(), prefix)}
	return c, c.Decode(c.frame)
}

// send queues a frame. A peer that does not read is waited for by the goroutine that reads from it; for all others its
// connection ends.
func (p *peer) send(s *decode.CommandSpec, body []byte, wait bool) {
	s.Language, s.Version = p.voice.language, p.voice.version
	b, err := decode.EncodeCommand(nil, p.voice.serialization, s, body)
	if err != nil || p.queued.Add(int64(len(b))) > maxQueued {
		p.close()
		return
	}
	if wait {
		select {
		case p.out <- b:
		case <-p.ended:
		}
		return
	}
	select {
	case p.out <- b:
	default:
		p.close()
	}
}

// answer answers the request with this opaque.
func (p *peer) answer(opaque int32, a *answer, wait bool) {
	s := decode.CommandSpec{Code: a.code, Opaque: opaque, Flag: decode.FlagResponse, Ext: a.ext}
	if a.remark != "" {
		s.Remark = &a.remark
	}
	p.send(&s, a.body, wait)
}

// oneway sends a request that is not answered.
func (p *peer) oneway(code int32, ext []decode.ExtField, body []byte) {
	p.send(&decode.CommandSpec{Code: code, Opaque: p.voice.opaque.Add(1), Flag: decode.FlagOneway, Ext: ext}, body, false)
}

// call sends a request; done gets the answer, or nil when the connection ends. It is called once, by another goroutine.
func (p *peer) call(code int32, ext []decode.ExtField, body []byte, done func(*command)) (opaque int32) {
	opaque = p.voice.opaque.Add(1)
	p.mu.Lock()
	ok := p.calls != nil && len(p.calls) < maxCalls
	if ok {
		p.calls[opaque] = done
	}
	p.mu.Unlock()
	if !ok {
		go done(nil)
		return opaque
	}
	p.send(&decode.CommandSpec{Code: code, Opaque: opaque, Ext: ext}, body, false)
	return opaque
}

// take is who waits for an answer; nobody waits afterwards.
func (p *peer) take(opaque int32) func(*command) {
	p.mu.Lock()
	defer p.mu.Unlock()
	done := p.calls[opaque]
	delete(p.calls, opaque)
	return done
}

var errEnded = errors.New("the connection ended")

// ask sends a request and waits for its answer, whatever that says. When ctx ends the answer may still come; nobody takes it.
func (p *peer) ask(ctx context.Context, code int32, ext []decode.ExtField, body []byte) (*command, error) {
	answered := make(chan *command, 1)
	opaque := p.call(code, ext, body, func(c *command) { answered <- c })
	select {
	case c := <-answered:
		if c == nil {
			return nil, fmt.Errorf("%s: %w", decode.OperationName(code), errEnded)
		}
		return c, nil
	case <-ctx.Done():
		p.take(opaque)
		return nil, ctx.Err()
	}
}
