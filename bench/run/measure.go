package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"time"
)

// sample is one run of a program.
type sample struct {
	wall, cpu time.Duration
	rss       int64 // peak resident memory, bytes
	stdout    []byte
}

// measure runs a tool once, on one CPU if cpu is not empty.
func measure(t *tool, cpu string) (sample, error) {
	c := pinned(cpu, t.argv)
	c.Env = append(c.Env, t.env...)
	var stdout, stderr bytes.Buffer
	if t.keep {
		c.Stdout = &stdout
	}
	c.Stderr = &stderr
	start := time.Now()
	err := c.Run()
	wall := time.Since(start)
	if err != nil {
		return sample{}, fmt.Errorf("%w: %s", err, bytes.TrimSpace(stderr.Bytes()))
	}
	s := c.ProcessState
	return sample{wall, s.UserTime() + s.SystemTime(), peak(s), stdout.Bytes()}, nil
}

func pinned(cpu string, argv []string) *exec.Cmd {
	env := os.Environ()
	if cpu != "" {
		env = append(env, "GOMAXPROCS=1")
		if _, err := exec.LookPath("taskset"); err == nil {
			argv = append([]string{"taskset", "-c", cpu}, argv...)
		}
	}
	c := exec.Command(argv[0], argv[1:]...)
	c.Env = env
	return c
}

// memoryFloor is what a program that needs nothing seems to use: Linux counts what the process was before it became the
// program, which is this one. Smaller peaks cannot be seen.
func memoryFloor(cpu string) (int64, error) {
	c := pinned(cpu, []string{"true"})
	err := c.Run()
	if err != nil {
		return 0, err
	}
	return peak(c.ProcessState), nil
}

// median of the samples' values; of an even number the higher one in the middle.
func median[T time.Duration | int64](samples []sample, value func(sample) T) T {
	var v []T
	for _, s := range samples {
		v = append(v, value(s))
	}
	slices.Sort(v)
	return v[len(v)/2]
}
