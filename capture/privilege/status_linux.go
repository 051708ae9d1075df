package privilege

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// capabilities are those that any thread has, permitted or effective (proc_pid_status(5)), as a set of bits.
func capabilities(tasks string) (uint64, error) {
	threads, err := os.ReadDir(tasks)
	if err != nil {
		return 0, err
	}
	all := uint64(0)
	for _, thread := range threads {
		status, err := os.ReadFile(filepath.Join(tasks, thread.Name(), "status"))
		if errors.Is(err, os.ErrNotExist) || errors.Is(err, unix.ESRCH) {
			continue // the thread has ended
		}
		if err != nil {
			return 0, err
		}
		for _, name := range []string{"CapPrm", "CapEff"} {
			n, err := field(string(status), name, 16)
			if err != nil {
				return 0, err
			}
			all |= n
		}
	}
	return all, nil
}

// field is a number in a status file.
func field(status, name string, base int) (uint64, error) {
	for line := range strings.Lines(status) {
		if key, value, _ := strings.Cut(line, ":"); key == name {
			return strconv.ParseUint(strings.TrimSpace(value), base, 64)
		}
	}
	return 0, fmt.Errorf("the status of a thread has no %s", name)
}
