// Package firewall makes the rules of Linux's packet filter that send connections to a listener, and takes them away again. It knows
// nothing of what the listener does.
package firewall

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
)

// Target is what is redirected: connections to a port, of some addresses or of all.
type Target struct {
	Prefix netip.Prefix // zero: every address
	Port   uint16
}

// ParseTarget reads PORT, ADDRESS:PORT or NETWORK/BITS:PORT, with brackets around IPv6.
func ParseTarget(s string) (Target, error) {
	host, port := "", s
	if strings.Contains(s, ":") {
		var err error
		if host, port, err = net.SplitHostPort(s); err != nil {
			return Target{}, fmt.Errorf("%q: %w: write 10911, 10.0.0.1:10911, 10.0.0.0/8:10911 or [2001:db8::1]:10911", s, err)
		}
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || n == 0 {
		return Target{}, fmt.Errorf("%q: a port is a number from 1 to 65535", s)
	}
	t := Target{Port: uint16(n)}
	if host == "" {
		return t, nil
	}
	if address, err := netip.ParseAddr(host); err == nil && address.Zone() == "" {
		address = address.Unmap()
		t.Prefix = netip.PrefixFrom(address, address.BitLen())
	} else if t.Prefix, err = netip.ParsePrefix(host); err != nil {
		return Target{}, fmt.Errorf("%q: %q is no address and no network: firewalls know no names", s, host)
	}
	t.Prefix = t.Prefix.Masked()
	return t, nil
}

func (t Target) in(v6 bool) bool {
	return !t.Prefix.IsValid() || t.Prefix.Addr().Is6() == v6
}

// Rules describe what sends connections to a listener whose Resolve is proxy.Redirect. All of
// them stand in a chain MQSNIFF of their own.
type Rules struct {
	Tool     string         // "iptables" or "nft"
	Listener netip.AddrPort // unspecified, or loopback if nothing is Incoming
	Targets  []Target
	// What the proxy itself sends must not come back to it. It is known by its user, or by the mark that MarkedDial puts on
	// its packets, which needs CAP_NET_ADMIN but leaves the clients free to be of the same user.
	UID  int    // negative: not known by it
	Mark uint32 // 0: not known by it
	// Incoming also redirects what comes to this machine or through it, not only what begins here.
	Incoming bool
}

// chain is the name of the chain; nft has it in a table of the same name in small letters.
const (
	chain    = "MQSNIFF"
	nftTable = "mqsniff"
)

func (r Rules) check() error {
	address := r.Listener.Addr()
	switch {
	case r.Tool != "iptables" && r.Tool != "nft":
		return fmt.Errorf("firewall tool %q: there are iptables and nft", r.Tool)
	case len(r.Targets) == 0:
		return errors.New("nothing to redirect: name the ports, such as 9876 and 10911")
	case r.UID < 0 && r.Mark == 0:
		return errors.New("without a user or a mark the proxy's own connections would be redirected to itself")
	case !address.IsUnspecified() && !address.IsLoopback():
		return fmt.Errorf("redirected connections arrive at a loopback address, not at %s: listen on 0.0.0.0 or 127.0.0.1", address)
	case r.Incoming && !address.IsUnspecified():
		return fmt.Errorf("redirected incoming connections do not arrive at %s: listen on 0.0.0.0 or [::]", address)
	}
	for _, t := range r.Targets {
		if t.Port == r.Listener.Port() && (!t.Prefix.IsValid() || t.Prefix.Addr().IsLoopback()) {
			return fmt.Errorf("port %d is the listener's own: listen on another", t.Port)
		}
		if t.Prefix.IsValid() && !r.family(t.Prefix.Addr().Is6()) {
			return fmt.Errorf("%s is not of the listener's family: listen on [::] for both", t.Prefix)
		}
	}
	return nil
}

// family tells whether the listener is reached over IPv6, or IPv4.
func (r Rules) family(v6 bool) bool {
	address := r.Listener.Addr()
	return address.Is6() == v6 || address == netip.IPv6Unspecified()
}

// Commands are those that make the rules and those that take them away again, each in its order. None needs a shell.
func (r Rules) Commands() (setup, teardown [][]string, err error) {
	if err := r.check(); err != nil {
		return nil, nil, err
	}
	for _, v6 := range []bool{false, true} {
		if r.family(v6) {
			up, down := r.commands(v6)
			setup, teardown = append(setup, up...), append(teardown, down...)
		}
	}
	return setup, teardown, nil
}

func (r Rules) commands(v6 bool) (setup, teardown [][]string) {
	if r.Tool == "nft" {
		return r.nft(v6)
	}
	return r.iptables(v6)
}

func command(s string, more ...string) []string { return append(strings.Fields(s), more...) }

// nat begins a command; -w waits for others that change the rules.
func nat(v6 bool) string {
	if v6 {
		return "ip6tables -w -t nat "
	}
	return "iptables -w -t nat "
}

// iptables jumps to the chain last, when it is whole, and first in taking it away.
func (r Rules) iptables(v6 bool) (setup, teardown [][]string) {
	nat := nat(v6)
	setup = append(setup, command(nat+"-N "+chain))
	for _, t := range r.Targets {
		if !t.in(v6) {
			continue
		}
		to := ""
		if t.Prefix.IsValid() {
			to = " -d " + t.Prefix.String()
		}
		setup = append(setup, command(fmt.Sprintf("%s-A %s -p tcp%s --dport %d -j REDIRECT --to-ports %d", nat, chain, to, t.Port, r.Listener.Port())))
	}
	own := ""
	if r.Mark != 0 {
		own += fmt.Sprintf(" -m mark ! --mark %#x", r.Mark)
	}
	if r.UID >= 0 {
		own += fmt.Sprintf(" -m owner ! --uid-owner %d", r.UID)
	}
	jumps := []string{"OUTPUT -p tcp" + own + " -j " + chain}
	if r.Incoming {
		jumps = append(jumps, "PREROUTING -p tcp -j "+chain)
	}
	for _, jump := range jumps {
		setup = append(setup, command(nat+"-I "+jump))
		teardown = append(teardown, command(nat+"-D "+jump))
	}
	return setup, append(teardown, command(nat+"-F "+chain), command(nat+"-X "+chain))
}

func nftFamily(v6 bool) string {
	if v6 {
		return "ip6"
	}
	return "ip"
}

// nft has chains in a table of their own, which comes just before those of others at the same hook.
func (r Rules) nft(v6 bool) (setup, teardown [][]string) {
	family := nftFamily(v6)
	table := family + " " + nftTable
	setup = append(setup, command("nft add table "+table))
	hook := func(name, hook, own string) {
		setup = append(setup, command("nft add chain "+table+" "+name, "{ type nat hook "+hook+" priority -101 ; }"))
		for _, t := range r.Targets {
			if !t.in(v6) {
				continue
			}
			to := ""
			if t.Prefix.IsValid() {
				to = family + " daddr " + t.Prefix.String() + " "
			}
			setup = append(setup, command(fmt.Sprintf("nft add rule %s %s %s%stcp dport %d redirect to :%d", table, name, own, to, t.Port, r.Listener.Port())))
		}
	}
	own := ""
	if r.Mark != 0 {
		own += fmt.Sprintf("meta mark != %#x ", r.Mark)
	}
	if r.UID >= 0 {
		own += fmt.Sprintf("meta skuid != %d ", r.UID)
	}
	hook(chain, "output", own)
	if r.Incoming {
		hook(chain+"_IN", "prerouting", "")
	}
	return setup, [][]string{command("nft delete table " + table)}
}

// release are the commands after which nothing more is redirected. The rules stay, as the kernel translates the packets of connections
// that were redirected only as long as there are any.
func (r Rules) release(v6 bool) [][]string {
	if r.Tool != "nft" {
		return [][]string{command(nat(v6) + "-I " + chain + " -j RETURN")}
	}
	insert := "nft insert rule " + nftFamily(v6) + " " + nftTable + " "
	commands := [][]string{command(insert + chain + " return")}
	if r.Incoming {
		commands = append(commands, command(insert+chain+"_IN return"))
	}
	return commands
}

var plainWord = regexp.MustCompile(`^[A-Za-z0-9_./:=,+@%-]+$`)

// ShellCommands are commands as a person types them, one on a line.
func ShellCommands(commands [][]string) string {
	var b strings.Builder
	for _, c := range commands {
		for i, word := range c {
			if i > 0 {
				b.WriteByte(' ')
			}
			if word != "!" && !plainWord.MatchString(word) {
				word = "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
			}
			b.WriteString(word)
		}
		b.WriteByte('\n')
	}
	return b.String()
}
