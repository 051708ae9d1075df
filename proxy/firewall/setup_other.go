//go:build !linux

package firewall

import (
	"context"
	"errors"
	"net"
)

var errNoFirewall = errors.New("connections are redirected on Linux only: use SOCKS5, or the proxy as name server")

// Tool needs Linux: elsewhere it fails.
func Tool() (string, error) { return "", errNoFirewall }

// MarkedDial needs Linux: elsewhere its dial fails.
func MarkedDial(uint32) func(context.Context, string) (net.Conn, error) {
	return func(context.Context, string) (net.Conn, error) { return nil, errNoFirewall }
}

// Made are rules that were set up; there are none here.
type Made struct {
	Replaced bool
	IPv4Only error
}

// Setup needs Linux: elsewhere it fails.
func (Rules) Setup(context.Context) (*Made, error) { return nil, errNoFirewall }

// Release does nothing.
func (*Made) Release() error { return nil }

// Remove does nothing.
func (*Made) Remove() error { return nil }
