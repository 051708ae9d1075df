package proxy

import (
	"encoding/binary"
	"net/netip"
)

// proxyHeader is the PROXY protocol's version 2 header for a connection, which tells a server behind the proxy who its
// client is (https://www.haproxy.org/download/1.8/doc/proxy-protocol.txt, section 2.2). Brokers since 5.1.4 look for it before
// anything else (NettyRemotingServer.HandshakeHandler); older ones take it for a frame and close.
func proxyHeader(client, server netip.AddrPort) []byte {
	b := append([]byte(nil), "\r\n\r\n\x00\r\nQUIT\n"...)
	from, to := client.Addr().Unmap(), server.Addr().Unmap()
	if from.Is4() && to.Is4() {
		b = append(b, 0x21, 0x11, 0, 12) // version 2, PROXY; TCP over IPv4
	} else {
		b = append(b, 0x21, 0x21, 0, 36)
		from, to = netip.AddrFrom16(from.As16()), netip.AddrFrom16(to.As16())
	}
	b = append(append(b, from.AsSlice()...), to.AsSlice()...)
	b = binary.BigEndian.AppendUint16(b, client.Port())
	return binary.BigEndian.AppendUint16(b, server.Port())
}
