package capture

import (
	"bytes"
	"context"
	"math/rand/v2"
	"net/netip"
	"testing"

	"github.com/mqsniff/mqsniff/capture/pcapfile"
	"github.com/mqsniff/mqsniff/capture/tcp"
	rocketmq "github.com/mqsniff/mqsniff/decode"
	"github.com/mqsniff/mqsniff/session"
)

var written = pcapfile.Section{Application: "mqsniff test"}

// sighting is an event and what it was made from.
type sighting struct {
	session.Event
	ends session.Endpoints
	raw  []byte
}

// seen is a handler that remembers.
type seen struct {
	*session.Session
	all []sighting
}

func newSeen() *seen {
	s := &seen{}
	s.Session = session.New(session.Options{}, func(ev *session.Event, v *session.View) {
		w := sighting{Event: *ev, raw: bytes.Clone(v.Frame.Raw)}
		if v.Conn != nil {
			w.ends = v.Conn.Endpoints
		}
		s.all = append(s.all, w)
	})
	return s
}

// proxied relays into a recording and a session at the same time, as the command does it.
type proxied struct {
	*Relayed
	*seen
	now  int64
	path string
}

func newProxied(t testing.TB, o RelayedOptions) *proxied {
	t.Helper()
	o.Record.Section = written
	r, err := NewRelayed(o)
	check(t, err)
	t.Cleanup(func() { r.Close() })
	return &proxied{Relayed: r, seen: newSeen(), now: 1_700_000_000e9, path: o.Record.Path}
}

type proxiedConn struct {
	*proxied
	flow *Flow
	conn *session.Conn
}

func (p *proxied) open(l Legs) *proxiedConn {
	p.now += 1000
	return &proxiedConn{p, p.Open(p.now, l, "relayed"), p.OpenRelayed(p.now, session.Endpoints{Client: l.Client, Server: l.Upstream}, "relayed")}
}

const added = 700 // ns

func (c *proxiedConn) relay(dir session.Direction, read, written []byte) {
	c.now += 1000
	c.flow.Bytes(c.now, added, dir, read, written, func(k session.Chunk) { c.conn.Bytes(dir, k) })
}

func (c *proxiedConn) lose(dir session.Direction, n int64) {
	c.now += 1000
	c.flow.Gap(c.now, dir, n)
	c.conn.Gap(dir, c.now, n)
}

func (c *proxiedConn) close(dir session.Direction, why session.CloseReason) {
	c.now += 1000
	c.flow.Close(c.now, dir, why)
	c.conn.Close(dir, c.now, why)
}

// reread reads recordings into a session.
func reread(t testing.TB, side pcapfile.Side, paths ...string) (*Files, *seen) {
	t.Helper()
	f, err := Open(paths, Options{Side: side})
	check(t, err)
	t.Cleanup(func() { f.Close() })
	s := newSeen()
	check(t, f.Run(context.Background(), opening(s)))
	s.End()
	return f, s
}

func opening(s *seen) tcp.Opener {
	return func(t int64, e session.Endpoints, dir session.Direction, handshake bool) tcp.Stream {
		return s.Open(t, e, dir, handshake)
	}
}

// same compares the events of the recording's client side with those that were there live, and reads each frame again from
// both.
func (p *proxied) same(t testing.TB, side pcapfile.Side, whole bool) []sighting {
	t.Helper()
	p.End()
	p.Flush()
	p.again(t, p.Relayed, p.all, whole)
	f, s := reread(t, side, p.path)
	s.again(t, f, s.all, true)
	if !whole || side != pcapfile.ClientSide {
		return s.all
	}
	if len(s.all) != len(p.all) {
		t.Fatalf("%d events live, %d in the recording", len(p.all), len(s.all))
	}
	for i := range s.all {
		a, b := p.all[i], s.all[i]
		a.Ref, b.Ref = session.Ref{}, session.Ref{}
		a.Note, b.Note, a.Topic, b.Topic, a.Group, b.Group = 0, 0, 0, 0, 0, 0 // numbers of other tables
		if a.Kind == session.Gap || a.Cut > 0 {
			a.Time, a.Latency = b.Time, b.Latency // of the bytes before the hole
		}
		if a.Event != b.Event || !bytes.Equal(a.raw, b.raw) {
			t.Fatalf("event %d: live\n%+v\nin the recording\n%+v", i, a.Event, b.Event)
		}
		if a.ends.Client != b.ends.Client || b.Kind != session.Drop && a.ends.Server == b.ends.Server {
			t.Fatalf("event %d: between %v live, %v in the recording", i, a.ends, b.ends)
		}
	}
	return s.all
}

// again reads every frame again. What was left out of the recording may be missing at its end.
func (s *seen) again(t testing.TB, src session.Source, all []sighting, whole bool) {
	t.Helper()
	for i, w := range all {
		if !w.Kind.Frame() {
			continue
		}
		b, err := src.ReadAgain(nil, w.Ref, w.ends, w.Dir, len(w.raw))
		if err != nil || whole && !bytes.Equal(b, w.raw) || len(b) < rocketmq.PrefixLen || !bytes.HasPrefix(w.raw, b) {
			t.Fatalf("event %d, %d bytes, %+v: read again %d bytes, %v", i, len(w.raw), w.Ref, len(b), err)
		}
	}
}

// frame is one of n bytes of body, in both forms by turns.
func frame(t testing.TB, opaque int, response bool, body int) []byte {
	t.Helper()
	c := &rocketmq.CommandSpec{Code: 310, Opaque: int32(opaque), Version: 479, Ext: []rocketmq.ExtField{
		{Key: "a", Value: "group"}, {Key: "b", Value: "topic"}, {Key: "AccessKey", Value: "rocketmq2"}, {Key: "Signature", Value: "c2VjcmV0"},
	}}
	if response {
		c = &rocketmq.CommandSpec{Flag: 1, Opaque: int32(opaque), Version: 479}
	}
	b := make([]byte, body)
	rand.NewChaCha8([32]byte{byte(opaque)}).Read(b)
	f, err := rocketmq.EncodeCommand(nil, rocketmq.Serialization(opaque/3%2), c, b)
	check(t, err)
	return f
}

// streams are both directions of a conversation of n requests and answers.
func streams(t testing.TB, n, body int) (s [2][]byte) {
	for i := range n {
		s[0] = append(s[0], frame(t, i, false, body*(i%4))...)
		s[1] = append(s[1], frame(t, i, true, body*(i%3))...)
	}
	return s
}

func addr(s string) netip.AddrPort { return netip.MustParseAddrPort(s) }

var sixLegs = Legs{addr("[fd00::1]:40000"), addr("[fd00::2]:19876"), addr("[fd00::2]:50001"), addr("[fd00::3]:9876")}

func onlyFrames(all []sighting) (f []sighting) {
	for _, w := range all {
		if w.Kind.Frame() {
			f = append(f, w)
		}
	}
	return f
}

func frames(all []sighting) int { return len(onlyFrames(all)) }
