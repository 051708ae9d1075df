//go:build linux

package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// startProxy relays until it is interrupted, and shows what it relays.
func startProxy(t *testing.T, args ...string) *process {
	t.Helper()
	p := start(t, t.TempDir(), []string{"XDG_STATE_HOME=" + t.TempDir()}, mqsniff(t), append([]string{"proxy", "-o", "json"}, args...)...)
	p.says(p.stderr, "relaying ")
	return p
}

// TestProxyChangesNothing lets clients do everything through the proxy, in each of its modes: they get what they get without
// it, and what the proxy shows is what they did. A capture beside it sees that no client went past it.
func TestProxyChangesNothing(t *testing.T) {
	for _, version := range versions {
		modes := map[string][]string{
			"name server": {"-n", "127.0.0.1:9876", "--listen", "127.0.0.1:19876"},
		}
		if strings.HasPrefix(version, "5") { // 4.x clients know no SOCKS, and its brokers listen on all addresses
			modes["loopback"] = append(slices.Clone(modes["name server"]), "--ports", "loopback")
			modes["socks"] = []string{"--socks", "127.0.0.1:11080"}
			modes["PROXY protocol"] = append(slices.Clone(modes["name server"]), "--proxy-protocol")
		}
		t.Run(version, func(t *testing.T) {
			for mode, args := range modes {
				t.Run(mode, func(t *testing.T) {
					workshop(t)
					c := startCluster(t, options{version: version, slave: mode == "name server"})
					watch := start(t, ".", nil, mqsniff(t), "live", "-i", "lo", "--port", "9876,10911,10909,11011,11009", "-o", "json")
					watch.says(watch.stderr, "capturing on lo")
					relay := startProxy(t, args...)
					drive := driveOptions{nameServer: "127.0.0.1:19876"}
					if mode == "socks" {
						drive = driveOptions{socks: "127.0.0.1:11080"}
					}
					did := c.drive(t, drive)
					if mode == "name server" {
						did = append(did, c.driveGo(t, "127.0.0.1:19876")...)
					}
					settled(t, func() int64 { return int64(len(relay.stdout.String()) + len(watch.stdout.String())) })
					relay.end()
					watch.end()
					seen := events(t, relay.stdout.String())
					if mode != "socks" {
						// An offset message id holds the broker's address: clients that look a message up by it go there.
						did = slices.DeleteFunc(did, func(a action) bool { return a.Action == "call" && a.Code == 33 })
					}
					if mode != "PROXY protocol" { // there brokers see other client addresses; what they answer is the same
						check(t, seen, did)
					}
					bypass(t, seen, events(t, watch.stdout.String()), mode == "socks")
				})
			}
		})
	}
}

// bypass fails when the capture has a client's connection that the proxy did not make. Servers have connections of their
// own, which are told by what is said on them.
func bypass(t *testing.T, relayed, captured []event, everything bool) {
	t.Helper()
	ours := map[string]bool{}
	for _, e := range relayed {
		if e.Kind == "open" { // its note is: MODE: CLIENT to LISTENER, LOCAL to UPSTREAM
			_, sides, _ := strings.Cut(e.Note, ", ")
			local, _, _ := strings.Cut(sides, " to ")
			ours[local] = true
		}
	}
	clients := []int64{10, 310, 320, 11, 361, 34, 35, 36, 37, 38, 14, 15, 41, 42, 200050, 200051, 400, 12}
	if everything {
		clients = append(clients, 33)
	}
	past := map[string]bool{}
	through := 0
	for _, e := range captured {
		switch {
		case e.Kind != "request" && e.Kind != "oneway" || e.Code == nil || !slices.Contains(clients, *e.Code):
		case !strings.HasPrefix(e.Server, "127.0.0.1:"): // a listener of the proxy that has the broker's port
		case ours[e.Client]:
			through++
		default:
			past[fmt.Sprintf("%s (%s)", e.Client, e.CodeName)] = true
		}
	}
	if through == 0 || len(past) > 0 {
		t.Errorf("%d requests of clients came through the proxy; past it came %v", through, past)
	}
}
