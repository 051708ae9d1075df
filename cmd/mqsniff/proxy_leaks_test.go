package main

import (
	"net/netip"
	"os"
	"strings"
	"testing"

	"github.com/mqsniff/mqsniff/control"
	"github.com/mqsniff/mqsniff/proxy"
)

func TestWaysLead(t *testing.T) {
	var targets []proxy.FirewallTarget
	for _, text := range []string{"9876", "10.0.0.0/8:10911", "[2001:db8::1]:10911"} {
		target, err := proxy.ParseFirewallTarget(text)
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

// TestLeaksWithoutRewriting: a route that leads past a proxy that rewrites nothing is said once, counted, and a finding with --strict.
// Regression: it went by without a word.
func TestLeaksWithoutRewriting(t *testing.T) {
	nameServer := serve(t, answering([]byte(`{"brokerDatas":[{"brokerAddrs":{0:"192.0.2.1:10911",1:"127.0.0.1:20911"},"brokerName":"a"}]}`)))
	for _, strict := range []bool{false, true} {
		args := []string{"--map", "127.0.0.1:20911=192.0.2.1:20911", "--map", "127.0.0.1:0=" + nameServer, "--headless"}
		if strict {
			args = append(args, "--strict")
		}
		p := startRelay(t, nil, args...)
		c := p.connect()
		check(t, ask(c, 105, 1, nil))
		check(t, ask(c, 105, 2, nil))
		check(t, ask(c, 10, 3, nil)) // its answer is no route, whatever is in it
		waitFor(t, "both are counted", func() bool {
			var s control.Stats
			p.ctl(&s, "stats")
			return s.Leaks == 2
		})
		c.Close()
		check(t, p.cmd.Process.Signal(os.Interrupt))
		<-p.ended
		said := p.said()
		if len(said) == 0 || !strings.Contains(said[0], "leak: clients were told the address 192.0.2.1:10911, which does not lead here: -n instead of --map") {
			t.Errorf("%q", said)
		}
		if code := p.cmd.ProcessState.ExitCode(); (code == exitFound) != strict || strings.Contains(p.errs.String(), "20911, which") {
			t.Errorf("exit code %d: %s", code, p.errs.String())
		}
	}
}
