package tcp

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/mqsniff/mqsniff/session"
)

// recorder is a Stream that keeps what it gets. log has one line a call, of all streams of a test in order.
type recorder struct {
	name  string
	log   *[]string
	bytes [2][]byte  // gaps are zeros
	times [2][]int64 // per byte; -1: gap
	begun [2]bool
	done  bool
	check func(session.Chunk)
}

func (r *recorder) line(format string, a ...any) {
	if r.done {
		panic("call after Close")
	}
	*r.log = append(*r.log, r.name+" "+fmt.Sprintf(format, a...))
}

func (r *recorder) Begin(dir session.Direction, t int64) {
	if r.begun[dir] || len(r.bytes[dir]) > 0 {
		panic("Begin too late")
	}
	r.begun[dir] = true
	r.line("begin %s", dir)
}

func (r *recorder) Bytes(dir session.Direction, c session.Chunk) {
	if len(c.Bytes) == 0 {
		panic("empty chunk")
	}
	if r.check != nil {
		r.check(c)
	}
	r.line("%s %q %d", dir, c.Bytes, c.Time)
	r.bytes[dir] = append(r.bytes[dir], c.Bytes...)
	for range c.Bytes {
		r.times[dir] = append(r.times[dir], c.Time)
	}
}

func (r *recorder) Gap(dir session.Direction, t int64, n int64) {
	if n <= 0 {
		panic("empty gap")
	}
	r.line("%s gap %d %d", dir, n, t)
	if n < 1<<14 {
		r.bytes[dir] = append(r.bytes[dir], make([]byte, n)...)
		for range n {
			r.times[dir] = append(r.times[dir], -1)
		}
	}
}

func (r *recorder) Close(dir session.Direction, t int64, why session.CloseReason) {
	r.line("%s close %s %d", dir, why, t)
	r.done = true
}

// bench is a tracker with recorders, fed by short descriptions of segments.
type bench struct {
	*Tracker
	streams []*recorder
	ends    []session.Endpoints
	log     []string
}

func newBench(o Options) *bench {
	b := &bench{}
	b.Tracker = NewTracker(o, func(t int64, e session.Endpoints, dir session.Direction, handshake bool) Stream {
		r := &recorder{name: fmt.Sprint(len(b.streams) + 1), log: &b.log}
		r.line("open %s handshake=%v %d", dir, handshake, t)
		b.streams = append(b.streams, r)
		b.ends = append(b.ends, e)
		return r
	})
	return b
}

var (
	clientEnd = EndOf(netip.MustParseAddrPort("10.0.0.1:40000"))
	serverEnd = EndOf(netip.MustParseAddrPort("10.0.0.2:10911"))
)

// client and server send a segment at the time in ms. flags are letters of SAFR.
func (b *bench) client(ms int64, flags string, seq, ack uint32, payload string) {
	b.send(clientEnd, serverEnd, ms, flags, seq, ack, payload, 0)
}

func (b *bench) server(ms int64, flags string, seq, ack uint32, payload string) {
	b.send(serverEnd, clientEnd, ms, flags, seq, ack, payload, 0)
}

func (b *bench) send(src, dst End, ms int64, flags string, seq, ack uint32, payload string, lost int) {
	g := Segment{Src: src, Dst: dst, Seq: seq, Ack: ack, Payload: []byte(payload), Lost: lost, Time: ms * 1e6, Offset: -1}
	for _, c := range flags {
		g.Flags |= map[rune]uint8{'S': SYN, 'A': ACK, 'F': FIN, 'R': RST}[c]
	}
	b.Segment(&g)
}

// expect compares the log; times are in ns.
func (b *bench) expect(t *testing.T, want string) {
	t.Helper()
	got := strings.Join(b.log, "\n")
	want = strings.TrimSpace(strings.ReplaceAll(want, "\t", ""))
	got = strings.ReplaceAll(got, "000000", "") // ms
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
