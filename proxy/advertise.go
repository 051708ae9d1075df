package proxy

import (
	"fmt"
	"net"
	"net/netip"
	"regexp"
	"strconv"
)

var validHost = regexp.MustCompile(`^[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_.])?$`)

// checkHost tells what is wrong with a host that clients shall connect to: an IP address, or a name. It goes into JSON as it is.
func checkHost(host string) error {
	ip, err := netip.ParseAddr(host)
	switch {
	case err == nil && (ip.IsUnspecified() || ip.IsMulticast()):
		return fmt.Errorf("%s: no client can connect to that", host)
	case err != nil && !validHost.MatchString(host):
		return fmt.Errorf("%q: that is no host", host)
	}
	return nil
}

// checkAdvertised is checkHost for host:port.
func checkAdvertised(address string) error {
	host, text, err := net.SplitHostPort(address)
	if err != nil {
		return err
	}
	if port, err := strconv.ParseUint(text, 10, 16); err != nil || port == 0 {
		return fmt.Errorf("%q is no port", text)
	}
	return checkHost(host)
}
