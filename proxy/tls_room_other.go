//go:build !unix

package proxy

import "net"

// waitForRoom: here what is written waits for room as long as crypto/tls lets it.
func waitForRoom(net.Conn) {}
