package pcapfile

import (
	"bytes"
	"errors"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/gopacket/pcapgo"
)

var (
	testSection    = Section{Hardware: "loom", OS: "Linux 6.1", Application: "mqsniff test", Comment: "seed 42"}
	testInterfaces = []Interface{
		{Name: "eth0", Description: "to the brokers", Filter: "tcp port 10911", Link: 1, SnapLen: 262144},
		{Name: "any", Link: 276},
	}
)

// frame is the Ethernet frame of a UDP datagram from 10.0.0.1 to 10.0.0.2, so that dissectors are at peace with it.
func frame(payload string) []byte {
	n := len(payload) + 8
	b := append(make([]byte, 12), 0x08, 0x00, 0x45, 0, byte((n+20)>>8), byte(n+20), 0, 0, 0, 0, 64, 17, 0, 0)
	b = append(b, 10, 0, 0, 1, 10, 0, 0, 2, 0x30, 0x39, 0x30, 0x39, byte(n>>8), byte(n), 0, 0)
	return append(b, payload...)
}

// written is a capture with all that a Writer can write, and the packets of it.
func written(t testing.TB) ([]byte, []Packet) {
	var b bytes.Buffer
	w := NewWriter(&b, testSection)
	add := func(f Interface) {
		if _, err := w.AddInterface(f); err != nil {
			t.Fatal(err)
		}
	}
	var all []Packet
	packet := func(iface int, p Packet, o PacketOptions) {
		if err := w.Packet(iface, &p, o); err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	add(testInterfaces[0])
	packet(0, Packet{Data: frame("one"), Time: 1_700_000_000_123_456_789, Link: 1}, PacketOptions{Direction: Inbound})
	add(testInterfaces[1])
	packet(1, Packet{Data: make([]byte, 21), Time: 1_700_000_000_123_456_790, Link: 276}, PacketOptions{Dropped: 1<<40 + 7})
	if err := w.Secrets(SecretsTLS, []byte("CLIENT_RANDOM 00 11\n")); err != nil {
		t.Fatal(err)
	}
	packet(0, Packet{Data: frame("thr"), Original: 1500, Time: 1, Link: 1}, PacketOptions{Outbound, 3, "rule=slow"})
	packet(0, Packet{Data: frame("four"), Time: 1_700_000_001_000_000_000, Link: 1}, PacketOptions{})
	s := Statistics{Time: 1_700_000_001e9, Start: 1_700_000_000e9, End: 1_700_000_001e9 + 1, Received: 9, Dropped: 5, OSDropped: 2}
	if err := w.Statistics(0, s); err != nil {
		t.Fatal(err)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if int64(b.Len()) != w.Offset() {
		t.Fatalf("%d bytes, Offset says %d", b.Len(), w.Offset())
	}
	for i := range all {
		all[i].Original = max(all[i].Original, len(all[i].Data))
	}
	return b.Bytes(), all
}

func same(t *testing.T, got, want []Packet) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d packets, want %d", len(got), len(want))
	}
	for i := range got {
		g, w := got[i], want[i]
		if !bytes.Equal(g.Data, w.Data) {
			t.Fatalf("packet %d has %d bytes, want %d, or they differ", i+1, len(g.Data), len(w.Data))
		}
		if g.Data, w.Data = nil, nil; g.Time != w.Time || g.Original != w.Original || g.Offset != w.Offset ||
			g.Record != w.Record || g.RecordLen != w.RecordLen || g.Link != w.Link {
			t.Fatalf("packet %d is %+v, want %+v", i+1, g, w)
		}
	}
}

func TestWriterReader(t *testing.T) {
	file, want := written(t)
	got, r, err := read(t, file, 0)
	if err != io.EOF {
		t.Fatal(err)
	}
	same(t, got, want)
	if r.Drops() != 7 {
		t.Errorf("%d drops, want 7", r.Drops())
	}
	c := r.Comments()
	if len(c) != 2 || c[0] != (Comment{0, "seed 42"}) || c[1] != (Comment{3, "rule=slow"}) {
		t.Errorf("comments %v", c)
	}
}

func TestWriterGopacket(t *testing.T) {
	file, want := written(t)
	r, err := pcapgo.NewNgReader(bytes.NewReader(file), pcapgo.NgReaderOptions{WantMixedLinkType: true})
	if err != nil {
		t.Fatal(err)
	}
	for i, w := range want {
		data, ci, err := r.ReadPacketData()
		if err != nil || !bytes.Equal(data, w.Data) || ci.Timestamp.UnixNano() != w.Time || ci.Length != w.Original {
			t.Fatalf("packet %d: %x %+v %v", i+1, data, ci, err)
		}
	}
	if _, _, err := r.ReadPacketData(); err != io.EOF {
		t.Error(err)
	}
	if s := r.SectionInfo(); s.Application != "mqsniff test" || s.OS != "Linux 6.1" || s.Hardware != "loom" || s.Comment != "seed 42" {
		t.Errorf("section %+v", s)
	}
	f, err := r.Interface(0)
	if err != nil || f.Name != "eth0" || f.Description != "to the brokers" || f.Filter != "tcp port 10911" || f.OS != "Linux 6.1" || f.SnapLength != 262144 {
		t.Errorf("interface %+v %v", f, err)
	}
	if s := f.Statistics; s.PacketsReceived != 9 || s.PacketsDropped != 5 || s.StartTime.UnixNano() != 1_700_000_000e9 || s.EndTime.UnixNano() != 1_700_000_001e9+1 {
		t.Errorf("statistics %+v", s)
	}
}

// run runs a program of Wireshark, or skips.
func run(t *testing.T, name string, arg ...string) string {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		t.Skip(name, "is not installed")
	}
	c := exec.Command(name, arg...)
	var stderr strings.Builder
	c.Stderr = &stderr
	out, err := c.Output()
	if err != nil {
		t.Fatalf("%s: %v: %s", name, err, &stderr)
	}
	return string(out)
}

func TestWriterTshark(t *testing.T) {
	file, _ := written(t)
	path := filepath.Join(t.TempDir(), "w.pcapng")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	got := run(t, "tshark", "-r", path, "-T", "fields", "-E", "separator=|", "-e", "frame.time_epoch", "-e", "frame.cap_len",
		"-e", "frame.len", "-e", "frame.interface_name", "-e", "frame.packet_flags_direction", "-e", "frame.drop_count", "-e", "frame.comment")
	want := `1700000000.123456789|45|45|eth0|0x00000001||
1700000000.123456790|21|21|any||1099511627783|
0.000000001|45|1500|eth0|0x00000002|3|rule=slow
1700000001.000000000|46|46|eth0|||
`
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	info := run(t, "capinfos", path)
	for _, s := range []string{"loom", "Linux 6.1", "mqsniff test", "seed 42", "Name = eth0", "Description = to the brokers",
		"Filter string = tcp port 10911", "Name = any", "Time precision = nanoseconds (9)", "Number of stat entries = 1"} {
		if !strings.Contains(info, s) {
			t.Errorf("capinfos does not say %q:\n%s", s, info)
		}
	}
}

func TestWriterHostileTexts(t *testing.T) {
	var b bytes.Buffer
	long := strings.Repeat("ü", 1<<20)
	w := NewWriter(&b, Section{Hardware: long, OS: long, Application: long, Comment: long})
	if _, err := w.AddInterface(Interface{Name: long, Description: "a" + long, Filter: strings.Repeat("\xff", 1<<20)}); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"a" + long, strings.Repeat("\x80", 1<<17), "bad \xff\xfe byte", strings.Repeat("x", 4096)} {
		if err := w.Packet(0, &Packet{Data: []byte("p")}, PacketOptions{Outbound, math.MaxUint64, text}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if b.Len() > 40<<10 {
		t.Errorf("%d bytes", b.Len())
	}
	all, r, err := read(t, b.Bytes(), 0)
	if err != io.EOF || len(all) != 4 {
		t.Fatal(len(all), err)
	}
	c := r.Comments()
	if c[0].Text != long[:4096] || c[1].Text != "a"+long[:4094] || c[3].Text != "bad ? byte" || len(c[4].Text) != 4096 {
		t.Errorf("%d %d %q %d", len(c[0].Text), len(c[1].Text), c[3].Text, len(c[4].Text))
	}
}

func TestWriterRefuses(t *testing.T) {
	w := NewWriter(io.Discard, Section{})
	if _, err := w.AddInterface(Interface{Link: 1 << 16}); err == nil {
		t.Error("a link type that does not fit was taken")
	}
	if w.Packet(0, &Packet{}, PacketOptions{}) == nil || w.Packet(-1, &Packet{}, PacketOptions{}) == nil || w.Statistics(0, Statistics{}) == nil {
		t.Error("an interface that was not added was taken")
	}
	if _, err := w.AddInterface(Interface{}); err != nil {
		t.Fatal(err)
	}
	at := w.Offset()
	if err := w.Packet(0, &Packet{Data: make([]byte, MaxRecord)}, PacketOptions{}); err != ErrTooLarge {
		t.Error(err)
	}
	if err := w.Secrets(1, make([]byte, MaxRecord)); err != ErrTooLarge {
		t.Error(err)
	}
	if w.Offset() != at {
		t.Error("what was refused was written")
	}
}

// The destination gets whole blocks, whatever their sizes.
func TestWriterWholeBlocks(t *testing.T) {
	var all []byte
	var sizes []int
	w := NewWriter(writeFunc(func(p []byte) (int, error) {
		all = append(all, p...)
		sizes = append(sizes, len(p))
		if _, _, err := read(t, all, 0); err != io.EOF {
			t.Errorf("after %d bytes: %v", len(all), err)
		}
		return len(p), nil
	}), testSection)
	if _, err := w.AddInterface(Interface{Link: 1}); err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{1000, 255 << 10, 300 << 10, 1, 262144, 262044, 3 << 20, 7, 8, 9} {
		if err := w.Packet(0, &Packet{Data: make([]byte, n)}, PacketOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil || len(sizes) < 6 {
		t.Error(err, sizes)
	}
}

type writeFunc func(p []byte) (int, error)

func (f writeFunc) Write(p []byte) (int, error) { return f(p) }

func TestWriterError(t *testing.T) {
	full := errors.New("no space left on device")
	w := NewWriter(writeFunc(func([]byte) (int, error) { return 0, full }), Section{})
	if _, err := w.AddInterface(Interface{}); err != nil {
		t.Fatal(err)
	}
	if err := w.Flush(); err != full {
		t.Error(err)
	}
	if err := w.Packet(0, &Packet{}, PacketOptions{}); err != full {
		t.Error(err)
	}
}

// A section made by NewSection is a capture of its own, and its packets can be resumed from any block.
func TestWriterNewSection(t *testing.T) {
	var b bytes.Buffer
	w := NewWriter(&b, testSection)
	var want []Packet
	for i := range 3 {
		start := int64(b.Len())
		if i > 0 {
			if err := w.NewSection(); err != nil {
				t.Fatal(err)
			}
		}
		if i < 2 {
			if _, err := w.AddInterface(testInterfaces[i]); err != nil {
				t.Fatal(err)
			}
		}
		for k := range min(i+1, 2) {
			p := Packet{Data: []byte{byte(i), byte(k)}, Time: int64(i), Original: 2, Link: testInterfaces[k].Link}
			if err := w.Packet(k, &p, PacketOptions{}); err != nil {
				t.Fatal(err)
			}
			want = append(want, p)
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		if all, _, err := read(t, b.Bytes()[start:], 0); err != io.EOF || len(all) != min(i+1, 2) {
			t.Fatalf("section %d alone: %d packets, %v", i, len(all), err)
		}
	}
	got, _, err := read(t, b.Bytes(), 0)
	if err != io.EOF {
		t.Fatal(err)
	}
	same(t, got, want)
	for i, p := range want {
		got, _, err := readAll(t, w.Resume(bytes.NewReader(b.Bytes()), p.Record, w.Offset()-p.Record), b.Bytes())
		if err != io.EOF {
			t.Fatal(err)
		}
		same(t, got, want[i:])
	}
}
