package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// tick is the unit of CPU times in /proc on Linux. Where there is no /proc, everything here is 0.
const tick = 10 * time.Millisecond

// used is the CPU time of a process so far.
func (p *process) used() time.Duration { return usedBy(p.cmd.Process.Pid) }

func usedBy(pid int) time.Duration {
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	_, rest, _ := strings.Cut(string(b), ") ")
	return ticks(strings.Fields(rest), 11, 12) // utime, stime
}

// usedByAll is the CPU time of all processes so far.
func usedByAll() time.Duration {
	b, _ := os.ReadFile("/proc/stat")
	line, _, _ := strings.Cut(string(b), "\n")
	return ticks(strings.Fields(line), 1, 2, 3, 6, 7) // user, nice, system, and interrupts, which are in the time of processes too
}

// withChildren is the CPU time of a process and those that it started and that still run.
func withChildren(pid int) time.Duration {
	sum := usedBy(pid)
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	for _, child := range strings.Fields(string(b)) {
		if n, err := strconv.Atoi(child); err == nil {
			sum += usedBy(n)
		}
	}
	return sum
}

func ticks(fields []string, which ...int) (sum time.Duration) {
	for _, i := range which {
		if i < len(fields) {
			n, _ := strconv.Atoi(fields[i])
			sum += time.Duration(n) * tick
		}
	}
	return sum
}

// memory is a value of /proc/PID/status, in bytes.
func (p *process) memory(key string) int64 {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(line, key+":"); ok {
			n, _ := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			return n << 10
		}
	}
	return 0
}
