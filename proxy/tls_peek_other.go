//go:build !unix

package proxy

import (
	"net"
	"time"
)

// peek waits for a client's first byte; 0: there was none in that time. The relay goes on with the connection returned.
func peek(client net.Conn, wait time.Duration) (first byte, same net.Conn) {
	return readFirst(client, wait)
}
