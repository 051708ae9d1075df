package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"time"
)

// Roles of this program, as its first argument.
const (
	roleServer = "as-server"
	roleRelay  = "as-relay"
)

func self() string {
	path, err := os.Executable()
	if err != nil {
		return os.Args[0]
	}
	return path
}

// process is a server or a relay.
type process struct {
	cmd     *exec.Cmd
	stdin   io.Closer
	out     *bufio.Reader
	address string
}

// start runs a program. With listening nil it says its address in its first line; otherwise that is waited for.
func start(listening func() error, argv ...string) (*process, error) {
	c := exec.Command(argv[0], argv[1:]...)
	stdin, err := c.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := c.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if listening == nil {
		c.Stderr = os.Stderr
	}
	if err := c.Start(); err != nil {
		return nil, err
	}
	p := &process{cmd: c, stdin: stdin, out: bufio.NewReader(stdout)}
	if listening == nil {
		p.address, err = p.out.ReadString('\n')
		p.address = strings.TrimSpace(p.address)
	} else {
		go io.Copy(io.Discard, p.out)
		for end := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
			if err = listening(); err == nil || time.Now().After(end) {
				break
			}
		}
	}
	if err != nil {
		p.kill()
		return nil, fmt.Errorf("starting %s: %w", argv[0], err)
	}
	return p, nil
}

// stop ends one of this program's own processes, and returns what it says in the end.
func (p *process) stop() (f final) {
	p.stdin.Close()
	json.NewDecoder(p.out).Decode(&f) // a plain relay says nothing
	p.cmd.Wait()
	return f
}

func (p *process) kill() {
	p.cmd.Process.Kill()
	p.cmd.Wait()
}

// freeAddress is one that nobody listens on at this moment.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

func reachable(address string) error {
	c, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	return errors.Join(c.Close())
}
