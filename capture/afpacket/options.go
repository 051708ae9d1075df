package afpacket

import (
	"errors"
	"net/netip"
	"time"

	"golang.org/x/net/bpf"
)

// Any is the name that stands for all interfaces, also those to come.
const Any = "any"

// Link types of a Ring (https://www.tcpdump.org/linktypes.html).
const (
	LinkEthernet = 1
	LinkRaw      = 101 // begins with the IP header
	LinkSLL2     = 276 // Linux cooked capture, version 2
)

// Defaults and limits of Options.
const (
	DefaultRing         = 32 << 20
	DefaultBlockTimeout = 50 * time.Millisecond

	// MaxSnapLen is what is kept of a packet when Options say nothing, in bytes; libpcap's own limit.
	MaxSnapLen = 256 << 10

	minRing = 512 << 10
	maxRing = 1 << 30
)

// Options say what is captured. Zero values mean the defaults.
type Options struct {
	Interface    string
	Ring         int           // bytes of each ring, 512 KiB to 1 GiB; 0: 32 MiB
	Rings        int           // so many, each with part of the connections (PACKET_FANOUT_HASH, symmetric since Linux 4.2); 0: 1
	BlockTimeout time.Duration // how long a packet may wait for its block to fill, whole ms; 0: 50 ms
	SnapLen      int           // bytes kept of each packet; 0: MaxSnapLen
	Promiscuous  bool          // not with Any
	// Filter makes the socket's program for a link type. nil, or a program without instructions: everything. The program
	// sees what the kernel has: with LinkSLL2 the packet begins at its network header.
	Filter func(link uint32) ([]bpf.RawInstruction, error)
	// Notice gets one line when the interface goes down, comes up, disappears or is back. It is called by Open and Wait.
	Notice func(string)
}

// Stats counts what became of packets since Open.
type Stats struct {
	Packets uint64 // put into the ring, as far as the kernel was asked: Wait does that when packets were lost, or none came
	Drops   uint64 // lost because the ring was full
	Freezes uint64 // how often the ring was full
	Damaged uint64 // packets that do not lie within their block: a fault of the kernel
}

// ErrNotPermitted says that the process lacks the capability CAP_NET_RAW.
var ErrNotPermitted = errors.New("capturing needs the capability CAP_NET_RAW")

// Interface is a network interface.
type Interface struct {
	Name      string
	Index     int
	Addresses []netip.Prefix
	MTU       int // bytes
	Up        bool
	Running   bool // has a carrier
	Loopback  bool
	Link      uint32 // what a Ring on it has
}
