//go:build unix

package proxy

import (
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

// waitForRoom waits until something can be written, or the connection is closed or broken.
func waitForRoom(c net.Conn) {
	conn, ok := c.(syscall.Conn)
	if !ok {
		return
	}
	raw, err := conn.SyscallConn()
	if err != nil {
		return
	}
	raw.Write(func(fd uintptr) bool {
		ready := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLOUT}}
		for {
			if n, err := unix.Poll(ready, 0); err != unix.EINTR {
				return err != nil || n > 0
			}
		}
	})
}
