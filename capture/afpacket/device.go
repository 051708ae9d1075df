//go:build linux

package afpacket

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// device is a network interface as ioctl shows it (netdevice(7)).
type device struct {
	index    int // 0: there is none of that name
	flags    uint16
	hardware uint16 // ARPHRD_…
}

// lookUp asks for the interface, on any socket.
func lookUp(fd int, name string) (d device) {
	r, err := unix.NewIfreq(name)
	if err != nil || unix.IoctlIfreq(fd, unix.SIOCGIFINDEX, r) != nil {
		return device{}
	}
	index := r.Uint32()
	if r, _ = unix.NewIfreq(name); unix.IoctlIfreq(fd, unix.SIOCGIFFLAGS, r) != nil {
		return device{}
	}
	flags := r.Uint16()
	if r, _ = unix.NewIfreq(name); unix.IoctlIfreq(fd, unix.SIOCGIFHWADDR, r) != nil {
		return device{}
	}
	return device{int(index), flags, r.Uint16()} // the family of a struct sockaddr
}

func (d device) up() bool { return d.flags&unix.IFF_UP != 0 }

// link is the link type of a ring on the interface, and what its socket must be. Where the link layer's header is not known
// to be there always, as with PPP, the kernel's cooked form is.
func (d device) link() (link uint32, kind int) {
	switch d.hardware {
	case unix.ARPHRD_ETHER, unix.ARPHRD_LOOPBACK:
		return LinkEthernet, unix.SOCK_RAW
	case unix.ARPHRD_NONE, unix.ARPHRD_RAWIP:
		return LinkRaw, unix.SOCK_RAW
	}
	return LinkSLL2, unix.SOCK_DGRAM
}

// state is what is known of a ring's interface.
type state uint8

const (
	isUp state = iota
	isDown
	isGone
	isOther // is there again, with another link type
)

// lookEvery is how often an interface is looked at, apart from when the kernel says that it went down.
const lookEvery = time.Second

// watch follows the interface. When it comes up again the kernel goes on by itself; when it was deleted and made again, the
// socket is bound to the new one.
func (r *Ring) watch() {
	if now := time.Now(); r.suspect || now.Sub(r.looked) >= lookEvery {
		r.looked, r.suspect = now, false
		r.become(r.look())
	}
}

func (r *Ring) look() state {
	d := lookUp(r.fd, r.o.Interface)
	if d.index == 0 {
		return isGone
	}
	if link, _ := d.link(); link != r.walk.link {
		return isOther
	}
	if r.filtersIndex {
		if r.index != d.index {
			r.mu.Lock()
			defer r.mu.Unlock()
			if r.index = d.index; r.attachLocked() != nil {
				return isGone
			}
			r.promiscuous()
		}
	} else if boundTo(r.fd) != d.index {
		if bind(r.fd, d.index) != nil { // gone again, perhaps: the next look will show
			return isGone
		}
		r.index = d.index
		r.promiscuous()
	}
	if !d.up() {
		return isDown
	}
	return isUp
}

func (r *Ring) become(s state) {
	if s == r.state {
		return
	}
	r.state = s
	switch s {
	case isUp:
		r.notice("%s is up again: the capture goes on", r.o.Interface)
	case isDown:
		r.notice("%s is down: the capture goes on when it is up", r.o.Interface)
	case isGone:
		r.notice("%s disappeared: the capture goes on when there is an interface of that name", r.o.Interface)
	case isOther:
		r.notice("%s is another kind of interface now: begin the capture again", r.o.Interface)
	}
}

func (r *Ring) notice(format string, a ...any) {
	if r.o.Notice != nil {
		r.o.Notice(fmt.Sprintf(format, a...))
	}
}

// Interfaces returns all network interfaces, in the kernel's order. It needs no privilege.
func Interfaces() ([]Interface, error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("listing interfaces: %w", err)
	}
	defer unix.Close(fd)
	list, err := net.Interfaces()
	if err != nil {
		return nil, fmt.Errorf("listing interfaces: %w", err)
	}
	var all []Interface
	for _, n := range list {
		link, _ := lookUp(fd, n.Name).link()
		i := Interface{
			Name: n.Name, Index: n.Index, MTU: n.MTU, Link: link, Up: n.Flags&net.FlagUp != 0,
			Running: n.Flags&net.FlagRunning != 0, Loopback: n.Flags&net.FlagLoopback != 0,
		}
		addresses, _ := n.Addrs() // an interface that went since then has none
		for _, a := range addresses {
			if p, err := netip.ParsePrefix(a.String()); err == nil {
				i.Addresses = append(i.Addresses, p)
			}
		}
		all = append(all, i)
	}
	return all, nil
}

// noInterface is the error for a name that no interface has.
func noInterface(name string) error {
	const most = 20
	list, _ := net.Interfaces()
	names := []string{Any}
	for _, i := range list[:min(len(list), most)] {
		names = append(names, i.Name)
	}
	if len(list) > most {
		names = append(names, fmt.Sprintf("and %d more", len(list)-most))
	}
	return fmt.Errorf("no interface %q: there are %s", name, strings.Join(names, ", "))
}

// Distinct returns an error if two of the names are of one interface, whose packets would come twice: an interface may have
// several names (ip-link(8), property altname). A name that no interface has is not looked at.
func Distinct(names []string) error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("looking up interfaces: %w", err)
	}
	defer unix.Close(fd)
	byIndex := map[int]string{}
	for _, name := range names {
		index := lookUp(fd, name).index
		if other, ok := byIndex[index]; ok && index != 0 && other != name {
			return fmt.Errorf("%s and %s are one interface: leave one out", other, name)
		}
		byIndex[index] = name
	}
	return nil
}
