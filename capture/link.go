package capture

import (
	"encoding/binary"
	"fmt"

	"github.com/google/gopacket/layers"
	"github.com/mqsniff/mqsniff/capture/pcapfile"
)

// Link types (https://www.tcpdump.org/linktypes.html).
const (
	linkNull     = 0
	linkEthernet = 1
	linkRawBSD   = 12
	linkRawOpen  = 14
	linkRaw      = 101
	linkLoop     = 108
	linkSLL      = 113
	linkIPv4     = 228
	linkIPv6     = 229
	linkSLL2     = 276
)

// EtherTypes.
const (
	etherIPv4 = 0x0800
	etherIPv6 = 0x86dd
	etherVLAN = 0x8100
	etherQinQ = 0x88a8
	etherOld  = 0x9100 // QinQ before 802.1ad
)

// network finds the IP packet in a frame of the link layer: it begins at p[at]. found is false for any other protocol;
// known is false for a link type that is not read here.
func network(link uint32, p []byte) (at int, found, known bool) {
	var kind uint16
	switch link {
	case linkEthernet:
		if len(p) < 14 {
			return 0, false, true
		}
		at, kind = 14, binary.BigEndian.Uint16(p[12:])
	case linkSLL:
		if len(p) < 16 {
			return 0, false, true
		}
		at, kind = 16, binary.BigEndian.Uint16(p[14:])
	case linkSLL2:
		if len(p) < 20 {
			return 0, false, true
		}
		at, kind = 20, binary.BigEndian.Uint16(p)
	case linkNull, linkLoop:
		return 4, len(p) >= 4 && internet(binary.LittleEndian.Uint32(p)), true
	case linkRaw, linkRawBSD, linkRawOpen, linkIPv4, linkIPv6:
		return 0, true, true
	default:
		return 0, false, false
	}
	for kind == etherVLAN || kind == etherQinQ || kind == etherOld {
		if len(p) < at+4 {
			return 0, false, true
		}
		kind = binary.BigEndian.Uint16(p[at+2:])
		at += 4
	}
	return at, kind == etherIPv4 || kind == etherIPv6, true
}

// internet tells whether a loopback header's address family is IPv4 or IPv6 on any system, in either byte order.
func internet(family uint32) bool {
	if family > 0xff {
		family = family >> 24 // the other order: the three other bytes are 0
	}
	switch family {
	case 2, 10, 24, 28, 30:
		return true
	}
	return false
}

// linkName is the name of a link type for people.
func linkName(link uint32) string {
	if link == pcapfile.NoInterface {
		return "interface not described in the file"
	}
	if link <= 0xff {
		if name := layers.LinkType(link).String(); name != "" && name != "UnknownLinkType" {
			return fmt.Sprintf("link type %d, %s", link, name)
		}
	}
	return fmt.Sprintf("link type %d", link)
}
