//go:build linux

package e2e

import (
	"bytes"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience is how long the tests wait for what takes a second on an idle machine. It only matters when something is wrong.
const patience = 2 * time.Minute

// process is a program in the background, with what it has printed so far.
type process struct {
	t      *testing.T
	name   string
	cmd    *exec.Cmd
	stdout *text
	stderr *text
	ended  chan struct{} // closed when it has ended; err is set before
	err    error
}

// text gathers output while others read it.
type text struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (x *text) Write(p []byte) (int, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.b.Write(p)
}

func (x *text) String() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.b.String()
}

// start runs a program until the test ends, if it has not ended by then. env is added to the environment.
func start(t *testing.T, dir string, env []string, name string, args ...string) *process {
	t.Helper()
	p := &process{t: t, name: name, cmd: exec.Command(name, args...), stdout: &text{}, stderr: &text{}, ended: make(chan struct{})}
	p.cmd.Dir = dir
	p.cmd.Env = append(p.cmd.Environ(), env...)
	p.cmd.Stdout, p.cmd.Stderr = p.stdout, p.stderr
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.ended)
	}()
	t.Cleanup(func() {
		syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
		<-p.ended
	})
	return p
}

func (p *process) running() bool {
	select {
	case <-p.ended:
		return false
	default:
		return true
	}
}

// says waits until the process has printed the words on x, one of its streams.
func (p *process) says(x *text, words string) {
	p.t.Helper()
	for deadline := time.Now().Add(patience); !strings.Contains(x.String(), words); time.Sleep(20 * time.Millisecond) {
		if !p.running() && !strings.Contains(x.String(), words) {
			p.t.Fatalf("%s ended (%v) before it said %q:\n%s", p.name, p.err, words, p.tail())
		}
		if time.Now().After(deadline) {
			p.t.Fatalf("%s does not say %q:\n%s", p.name, words, p.tail())
		}
	}
}

// end interrupts the process, waits for its end, and wants it to have succeeded.
func (p *process) end() {
	p.t.Helper()
	p.cmd.Process.Signal(syscall.SIGINT)
	p.succeeds()
}

// succeeds waits for the end of the process.
func (p *process) succeeds() {
	p.t.Helper()
	select {
	case <-p.ended:
	case <-time.After(2 * patience):
		p.t.Fatalf("%s does not end:\n%s", p.name, p.tail())
	}
	if p.err != nil {
		p.t.Fatalf("%s: %v\n%s", p.name, p.err, p.tail())
	}
}

// tail is what was printed last.
func (p *process) tail() string {
	out, errs := p.stdout.String(), p.stderr.String()
	return "..." + out[max(0, len(out)-1000):] + errs[max(0, len(errs)-4000):]
}
