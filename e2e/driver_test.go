//go:build linux

package e2e

import (
	"cmp"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
)

// action is a line of a driver's log: what a client did or was given. README.md says which keys there are when.
type action struct {
	Action, How, Group, Topic, Key, Status, State, Body, Error string

	MsgID          string
	MsgIDs         []string
	OffsetMsgID    string
	QueueID        *int64
	QueueOffset    *int64
	ReconsumeTimes *int64
	Code           int64
	BodyLen        int64
	SHA256         string
}

// driveOptions are settings of a client.
type driveOptions struct {
	nameServer string   // default: that of the cluster
	broker     string   // where the Go client makes its topic; default: at the broker of the cluster
	socks      string   // address of a SOCKS5 proxy for all connections; 5.x only
	version    string   // of the Java client; default: that of the cluster
	trust      string   // with TLS: a file of those whose certificates servers must have; default: any will do
	until      string   // file with whose coming the scenario steady ends
	scenarios  []string // default: all but steady
}

// drive runs scenarios with the Java client, and returns what it did.
func (c *cluster) drive(t *testing.T, o driveOptions) []action {
	t.Helper()
	return actions(t, c.startDriver(t, o))
}

// startDriver begins to run scenarios.
func (c *cluster) startDriver(t *testing.T, o driveOptions) *process {
	t.Helper()
	if o.nameServer == "" {
		o.nameServer = c.nameServer
	}
	args := []string{"-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djava.net.preferIPv4Stack=true",
		"-Duser.home=" + c.dir, "-Dlogback.configurationFile=" + c.path("conf/logback_tools.xml"), "-Dfile.encoding=UTF-8",
		"-Dsun.stdout.encoding=UTF-8", "-Dstdout.encoding=UTF-8",
		"-Drocketmq.client.rebalance.waitInterval=1000", "-De2e.namesrv=" + o.nameServer}
	if c.acl {
		args = append(args, "-De2e.accessKey="+accessKey, "-De2e.secretKey="+secretKey)
	}
	switch {
	case c.tls && o.trust != "":
		args = append(args, "-Dtls.enable=true", "-Dtls.test.mode.enable=false", "-Dtls.client.authServer=true", "-Dtls.client.trustCertPath="+o.trust)
	case c.tls:
		args = append(args, "-Dtls.enable=true", "-Dtls.test.mode.enable=true")
	}
	if o.until != "" {
		args = append(args, "-De2e.until="+o.until)
	}
	if o.socks != "" {
		args = append(args, `-Dcom.rocketmq.socks.proxy.config={"0.0.0.0/0":{"addr":"`+o.socks+`"}}`)
	}
	client := filepath.Join(workshop(t), cmp.Or(o.version, c.version))
	args = append(args, "-cp", filepath.Join(client, "driver")+":"+client+"/lib/*", "Driver")
	return start(t, c.dir, nil, "java", append(args, o.scenarios...)...)
}

// driveGo runs the Go client, and returns what it did. It knows neither TLS nor SOCKS.
func (c *cluster) driveGo(t *testing.T, o driveOptions) []action {
	t.Helper()
	args := []string{"-namesrv", cmp.Or(o.nameServer, c.nameServer), "-broker", cmp.Or(o.broker, c.brokerAddr)}
	if c.acl {
		args = append(args, "-access-key", accessKey, "-secret-key", secretKey)
	}
	return actions(t, start(t, c.dir, nil, filepath.Join(workshop(t), "goclient"), args...))
}

// actions waits for the end of a driver and reads its log.
func actions(t *testing.T, p *process) []action {
	t.Helper()
	p.succeeds()
	return parseLog(t, p.stdout.String())
}

func parseLog(t *testing.T, log string) []action {
	t.Helper()
	var out []action
	for line := range strings.Lines(log) {
		if !strings.HasPrefix(line, "{") {
			continue // the client library prints, too
		}
		var a action
		if err := json.Unmarshal([]byte(line), &a); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		out = append(out, a)
	}
	return out
}
