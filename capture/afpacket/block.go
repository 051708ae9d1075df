//go:build linux

package afpacket

import (
	"encoding/binary"
	"math"

	"github.com/mqsniff/mqsniff/capture/pcapfile"
	"golang.org/x/sys/unix"
)

// Offsets in a block: struct tpacket_block_desc with struct tpacket_hdr_v1.
const (
	blockStatus  = 8
	blockPackets = 12
	blockFirst   = 16
	blockHeader  = 48
)

// Offsets in a packet: struct tpacket3_hdr, followed by struct sockaddr_ll.
const (
	packetNext    = 0
	packetSeconds = 4
	packetNanos   = 8
	packetSnapLen = 12
	packetLen     = 16
	packetStatus  = 20
	packetMAC     = 24
	packetTCI     = 32
	packetTPID    = 36

	address         = 48
	addressProtocol = address + 2 // network order
	addressIndex    = address + 4
	addressHardware = address + 8
	addressKind     = address + 10
	addressLen      = address + 11
	addressBytes    = address + 12
	packetHeader    = address + unix.SizeofSockaddrLinklayer
)

const (
	sll2Header = 20
	vlanTag    = 4
	macs       = 12 // both addresses of an Ethernet header
	// reserve is asked of the kernel (PACKET_RESERVE), which leaves 16 bytes for a link header behind its own by itself,
	// so that this much is there before any packet.
	reserve  = 32
	headroom = max(sll2Header, vlanTag)
)

// walk goes through the packets of a block. Nothing in it is taken on trust: a fault of the kernel must not end the program.
type walk struct {
	link uint32
	snap int // bytes of a packet that are kept

	block   []byte
	at      int    // of the next packet's header
	left    uint32 // packets
	damaged uint64
}

func (w *walk) begin(block []byte) {
	w.block = block
	w.left = binary.NativeEndian.Uint32(block[blockPackets:])
	w.at = int(min(binary.NativeEndian.Uint32(block[blockFirst:]), math.MaxInt32))
}

// next makes the next packet in p, which borrows the block's memory and has no place in a file. false: there is none.
func (w *walk) next(p *pcapfile.Packet) bool {
	for w.left > 0 {
		if w.at < blockHeader || w.at > len(w.block)-packetHeader {
			w.damaged += uint64(w.left)
			w.left = 0
			return false
		}
		h := w.block[w.at:]
		w.left--
		if w.left > 0 { // the last packet's is 0
			step := int(min(binary.NativeEndian.Uint32(h[packetNext:]), math.MaxInt32))
			if step < packetHeader || step > len(h) {
				w.damaged += uint64(w.left)
				w.left = 0
			}
			w.at += step
		}
		if w.packet(h, p) {
			return true
		}
		w.damaged++
	}
	return false
}

// packet makes p of the packet whose header is at the beginning of h.
func (w *walk) packet(h []byte, p *pcapfile.Packet) bool {
	at := int(binary.NativeEndian.Uint16(h[packetMAC:]))
	captured := int(min(binary.NativeEndian.Uint32(h[packetSnapLen:]), math.MaxInt32))
	if at < packetHeader+headroom || at > len(h) || captured > len(h)-at {
		return false
	}
	end := at + captured
	original := int(min(binary.NativeEndian.Uint32(h[packetLen:]), math.MaxInt32-sll2Header))
	if w.link == LinkSLL2 {
		at -= sll2Header
		original += sll2Header
		sll2(h[at:], h)
	} else if w.link == LinkEthernet && binary.NativeEndian.Uint32(h[packetStatus:])&unix.TP_STATUS_VLAN_VALID != 0 && captured >= macs {
		copy(h[at-vlanTag:], h[at:at+macs])
		at -= vlanTag
		original += vlanTag
		tag(h[at+macs:], h)
	}
	end = min(end, at+w.snap)
	*p = pcapfile.Packet{
		Data:     h[at:end:end],
		Time:     int64(binary.NativeEndian.Uint32(h[packetSeconds:]))*1e9 + int64(binary.NativeEndian.Uint32(h[packetNanos:])),
		Original: max(original, end-at),
		Offset:   -1,
		Record:   -1,
		Link:     w.link,
	}
	return true
}

// sll2 writes a LINUX_SLL2 header (https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL2.html). A VLAN tag is left out, as
// libpcap does.
func sll2(b, h []byte) {
	copy(b[:2], h[addressProtocol:])
	b[2], b[3] = 0, 0
	binary.BigEndian.PutUint32(b[4:], binary.NativeEndian.Uint32(h[addressIndex:]))
	binary.BigEndian.PutUint16(b[8:], binary.NativeEndian.Uint16(h[addressHardware:]))
	b[10] = h[addressKind]
	b[11] = h[addressLen]
	n := copy(b[12:sll2Header], h[addressBytes:addressBytes+min(int(h[addressLen]), 8)])
	clear(b[12+n : sll2Header])
}

// tag writes a VLAN tag: TPID and TCI.
func tag(b, h []byte) {
	tpid := uint16(unix.ETH_P_8021Q)
	if binary.NativeEndian.Uint32(h[packetStatus:])&unix.TP_STATUS_VLAN_TPID_VALID != 0 {
		tpid = binary.NativeEndian.Uint16(h[packetTPID:])
	}
	binary.BigEndian.PutUint16(b, tpid)
	binary.BigEndian.PutUint16(b[2:], uint16(binary.NativeEndian.Uint32(h[packetTCI:])))
}
