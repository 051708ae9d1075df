//go:build linux

package e2e

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// TestSecuredThroughProxy is TestProxyChangesNothing for clusters with ACL and with TLS.
func TestSecuredThroughProxy(t *testing.T) {
	for _, version := range versions {
		t.Run(version, func(t *testing.T) {
			var direct []action
			t.Run("directly", func(t *testing.T) {
				c := startCluster(t, options{version: version, acl: true})
				direct = append(c.drive(t, driveOptions{}), c.driveGo(t, driveOptions{})...)
			})
			t.Run("ACL", func(t *testing.T) {
				m := nameServerMode()
				m.cluster.acl = true
				m.proxy = append(m.proxy, "--detail", "--acl", accessKey+":"+secretKey)
				changesNothing(t, version, m, direct)
			})
			t.Run("TLS terminated", func(t *testing.T) { terminated(t, version, direct) })
			t.Run("TLS passed through", func(t *testing.T) { passedThrough(t, version, direct) })
		})
	}
}

// terminated has clients that trust nobody but the proxy, which trusts nobody but the cluster, and sees in clear what they say. Then
// it adds TLS for the Go client, which knows none.
func terminated(t *testing.T, version string, direct []action) {
	c := startCluster(t, options{version: version, tls: true, acl: true, slave: true})
	acl := []string{"--detail", "--acl", accessKey + ":" + secretKey}
	trust := []string{"--upstream-ca", c.path("conf/server.pem"), "--upstream-name", "localhost"}
	relay := startProxy(t, slices.Concat(nameServerMode().proxy, acl, trust, []string{"--tls", "terminate"})...)
	const says = "clients that verify certificates must trust "
	relay.says(relay.stderr, "(tls.client.trustCertPath)")
	_, authority, _ := strings.Cut(relay.stderr.String(), says)
	authority, _, _ = strings.Cut(authority, " (")
	client := nameServerMode().client
	did := c.drive(t, driveOptions{nameServer: client.nameServer, scenarios: []string{"admin"}}) // goes past the proxy, see looksUp
	client.trust = authority
	client.scenarios = []string{"sync", "async", "oneway", "batch", "compressed", "transaction", "request", "orderly", "pull", "retry"}
	if strings.HasPrefix(version, "5.") {
		client.scenarios = append(client.scenarios, "pop")
	}
	did = append(did, c.drive(t, client)...)
	settled(t, func() int64 { return int64(len(relay.stdout.String())) })
	relay.end()
	seen := events(t, relay.stdout.String())

	adds := startProxy(t, slices.Concat(nameServerMode().proxy, acl, trust, []string{"--tls", "off", "--upstream-tls", "on"})...)
	did = append(did, c.driveGo(t, nameServerMode().client)...)
	settled(t, func() int64 { return int64(len(adds.stdout.String())) })
	adds.end()
	same(t, did, direct, true)
	last := seen[len(seen)-1].Frame
	for _, e := range events(t, adds.stdout.String()) {
		e.Frame += last
		if e.Kind == "response" {
			e.Request += last
		}
		seen = append(seen, e)
	}
	check(t, seen, slices.DeleteFunc(did, looksUp))
	signed(t, seen)
}

// passedThrough has clients and servers that keep their TLS to themselves: where connections are redirected, that changes nothing.
func passedThrough(t *testing.T, version string, direct []action) {
	workshop(t)
	m := redirectMode()
	m.setup(t)
	c := startCluster(t, options{version: version, tls: true, acl: true})
	relay := startProxy(t, m.proxy...)
	did := c.drive(t, m.client)
	settled(t, func() int64 { return int64(len(relay.stdout.String())) })
	relay.end()
	same(t, did, direct, false)
	kinds := map[string]int{}
	brokers := 0
	for _, e := range events(t, relay.stdout.String()) {
		kinds[e.Kind]++
		if e.Kind == "open" && way(e).upstream == c.brokerAddr {
			brokers++
		}
	}
	if brokers == 0 || kinds["tls"] != 2*kinds["open"] || kinds["request"]+kinds["oneway"]+kinds["response"] > 0 {
		t.Errorf("%d connections to the broker, and events %v; want TLS in both directions of each connection, and nothing else", brokers, kinds)
	}
}

// looksUp tells whether the client went to the address in an offset message id, past a proxy that rewrites others.
func looksUp(a action) bool { return a.Action == "call" && a.Code == viewMessageByID }

// signed fails unless clients' requests carry signatures, and all are right.
func signed(t *testing.T, seen []event) {
	t.Helper()
	right := 0
	wrong := map[string]bool{}
	for _, e := range seen {
		switch {
		case e.Kind != "request" && e.Kind != "oneway" || e.ACL == nil: // servers do not sign
		case e.Language == "GO" && *e.Code == getRouteInfo && e.ACL.Verdict == "unsigned": // the Go client asks name servers without
		case e.ACL.Verdict == "right" && e.ACL.Hint == "":
			right++
		default:
			wrong[strings.Join([]string{e.CodeName, e.ACL.Verdict, e.ACL.Hint}, " ")] = true
		}
	}
	if right == 0 || len(wrong) > 0 {
		t.Errorf("%d signatures are right, but: %q", right, slices.Sorted(maps.Keys(wrong)))
	}
}
