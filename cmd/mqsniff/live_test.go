//go:build linux

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

const broker = "127.0.0.1:10911"

// TestLiveOutputs: Ctrl-C is the regular end, with everything printed.
func TestLiveOutputs(t *testing.T) {
	if !namespace(t) {
		return
	}
	outputs := map[string]*live{}
	for _, o := range []string{"text", "wide", "json", "summary", "none"} {
		outputs[o] = startLive(t, "-i", "lo", "-o", o)
	}
	k := newTalk(t, broker)
	k.sends(3, "Orders")
	k.asks(codeRoute, statusNoTopic, "Nowhere")
	outputs["text"].says(&outputs["text"].out, "TOPIC_NOT_EXIST")
	k.close()
	outputs["json"].says(&outputs["json"].out, `"close"`)
	for o, l := range outputs {
		l.interrupt()
		out, errs := l.out.String(), l.errs.String()
		lost := strings.Contains(errs, " packets captured, 0 lost\n")
		switch o {
		case "text", "wide", "json":
			if n := strings.Count(out, "\n"); n != 10 || strings.Count(out, "Orders") < 3 || !lost {
				t.Errorf("-o %s: %d lines\n%s%s", o, n, out, errs)
			}
		case "none":
			if out != "" || !lost {
				t.Errorf("-o none: %s%s", out, errs)
			}
		case "summary":
			if !regexp.MustCompile(`SEND_MESSAGE_V2 +3`).MatchString(out) || !strings.Contains(out, "TOPIC_NOT_EXIST") {
				t.Errorf("-o summary:\n%s%s", out, errs)
			}
		}
	}
	jsonLines(t, []byte(outputs["json"].out.String()))
}

// TestLiveEnds: each way to end, and its exit code.
func TestLiveEnds(t *testing.T) {
	if !namespace(t) {
		return
	}
	counted := startLive(t, "-i", "lo", "-o", "text", "-n", "4")
	met := startLive(t, "-i", "lo", "-o", "none", "--until", "status == TOPIC_NOT_EXIST", "--duration", "1m")
	unmet := startLive(t, "-i", "lo", "-o", "none", "--until", "status == SYSTEM_BUSY", "--duration", "1s")
	timed := startLive(t, "-i", "lo", "-o", "text", "--duration", "1s")
	terminated := startLive(t, "-i", "lo", "-o", "json")
	k := newTalk(t, broker)
	k.sends(5, "Orders")
	counted.wait(0)
	if out := counted.out.String(); strings.Count(out, "\n") != 4 {
		t.Errorf("-n 4:\n%s", out)
	}
	k.asks(codeRoute, statusNoTopic, "Nowhere")
	met.wait(0)
	unmet.wait(1)
	if errs := unmet.errs.String(); !strings.HasSuffix(errs, "\nmqsniff: ended before --until came true\n") {
		t.Errorf("--until unmet: %s", errs)
	}
	timed.wait(0)
	check(t, terminated.cmd.Process.Signal(syscall.SIGTERM))
	terminated.wait(0)
	if out := terminated.out.String(); strings.Count(out, "\n") != 13 {
		t.Errorf("SIGTERM:\n%s", out)
	}
}

// TestLiveReaderThatHasEnough: `mqsniff live … | head -1` says nothing of it, and does not go on.
func TestLiveReaderThatHasEnough(t *testing.T) {
	if !namespace(t) {
		return
	}
	for _, args := range [][]string{{"-o", "text"}, {"-o", "json", "--detail"}, {"-w", "-"}} {
		in, out, err := os.Pipe()
		check(t, err)
		l := &live{t: t, cmd: exec.Command("mqsniff", append([]string{"live", "-i", "lo"}, args...)...), ended: make(chan struct{})}
		l.cmd.Stdout, l.cmd.Stderr = out, &l.errs
		check(t, l.cmd.Start())
		out.Close()
		go func() {
			_ = l.cmd.Wait()
			close(l.ended)
		}()
		t.Cleanup(func() { l.cmd.Process.Kill() })
		l.says(&l.errs, "capturing on ")
		k := newTalk(t, broker)
		k.sends(1, "Orders")
		_, err = in.Read(make([]byte, 10))
		check(t, err)
		in.Close()
		k.sends(1, "Orders")
		l.wait(0)
		if errs := l.errs.String(); strings.Count(errs, "\n") != 1 {
			t.Errorf("%v: %s", args, errs)
		}
		k.close()
	}
}

// TestLiveInterfaces: no packet comes twice, whatever interfaces are named.
func TestLiveInterfaces(t *testing.T) {
	for _, tt := range []struct{ args, want string }{
		{"-i any -i lo", "-i any already contains lo: leave one out"},
		{"-i lo,any -i eth0", "-i any already contains eth0, lo: leave one out"},
		{"-i any -i any -n -1", "-n takes a number from 0, not -1"}, // the same twice is no mistake
	} {
		out, errs, code := mqsniff(t, append(append([]string{"live"}, strings.Fields(tt.args)...), "-o", "text")...)
		if code != exitUsage || out != "" || errs != "mqsniff: "+tt.want+"\n" {
			t.Errorf("%s: exit code %d, %s%s", tt.args, code, out, errs)
		}
	}
	if !namespace(t) {
		return
	}
	l := startLive(t, "-i", "lo", "-i", "lo", "-o", "text")
	newTalk(t, broker).sends(1, "Orders")
	l.says(&l.out, "SEND_MESSAGE_V2")
	l.interrupt()
	if out, errs := l.out.String(), l.errs.String(); strings.Count(out, "Orders0") != 2 || !strings.Contains(errs, "capturing on lo: ") {
		t.Errorf("%s%s", out, errs)
	}
	if out, err := exec.Command("ip", "link", "property", "add", "dev", "lo", "altname", "loop0").CombinedOutput(); err != nil {
		t.Skipf("no other names of interfaces here: %s", out)
	}
	if _, errs, code := mqsniff(t, "live", "-i", "lo", "-i", "loop0", "-o", "text"); code != exitFailed || errs != "mqsniff: lo and loop0 are one interface: leave one out\n" {
		t.Errorf("exit code %d, %s", code, errs)
	}
}

// TestLiveMetrics scrapes what was counted.
func TestLiveMetrics(t *testing.T) {
	if !namespace(t) {
		return
	}
	l := startLive(t, "-i", "lo", "-o", "text", "--metrics", "127.0.0.1:0")
	url := regexp.MustCompile(`http://\S+`).FindString(l.errs.String())
	k := newTalk(t, broker)
	k.sends(7, "Orders")
	k.asks(codeRoute, statusNoTopic, "Nowhere")
	l.says(&l.out, "TOPIC_NOT_EXIST")
	r, err := http.Get(url)
	check(t, err)
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	check(t, err)
	for _, want := range []string{
		`mqsniff_frames_total{kind="request",operation="SEND_MESSAGE_V2"} 7`,
		`mqsniff_frames_total{kind="response",operation="SEND_MESSAGE_V2"} 7`,
		`mqsniff_response_latency_seconds_count{long_poll="false",operation="SEND_MESSAGE_V2"} 7`,
		`mqsniff_errors_total{operation="GET_ROUTEINFO_BY_TOPIC",status="TOPIC_NOT_EXIST"} 1`,
		`mqsniff_connections_open 1`,
		`mqsniff_requests_in_flight 0`,
	} {
		if !strings.Contains(string(body), "\n"+want+"\n") {
			t.Errorf("%s is not among\n%s", want, body)
		}
	}
	l.interrupt()
}

// TestLiveAuto finds RocketMQ on an odd port, says so, and lets nothing else come any more.
func TestLiveAuto(t *testing.T) {
	if !namespace(t) {
		return
	}
	l := startLive(t, "-i", "lo", "-o", "json", "--auto", "--auto-for", "1s")
	odd, other, late := newTalk(t, "127.0.0.1:23456"), newTalk(t, "127.0.0.1:7000"), newTalk(t, "127.0.0.1:23457")
	odd.sends(3, "Orders")
	_, err := other.client.Write([]byte("no frame of any protocol that is known"))
	check(t, err)
	l.says(&l.errs, "RocketMQ is spoken on port 23456\n")
	l.says(&l.errs, "capturing tcp and port 23456 from now on\n")
	late.sends(1, "Unseen")
	newTalk(t, "127.0.0.1:7001").sends(1, "Unseen")
	odd.sends(1, "Last")
	l.says(&l.out, "Last0")
	l.interrupt()
	if out := l.out.String(); strings.Contains(out, "Unseen") || strings.Contains(out, ":7001") || strings.Count(out, `"notice"`) < 2 {
		t.Errorf("\n%s\n%s", out, l.errs.String())
	}
}

// TestLiveKernelFilters: what the kernel hands over.
func TestLiveKernelFilters(t *testing.T) {
	if !namespace(t) {
		return
	}
	program := func(text string) string { return writeFile(t, "program", []byte(text)) }
	const first, second = "127.0.0.1:10911", "127.0.0.2:20911"
	tests := []struct {
		args []string
		want []string // of the two brokers
	}{
		{nil, []string{first}},
		{[]string{"--port", "20911"}, []string{second}},
		{[]string{"--port", "10000-30000"}, []string{first, second}},
		{[]string{"--port", "all"}, []string{first, second}},
		{[]string{"--port", "all", "--host", "127.0.0.2"}, []string{second}},
		{[]string{"--port", "all", "--net", "127.0.0.2/31"}, []string{second}},
		{[]string{"--host", "127.0.0.2"}, nil},
		{[]string{"--vlan", "7", "--port", "all"}, nil},
		{[]string{"--bpf", program("1\n6 0 0 262144\n")}, []string{first, second}},
		{[]string{"--bpf", program("1\n6 0 0 0\n")}, nil},
		{[]string{"--auto", "--host", "127.0.0.2"}, []string{second}},
		{[]string{"tcp", "port", "20911"}, []string{second}},
		{[]string{"tcp port 10911 or tcp port 20911"}, []string{first, second}},
	}
	if _, err := exec.LookPath("tcpdump"); err != nil {
		t.Log("tcpdump is not installed: no expressions")
		tests = tests[:len(tests)-2]
	}
	// All see the same traffic. The last sees all of it, so that the others had their time.
	var running []*live
	for _, tt := range tests {
		running = append(running, startLive(t, append([]string{"-i", "any", "-o", "json"}, tt.args...)...))
	}
	for _, address := range []string{first, second} {
		newTalk(t, address).sends(2, "Orders")
	}
	for i, tt := range tests {
		l := running[i]
		for _, address := range tt.want {
			l.says(&l.out, `"`+address+`"`)
		}
		l.interrupt()
		seen := map[string]bool{}
		for line := range strings.Lines(l.out.String()) {
			var e struct{ Server string }
			check(t, json.Unmarshal([]byte(line), &e))
			if e.Server != "" {
				seen[e.Server] = true
			}
		}
		for _, address := range tt.want {
			if !seen[address] {
				t.Errorf("%v: nothing of %s", tt.args, address)
			}
			delete(seen, address)
		}
		if len(seen) > 0 {
			t.Errorf("%v: also %v", tt.args, seen)
		}
	}
}

// TestLivePromiscuous: what is said while an interface is opened has nobody to hear it yet. Regression: that was a panic.
func TestLivePromiscuous(t *testing.T) {
	if !namespace(t) {
		return
	}
	l := startLive(t, "-i", "any", "--promiscuous", "-o", "text")
	l.interrupt()
	const said = "promiscuous mode needs an interface by name"
	if !strings.Contains(l.errs.String(), said) || !strings.Contains(l.out.String(), said) {
		t.Errorf("%s%s", l.out.String(), l.errs.String())
	}
}

// TestLivePrivileges: those that opened the interface are gone afterwards.
func TestLivePrivileges(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program without C")
	}
	const built = "MQSNIFF_TEST_PLAIN"
	var env []string
	if os.Getenv(insideNamespace) == "" {
		path := filepath.Join(t.TempDir(), "mqsniff")
		build := exec.Command("go", "build", "-o", path, ".")
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := build.CombinedOutput(); err != nil {
			t.Skipf("cannot be built without C here: %v: %s", err, out)
		}
		env = append(env, built+"="+path)
	}
	if !namespace(t, env...) {
		return
	}
	l := startLiveProgram(t, os.Getenv(built), "-i", "lo", "-o", "text")
	tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/status", l.cmd.Process.Pid))
	check(t, err)
	if len(tasks) == 0 {
		t.Error("it has no threads")
	}
	for _, task := range tasks {
		status, err := os.ReadFile(task)
		check(t, err)
		for _, set := range []string{"CapEff", "CapPrm"} {
			if !strings.Contains(string(status), set+":\t0000000000000000\n") {
				t.Errorf("%s:\n%s", task, status)
			}
		}
	}
	newTalk(t, broker).sends(1, "Orders")
	l.says(&l.out, "Orders0")
	l.interrupt()
}
