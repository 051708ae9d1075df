package kernelfilter

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/google/gopacket/layers"
	"golang.org/x/net/bpf"
)

func compile(t testing.TB, f Filter, layout Layout) []bpf.Instruction {
	t.Helper()
	code, err := f.Compile(layout)
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// Every filter on every packet in every layout says what is wanted, and so does the model.
func TestMatrix(t *testing.T) {
	for name, layout := range layouts {
		for _, f := range filters() {
			code := compile(t, f, layout)
			for _, p := range packets() {
				if layout == Raw {
					if p.arp {
						continue
					}
					p.tags = nil // nothing is known of them
				}
				for _, taken := range []bool{false, true} {
					b, aside := p.split(layout, taken)
					want := p.wanted(f)
					if got, decided := model(f, layout, b, aside); got != want || !decided {
						t.Errorf("%s, %s: %+v, tag taken %v: the model says %v, want %v", name, f, p, taken, got, want)
					}
					if got := takes(t, code, b, aside); got != want {
						t.Errorf("%s, %s: %+v, tag taken %v: %v, want %v", name, f, p, taken, got, want)
					}
				}
			}
		}
	}
}

// A program runs on any bytes, and says what the model says.
func FuzzProgram(f *testing.F) {
	ipv6 := packet{src: addr("fd00::5"), dst: addr("fd00:1::3"), sport: 9876, dport: 2, protocol: 6, extensions: []layers.IPProtocol{0, 43, 44, 51, 60}}
	ipv4 := packet{four: true, src: addr("10.0.0.5"), dst: addr("10.1.2.3"), sport: 9876, dport: 2, protocol: 6, options: 3}
	for _, layout := range layouts {
		for _, p := range []packet{ipv4, ipv6} {
			p.tags = []tag{{etherQinQ, 77}, {etherVLAN, 5}}
			b, aside := p.split(layout, true)
			f.Add(b, uint8(layout), uint8(1), aside.kind, aside.tagged, aside.tci)
			f.Add(b[:len(b)-18], uint8(layout), uint8(3), aside.kind, aside.tagged, aside.tci)
		}
	}
	all := filters()
	f.Fuzz(func(t *testing.T, b []byte, layout, which uint8, kind uint16, tagged bool, tci uint16) {
		l, filter, aside := Layout(layout%6), all[int(which)%len(all)], beside{kind, tagged, tci}
		got := takes(t, compile(t, filter, l), b, aside)
		if want, decided := model(filter, l, b, aside); decided && got != want {
			t.Fatalf("%s on layout %d: %v, want %v", filter, l, got, want)
		}
	})
}

// A filter with many alternatives has far jumps; one with too many is refused.
func TestLongFilters(t *testing.T) {
	var f Filter
	for i := range 600 {
		f.Ports = append(f.Ports, Port(uint16(2*i+1)))
	}
	for i := range 100 {
		f.VLANs = append(f.VLANs, uint16(3*i))
		f.Nets = append(f.Nets, netip.PrefixFrom(netip.AddrFrom4([4]byte{1, byte(i), 3, 0}), 24))
	}
	code := compile(t, f, EthernetSocket)
	if raw, err := bpf.Assemble(code); err != nil {
		t.Error(err)
	} else if at, why := broken(raw); why != "" {
		t.Errorf("instruction %d: %s", at, why)
	}
	for _, c := range []struct {
		port, vlan uint16
		net        byte
		want       bool
	}{{1199, 297, 99, true}, {1200, 297, 99, false}, {1, 297, 99, true}, {1, 298, 99, false}, {1, 0, 0, true}, {1, 0, 100, false}} {
		p := packet{four: true, src: netip.AddrFrom4([4]byte{1, c.net, 3, 200}), dst: addr("2.2.2.2"), sport: 50000, dport: c.port,
			protocol: 6, tags: []tag{{etherVLAN, c.vlan}}}
		for _, taken := range []bool{false, true} {
			b, aside := p.split(EthernetSocket, taken)
			if got := takes(t, code, b, aside); got != c.want {
				t.Errorf("%+v, tag taken %v: %v", c, taken, got)
			}
		}
	}
	f.Ports = slices.Repeat(f.Ports, 2)
	if _, err := f.Compile(Ethernet); err == nil || !strings.Contains(err.Error(), "4096") {
		t.Errorf("%v", err)
	}
}

// Regression: an invalid address or network had no bits to compare, and took all IPv6 packets.
func TestInvalidFilters(t *testing.T) {
	for _, f := range []Filter{
		{Hosts: []netip.Addr{{}}},
		{Nets: []netip.Prefix{{}}},
		{Nets: []netip.Prefix{netip.PrefixFrom(addr("10.0.0.0"), 33)}},
		{Nets: []netip.Prefix{netip.PrefixFrom(addr("::ffff:10.0.0.0"), 104)}},
		{Ports: []PortRange{{2, 1}}},
		{VLANs: []uint16{4096}},
	} {
		if code, err := f.Compile(Ethernet); err == nil || code != nil {
			t.Errorf("%+v is taken", f)
		}
	}
	if _, err := (Filter{}).Compile(99); err == nil {
		t.Error("layout 99 is taken")
	}
}

// An IPv4 host may be written as IPv6, and a network with bits behind its prefix.
func TestOddAddresses(t *testing.T) {
	p := packet{four: true, src: addr("10.0.0.5"), dst: addr("10.1.2.3"), protocol: 6}
	for _, f := range []Filter{
		{Hosts: []netip.Addr{addr("::ffff:10.1.2.3")}},
		{Nets: []netip.Prefix{netip.MustParsePrefix("10.0.0.77/24")}},
	} {
		if !takes(t, compile(t, f, Ethernet), p.frame(), beside{}) {
			t.Errorf("%s does not take %+v", f, p)
		}
	}
	if got := (Filter{Nets: []netip.Prefix{netip.MustParsePrefix("10.0.0.77/24")}}).String(); got != "tcp and net 10.0.0.0/24" {
		t.Error(got)
	}
}

func TestString(t *testing.T) {
	f := Filter{Ports: []PortRange{Port(9876), {10909, 10912}}, Hosts: []netip.Addr{addr("10.0.0.5"), addr("fd00::5")},
		Nets: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}, VLANs: []uint16{5}}
	want := "vlan 5 and tcp and (host 10.0.0.5 or host fd00::5) and net 10.0.0.0/8 and (port 9876 or portrange 10909-10912)"
	if got := f.String(); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got := (Filter{}).String(); got != "tcp" {
		t.Error(got)
	}
}
