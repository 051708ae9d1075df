package kernelfilter

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/bpf"
)

// packet is what a test sends, and what the model looks at.
type packet struct {
	name       string
	four       bool
	src, dst   netip.Addr
	sport      uint16
	dport      uint16
	protocol   byte   // of the innermost header
	extensions []byte // types of extension headers before it
	fragment   uint16 // offset in units of 8 bytes
	options    int    // words of IPv4 options
	tags       []uint16
	ether      uint16 // not 0: another EtherType
}

// wanted is the model: what Filter says in words.
func (p *packet) wanted(f Filter) bool {
	if p.ether != 0 || p.protocol != 6 || len(p.extensions) > maxExtensions || len(p.tags) > maxTags {
		return false
	}
	if len(f.VLANs) > 0 && (len(p.tags) == 0 || !slices.Contains(f.VLANs, p.tags[0])) {
		return false
	}
	either := func(n int, is func(i int, a netip.Addr) bool) bool {
		for i := range n {
			if is(i, p.src) || is(i, p.dst) {
				return true
			}
		}
		return n == 0
	}
	if !either(len(f.Hosts), func(i int, a netip.Addr) bool { return f.Hosts[i] == a }) ||
		!either(len(f.Nets), func(i int, a netip.Addr) bool { return f.Nets[i].Contains(a) }) {
		return false
	}
	if p.fragment > 0 || len(f.Ports) == 0 {
		return true
	}
	for _, r := range f.Ports {
		if p.sport >= r.First && p.sport <= r.Last || p.dport >= r.First && p.dport <= r.Last {
			return true
		}
	}
	return false
}

// bytes is the packet in a layout. Tags that a socket has beside the packet are not in it.
func (p *packet) bytes(layout Layout) []byte {
	u16 := binary.BigEndian.AppendUint16
	kind := uint16(etherIPv6)
	if p.four {
		kind = etherIPv4
	}
	if p.ether != 0 {
		kind = p.ether
	}
	var b []byte
	types := append([]uint16(nil), p.tags...)
	outer := kind
	if len(types) > 0 {
		outer = etherVLAN
		if len(types) > 1 {
			outer = etherQinQ
		}
	}
	switch layout {
	case Ethernet, EthernetSocket:
		b = u16(make([]byte, 12), outer)
	case SLL:
		b = u16(make([]byte, 14), outer)
	case SLL2:
		b = append(u16(nil, outer), make([]byte, 18)...)
	}
	if layout != Raw && layout != CookedSocket {
		for i, tag := range types {
			next := kind
			if i+1 < len(types) {
				next = etherVLAN
			}
			b = u16(u16(b, 0xe000|tag), next)
		}
	}
	tcp := u16(u16(nil, p.sport), p.dport)
	tcp = append(tcp, make([]byte, 16)...)
	if p.four {
		h := make([]byte, 20+4*p.options)
		h[0], h[9] = byte(0x45+p.options), p.protocol
		binary.BigEndian.PutUint16(h[6:], p.fragment|0x4000*0)
		copy(h[12:], p.src.AsSlice())
		copy(h[16:], p.dst.AsSlice())
		return append(append(b, h...), tcp...)
	}
	h := make([]byte, 40)
	h[0] = 0x60
	copy(h[8:], p.src.AsSlice())
	copy(h[24:], p.dst.AsSlice())
	chain := append(slices.Clone(p.extensions), p.protocol)
	h[6] = chain[0]
	for i, e := range p.extensions {
		x := make([]byte, 16)
		x[0], x[1] = chain[i+1], 1
		switch e {
		case ipFragment:
			x = x[:8]
			binary.BigEndian.PutUint16(x[2:], p.fragment<<3)
		case ipAH:
			x[1] = 2
		}
		h = append(h, x...)
	}
	return append(append(b, h...), tcp...)
}

func addr(s string) netip.Addr { return netip.MustParseAddr(s) }

func packets() []packet {
	a4, b4, c4 := addr("10.0.0.5"), addr("10.1.2.3"), addr("192.168.7.9")
	a6, b6, c6 := addr("fd00::5"), addr("fd00:1::3"), addr("2001:db8::9")
	var all []packet
	for _, four := range []bool{true, false} {
		ends := [][2]netip.Addr{{a4, b4}, {b4, a4}, {b4, c4}}
		if !four {
			ends = [][2]netip.Addr{{a6, b6}, {b6, a6}, {b6, c6}}
		}
		for _, e := range ends {
			for _, ports := range [][2]uint16{{40000, 9876}, {10911, 40000}, {10905, 1}, {10912, 2}, {40000, 41000}} {
				p := packet{four: four, src: e[0], dst: e[1], sport: ports[0], dport: ports[1], protocol: 6}
				all = append(all, p)
				udp := p
				udp.protocol = 17
				tagged, stacked, deep := p, p, p
				tagged.tags, stacked.tags, deep.tags = []uint16{77}, []uint16{77, 5}, []uint16{5, 77}
				all = append(all, udp, tagged, stacked, deep)
				later := p
				later.fragment = 100
				if four {
					options := p
					options.options = 10
					all = append(all, later, options)
					continue
				}
				later.extensions = []byte{ipFragment}
				extended, authenticated, first, long, endless := p, p, p, p, p
				extended.extensions = []byte{ipHopByHop, ipRouting, ipDestination}
				authenticated.extensions = []byte{ipAH}
				first.extensions = []byte{ipFragment, ipDestination}
				long.extensions = []byte{ipHopByHop, ipRouting, ipAH, ipDestination}
				endless.extensions = []byte{ipDestination, ipDestination, ipDestination, ipDestination, ipDestination}
				all = append(all, later, extended, authenticated, first, long, endless)
			}
		}
	}
	arp := packet{four: true, src: a4, dst: b4, protocol: 6, sport: 9876, ether: 0x0806}
	return append(all, arp)
}

func filters() []Filter {
	return []Filter{
		{},
		{Ports: []PortRange{Port(9876)}},
		{Ports: DefaultPorts()},
		{Ports: []PortRange{{10900, 10909}, Port(2)}},
		{Hosts: []netip.Addr{addr("10.0.0.5"), addr("fd00::5")}},
		{Hosts: []netip.Addr{addr("192.168.7.9")}, Ports: []PortRange{Port(9876)}},
		{Nets: []netip.Prefix{netip.MustParsePrefix("192.168.0.0/16"), netip.MustParsePrefix("2001:db8::/35")}},
		{Nets: []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0")}},
		{Nets: []netip.Prefix{netip.MustParsePrefix("fd00:1::/127")}, Hosts: []netip.Addr{addr("2001:db8::9")}},
		{VLANs: []uint16{77}},
		{VLANs: []uint16{5, 9}, Ports: []PortRange{Port(9876)}, Hosts: []netip.Addr{addr("10.0.0.5")}},
	}
}

var layouts = map[string]Layout{"Ethernet": Ethernet, "EthernetSocket": EthernetSocket, "SLL": SLL, "SLL2": SLL2, "Raw": Raw, "CookedSocket": CookedSocket}

// Every filter on every packet in every layout says what the model says.
func TestFilterMatrix(t *testing.T) {
	for name, layout := range layouts {
		for _, f := range filters() {
			code, err := f.Compile(layout)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range packets() {
				bare := layout == Raw || layout == CookedSocket
				if bare && p.ether != 0 {
					continue
				}
				want := p.wanted(f)
				if layout == Raw { // there are no tags: nothing is known of them
					q := p
					q.tags = nil
					want = q.wanted(f)
				}
				// A tag beside the packet, where a socket has it: every tag of a cooked one, the outer one of Ethernet.
				beside := [][]uint16{nil}
				if len(p.tags) > 0 && layout == EthernetSocket {
					beside = append(beside, p.tags[:1])
				}
				if len(p.tags) > 0 && layout == CookedSocket {
					beside = [][]uint16{p.tags[:1]}
				}
				for _, aside := range beside {
					q := p
					q.tags = p.tags[len(aside):]
					if got := interpret(t, code, q.bytes(layout), aside); got != want {
						t.Errorf("%s, %s: %+v, tag beside %v: %v, want %v", name, f, p, aside, got, want)
					}
				}
			}
		}
	}
}

// interpret runs a program. Without extensions in it this is x/net's VM; otherwise the loads of extensions are replaced by
// constants first.
func interpret(t *testing.T, code []bpf.Instruction, b []byte, beside []uint16) bool {
	t.Helper()
	run := slices.Clone(code)
	for i, c := range run {
		if x, ok := c.(bpf.LoadExtension); ok {
			v := uint32(0)
			if len(beside) > 0 {
				v = uint32(0xe000 | beside[0])
				if x.Num == bpf.ExtVLANTagPresent {
					v = 1
				}
			}
			run[i] = bpf.LoadConstant{Dst: bpf.RegA, Val: v}
		}
	}
	vm, err := bpf.NewVM(run)
	if err != nil {
		t.Fatal(err)
	}
	n, err := vm.Run(b)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := bpf.Assemble(code); err != nil {
		t.Fatal(err)
	}
	return n > 0
}

// tcpdump's own program for what String says agrees, except where it is known to look at less.
func TestTcpdumpAgrees(t *testing.T) {
	if _, err := exec.LookPath("tcpdump"); err != nil {
		t.Skip("tcpdump is not installed")
	}
	for name, layout := range map[string]Layout{"Ethernet": Ethernet, "SLL2": SLL2, "Raw": Raw} {
		for _, f := range filters() {
			if len(f.VLANs) > 1 || len(f.VLANs) > 0 && layout != Ethernet { // tcpdump cannot say it
				continue
			}
			raw, err := FromTcpdump(context.Background(), layout, f.String())
			if err != nil {
				t.Fatalf("%s: %v", f, err)
			}
			code, ok := bpf.Disassemble(raw)
			if !ok {
				t.Fatalf("%s: unknown instruction", f)
			}
			for _, p := range packets() {
				// tcpdump does not step over extension headers and tags that the expression does not name, and leaves
				// out later fragments where ports are named.
				if layout == Raw && p.ether != 0 || len(p.extensions) > 0 || p.fragment > 0 || len(p.tags) > 0 != (len(f.VLANs) > 0) || len(p.tags) > 1 {
					continue
				}
				if got, want := interpret(t, code, p.bytes(layout), nil), p.wanted(f); got != want {
					t.Errorf("%s, %s: %+v: tcpdump says %v", name, f, p, got)
				}
			}
		}
	}
}

func TestTcpdumpErrors(t *testing.T) {
	if _, err := exec.LookPath("tcpdump"); err != nil {
		t.Skip("tcpdump is not installed")
	}
	for _, expression := range []string{"tcp port", "nonsense here", "-w /tmp/x"} {
		if _, err := FromTcpdump(context.Background(), Ethernet, expression); err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: %v", expression, err)
		}
	}
}

func TestTcpdumpMissing(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	if _, err := FromTcpdump(context.Background(), Ethernet, "tcp"); err == nil || !strings.Contains(err.Error(), "--bpf") || errors.Is(err, exec.ErrNotFound) {
		t.Errorf("%v", err)
	}
}

// A filter with many alternatives has far jumps; one with too many is refused.
func TestLongFilters(t *testing.T) {
	var f Filter
	for i := range 300 {
		f.Ports = append(f.Ports, Port(uint16(2*i+1)))
	}
	code, err := f.Compile(Ethernet)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		port uint16
		want bool
	}{{599, true}, {600, false}, {1, true}} {
		p := packet{four: true, src: addr("1.1.1.1"), dst: addr("2.2.2.2"), sport: 50000, dport: c.port, protocol: 6}
		if got := interpret(t, code, p.bytes(Ethernet), nil); got != c.want {
			t.Errorf("port %d: %v", c.port, got)
		}
	}
	for i := range 1000 {
		f.Ports = append(f.Ports, Port(uint16(2*i+1000)))
	}
	if _, err := f.Compile(Ethernet); err == nil || !strings.Contains(err.Error(), "4096") {
		t.Errorf("%v", err)
	}
}

func TestFlags(t *testing.T) {
	ports, err := ParsePorts("9876, 10909-10912")
	if err != nil || !slices.Equal(ports, []PortRange{Port(9876), {10909, 10912}}) {
		t.Errorf("%v, %v", ports, err)
	}
	hosts, err := ParseHosts(context.Background(), "10.0.0.5,::1,::ffff:1.2.3.4")
	if err != nil || fmt.Sprint(hosts) != "[10.0.0.5 ::1 1.2.3.4]" {
		t.Errorf("%v, %v", hosts, err)
	}
	nets, err := ParseNets("10.9.8.7/8")
	if err != nil || fmt.Sprint(nets) != "[10.0.0.0/8]" {
		t.Errorf("%v, %v", nets, err)
	}
	for _, bad := range []string{"", "0", "65536", "1-", "-1", "5-4", "http", "1,,2"} {
		if _, err := ParsePorts(bad); err == nil || !strings.Contains(err.Error(), "port") {
			t.Errorf("ports %q: %v", bad, err)
		}
	}
	for _, bad := range []string{"", "10.0.0.0", "10.0.0.0/33"} {
		if _, err := ParseNets(bad); err == nil {
			t.Errorf("nets %q", bad)
		}
	}
	for _, bad := range []string{"", "4096", "-1"} {
		if _, err := ParseVLANs(bad); err == nil {
			t.Errorf("VLANs %q", bad)
		}
	}
	for _, bad := range []string{"", "no.such.host.invalid"} {
		if _, err := ParseHosts(context.Background(), bad); err == nil {
			t.Errorf("hosts %q", bad)
		}
	}
}

func TestParseDDD(t *testing.T) {
	code, err := ParseDDD(strings.NewReader("4\n40 0 0 12\n21 0 1 2048\n6 0 0 262144\n6 0 0 0\n"))
	if err != nil || len(code) != 4 || code[1] != (bpf.RawInstruction{Op: 21, Jf: 1, K: 2048}) {
		t.Errorf("%v, %v", code, err)
	}
	for bad, want := range map[string]string{
		"":                           "line 0",
		"x":                          "line 1",
		"0\n":                        "line 1",
		"5000\n":                     "line 1",
		"2\n6 0 0 0\n":               "1 of 2",
		"1\n6 0 0\n":                 "line 2",
		"1\n6 0 0 0\n6 0 0 0\n":      "line 3",
		"1\n40 0 0 12\n":             "must return",
		"2\n21 0 9 1\n6 0 0 0\n":     "jumps out",
		"2\n5 0 0 4000000\n6 0 0 0":  "jumps out",
		"2\n52 0 0 0\n6 0 0 0\n":     "divides by zero",
		"2\n65535 0 0 0\n6 0 0 0\n":  "no instruction",
		"1\n6 0 0 99999999999\n":     "line 2",
		"tcpdump: syntax error\n1\n": "line 1",
	} {
		if _, err := ParseDDD(strings.NewReader(bad)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", bad, err, want)
		}
	}
}

// What ParseDDD takes, the kernel's rules take, and it runs on any packet.
func FuzzParseDDD(f *testing.F) {
	f.Add("4\n40 0 0 12\n21 0 1 2048\n6 0 0 262144\n6 0 0 0\n", []byte("0123456789abcdef"))
	f.Add("2\n52 0 0 0\n6 0 0 0\n", []byte{})
	f.Fuzz(func(t *testing.T, text string, b []byte) {
		raw, err := ParseDDD(strings.NewReader(text))
		if err != nil {
			return
		}
		code, ok := bpf.Disassemble(raw)
		if !ok {
			t.Fatalf("%q has unknown instructions", text)
		}
		vm, err := bpf.NewVM(code)
		if err != nil {
			return // an extension that the VM has not
		}
		vm.Run(b)
	})
}
