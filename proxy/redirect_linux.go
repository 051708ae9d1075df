package proxy

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"syscall"

	"golang.org/x/sys/unix"
)

// Redirect is the Resolve of a listener that the kernel sends connections to (iptables -j REDIRECT): it asks where they
// were meant to go. Neither side needs to be told of the proxy.
func Redirect(_ context.Context, client net.Conn) (Destination, error) {
	tcp, ok := client.(*net.TCPConn)
	if !ok {
		return Destination{}, errors.New("only TCP connections are redirected")
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return Destination{}, err
	}
	local := addrPort(client.LocalAddr())
	var to netip.AddrPort
	var failed error
	err = raw.Control(func(fd uintptr) { to, failed = originalDestination(int(fd), local.Addr()) })
	switch {
	case err != nil:
		return Destination{}, err
	case failed != nil:
		return Destination{}, fmt.Errorf("where a redirected connection was meant to go: %w (is there a REDIRECT rule for it?)", failed)
	case to == local:
		return Destination{}, errors.New("a connection to the redirect listener itself: clients keep their own addresses in this mode")
	}
	return Destination{Target: to.String(), Original: to}, nil
}

// originalDestination reads SO_ORIGINAL_DST (linux/netfilter_ipv4.h), or IP6T_SO_ORIGINAL_DST for an IPv6 address, both
// 80. The form of the local address decides, not that of the socket.
func originalDestination(fd int, local netip.Addr) (netip.AddrPort, error) {
	const original = 80
	if local.Is4() {
		m, err := unix.GetsockoptIPv6Mreq(fd, syscall.IPPROTO_IP, original) // a sockaddr_in is as long as an ipv6_mreq's address
		if err != nil {
			return netip.AddrPort{}, err
		}
		b := m.Multiaddr
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte(b[4:8])), uint16(b[2])<<8|uint16(b[3])), nil
	}
	m, err := unix.GetsockoptIPv6MTUInfo(fd, syscall.IPPROTO_IPV6, original) // begins with a sockaddr_in6
	if err != nil {
		return netip.AddrPort{}, err
	}
	port := m.Addr.Port // in network order
	return netip.AddrPortFrom(netip.AddrFrom16(m.Addr.Addr), port>>8|port<<8), nil
}
