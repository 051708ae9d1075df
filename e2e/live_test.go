//go:build linux

package e2e

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestLiveShowsWhatTheDriverDid captures everything that a cluster and its clients say, from the start of the cluster on, with mqsniff
// and beside it with tcpdump, and holds what mqsniff shows against what the clients did.
func TestLiveShowsWhatTheDriverDid(t *testing.T) {
	for _, version := range versions {
		t.Run(version, func(t *testing.T) {
			workshop(t)
			dir := t.TempDir()
			written, dumped := filepath.Join(dir, "live.pcapng"), filepath.Join(dir, "tcpdump.pcap")
			live := startLive(t, written)
			var dump *process
			if _, err := exec.LookPath("tcpdump"); err == nil {
				dump = startTCPDump(t, dumped)
			}

			c := startCluster(t, options{version: version})
			did := append(c.drive(t, driveOptions{}), c.driveGo(t, driveOptions{})...)

			settled(t, func() int64 { return int64(len(live.stdout.String())) + fileSize(written) + fileSize(dumped) })
			live.end()
			t.Run("live", func(t *testing.T) {
				check(t, events(t, live.stdout.String()), did)
				if s := live.stderr.String(); !strings.Contains(s, " 0 lost") {
					t.Errorf("packets were lost:\n%s", s)
				}
			})
			t.Run("file written by live", func(t *testing.T) { check(t, events(t, read(t, written)), did) })
			t.Run("tcpdump", func(t *testing.T) {
				if dump == nil {
					t.Skip("tcpdump is not installed")
				}
				dump.end()
				if s := dump.stderr.String(); !strings.Contains(s, "\n0 packets dropped by kernel") {
					t.Fatalf("tcpdump lost packets:\n%s", s)
				}
				check(t, events(t, read(t, dumped)), did)
			})
		})
	}
}

// TestClusterOptions is that of the harness: TLS, ACL and a slave, and a client that gets through to them.
func TestClusterOptions(t *testing.T) {
	for _, version := range versions {
		t.Run(version, func(t *testing.T) {
			c := startCluster(t, options{version: version, tls: true, acl: true, slave: true, nameServerPort: 19876, brokerPort: 20911})
			sent := 0
			for _, a := range c.drive(t, driveOptions{scenarios: []string{"sync"}}) {
				if a.Action == "send" && a.Status == "SEND_OK" {
					sent++
				}
			}
			if sent != 10 {
				t.Errorf("%d messages sent, want 10", sent)
			}
		})
	}
}
