package capture

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A recording that could not be written goes on in its next file, by itself or on demand. It says how much is missing, and what is
// in the files can be read again. Regression: it had stopped for good, later only that of one file.
func TestRecordingGoesOn(t *testing.T) {
	for _, name := range []string{"r.pcapng", "r.pcapng.zst"} {
		for how, o := range map[string]RecordOptions{
			"on demand": {}, "by size": {MaxSize: 1 << 20}, "by age": {MaxAge: time.Hour}, "on demand, with a copy": {Spool: 32 << 20},
			"one file": {}, "one file, with a copy": {Spool: 32 << 20},
		} {
			t.Run(how+" "+name, func(t *testing.T) {
				dir := filepath.Join(t.TempDir(), "d")
				check(t, os.Mkdir(dir, 0o700))
				o.Path = filepath.Join(dir, name)
				k := record(t, o)
				k.recording.file.dst = &diskFull{k.recording.file.file, 100_000}
				give := func(n int) {
					for range n {
						k.take(t, 1000)
						k.flush()
					}
				}
				give(300)
				first := k.refusedPackets()
				if len(k.notices) != 1 || !strings.HasSuffix(k.notices[0], ": recording stopped: no space left on device; the capture goes on without it until another file can be written") || first < 150 {
					t.Fatalf("%q, %d refused", k.notices, first)
				}
				if why := k.whyStopped(); why != "no space left on device" {
					t.Errorf("why: %q", why)
				}
				again := func() {
					if strings.HasPrefix(how, "on demand") {
						k.another() // says what a flush does not
					} else {
						k.tried = k.tried.Add(-time.Hour)
						k.flush()
					}
				}
				check(t, os.Rename(dir, dir+"2")) // no next file can be made
				again()
				give(5)
				again()
				if why := k.whyStopped(); len(k.notices) != 1 || why != "no such file or directory" {
					t.Fatalf("%q, %s", k.notices, why)
				}
				check(t, os.Rename(dir+"2", dir))
				again()
				give(50)
				want := fmt.Sprintf(": recording goes on; %d packets before it are missing", first+5)
				if len(k.notices) != 2 || !strings.HasSuffix(k.notices[1], want) || k.whyStopped() != "" || k.refusedPackets() != first+5 {
					t.Fatalf("%q, want %s; %d refused", k.notices, want, k.refusedPackets())
				}
				gone := 0
				for i := range k.packets {
					if p := &k.packets[i]; p.Offset < 0 || k.again(t, p) != nil {
						gone++
					}
				}
				if o.Spool > 0 && gone > 0 || o.Spool == 0 && name == "r.pcapng" && uint64(gone) != first+5 {
					t.Errorf("%d packets cannot be read again, %d were refused", gone, first+5)
				}
				check(t, k.finish())
				files, err := filepath.Glob(filepath.Join(dir, "*"))
				check(t, err)
				if len(files) != 2 {
					t.Fatalf("%q", files)
				}
				sum := 0
				for _, f := range files {
					n, _ := contentCut(t, f)
					sum += n
				}
				if n, _ := contentOf(t, k.files[len(k.files)-1].path); n != 50 || sum != 350-int(first) {
					t.Errorf("%d packets in the last file, %d in all, %d were refused", n, sum, first+5)
				}
			})
		}
	}
}

// What is over does not begin anew, nor does what is no file.
func TestRecordingStaysOver(t *testing.T) {
	for _, path := range []string{filepath.Join(t.TempDir(), "r.pcapng"), "/dev/full"} {
		if path == "/dev/full" {
			if _, err := os.Stat(path); err != nil {
				t.Skip(err)
			}
		}
		k := record(t, RecordOptions{Path: path})
		k.take(t, 1000)
		if path != "/dev/full" {
			check(t, k.finish())
		}
		k.flush()
		k.tried = time.Time{}
		k.flush()
		if next, err := k.another(); err == nil || len(k.files) != 1 {
			t.Errorf("%s: it goes on in %s", path, next)
		}
	}
}
