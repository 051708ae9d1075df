//go:build unix

package main

import "golang.org/x/sys/unix"

// raiseFiles lets this process and those it starts open more files, as far as it may, and returns how many.
func raiseFiles(want uint64) uint64 {
	var r unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NOFILE, &r) != nil {
		return 256
	}
	if uint64(r.Max) < want {
		more := r
		more.Cur, more.Max = want, want
		if unix.Setrlimit(unix.RLIMIT_NOFILE, &more) == nil {
			return want
		}
	}
	r.Cur = r.Max
	unix.Setrlimit(unix.RLIMIT_NOFILE, &r)
	return uint64(r.Cur)
}
