package kernelfilter

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
)

// Filter says which packets with TCP in them are wanted. The groups are joined by and, what is in a group by or; an empty
// group says nothing. An address or a port counts as source and as destination.
//
// Later fragments of a packet have no ports: they are wanted when the addresses are, so that they can be counted and named,
// rather than be missing without a word. A first fragment is wanted by its ports, as a whole packet is. Up to two VLAN tags
// within a packet and up to six IPv6 extension headers (hop-by-hop, routing, destination, fragment, AH) are stepped over.
type Filter struct {
	Ports []PortRange
	Hosts []netip.Addr
	Nets  []netip.Prefix // bits behind the prefix say nothing
	VLANs []uint16       // 0 to 4095, of the outer tag; empty: tagged or not
}

// PortRange is the ports from First to Last, both included.
type PortRange struct{ First, Last uint16 }

// Port is a range of one.
func Port(p uint16) PortRange { return PortRange{p, p} }

func (r PortRange) String() string {
	if r.First == r.Last {
		return fmt.Sprintf("port %d", r.First)
	}
	return fmt.Sprintf("portrange %d-%d", r.First, r.Last)
}

// DefaultPorts are those of RocketMQ: name server 9876, broker 10911 with its VIP channel 10909 and its replication 10912,
// proxy 8080 (NamesrvController, BrokerConfig, MixAll.brokerVIPChannel, MessageStoreConfig.haListenPort, ProxyConfig).
func DefaultPorts() []PortRange {
	return []PortRange{Port(9876), Port(10911), Port(10909), Port(10912), Port(8080)}
}

// check says what of a filter that was not made by the parsers is none. A prefix of no length would take all there is.
func (f Filter) check() error {
	for _, r := range f.Ports {
		if r.First > r.Last {
			return fmt.Errorf("port range %d-%d ends before it begins", r.First, r.Last)
		}
	}
	for _, h := range f.Hosts {
		if !h.IsValid() {
			return errors.New("a host of the filter is no address")
		}
	}
	for _, n := range f.Nets {
		if !n.IsValid() || n.Addr().Is4In6() {
			return fmt.Errorf("network %s of the filter is none: write it as 10.0.0.0/8 or fd00::/16", n)
		}
	}
	for _, v := range f.VLANs {
		if v > maxVLAN {
			return fmt.Errorf("VLAN %d of the filter is none: they go from 0 to %d", v, maxVLAN)
		}
	}
	return nil
}

// maxVLAN is the largest number in the 12 bits of a tag.
const maxVLAN = 4095

// String is the filter in tcpdump's language; of several VLANs only nearly, as tcpdump cannot say that.
func (f Filter) String() string {
	var parts []string
	add := func(n int, part func(i int) string) {
		var alternatives []string
		for i := range n {
			alternatives = append(alternatives, part(i))
		}
		switch {
		case n == 1:
			parts = append(parts, alternatives[0])
		case n > 1:
			parts = append(parts, "("+strings.Join(alternatives, " or ")+")")
		}
	}
	add(len(f.VLANs), func(i int) string { return fmt.Sprintf("vlan %d", f.VLANs[i]) })
	parts = append(parts, "tcp") // a vlan counts for what follows it
	add(len(f.Hosts), func(i int) string { return "host " + f.Hosts[i].String() })
	add(len(f.Nets), func(i int) string { return "net " + f.Nets[i].Masked().String() })
	add(len(f.Ports), func(i int) string { return f.Ports[i].String() })
	return strings.Join(parts, " and ")
}
