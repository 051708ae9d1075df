//go:build linux

package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestOutagesThroughProxy ends servers and starts them again while a client sends and consumes through the proxy. Each time the
// client gets on by itself, in the end nothing is lost that was acknowledged, and what the proxy shows tells the story.
func TestOutagesThroughProxy(t *testing.T) {
	for _, version := range versions {
		t.Run(version, func(t *testing.T) {
			const elsewhere = 12911
			c := startCluster(t, options{version: version, slave: true, broker: map[string]string{"registerNameServerPeriod": "10000"}})
			watch := startWatch(t)
			relay := startProxy(t, "-n", c.nameServer, "--listen", "127.0.0.1:19876")
			client := driveOptions{nameServer: "127.0.0.1:19876", scenarios: []string{"steady"}, until: filepath.Join(t.TempDir(), "until")}
			steady := c.startDriver(t, client)
			goesOn(t, steady)

			c.stop("broker", syscall.SIGKILL)
			says(t, relay, "wanted "+c.brokerAddr+": ")
			c.startBroker(t, "broker", 0, c.brokerPort)
			goesOn(t, steady)

			c.stop("namesrv", syscall.SIGKILL)
			says(t, relay, "wanted "+c.nameServer+": ")
			goesOn(t, steady) // it knows the broker
			c.startNameServer(t)
			c.registered(t, c.brokerPort)
			did := c.drive(t, driveOptions{nameServer: client.nameServer, scenarios: []string{"sync"}})

			c.stop("broker", syscall.SIGTERM)
			c.startBroker(t, "broker", 0, elsewhere)
			goesOn(t, steady)

			if err := os.WriteFile(client.until, nil, 0o600); err != nil {
				t.Fatal(err)
			}
			did = append(did, actions(t, steady)...)
			settled(t, func() int64 { return int64(len(relay.stdout.String()) + len(watch.stdout.String())) })
			relay.end()
			watch.end()
			seen := events(t, relay.stdout.String())
			acknowledged(t, seen, did)
			bypass(t, seen, events(t, watch.stdout.String()), true)
			story(t, seen, []chapter{
				{"open", "name server: ", " to 127.0.0.1:9876"},
				{"open", "broker: ", " to 127.0.0.1:10911"},
				{"open", "broker: ", " to 127.0.0.1:11011"},
				{"close", "", ""},
				{"notice", " wanted 127.0.0.1:10911: ", "connection refused"},
				{"open", "broker: ", " to 127.0.0.1:10911"},
				{"close", "", ""},
				{"notice", " wanted 127.0.0.1:9876: ", "connection refused"},
				{"open", "name server: ", " to 127.0.0.1:9876"},
				{"close", "", ""},
				{"open", "broker: ", " to 127.0.0.1:12911"},
			})
		})
	}
}

// goesOn waits until the driver got acknowledged what it sends from now on.
func goesOn(t *testing.T, p *process) {
	t.Helper()
	sent := func() int { return strings.Count(p.stdout.String(), `"status":"SEND_OK"`) }
	enough := sent() + 20
	for deadline := time.Now().Add(patience); sent() < enough; time.Sleep(20 * time.Millisecond) {
		if !p.running() || time.Now().After(deadline) {
			t.Fatalf("the client does not go on:\n%s", p.tail())
		}
	}
}

// says waits until the proxy has shown another event with the words.
func says(t *testing.T, p *process, words string) {
	t.Helper()
	before := strings.Count(p.stdout.String(), words)
	for deadline := time.Now().Add(patience); strings.Count(p.stdout.String(), words) == before; time.Sleep(20 * time.Millisecond) {
		if !p.running() || time.Now().After(deadline) {
			t.Fatalf("the proxy does not say %q:\n%s", words, p.tail())
		}
	}
}

// acknowledged fails unless the proxy saw each answer that the driver got, and the driver consumed all of its messages.
func acknowledged(t *testing.T, seen []event, did []action) {
	t.Helper()
	answered := map[string]bool{}
	for _, e := range seen {
		if e.Kind == "response" && e.Error == nil {
			answered[e.Ext["msgId"]] = true
		}
	}
	sent, received := 0, map[string]bool{}
	for _, a := range did {
		if a.Action == "receive" {
			received[a.Topic+" "+a.MsgID] = true
		}
	}
	for _, a := range did {
		if a.Action != "send" {
			continue
		}
		sent++
		if !answered[a.OffsetMsgID] {
			t.Errorf("the proxy does not show the answer to %s", a.Key)
		}
		if !received[a.Topic+" "+a.MsgID] {
			t.Errorf("%s was acknowledged and is not consumed", a.Key)
		}
	}
	if sent < 80 {
		t.Errorf("only %d messages were sent", sent)
	}
}

// chapter is an event that a story has: its kind, and two texts that its note contains.
type chapter struct{ kind, about, says string }

// story fails unless there are such events, in this order.
func story(t *testing.T, seen []event, chapters []chapter) {
	t.Helper()
	for _, e := range seen {
		if len(chapters) == 0 {
			return
		}
		if c := chapters[0]; e.Kind == c.kind && strings.Contains(e.Note, c.about) && strings.Contains(e.Note, c.says) {
			chapters = chapters[1:]
		}
	}
	if len(chapters) > 0 {
		t.Errorf("not seen, in this order: %q", chapters)
	}
}
