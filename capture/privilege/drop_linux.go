package privilege

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Drop gives up all capabilities, of all threads, for good. Under sudo, or where the program is setuid, the process goes on as
// the user who called it; otherwise its user stays, and the capabilities go. It is for when the sockets are open: those stay.
// The error is one sentence about what could not be given up, and the remedy; the process may go on all the same.
func Drop() error {
	noNewPrivileges()
	u, changed, err := caller(os.Getuid(), os.Geteuid(), os.Getenv)
	if err == nil && changed {
		err = become(u)
	}
	if err != nil {
		if dropCapabilities() != nil {
			return fmt.Errorf("going on as root: %w", err)
		}
		return fmt.Errorf("going on as root, without capabilities: %w", err)
	}
	if err := dropCapabilities(); err != nil {
		return err
	}
	return verify()
}

// become changes all threads to a user. The kernel takes the capabilities away with that (capabilities(7)).
func become(u account) error {
	for _, step := range []func() error{
		func() error { return syscall.Setgroups(u.groups()) },
		func() error { return syscall.Setresgid(u.gid, u.gid, u.gid) },
		func() error { return syscall.Setresuid(u.uid, u.uid, u.uid) },
	} {
		if err := step(); err != nil {
			return fmt.Errorf("becoming user %d failed: %w", u.uid, err)
		}
	}
	if syscall.Setuid(0) == nil {
		return errors.New("the way back to root stayed open")
	}
	return nil
}

// dropCapabilities empties the capability sets of all threads.
func dropCapabilities() error {
	if left, err := capabilities("/proc/self/task"); err == nil && left == 0 {
		return nil
	}
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var none [2]unix.CapUserData
	_, _, errno := syscall.AllThreadsSyscall(unix.SYS_CAPSET, uintptr(unsafe.Pointer(&header)), uintptr(unsafe.Pointer(&none[0])), 0)
	runtime.KeepAlive(&header)
	runtime.KeepAlive(&none)
	switch errno {
	case 0:
		return nil
	case syscall.ENOTSUP: // the threads of C are not Go's to change
		return errors.New("capabilities are kept, as this binary is linked with C: build it with CGO_ENABLED=0, or use sudo, to have them given up")
	}
	return fmt.Errorf("capabilities are kept: capset: %w", errno)
}

// noNewPrivileges keeps this process and its children from gaining any by running a setuid program, or as root any at all. In a
// binary that is linked with C it fails: that is no loss of what dropping the rest gains.
func noNewPrivileges() {
	syscall.AllThreadsSyscall6(unix.SYS_PRCTL, unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0, 0)
}

// verify looks at what the threads really have.
func verify() error {
	switch left, err := capabilities("/proc/self/task"); {
	case err != nil:
		return fmt.Errorf("that no capabilities are left could not be checked: %w", err)
	case left != 0:
		return fmt.Errorf("capabilities %#x are left in a thread", left)
	}
	return nil
}
