package firewall

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Tool finds out which of iptables and nft is there.
func Tool() (string, error) {
	for _, tool := range []string{"iptables", "nft"} {
		if _, err := exec.LookPath(tool); err == nil {
			return tool, nil
		}
	}
	return "", errors.New("neither iptables nor nft is there (is /usr/sbin in PATH?): install one, or use SOCKS5 or the proxy as name server")
}

// MarkedDial is for Options.Dial: it marks what the proxy sends, for Rules.Mark.
func MarkedDial(mark uint32) func(ctx context.Context, target string) (net.Conn, error) {
	dialer := &net.Dialer{Control: func(_, _ string, c syscall.RawConn) error {
		var failed error
		if err := c.Control(func(fd uintptr) {
			failed = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_MARK, int(mark))
		}); err != nil {
			return err
		}
		if failed != nil {
			return fmt.Errorf("mark packets: %w: it needs root or CAP_NET_ADMIN; let a user of its own run the proxy instead", failed)
		}
		return nil
	}}
	return func(ctx context.Context, target string) (net.Conn, error) {
		return dialer.DialContext(ctx, "tcp", target)
	}
}

// runner runs a command and returns its standard output.
type runner func(ctx context.Context, command []string) (string, error)

// removeTime is what taking rules away may take.
const removeTime = 20 * time.Second

// Made are rules that were set up.
type Made struct {
	// Replaced: there were rules before, of a proxy that ended without taking them away or that still runs.
	Replaced bool
	// IPv4Only is why IPv6 is not redirected although the listener takes it; nil: it is, or does not matter.
	IPv4Only error

	rules Rules
	run   runner
}

// Setup makes the rules. Those that an earlier proxy left behind are taken away first. Remove must be called in the end.
func (r Rules) Setup(ctx context.Context) (*Made, error) { return r.setup(ctx, run) }

func (r Rules) setup(ctx context.Context, run runner) (*Made, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	m := &Made{rules: r, run: run}
	for _, v6 := range []bool{false, true} {
		if !r.family(v6) {
			continue
		}
		err := m.make(ctx, v6)
		if err == nil {
			continue
		}
		m.clear(context.WithoutCancel(ctx), v6) // what was made of them
		if v6 && r.family(false) {
			m.IPv4Only = err
			continue
		}
		return nil, err
	}
	return m, nil
}

func (m *Made) make(ctx context.Context, v6 bool) error {
	replaced, err := m.clear(ctx, v6)
	if err != nil {
		return err
	}
	m.Replaced = m.Replaced || replaced
	commands, _ := m.rules.commands(v6)
	for _, c := range commands {
		if _, err := m.run(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

// Release redirects nothing more; connections that were redirected go on, until Remove.
func (m *Made) Release() error {
	ctx, cancel := context.WithTimeout(context.Background(), removeTime)
	defer cancel()
	var failed []error
	for _, v6 := range []bool{false, true} {
		if !m.made(v6) {
			continue
		}
		for _, c := range m.rules.release(v6) {
			_, err := m.run(ctx, c)
			failed = append(failed, err)
		}
	}
	return errors.Join(failed...)
}

// made tells whether there are rules for IPv6, or IPv4.
func (m *Made) made(v6 bool) bool {
	return m.rules.family(v6) && !(v6 && m.IPv4Only != nil)
}

// Remove takes the rules away; it does nothing if somebody else did. The context of Setup may be done.
func (m *Made) Remove() error {
	ctx, cancel := context.WithTimeout(context.Background(), removeTime)
	defer cancel()
	var failed []error
	for _, v6 := range []bool{false, true} {
		if m.made(v6) {
			_, err := m.clear(ctx, v6)
			failed = append(failed, err)
		}
	}
	return errors.Join(failed...)
}

// clear takes the chain away with all that jumps to it, whoever made it.
func (m *Made) clear(ctx context.Context, v6 bool) (found bool, err error) {
	if m.rules.Tool == "nft" {
		tables, err := m.run(ctx, command("nft list tables "+nftFamily(v6)))
		if err != nil || !hasLine(tables, "table "+nftFamily(v6)+" "+nftTable) {
			return false, err
		}
		_, err = m.run(ctx, command("nft delete table "+nftFamily(v6)+" "+nftTable))
		return true, err
	}
	rules, err := m.run(ctx, command(nat(v6)+"-S"))
	if err != nil || !hasLine(rules, "-N "+chain) {
		return false, err
	}
	var commands [][]string
	for line := range strings.Lines(rules) {
		line = strings.TrimSpace(line)
		if rule, ok := strings.CutPrefix(line, "-A "); ok && strings.HasSuffix(line, " -j "+chain) {
			commands = append(commands, command(nat(v6)+"-D "+rule))
		}
	}
	commands = append(commands, command(nat(v6)+"-F "+chain), command(nat(v6)+"-X "+chain))
	for _, c := range commands {
		if _, err := m.run(ctx, c); err != nil {
			return true, err
		}
	}
	return true, nil
}

func hasLine(text, want string) bool {
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) == want {
			return true
		}
	}
	return false
}

// run runs a command; the error is one line with what the command said.
func run(ctx context.Context, command []string) (string, error) {
	c := exec.CommandContext(ctx, command[0], command[1:]...)
	out, err := c.Output()
	if err == nil {
		return string(out), nil
	}
	var exit *exec.ExitError
	said := err.Error()
	if errors.As(err, &exit) && len(exit.Stderr) > 0 {
		said, _, _ = strings.Cut(strings.TrimSpace(string(exit.Stderr)), "\n")
	}
	remedy := ""
	if unix.Geteuid() != 0 {
		remedy = ": it needs root"
	}
	return "", fmt.Errorf("%s: %s%s", strings.TrimSpace(ShellCommands([][]string{command})), said, remedy)
}
