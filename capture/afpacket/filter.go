//go:build linux

package afpacket

import (
	"fmt"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// maxProgram is the kernel's limit (BPF_MAXINSNS).
const maxProgram = 4096

// head is the part of a socket's program that does not come from the user. What a loopback interface sends it receives, too:
// one of both is left out, for every interface of that kind. index is the only interface to be taken; 0: the socket is bound
// to it, or takes all.
func head(index int) []bpf.Instruction {
	p := []bpf.Instruction{
		bpf.LoadExtension{Num: bpf.ExtType},
		bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: unix.PACKET_OUTGOING, SkipTrue: 3},
		bpf.LoadExtension{Num: bpf.ExtLinkLayerType},
		bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: unix.ARPHRD_LOOPBACK, SkipTrue: 1},
		bpf.RetConstant{Val: 0},
	}
	if index > 0 {
		p = append(p,
			bpf.LoadExtension{Num: bpf.ExtInterfaceIndex},
			bpf.JumpIf{Cond: bpf.JumpEqual, Val: uint32(index), SkipTrue: 1},
			bpf.RetConstant{Val: 0})
	}
	return p
}

// program joins the head and the user's program, which keeps at most so many bytes of a packet.
func program(index int, user []bpf.RawInstruction, snap int) ([]unix.SockFilter, error) {
	const retConstant = unix.BPF_RET | unix.BPF_K
	if len(user) == 0 {
		user = []bpf.RawInstruction{{Op: retConstant, K: uint32(snap)}}
	}
	first, err := bpf.Assemble(head(index))
	if err != nil {
		return nil, err
	}
	if n := len(first) + len(user); n > maxProgram {
		return nil, fmt.Errorf("the packet filter has %d instructions, the kernel takes %d: make the expression simpler", n, maxProgram)
	}
	var all []unix.SockFilter
	for _, i := range append(first, user...) {
		if i.Op == retConstant {
			i.K = min(i.K, uint32(snap))
		}
		all = append(all, unix.SockFilter{Code: i.Op, Jt: i.Jt, Jf: i.Jf, K: i.K})
	}
	return all, nil
}

// nothing is the program that rejects all packets.
var nothing = []unix.SockFilter{{Code: unix.BPF_RET | unix.BPF_K}}

// attach gives the socket a program in place of the one it has, at once.
func attach(fd int, p []unix.SockFilter) error {
	err := unix.SetsockoptSockFprog(fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &unix.SockFprog{Len: uint16(len(p)), Filter: &p[0]})
	if err != nil {
		return fmt.Errorf("the kernel refuses the packet filter: %w", err)
	}
	return nil
}
