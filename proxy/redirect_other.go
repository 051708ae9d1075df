//go:build !linux

package proxy

import (
	"context"
	"errors"
	"net"
)

// Redirect needs Linux: elsewhere it fails.
func Redirect(context.Context, net.Conn) (Destination, error) {
	return Destination{}, errors.New("redirected connections are served on Linux only: use SOCKS5, or the proxy as name server")
}
