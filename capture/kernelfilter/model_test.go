package kernelfilter

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"testing"

	"golang.org/x/net/bpf"
)

// model reads a packet as a program of f should, in plain Go. decided is false where the fixed IP header is cut: what a
// program says then depends on how much of it is asked.
func model(f Filter, layout Layout, b []byte, aside beside) (wanted, decided bool) {
	u16 := func(at int) int {
		if len(b) < at+2 {
			return -1
		}
		return int(binary.BigEndian.Uint16(b[at:]))
	}
	at, kind := 0, -1
	switch layout {
	case Ethernet, EthernetSocket:
		at, kind = 14, u16(12)
	case SLL:
		at, kind = 16, u16(14)
	case SLL2:
		at, kind = 20, u16(0)
	case CookedSocket:
		kind = int(aside.kind)
	case Raw:
		if len(b) > 0 {
			kind = map[byte]int{4: etherIPv4, 6: etherIPv6}[b[0]>>4]
		}
	}
	vlan := -1 // of the outer tag
	if layout.socket() && aside.tagged {
		vlan = int(aside.tci & 0xfff)
	}
	for tags := 0; tags < maxTags && (kind == etherVLAN || kind == etherQinQ || kind == etherOldQinQ); tags++ {
		if tci := u16(at); vlan < 0 && tci >= 0 {
			vlan = tci & 0xfff
		}
		at, kind = at+4, u16(at+2)
	}
	if len(f.VLANs) > 0 && (vlan < 0 || !slices.Contains(f.VLANs, uint16(vlan))) {
		return false, true
	}
	switch kind {
	case etherIPv4:
		return model4(f, b[min(at, len(b)):])
	case etherIPv6:
		return model6(f, b[min(at, len(b)):])
	}
	return false, true
}

func model4(f Filter, b []byte) (wanted, decided bool) {
	if len(b) < 20 {
		return false, false
	}
	if b[9] != 6 || !modelAddresses(f, netip.AddrFrom4([4]byte(b[12:])), netip.AddrFrom4([4]byte(b[16:]))) {
		return false, true
	}
	if binary.BigEndian.Uint16(b[6:])&0x1fff != 0 {
		return true, true
	}
	return modelPorts(f, b[min(int(b[0]&15)*4, len(b)):]), true
}

func model6(f Filter, b []byte) (wanted, decided bool) {
	if len(b) < 40 {
		return false, false
	}
	if !modelAddresses(f, netip.AddrFrom16([16]byte(b[8:])), netip.AddrFrom16([16]byte(b[24:]))) {
		return false, true
	}
	next := b[6]
	b = b[40:]
	for range maxExtensions {
		n := 0
		switch {
		case next == 6:
			return modelPorts(f, b), true
		case len(b) < 2:
			return false, true
		case next == 0 || next == 43 || next == 60:
			n = (int(b[1]) + 1) * 8
		case next == 51:
			n = (int(b[1]) + 2) * 4
		case next == 44 && len(b) >= 4:
			if n = 8; binary.BigEndian.Uint16(b[2:])>>3 != 0 {
				return b[0] == 6, true
			}
		default:
			return false, true
		}
		next, b = b[0], b[min(n, len(b)):]
	}
	return next == 6 && modelPorts(f, b), true
}

func modelAddresses(f Filter, ends ...netip.Addr) bool {
	host := slices.ContainsFunc(ends, func(a netip.Addr) bool { return slices.Contains(f.Hosts, a) })
	net := slices.ContainsFunc(ends, func(a netip.Addr) bool {
		return slices.ContainsFunc(f.Nets, func(n netip.Prefix) bool { return n.Contains(a) })
	})
	return (host || len(f.Hosts) == 0) && (net || len(f.Nets) == 0)
}

func modelPorts(f Filter, b []byte) bool {
	for _, at := range []int{0, 2} {
		if len(b) < at+2 {
			break
		}
		port := binary.BigEndian.Uint16(b[at:])
		if slices.ContainsFunc(f.Ports, func(r PortRange) bool { return port >= r.First && port <= r.Last }) {
			return true
		}
	}
	return len(f.Ports) == 0
}

// machine is x/net's, with a program whose loads of what is beside a packet are made constants.
func machine(t testing.TB, code []bpf.Instruction, aside beside) *bpf.VM {
	t.Helper()
	run := slices.Clone(code)
	for i, c := range run {
		extension, ok := c.(bpf.LoadExtension)
		if !ok {
			continue
		}
		v := uint32(0)
		switch extension.Num {
		case bpf.ExtProto:
			v = uint32(aside.kind)
		case bpf.ExtVLANTag:
			v = uint32(aside.tci)
		case bpf.ExtVLANTagPresent:
			if aside.tagged {
				v = 1
			}
		default:
			t.Fatalf("extension %d", extension.Num)
		}
		run[i] = bpf.LoadConstant{Dst: bpf.RegA, Val: v}
	}
	vm, err := bpf.NewVM(run)
	if err != nil {
		t.Fatal(err)
	}
	return vm
}

// takes runs a program on a packet.
func takes(t testing.TB, code []bpf.Instruction, b []byte, aside beside) bool {
	t.Helper()
	n, err := machine(t, code, aside).Run(b)
	if err != nil {
		t.Fatal(err)
	}
	return n > 0
}
