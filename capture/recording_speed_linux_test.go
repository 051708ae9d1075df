package capture

import (
	"fmt"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/mqsniff/mqsniff/capture/pcapfile"
)

// BenchmarkSpool is what keeping packets costs the thread that captures (own-ns/op, CPU), and all threads (cpu-ns/op).
func BenchmarkSpool(b *testing.B) {
	traffic := make([]byte, 64<<20) // as large as a kernel's ring: not in a cache
	for i := range traffic {
		traffic[i] = byte(i * 7)
	}
	for _, size := range []int{1400, 16 << 10} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			k := record(b, RecordOptions{Spool: 1 << 30})
			p := pcapfile.Packet{Time: 1}
			b.SetBytes(int64(size))
			own, all := cpuTime(b, unix.RUSAGE_THREAD), cpuTime(b, unix.RUSAGE_SELF)
			for i := 0; b.Loop(); i++ {
				p.Data = traffic[i*size%(len(traffic)-size):][:size]
				k.packet(0, &p, pcapfile.PacketOptions{})
				if i%(1<<20/size) == 0 { // a block of the kernel's ring
					k.flush()
				}
			}
			b.ReportMetric(float64(cpuTime(b, unix.RUSAGE_THREAD)-own)/float64(b.N), "own-ns/op")
			b.ReportMetric(float64(cpuTime(b, unix.RUSAGE_SELF)-all)/float64(b.N), "cpu-ns/op")
		})
	}
}

// cpuTime is in ns.
func cpuTime(b *testing.B, who int) int64 {
	var r unix.Rusage
	check(b, unix.Getrusage(who, &r))
	return r.Utime.Nano() + r.Stime.Nano()
}
