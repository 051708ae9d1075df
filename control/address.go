package control

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"path/filepath"
	"strings"
	"syscall"
)

// ParseAddress reads where a Server listens, and where a Client finds it:
//
//	NAME            a socket NAME.sock in RuntimeDir; letters, digits, ".", "_" and "-"
//	PATH, unix:PATH a socket at a path, with a "/" in it unless unix: stands before
//	HOST:PORT       a TCP address; a Server takes an IP address or localhost
//
// network is "unix" or "tcp".
func ParseAddress(text string) (network, address string, err error) {
	path, forced := strings.CutPrefix(text, "unix:")
	switch {
	case text == "" || path == "":
		return "", "", errors.New("an address for control is a NAME, a path, or 127.0.0.1:PORT")
	case forced || filepath.IsAbs(path) || strings.ContainsAny(path, `/\`):
		path, err = filepath.Abs(path) // also: no socket in the abstract namespace, which has no permissions
		if err == nil {
			err = checkPath(path)
		}
		return "unix", path, err
	case strings.Contains(text, ":"):
		if _, port, err := net.SplitHostPort(text); err != nil || port == "" {
			return "", "", fmt.Errorf("%q is no HOST:PORT", text)
		}
		return "tcp", text, nil
	case text[0] == '.' || strings.Trim(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") != "":
		return "", "", fmt.Errorf("%q cannot be the name of a socket: take letters, digits, '.', '_' and '-'", text)
	}
	dir, err := RuntimeDir()
	if err != nil {
		return "", "", err
	}
	path = filepath.Join(dir, text+suffix)
	return "unix", path, checkPath(path)
}

// listenTCP listens on an address of this machine that only this machine reaches, unless anybody may ask.
func listenTCP(address string, anybody bool) (net.Listener, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	switch host {
	case "localhost":
		host = "127.0.0.1"
	case "": // as others read it: all
		host = "::"
	}
	at, err := netip.ParseAddrPort(net.JoinHostPort(host, port))
	if err != nil {
		return nil, fmt.Errorf("%q is no IP:PORT: write 127.0.0.1:9420", address)
	}
	if !anybody && !at.Addr().IsLoopback() {
		return nil, fmt.Errorf("on %s other machines could reset connections: listen on 127.0.0.1:%d", at, at.Port())
	}
	l, err := net.Listen("tcp", at.String())
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("%s is taken by another program: choose another port, or find it with ss -ltnp", at)
	case err != nil:
		return nil, fmt.Errorf("%w: name a free address of this machine, such as 127.0.0.1:9420", err)
	}
	return l, nil
}
