package proxy

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// A route with more brokers than there are ports takes little time: when no port of the range is free, the next brokers have none.
// Regression: each of them tried every port, half a minute for 5000 brokers, in which no other answer went on and no signal helped.
func TestMoreBrokersThanPorts(t *testing.T) {
	var b strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&b, `%d:"10.1.%d.%d:10911",`, i, i>>8, i&255)
	}
	body := `{"brokerDatas":[{"brokerAddrs":{` + strings.TrimSuffix(b.String(), ",") + `}}]}`
	var tried int
	a := world(t, AddressOptions{Leaks: NewLeaks(func(string) { tried++ })}, "range:24000-24199")
	got := rewrite(t, a, 105, body)
	if n := strings.Count(got, `"127.0.0.1:`); n == 0 || n > 100 {
		t.Errorf("%d brokers have ports", n)
	}
	if a.options.Leaks.Count() < 20_000-100 || tried != maxLeaks {
		t.Errorf("%d leaks, %d said", a.options.Leaks.Count(), tried)
	}
	if a.full.IsZero() || a.fullErr == nil || !strings.Contains(a.fullErr.Error(), "range:24000-24199") {
		t.Errorf("remembered of the search: %v", a.fullErr)
	}
}

// The file of ports is replaced at once: two proxies that share it, or one that is killed, leave none that cannot be read.
// Regression: it was truncated and written, so that the next start failed.
func TestPortsFileIsAlwaysWhole(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ports.json")
	var group sync.WaitGroup
	for i := range 2 {
		group.Go(func() {
			for n := range 200 {
				var p Ports
				if err := p.Remember(path, "ns"); err != nil {
					t.Error(err)
					return
				}
				p.chosen(fmt.Sprintf("10.0.%d.%d:10911", i, n), netip.MustParseAddrPort("127.0.0.1:20002"))
				if err := p.save(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".*")); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
}

// What cannot be remembered is said, once.
// Regression: a --ports-file that could not be written was no file, and nobody knew.
func TestPortsFileCannotBeWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	p := Ports{remembered: &remembered{path: filepath.Join(file, "ports.json"), Ports: map[string]uint16{}}}
	for i := range uint16(3) {
		p.chosen(fmt.Sprintf("10.0.0.%d:10911", i), netip.AddrPortFrom(netip.IPv4Unspecified(), 20002+i))
		if err := p.save(); (err == nil) != (i > 0) {
			t.Errorf("%d: %v", i, err)
		}
	}
}

// A line of a static file may listen on every address; clients are told one that they can connect to.
// Regression: they were told 0.0.0.0.
func TestStaticPortsOnEveryAddress(t *testing.T) {
	file := filepath.Join(t.TempDir(), "static")
	if err := os.WriteFile(file, []byte("10.0.0.1:10911 = 0.0.0.0:24302\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	body := func(address string) string { return `{"brokerDatas":[{"brokerAddrs":{0:"` + address + `"}}]}` }
	a := world(t, AddressOptions{Advertise: "proxy.example"}, "static:"+file)
	if got, want := rewrite(t, a, 105, body("10.0.0.1:10911")), body("proxy.example:24302"); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if err := os.WriteFile(file, []byte("10.0.0.1 = 0.0.0.0:24302\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ParsePorts("static:" + file); err == nil {
		t.Error("a broker without a port is taken")
	}
}

// Two hosts with the same port cannot both have the port of an offset, which is said with what can be done.
// Regression: the second was said to be taken by another program.
func TestOffsetOfSeveralHosts(t *testing.T) {
	var leaks []string
	a := world(t, AddressOptions{Leaks: NewLeaks(func(text string) { leaks = append(leaks, text) })}, "offset:13400")
	rewrite(t, a, 105, `{"brokerDatas":[{"brokerAddrs":{0:"10.0.0.1:10911",1:"10.0.0.2:10911"}}]}`)
	if len(leaks) != 1 || !strings.Contains(leaks[0], "by this proxy already, for 10.0.0.1:10911") || !strings.Contains(leaks[0], "--ports range or loopback") {
		t.Errorf("%q", leaks)
	}
}

// A broker's own port comes before another one's VIP port, in whatever order they are met.
// Regression: the broker whose port was another's port - 2 had none.
func TestPortsBeforeVIPPorts(t *testing.T) {
	file := filepath.Join(t.TempDir(), "static")
	if err := os.WriteFile(file, []byte("10.0.0.1:10911=127.0.0.1:24402\n10.0.0.2:10911=127.0.0.1:24400\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, order := range [][2]string{{"10.0.0.1", "10.0.0.2"}, {"10.0.0.2", "10.0.0.1"}} {
		var leaks []string
		a := world(t, AddressOptions{Leaks: NewLeaks(func(text string) { leaks = append(leaks, text) })}, "static:"+file)
		for _, host := range order {
			rewrite(t, a, 105, `{"brokerDatas":[{"brokerAddrs":{0:"`+host+`:10911"}}]}`)
		}
		targets := map[string]string{}
		for _, l := range a.proxy.Listeners() {
			targets[l.Address.String()] = l.Target
		}
		if len(leaks) > 0 || targets["127.0.0.1:24402"] != "10.0.0.1:10911" || targets["127.0.0.1:24400"] != "10.0.0.2:10911" {
			t.Errorf("%v: %q, %v", order, leaks, targets)
		}
		drain(a.proxy)
	}
}
