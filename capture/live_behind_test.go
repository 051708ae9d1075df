package capture

import (
	"bytes"
	"context"
	"path/filepath"
	"testing"

	"github.com/mqsniff/mqsniff/capture/tcp"
	"github.com/mqsniff/mqsniff/session"
)

// TestLiveBehind: when packets come faster than they are read, the temporary copy is what is left out. Nothing else changes,
// who opens such bytes is told, and a file that was asked for has all packets.
func TestLiveBehind(t *testing.T) {
	for _, record := range []RecordOptions{
		{}, {Spool: 1 << 20}, {Path: filepath.Join(t.TempDir(), "x.pcapng")}, {Path: filepath.Join(t.TempDir(), "x.zst"), Spool: 1 << 20},
	} {
		packets, streams := conversation(4)
		third := len(packets) / 3
		var notices []string
		l := openFake(t, LiveOptions{Record: record, Notice: func(line string) { notices = append(notices, line) }}, newFakeRing(t,
			fakeBlock{packets: packets[:third]}, fakeBlock{packets: packets[third : third+5], behind: true},
			fakeBlock{packets: packets[third+5 : 2*third], behind: true}, fakeBlock{packets: packets[2*third:]}))
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		var all []*received
		check(t, l.Run(ctx, LiveHandlers{Open: func(int) tcp.Opener { return opener(&all) }}))
		if len(all) != 1 || !bytes.Equal(all[0].bytes[0], streams[0]) || !bytes.Equal(all[0].bytes[1], streams[1]) || l.Stats().Packets != uint64(len(packets)) {
			t.Fatalf("%+v: bytes differ", record)
		}
		kept, left := 0, 0
		for dir, chunks := range all[0].chunks {
			for _, c := range chunks {
				if c.Offset < 0 {
					left++
					continue
				}
				kept++
				got, err := l.ReadAgain(nil, session.Ref{Offset: c.Offset, Seq: c.Seq}, all[0].ends, session.Direction(dir), len(c.Bytes))
				if err != nil || !bytes.Equal(got, c.Bytes) {
					t.Fatalf("%+v: %d bytes of %d again, %v", record, len(got), len(c.Bytes), err)
				}
			}
		}
		spared := record.Path == "" && record.Spool > 0
		if spared != (left > 0 && kept > 0) || spared != (len(notices) == 1) {
			t.Errorf("%+v: %d kept, %d not, %q", record, kept, left, notices)
		}
		check(t, l.Close())
		if record.Path != "" {
			if n, _ := contentOf(t, record.Path); n != len(packets) {
				t.Errorf("%+v: %d packets", record, n)
			}
		}
	}
}
