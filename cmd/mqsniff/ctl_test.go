package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/mqsniff/mqsniff/control"
	"github.com/mqsniff/mqsniff/proxy"
	"github.com/mqsniff/mqsniff/session"
)

// controlled is a proxy of this process that ctl can find, in front of a server that answers with what it gets.
type controlled struct {
	*session.Session
	proxy    *proxy.Proxy
	listener *proxy.Listener
	server   *control.Server
	socket   string
}

func newControlled(t *testing.T, name string) *controlled {
	t.Helper()
	upstream, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	go func() {
		for {
			c, err := upstream.Accept()
			if err != nil {
				return
			}
			go func() {
				_, _ = io.Copy(c, c)
				c.Close()
			}()
		}
	}()
	c := &controlled{proxy: proxy.New(proxy.Options{Observer: unmoved{}})}
	var events *control.Events
	c.Session = session.New(session.Options{}, func(ev *session.Event, v *session.View) { events.Handle(ev, v) })
	events = control.NewEvents(c.Symbols)
	c.listener, err = c.proxy.Listen("127.0.0.1:0", proxy.ListenOptions{Mode: "map", Target: upstream.Addr().String()})
	check(t, err)
	c.server = control.New(control.Options{Proxy: c.proxy, Events: events, Version: "1.2.3"})
	t.Cleanup(func() {
		upstream.Close()
		c.server.Close()
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		c.proxy.Shutdown(ctx)
	})
	c.socket, err = c.server.Listen(name, false)
	check(t, err)
	return c
}

// connect opens a connection on which five bytes went there and back.
func (c *controlled) connect(t *testing.T) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", c.listener.Address.String())
	check(t, err)
	t.Cleanup(func() { conn.Close() })
	_, err = conn.Write([]byte("hello"))
	check(t, err)
	_, err = io.ReadFull(conn, make([]byte, 5))
	check(t, err)
	return conn
}

// unmoved is a proxy.Observer.
type unmoved struct{}

func (unmoved) Open(*proxy.Conn, int64)                                          {}
func (unmoved) Bytes(*proxy.Conn, proxy.Relayed)                                 {}
func (unmoved) Skipped(*proxy.Conn, session.Direction, int64, int64)             {}
func (unmoved) Notice(*proxy.Conn, int64, string)                                {}
func (unmoved) Close(*proxy.Conn, session.Direction, int64, session.CloseReason) {}
func (unmoved) Idle()                                                            {}

// runtimeDir is where the sockets of a test are.
func runtimeDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "mq") // t.TempDir is too long for a socket
	check(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	t.Setenv("XDG_RUNTIME_DIR", dir)
	return filepath.Join(dir, "mqsniff")
}

// ctl runs the command.
func ctl(ctx context.Context, out io.Writer, args ...string) error {
	cmd := newCtl(&terminal{in: strings.NewReader(""), out: out, errs: io.Discard})
	cmd.SetArgs(args)
	cmd.SetOut(out)
	cmd.SetErr(io.Discard)
	cmd.SilenceUsage, cmd.SilenceErrors = true, true
	return cmd.ExecuteContext(ctx)
}

// squeeze makes one space of many, and * of what differs from run to run.
func squeeze(text string) string {
	for _, rule := range [][2]string{{`127\.0\.0\.1:\d+`, "*"}, {`\b\d+s\b`, "*"}, {`(waiting +)\d+`, "$1*"}, {` +`, " "}, {` +\n`, "\n"}} {
		text = regexp.MustCompile(rule[0]).ReplaceAllString(text, rule[1])
	}
	return text
}

func TestCtl(t *testing.T) {
	runtimeDir(t)
	p := newControlled(t, "orders")
	conn := p.connect(t)
	for command, want := range map[string]string{
		"connections": "NUMBER MODE CLIENT TARGET UPSTREAM AGE C2S BYTES S2C BYTES NOTES\n1 map * * * * 5 5\n",
		"listeners":   "MODE ADDRESS TARGET OPEN STATE\nmap * * 1 accepts\n",
		"stats": "version 1.2.3\nrunning for *\nlisteners 1\nconnections 1 open, 1 accepted, 0 refused, 0 unseen\ndial errors 0\n" +
			"bytes c2s 5, 0 unseen\nbytes s2c 5, 0 unseen\nwaiting * bytes\nleaks 0\nevent streams 0\n",
		"health": "ready: 1 listeners accept\n",
		"record": "nothing is recorded\n",
	} {
		var text, raw bytes.Buffer
		check(t, ctl(t.Context(), &text, command))
		if got := squeeze(text.String()); got != want {
			t.Errorf("%s: %q, want %q", command, got, want)
		}
		check(t, ctl(t.Context(), &raw, command, "-o", "json"))
		if !json.Valid(raw.Bytes()) || !strings.HasSuffix(raw.String(), "\n") {
			t.Errorf("%s -o json: %s", command, raw.String())
		}
	}
	var out bytes.Buffer
	check(t, ctl(t.Context(), &out, "reset", "1"))
	if out.String() != "connection 1 was reset\n" {
		t.Error(out.String())
	}
	if _, err := conn.Read(make([]byte, 1)); err == nil || errors.Is(err, io.EOF) {
		t.Errorf("the client saw %v", err)
	}
	check(t, p.listener.Close())
	if err := ctl(t.Context(), io.Discard, "health"); err == nil || !strings.Contains(err.Error(), "nothing is listened on") {
		t.Errorf("health: %v", err)
	}
}

// TestCtlFinds: ctl takes the only proxy there is, and asks which of several.
func TestCtlFinds(t *testing.T) {
	dir := runtimeDir(t)
	if err := ctl(t.Context(), io.Discard, "stats"); err == nil || err.Error() != "no proxy has a socket in "+dir+": start one, or say which with --socket or --addr" {
		t.Errorf("none: %v", err)
	}
	first := newControlled(t, "a.b")
	check(t, ctl(t.Context(), io.Discard, "stats"))
	newControlled(t, "c")
	var usage usageError
	err := ctl(t.Context(), io.Discard, "stats")
	if !errors.As(err, &usage) || err.Error() != "several proxies run: say which with --socket a.b, or c" {
		t.Errorf("two: %v", err)
	}
	address, err := first.server.Listen("127.0.0.1:0", false)
	check(t, err)
	for _, args := range [][]string{{"--socket", "a.b"}, {"--socket", first.socket}, {"--addr", address}} {
		if err := ctl(t.Context(), io.Discard, append(args, "health")...); err != nil {
			t.Errorf("%q: %v", args, err)
		}
	}
	t.Setenv("MQSNIFF_CTL_SOCKET", "c")
	check(t, ctl(t.Context(), io.Discard, "stats"))
	first.server.Close()
	if err := ctl(t.Context(), io.Discard, "stats", "--addr", address, "--socket="); err == nil || !strings.Contains(err.Error(), "does the proxy run?") {
		t.Errorf("one that ended: %v", err)
	}
}

func TestCtlUsage(t *testing.T) {
	runtimeDir(t)
	for line, want := range map[string]string{
		"dance":                     `"dance" is no command of ctl (see mqsniff ctl --help)`,
		"listener":                  `"listener" is no command of ctl; did you mean listeners?`,
		"stats now":                 "ctl stats takes no argument",
		"reset":                     "ctl reset needs the number of a connection",
		"reset seven":               `a connection is called by its number, not "seven"`,
		"record dance":              "record takes start FILE, stop or rotate",
		"record start":              "record start takes one file",
		"record start -":            "record start takes one file",
		"stats -o xml":              `-o is text or json, not "xml"`,
		"stats --socket a --addr b": "--socket and --addr name two proxies",
		"stats --addr a":            `--addr takes HOST:PORT, not "a"`,
		"stats --socket a:1":        `--socket takes a path or name, not "a:1"`,
		"stats --socket a+b":        `--socket: "a+b" cannot be the name of a socket`,
		"events -n -1":              "-n takes a number from 0, not -1",
	} {
		err := ctl(t.Context(), io.Discard, strings.Fields(line)...)
		var usage usageError
		if err == nil || !errors.As(err, &usage) || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("ctl %s: %v, want %s", line, err, want)
		}
	}
}

// TestCtlEvents: what happens is printed until there is enough, a person interrupts, or the proxy ends.
func TestCtlEvents(t *testing.T) {
	runtimeDir(t)
	p := newControlled(t, "orders")
	if err := ctl(t.Context(), io.Discard, "events", "-f", "topic =="); err == nil || strings.Contains(err.Error(), "{") {
		t.Errorf("a bad filter: %v", err)
	}
	var out bytes.Buffer
	ended := make(chan error)
	run := func(ctx context.Context, args ...string) {
		out.Reset()
		go func() { ended <- ctl(ctx, &out, append([]string{"events"}, args...)...) }()
		for range 2000 { // until it listens
			var stats bytes.Buffer
			check(t, ctl(t.Context(), &stats, "stats"))
			if strings.Contains(squeeze(stats.String()), "event streams 1\n") {
				return
			}
			time.Sleep(5 * time.Millisecond)
		}
		t.Fatal("it never listened")
	}
	run(t.Context(), "-f", `note == "b"`, "-n", "1")
	p.Notice(nil, 1, "a")
	p.Notice(nil, 2, "b")
	if err := <-ended; !errors.Is(err, errEnded) || out.String() != `{"frame":2,"time":"1970-01-01T00:00:00.000000002Z","kind":"notice","note":"b"}`+"\n" {
		t.Errorf("%v, %s", err, out.String())
	}
	ctx, interrupt := context.WithCancelCause(t.Context())
	for { // the stream before may not have ended yet
		var stats bytes.Buffer
		check(t, ctl(t.Context(), &stats, "stats"))
		if strings.Contains(squeeze(stats.String()), "event streams 0\n") {
			break
		}
	}
	run(ctx)
	interrupt(interrupted{os.Interrupt})
	var by interrupted
	if err := <-ended; !errors.As(err, &by) {
		t.Errorf("interrupted: %v", err)
	}
	go p.server.Close()
	if err := ctl(t.Context(), io.Discard, "events"); err != nil && !strings.Contains(err.Error(), "proxy") {
		t.Errorf("the end: %v", err)
	}
}
