//go:build unix

package control

import (
	"io/fs"
	"os"
	"syscall"
)

// private tells whether a file is this user's, and nobody else may write to it.
func private(info fs.FileInfo) bool {
	s, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(s.Uid) == os.Geteuid() && info.Mode().Perm()&0o022 == 0
}
