package capture

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/mqsniff/mqsniff/capture/pcapfile"
	rocketmq "github.com/mqsniff/mqsniff/decode"
	"github.com/mqsniff/mqsniff/session"
)

// However runs are cut, and wherever sequence numbers begin, the recording shows what was seen live.
func TestRelayedIsWhatWasSeen(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for name, c := range map[string]struct {
		n, body int
		size    func() int
		legs    Legs
		number  uint32
		close   session.CloseReason
	}{
		"single bytes":    {12, 50, func() int { return 1 }, legs(true), 1, session.CloseFIN},
		"large runs":      {9, 900_000, func() int { return 1 << 20 }, legs(true), 0x8000_0000, session.CloseFIN},
		"any runs":        {300, 3000, func() int { return 1 + r.IntN(70_000) }, legs(true), 5, session.CloseRST},
		"IPv6":            {100, 20_000, func() int { return 65536 }, sixLegs, 6, session.CloseFIN},
		"an end of each":  {100, 20_000, func() int { return 65495 + r.IntN(3) - 1 }, legs(false), 6, session.CloseRST},
		"wraps at once":   {100, 2000, func() int { return 5000 }, legs(true), 1<<32 - numberStep - 1, session.CloseFIN},
		"wraps thereupon": {100, 2000, func() int { return 5000 }, sixLegs, 1<<32 - numberStep - 7000, session.CloseFIN},
	} {
		t.Run(name, func(t *testing.T) {
			p := newProxied(t, RelayedOptions{Record: RecordOptions{Path: filepath.Join(t.TempDir(), "r.pcapng")}})
			p.number = c.number
			conns := []*proxiedConn{p.open(c.legs), nil}
			other := c.legs
			other.Client = netip.AddrPortFrom(other.Client.Addr(), 40001)
			other.Local = netip.AddrPortFrom(other.Local.Addr(), 50009)
			conns[1] = p.open(other)
			s := streams(t, c.n, c.body)
			for left := [2][2][]byte{s, s}; len(left[0][0])+len(left[0][1])+len(left[1][0])+len(left[1][1]) > 0; {
				i := r.IntN(2)
				for dir := range left[i] {
					b := &left[i][dir]
					n := min(c.size(), len(*b))
					conns[i].relay(session.Direction(dir), (*b)[:n], (*b)[:n])
					*b = (*b)[n:]
				}
			}
			conns[0].close(session.ServerToClient, c.close)
			conns[1].close(session.ClientToServer, session.CloseFIN)
			all := p.same(t, pcapfile.ClientSide, true)
			if frames(all) != 4*c.n || len(all) != 4*c.n+4 {
				t.Errorf("%d events, %d frames", len(all), frames(all))
			}
			checksums(t, p.path, 20)
		})
	}
}

// A rewritten answer differs between the sides, a swallowed request is on the client's alone, and an answer that nobody gave,
// too.
func TestRelayedSidesDiffer(t *testing.T) {
	p := newProxied(t, RelayedOptions{Record: RecordOptions{Path: filepath.Join(t.TempDir(), "r.pcapng")}})
	c := p.open(legs(true))
	both := func(dir session.Direction, read, written []byte) { c.relay(dir, read, written) }
	both(0, frame(t, 1, false, 10), frame(t, 1, false, 10))
	c.flow.Comment("rewritten")
	both(1, frame(t, 1, true, 100), frame(t, 1, true, 90_000))
	both(0, frame(t, 2, false, 20), nil)
	both(1, nil, frame(t, 2, true, 7))
	c.close(0, session.CloseFIN)
	p.Flush()
	client := p.same(t, pcapfile.ClientSide, true)
	f, upstream := reread(t, pcapfile.UpstreamSide, p.path)
	if frames(client) != 4 || frames(upstream.all) != 2 {
		t.Fatalf("%d and %d frames", frames(client), frames(upstream.all))
	}
	if a, b := client[2].BodyLen(), upstream.all[2].BodyLen(); a != 90_000 || b != 100 {
		t.Errorf("bodies of %d and %d bytes", a, b)
	}
	if a, b := client[2].Time-client[1].Time, upstream.all[2].Time-upstream.all[1].Time; a != 1000+added || b != 1000-added {
		t.Errorf("answered after %d and %d ns", a, b)
	}
	if s := f.Stats(); s.OtherSide == 0 || s.OtherSide+s.Packets != p.Stats().Packets {
		t.Errorf("%+v", s)
	}
	var texts []string
	for _, c := range f.Comments() {
		texts = append(texts, fmt.Sprint(c.Packet, " ", c.Text))
	}
	if got := fmt.Sprint(texts); got != "[1 relayed 4 relayed 9 rewritten 10 rewritten]" {
		t.Errorf("comments %s", got)
	}
}

// Bytes that nobody saw are missing in the recording as they were missing live.
func TestRelayedHoles(t *testing.T) {
	for name, c := range map[string]struct {
		n      int64
		inside bool
	}{"in a body": {2000, true}, "of a frame and more": {9000, false}, "of many packets": {1 << 20, false}} {
		t.Run(name, func(t *testing.T) {
			p := newProxied(t, RelayedOptions{Record: RecordOptions{Path: filepath.Join(t.TempDir(), "r.pcapng")}})
			k := p.open(legs(true))
			for dir := range session.Direction(2) {
				for i := range 4 {
					f := frame(t, i, dir == 1, 5000)
					if i != 2 {
						k.relay(dir, f, f)
						continue
					}
					cut := len(f) - 3000
					k.relay(dir, f[:cut], f[:cut])
					k.lose(dir, c.n)
					if c.inside {
						k.relay(dir, f[cut+int(c.n):], f[cut+int(c.n):])
					}
				}
			}
			k.lose(1, 100)
			k.close(1, session.CloseFIN)
			p.same(t, pcapfile.ClientSide, true)
			f, up := reread(t, pcapfile.UpstreamSide, p.path)
			if frames(up.all) < 6 || f.Stats().LeftOut == 0 || f.Stats().Cut != 0 {
				t.Errorf("upstream %d frames, %+v", frames(up.all), f.Stats())
			}
		})
	}
}

// The second file of a recording begins in the middle of a connection, and can be read without the first; together they
// are the whole.
func TestRelayedRotates(t *testing.T) {
	dir := t.TempDir()
	p := newProxied(t, RelayedOptions{Record: RecordOptions{Path: filepath.Join(dir, "r.pcapng"), MaxSize: 200_000}})
	k := p.open(legs(true))
	for i := range 100 {
		a, b := frame(t, i, false, 900), frame(t, i, true, 2000)
		k.relay(0, a, a)
		k.relay(1, b, b)
	}
	k.close(0, session.CloseFIN)
	p.End()
	p.Flush()
	p.again(t, p.Relayed, p.all, true)
	check(t, p.Close())
	paths, err := filepath.Glob(filepath.Join(dir, "*.pcapng"))
	check(t, err)
	if len(paths) < 3 {
		t.Fatal(paths)
	}
	_, whole := reread(t, pcapfile.ClientSide, paths...)
	if frames(whole.all) != 200 {
		t.Errorf("%d frames in all files", frames(whole.all))
	}
	_, part := reread(t, pcapfile.ClientSide, paths[1])
	if n := frames(part.all); n < 30 || n > 80 {
		t.Errorf("%d frames in the second file", n)
	}
	if part.all[0].ends.Client != legs(true).Client {
		t.Errorf("the client is %v", part.all[0].ends.Client)
	}
}

// A recording that begins in the middle of a connection finds its place, and does not show what it cannot know to be a header.
func TestRelayedJoins(t *testing.T) {
	for _, headers := range []bool{false, true} {
		path := filepath.Join(t.TempDir(), "r.pcapng")
		r, err := NewRelayed(RelayedOptions{
			Record: RecordOptions{Path: path, Section: written}, HeadersOnly: headers, Parts: func() Parts { return &rocketmq.Parts{} },
		})
		check(t, err)
		f := r.Join(legs(true), "from here on")
		for i := range 4 {
			for dir := range session.Direction(2) {
				b := frame(t, i, dir == 1, 1000)
				if i == 0 {
					b = b[len(b)-300:]
				}
				f.Bytes(int64(i+1)*1000, 10, dir, b, b, func(session.Chunk) {})
			}
		}
		f.Close(9000, 0, session.CloseFIN)
		check(t, r.Close())
		files, s := reread(t, pcapfile.ClientSide, path)
		if n := frames(s.all); n != 6 || !s.all[0].Has(session.MidStream) || s.all[0].ends.Client != legs(true).Client {
			t.Errorf("headers %v: %d frames, %+v", headers, n, s.all[0])
		}
		if c := files.Comments(); len(c) != 2 || c[0].Text != "from here on" {
			t.Errorf("comments %v", c)
		}
		file, err := os.ReadFile(path)
		check(t, err)
		first := frame(t, 0, false, 1000)
		if left := bytes.Contains(file, first[len(first)-300:][:20]); left == headers {
			t.Errorf("headers %v: the rest of a body is there: %v", headers, left)
		}
	}
}

// Headers alone are recorded, or bodies and credentials in disguise, and the same frames come of them.
func TestRelayedWithoutSecrets(t *testing.T) {
	for _, headers := range []bool{true, false} {
		for _, redact := range []bool{true, false} {
			for _, size := range []int{1, 17, 4000, 200_000} {
				t.Run(fmt.Sprint(headers, redact, size), func(t *testing.T) {
					p := newProxied(t, RelayedOptions{
						Record: RecordOptions{Path: filepath.Join(t.TempDir(), "r.pcapng")}, HeadersOnly: headers, Redact: redact,
						Parts: func() Parts { return &rocketmq.Parts{} },
					})
					k := p.open(legs(true))
					for dir, b := range streams(t, 15, 40*min(size, 3000)) {
						for run := range slices.Chunk(b, size) {
							k.relay(session.Direction(dir), run, run)
						}
					}
					k.close(0, session.CloseFIN)
					whole := !headers && !redact
					if !redact {
						p.same(t, pcapfile.ClientSide, whole)
					}
					p.End()
					p.Flush()
					check(t, p.Close())
					file, err := os.ReadFile(p.path)
					check(t, err)
					if secret := bytes.Contains(file, []byte("c2VjcmV0")); secret == redact && size > 1 {
						t.Errorf("secret: %v", secret)
					}
					body := streams(t, 15, 40*min(size, 3000))[0]
					if left := bytes.Contains(file, body[len(body)-16:]); left == (headers || redact) && size > 16 {
						t.Errorf("body: %v", left)
					}
					_, s := reread(t, pcapfile.ClientSide, p.path)
					live, read := onlyFrames(p.all), onlyFrames(s.all)
					if len(read) != 30 {
						t.Fatalf("%d frames", len(read))
					}
					for i := range read {
						a, b := &live[i], &read[i]
						if a.Kind != b.Kind || a.Len != b.Len || a.HeaderLen != b.HeaderLen || (a.Pair == 0) != (b.Pair == 0) || a.Opaque != b.Opaque {
							t.Fatalf("frame %d: live\n%+v\nin the recording\n%+v", i, a, b)
						}
						if headers && b.Cut != b.BodyLen() {
							t.Fatalf("%d of %d bytes of a body are missing", b.Cut, b.BodyLen())
						}
					}
				})
			}
		}
	}
}

// An event's bytes can be read again while the connection goes on, and only from where it was recorded.
func TestRelayedSpool(t *testing.T) {
	p := newProxied(t, RelayedOptions{Record: RecordOptions{Spool: 1 << 20}})
	k := p.open(legs(true))
	for i := range 40 {
		a, b := frame(t, i, false, 100_000), frame(t, i, true, 300)
		k.relay(0, a[:50_000], a[:50_000])
		k.relay(0, a[50_000:], a[50_000:])
		k.relay(1, b, b)
		k.again(t, p.Relayed, p.all[max(0, len(p.all)-4):], true)
	}
	if _, err := p.ReadAgain(nil, p.all[1].Ref, p.all[1].ends, 0, 10); err == nil {
		t.Error("the ring has all")
	}
	if s := p.Stats(); s.Refused != 0 || s.Packets == 0 || s.Bytes > 6<<20 {
		t.Errorf("%+v", s)
	}
	none := newProxied(t, RelayedOptions{})
	n := none.open(legs(true))
	n.relay(0, frame(t, 1, false, 10), frame(t, 1, false, 10))
	n.lose(1, 10)
	n.close(0, session.CloseFIN)
	if _, err := none.ReadAgain(nil, none.all[1].Ref, none.all[1].ends, 0, 10); err != ErrNotKept || frames(none.all) != 1 {
		t.Errorf("nothing is recorded: %v", err)
	}
	if _, err := NewRelayed(RelayedOptions{Redact: true}); err == nil {
		t.Error("nobody finds the bodies")
	}
}

func BenchmarkRelayed(b *testing.B) {
	for _, c := range []struct {
		name string
		o    RelayedOptions
		size int
	}{
		{"file, 64 KiB runs", RelayedOptions{Record: RecordOptions{MaxSize: 64 << 20, MaxFiles: 2}}, 64 << 10},
		{"file, 1 KiB runs", RelayedOptions{Record: RecordOptions{MaxSize: 64 << 20, MaxFiles: 2}}, 1 << 10},
		{"ring, 64 KiB runs", RelayedOptions{Record: RecordOptions{Spool: 64 << 20}}, 64 << 10},
		{"headers, 64 KiB runs", RelayedOptions{HeadersOnly: true, Record: RecordOptions{MaxSize: 64 << 20, MaxFiles: 2}}, 64 << 10},
		{"redacted, 64 KiB runs", RelayedOptions{Redact: true, Record: RecordOptions{MaxSize: 64 << 20, MaxFiles: 2}}, 64 << 10},
	} {
		b.Run(c.name, func(b *testing.B) {
			if c.o.Record.Spool == 0 {
				c.o.Record.Path = filepath.Join(b.TempDir(), "r.pcapng")
			}
			c.o.Parts = func() Parts { return &rocketmq.Parts{} }
			r, err := NewRelayed(c.o)
			check(b, err)
			defer r.Close()
			f := r.Open(1, legs(true), "")
			s := streams(b, 2000, 700)[0]
			deliver := func(session.Chunk) {}
			now, at := time.Now().UnixNano(), 0
			b.SetBytes(int64(c.size))
			b.ReportAllocs()
			for b.Loop() {
				if at+c.size > len(s) {
					at = 0
				}
				run := s[at : at+c.size]
				at += c.size
				f.Bytes(now, 1000, session.ClientToServer, run, run, deliver)
			}
		})
	}
}
