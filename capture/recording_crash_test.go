package capture

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/mqsniff/mqsniff/capture/pcapfile"
)

// If the program died now, everything up to the latest flush would be in the file.
func TestRecordingSurvivesCrash(t *testing.T) {
	for _, name := range []string{"r.pcapng", "r.pcapng.zst"} {
		path := filepath.Join(t.TempDir(), name)
		k := record(t, RecordOptions{Path: path})
		for range 20 {
			for range k.random.IntN(100) {
				k.take(t, k.random.IntN(5000))
			}
			k.flush()
			n, err := contentCut(t, path)
			if n != len(k.packets) {
				t.Fatalf("%s: %d packets after a flush behind %d", name, n, len(k.packets))
			}
			if name == "r.pcapng" && err != nil {
				t.Fatal(err)
			}
		}
	}
}

// Between flushes, too, a file without compression ends with a whole block.
func TestRecordingIsAlwaysWhole(t *testing.T) {
	path := filepath.Join(t.TempDir(), "r.pcapng")
	k := record(t, RecordOptions{Path: path})
	k.flush()
	for range 2000 {
		k.take(t, k.random.IntN(1500))
		if k.random.IntN(100) == 0 {
			contentOf(t, path)
		}
	}
}

// The zstd decoder alone gives what was written up to the latest flush.
func TestRecordingCrashZstd(t *testing.T) {
	path := filepath.Join(t.TempDir(), "r.pcapng.zst")
	k := record(t, RecordOptions{Path: path})
	for range 20 {
		k.take(t, 1000)
		k.flush()
		file, err := os.Open(path)
		check(t, err)
		z, err := zstd.NewReader(file)
		check(t, err)
		b, err := io.ReadAll(z)
		if int64(len(b)) != k.w.Offset() || err != io.ErrUnexpectedEOF {
			t.Errorf("%d bytes of %d, %v", len(b), k.w.Offset(), err)
		}
		z.Close()
		file.Close()
	}
}

// A file with rotation and statistics is what capinfos takes.
func TestRecordingCapinfos(t *testing.T) {
	if _, err := exec.LookPath("capinfos"); err != nil {
		t.Skip("capinfos is not installed")
	}
	path := filepath.Join(t.TempDir(), "r.pcapng")
	k := record(t, RecordOptions{Path: path, MaxSize: 5000, Section: pcapfile.Section{OS: "Linux", Application: "mqsniff 1"}})
	for range 10 {
		k.take(t, 1000)
		check(t, k.statistics(0, pcapfile.Statistics{Received: 5, Dropped: 1}))
	}
	check(t, k.close())
	for _, path := range names(t, path) {
		out, err := exec.Command("capinfos", path).CombinedOutput()
		if err != nil || !strings.Contains(string(out), "mqsniff 1") || !strings.Contains(string(out), "Number of interfaces in file: 2") {
			t.Errorf("%v: %s", err, out)
		}
	}
}
