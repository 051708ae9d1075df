package privilege

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"strconv"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Drop gives up all capabilities. Under sudo the process goes on as the user who called it; otherwise its user stays, and
// the capabilities go. The error says what could not be given up, and the remedy; the process may go on all the same.
func Drop() error {
	if os.Geteuid() == 0 {
		if uid, err := strconv.Atoi(os.Getenv("SUDO_UID")); err == nil && uid > 0 {
			return become(uid)
		}
	}
	return dropCapabilities()
}

// become changes all threads to a user. The kernel takes the capabilities away with that (capabilities(7)).
func become(uid int) error {
	gid, err := strconv.Atoi(os.Getenv("SUDO_GID"))
	if err != nil {
		return errors.New("SUDO_UID is set, SUDO_GID is not: going on as root")
	}
	groups := []int{gid}
	if u, err := user.LookupId(strconv.Itoa(uid)); err == nil {
		if ids, err := u.GroupIds(); err == nil {
			groups = groups[:0]
			for _, id := range ids {
				if n, err := strconv.Atoi(id); err == nil {
					groups = append(groups, n)
				}
			}
		}
	}
	for _, step := range []func() error{
		func() error { return syscall.Setgroups(groups) },
		func() error { return syscall.Setresgid(gid, gid, gid) },
		func() error { return syscall.Setresuid(uid, uid, uid) },
	} {
		if err := step(); err != nil {
			return fmt.Errorf("going on as root: becoming user %d failed: %w", uid, err)
		}
	}
	if syscall.Setuid(0) == nil {
		return errors.New("root's rights could not be given up")
	}
	return nil
}

// dropCapabilities empties the capability sets of all threads.
func dropCapabilities() error {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	if unix.Capget(&header, &data[0]) == nil && data[0].Permitted|data[1].Permitted == 0 {
		return nil
	}
	data = [2]unix.CapUserData{}
	header = unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	_, _, errno := syscall.AllThreadsSyscall(unix.SYS_CAPSET, uintptr(unsafe.Pointer(&header)), uintptr(unsafe.Pointer(&data[0])), 0)
	switch errno {
	case 0:
		return nil
	case syscall.ENOTSUP: // the threads of C are not Go's to change
		return errors.New("capabilities are kept: this binary is linked with C; build it with CGO_ENABLED=0, or use sudo, to have them given up")
	}
	return fmt.Errorf("capabilities are kept: %w", errno)
}
