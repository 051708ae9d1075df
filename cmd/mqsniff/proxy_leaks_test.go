package main

import (
	"net/netip"
	"testing"

	"github.com/mqsniff/mqsniff/proxy/firewall"
)

func TestWaysLead(t *testing.T) {
	var targets []firewall.Target
	for _, text := range []string{"9876", "10.0.0.0/8:10911", "[2001:db8::1]:10911"} {
		target, err := firewall.ParseTarget(text)
		check(t, err)
		targets = append(targets, target)
	}
	w := &ways{listeners: []netip.AddrPort{netip.MustParseAddrPort("127.0.0.2:30911"), netip.MustParseAddrPort("0.0.0.0:40911")}, redirected: targets}
	for address, want := range map[string]bool{
		"127.0.0.2:30911":          true,
		"[::ffff:127.0.0.2]:30911": true,
		"127.0.0.3:30911":          false,
		"127.0.0.2:30909":          false,
		"broker-a:30911":           true, // it may be 127.0.0.2 to the clients
		"broker-a:30912":           false,
		"192.0.2.1:40911":          true, // it may lead here by NAT
		"192.0.2.1:9876":           true,
		"10.1.2.3:10911":           true,
		"192.0.2.1:10911":          false,
		"[2001:db8::1]:10911":      true,
		"[2001:db8::2]:10911":      false,
		"broker-a":                 false,
		"":                         false,
	} {
		if w.lead(address) != want {
			t.Errorf("%q: %v", address, !want)
		}
	}
}
