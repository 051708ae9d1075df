package kernelfilter

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestParsers(t *testing.T) {
	ports, err := ParsePorts("9876, 10909-10912")
	if err != nil || !slices.Equal(ports, []PortRange{Port(9876), {10909, 10912}}) {
		t.Errorf("%v, %v", ports, err)
	}
	hosts, err := ParseHosts(context.Background(), "10.0.0.5,::1,::ffff:1.2.3.4,fe80::1%eth0")
	if err != nil || fmt.Sprint(hosts) != "[10.0.0.5 ::1 1.2.3.4 fe80::1]" {
		t.Errorf("%v, %v", hosts, err)
	}
	nets, err := ParseNets("10.9.8.7/8, fd00::/16")
	if err != nil || fmt.Sprint(nets) != "[10.0.0.0/8 fd00::/16]" {
		t.Errorf("%v, %v", nets, err)
	}
	vlans, err := ParseVLANs("0,4095")
	if err != nil || fmt.Sprint(vlans) != "[0 4095]" {
		t.Errorf("%v, %v", vlans, err)
	}
}

// An error is one line that quotes what is wrong.
func TestParserErrors(t *testing.T) {
	discard := func(_ any, err error) error { return err }
	for name, c := range map[string]struct {
		parse func(list string) error
		bad   []string // the wrong part stands behind the last comma
	}{
		"ports": {func(s string) error { return discard(ParsePorts(s)) }, []string{"", "0", "65536", "1-", "-1", "5-4", "http", "+5", "1,", "1,2-x", "9876;9"}},
		"nets":  {func(s string) error { return discard(ParseNets(s)) }, []string{"", "10.0.0.0", "10.0/16", "10.0.0.0/8,10.0.0.0/33", "::ffff:10.0.0.0/104", "fe80::%eth0/64"}},
		"vlans": {func(s string) error { return discard(ParseVLANs(s)) }, []string{"", "4096", "5,-1", "vlan"}},
		"hosts": {func(s string) error { return discard(ParseHosts(context.Background(), s)) }, []string{"", "::1,10.0.0.0/8", "::1,no such host"}},
	} {
		for _, bad := range c.bad {
			part := bad[strings.LastIndexByte(bad, ',')+1:]
			err := c.parse(bad)
			if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("%q", part)) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%s %q: %v", name, bad, err)
			}
		}
	}
}
