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

// startWatch captures what goes to the servers themselves.
func startWatch(t *testing.T) *process {
	t.Helper()
	p := start(t, ".", nil, mqsniff(t), "live", "-i", "lo", "--port", "9876,10911,10909,11011,11009,12911,12909", "-o", "json")
	p.says(p.stderr, "capturing on lo")
	return p
}

// TestProxyChangesNothing lets clients do everything through the proxy, in each of its modes: they get what they get without
// it, and what the proxy shows is what they did. A capture beside it sees that no client went past it.
func TestProxyChangesNothing(t *testing.T) {
	for _, version := range versions {
		t.Run(version, func(t *testing.T) {
			var direct []action
			t.Run("directly", func(t *testing.T) {
				c := startCluster(t, options{version: version})
				direct = append(c.drive(t, driveOptions{}), c.driveGo(t, driveOptions{})...)
			})
			for _, m := range modes(version, version) {
				t.Run(m.name, func(t *testing.T) { changesNothing(t, version, m, direct) })
			}
		})
	}
}

// TestOtherClientsThroughProxy is the same with Java clients that are older, or newer, than the brokers.
func TestOtherClientsThroughProxy(t *testing.T) {
	both := []string{"sync", "async", "oneway", "batch", "compressed", "transaction", "request", "orderly", "pull", "retry", "admin"}
	for _, brokers := range versions {
		for _, clients := range versions {
			if clients == brokers {
				continue
			}
			t.Run(clients+" to "+brokers, func(t *testing.T) {
				var direct []action
				t.Run("directly", func(t *testing.T) {
					c := startCluster(t, options{version: brokers})
					direct = c.drive(t, driveOptions{version: clients, scenarios: both})
				})
				for _, m := range modes(brokers, clients) {
					m.client.version, m.client.scenarios, m.goes = clients, both, false
					t.Run(m.name, func(t *testing.T) { changesNothing(t, brokers, m, direct) })
				}
			})
		}
	}
}

// changesNothing holds what clients do in a mode against what they did directly, if that is known.
func changesNothing(t *testing.T, version string, m mode, direct []action) {
	workshop(t)
	if m.setup != nil {
		m.setup(t)
	}
	m.cluster.version = version
	c := startCluster(t, m.cluster)
	watch := startWatch(t)
	relay := startProxy(t, m.proxy...)
	did := c.drive(t, m.client)
	if m.goes {
		did = append(did, c.driveGo(t, m.client)...)
	}
	settled(t, func() int64 { return int64(len(relay.stdout.String()) + len(watch.stdout.String())) })
	relay.end()
	watch.end()
	if said := relay.stderr.String(); strings.Contains(said, "leak: ") {
		t.Errorf("the proxy says that it was led past:\n%s", said)
	}
	same(t, did, direct, m.goes)
	seen := events(t, relay.stdout.String())
	if !m.everything {
		did = slices.DeleteFunc(did, looksUp)
	}
	check(t, seen, did)
	bypass(t, seen, events(t, watch.stdout.String()), m.everything)
	if m.cluster.acl {
		signed(t, seen)
	}
}

// outcome is what clients were given and told, as far as it is the same each time: without ids, queues and offsets, and
// without how often something was done that clients and brokers do until it works.
func outcome(did []action, goes bool) map[string]bool {
	out := map[string]bool{}
	for _, a := range did {
		switch {
		case !goes && (a.Topic == "E2E-go" || a.Group == "pg-go"):
		case a.Action == "call" && a.Code == queryMessage && len(a.MsgIDs) == 0: // not yet
		default:
			out[fmt.Sprintln(a.Action, a.How, a.Group, a.Topic, a.Key, a.Status, a.State, a.Body, a.Error, a.Code, len(a.MsgIDs),
				number(a.ReconsumeTimes), a.BodyLen, a.SHA256)] = true
		}
	}
	return out
}

// same fails where clients got something else than they got directly, if that is known: -run may have left it out.
func same(t *testing.T, did, direct []action, goes bool) {
	t.Helper()
	if direct == nil {
		return
	}
	got, want := outcome(did, goes), outcome(direct, goes)
	for line := range want {
		if !got[line] {
			t.Errorf("only without the proxy: %s", line)
		}
	}
	for line := range got {
		if !want[line] {
			t.Errorf("only with the proxy: %s", line)
		}
	}
}

// bypass fails when the capture has a client's connection that the proxy did not make. Servers have connections of their
// own, which are told by what is said on them.
func bypass(t *testing.T, relayed, captured []event, everything bool) {
	t.Helper()
	ours := map[string]bool{}
	for _, e := range relayed {
		if e.Kind == "open" {
			ours[way(e).local] = true
		}
	}
	clients := []int64{10, 310, 320, 11, 361, 34, 35, 36, 37, 38, 14, 15, 41, 42, 200050, 200051, 400, 12}
	if everything {
		clients = append(clients, viewMessageByID)
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

// sides are the ends of a connection through the proxy.
type sides struct{ client, listener, local, upstream string }

// way reads the note of an opened connection: MODE: CLIENT to LISTENER, LOCAL to UPSTREAM, and the target if that is another.
func way(e event) (s sides) {
	_, ends, _ := strings.Cut(e.Note, ": ")
	down, up, _ := strings.Cut(ends, ", ")
	s.client, s.listener, _ = strings.Cut(down, " to ")
	s.local, s.upstream, _ = strings.Cut(up, " to ")
	s.upstream, _, _ = strings.Cut(s.upstream, " ")
	return s
}
