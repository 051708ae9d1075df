//go:build linux

package e2e

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// event is a line of mqsniff's output, as far as the tests look at it.
type event struct {
	Frame     int64
	Kind      string
	Conn      int64
	Client    string
	Server    string
	Note      string
	Code      *int64
	CodeName  string `json:"code_name"`
	Language  string
	Status    *int64
	Opaque    int64
	Topic     string
	Group     string
	QueueID   *int64 `json:"queue_id"`
	Ext       map[string]string
	Request   int64 // on responses: the number of the request
	LatencyNS int64 `json:"latency_ns"`
	Messages  []message
	Error     json.RawMessage
	Cut       int64
	ACL       *struct{ Verdict, Hint string }

	line string
}

// message is one of an event.
type message struct {
	Topic          string
	QueueID        int64  `json:"queue_id"`
	QueueOffset    int64  `json:"queue_offset"`
	MsgID          string `json:"msg_id"`
	UniqKey        string `json:"uniq_key"`
	ReconsumeTimes int64  `json:"reconsume_times"`
	Compression    string
	RawBodyLen     int64  `json:"raw_body_len"`
	BodySHA256     string `json:"body_sha256"`
	Properties     map[string]string
}

// events reads what mqsniff printed with -o json.
func events(t *testing.T, output string) []event {
	t.Helper()
	var out []event
	d := json.NewDecoder(strings.NewReader(output))
	for {
		var line json.RawMessage
		if err := d.Decode(&line); err == io.EOF {
			return out
		} else if err != nil {
			t.Fatalf("after %d events: %v", len(out), err)
		}
		e := event{line: string(line)}
		if err := json.Unmarshal(line, &e); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		out = append(out, e)
	}
}

// ports are those of a cluster with the default ports: name server, broker, its VIP port.
const ports = "9876,10911,10909"

// startLive captures on the loopback interface until it is interrupted, and writes the packets to a file as well.
func startLive(t *testing.T, file string) *process {
	t.Helper()
	p := start(t, ".", nil, mqsniff(t), "live", "-i", "lo", "--port", ports, "-o", "json", "-w", file)
	p.says(p.stderr, "capturing on lo")
	return p
}

// startTCPDump does what startLive does, with tcpdump.
func startTCPDump(t *testing.T, file string) *process {
	t.Helper()
	expression := "tcp port " + strings.ReplaceAll(ports, ",", " or tcp port ")
	p := start(t, ".", nil, "tcpdump", "-i", "lo", "-n", "-U", "--immediate-mode", "-s", "0", "-B", "32768", "-w", file, expression)
	p.says(p.stderr, "listening on lo")
	return p
}

// settled waits until nothing has been added for a second: what was captured is then printed, or in the file.
func settled(t *testing.T, size func() int64) {
	t.Helper()
	last, since := size(), time.Now()
	for deadline := time.Now().Add(patience); time.Since(since) < time.Second; time.Sleep(50 * time.Millisecond) {
		if n := size(); n != last {
			last, since = n, time.Now()
		}
		if time.Now().After(deadline) {
			t.Fatal("packets do not cease to come")
		}
	}
}

func fileSize(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}

// read runs mqsniff over a capture.
func read(t *testing.T, file string) string {
	t.Helper()
	p := start(t, ".", nil, mqsniff(t), "read", "-o", "json", file)
	p.succeeds()
	return p.stdout.String()
}

func mqsniff(t *testing.T) string { return filepath.Join(workshop(t), "mqsniff") }
