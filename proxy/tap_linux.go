package proxy

import (
	"runtime"

	"golang.org/x/sys/unix"
)

// behind is the nice value of the thread that observes: where the CPUs are busy it gets about a tenth of what the
// threads that relay get (sched(7)), and the tap bridges the time.
const behind = 10

// stayBehind keeps the calling goroutine from taking the CPU from those that relay. Its thread ends with it. While it waits for
// its turn it holds what those need to run: MakeRoom.
func stayBehind() {
	if runtime.GOMAXPROCS(0) == 1 { // nobody could relay while the thread waits for its turn
		return
	}
	runtime.LockOSThread()
	unix.Setpriority(unix.PRIO_PROCESS, unix.Gettid(), behind) // a thread's own on Linux; without it all work, less well
}
