//go:build linux

package e2e

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/mqsniff/mqsniff/decode"
	"github.com/mqsniff/mqsniff/demo"
)

// TestDemoServesTheJavaClient lets Apache's clients do with the demo cluster what they do with real ones, and holds what mqsniff shows
// against what they did.
func TestDemoServesTheJavaClient(t *testing.T) {
	scenarios := []string{"sync", "async", "oneway", "batch", "compressed", "transaction", "request", "orderly", "pull", "retry", "admin"}
	for _, version := range versions {
		for _, form := range []decode.Serialization{decode.JSON, decode.ROCKETMQ} {
			t.Run(version+"/"+form.String(), func(t *testing.T) {
				dir := workshop(t)
				live := startLive(t, filepath.Join(t.TempDir(), "live.pcapng"))
				servers, err := demo.NewCluster(demo.ClusterOptions{NameServer: "127.0.0.1:9876", Brokers: []string{"127.0.0.1:10911"},
					Serialization: form, TransactionTimeout: 1500 * time.Millisecond})
				if err != nil {
					t.Fatal(err)
				}
				defer servers.Close()
				c := &cluster{options: options{version: version}, dir: t.TempDir(), lib: filepath.Join(dir, version, "lib"), nameServer: servers.NameServer()}
				if form == decode.ROCKETMQ {
					t.Setenv("ROCKETMQ_SERIALIZE_TYPE", form.String())
				}
				did := c.drive(t, driveOptions{scenarios: scenarios})
				settled(t, func() int64 { return int64(len(live.stdout.String())) })
				live.end()
				check(t, events(t, live.stdout.String()), did)
			})
		}
	}
}

// TestDemoServesTheGoClient is the same for the Go client.
func TestDemoServesTheGoClient(t *testing.T) {
	workshop(t)
	live := startLive(t, filepath.Join(t.TempDir(), "live.pcapng"))
	servers, err := demo.NewCluster(demo.ClusterOptions{NameServer: "127.0.0.1:9876", Brokers: []string{"127.0.0.1:10911"}})
	if err != nil {
		t.Fatal(err)
	}
	defer servers.Close()
	c := &cluster{dir: t.TempDir(), nameServer: servers.NameServer(), brokerAddr: "127.0.0.1:10911"}
	did := c.driveGo(t, driveOptions{})
	settled(t, func() int64 { return int64(len(live.stdout.String())) })
	live.end()
	check(t, events(t, live.stdout.String()), did)
}
