//go:build linux

package afpacket

import (
	"encoding/binary"
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// newSocket makes a packet socket that gets nothing before it is bound: its protocol is 0. So the filter and the ring are
// there before the first packet.
func newSocket(kind int) (int, error) {
	fd, err := unix.Socket(unix.AF_PACKET, kind|unix.SOCK_CLOEXEC, 0)
	switch {
	case err == nil:
		return fd, nil
	case errors.Is(err, unix.EPERM), errors.Is(err, unix.EACCES):
		return -1, ErrNotPermitted
	case errors.Is(err, unix.EAFNOSUPPORT):
		return -1, errors.New("this kernel has no packet sockets (AF_PACKET): load the module af_packet, or capture elsewhere and read the file")
	}
	return -1, fmt.Errorf("packet socket: %w", err)
}

// MayCapture tells whether this process may make packet sockets. The error is that of Open, nil: it may.
func MayCapture() error {
	fd, err := newSocket(unix.SOCK_RAW)
	if err != nil {
		return err
	}
	return unix.Close(fd)
}

// bind begins the capture. index 0 is all interfaces.
func bind(fd, index int) error {
	all := binary.NativeEndian.Uint16([]byte{unix.ETH_P_ALL >> 8, unix.ETH_P_ALL & 0xff}) // in network order
	return unix.Bind(fd, &unix.SockaddrLinklayer{Protocol: all, Ifindex: index})
}

// boundTo is the index of the interface that the socket is bound to. The kernel sets it to -1 when the interface goes.
func boundTo(fd int) int {
	a, err := unix.Getsockname(fd)
	if l, ok := a.(*unix.SockaddrLinklayer); ok && err == nil {
		return l.Ifindex
	}
	return -1
}

// layout cuts a ring of so many bytes into blocks. Large ones cost fewer calls; a packet must fit into one, and a few blocks
// are needed so that the kernel fills one while another is read.
func layout(bytes int) unix.TpacketReq3 {
	block := 1 << 20
	for bytes/block < 4 {
		block /= 2
	}
	const frame = 2048 // only a check of the kernel's: in a block packets take what they need
	n := bytes / block
	return unix.TpacketReq3{
		Block_size: uint32(block), Block_nr: uint32(n),
		Frame_size: frame, Frame_nr: uint32(block / frame * n),
	}
}

// mapRing makes the ring and maps it.
func mapRing(fd int, o *Options) (memory []byte, block int, err error) {
	if err := unix.SetsockoptInt(fd, unix.SOL_PACKET, unix.PACKET_VERSION, unix.TPACKET_V3); err != nil {
		return nil, 0, fmt.Errorf("this kernel has no TPACKET_V3 (Linux 3.2 or later has): %w", err)
	}
	if err := unix.SetsockoptInt(fd, unix.SOL_PACKET, unix.PACKET_RESERVE, reserve); err != nil {
		return nil, 0, fmt.Errorf("PACKET_RESERVE: %w", err)
	}
	req := layout(o.Ring)
	req.Retire_blk_tov = uint32(o.BlockTimeout.Milliseconds())
	if err := unix.SetsockoptTpacketReq3(fd, unix.SOL_PACKET, unix.PACKET_RX_RING, &req); err != nil {
		if errors.Is(err, unix.ENOMEM) {
			return nil, 0, fmt.Errorf("the kernel has no memory for a ring of %d MiB: choose a smaller one", o.Ring>>20)
		}
		return nil, 0, fmt.Errorf("PACKET_RX_RING: %w", err)
	}
	memory, err = unix.Mmap(fd, 0, int(req.Block_size*req.Block_nr), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return nil, 0, fmt.Errorf("mapping the ring of %d MiB: %w", o.Ring>>20, err)
	}
	return memory, int(req.Block_size), nil
}

// noGroup asks for a new fanout group; 0 is a group's number, too.
const noGroup = -1

// join makes the socket a member of a fanout group, which shares packets by connection. It returns the group's number.
func join(fd, group int) (int, error) {
	how := unix.PACKET_FANOUT_HASH<<16 | group
	if group == noGroup {
		how = (unix.PACKET_FANOUT_HASH | unix.PACKET_FANOUT_FLAG_UNIQUEID) << 16
	}
	if err := unix.SetsockoptInt(fd, unix.SOL_PACKET, unix.PACKET_FANOUT, how); err != nil {
		return 0, fmt.Errorf("PACKET_FANOUT: %w: capture with one ring", err)
	}
	how, err := unix.GetsockoptInt(fd, unix.SOL_PACKET, unix.PACKET_FANOUT)
	return how & 0xffff, err
}

// promiscuous makes the interface take frames for other machines, as long as the socket is open.
func promiscuous(fd, index int) error {
	return unix.SetsockoptPacketMreq(fd, unix.SOL_PACKET, unix.PACKET_ADD_MEMBERSHIP,
		&unix.PacketMreq{Ifindex: int32(index), Type: unix.PACKET_MR_PROMISC})
}
