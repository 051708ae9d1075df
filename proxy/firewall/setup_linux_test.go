package firewall

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/mqsniff/mqsniff/proxy"
)

// fakeKernel plays iptables' nat table and nft's list of tables.
type fakeKernel struct {
	rules  map[string][]string // by tool: chains and rules, as -S shows them
	refuse string              // a command that contains it fails
}

func (f *fakeKernel) run(_ context.Context, command []string) (string, error) {
	if f.refuse != "" && strings.Contains(strings.Join(command, " "), f.refuse) {
		return "", errors.New("refused")
	}
	tool := command[0]
	rules := f.rules[tool]
	if tool == "nft" {
		what := strings.Join(command[2:], " ")
		switch command[1] {
		case "list":
			return strings.Join(rules, "\n") + "\n", nil
		case "delete", "add":
			rules = slices.DeleteFunc(rules, func(r string) bool { return r == what })
			if command[1] == "add" && command[2] == "table" {
				rules = append(rules, what)
			}
		}
		f.rules[tool] = rules
		return "", nil
	}
	verb, what := command[4], strings.Join(command[5:], " ") // after -w -t nat
	switch verb {
	case "-S":
		return strings.Join(rules, "\n") + "\n", nil
	case "-N":
		if slices.Contains(rules, "-N "+what) {
			return "", errors.New("chain already exists")
		}
		rules = append(rules, "-N "+what)
	case "-A", "-I":
		rules = append(rules, "-A "+what)
	case "-D":
		i := slices.Index(rules, "-A "+what)
		if i < 0 {
			return "", errors.New("no such rule")
		}
		rules = slices.Delete(rules, i, i+1)
	case "-F":
		rules = slices.DeleteFunc(rules, func(r string) bool { return strings.HasPrefix(r, "-A "+what+" ") })
	case "-X":
		if slices.ContainsFunc(rules, func(r string) bool { return strings.HasSuffix(r, "-j "+what) }) {
			return "", errors.New("chain is in use")
		}
		rules = slices.DeleteFunc(rules, func(r string) bool { return r == "-N "+what })
	}
	f.rules[tool] = rules
	return "", nil
}

// Rules that were left behind are replaced, whatever they said; after the end there are only those of others.
func TestSetup(t *testing.T) {
	others := map[string][]string{
		"iptables":  {"-P OUTPUT ACCEPT", "-N DOCKER", "-A OUTPUT -m addrtype --dst-type LOCAL -j DOCKER"},
		"ip6tables": {"-P OUTPUT ACCEPT"},
		"nft":       {"table ip nat", "table ip mqsniffer", "table ip6 nat"},
	}
	for _, tool := range []string{"iptables", "nft"} {
		fake := &fakeKernel{rules: map[string][]string{}}
		for name, rules := range others {
			fake.rules[name] = slices.Clone(rules)
		}
		before := Rules{Tool: tool, Listener: netip.MustParseAddrPort("[::]:7777"), Targets: targets(t, "9876"), UID: 1000, Incoming: true}
		if r, err := before.setup(context.Background(), fake.run); err != nil || r.Replaced {
			t.Fatalf("%s: %+v, %v", tool, r, err)
		} // and it crashes
		f := Rules{Tool: tool, Listener: netip.MustParseAddrPort("[::]:8888"), Targets: targets(t, "10911"), UID: -1, Mark: 7}
		r, err := f.setup(context.Background(), fake.run)
		if err != nil || !r.Replaced || r.IPv4Only != nil {
			t.Fatalf("%s: %+v, %v", tool, r, err)
		}
		if text := strings.Join(fake.rules[tool], "\n"); strings.Contains(text, "7777") || strings.Contains(text, "PREROUTING") {
			t.Errorf("still there:\n%s", text)
		}
		for range 2 { // the second time there is nothing to do
			if err := r.Remove(); err != nil {
				t.Errorf("%s: %v", tool, err)
			}
		}
		for name, rules := range others {
			if !slices.Equal(fake.rules[name], rules) {
				t.Errorf("%s: left %q", name, fake.rules[name])
			}
		}
	}
}

// What fails half-way leaves nothing; IPv6 alone may fail.
func TestSetupFails(t *testing.T) {
	f := Rules{Tool: "iptables", Listener: netip.MustParseAddrPort("[::]:7777"), Targets: targets(t, "9876"), UID: 0}
	for refuse, want := range map[string]bool{"iptables -w -t nat -I OUTPUT": false, "ip6tables -w -t nat -I": true, "ip6tables -w -t nat -S": true} {
		fake := &fakeKernel{rules: map[string][]string{}, refuse: refuse}
		r, err := f.setup(context.Background(), fake.run)
		if (err == nil) != want || want && r.IPv4Only == nil {
			t.Errorf("%s: %+v, %v", refuse, r, err)
			continue
		}
		if want {
			if err := r.Remove(); err != nil {
				t.Errorf("%s: %v", refuse, err)
			}
		}
		if len(fake.rules["iptables"])+len(fake.rules["ip6tables"]) != 0 {
			t.Errorf("%s: left %q", refuse, fake.rules)
		}
	}
}

// A real kernel redirects a client, but not the proxy, and forgets about it in the end.
func TestInNamespace(t *testing.T) {
	if _, err := Tool(); err != nil {
		t.Skip(err)
	}
	if os.Getenv("MQSNIFF_IN_NAMESPACE") == "" {
		again := exec.Command(os.Args[0], "-test.run=^TestInNamespace$", "-test.v")
		again.Env = append(os.Environ(), "MQSNIFF_IN_NAMESPACE=1")
		again.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET,
			UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}}, GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}}}
		out, err := again.CombinedOutput()
		switch {
		case strings.Contains(string(out), "--- SKIP"):
			t.Skipf("%s", out)
		case errors.Is(err, syscall.EPERM), errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EINVAL):
			t.Skipf("no user namespace: %v", err)
		case err != nil:
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	if err := loopbackUp(); err != nil {
		t.Skipf("loopback: %v", err)
	}
	made := 0
	for _, tool := range []string{"iptables", "nft"} {
		if _, err := exec.LookPath(tool); err == nil && redirects(t, tool) {
			made++
		}
	}
	if made == 0 {
		t.Skip("no NAT here")
	}
}

// redirects tells whether a tool can make rules here, and sees whether they do what they shall.
func redirects(t *testing.T, tool string) bool {
	server, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	go func() {
		for {
			c, err := server.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				c.Write([]byte("the broker"))
				io.Copy(c, c)
			}()
		}
	}()
	p := proxy.New(proxy.Options{Dial: MarkedDial(0x4d51)})
	l, err := p.Listen("127.0.0.1:0", proxy.ListenOptions{Mode: "redirect", Resolve: proxy.Redirect})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Shutdown(t.Context())
	f := Rules{Tool: tool, Listener: l.Address, Targets: []Target{{Port: uint16(server.Addr().(*net.TCPAddr).Port)}}, UID: -1, Mark: 0x4d51}
	if _, err := f.Setup(context.Background()); err != nil {
		t.Logf("%s: %v", tool, err)
		return false
	}
	dial := func() *net.TCPConn {
		c, err := net.Dial("tcp", server.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		return c.(*net.TCPConn)
	}
	accepted := func(what string, want uint64) {
		t.Helper()
		c := dial()
		c.CloseWrite()
		if b, err := io.ReadAll(c); err != nil || string(b) != "the broker" {
			t.Errorf("%s, %s: %q, %v", tool, what, b, err)
		}
		if n := p.Stats().Accepted; n != want {
			t.Errorf("%s, %s: %d connections were redirected, want %d", tool, what, n, want)
		}
	}
	accepted("begin", 1)
	r, err := f.Setup(context.Background())
	if err != nil || !r.Replaced {
		t.Errorf("%s: %+v, %v", tool, r, err)
	}
	long := dial()
	defer long.Close()
	io.ReadFull(long, make([]byte, len("the broker")))
	accepted("again", 3)
	if err := r.Release(); err != nil {
		t.Error(err)
	}
	accepted("released", 3)
	// Regression: without a rule that translates, the kernel translated no more, and this was reset.
	long.SetDeadline(time.Now().Add(10 * time.Second))
	if _, err := long.Write([]byte("ping")); err != nil {
		t.Error(err)
	}
	if _, err := io.ReadFull(long, make([]byte, 4)); err != nil {
		t.Errorf("%s: a connection that was redirected: %v", tool, err)
	}
	if err := r.Remove(); err != nil {
		t.Error(err)
	}
	accepted("removed", 3)
	return true
}

// loopbackUp switches the namespace's loopback interface on (netdevice(7), SIOCSIFFLAGS).
func loopbackUp() error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	request, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	request.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
	return unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, request)
}
