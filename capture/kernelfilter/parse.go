package kernelfilter

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// ParsePorts reads a list of ports and ranges: 9876,10909-10912. The error of this and of the other parsers quotes the part of
// the list that is wrong.
func ParsePorts(list string) ([]PortRange, error) {
	var ports []PortRange
	for item := range strings.SplitSeq(list, ",") {
		first, last, isRange := strings.Cut(strings.TrimSpace(item), "-")
		if !isRange {
			last = first
		}
		a, err1 := strconv.ParseUint(first, 10, 16)
		b, err2 := strconv.ParseUint(last, 10, 16)
		if err1 != nil || err2 != nil || a == 0 || a > b {
			return nil, fmt.Errorf("%q is no port: write numbers from 1 to 65535 and ranges, such as 9876,10909-10912", item)
		}
		ports = append(ports, PortRange{uint16(a), uint16(b)})
	}
	return ports, nil
}

// ParseHosts reads a list of IP addresses and names, which it looks up; a name stands for all its addresses.
func ParseHosts(ctx context.Context, list string) ([]netip.Addr, error) {
	var hosts []netip.Addr
	for item := range strings.SplitSeq(list, ",") {
		item = strings.TrimSpace(item)
		if a, err := netip.ParseAddr(item); err == nil {
			hosts = append(hosts, a.Unmap().WithZone(""))
			continue
		}
		if item == "" {
			return nil, fmt.Errorf("%q has an empty part: write addresses or names, such as 10.0.0.5,broker-a", list)
		}
		if _, err := netip.ParsePrefix(item); err == nil {
			return nil, fmt.Errorf("%q is a network, not a host: use --net", item)
		}
		found, err := net.DefaultResolver.LookupNetIP(ctx, "ip", item)
		if err != nil {
			return nil, fmt.Errorf("%q is no address, and no name that can be looked up: %w", item, err)
		}
		for _, a := range found {
			hosts = append(hosts, a.Unmap().WithZone(""))
		}
	}
	return hosts, nil
}

// ParseNets reads a list of networks: 10.0.0.0/8,fd00::/16. Bits behind the prefix are cleared.
func ParseNets(list string) ([]netip.Prefix, error) {
	var nets []netip.Prefix
	for item := range strings.SplitSeq(list, ",") {
		p, err := netip.ParsePrefix(strings.TrimSpace(item))
		if err != nil || p.Addr().Is4In6() {
			return nil, fmt.Errorf("%q is no network: write it as 10.0.0.0/8 or fd00::/16", item)
		}
		nets = append(nets, p.Masked())
	}
	return nets, nil
}

// ParseVLANs reads a list of VLAN numbers, 0 to 4095.
func ParseVLANs(list string) ([]uint16, error) {
	var vlans []uint16
	for item := range strings.SplitSeq(list, ",") {
		n, err := strconv.ParseUint(strings.TrimSpace(item), 10, 16)
		if err != nil || n > maxVLAN {
			return nil, fmt.Errorf("%q is no VLAN: write numbers from 0 to 4095", item)
		}
		vlans = append(vlans, uint16(n))
	}
	return vlans, nil
}
