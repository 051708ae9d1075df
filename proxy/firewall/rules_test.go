package firewall

import (
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func targets(t *testing.T, list ...string) []Target {
	t.Helper()
	var all []Target
	for _, s := range list {
		target, err := ParseTarget(s)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, target)
	}
	return all
}

// The commands are as they were looked over by a person; UPDATE_GOLDEN=1 writes them anew.
func TestCommands(t *testing.T) {
	for name, f := range map[string]Rules{
		"iptables-user":     {Tool: "iptables", Listener: netip.MustParseAddrPort("127.0.0.1:7777"), Targets: targets(t, "9876", "10911"), UID: 1001},
		"iptables-incoming": {Tool: "iptables", Listener: netip.MustParseAddrPort("[::]:7777"), Targets: targets(t, "9876", "10.0.0.0/8:10911", "[2001:db8::1]:10911"), UID: -1, Mark: 0x4d51, Incoming: true},
		"nft-user":          {Tool: "nft", Listener: netip.MustParseAddrPort("0.0.0.0:7777"), Targets: targets(t, "9876", "10.0.0.7:10911"), UID: 1001},
		"nft-incoming":      {Tool: "nft", Listener: netip.MustParseAddrPort("[::]:7777"), Targets: targets(t, "9876", "10.0.0.0/8:10911", "[2001:db8::/32]:10911"), UID: 0, Mark: 0x4d51, Incoming: true},
	} {
		setup, teardown, err := f.Commands()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got := "# setup\n" + ShellCommands(setup) + "# teardown\n" + ShellCommands(teardown)
		golden := filepath.Join("testdata", name+".sh")
		if os.Getenv("UPDATE_GOLDEN") != "" {
			if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if want, err := os.ReadFile(golden); err != nil || strings.ReplaceAll(string(want), "\r", "") != got {
			t.Errorf("%s: %v\n%s", name, err, got)
		}
	}
}

func TestErrors(t *testing.T) {
	loopback, all := netip.MustParseAddrPort("127.0.0.1:7777"), netip.MustParseAddrPort("0.0.0.0:7777")
	ports := targets(t, "9876")
	for want, f := range map[string]Rules{
		"there are iptables and nft":      {Tool: "ipfw", Listener: loopback, Targets: ports},
		"name the ports":                  {Tool: "nft", Listener: loopback},
		"to itself":                       {Tool: "nft", Listener: loopback, Targets: ports, UID: -1},
		"not at 10.0.0.1":                 {Tool: "nft", Listener: netip.MustParseAddrPort("10.0.0.1:1"), Targets: ports},
		"do not arrive at 127.0.0.1":      {Tool: "nft", Listener: loopback, Targets: ports, Incoming: true},
		"port 7777 is the listener's own": {Tool: "nft", Listener: all, Targets: targets(t, "7777")},
		"is not of the listener's family": {Tool: "nft", Listener: all, Targets: targets(t, "[::1]:1")},
	} {
		if _, _, err := f.Commands(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v", f, err)
		}
	}
	for _, s := range []string{"", "0", "65536", "x", "host:1", "10.0.0.1", "10.0.0.0/33:1", "::1:1", "[::1]", "1:2:3", "[fe80::1%eth0]:1", "-1", "10.0.0.1:9876;x"} {
		if target, err := ParseTarget(s); err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: %+v, %v", s, target, err)
		}
	}
}

func TestShellCommandsAreQuoted(t *testing.T) {
	if got, want := ShellCommands([][]string{{"a", "!", "b c", "it's", "$(x)", ""}}), "a ! 'b c' 'it'\\''s' '$(x)' ''\n"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
