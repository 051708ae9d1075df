package capture

import (
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mqsniff/mqsniff/capture/pcapfile"
)

// diskFull takes so many bytes and fails then, within a write.
type diskFull struct {
	io.Writer
	room int
}

func (d *diskFull) Write(p []byte) (int, error) {
	n := min(d.room, len(p))
	d.room -= n
	m, err := d.Writer.Write(p[:n])
	if err == nil && n < len(p) {
		err = &os.PathError{Op: "write", Path: "r", Err: errors.New("no space left on device")}
	}
	return m, err
}

// What fits is in the file, also of one large write. Regression: the file was left empty when its first write was too large.
func TestRecordingDiskFull(t *testing.T) {
	for _, c := range []struct {
		name        string
		room, batch int
		least       int // packets in the file
		spool       int64
		alone       bool
	}{
		{name: "r.pcapng", room: 400_000, batch: 10, least: 380},
		{name: "r.pcapng", room: 400_000, batch: 10, least: 380, spool: 32 << 20},
		{name: "r.pcapng", room: 400_000, batch: 1000, least: 380, alone: true},
		{name: "r.pcapng", room: 64 << 10, batch: 1000, least: 60, spool: 32 << 20},
		{name: "r.pcapng.zst", room: 400_000, batch: 10, least: 300},
		{name: "r.pcapng.zst", room: 400_000, batch: 10, least: 300, spool: 32 << 20, alone: true},
	} {
		path := filepath.Join(t.TempDir(), c.name)
		k := record(t, RecordOptions{Path: path, Spool: c.spool, Alone: c.alone})
		k.recording.file.dst = &diskFull{k.recording.file.file, c.room}
		for i := range 1000 {
			k.take(t, 1000)
			if i%c.batch == 0 {
				k.flush()
			}
		}
		said := k.notices
		if err := k.abandoned(); c.alone && err != nil {
			said = append(said, err.Error())
		}
		if len(said) != 1 || !strings.HasPrefix(said[0], path+": recording stopped: no space left on device") ||
			strings.Contains(said[0], "; the capture goes on without it") == c.alone {
			t.Fatalf("%+v: %q", c, said)
		}
		check(t, k.close())
		n, err := contentCut(t, path)
		if n < c.least || uint64(n)+k.refusedPackets() != 1000 || err != nil && !strings.HasSuffix(path, ".zst") {
			t.Errorf("%+v: %d in the file, %d refused, %v", c, n, k.refusedPackets(), err)
		}
	}
}

// TestWholeBlocks: what is not known to be a block is none.
func TestWholeBlocks(t *testing.T) {
	k := record(t, RecordOptions{Path: filepath.Join(t.TempDir(), "r.pcapng")})
	ends := []int{0}
	for range 3 {
		k.take(t, 100)
		ends = append(ends, int(k.packets[len(k.packets)-1].Record)+int(k.packets[len(k.packets)-1].RecordLen))
	}
	check(t, k.finish())
	b, err := os.ReadFile(k.o.Path)
	check(t, err)
	first := int(k.packets[0].Record)
	for cut := range len(b) {
		n, packets := wholeBlocks(b[:cut])
		if n > cut || cut >= first && n < first {
			t.Fatalf("%d of %d bytes", n, cut)
		}
		for i := 1; i < len(ends); i++ {
			if cut >= ends[i] != (packets >= uint64(i)) {
				t.Fatalf("%d packets in %d bytes", packets, cut)
			}
		}
	}
	for _, size := range []uint32{0, 11, 1<<31 - 1, 1<<32 - 1} {
		if n, _ := wholeBlocks(binary.LittleEndian.AppendUint32([]byte("\x06\x00\x00\x00"), size)); n != 0 {
			t.Errorf("a block of %d bytes: %d", size, n)
		}
	}
}

// contentCut reads a file whose zstd frame has no end.
func contentCut(t testing.TB, path string) (int, error) {
	t.Helper()
	file, err := os.ReadFile(path)
	check(t, err)
	n, _, err := content(t, file)
	var e *pcapfile.Error
	if err != nil && !(errors.As(err, &e) && e.Truncated) {
		t.Fatal(err)
	}
	return n, err
}

// After the disk was full, old packets are read from the file and new ones from the temporary copy.
func TestRecordingReadsOnWhenDiskIsFull(t *testing.T) {
	for _, spool := range []int64{0, 32 << 20} {
		k := record(t, RecordOptions{Path: filepath.Join(t.TempDir(), "r.pcapng"), Spool: spool})
		k.recording.file.dst = &diskFull{k.recording.file.file, 400_000}
		for range 1000 {
			k.take(t, 1000)
		}
		var gone []int
		for i := range k.packets {
			if p := &k.packets[i]; p.Offset < 0 || k.again(t, p) != nil {
				gone = append(gone, i)
			}
		}
		if spool > 0 && len(gone) > 0 || spool == 0 && (len(gone) < 500 || uint64(len(gone)) != k.refusedPackets()) {
			t.Errorf("spool %d: %d gone, %d refused", spool, len(gone), k.refusedPackets())
		}
	}
}

// A device that is always full: the header already fails.
func TestRecordingDevFull(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip(err)
	}
	k := record(t, RecordOptions{Path: "/dev/full", Spool: 1 << 20})
	for range 10 {
		k.take(t, 1000)
	}
	k.flush()
	k.take(t, 1000)
	check(t, k.again(t, &k.packets[0]))
	if len(k.notices) != 1 || k.refusedPackets() != 11 {
		t.Errorf("%q, %d refused", k.notices, k.refusedPackets())
	}
}
