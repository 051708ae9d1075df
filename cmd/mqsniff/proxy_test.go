package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mqsniff/mqsniff/demo"
)

// line is what the tests look at of a JSON line.
type line struct {
	Kind, Dir, Note, Server string
	CodeName                string `json:"code_name"`
	StatusName              string `json:"status_name"`
	Len, Opaque             int64
	Request                 int64
	AddedNS                 int64 `json:"added_ns"`
}

func linesOf(t *testing.T, b []byte) []line {
	t.Helper()
	var all []line
	d := json.NewDecoder(bytes.NewReader(b))
	for d.More() {
		var l line
		if err := d.Decode(&l); err != nil {
			t.Fatal(err)
		}
		all = append(all, l)
	}
	return all
}

// The demo shows everything that a person should see in the first seconds, and nothing in it is broken.
func TestDemoTellsItsStory(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	var out, errs bytes.Buffer
	if code := run([]string{"demo", "-o", "json", "--duration", "3s", "--speed", "5"}, strings.NewReader(""), &out, &errs); code != 0 {
		t.Fatalf("exit %d: %s", code, errs.String())
	}
	seen := map[string]int{}
	for _, l := range linesOf(t, out.Bytes()) {
		seen[l.Kind]++
		seen[l.CodeName]++
		seen[l.StatusName]++
		if l.Kind == "open" && !strings.Contains(l.Note, " to ") {
			t.Errorf("a connection without its way: %+v", l)
		}
		if l.Kind == "request" && l.AddedNS == 0 {
			t.Errorf("nothing says what the proxy added: %+v", l)
		}
	}
	for _, want := range []string{"request", "response", "oneway", "SEND_MESSAGE_V2", "PULL_MESSAGE", "HEART_BEAT", "GET_ROUTEINFO_BY_TOPIC", "SUCCESS",
		"TOPIC_NOT_EXIST", "UPDATE_CONSUMER_OFFSET"} {
		if seen[want] == 0 {
			t.Errorf("no %s: %v", want, seen)
		}
	}
	for _, not := range []string{"gap", "garbage", "undecodable", "notice"} {
		if seen[not] > 0 {
			t.Errorf("%d %s", seen[not], not)
		}
	}
}

// What the proxy shows, what it records, and what clients did are the same; the upstream's side has the real addresses.
func TestProxyRecordsWhatItShows(t *testing.T) {
	cluster, err := demo.NewCluster(demo.ClusterOptions{Brokers: []string{"127.0.0.1:0"}, Slave: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	defer cluster.Close()
	dir := t.TempDir()
	t.Setenv("XDG_STATE_HOME", dir)
	file, ready := filepath.Join(dir, "relayed.pcapng"), filepath.Join(dir, "ready")
	var out, errs bytes.Buffer
	ended := make(chan int)
	go func() {
		ended <- run([]string{"proxy", "-n", cluster.NameServer(), "--listen", "127.0.0.1:0", "-o", "json", "--record", file, "--control", "none",
			"--ready-file", ready, "--until", `kind == "notice"`, "--duration", "60s"}, strings.NewReader(""), &out, &errs)
	}()
	var listener struct{ Mode, Address string }
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if b, err := os.ReadFile(ready); err == nil && json.Unmarshal(bytes.Split(b, []byte("\n"))[0], &listener) == nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("not ready: %s", errs.String())
		}
	}
	if err := demo.RunStory(context.Background(), listener.Address, demo.StoryOptions{Seed: 1, Speed: 20, Rounds: 1}); err != nil {
		t.Error(err)
	}
	// A broker that is not there makes the notice that ends the proxy.
	cluster.Close()
	p := demo.NewProducer("last", demo.ClientOptions{NameServer: listener.Address, ClientID: "127.0.0.1@last"})
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	p.Send(ctx, demo.Message{Topic: "orders"})
	p.Close()
	if code := <-ended; code != 0 {
		t.Fatalf("exit %d: %s", code, errs.String())
	}
	shown := linesOf(t, out.Bytes())
	if last := shown[len(shown)-1]; len(shown) < 100 {
		t.Fatalf("%d lines, the last %+v", len(shown), last)
	}
	frames := func(lines []line) map[string]int {
		n := map[string]int{}
		for _, l := range lines {
			if l.Kind == "request" || l.Kind == "response" || l.Kind == "oneway" {
				n[fmt.Sprintln(l.Kind, l.Dir, l.CodeName, l.StatusName, l.Len, l.Opaque)]++
			}
		}
		return n
	}
	var again, complaints bytes.Buffer
	if code := run([]string{"read", "-o", "json", file}, strings.NewReader(""), &again, &complaints); code != 0 || complaints.Len() > 0 {
		t.Fatalf("exit %d: %s", code, complaints.String())
	}
	want, got := frames(shown), frames(linesOf(t, again.Bytes()))
	for k, n := range want {
		if got[k] != n {
			t.Errorf("shown %d times, recorded %d times: %s", n, got[k], k)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d kinds of frames shown, %d recorded", len(want), len(got))
	}
	again.Reset()
	run([]string{"read", "--side", "upstream", "-o", "json", file}, strings.NewReader(""), &again, &complaints)
	servers := map[string]bool{}
	for _, l := range linesOf(t, again.Bytes()) {
		servers[l.Server] = true
	}
	if !servers[cluster.NameServer()] || !servers[cluster.Brokers()[0]] {
		t.Errorf("the upstream's side has %v", servers)
	}
}

func TestProxyUsage(t *testing.T) {
	for args, want := range map[string]string{
		"":                          "what shall be relayed?",
		"-n nowhere":                "no host:port",
		"-n a:1 --listen :9876":     "0.0.0.0:9876 if that is meant",
		"-n a:1 --listen 0.0.0.0:0": "--advertise",
		"-n a:1 --listen 127.0.0.1:0 --nsaddr :8080":                                 "0.0.0.0:8080 if that is meant",
		"--map 127.0.0.1:0=a:1 --nsaddr 127.0.0.1:0":                                 "--nsaddr",
		"--map 127.0.0.1:0=a:1 --rewrite-store-host":                                 "--rewrite-store-host",
		"-n a:1 --listen 127.0.0.1:0 --rewrite-store-host --advertise proxy.example": "advertise an IP address",
		"-n a:1 --ports range:1-2":                                                   "--ports",
		"-n a:1 --listen 127.0.0.1:0 --dial x":                                       "--dial",
		"--map a=b":                                                                  "--map",
		"--map 127.0.0.1:0=a:0":                                                      "a port is a number",
		"--map 127.0.0.1:0=:1":                                                       "no host:port",
		"-n a:1;b":                                                                   "no host:port",
		"-n a:http":                                                                  "a port is a number",
		"-n a:1 --listen 127.0.0.1:0 --dial b:1=c:70000":                             "a port is a number",
		"-n a:1 --listen 127.0.0.1:0 --external b:1=c\"d:1":                          "--external",
		"-n a:1 --listen 127.0.0.1:0 --advertise [::1]":                              "--advertise",
		"-n a:1 --listen 127.0.0.1:0 --metrics :9419":                                "0.0.0.0:9419 if that is meant",
		"-n a:1 --listen 127.0.0.1:0 -f x==":                                         "-f",
		"--map 127.0.0.1:0=a:1 --tls x":                                              "--tls",
		"--map 127.0.0.1:0=a:1 --no-tap -o json":                                     "--no-tap",
		"--map 127.0.0.1:0=a:1 --setup":                                              "--redirect",
		"--map 127.0.0.1:0=a:1 --mem 1":                                              "--mem",
		"--map 127.0.0.1:0=a:1 -o x":                                                 "-o is",
		"--map 127.0.0.1:0=a:1 --rotate-keep 2":                                      "--rotate",
	} {
		var out, errs bytes.Buffer
		all := append(strings.Fields("proxy --headless --control none"), strings.Fields(args)...)
		if code := run(all, strings.NewReader(""), &out, &errs); code != exitUsage || !strings.Contains(errs.String(), want) || strings.Count(errs.String(), "\n") != 1 {
			t.Errorf("%s: exit %d, %s", args, code, errs.String())
		}
	}
}
