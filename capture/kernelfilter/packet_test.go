package kernelfilter

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

// packet is what a test sends.
type packet struct {
	four       bool
	src, dst   netip.Addr
	sport      uint16
	dport      uint16
	protocol   layers.IPProtocol   // of the innermost header
	extensions []layers.IPProtocol // headers before it
	fragment   uint16              // offset in units of 8 bytes
	more       bool                // more fragments follow
	options    int                 // words of IPv4 options
	tags       []tag               // the outer one first
	arp        bool                // no IP at all
}

type tag struct {
	kind layers.EthernetType
	vlan uint16
}

// wanted is what Filter says in words, of a packet whose making is known.
func (p *packet) wanted(f Filter) bool {
	if p.arp || p.protocol != layers.IPProtocolTCP || len(p.extensions) > maxExtensions || len(p.tags) > maxTags {
		return false
	}
	if len(f.VLANs) > 0 && (len(p.tags) == 0 || !slices.Contains(f.VLANs, p.tags[0].vlan)) {
		return false
	}
	if len(f.Hosts) > 0 && !slices.Contains(f.Hosts, p.src) && !slices.Contains(f.Hosts, p.dst) {
		return false
	}
	if len(f.Nets) > 0 && !slices.ContainsFunc(f.Nets, func(n netip.Prefix) bool { return n.Contains(p.src) || n.Contains(p.dst) }) {
		return false
	}
	return p.fragment > 0 || len(f.Ports) == 0 || slices.ContainsFunc(f.Ports, func(r PortRange) bool {
		return p.sport >= r.First && p.sport <= r.Last || p.dport >= r.First && p.dport <= r.Last
	})
}

// beside is what the kernel has next to a packet's bytes.
type beside struct {
	kind   uint16 // EtherType
	tagged bool
	tci    uint16 // priority, DEI and VLAN
}

// split is the packet as a program in a layout sees it. The kernel takes the outer tag out of the bytes where taken is true.
func (p *packet) split(layout Layout, taken bool) ([]byte, beside) {
	q, aside := *p, beside{kind: uint16(p.kinds()[0])}
	if taken && layout.socket() && len(p.tags) > 0 {
		q.tags = p.tags[1:]
		aside = beside{uint16(p.kinds()[1]), true, 0xe000 | p.tags[0].vlan}
	}
	frame := q.frame()
	switch kind := q.kinds()[0]; layout {
	case SLL:
		return append(binary.BigEndian.AppendUint16(make([]byte, 14), uint16(kind)), frame[14:]...), aside
	case SLL2:
		return append(append(binary.BigEndian.AppendUint16(nil, uint16(kind)), make([]byte, 18)...), frame[14:]...), aside
	case Raw:
		return frame[14+4*len(q.tags):], aside
	case CookedSocket:
		return frame[14:], aside
	}
	return frame, aside
}

// kinds are the EtherTypes in the packet, the outer one first.
func (p *packet) kinds() (kinds []layers.EthernetType) {
	for _, t := range p.tags {
		kinds = append(kinds, t.kind)
	}
	switch {
	case p.arp:
		return append(kinds, layers.EthernetTypeARP)
	case p.four:
		return append(kinds, layers.EthernetTypeIPv4)
	}
	return append(kinds, layers.EthernetTypeIPv6)
}

// frame is the packet on an Ethernet.
func (p *packet) frame() []byte {
	kinds := p.kinds()
	mac := make([]byte, 6) // that of a loopback interface
	all := []gopacket.SerializableLayer{&layers.Ethernet{SrcMAC: mac, DstMAC: mac, EthernetType: kinds[0]}}
	for i, t := range p.tags {
		all = append(all, &layers.Dot1Q{Priority: 7, VLANIdentifier: t.vlan, Type: kinds[i+1]})
	}
	chain := append(slices.Clone(p.extensions), p.protocol)
	switch {
	case p.arp:
		all = append(all, &layers.ARP{AddrType: layers.LinkTypeEthernet, Protocol: layers.EthernetTypeIPv4, HwAddressSize: 6, ProtAddressSize: 4,
			Operation: 1, SourceHwAddress: mac, DstHwAddress: mac, SourceProtAddress: p.src.AsSlice(), DstProtAddress: p.dst.AsSlice()})
	case p.four:
		h := &layers.IPv4{Version: 4, TTL: 9, Protocol: p.protocol, SrcIP: p.src.AsSlice(), DstIP: p.dst.AsSlice(), FragOffset: p.fragment}
		if p.more {
			h.Flags = layers.IPv4MoreFragments
		}
		for range 4 * p.options {
			h.Options = append(h.Options, layers.IPv4Option{OptionType: 1})
		}
		all = append(all, h)
	default:
		all = append(all, &layers.IPv6{Version: 6, HopLimit: 9, NextHeader: chain[0], SrcIP: p.src.AsSlice(), DstIP: p.dst.AsSlice()})
		for i, e := range p.extensions {
			all = append(all, gopacket.Payload(p.extension(e, chain[i+1])))
		}
	}
	switch {
	case p.arp:
	case p.protocol == layers.IPProtocolUDP:
		all = append(all, &layers.UDP{SrcPort: layers.UDPPort(p.sport), DstPort: layers.UDPPort(p.dport)})
	default:
		all = append(all, &layers.TCP{SrcPort: layers.TCPPort(p.sport), DstPort: layers.TCPPort(p.dport), ACK: true})
	}
	b := gopacket.NewSerializeBuffer()
	if err := gopacket.SerializeLayers(b, gopacket.SerializeOptions{FixLengths: true}, all...); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// extension is an IPv6 extension header, of 16 bytes where its length is free; gopacket does not write all of them.
func (p *packet) extension(kind, next layers.IPProtocol) []byte {
	x := make([]byte, 16)
	x[0], x[1] = byte(next), 1
	switch kind {
	case layers.IPProtocolIPv6Fragment:
		x = x[:8]
		binary.BigEndian.PutUint16(x[2:], p.fragment<<3)
		if p.more {
			x[3] |= 1
		}
	case layers.IPProtocolAH:
		x[1] = 2
	}
	return x
}

func addr(s string) netip.Addr { return netip.MustParseAddr(s) }

// packets are all kinds of them, between pairs of addresses and of ports.
func packets() []packet {
	const (
		hop, routing, fragment = layers.IPProtocolIPv6HopByHop, layers.IPProtocolIPv6Routing, layers.IPProtocolIPv6Fragment
		destination, ah        = layers.IPProtocolIPv6Destination, layers.IPProtocolAH
	)
	variants := []func(p *packet){
		func(p *packet) {},
		func(p *packet) { p.protocol = layers.IPProtocolUDP },
		func(p *packet) { p.tags = []tag{{etherVLAN, 77}} },
		func(p *packet) { p.tags = []tag{{etherOldQinQ, 0}} },
		func(p *packet) { p.tags = []tag{{etherQinQ, 77}, {etherVLAN, 5}} },
		func(p *packet) { p.tags = []tag{{etherVLAN, 5}, {etherVLAN, 77}} },
		func(p *packet) { p.more = true; p.extensions = []layers.IPProtocol{fragment} },
		func(p *packet) { p.fragment = 100; p.extensions = []layers.IPProtocol{fragment} },
		func(p *packet) { p.fragment, p.more = 1, true; p.extensions = []layers.IPProtocol{hop, fragment} },
		func(p *packet) {
			p.fragment, p.protocol, p.extensions = 1, layers.IPProtocolUDP, []layers.IPProtocol{fragment}
		},
		func(p *packet) { p.options = 1 },
		func(p *packet) { p.options = 10 },
		func(p *packet) { p.extensions = []layers.IPProtocol{hop} },
		func(p *packet) { p.extensions = []layers.IPProtocol{ah} },
		func(p *packet) { p.extensions = []layers.IPProtocol{hop, routing, destination} },
		func(p *packet) { p.extensions = []layers.IPProtocol{fragment, destination} },
		func(p *packet) {
			p.extensions = []layers.IPProtocol{hop, destination, routing, fragment, ah, destination}
		},
		func(p *packet) { p.extensions = slices.Repeat([]layers.IPProtocol{destination}, maxExtensions+1) },
		func(p *packet) { p.extensions = []layers.IPProtocol{hop}; p.tags = []tag{{etherVLAN, 9}} },
		func(p *packet) { p.extensions = []layers.IPProtocol{layers.IPProtocolESP} },
	}
	a4, b4, c4 := addr("10.0.0.5"), addr("10.1.2.3"), addr("192.168.7.9")
	a6, b6, c6 := addr("fd00::5"), addr("fd00:1::3"), addr("2001:db8::9")
	var all []packet
	for _, ends := range [][2]netip.Addr{{a4, b4}, {b4, a4}, {b4, c4}, {a6, b6}, {b6, a6}, {b6, c6}} {
		for _, ports := range [][2]uint16{{40000, 9876}, {10911, 40000}, {10905, 1}, {10912, 2}, {40000, 41000}} {
			for _, change := range variants {
				p := packet{four: ends[0].Is4(), src: ends[0], dst: ends[1], sport: ports[0], dport: ports[1], protocol: layers.IPProtocolTCP}
				change(&p)
				if p.four {
					p.extensions = nil
				} else {
					p.options = 0
				}
				if len(p.extensions) > 0 && p.extensions[0] == layers.IPProtocolESP { // nothing behind it can be read
					p.extensions, p.protocol = nil, layers.IPProtocolESP
				}
				all = append(all, p)
			}
		}
	}
	return append(all, packet{arp: true, src: a4, dst: b4}, packet{arp: true, src: a4, dst: b4, tags: []tag{{etherVLAN, 77}}})
}

func filters() []Filter {
	prefix := netip.MustParsePrefix
	return []Filter{
		{},
		{Ports: []PortRange{Port(9876)}},
		{Ports: DefaultPorts()},
		{Ports: []PortRange{{10900, 10909}, Port(2)}},
		{Ports: []PortRange{{0, 65535}}},
		{Hosts: []netip.Addr{addr("10.0.0.5"), addr("fd00::5")}},
		{Hosts: []netip.Addr{addr("192.168.7.9")}, Ports: []PortRange{Port(9876)}},
		{Nets: []netip.Prefix{prefix("192.168.0.0/16"), prefix("2001:db8::/35")}},
		{Nets: []netip.Prefix{prefix("0.0.0.0/0")}},
		{Nets: []netip.Prefix{prefix("fd00:1::2/127")}, Hosts: []netip.Addr{addr("2001:db8::9")}},
		{VLANs: []uint16{77}},
		{VLANs: []uint16{0}},
		{VLANs: []uint16{5, 9}, Ports: []PortRange{Port(9876)}, Hosts: []netip.Addr{addr("10.0.0.5"), addr("fd00::5")}},
	}
}

var layouts = map[string]Layout{"Ethernet": Ethernet, "EthernetSocket": EthernetSocket, "SLL": SLL, "SLL2": SLL2, "Raw": Raw, "CookedSocket": CookedSocket}

// The packets are what they say: gopacket reads from them what it was told to write.
func TestPackets(t *testing.T) {
	for _, p := range packets() {
		read := gopacket.NewPacket(p.frame(), layers.LinkTypeEthernet, gopacket.Default)
		if tcp, ok := read.TransportLayer().(*layers.TCP); ok && (tcp.SrcPort != layers.TCPPort(p.sport) || tcp.DstPort != layers.TCPPort(p.dport)) {
			t.Errorf("%+v: %s", p, read)
		}
		if n := read.NetworkLayer(); n != nil && n.NetworkFlow().Src().String() != p.src.String() {
			t.Errorf("%+v: %s", p, read)
		}
	}
}
