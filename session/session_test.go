package session

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"reflect"
	"strings"
	"testing"

	"github.com/mqsniff/mqsniff/decode"
)

// frame builds a frame with a JSON header as Java writes it.
func frame(code, opaque, flag int, ext, body string) []byte {
	if ext != "" {
		ext = `"extFields":{` + ext + `},`
	}
	h := fmt.Sprintf(`{"code":%d,%s"flag":%d,"language":"JAVA","opaque":%d,"serializeTypeCurrentRPC":"JSON","version":479}`, code, ext, flag, opaque)
	b := binary.BigEndian.AppendUint32(nil, uint32(4+len(h)+len(body)))
	b = binary.BigEndian.AppendUint32(b, uint32(len(h)))
	return append(append(b, h...), body...)
}

// recorder is a handler that remembers.
type recorder struct {
	events []Event
	raws   []string
}

func (r *recorder) handle(ev *Event, v *View) {
	r.events = append(r.events, *ev)
	r.raws = append(r.raws, string(v.Frame.Raw))
}

func (r *recorder) kinds() string {
	var s []string
	for _, e := range r.events {
		s = append(s, e.Kind.String())
	}
	return strings.Join(s, " ")
}

func (r *recorder) only(kinds ...Kind) []Event {
	var out []Event
	for _, e := range r.events {
		for _, k := range kinds {
			if e.Kind == k {
				out = append(out, e)
			}
		}
	}
	return out
}

var ends = Endpoints{netip.MustParseAddrPort("10.0.0.1:40000"), netip.MustParseAddrPort("10.0.0.2:10911")}

// stream feeds bytes as a file of packets would: each chunk is a record with a header of 16 bytes in front.
type stream struct {
	c    *Conn
	file []byte
	time int64
	seq  [2]uint32
}

func (s *stream) send(dir Direction, b []byte) {
	s.time += 1000
	record := int64(len(s.file))
	s.file = append(s.file, "recordrecordreco"...)
	s.file = append(s.file, b...)
	s.c.Bytes(dir, Chunk{Bytes: b, Time: s.time, Offset: record + 16, Record: record, RecordLen: uint32(16 + len(b)), Seq: s.seq[dir]})
	s.seq[dir] += uint32(len(b))
}

func (s *stream) lose(dir Direction, n int) {
	s.time += 1000
	s.c.Gap(dir, s.time, int64(n))
	s.seq[dir] += uint32(n)
}

func begin(r *recorder, handshake bool) (*Session, *stream) {
	s := New(Options{}, r.handle)
	st := &stream{c: s.Open(0, ends, ClientToServer, handshake)}
	if handshake {
		st.c.Begin(ClientToServer, 0)
		st.c.Begin(ServerToClient, 0)
	}
	return s, st
}

func conversation() (c2s, s2c []byte) {
	for i := range 20 {
		body := strings.Repeat("x", i*37)
		c2s = append(c2s, frame(310, i, 0, `"a":"pg","b":"T","e":"3","i":"KEYS\u0001k\u0002"`, body)...)
		s2c = append(s2c, frame(0, i, 1, `"queueId":"3"`, "")...)
	}
	return
}

func TestSameEventsHoweverTheBytesAreCut(t *testing.T) {
	c2s, s2c := conversation()
	run := func(cut func(left int) int) ([]Event, []string) {
		r := &recorder{}
		s, st := begin(r, true)
		for _, way := range []struct {
			dir Direction
			b   []byte
		}{{ClientToServer, c2s}, {ServerToClient, s2c}} {
			for len(way.b) > 0 {
				n := min(cut(len(way.b)), len(way.b))
				st.send(way.dir, way.b[:n])
				way.b = way.b[n:]
			}
		}
		s.End()
		for i := range r.events {
			r.events[i].Time, r.events[i].Latency, r.events[i].Ref = 0, 0, Ref{}
		}
		return r.events, r.raws
	}
	want, wantRaw := run(func(left int) int { return left })
	if n := len(want); n != 41 {
		t.Fatalf("%d events, want the opening and 40 frames", n)
	}
	rnd := rand.New(rand.NewPCG(1, 2))
	for name, cut := range map[string]func(int) int{
		"1-byte segments": func(int) int { return 1 },
		"7-byte segments": func(int) int { return 7 },
		"random segments": func(int) int { return 1 + rnd.IntN(500) },
	} {
		got, raw := run(cut)
		if !reflect.DeepEqual(got, want) || !reflect.DeepEqual(raw, wantRaw) {
			t.Errorf("%s: events differ", name)
		}
	}
}

func TestPairs(t *testing.T) {
	r := &recorder{}
	s, st := begin(r, true)
	st.send(ClientToServer, frame(34, 9, 0, "", "{}"))                    // 2
	st.send(ServerToClient, frame(307, 9, 0, `"consumerGroup":"cg"`, "")) // 3: the broker's own opaque 9
	st.send(ServerToClient, frame(0, 9, 1, "", ""))                       // 4 answers 2
	st.send(ClientToServer, frame(0, 9, 1, "", ""))                       // 5 answers 3
	st.send(ClientToServer, frame(14, 5, 0, "", ""))                      // 6
	st.send(ClientToServer, frame(30, 5, 0, "", ""))                      // 7: the same opaque again
	st.send(ServerToClient, frame(22, 5, 1, "", ""))                      // 8 answers 6, the older
	st.send(ServerToClient, frame(0, 5, 1, "", ""))                       // 9 answers 7
	st.send(ServerToClient, frame(0, 5, 1, "", ""))                       // 10: once too often
	st.send(ServerToClient, frame(0, 77, 1, "", ""))                      // 11: nobody asked
	st.send(ClientToServer, frame(15, 6, 2, "", ""))                      // 12: oneway
	st.send(ClientToServer, frame(105, 8, 0, "", ""))                     // 13: no answer
	s.End()
	type row struct {
		kind  Kind
		code  int32
		pair  uint32
		marks Mark
	}
	want := []row{
		{Request, 34, 0, 0}, {Request, 307, 0, ServerInitiated}, {Response, 34, 2, 0}, {Response, 307, 3, ServerInitiated},
		{Request, 14, 0, 0}, {Request, 30, 0, 0}, {Response, 14, 6, 0}, {Response, 30, 7, 0},
		{Response, 0, 0, Unmatched | Duplicate}, {Response, 0, 0, Unmatched}, {Oneway, 15, 0, 0}, {Request, 105, 0, 0},
	}
	var got []row
	for _, e := range r.events[1:] {
		got = append(got, row{e.Kind, e.Code, e.Pair, e.Marks})
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
	if s.Waiting() != 1 {
		t.Errorf("%d requests wait, want 1", s.Waiting())
	}
	if l := r.events[3].Latency; l != 2000 {
		t.Errorf("latency %d ns, want 2000", l)
	}
}

func TestLateAnswerIsNamed(t *testing.T) {
	r := &recorder{}
	_, st := begin(r, true)
	st.send(ClientToServer, frame(310, 1, 0, `"b":"T"`, "x"))
	st.send(ClientToServer, frame(11, 2, 0, `"topic":"T","sysFlag":"2","suspendTimeoutMillis":"15000"`, ""))
	st.time += 4e9
	st.send(ServerToClient, frame(0, 1, 1, "", ""))
	st.send(ServerToClient, frame(19, 2, 1, "", ""))
	got := r.only(Response)
	if !got[0].Has(Late) {
		t.Error("an answer after 4 s is not marked late")
	}
	if got[1].Has(Late) || !got[1].Has(LongPoll) {
		t.Error("a held pull is not told from a slow answer")
	}
}

func TestPendingIsBounded(t *testing.T) {
	r := &recorder{}
	s := New(Options{Pending: 10}, r.handle)
	st := &stream{c: s.Open(0, ends, ClientToServer, true)}
	st.c.Begin(ClientToServer, 0)
	for i := range 100 {
		st.send(ClientToServer, frame(105, i%7, 0, "", ""))
	}
	if len(s.pending.places) != 10 || s.pending.count != 10 || s.Waiting() != 100 {
		t.Errorf("%d places, %d waiting", len(s.pending.places), s.Waiting())
	}
	for i := range 10 {
		st.send(ServerToClient, frame(0, (90+i)%7, 1, "", ""))
	}
	if s.pending.count != 0 {
		t.Errorf("%d left", s.pending.count)
	}
}

func TestBeginsInTheMiddle(t *testing.T) {
	for _, size := range []int{1, 3, 50, 10000} {
		r := &recorder{}
		s, st := begin(r, false)
		c2s, s2c := conversation()
		c2s, s2c = c2s[100:], s2c[31:]
		for len(c2s)+len(s2c) > 0 {
			n := min(size, len(c2s))
			st.send(ClientToServer, c2s[:n])
			c2s = c2s[n:]
			n = min(size, len(s2c))
			if n > 0 {
				st.send(ServerToClient, s2c[:n])
				s2c = s2c[n:]
			}
		}
		s.End()
		if n := len(r.only(Request)); n != 19 {
			t.Errorf("segments of %d: %d requests, want 19", size, n)
		}
		if n := len(r.only(Response)); n != 19 {
			t.Errorf("segments of %d: %d responses, want 19", size, n)
		}
		if g := r.only(Garbage); len(g) != 2 || g[0].Len+g[1].Len == 0 {
			t.Errorf("segments of %d: bytes passed over: %v", size, g)
		}
		if !r.events[0].Has(MidStream) {
			t.Error("not marked as begun in the middle")
		}
	}
}

func TestHoles(t *testing.T) {
	a, b, c := frame(310, 1, 0, `"b":"T"`, strings.Repeat("a", 500)), frame(310, 2, 0, `"b":"T"`, "b"), frame(310, 3, 0, `"b":"T"`, "c")
	all := append(append(append([]byte{}, a...), b...), c...)
	tests := []struct {
		name     string
		from, to int
		want     string
		cut      uint32
	}{
		{"in a body", len(a) - 300, len(a) - 100, "open gap request request request", 200},
		{"up to the end of a body", len(a) - 300, len(a), "open request gap request request", 300},
		{"over the end of a body", len(a) - 300, len(a) + 20, "open request gap garbage request", 300},
		{"in a header", 30, 60, "open undecodable gap garbage request request", 0},
		{"in a prefix", 3, 7, "open undecodable gap garbage request request", 0},
		{"between frames", len(a), len(a) + len(b), "open request gap request", 0},
		{"at the start", 0, 20, "open gap garbage request request", 0},
	}
	for _, test := range tests {
		r := &recorder{}
		s, st := begin(r, true)
		st.send(ClientToServer, all[:test.from])
		st.lose(ClientToServer, test.to-test.from)
		st.send(ClientToServer, all[test.to:])
		s.End()
		if r.kinds() != test.want {
			t.Errorf("%s: %s, want %s", test.name, r.kinds(), test.want)
		}
		var cut uint32
		for _, e := range r.events {
			cut += e.Cut
		}
		if cut != test.cut {
			t.Errorf("%s: %d bytes cut, want %d", test.name, cut, test.cut)
		}
	}
}

func TestUnfinishedFrameAtTheEndIsShownAsCut(t *testing.T) {
	r := &recorder{}
	s, st := begin(r, true)
	b := frame(310, 1, 0, `"b":"T"`, strings.Repeat("a", 500))
	st.send(ClientToServer, b[:len(b)-123])
	s.End()
	if r.kinds() != "open request" || r.events[1].Cut != 123 || r.events[1].Len != uint32(len(b)) {
		t.Errorf("%s %+v", r.kinds(), r.events)
	}
}

func TestWhatIsNotRemoting(t *testing.T) {
	request := string(frame(105, 1, 0, "", ""))
	tests := []struct{ name, bytes, want string }{
		{"TLS", "\x16\x03\x01\x02\x00\x01", "open tls"},
		{"PROXY v1", "PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n" + request, "open proxy_header request"},
		{"PROXY v2", "\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c\x01\x02\x03\x04\x05\x06\x07\x08\x00\x01\x00\x02" + request, "open proxy_header request"},
		{"PROXY, then TLS", "PROXY UNKNOWN\r\n\x16\x03\x01\x02\x00\x01", "open proxy_header tls"},
		{"gRPC", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "open grpc"},
		{"HTTP", "GET / HTTP/1.1\r\n\r\n", "open garbage"},
		{"zeros", strings.Repeat("\x00", 100), "open undecodable"},
		{"a bad length, then a frame", "\xff\xff\xff\xff\x00\x00\x00\x02{}" + request, "open undecodable request"},
		{"a bad header, then a frame", "\x00\x00\x00\x0a\x00\x00\x00\x06{\"code" + request, "open undecodable request"},
		{"too little to tell", "PROX", "open garbage"},
	}
	for _, test := range tests {
		for _, size := range []int{1, 5, 1000} {
			r := &recorder{}
			s, st := begin(r, true)
			for b := []byte(test.bytes); len(b) > 0; {
				n := min(size, len(b))
				st.send(ClientToServer, b[:n])
				b = b[n:]
			}
			s.End()
			if r.kinds() != test.want {
				t.Errorf("%s in segments of %d: %s, want %s", test.name, size, r.kinds(), test.want)
			}
		}
	}
}

func TestEvent128Bytes(t *testing.T) {
	if n := reflect.TypeFor[Event]().Size(); n > 128 {
		t.Errorf("an event has %d bytes, more than 128", n)
	}
	for i := range reflect.TypeFor[Event]().NumField() {
		if f := reflect.TypeFor[Event]().Field(i); f.Type.Kind() == reflect.Pointer || f.Type.Kind() == reflect.String || f.Type.Kind() == reflect.Slice {
			t.Errorf("%s holds a pointer", f.Name)
		}
	}
}

func TestReferencesLeadToTheBytes(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	for range 50 {
		r := &recorder{}
		s, st := begin(r, rnd.IntN(2) == 0)
		c2s, _ := conversation()
		if !st.c.directionsKnown() {
			c2s = c2s[rnd.IntN(300):]
		}
		base := string(c2s)
		for len(c2s) > 0 {
			n := min(1+rnd.IntN(900), len(c2s))
			st.send(ClientToServer, c2s[:n])
			c2s = c2s[n:]
		}
		s.End()
		for i, e := range r.events {
			if e.Kind == Garbage { // its bytes are those before the first frame
				r.raws[i] = base[:e.Len]
			} else if !e.Kind.Frame() {
				continue
			}
			if e.Ref.Span == 0 {
				if got := string(st.file[e.Ref.Offset : e.Ref.Offset+int64(e.Len)]); got != r.raws[i] {
					t.Fatalf("event %d: other bytes at %d", e.Number, e.Ref.Offset)
				}
			} else if !strings.HasPrefix(base[e.Ref.Seq:], r.raws[i]) {
				t.Fatalf("event %d: other bytes at sequence %d", e.Number, e.Ref.Seq)
			}
		}
	}
}

func (c *Conn) directionsKnown() bool { return c.directions[0].state == stateStart }

func TestBuffersAreBounded(t *testing.T) {
	r := &recorder{}
	s := New(Options{Buffer: 1 << 20}, r.handle)
	body := strings.Repeat("b", 1<<20)
	b := frame(310, 1, 0, `"b":"T"`, body)
	var streams []*stream
	for range 4 {
		st := &stream{c: s.Open(0, ends, ClientToServer, true)}
		st.c.Begin(ClientToServer, 0)
		st.send(ClientToServer, b[:400<<10])
		streams = append(streams, st)
	}
	if s.held > 1<<20 {
		t.Errorf("%d bytes held", s.held)
	}
	for _, st := range streams {
		st.send(ClientToServer, b[400<<10:])
		st.send(ClientToServer, frame(105, 2, 0, "", ""))
	}
	got := r.only(Request)
	if len(got) != 8 {
		t.Fatalf("%d requests, want 8", len(got))
	}
	dropped := 0
	for _, e := range got {
		if e.ErrCode == decode.ReasonBodyDropped {
			dropped++
			if e.Cut != 0 || e.Len != uint32(len(b)) {
				t.Errorf("%+v", e)
			}
		}
	}
	if dropped == 0 || s.held != 0 {
		t.Errorf("%d dropped, %d bytes still held", dropped, s.held)
	}
}

// FuzzDirections checks that no byte is lost silently: what goes in is in a frame, or is counted as passed over.
func FuzzDirections(f *testing.F) {
	c2s, _ := conversation()
	f.Add(c2s, uint64(1), true)
	f.Add(c2s[50:], uint64(2), false)
	f.Add([]byte("GET / HTTP/1.1\r\n\r\n"), uint64(3), true)
	f.Add([]byte(strings.Repeat("\x00\x00\x00\x40\x00\x00\x00\x30{\"code\":", 20)), uint64(4), false)
	for i, x := range samples() {
		f.Add([]byte(x.c2s+x.s2c), uint64(i), true)
	}
	for i, x := range haSamples() {
		f.Add([]byte(x.c2s), uint64(i), x.handshake)
	}
	f.Fuzz(func(t *testing.T, data []byte, seed uint64, handshake bool) {
		rnd := rand.New(rand.NewPCG(seed, 0))
		r := &recorder{}
		s, st := begin(r, handshake)
		fed, lost := 0, 0
		for b := data; len(b) > 0; {
			n := min(1+rnd.IntN(200), len(b))
			if rnd.IntN(20) == 0 {
				st.lose(ClientToServer, n)
				lost += n
			} else {
				st.send(ClientToServer, b[:n])
				fed += n
			}
			b = b[n:]
		}
		s.End()
		got, gaps := 0, 0
		for _, e := range r.events {
			switch {
			case e.Kind.Frame():
				got += int(e.Len - e.Cut)
			case e.Kind == Gap:
				gaps += int(e.Len)
			case e.Kind == TLS || e.Kind == GRPC:
				return
			default:
				got += int(e.Len)
			}
		}
		if got != fed || gaps != lost {
			t.Errorf("%d bytes went in and %d came out; %d were lost and %d were said to be", fed, got, lost, gaps)
		}
		if s.held != 0 {
			t.Errorf("%d bytes still held", s.held)
		}
	})
}
