//go:build unix

package proxy

import (
	"net"
	"time"

	"golang.org/x/sys/unix"
)

// peek waits for a client's first byte and leaves it where it is, so that a TCP connection can still be waited for and
// spliced. 0: the client said nothing for so long, has finished sending, or reset the connection; the relay will see.
func peek(client net.Conn, wait time.Duration) (first byte, same net.Conn) {
	tcp, ok := client.(*net.TCPConn)
	if !ok {
		return readFirst(client, wait)
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return 0, client
	}
	client.SetReadDeadline(time.Now().Add(wait))
	defer client.SetReadDeadline(time.Time{})
	raw.Read(func(fd uintptr) (done bool) {
		first, done = look(int(fd))
		return done
	})
	return first, client
}

// look asks before it receives: receiving would take a pending error away, and a reset would look like an end afterwards.
func look(fd int) (first byte, done bool) {
	ready := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
	for {
		n, err := unix.Poll(ready, 0)
		if err == unix.EINTR {
			continue
		}
		if err == nil && n == 0 {
			return 0, false
		}
		if err != nil || ready[0].Revents&unix.POLLERR != 0 {
			return 0, true
		}
		var b [1]byte
		n, _, err = unix.Recvfrom(fd, b[:], unix.MSG_PEEK|unix.MSG_DONTWAIT)
		switch {
		case err == unix.EINTR:
			continue
		case err == unix.EAGAIN:
			return 0, false
		case err != nil || n <= 0:
			return 0, true
		}
		return b[0], true
	}
}
