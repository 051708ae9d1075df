//go:build !linux

package proxy

import (
	"context"
	"errors"
	"net"
)

var errNoFirewall = errors.New("connections are redirected on Linux only: use SOCKS5, or the proxy as name server")

// FirewallTool needs Linux: elsewhere it fails.
func FirewallTool() (string, error) { return "", errNoFirewall }

// MarkedDial needs Linux: elsewhere its dial fails.
func MarkedDial(uint32) func(context.Context, string) (net.Conn, error) {
	return func(context.Context, string) (net.Conn, error) { return nil, errNoFirewall }
}

// FirewallRules are rules that were set up; there are none here.
type FirewallRules struct {
	Replaced bool
	IPv4Only error
}

// Setup needs Linux: elsewhere it fails.
func (f Firewall) Setup(context.Context) (*FirewallRules, error) { return nil, errNoFirewall }

// Release does nothing.
func (*FirewallRules) Release() error { return nil }

// Remove does nothing.
func (*FirewallRules) Remove() error { return nil }
