package capture

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mqsniff/mqsniff/capture/afpacket"
	"github.com/mqsniff/mqsniff/capture/pcapfile"
	"github.com/mqsniff/mqsniff/capture/tcp"
	"github.com/mqsniff/mqsniff/session"
	"golang.org/x/net/bpf"
)

// fakeBlock is what a Wait finds.
type fakeBlock struct {
	lost    uint64
	packets []sent
	behind  bool
	err     error
}

// fakeRing is a packetRing of given blocks.
type fakeRing struct {
	t       testing.TB
	blocks  chan fakeBlock
	wake    chan bool
	now     fakeBlock
	stats   afpacket.Stats
	program []bpf.RawInstruction
	refuses error // of SetFilter
	client  byte  // added to its port
	stopped bool
	closed  bool
}

func newFakeRing(t testing.TB, blocks ...fakeBlock) *fakeRing {
	r := &fakeRing{t: t, blocks: make(chan fakeBlock, 100), wake: make(chan bool, 1)}
	for _, b := range blocks {
		r.blocks <- b
	}
	return r
}

func (r *fakeRing) Link() uint32          { return linkEthernet }
func (r *fakeRing) Lost() uint64          { return r.now.lost }
func (r *fakeRing) Behind() bool          { return r.now.behind }
func (r *fakeRing) Stats() afpacket.Stats { return r.stats }
func (r *fakeRing) Stop() error           { r.stopped = true; return nil }
func (r *fakeRing) Close() error          { r.closed = true; return nil }

func (r *fakeRing) Wake() {
	select {
	case r.wake <- true:
	default:
	}
}

func (r *fakeRing) SetFilter(p []bpf.RawInstruction) error {
	r.program = p
	return r.refuses
}

func (r *fakeRing) Wait(timeout time.Duration) error {
	r.now = fakeBlock{}
	select {
	case r.now = <-r.blocks:
	default:
		select {
		case r.now = <-r.blocks:
		case <-r.wake:
		case <-time.After(timeout):
		}
	}
	r.stats.Drops += r.now.lost
	return r.now.err
}

func (r *fakeRing) Next(p *pcapfile.Packet) bool {
	if len(r.now.packets) == 0 {
		return false
	}
	s := r.now.packets[0]
	r.now.packets = r.now.packets[1:]
	data := ethernet(r.t, s)
	if s.fromPeer {
		data[37] += r.client
	} else {
		data[35] += r.client
	}
	*p = pcapfile.Packet{Data: data, Time: s.at, Original: len(data), Offset: -1, Record: -1, Link: linkEthernet}
	return true
}

// openFake opens one interface for each run of rings.
func openFake(t testing.TB, o LiveOptions, rings ...*fakeRing) *Live {
	t.Helper()
	o.Interfaces = nil
	for i, r := range rings {
		r.client = byte(i)
		o.Interfaces = append(o.Interfaces, fmt.Sprintf("eth%d", i))
	}
	l, err := openLive(o, func(name string, _ *LiveOptions) ([]packetRing, error) {
		return []packetRing{rings[slices.Index(o.Interfaces, name)]}, nil
	})
	check(t, err)
	return l
}

// TestLiveAsFiles: live packets come out as those of a file do, and again from the recording, in every way it is kept.
func TestLiveAsFiles(t *testing.T) {
	for name, record := range map[string]RecordOptions{
		"spool": {Spool: 1 << 20}, "file": {Path: "x.pcapng"}, "zst": {Path: "x.pcapng.zst", Spool: 1 << 20},
		"rotated": {Path: "x.pcapng", MaxSize: 2000},
	} {
		if record.Path != "" {
			record.Path = filepath.Join(t.TempDir(), record.Path)
		}
		packets, streams := conversation(4)
		ring := newFakeRing(t, fakeBlock{packets: packets[:1]}, fakeBlock{packets: packets[1:9]}, fakeBlock{}, fakeBlock{packets: packets[9:]})
		l := openFake(t, LiveOptions{Record: record}, ring)
		ctx, cancel := context.WithCancel(context.Background())
		cancel() // what is there already is still read
		var all []*received
		check(t, l.Run(ctx, LiveHandlers{Open: func(int) tcp.Opener { return opener(&all) }}))
		if !ring.stopped {
			t.Error("the ring was not stopped")
		}
		if len(all) != 1 || !bytes.Equal(all[0].bytes[0], streams[0]) || !bytes.Equal(all[0].bytes[1], streams[1]) {
			t.Fatalf("%s: bytes differ", name)
		}
		if s := l.Stats(); s.Packets != uint64(len(packets)) || s.TCPPackets != s.Packets || s.TCP.Connections != 1 || s.Last-s.First != int64(len(packets)-1)*1000 {
			t.Errorf("%s: %+v", name, s)
		}
		if w := l.Warnings(); len(w) > 0 {
			t.Errorf("%s: %q", name, w)
		}
		readAgain(t, name, l, all[0])
		check(t, l.Close())
		if !ring.closed {
			t.Error("the ring was not closed")
		}
		if record.Path != "" { // the file, or all rotated ones, have the same
			paths, _ := filepath.Glob(strings.Replace(record.Path, "x.", "x*.", 1))
			if f, again := run(t, Options{}, paths...); f.Stats().Packets != uint64(len(packets)) || !bytes.Equal(again[0].bytes[1], streams[1]) {
				t.Errorf("%s: the recording has %d packets", name, f.Stats().Packets)
			}
		}
	}
}

func TestLiveKeepsNothing(t *testing.T) {
	packets, streams := conversation(5)
	l := openFake(t, LiveOptions{}, newFakeRing(t, fakeBlock{packets: packets}))
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var all []*received
	check(t, l.Run(ctx, LiveHandlers{Open: func(int) tcp.Opener { return opener(&all) }}))
	if !bytes.Equal(all[0].bytes[0], streams[0]) || all[0].chunks[0][0].Offset != -1 {
		t.Error("bytes differ")
	}
	for _, ref := range []session.Ref{{Offset: -1}, {Offset: 100}, {Offset: 100, Span: 100}} {
		if _, err := l.ReadAgain(nil, ref, all[0].ends, 0, 10); !errors.Is(err, ErrNotKept) {
			t.Errorf("%v", err)
		}
	}
	check(t, l.Close())
}

// logger writes down what happens in a ring. It is a tcp.Stream.
type logger struct{ lines []string }

func (l *logger) add(format string, a ...any)                                       { l.lines = append(l.lines, fmt.Sprintf(format, a...)) }
func (l *logger) Begin(session.Direction, int64)                                    {}
func (l *logger) Bytes(_ session.Direction, c session.Chunk)                        { l.add("bytes %s", c.Bytes) }
func (l *logger) Gap(_ session.Direction, _ int64, n int64)                         { l.add("gap %d", n) }
func (l *logger) Close(session.Direction, int64, session.CloseReason)               { l.add("close") }
func (l *logger) open(int64, session.Endpoints, session.Direction, bool) tcp.Stream { return l }

// TestLiveOrder: losses stand before what came behind them, ticks behind each batch and where nothing comes, and time goes
// on without packets.
func TestLiveOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		at := func(ms int) int64 { return begin.Add(time.Duration(ms) * time.Millisecond).UnixNano() }
		ring := newFakeRing(t,
			fakeBlock{packets: []sent{{at: at(0), syn: true, seq: 99}, {at: at(1), seq: 100, payload: []byte("one")}}},
			fakeBlock{lost: 7, packets: []sent{{at: at(5), seq: 110, payload: []byte("three")}}},
			fakeBlock{lost: 2},
		)
		l := openFake(t, LiveOptions{Record: RecordOptions{Spool: 1 << 20}}, ring)
		ctx, cancel := context.WithTimeout(context.Background(), 2500*time.Millisecond)
		defer cancel()
		var log logger
		ms := func(t int64) int64 { return (t - begin.UnixNano()) / 1e6 }
		check(t, l.Run(ctx, LiveHandlers{
			Open: func(int) tcp.Opener { return log.open },
			Tick: func(_ int, now int64) { log.add("tick %d", ms(now)) },
			Lost: func(_ int, t int64, n uint64, why string) { log.add("lost %d at %d: %s", n, ms(t), why) },
		}))
		want := []string{
			"bytes one", "tick 1", "lost 7 at 5: eth0: the kernel's ring was full", "tick 5",
			"lost 2 at 0: eth0: the kernel's ring was full", "tick 0",
		}
		for at := 100; at <= 2500; at += 100 {
			if at == 2100 { // the hole was seen at 5
				want = append(want, "gap 7", "bytes three")
			}
			want = append(want, fmt.Sprintf("tick %d", at))
		}
		want = append(want, "tick 2600", "tick 2600")
		if got := log.lines; !slices.Equal(got, want) && !slices.Equal(slices.Compact(got), slices.Compact(want)) {
			t.Errorf("%s\nwanted\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		if s := l.Stats(); s.Drops != 9 {
			t.Errorf("%+v", s)
		}
		if w := l.Warnings(); len(w) != 1 || !strings.HasPrefix(w[0], "9 packets lost: the kernel's ring was full") {
			t.Errorf("%q", w)
		}
		check(t, l.Close())
	})
}

// The file says where packets were lost, and how many.
func TestLiveRecordsLosses(t *testing.T) {
	packets, _ := conversation(6)
	path := filepath.Join(t.TempDir(), "x.pcapng")
	l := openFake(t, LiveOptions{Record: RecordOptions{Path: path}},
		newFakeRing(t, fakeBlock{packets: packets[:3]}, fakeBlock{lost: 5}, fakeBlock{lost: 4, packets: packets[3:]}))
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	check(t, l.Run(ctx, LiveHandlers{Open: func(int) tcp.Opener { return new(logger).open }}))
	check(t, l.Close())
	if f, _ := run(t, Options{}, path); f.Stats().Drops != 9 {
		t.Errorf("%+v", f.Stats())
	}
	content, err := os.ReadFile(path)
	check(t, err)
	if !bytes.Contains(content, []byte("\x04\x00\x08\x00\x09\x00\x00\x00\x00\x00\x00\x00")) { // epb_dropcount 9
		t.Error("the packet behind the loss does not say so")
	}
}

// Several rings run at the same time and record into one file.
func TestLiveRings(t *testing.T) {
	var rings []*fakeRing
	var streams [4][2][]byte
	for i := range 4 {
		packets, s := conversation(uint64(10 + i))
		streams[i] = s
		rings = append(rings, newFakeRing(t, fakeBlock{packets: packets[:20]}, fakeBlock{packets: packets[20:]}))
	}
	l := openFake(t, LiveOptions{Record: RecordOptions{Spool: 1 << 20}}, rings...)
	if l.Rings() != 4 {
		t.Errorf("%d rings", l.Rings())
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	all := make([][]*received, 4)
	check(t, l.Run(ctx, LiveHandlers{Open: func(ring int) tcp.Opener { return opener(&all[ring]) }}))
	packets := 0
	for i, r := range all {
		if len(r) != 1 || !bytes.Equal(r[0].bytes[0], streams[i][0]) {
			t.Fatalf("ring %d: bytes differ", i)
		}
		readAgain(t, fmt.Sprint("ring ", i), l, r[0])
		packets += len(r[0].chunks[0])
	}
	if s := l.Stats(); s.TCP.Connections != 4 || s.Packets < uint64(packets) {
		t.Errorf("%+v", s)
	}
	check(t, l.Close())
}

// A ring that fails ends the capture, also of the others.
func TestLiveRingFails(t *testing.T) {
	l := openFake(t, LiveOptions{}, newFakeRing(t), newFakeRing(t, fakeBlock{err: errors.New("eth1: broken")}))
	err := l.Run(context.Background(), LiveHandlers{Open: func(int) tcp.Opener { return new(logger).open }})
	if err == nil || err.Error() != "eth1: broken" {
		t.Errorf("%v", err)
	}
	check(t, l.Close())
}

func TestLiveFilter(t *testing.T) {
	a, b := newFakeRing(t), newFakeRing(t)
	l := openFake(t, LiveOptions{}, a, b)
	program := []bpf.RawInstruction{{Op: 6}}
	check(t, l.SetFilter(func(link uint32) ([]bpf.RawInstruction, error) { return program, nil }))
	if len(a.program) != 1 || len(b.program) != 1 {
		t.Error("not set")
	}
	wrong := errors.New("no such host")
	if err := l.SetFilter(func(uint32) ([]bpf.RawInstruction, error) { return nil, wrong }); err != wrong {
		t.Errorf("%v", err)
	}
	if len(a.program) != 1 {
		t.Error("half set")
	}
	check(t, l.SetFilter(nil))
	if a.program != nil || b.program != nil {
		t.Error("still set")
	}
	b.refuses = errors.New("the kernel refuses")
	if err := l.SetFilter(func(uint32) ([]bpf.RawInstruction, error) { return nil, nil }); err == nil || err.Error() != "eth1: the kernel refuses" {
		t.Errorf("%v", err)
	}
}

func TestOpenLiveErrors(t *testing.T) {
	var opened []*fakeRing
	open := func(name string, _ *LiveOptions) ([]packetRing, error) {
		if name == "eth9" {
			return nil, errors.New("no eth9")
		}
		r := newFakeRing(t)
		opened = append(opened, r)
		return []packetRing{r}, nil
	}
	for _, c := range []struct {
		o    LiveOptions
		want string
	}{
		{LiveOptions{Interfaces: []string{"eth0", "any"}}, "any stands for all interfaces: leave out the others"},
		{LiveOptions{Interfaces: []string{"eth0", "eth9"}}, "no eth9"},
		{LiveOptions{Record: RecordOptions{Path: "/dev/null/x"}}, "/dev/null/x: "},
	} {
		if _, err := openLive(c.o, open); err == nil || !strings.HasPrefix(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v, wanted %s", err, c.want)
		}
	}
	for _, r := range opened {
		if !r.closed {
			t.Error("a ring stayed open")
		}
	}
	l, err := openLive(LiveOptions{Interfaces: []string{"any", "any"}}, open)
	if err != nil || l.Rings() != 1 {
		t.Errorf("the same twice: %v", err)
	}
}

// TestStatsAdd: no count is forgotten.
func TestStatsAdd(t *testing.T) {
	var one Stats
	var fill func(reflect.Value)
	fill = func(v reflect.Value) {
		for i := range v.NumField() {
			switch f := v.Field(i); f.Kind() {
			case reflect.Struct:
				fill(f)
			case reflect.Uint64:
				f.SetUint(3)
			default:
				f.SetInt(3)
			}
		}
	}
	fill(reflect.ValueOf(&one).Elem())
	sum := one
	sum.add(&one)
	sum.add(&Stats{})
	if sum.First != 3 || sum.Last != 3 {
		t.Errorf("times: %+v", sum)
	}
	sum.First, sum.Last = 6, 6
	var check func(reflect.Value)
	check = func(v reflect.Value) {
		for i := range v.NumField() {
			if f := v.Field(i); f.Kind() == reflect.Struct {
				check(f)
			} else if fmt.Sprint(f) != "6" {
				t.Errorf("%s is %v", v.Type().Field(i).Name, f)
			}
		}
	}
	check(reflect.ValueOf(sum))
}
