//go:build linux

package e2e

import (
	"os/exec"
	"strings"
	"testing"
)

// mode is a way to stand between clients and a cluster.
type mode struct {
	name    string
	cluster options  // what the cluster is like, beside its version
	proxy   []string // flags
	client  driveOptions
	goes    bool // the Go client can go this way, too
	// everything: a client that looks a message up goes to the address in the offset message id, which nobody rewrites.
	everything bool
	setup      func(t *testing.T) // what must be there; nil: nothing
}

// nameServerMode has the proxy as its clients' name server, with brokers 10000 ports above their own.
func nameServerMode() mode {
	return mode{name: "name server", cluster: options{slave: true}, goes: true,
		proxy:  []string{"-n", "127.0.0.1:9876", "--listen", "127.0.0.1:19876", "--ports", "offset:10000"},
		client: driveOptions{nameServer: "127.0.0.1:19876", broker: "127.0.0.1:20911"}}
}

// redirectMode has the kernel bring all connections to the proxy.
func redirectMode() mode {
	return mode{name: "redirect", cluster: options{slave: true}, goes: true, everything: true, setup: redirects,
		proxy: []string{"--redirect", "127.0.0.1:17777", "--setup", "--redirect-to", "9876,10911,10909,11011,11009"}}
}

// modes are those that Java clients and brokers of these versions can be used in.
func modes(brokers, clients string) []mode {
	list := []mode{nameServerMode(), redirectMode()}
	if strings.HasPrefix(clients, "5.") { // others know no SOCKS
		list = append(list, mode{name: "socks", cluster: options{slave: true}, everything: true,
			proxy: []string{"--socks", "127.0.0.1:11080"}, client: driveOptions{socks: "127.0.0.1:11080"}})
	}
	if strings.HasPrefix(brokers, "4.") { // they listen on all addresses
		return list
	}
	atNameServer := []string{"-n", "127.0.0.1:9876", "--listen", "127.0.0.1:19876"}
	client := driveOptions{nameServer: "127.0.0.1:19876"}
	maps := []string{"--map", "127.0.0.1:19876=127.0.0.1:9876"}
	for _, port := range []string{"10911", "10909", "11011", "11009"} {
		maps = append(maps, "--map", "127.0.0.2:"+port+"=127.0.0.1:"+port)
	}
	return append(list,
		mode{name: "loopback", cluster: options{slave: true}, goes: true, proxy: append(atNameServer, "--ports", "loopback"), client: client},
		mode{name: "PROXY protocol", cluster: options{slave: true}, goes: true, proxy: append(atNameServer, "--proxy-protocol"), client: client},
		mode{name: "map", cluster: options{slave: true, advertise: "127.0.0.2"}, proxy: maps, goes: true, everything: true,
			client: driveOptions{nameServer: "127.0.0.1:19876", broker: "127.0.0.2:10911"}})
}

// redirects skips the test where the kernel or a missing tool does not let it redirect, and sees that nothing is redirected after it.
func redirects(t *testing.T) {
	t.Helper()
	rule := strings.Fields("-w -t nat -A OUTPUT -p tcp --dport 1 -j REDIRECT --to-ports 1")
	if out, err := exec.Command("iptables", rule...).CombinedOutput(); err != nil {
		t.Skipf("connections cannot be redirected here: iptables: %v %s", err, out)
	}
	flush := func() { exec.Command("iptables", "-w", "-t", "nat", "-F", "OUTPUT").Run() }
	flush()
	t.Cleanup(flush)
}
