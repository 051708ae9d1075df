package kernelfilter

import (
	"encoding/binary"
	"fmt"
	"net/netip"

	"golang.org/x/net/bpf"
)

// Layout is what a program finds before the IP header.
type Layout uint8

// The layouts: of the link types in capture files, and of Linux packet sockets, which have more to ask than the packet's bytes.
const (
	// Ethernet: 14 bytes, and VLAN tags within the packet.
	Ethernet Layout = iota
	// EthernetSocket is Ethernet as a Linux socket sees it: the outer VLAN tag may be beside the packet
	// (SKF_AD_VLAN_TAG), or within.
	EthernetSocket
	// SLL and SLL2 are Linux cooked headers, of 16 and 20 bytes.
	SLL
	SLL2
	// Raw: the IP header comes first. There are no VLAN tags.
	Raw
	// CookedSocket is a Linux socket of type SOCK_DGRAM: what follows the link-layer header comes first. The EtherType
	// (SKF_AD_PROTOCOL) is beside the packet, and the outer VLAN tag may be.
	CookedSocket
)

// socket tells whether a program for this layout may ask the kernel what is beside the packet.
func (l Layout) socket() bool { return l == EthernetSocket || l == CookedSocket }

// Numbers of protocols: EtherTypes, and IANA's of IP.
const (
	etherIPv4, etherIPv6                                  = 0x0800, 0x86dd
	etherVLAN, etherQinQ, etherOldQinQ                    = 0x8100, 0x88a8, 0x9100
	ipTCP, ipHopByHop, ipRouting, ipFragment, ipAH        = 6, 0, 43, 44, 51
	ipDestination                                         = 60
	maxExtensions                                         = 6 // as many as RFC 8200 recommends (section 4.1)
	maxTags                                               = 2
	accepted                                       uint32 = 1 << 18 // bytes of a packet that are kept: libpcap's largest
)

// compiler writes one program. From the IP header on, X is where the header that is looked at begins.
type compiler struct {
	*program
	filter  Filter
	yes, no label
	v4, v6  label
	tcp     label // the ports are to be looked at
}

// Compile makes the program for a layout. The error says what of the filter is none, or that the program is too long.
func (f Filter) Compile(layout Layout) ([]bpf.Instruction, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	p := newProgram()
	c := &compiler{program: p, filter: f, yes: p.label(), no: p.label(), v4: p.label(), v6: p.label(), tcp: p.label()}
	switch layout {
	case Ethernet, EthernetSocket:
		c.link(layout, bpf.LoadAbsolute{Off: 12, Size: 2}, 14)
	case SLL:
		c.link(layout, bpf.LoadAbsolute{Off: 14, Size: 2}, 16)
	case SLL2:
		c.link(layout, bpf.LoadAbsolute{Off: 0, Size: 2}, 20)
	case CookedSocket:
		c.link(layout, bpf.LoadExtension{Num: bpf.ExtProto}, 0)
	case Raw:
		c.raw()
	default:
		return nil, fmt.Errorf("layout %d is not known", layout)
	}
	c.ipv4()
	c.ipv6()
	c.ports()
	c.place(c.yes)
	c.emit(bpf.RetConstant{Val: accepted})
	c.place(c.no)
	c.emit(bpf.RetConstant{Val: 0})
	return p.finish()
}

// raw looks at the IP version.
func (c *compiler) raw() {
	if len(c.filter.VLANs) > 0 {
		c.jump(c.no)
	}
	c.begin(0)
	c.emit(bpf.LoadAbsolute{Off: 0, Size: 1}, bpf.ALUOpConstant{Op: bpf.ALUOpShiftRight, Val: 4})
	c.jumpIf(bpf.JumpEqual, 4, c.v4)
	c.jumpIf(bpf.JumpEqual, 6, c.v6)
	c.jump(c.no)
}

// link looks at the EtherType, which kind loads, of what begins at header, and finds the IP header behind VLAN tags.
func (c *compiler) link(layout Layout, kind bpf.Instruction, header uint32) {
	if len(c.filter.VLANs) > 0 {
		c.outerTag(layout, kind, header)
	}
	for range maxTags + 1 {
		four, six, tag := c.label(), c.label(), c.label()
		c.emit(kind)
		c.jumpIf(bpf.JumpEqual, etherIPv4, four)
		c.jumpIf(bpf.JumpEqual, etherIPv6, six)
		c.jumpIfTag(tag)
		c.jump(c.no)
		c.place(four)
		c.begin(header)
		c.jump(c.v4)
		c.place(six)
		c.begin(header)
		c.jump(c.v6)
		c.place(tag) // (IEEE 802.1Q, clause 9): two bytes with the VLAN, and the type of what follows
		kind, header = bpf.LoadAbsolute{Off: header + 2, Size: 2}, header+4
	}
	c.jump(c.no)
}

// outerTag goes to no unless there is a tag, beside the packet or else in it, and its VLAN is wanted.
func (c *compiler) outerTag(layout Layout, kind bpf.Instruction, header uint32) {
	number, wanted := c.label(), c.label()
	if layout.socket() {
		within := c.label()
		c.emit(bpf.LoadExtension{Num: bpf.ExtVLANTagPresent})
		c.jumpIf(bpf.JumpEqual, 0, within)
		c.emit(bpf.LoadExtension{Num: bpf.ExtVLANTag})
		c.jump(number)
		c.place(within)
	}
	tag := c.label()
	c.emit(kind)
	c.jumpIfTag(tag)
	c.jump(c.no)
	c.place(tag)
	c.emit(bpf.LoadAbsolute{Off: header, Size: 2})
	c.place(number) // 12 bits of it: priority and DEI stand before
	c.emit(bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: 0xfff})
	for _, v := range c.filter.VLANs {
		c.jumpIf(bpf.JumpEqual, uint32(v), wanted)
	}
	c.jump(c.no)
	c.place(wanted)
}

// jumpIfTag goes to l when A is the type of a VLAN tag.
func (c *compiler) jumpIfTag(l label) {
	for _, t := range []uint32{etherVLAN, etherQinQ, etherOldQinQ} {
		c.jumpIf(bpf.JumpEqual, t, l)
	}
}

// begin says where the IP header is.
func (c *compiler) begin(at uint32) {
	c.emit(bpf.LoadConstant{Dst: bpf.RegX, Val: at})
}

// ipv4 has X at the IP header.
func (c *compiler) ipv4() {
	c.place(c.v4)
	c.emit(bpf.LoadIndirect{Off: 9, Size: 1})
	c.jumpIf(bpf.JumpNotEqual, ipTCP, c.no)
	c.addresses(12, 16, true)
	c.emit(bpf.LoadIndirect{Off: 6, Size: 2})
	c.jumpIf(bpf.JumpBitsSet, 0x1fff, c.yes) // a later fragment
	c.emit(bpf.LoadIndirect{Off: 0, Size: 1}, bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: 15}, bpf.ALUOpConstant{Op: bpf.ALUOpShiftLeft, Val: 2},
		bpf.ALUOpX{Op: bpf.ALUOpAdd}, bpf.TAX{})
	c.jump(c.tcp)
}

// ipv6 has X at the IP header.
func (c *compiler) ipv6() {
	c.place(c.v6)
	c.addresses(8, 24, false)
	// From here on scratch memory 0 is the type of the header at X.
	c.emit(bpf.LoadIndirect{Off: 6, Size: 1}, bpf.StoreScratch{Src: bpf.RegA, N: 0}, bpf.TXA{}, bpf.ALUOpConstant{Op: bpf.ALUOpAdd, Val: 40}, bpf.TAX{})
	for range maxExtensions {
		eights, fours, fragment, next := c.label(), c.label(), c.label(), c.label()
		c.emit(bpf.LoadScratch{Dst: bpf.RegA, N: 0})
		c.jumpIf(bpf.JumpEqual, ipTCP, c.tcp)
		for _, t := range []uint32{ipHopByHop, ipRouting, ipDestination} {
			c.jumpIf(bpf.JumpEqual, t, eights)
		}
		c.jumpIf(bpf.JumpEqual, ipFragment, fragment)
		c.jumpIf(bpf.JumpEqual, ipAH, fours)
		c.jump(c.no)
		c.place(eights) // (RFC 8200, section 4.3)
		c.emit(bpf.LoadIndirect{Off: 0, Size: 1}, bpf.StoreScratch{Src: bpf.RegA, N: 0}, bpf.LoadIndirect{Off: 1, Size: 1},
			bpf.ALUOpConstant{Op: bpf.ALUOpAdd, Val: 1}, bpf.ALUOpConstant{Op: bpf.ALUOpShiftLeft, Val: 3})
		c.jump(next)
		c.place(fours) // (RFC 4302, section 2.2)
		c.emit(bpf.LoadIndirect{Off: 0, Size: 1}, bpf.StoreScratch{Src: bpf.RegA, N: 0}, bpf.LoadIndirect{Off: 1, Size: 1},
			bpf.ALUOpConstant{Op: bpf.ALUOpAdd, Val: 2}, bpf.ALUOpConstant{Op: bpf.ALUOpShiftLeft, Val: 2})
		c.jump(next)
		c.place(fragment) // (RFC 8200, section 4.5)
		c.emit(bpf.LoadIndirect{Off: 0, Size: 1}, bpf.StoreScratch{Src: bpf.RegA, N: 0}, bpf.LoadIndirect{Off: 2, Size: 2})
		c.emit(bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: 0xfff8})
		later := c.label()
		c.jumpIf(bpf.JumpNotEqual, 0, later)
		c.emit(bpf.LoadConstant{Dst: bpf.RegA, Val: 8})
		c.jump(next)
		c.place(later) // of TCP: its addresses matched, its ports are elsewhere
		c.emit(bpf.LoadScratch{Dst: bpf.RegA, N: 0})
		c.jumpIf(bpf.JumpEqual, ipTCP, c.yes)
		c.jump(c.no)
		c.place(next)
		c.emit(bpf.ALUOpX{Op: bpf.ALUOpAdd}, bpf.TAX{})
	}
	c.emit(bpf.LoadScratch{Dst: bpf.RegA, N: 0})
	c.jumpIf(bpf.JumpEqual, ipTCP, c.tcp)
	c.jump(c.no)
}

// ports looks at the TCP header at X.
func (c *compiler) ports() {
	c.place(c.tcp)
	if len(c.filter.Ports) == 0 {
		c.jump(c.yes)
		return
	}
	for _, off := range []uint32{0, 2} {
		c.emit(bpf.LoadIndirect{Off: off, Size: 2})
		for _, r := range c.filter.Ports {
			if r.First == r.Last {
				c.jumpIf(bpf.JumpEqual, uint32(r.First), c.yes)
				continue
			}
			below := c.label()
			c.jumpIf(bpf.JumpLessThan, uint32(r.First), below)
			c.jumpIf(bpf.JumpLessOrEqual, uint32(r.Last), c.yes)
			c.place(below)
		}
	}
	c.jump(c.no)
}

// addresses goes to no unless hosts and nets are met by the source or the destination. X is at the IP header.
func (c *compiler) addresses(source, destination uint32, four bool) {
	var hosts []netip.Prefix
	for _, h := range c.filter.Hosts {
		h = h.Unmap()
		hosts = append(hosts, netip.PrefixFrom(h, h.BitLen()))
	}
	for _, group := range [][]netip.Prefix{hosts, c.filter.Nets} {
		if len(group) == 0 {
			continue
		}
		met := c.label()
		for _, p := range group {
			if p.Addr().Is4() == four {
				c.address(p, source, met)
				c.address(p, destination, met)
			}
		}
		c.jump(c.no)
		c.place(met)
	}
}

// address goes to met when the address at off is within p.
func (c *compiler) address(p netip.Prefix, off uint32, met label) {
	other := c.label()
	b := p.Addr().AsSlice()
	for bits := p.Bits(); bits > 0; bits -= 32 {
		c.emit(bpf.LoadIndirect{Off: off, Size: 4})
		want := binary.BigEndian.Uint32(b)
		if bits < 32 {
			mask := ^uint32(0) << (32 - bits)
			c.emit(bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: mask})
			want &= mask
		}
		c.jumpIf(bpf.JumpNotEqual, want, other)
		b, off = b[4:], off+4
	}
	c.jump(met)
	c.place(other)
}
