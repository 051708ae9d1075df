package kernelfilter

import (
	"encoding/binary"
	"net/netip"

	"golang.org/x/net/bpf"
)

// Layout is what a program finds before the IP header.
type Layout uint8

// The layouts.
const (
	// Ethernet: 14 bytes, and VLAN tags within the packet.
	Ethernet Layout = iota
	// EthernetSocket is Ethernet as a Linux socket sees it: the outer VLAN tag may be beside the packet
	// (SKF_AD_VLAN_TAG), or within.
	EthernetSocket
	// SLL and SLL2 are Linux cooked headers, of 16 and 20 bytes.
	SLL
	SLL2
	// Raw: the IP header comes first.
	Raw
	// CookedSocket is a Linux socket of type SOCK_DGRAM: the IP header comes first, a VLAN tag is beside the packet.
	CookedSocket
)

// Numbers of protocols: EtherTypes, and IANA's of IP.
const (
	etherIPv4, etherIPv6                                  = 0x0800, 0x86dd
	etherVLAN, etherQinQ, etherOldQinQ                    = 0x8100, 0x88a8, 0x9100
	ipTCP, ipHopByHop, ipRouting, ipFragment, ipAH        = 6, 0, 43, 44, 51
	ipDestination                                         = 60
	maxExtensions                                         = 4
	maxTags                                               = 2
	accepted                                       uint32 = 1 << 18 // bytes of a packet that are kept: libpcap's largest
)

// compiler writes one program. From the IP header on, X is where the header that is looked at begins.
type compiler struct {
	*program
	filter   Filter
	layout   Layout
	yes, no  label
	v4, v6   label
	whichVer label // the IP version is to be read from the header
}

// Compile makes the program for a layout.
func (f Filter) Compile(layout Layout) ([]bpf.Instruction, error) {
	p := newProgram()
	c := &compiler{program: p, filter: f, layout: layout, yes: p.label(), no: p.label(), v4: p.label(), v6: p.label(), whichVer: p.label()}
	switch layout {
	case Ethernet, EthernetSocket:
		c.link(12, 14)
	case SLL:
		c.link(14, 16)
	case SLL2:
		c.link(0, 20)
	default:
		c.bare()
	}
	c.place(c.whichVer)
	c.emit(bpf.LoadConstant{Dst: bpf.RegX, Val: 0}, bpf.LoadIndirect{Off: 0, Size: 1},
		bpf.ALUOpConstant{Op: bpf.ALUOpShiftRight, Val: 4})
	c.jumpIf(bpf.JumpEqual, 4, c.v4)
	c.jumpIf(bpf.JumpEqual, 6, c.v6)
	c.jump(c.no)
	c.ipv4()
	c.ipv6()
	c.place(c.yes)
	c.emit(bpf.RetConstant{Val: accepted})
	c.place(c.no)
	c.emit(bpf.RetConstant{Val: 0})
	return p.finish()
}

// bare looks at packets that begin with the IP header.
func (c *compiler) bare() {
	if len(c.filter.VLANs) > 0 {
		if c.layout != CookedSocket {
			c.jump(c.no)
			return
		}
		c.emit(bpf.LoadExtension{Num: bpf.ExtVLANTagPresent})
		c.jumpIf(bpf.JumpEqual, 0, c.no)
		c.tagBeside()
	}
	c.jump(c.whichVer)
}

// tagBeside goes to no unless the tag beside the packet is wanted.
func (c *compiler) tagBeside() {
	wanted := c.label()
	c.emit(bpf.LoadExtension{Num: bpf.ExtVLANTag}, bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: 0xfff})
	for _, v := range c.filter.VLANs {
		c.jumpIf(bpf.JumpEqual, uint32(v), wanted)
	}
	c.jump(c.no)
	c.place(wanted)
}

// link looks at a link-layer header whose EtherType is at typeAt, and finds what is behind VLAN tags. With those, type and
// header move on by four bytes each.
func (c *compiler) link(typeAt, header uint32) {
	tagged := len(c.filter.VLANs) > 0
	chosen := c.label()
	if tagged && c.layout == EthernetSocket {
		within := c.label()
		c.emit(bpf.LoadExtension{Num: bpf.ExtVLANTagPresent})
		c.jumpIf(bpf.JumpEqual, 0, within)
		c.tagBeside()
		c.jump(chosen)
		c.place(within)
	}
	if tagged { // the outer tag within the packet must be there and wanted
		outer := c.label()
		c.emit(bpf.LoadAbsolute{Off: typeAt, Size: 2})
		for _, t := range []uint32{etherVLAN, etherQinQ, etherOldQinQ} {
			c.jumpIf(bpf.JumpEqual, t, outer)
		}
		c.jump(c.no)
		c.place(outer)
		c.emit(bpf.LoadAbsolute{Off: header, Size: 2}, bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: 0xfff})
		for _, v := range c.filter.VLANs {
			c.jumpIf(bpf.JumpEqual, uint32(v), chosen)
		}
		c.jump(c.no)
	}
	c.place(chosen)
	for tags := range uint32(maxTags + 1) {
		at, begin := typeAt, header+4*tags
		if tags > 0 {
			at = begin - 2 // a tag ends with the type of what is behind it
		}
		next := c.label()
		four, six := c.label(), c.label()
		c.emit(bpf.LoadAbsolute{Off: at, Size: 2})
		c.jumpIf(bpf.JumpEqual, etherIPv4, four)
		c.jumpIf(bpf.JumpEqual, etherIPv6, six)
		if tags < maxTags {
			for _, t := range []uint32{etherVLAN, etherQinQ, etherOldQinQ} {
				c.jumpIf(bpf.JumpEqual, t, next)
			}
		}
		c.jump(c.no)
		c.place(four)
		c.begin(begin)
		c.jump(c.v4)
		c.place(six)
		c.begin(begin)
		c.jump(c.v6)
		c.place(next)
	}
	c.jump(c.no)
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
	if len(c.filter.Ports) == 0 {
		c.jump(c.yes)
		return
	}
	c.emit(bpf.LoadIndirect{Off: 6, Size: 2})
	c.jumpIf(bpf.JumpBitsSet, 0x1fff, c.yes) // a later fragment
	c.emit(bpf.LoadIndirect{Off: 0, Size: 1}, bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: 15}, bpf.ALUOpConstant{Op: bpf.ALUOpShiftLeft, Val: 2},
		bpf.ALUOpX{Op: bpf.ALUOpAdd}, bpf.TAX{})
	c.ports()
}

// ipv6 has X at the IP header.
func (c *compiler) ipv6() {
	c.place(c.v6)
	c.addresses(8, 24, false)
	// From here on scratch memory 0 is the type of the header at X.
	tcp := c.label()
	c.emit(bpf.LoadIndirect{Off: 6, Size: 1}, bpf.StoreScratch{Src: bpf.RegA, N: 0}, bpf.TXA{}, bpf.ALUOpConstant{Op: bpf.ALUOpAdd, Val: 40}, bpf.TAX{})
	for range maxExtensions {
		eights, fours, fragment, next := c.label(), c.label(), c.label(), c.label()
		c.emit(bpf.LoadScratch{Dst: bpf.RegA, N: 0})
		c.jumpIf(bpf.JumpEqual, ipTCP, tcp)
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
	c.jumpIf(bpf.JumpNotEqual, ipTCP, c.no)
	c.place(tcp)
	if len(c.filter.Ports) == 0 {
		c.jump(c.yes)
		return
	}
	c.ports()
}

// ports looks at the TCP header at X.
func (c *compiler) ports() {
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
