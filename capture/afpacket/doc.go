// Package afpacket captures packets on Linux without libpcap: a PACKET_RX_RING in TPACKET_V3 form, memory that the kernel
// fills and this process reads where it lies.
//
//	kernel ─> socket filter ─> ring of blocks ─> Wait: one block ─> Next: one packet ─> pcapfile.Packet
//	          (filter.go)      (socket.go)       (ring.go)          (block.go)
//
// The kernel hands over a block when it is full or Options.BlockTimeout has passed; until the next Wait it is this
// process's. When every block is this process's, the kernel drops packets (it calls the ring frozen), always between two
// blocks: so what is lost is told at the beginning of a block. The kernel has one counter, so a loss that follows before
// that block is read is told there, too.
//
// A frame is changed in the room before it, as libpcap does (pcap-linux.c): the VLAN tag that the kernel took out of an
// Ethernet frame is put back, and a packet of a cooked socket gets its LINUX_SLL2 header.
//
// After Open no privilege is needed, not even to follow an interface that is deleted and made again (device.go).
//
// Facts are from Documentation/networking/packet_mmap.rst, net/packet/af_packet.c and packet(7).
package afpacket
