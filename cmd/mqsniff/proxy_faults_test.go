//go:build linux

package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/mqsniff/mqsniff/control"
	"github.com/mqsniff/mqsniff/decode"
)

// relayed is a running mqsniff proxy, with one listener.
type relayed struct {
	*live
	address string // of the listener
	socket  string // for ctl
	ready   string // file
}

// startRelay runs mqsniff proxy until the test ends, if it has not ended by then, and waits until it is ready. out is its
// standard output, nil: that is gathered.
func startRelay(t *testing.T, out *os.File, args ...string) *relayed {
	t.Helper()
	dir, err := os.MkdirTemp("", "mq") // t.TempDir is too long for a socket
	check(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	ready := filepath.Join(dir, "ready")
	p := &relayed{live: &live{t: t, ended: make(chan struct{})}, socket: filepath.Join(dir, "s"), ready: ready}
	p.cmd = exec.Command("mqsniff", append([]string{"proxy", "--ready-file", ready, "--control", p.socket}, args...)...)
	p.cmd.Env = append(p.cmd.Environ(), "XDG_STATE_HOME="+dir)
	p.cmd.Stdout, p.cmd.Stderr = &p.out, &p.errs
	if out != nil {
		p.cmd.Stdout = out
	}
	p.run()
	waitFor(t, "the proxy is ready", func() bool {
		b, err := os.ReadFile(ready)
		for l := range bytes.Lines(b) {
			var at readyLine
			if json.Unmarshal(l, &at) == nil && at.Mode != "control" && at.Mode != "metrics" {
				p.address = at.Address
			}
		}
		select {
		case <-p.ended:
			t.Fatalf("%v ended: %s", p.cmd.Args, p.errs.String())
		default:
		}
		return err == nil && p.address != ""
	})
	return p
}

// run starts the program, and sees to its end.
func (p *relayed) run() {
	p.t.Helper()
	check(p.t, p.cmd.Start())
	go func() {
		_ = p.cmd.Wait()
		close(p.ended)
	}()
	p.t.Cleanup(func() {
		p.cmd.Process.Kill()
		<-p.ended
	})
}

// stats asks the proxy.
func (p *relayed) stats() (s control.Stats) {
	p.t.Helper()
	p.ctl(&s, "stats")
	return s
}

func (p *relayed) ctl(answer any, args ...string) {
	p.t.Helper()
	out, errs, code := mqsniff(p.t, append([]string{"ctl", "--socket", p.socket, "-o", "json"}, args...)...)
	if code != 0 {
		p.t.Fatalf("ctl %v: exit code %d, %s", args, code, errs)
	}
	check(p.t, json.Unmarshal([]byte(out), answer))
}

// peak is the most memory that the process had so far, in bytes.
func (p *relayed) peak() int {
	p.t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	check(p.t, err)
	m := regexp.MustCompile(`VmHWM:\s*(\d+) kB`).FindSubmatch(b)
	if m == nil {
		p.t.Skip("the kernel does not tell how much memory a process has")
	}
	n, err := strconv.Atoi(string(m[1]))
	check(p.t, err)
	return n << 10
}

// waitFor waits for what another process or goroutine does.
func waitFor(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(60 * time.Second); !is(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("never: " + what)
		}
	}
}

// serve plays a server and returns its address.
func serve(t *testing.T, handle func(*net.TCPConn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				handle(c.(*net.TCPConn))
			}()
		}
	}()
	return l.Addr().String()
}

// answering is a server that answers each request with a body of its own.
func answering(body []byte) func(*net.TCPConn) {
	return func(c *net.TCPConn) {
		for {
			f, err := readFrame(c)
			if err != nil {
				return
			}
			var cmd decode.Command
			if cmd.Decode(f) != nil {
				return
			}
			if _, err := c.Write(command(statusOK, cmd.Opaque, decode.FlagResponse, body)); err != nil {
				return
			}
		}
	}
}

func readFrame(r io.Reader) (decode.Frame, error) {
	b := make([]byte, 4)
	if _, err := io.ReadFull(r, b); err != nil {
		return decode.Frame{}, err
	}
	b = append(b, make([]byte, binary.BigEndian.Uint32(b))...)
	if _, err := io.ReadFull(r, b[4:]); err != nil {
		return decode.Frame{}, err
	}
	prefix, ok := decode.ValidPrefix(b, decode.Limits{})
	if !ok {
		return decode.Frame{}, fmt.Errorf("%q is no frame", b[:8])
	}
	return decode.Cut(b, prefix), nil
}

// command is a frame.
func command(code, opaque, flag int32, body []byte) []byte {
	b, err := decode.EncodeCommand(nil, decode.JSON, &decode.CommandSpec{Code: code, Opaque: opaque, Flag: flag, Version: 479,
		Ext: []decode.ExtField{{Key: "b", Value: "Orders"}, {Key: "topic", Value: "Orders"}}}, body)
	if err != nil {
		panic(err) // of a constant of a test
	}
	return b
}

// connect is a client's connection.
func (p *relayed) connect() *net.TCPConn {
	p.t.Helper()
	c, err := net.Dial("tcp", p.address)
	check(p.t, err)
	p.t.Cleanup(func() { c.Close() })
	return c.(*net.TCPConn)
}

// ask has a request answered.
func ask(c net.Conn, code, opaque int32, body []byte) error {
	if _, err := c.Write(command(code, opaque, 0, body)); err != nil {
		return err
	}
	f, err := readFrame(c)
	if err != nil {
		return err
	}
	var answer decode.Command
	if err := answer.Decode(f); err != nil || answer.Opaque != opaque {
		return fmt.Errorf("request %d was answered by %d, %w", opaque, answer.Opaque, err)
	}
	return nil
}

// said are the lines on standard error behind those that say what is relayed.
func (p *relayed) said() []string {
	var lines []string
	for l := range strings.Lines(p.errs.String()) {
		if !strings.HasPrefix(l, "mqsniff: relaying ") {
			lines = append(lines, strings.TrimSuffix(l, "\n"))
		}
	}
	return lines
}

// terminate asks the process to end until it does: the second time it does not wait for anything.
func (p *relayed) terminate() {
	p.t.Helper()
	waitFor(p.t, "the proxy ends", func() bool {
		p.cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-p.ended:
			return true
		default:
			return false
		}
	})
}
