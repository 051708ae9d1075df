package capture

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/mqsniff/mqsniff/capture/pcapfile"
)

func TestRecordingAllocations(t *testing.T) {
	for _, o := range []RecordOptions{{}, {Spool: 1 << 20}, {Path: filepath.Join(t.TempDir(), "r.pcapng")}} {
		k := record(t, o)
		p := pcapfile.Packet{Data: make([]byte, 1400), Time: 1}
		if n := testing.AllocsPerRun(2000, func() {
			k.packet(0, &p, pcapfile.PacketOptions{Direction: pcapfile.Outbound})
			k.flush()
		}); n != 0 {
			t.Errorf("%+v: %v allocations a packet", o, n)
		}
	}
}

func BenchmarkRecording(b *testing.B) {
	dir := b.TempDir()
	for _, c := range []struct {
		name string
		o    RecordOptions
	}{
		{"ring", RecordOptions{Spool: 64 << 20}},
		{"file", RecordOptions{Path: filepath.Join(dir, "r.pcapng"), MaxSize: 64 << 20, MaxFiles: 2}},
		{"zstd", RecordOptions{Path: filepath.Join(dir, "r.pcapng.zst"), MaxSize: 64 << 20, MaxFiles: 2}},
		{"zstd and ring", RecordOptions{Path: filepath.Join(dir, "s.pcapng.zst"), MaxSize: 64 << 20, MaxFiles: 2, Spool: 64 << 20}},
	} {
		b.Run(c.name, func(b *testing.B) {
			k := record(b, c.o)
			var traffic []byte // 14 MB, more than the window of zstd
			for i := range 250_000 {
				traffic = fmt.Appendf(traffic, `{"code":310,"opaque":%d,"extFields":{"a":"group","body":"%x"}}`, i, k.random.Uint64())
			}
			p := pcapfile.Packet{Time: 1}
			b.SetBytes(1400)
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				p.Data = traffic[i%10_000*1400:][:1400]
				k.packet(0, &p, pcapfile.PacketOptions{Direction: pcapfile.Inbound})
				if i%700 == 0 { // a block of the kernel's ring of 1 MiB
					k.flush()
				}
			}
		})
	}
}
