package capture

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mqsniff/mqsniff/session"
)

// TestReadAndReadAgain: bytes in every kind of file come out as they went in, and again from their references.
func TestReadAndReadAgain(t *testing.T) {
	for seed := range uint64(6) {
		packets, streams := conversation(seed)
		for name, content := range map[string][]byte{"pcap": pcap(t, packets), "pcapng": pcapng(t, packets)} {
			for _, how := range []string{"", "gz", "zst", "lz4"} {
				f, all := run(t, Options{}, file(t, "x", compress(t, how, content)))
				name := fmt.Sprint(name, how, " seed ", seed)
				if len(all) != 1 || !bytes.Equal(all[0].bytes[0], streams[0]) || !bytes.Equal(all[0].bytes[1], streams[1]) {
					t.Fatalf("%s: bytes differ", name)
				}
				if s := f.Stats(); s.Packets != uint64(len(packets)) || s.TCPPackets != s.Packets || s.Last-s.First != int64(len(packets)-1)*1000 {
					t.Errorf("%s: %+v", name, s)
				}
				if done, total := f.Progress(); done != total || total == 0 {
					t.Errorf("%s: %d of %d", name, done, total)
				}
				if w := f.Warnings(); len(w) > 0 {
					t.Errorf("%s: %q", name, w)
				}
				readAgain(t, name, f, all[0])
			}
		}
	}
}

// readAgain reads runs of one to five chunks again.
func readAgain(t *testing.T, name string, f session.Source, r *received) {
	t.Helper()
	for d := range r.chunks {
		chunks, dir := r.chunks[d], session.Direction(d)
		for i, c := range chunks {
			one, err := f.ReadAgain([]byte("before"), session.Ref{Offset: c.Offset, Seq: c.Seq}, r.ends, dir, len(c.Bytes))
			if err != nil || string(one) != "before"+string(c.Bytes) {
				t.Fatalf("%s: chunk %d again: %d bytes of %d, %v", name, i, len(one), len(c.Bytes), err)
			}
			var want []byte
			first, last := c.Record, c.Record
			for k := i; k < min(i+5, len(chunks)); k++ {
				want = append(want, chunks[k].Bytes...)
				first, last = min(first, chunks[k].Record), max(last, chunks[k].Record+int64(chunks[k].RecordLen))
				ref := session.Ref{Offset: first, Span: uint32(last - first), Seq: c.Seq}
				got, err := f.ReadAgain(nil, ref, r.ends, dir, len(want))
				if err != nil || !bytes.Equal(got, want) {
					t.Fatalf("%s %s: chunks %d..%d again: %d bytes of %d, %v", name, dir, i, k, len(got), len(want), err)
				}
				if got, _ := f.ReadAgain(nil, ref, r.ends, dir, 3); !bytes.Equal(got, want[:min(3, len(want))]) {
					t.Fatalf("%s: three bytes again", name)
				}
			}
		}
	}
}

func TestReadAgainStopsAtAHole(t *testing.T) {
	packets := []sent{
		{at: 1, seq: 1, payload: []byte("one")}, {at: 2, seq: 4, payload: []byte("two")}, {at: 3, seq: 10, payload: []byte("four")},
	}
	f, all := run(t, Options{}, file(t, "x", pcap(t, packets)))
	c := all[0].chunks[0]
	span := c[2].Record + int64(c[2].RecordLen) - c[0].Record
	got, err := f.ReadAgain(nil, session.Ref{Offset: c[0].Record, Span: uint32(span), Seq: 1}, all[0].ends, 0, 13)
	if err != nil || string(got) != "onetwo" {
		t.Errorf("%q %v", got, err)
	}
}

func TestReadAgainInTheNextFile(t *testing.T) {
	packets, streams := conversation(1)
	f, all := run(t, Options{}, file(t, "1", pcap(t, packets[:20])), file(t, "2", pcapng(t, packets[20:])))
	if !bytes.Equal(all[0].bytes[0], streams[0]) || f.Stats().Packets != uint64(len(packets)) {
		t.Fatal("bytes differ")
	}
	ref := session.Ref{Offset: all[0].chunks[0][0].Record, Span: 1<<32 - 1, Seq: all[0].chunks[0][0].Seq}
	got, err := f.ReadAgain(nil, ref, all[0].ends, 0, 5000)
	if err != nil || !bytes.Equal(got, streams[0]) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}

func TestMergeByTime(t *testing.T) {
	packets, streams := conversation(2)
	var parts [3][]sent
	for i, p := range packets {
		parts[i%3] = append(parts[i%3], p)
	}
	_, all := run(t, Options{}, file(t, "a", pcap(t, parts[0])), file(t, "b", compress(t, "gz", pcap(t, parts[1]))), file(t, "c", pcapng(t, parts[2])))
	if len(all) != 1 || !bytes.Equal(all[0].bytes[0], streams[0]) || !bytes.Equal(all[0].bytes[1], streams[1]) {
		t.Error("bytes differ")
	}
	for _, c := range all[0].chunks[0] {
		i := int(c.Time-1700000000e9) / 1000
		if i < 0 || i >= len(packets) {
			t.Errorf("time %d", c.Time)
		}
	}
}

func TestNoSpool(t *testing.T) {
	packets, streams := conversation(3)
	f, all := run(t, Options{NoSpool: true}, file(t, "x", compress(t, "gz", pcap(t, packets))))
	if !bytes.Equal(all[0].bytes[0], streams[0]) || all[0].chunks[0][0].Offset != -1 {
		t.Error("bytes differ")
	}
	if _, err := f.ReadAgain(nil, session.Ref{Offset: 40}, all[0].ends, 0, 1); err != ErrNotKept {
		t.Error(err)
	}
}

func TestOpenErrors(t *testing.T) {
	cut := func(b []byte) []byte { return b[:len(b)/2] }
	for _, c := range []struct{ path, want string }{
		{filepath.Join(t.TempDir(), "gone"), "no such file: check the path"},
		{t.TempDir(), "is a directory"},
		{file(t, "empty", nil), "the file is empty"},
		{file(t, "text", []byte("this is no capture")), "not a pcap or pcapng capture: write one with tcpdump -w"},
		{file(t, "text.gz", compress(t, "gz", []byte("this is no capture"))), "not a pcap or pcapng capture"},
		{file(t, "bad.gz", []byte("\x1f\x8b this is no gzip")), "cannot be read"},
		{file(t, "cut.zst", cut(compress(t, "zst", pcapng(t, nil)))), "the compressed file was cut off before its first packet"},
		{file(t, "cut.lz4", cut(compress(t, "lz4", pcapng(t, nil)))), "the compressed file was cut off before its first packet"},
	} {
		_, err := Open([]string{c.path}, Options{})
		if err == nil || !strings.HasPrefix(err.Error(), c.path+": ") || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %s", err, c.want)
		}
	}
}

func TestTruncatedFile(t *testing.T) {
	packets, _ := conversation(4)
	content := pcap(t, packets)
	zipped := compress(t, "gz", content)
	for name, c := range map[string]struct {
		content []byte
		want    string
	}{
		"plain": {content[:len(content)-7], fmt.Sprintf("packet %d at offset ", len(packets))},
		"gz":    {zipped[:len(zipped)/2], "the file ends inside the record"},
	} {
		path := file(t, name, c.content)
		f, all := run(t, Options{}, path)
		w := f.Warnings()
		if len(w) != 1 || !strings.HasPrefix(w[0], path+": packet ") || !strings.Contains(w[0], c.want) {
			t.Errorf("%s: %q", name, w)
		}
		if len(all) != 1 || len(all[0].bytes[0]) == 0 {
			t.Errorf("%s: nothing was read", name)
		}
	}
}

func TestPipe(t *testing.T) {
	packets, streams := conversation(5)
	content := compress(t, "zst", pcapng(t, packets))
	r, w, err := os.Pipe()
	check(t, err)
	go func() {
		w.Write(content[:100])
		w.Write(content[100:])
		w.Close()
	}()
	f := stdin(t, r)
	var all []*received
	check(t, f.Run(context.Background(), opener(&all)))
	if !bytes.Equal(all[0].bytes[0], streams[0]) {
		t.Error("bytes differ")
	}
	if _, total := f.Progress(); total >= 0 {
		t.Errorf("total %d", total)
	}
	readAgain(t, "pipe", f, all[0])
}

// stdin opens a file as if it were standard input.
func stdin(t *testing.T, r *os.File) *Files {
	f := &Files{inputs: []*input{{path: "-", file: r, size: -1}}}
	t.Cleanup(func() { f.Close(); r.Close() })
	return f
}

func TestInterruptedPipe(t *testing.T) {
	r, w, err := os.Pipe()
	check(t, err)
	defer w.Close()
	f := stdin(t, r)
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(20*time.Millisecond, cancel)
	var all []*received
	if err := f.Run(ctx, opener(&all)); err != nil {
		t.Error(err)
	}
}

// TestFollow appends to a file in pieces that end anywhere, while it is read and read again.
func TestFollow(t *testing.T) {
	packets, streams := conversation(6)
	content := pcap(t, packets)
	path := file(t, "growing", nil)
	f, err := Open([]string{path}, Options{Follow: true})
	check(t, err)
	defer f.Close()
	ctx, cancel := context.WithCancel(context.Background())
	grow, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	check(t, err)
	var writer sync.WaitGroup
	writer.Go(func() {
		defer cancel()
		for i := 0; i < len(content); i += 5001 {
			grow.Write(content[i:min(i+5001, len(content))])
			time.Sleep(10 * time.Millisecond)
			f.ReadAgain(nil, session.Ref{Offset: 24, Span: 1000}, session.Endpoints{Client: clientAddr, Server: serverAddr}, 0, 100)
		}
		for f.Stats().Packets < uint64(len(packets)) && !t.Failed() {
			time.Sleep(time.Millisecond)
		}
	})
	var all []*received
	check(t, f.Run(ctx, opener(&all)))
	writer.Wait()
	if len(all) != 1 || !bytes.Equal(all[0].bytes[0], streams[0]) || !bytes.Equal(all[0].bytes[1], streams[1]) {
		t.Error("bytes differ")
	}
	if w := f.Warnings(); len(w) > 0 {
		t.Errorf("%q", w)
	}
}

func TestCancel(t *testing.T) {
	packets, _ := conversation(7)
	f, err := Open([]string{file(t, "x", pcap(t, packets))}, Options{})
	check(t, err)
	defer f.Close()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var all []*received
	check(t, f.Run(ctx, opener(&all)))
	if n := f.Stats().Packets; n > 1000 {
		t.Errorf("%d packets after the end", n)
	}
}
