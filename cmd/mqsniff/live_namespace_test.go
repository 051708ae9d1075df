//go:build linux

package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/mqsniff/mqsniff/decode"
)

const insideNamespace = "MQSNIFF_TEST_NAMESPACE"

// namespace runs the calling test again in namespaces of its own, of users, network and mounts, where it may capture on a
// loopback interface that nobody else uses. env is added to the environment. It returns true there; outside the test is over.
func namespace(t *testing.T, env ...string) bool {
	t.Helper()
	if os.Getenv(insideNamespace) != "" {
		if out, err := exec.Command("ip", "link", "set", "lo", "up").CombinedOutput(); err != nil {
			t.Fatalf("ip: %v: %s", err, out)
		}
		return true
	}
	t.Parallel()
	if _, err := exec.LookPath("ip"); err != nil {
		t.Skip("ip (iproute2) is not installed")
	}
	cmd := exec.Command(os.Args[0], "-test.run", "^"+t.Name()+"$", "-test.v", "-test.timeout", "120s")
	cmd.Env = append(append(os.Environ(), insideNamespace+"=1"), env...)
	cmd.SysProcAttr = newNamespaces(syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET | syscall.CLONE_NEWNS)
	out, err := cmd.CombinedOutput()
	if _, ran := err.(*exec.ExitError); err != nil && !ran {
		t.Skipf("no namespace can be made here: %v", err)
	}
	t.Logf("in a namespace:\n%s", out)
	if err != nil {
		t.Fatal("failed in the namespace")
	}
	if strings.Contains(string(out), "--- SKIP: "+t.Name()+" ") {
		t.Skip("skipped in the namespace")
	}
	return false
}

func newNamespaces(flags uintptr) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{
		Cloneflags:  flags,
		UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}},
	}
}

// gathered is output that is read while it grows.
type gathered struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (g *gathered) Write(p []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.b.Write(p)
}

// String leaves out what is said when the test is linked with C, whose threads keep their capabilities.
func (g *gathered) String() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return regexp.MustCompile(`(?m)^mqsniff: capabilities are kept.*\n`).ReplaceAllString(g.b.String(), "")
}

// live is a running mqsniff live.
type live struct {
	t         *testing.T
	cmd       *exec.Cmd
	out, errs gathered
	ended     chan struct{}
}

// startLive runs mqsniff live until the test ends, if it has not ended by then, and waits until it captures.
func startLive(t *testing.T, args ...string) *live {
	t.Helper()
	return startLiveProgram(t, "mqsniff", args...)
}

func startLiveProgram(t *testing.T, program string, args ...string) *live {
	t.Helper()
	l := &live{t: t, cmd: exec.Command(program, append([]string{"live"}, args...)...), ended: make(chan struct{})}
	l.cmd.Stdout, l.cmd.Stderr = &l.out, &l.errs
	l.cmd.Cancel = nil
	check(t, l.cmd.Start())
	go func() {
		_ = l.cmd.Wait()
		close(l.ended)
	}()
	t.Cleanup(func() {
		l.cmd.Process.Kill()
		<-l.ended
	})
	l.says(&l.errs, "capturing on ")
	return l
}

// says waits until the text is in what was written.
func (l *live) says(g *gathered, text string) {
	l.t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !strings.Contains(g.String(), text); time.Sleep(10 * time.Millisecond) {
		over := time.Now().After(deadline)
		select {
		case <-l.ended:
			over = !strings.Contains(g.String(), text)
		default:
		}
		if over {
			l.t.Fatalf("%v does not say %q:\n%s%s", l.cmd.Args, text, l.out.String(), l.errs.String())
		}
	}
}

// wait waits for the end, which must come with that exit code.
func (l *live) wait(code int) {
	l.t.Helper()
	select {
	case <-l.ended:
	case <-time.After(30 * time.Second):
		l.t.Fatalf("%v does not end:\n%s%s", l.cmd.Args, l.out.String(), l.errs.String())
	}
	if got := l.cmd.ProcessState.ExitCode(); got != code {
		l.t.Fatalf("%v: exit code %d, want %d:\n%s", l.cmd.Args, got, code, l.errs.String())
	}
}

// interrupt is Ctrl-C, which is the regular end: exit code 0.
func (l *live) interrupt() {
	l.t.Helper()
	check(l.t, l.cmd.Process.Signal(os.Interrupt))
	l.wait(0)
}

// talk is a connection between a client and a broker.
type talk struct {
	t              *testing.T
	client, broker net.Conn
	opaque         int32
}

// newTalk connects to a broker at the address.
func newTalk(t *testing.T, address string) *talk {
	t.Helper()
	l, err := net.Listen("tcp", address)
	check(t, err)
	defer l.Close()
	client, err := net.Dial("tcp", address)
	check(t, err)
	broker, err := l.Accept()
	check(t, err)
	k := &talk{t: t, client: client, broker: broker}
	t.Cleanup(k.close)
	return k
}

func (k *talk) close() {
	k.client.Close()
	k.broker.Close()
}

// Codes of RequestCode and ResponseCode that the tests use.
const (
	codeSendV2 = 310
	codeRoute  = 105

	statusOK      = 0
	statusNoTopic = 17
)

// asks sends a request about the topic, and has it answered.
func (k *talk) asks(code, status int32, topic string) {
	k.t.Helper()
	k.opaque++
	key := "topic"
	if code == codeSendV2 {
		key = "b"
	}
	request := decode.CommandSpec{Code: code, Opaque: k.opaque, Version: 479,
		Ext: []decode.ExtField{{Key: key, Value: topic}}}
	response := decode.CommandSpec{Code: status, Opaque: k.opaque, Flag: 1, Version: 479}
	k.carry(k.client, k.broker, &request, []byte("body of "+topic))
	k.carry(k.broker, k.client, &response, nil)
}

// carry has a frame arrive before it returns, so that packets are captured in the order of the calls.
func (k *talk) carry(from, to net.Conn, c *decode.CommandSpec, body []byte) {
	k.t.Helper()
	b, err := decode.EncodeCommand(nil, decode.JSON, c, body)
	check(k.t, err)
	_, err = from.Write(b)
	check(k.t, err)
	_, err = io.ReadFull(to, b)
	check(k.t, err)
}

// sends sends messages to topics with that name and a number.
func (k *talk) sends(n int, topic string) {
	k.t.Helper()
	for i := range n {
		k.asks(codeSendV2, statusOK, fmt.Sprint(topic, i))
	}
}
