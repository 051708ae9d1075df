package capture

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mqsniff/mqsniff/capture/pcapfile"
)

func TestRotatedName(t *testing.T) {
	at := time.Date(2026, 11, 23, 14, 25, 30, 0, time.Local)
	for path, want := range map[string]string{
		"a.pcapng":      "a_00007_20261123142530.pcapng",
		"d.x/a":         "d.x/a_00007_20261123142530",
		"d/a.b.pcapng":  "d/a.b_00007_20261123142530.pcapng",
		"a.pcapng.zst":  "a_00007_20261123142530.pcapng.zst",
		"a.zst":         "a_00007_20261123142530.zst",
		"d/.hidden":     "d/.hidden_00007_20261123142530",
		"d/.hidden.zst": "d/.hidden_00007_20261123142530.zst",
	} {
		if got := rotatedName(path, 7, at); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
	if got := rotatedName("a.pcapng", 123456, at); got != "a_123456_20261123142530.pcapng" {
		t.Error(got)
	}
}

// names lists the files in the directory of path.
func names(t *testing.T, path string) []string {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(filepath.Dir(path), "*"))
	check(t, err)
	slices.Sort(all)
	return all
}

// Each file is whole on its own and not larger than it may be; all of them in a row are the recording's stream.
func TestRecordingRotatesBySize(t *testing.T) {
	for _, name := range []string{"r.pcapng", "r.pcapng.zst"} {
		path := filepath.Join(t.TempDir(), name)
		k := record(t, RecordOptions{Path: path, MaxSize: 600_000, Spool: 64 << 20})
		for i := range 2000 {
			k.take(t, k.random.IntN(3000))
			if i == 100 {
				check(t, k.statistics(0, pcapfile.Statistics{Received: 100, Dropped: 4}))
			}
			if i%50 == 0 {
				k.flush()
			}
		}
		for i := range k.packets {
			check(t, k.again(t, &k.packets[i]))
		}
		all, span := k.packets[0].Record, k.w.Offset()-k.packets[0].Record
		r, n := k.resume(all, span), 0
		for p := (pcapfile.Packet{}); r.Next(&p) == nil; n++ {
			if w := k.packets[n]; p.Offset != w.Offset || p.Link != w.Link || !bytes.Equal(p.Data, w.Data) {
				t.Fatalf("packet %d across files: %+v", n+1, p)
			}
		}
		if n != 2000 {
			t.Errorf("%d packets across files", n)
		}
		check(t, k.finish())
		sum := 0
		files := names(t, path)
		for i, path := range files {
			n, drops := contentOf(t, path)
			sum += n
			if drops != 4 {
				t.Errorf("%s: %d drops", path, drops)
			}
			info, err := os.Stat(path)
			check(t, err)
			if info.Size() > 600_000+300 && name == "r.pcapng" || info.Size() > 800_000 {
				t.Errorf("%s has %d bytes", path, info.Size())
			}
			if i < len(files)-1 && info.Size() < 500_000 {
				t.Errorf("%s has only %d bytes", path, info.Size())
			}
		}
		if sum != 2000 || len(files) < 5 || len(k.notices) > 0 {
			t.Errorf("%d packets in %q, %q", sum, files, k.notices)
		}
	}
}

func TestRecordingDeletesOldest(t *testing.T) {
	path := filepath.Join(t.TempDir(), "r.pcapng")
	k := record(t, RecordOptions{Path: path, MaxSize: 10_000, MaxFiles: 3})
	first := k.recording.file
	for range 200 {
		k.take(t, 1000)
	}
	files := names(t, path)
	if len(files) != 3 || !strings.Contains(files[2], "r_00023_") { // nine packets fit into each
		t.Fatalf("%q", files)
	}
	kept := 0
	for i := range k.packets {
		switch err := k.again(t, &k.packets[i]); err {
		case nil:
			kept++
		case ErrOverwritten:
			if kept > 0 {
				t.Errorf("packet %d is gone, an older one is not", i+1)
			}
		default:
			t.Error(err)
		}
	}
	if !first.closed {
		t.Error("a deleted file is still open and takes room")
	}
	if kept != 9+9+2 {
		t.Errorf("%d packets can be read again", kept)
	}
}

// More files than may be open: all stay, the newest can be read again.
func TestRecordingManyFiles(t *testing.T) {
	for _, most := range []int{0, maxOpen + 20} {
		path := filepath.Join(t.TempDir(), "r.pcapng")
		k := record(t, RecordOptions{Path: path, MaxSize: 1, MaxFiles: most})
		const n = maxOpen + 40
		for range n {
			k.take(t, 100)
		}
		want := n
		if most > 0 {
			want = most
		}
		if files := names(t, path); len(files) != want {
			t.Errorf("%d files", len(files))
		}
		for i := range k.packets {
			if err := k.again(t, &k.packets[i]); (err == nil) != (i >= n-maxOpen) {
				t.Errorf("packet %d: %v", i, err)
			}
		}
	}
}

func TestRecordingRotatesByAge(t *testing.T) {
	path := filepath.Join(t.TempDir(), "r.pcapng")
	synctest.Test(t, func(t *testing.T) {
		k := record(t, RecordOptions{Path: path, MaxAge: time.Hour})
		k.take(t, 100)
		k.flush()
		time.Sleep(time.Hour - 1)
		k.flush()
		k.take(t, 100)
		time.Sleep(time.Nanosecond)
		k.flush()
		for range 10 { // no packets, no files
			time.Sleep(time.Hour)
			k.flush()
		}
		k.take(t, 100)
		k.flush()
		check(t, k.again(t, &k.packets[0]))
		check(t, k.close())
	})
	at := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).Local() // where synctest's clock begins
	if files := names(t, path); len(files) != 2 {
		t.Fatalf("%q", files)
	}
	for i, want := range []int{2, 1} {
		name := rotatedName(path, i+1, at.Add(time.Duration(i)*time.Hour))
		if n, _ := contentOf(t, name); n != want {
			t.Errorf("%s: %d packets, want %d", name, n, want)
		}
	}
}

// The directory went, or the right to write to it: one notice, and the capture goes on.
func TestRecordingRotationFails(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "d")
	check(t, os.Mkdir(dir, 0o700))
	k := record(t, RecordOptions{Path: filepath.Join(dir, "r.pcapng"), MaxSize: 5000, MaxFiles: 2, Spool: 1 << 20})
	for i := range 100 {
		if i == 10 {
			check(t, os.RemoveAll(dir))
		}
		k.take(t, 1000)
	}
	for i := range k.packets[8:] { // the file is still open, and the copy follows
		check(t, k.again(t, &k.packets[8+i]))
	}
	if len(k.notices) != 1 || !strings.Contains(k.notices[0], "make the directory first") || k.refusedPackets() == 0 {
		t.Errorf("%q, %d refused", k.notices, k.refusedPackets())
	}
	check(t, k.close())
}
