package proxy

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/mqsniff/mqsniff/decode"
	"github.com/mqsniff/mqsniff/session"
)

// goAway is ResponseCode.GO_AWAY: connect anew and ask there.
const goAway = 1500

// lastWithoutGoAway is the last version whose clients do not know that code, V5_3_1 (NettyRemotingAbstract.processRequestCommand).
const lastWithoutGoAway = 475

// java is LanguageCode.JAVA. Clients in other languages know no such code.
const java decode.Language = 0

// maxFarewells bounds the answers that wait for the end of another one, in bytes; requests beyond that go on.
const maxFarewells = 64 << 10

// farewell answers the requests of a connection in place of the server while the proxy is ending, as a broker does that is being
// shut down: its clients go elsewhere, and no request is lost. What is no request of a Java client that knows the code goes on.
type farewell struct {
	ending   *atomic.Bool
	declined *atomic.Int64 // bytes of requests that did not go on

	requests scanner // follows what the client sends
	held     []byte  // of the client: a frame's beginning, as long as its header is not whole
	left     int     // of the client: bytes of a request that does not go on,
	reply    []byte  // and its answer
	command  decode.Command

	mu       sync.Mutex // held while bytes go to the client
	answers  scanner    // follows what the server sends
	boundary bool       // what was written to the client ends with a frame
	over     bool       // the server sends nothing more
	waiting  []byte     // answers of ours
	voice    pump       // writes them
}

func (p *Proxy) newFarewell(c *Conn, client *side) *farewell {
	if !p.options.GoAway {
		return nil
	}
	return &farewell{
		ending: &p.ending, declined: &p.declined, boundary: true,
		voice: pump{proxy: p, conn: c, dir: session.ServerToClient, dst: client},
	}
}

// use takes the next bytes of a direction. A nil farewell lets all go on.
func (f *farewell) use(p *pump, b []byte) error {
	if f == nil {
		return p.carry(b)
	}
	if p.dir == session.ServerToClient {
		return f.answered(p, b)
	}
	if !f.ending.Load() {
		f.requests.scan(b, nil)
		return p.carry(b)
	}
	for len(b) > 0 {
		n, err := f.take(p, b)
		if err != nil {
			return err
		}
		b = b[n:]
	}
	return nil
}

// take takes bytes of the client up to the end of a header or of a frame, and returns how many.
func (f *farewell) take(p *pump, b []byte) (int, error) {
	switch {
	case f.left > 0:
		n := min(f.left, len(b))
		f.left -= n
		return n, f.decline(p, b[:n])
	case f.requests.opaque:
		return len(b), p.carry(b)
	case len(f.held) == 0 && !f.requests.between():
		n := f.requests.step(b, nil)
		return n, p.carry(b[:n])
	}
	return f.hold(p, b)
}

// hold adds to the frame of which nothing went on yet, and lets it go, or not, when its header is whole.
func (f *farewell) hold(p *pump, b []byte) (n int, err error) {
	want, begun := decode.PrefixLen, len(f.held) >= decode.PrefixLen
	var prefix decode.Prefix
	if begun {
		prefix, _ = decode.ValidPrefix(f.held, limits)
		want += prefix.HeaderLen
	}
	n = min(want-len(f.held), len(b))
	f.held = append(f.held, b[:n]...)
	if len(f.held) < want {
		return n, nil
	}
	if !begun {
		valid := false
		if prefix, valid = decode.ValidPrefix(f.held, limits); valid && prefix.HeaderLen > 0 && prefix.HeaderLen <= maxHeader {
			return n, nil
		}
	} else if f.reply = f.answerTo(decode.Cut(f.held, prefix)); f.reply != nil {
		held := f.held
		f.held, f.left = nil, prefix.Len-len(held)
		return n, f.decline(p, held)
	}
	held := f.held
	f.held = nil
	f.requests.scan(held, nil)
	return n, p.carry(held)
}

// decline keeps bytes of a request from going on, and answers it at its end.
func (f *farewell) decline(p *pump, b []byte) error {
	f.declined.Add(int64(len(b)))
	if err := p.out(b, nil); err != nil || f.left > 0 {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.waiting = append(f.waiting, f.reply...)
	f.reply = nil
	return f.flush()
}

// answerTo is the answer in place of the server's, nil where a frame goes on.
func (f *farewell) answerTo(request decode.Frame) []byte {
	c := &f.command
	if c.Decode(request) != nil || c.Response() || c.Oneway() || c.Language != java || c.Version <= lastWithoutGoAway {
		return nil
	}
	f.mu.Lock()
	full := f.over || f.answers.opaque || len(f.waiting) > maxFarewells
	f.mu.Unlock()
	if full {
		return nil
	}
	remark := "please go away"
	b, err := decode.EncodeCommand(nil, request.Serialization, &decode.CommandSpec{
		Code: goAway, Opaque: c.Opaque, Flag: decode.FlagResponse, Language: java, Version: c.Version, Remark: &remark,
	}, nil)
	if err != nil {
		return nil
	}
	return b
}

// answered lets bytes of the server go on, and then what waits for the end of a frame.
func (f *farewell) answered(p *pump, b []byte) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.answers.scan(b, nil)
	if err := p.carry(b); err != nil {
		return err
	}
	f.boundary = f.answers.between() || len(p.gate.held) > 0 // what is held has not begun to go on
	return f.flush()
}

// flush is called with mu held.
func (f *farewell) flush() error {
	if len(f.waiting) == 0 || !f.boundary || f.over {
		return nil
	}
	frames := f.waiting
	f.waiting = nil
	f.voice.received = time.Now()
	return f.voice.out(nil, frames)
}

// end says that a direction has ended: the client can be told nothing behind the end of the server's.
func (f *farewell) end(dir session.Direction) {
	if f != nil && dir == session.ServerToClient {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.over = true
	}
}
