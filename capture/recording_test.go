package capture

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/mqsniff/mqsniff/capture/pcapfile"
)

var recorded = []pcapfile.Interface{{Name: "eth0", Link: linkEthernet, SnapLen: 65535}, {Name: "any", Link: linkSLL2}}

// taken is a recording under test and the packets that it took.
type taken struct {
	*recording
	packets []pcapfile.Packet
	random  *rand.Rand
	bytes   *rand.ChaCha8
	notices []string
}

func record(t testing.TB, o RecordOptions) *taken {
	k := &taken{random: rand.New(rand.NewPCG(1, 2)), bytes: rand.NewChaCha8([32]byte{})}
	o.Notice = func(s string) { k.notices = append(k.notices, s) }
	r, err := newRecording(o, recorded)
	check(t, err)
	k.recording = r
	t.Cleanup(func() { r.close() })
	return k
}

// take records a packet of n bytes.
func (k *taken) take(t testing.TB, n int) {
	t.Helper()
	p := pcapfile.Packet{Data: make([]byte, n), Time: int64(len(k.packets) + 1), Original: n}
	k.bytes.Read(p.Data)
	iface := len(p.Data) % 2
	p.Link = recorded[iface].Link
	check(t, k.packet(iface, &p, pcapfile.PacketOptions{Direction: pcapfile.Inbound}))
	k.packets = append(k.packets, p)
}

// again reads one packet's bytes, and its record, again.
func (k *taken) again(t testing.TB, p *pcapfile.Packet) error {
	t.Helper()
	data := make([]byte, len(p.Data))
	if n, err := k.ReadAt(data, p.Offset); err != nil {
		return err
	} else if n != len(data) || !bytes.Equal(data, p.Data) {
		t.Fatalf("packet %d: other bytes at %d", p.Time, p.Offset)
	}
	var q pcapfile.Packet
	if err := k.resume(p.Record, int64(p.RecordLen)).Next(&q); errors.Is(err, ErrOverwritten) {
		return ErrOverwritten // its data are there, its head is not
	} else if err != nil {
		t.Fatalf("packet %d can be read, its record cannot: %v", p.Time, err)
	}
	if !bytes.Equal(q.Data, p.Data) || q.Offset != p.Offset || q.Record != p.Record || q.RecordLen != p.RecordLen || q.Time != p.Time || q.Link != p.Link {
		t.Fatalf("read again %+v, was %+v", q, *p)
	}
	return nil
}

// content reads a capture, compressed or not, and says how it ended: nil is the regular end.
func content(t testing.TB, file []byte) (packets int, drops uint64, err error) {
	t.Helper()
	plain, _, err := pcapfile.Decompress(bytes.NewReader(file))
	check(t, err)
	defer plain.Close()
	r, err := pcapfile.NewReader(plain, 0)
	check(t, err)
	var p pcapfile.Packet
	for err == nil {
		err = r.Next(&p)
	}
	if err == io.EOF {
		err = nil
	}
	return int(r.Packets()), r.Drops(), err
}

func contentOf(t testing.TB, path string) (packets int, drops uint64) {
	t.Helper()
	file, err := os.ReadFile(path)
	check(t, err)
	packets, drops, err = content(t, file)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return packets, drops
}

func TestRecordingFile(t *testing.T) {
	for _, name := range []string{"r.pcapng", "r.pcapng.zst"} {
		path := file(t, name, []byte(strings.Repeat("what was there before", 1000)))
		check(t, os.Remove(path))
		k := record(t, RecordOptions{Path: path, Spool: 8 << 20, Section: pcapfile.Section{Application: "mqsniff"}})
		for i := range 500 {
			k.take(t, k.random.IntN(3000))
			if i == 250 {
				check(t, k.statistics(1, pcapfile.Statistics{Received: 10, Dropped: 3}))
			}
			check(t, k.again(t, &k.packets[k.random.IntN(len(k.packets))]))
		}
		check(t, k.finish())
		if n, drops := contentOf(t, path); n != 500 || drops != 3 {
			t.Errorf("%s: %d packets, %d drops", name, n, drops)
		}
		for i := range k.packets {
			check(t, k.again(t, &k.packets[i]))
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Error(info.Mode(), err)
		}
		k.take(t, 10)
		if p := k.packets[500]; p.Offset != -1 || p.Record != -1 || k.refusedPackets() != 1 {
			t.Errorf("after the end: %+v", p)
		}
		check(t, k.close())
		check(t, k.close())
		if err := k.again(t, &k.packets[0]); err == nil {
			t.Error("read after close")
		}
		if len(k.notices) > 0 {
			t.Error(k.notices)
		}
	}
}

// What was there before is overwritten wholly.
func TestRecordingOverwrites(t *testing.T) {
	path := file(t, "r.pcapng", bytes.Repeat([]byte("x"), 100_000))
	k := record(t, RecordOptions{Path: path})
	k.take(t, 100)
	check(t, k.close())
	if n, _ := contentOf(t, path); n != 1 {
		t.Error(n)
	}
}

// The ring is what a model says: the latest bytes, always whole, or ErrOverwritten.
func TestRecordingRing(t *testing.T) {
	for _, size := range []int64{1000, 4096, 300_000, 1 << 20} {
		k := record(t, RecordOptions{Spool: size})
		for range 3000 {
			k.take(t, k.random.IntN(1500))
			if k.random.IntN(20) == 0 {
				k.flush()
			}
			if k.random.IntN(4) > 0 {
				continue
			}
			p := &k.packets[len(k.packets)-1-k.random.IntN(min(len(k.packets), 2000))]
			err := k.again(t, p)
			if gone := k.end-p.Record > size; err != nil && err != ErrOverwritten || gone != (err == ErrOverwritten) {
				t.Fatalf("size %d, packet at %d of %d: %v", size, p.Record, k.end, err)
			}
		}
		if err := k.again(t, &k.packets[0]); err != ErrOverwritten {
			t.Errorf("size %d: %v", size, err)
		}
	}
}

func TestRecordingNothingKept(t *testing.T) {
	k := record(t, RecordOptions{})
	k.take(t, 100)
	k.flush()
	if p := k.packets[0]; p.Offset != -1 || p.Record != -1 || k.refusedPackets() != 0 {
		t.Errorf("%+v", p)
	}
	if _, err := k.ReadAt(make([]byte, 1), 0); err == nil {
		t.Error("something was read")
	}
}

func TestRecordingRefusesOptions(t *testing.T) {
	dir := t.TempDir()
	for want, o := range map[string]RecordOptions{
		"number of files":    {Path: "x", MaxFiles: 3},
		"cannot be rotated":  {Path: "-", MaxSize: 1000},
		"is a directory":     {Path: dir},
		"make the directory": {Path: filepath.Join(dir, "none", "x.pcapng")},
		"no such file or directory: choose another directory": {Path: "/proc/x"}, // Regression: the remedy was to make the directory
		"make the directory fir":                              {Path: filepath.Join(dir, "none", "x.pcapng"), MaxSize: 1},
	} {
		if strings.HasPrefix(o.Path, "/proc") && runtime.GOOS != "linux" {
			continue
		}
		if _, err := newRecording(o, recorded); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%+v: %v, want %q", o, err, want)
		}
	}
	if _, err := newRecording(RecordOptions{}, []pcapfile.Interface{{Link: 1 << 20}}); err == nil {
		t.Error("a link type that does not fit was taken")
	}
}

func TestRecordingAddsInterface(t *testing.T) {
	path := filepath.Join(t.TempDir(), "r.pcapng")
	k := record(t, RecordOptions{Path: path, MaxSize: 2000})
	k.take(t, 1500)
	n, err := k.addInterface(pcapfile.Interface{Name: "docker0", Link: linkEthernet})
	if err != nil || n != 2 {
		t.Fatal(n, err)
	}
	k.take(t, 1500) // rotates: the new file has all three
	p := pcapfile.Packet{Data: []byte("late"), Time: 3, Original: 4, Link: linkEthernet}
	check(t, k.packet(2, &p, pcapfile.PacketOptions{}))
	check(t, k.again(t, &p))
	check(t, k.statistics(2, pcapfile.Statistics{Dropped: 1}))
	check(t, k.again(t, &k.packets[0]))
	check(t, k.close())
}

// A pipe is written to, and packets are read again from the temporary copy.
func TestRecordingStandardOutput(t *testing.T) {
	in, out, err := os.Pipe()
	check(t, err)
	defer func(was *os.File) { os.Stdout = was }(os.Stdout)
	os.Stdout = out
	k := record(t, RecordOptions{Path: "-", Spool: 8 << 20})
	got := make(chan []byte)
	go func() {
		b, _ := io.ReadAll(in)
		got <- b
	}()
	for range 1000 {
		k.take(t, 1000)
	}
	k.flush()
	check(t, k.again(t, &k.packets[0]))
	check(t, k.close())
	check(t, out.Close())
	if n, _, err := content(t, <-got); n != 1000 || err != nil || len(k.notices) > 0 {
		t.Error(n, err, k.notices)
	}
}

// The reader of the pipe went away.
func TestRecordingBrokenPipe(t *testing.T) {
	in, out, err := os.Pipe()
	check(t, err)
	defer func(was *os.File) { os.Stdout = was }(os.Stdout)
	os.Stdout = out
	k := record(t, RecordOptions{Path: "-", Spool: 8 << 20})
	check(t, in.Close())
	for range 100 {
		k.take(t, 1000)
		k.flush()
	}
	for i := range k.packets {
		check(t, k.again(t, &k.packets[i]))
	}
	if err := k.abandoned(); !errors.Is(err, syscall.EPIPE) || len(k.notices) > 0 || k.refusedPackets() != 100 {
		t.Errorf("%v, %q, %d refused", err, k.notices, k.refusedPackets())
	}
}
