//go:build linux

package main

import (
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// nobody is an address that nobody listens on.
func nobody(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	l.Close()
	return l.Addr().String()
}

// blackHole is an address that answers no connection: as many wait to be accepted as may.
func blackHole(t *testing.T) string {
	t.Helper()
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	check(t, err)
	t.Cleanup(func() { unix.Close(fd) })
	check(t, unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}))
	check(t, unix.Listen(fd, 0))
	name, err := unix.Getsockname(fd)
	check(t, err)
	for range 8 {
		c, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
		check(t, err)
		t.Cleanup(func() { unix.Close(c) })
		if err := unix.Connect(c, name); err != unix.EINPROGRESS && err != nil {
			t.Skipf("no black hole can be made here: %v", err)
		}
	}
	return (&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: name.(*unix.SockaddrInet4).Port}).String()
}

// turnedAway is how a connection ends on which nothing is sent: in connecting already, or in reading.
func (p *relayed) turnedAway() error {
	c, err := net.Dial("tcp", p.address)
	if err != nil {
		return err
	}
	defer c.Close()
	_, err = io.ReadAll(c)
	return err
}

// TestProxyServerDown: one line names the server and why; with a time-out it says how long that was. Clients are reset.
func TestProxyServerDown(t *testing.T) {
	down, hole := nobody(t), blackHole(t)
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"--map", "127.0.0.1:0=" + down}, down + ": connection refused"},
		{[]string{"--map", "127.0.0.1:0=" + hole}, hole + ": i/o timeout: no answer within 300ms"},
		{[]string{"-n", down, "--listen", "127.0.0.1:0"}, down + ": connection refused"},
		{[]string{"-n", down, "-n", hole, "--listen", "127.0.0.1:0"}, down + ";" + hole + ": dial tcp " + down +
			": connect: connection refused; dial tcp " + hole + ": i/o timeout: no answer within 300ms"},
	} {
		for _, how := range []string{"--output=json", "--no-tap"} {
			p := startRelay(t, nil, append(slices.Clone(c.args), "--dial-timeout", "300ms", how)...)
			if err := p.turnedAway(); !errors.Is(err, syscall.ECONNRESET) {
				t.Errorf("%v: the client saw %v", c.args, err)
			}
			p.says(&p.errs, " wanted ")
			if s := p.stats(); s.DialErrors != 1 || s.Open != 0 {
				t.Errorf("%v: %+v", c.args, s)
			}
			p.interrupt()
			said := p.said()
			if len(said) != 1 || !strings.HasPrefix(said[0], "mqsniff: 127.0.0.1:") || !strings.HasSuffix(said[0], " wanted "+c.want) {
				t.Errorf("%v: %q, want %s", c.args, said, c.want)
			}
			if note := strings.TrimPrefix(said[0], "mqsniff: "); how != "--no-tap" && !strings.Contains(p.out.String(), `"note":"`+note+`"`) {
				t.Errorf("%v: %s", c.args, p.out.String())
			}
		}
	}
}

// TestProxySecondNameServer: a name server that does not answer leaves time for the next. Regression: it took all of it.
func TestProxySecondNameServer(t *testing.T) {
	p := startRelay(t, nil, "-n", blackHole(t), "-n", serve(t, answering(nil)), "--listen", "127.0.0.1:0", "--dial-timeout", "1s", "--headless")
	if err := ask(p.connect(), codeSendV2, 1, nil); err != nil {
		t.Error(err)
	}
	p.interrupt()
	if said := p.said(); len(said) != 0 {
		t.Errorf("%q", said)
	}
}

// TestNameServersInOneValue: they may be written as clients write them.
// Regression: -n 'a:9876;b:9876' was no address, and nobody said what one is.
func TestNameServersInOneValue(t *testing.T) {
	p := startRelay(t, nil, "-n", nobody(t)+";"+serve(t, answering(nil)), "--listen", "127.0.0.1:0", "--headless")
	if err := ask(p.connect(), codeSendV2, 1, nil); err != nil {
		t.Error(err)
	}
	p.interrupt()
	if said := p.said(); len(said) != 0 {
		t.Errorf("%q", said)
	}
}

// TestProxyServerComesBack: clients are connected again as soon as it is there, and those of other servers never notice.
func TestProxyServerComesBack(t *testing.T) {
	for _, mode := range []string{"--headless", "--no-tap"} {
		down := nobody(t)
		p := startRelay(t, nil, "--map", "127.0.0.1:0="+down, "--socks", "127.0.0.1:0", mode)
		var listeners []struct{ Mode, Address string }
		p.ctl(&listeners, "listeners")
		for _, l := range listeners {
			if l.Mode == "map" {
				p.address = l.Address
			}
		}
		if err := p.turnedAway(); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("%s: the client saw %v", mode, err)
		}
		l, err := net.Listen("tcp", down)
		if err != nil {
			t.Skip(err) // somebody else has the port now
		}
		defer l.Close()
		go func() {
			c, err := l.Accept()
			if err == nil {
				answering(nil)(c.(*net.TCPConn))
			}
		}()
		if err := ask(p.connect(), codeSendV2, 1, nil); err != nil {
			t.Errorf("%s: %v", mode, err)
		}
		p.interrupt()
	}
}

// TestProxyPortTaken: one line names the flag, the address and the remedy, whatever the port was for.
func TestProxyPortTaken(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	defer l.Close()
	taken := l.Addr().String()
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	for flag, args := range map[string][]string{
		"--listen":   {"-n", "127.0.0.1:1", "--listen", taken},
		"--map":      {"--map", taken + "=127.0.0.1:1"},
		"--socks":    {"--socks", taken},
		"--redirect": {"--redirect", taken},
		"--metrics":  {"--map", "127.0.0.1:0=127.0.0.1:1", "--metrics", taken},
		"--nsaddr":   {"-n", "127.0.0.1:1", "--listen", "127.0.0.1:0", "--nsaddr", taken},
		"--control":  {"--map", "127.0.0.1:0=127.0.0.1:1", "--control", taken},
	} {
		for _, mode := range []string{"--headless", "--no-tap"} {
			if flag != "--control" {
				args = append(args, "--control", "none")
			}
			out, errs, code := mqsniff(t, append([]string{"proxy", mode}, args...)...)
			first, rest, _ := strings.Cut(errs, "\n")
			if strings.HasPrefix(first, "mqsniff: metrics on ") { // what was listened on before
				first, rest, _ = strings.Cut(rest, "\n")
			}
			remedy := strings.Contains(first, ": choose another port, or find it with ss -ltnp") || strings.Contains(first, ": name a free address of this machine")
			if code != 1 || out != "" || rest != "" || !strings.HasPrefix(first, "mqsniff: "+flag+": ") || !strings.Contains(first, taken) || !remedy {
				t.Errorf("%s %s: exit code %d, %s%s", flag, mode, code, out, errs)
			}
		}
	}
}
