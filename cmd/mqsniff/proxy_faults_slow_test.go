//go:build linux

package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestProxySlowReader: a client that does not read stops its server: the proxy keeps no more than sockets do. When it reads on, all
// is there as it was sent.
func TestProxySlowReader(t *testing.T) {
	const total = 96 << 20
	run := bytes.Repeat(command(statusOK, 1, 1, bytes.Repeat([]byte("a message "), 3000)), 40)
	for mode, args := range map[string][]string{
		"tap": {"--map", "", "-o", "summary"}, "rewriting": {"-n", "", "--listen", "127.0.0.1:0", "-o", "summary"}, "no tap": {"--map", "", "--no-tap"},
	} {
		t.Run(mode, func(t *testing.T) {
			var sent atomic.Int64
			want := sha256.New()
			server := serve(t, func(c *net.TCPConn) {
				readFrame(c)
				for sent.Load() < total {
					n, err := c.Write(run)
					want.Write(run[:n])
					if sent.Add(int64(n)); err != nil {
						return
					}
				}
				c.CloseWrite()
				io.ReadAll(c)
			})
			for i, a := range args {
				if a == "" && args[i-1] == "--map" {
					args[i] = "127.0.0.1:0=" + server
				} else if a == "" {
					args[i] = server
				}
			}
			p := startRelay(t, nil, append(args, "--mem", "8MiB")...)
			before := p.peak()
			c := p.connect()
			_, err := c.Write(command(codeSendV2, 1, 0, nil))
			check(t, err)
			var last int64
			waitFor(t, "the server is stopped", func() bool {
				before := last
				time.Sleep(300 * time.Millisecond)
				last = sent.Load()
				return last > 0 && last == before
			})
			if last > total/2 {
				t.Errorf("the server could send %d bytes that nobody read", last)
			}
			got := sha256.New()
			n := int64(0)
			for b := make([]byte, 32<<10); ; {
				m, err := c.Read(b)
				got.Write(b[:m])
				if n += int64(m); err == io.EOF {
					break
				}
				check(t, err)
				if n < 1<<20 {
					time.Sleep(time.Millisecond)
				}
			}
			if n != sent.Load() || !bytes.Equal(got.Sum(nil), want.Sum(nil)) {
				t.Errorf("%d bytes of %d came, or others", n, sent.Load())
			}
			if held := p.peak() - before; held > 64<<20 && !raceDetector {
				t.Errorf("it took %d bytes of memory", held)
			}
			c.Close()
			p.interrupt()
		})
	}
}

// TestProxyStuckOutput: while nobody reads the lines, traffic goes on and memory has its bound; what was not seen is counted, is in
// its place among the lines as soon as somebody reads them, and in the recording.
func TestProxyStuckOutput(t *testing.T) {
	in, out, err := os.Pipe()
	check(t, err)
	defer in.Close()
	path := filepath.Join(t.TempDir(), "r.pcapng")
	answer := bytes.Repeat([]byte("an answer "), 500)
	p := startRelay(t, out, "--map", "127.0.0.1:0="+serve(t, answering(answer)), "-o", "json", "--mem", "4MiB", "--record", path)
	out.Close()
	c := p.connect()
	const asked = 8000
	early := 0
	for i := range int32(asked) {
		if i == asked/4 {
			early = p.peak() // --mem is used up long since
		}
		if err := ask(c, codeSendV2, i, answer[:1000]); err != nil {
			t.Fatalf("request %d: %v", i, err)
		}
	}
	s := p.stats()
	if s.Waiting > 4<<20 || s.Skipped.ServerToClient == 0 || s.Relayed.ServerToClient < asked*uint64(len(answer)) || s.Open != 1 {
		t.Errorf("%+v", s)
	}
	if grew := p.peak() - early; grew > 8<<20 && !raceDetector {
		t.Errorf("%d bytes more went through, and it took %d bytes more of memory", asked*3/4*len(answer), grew)
	}
	var conns []struct{ Skipped struct{ C2S, S2C uint64 } }
	if p.ctl(&conns, "connections"); len(conns) != 1 || conns[0].Skipped.S2C != s.Skipped.ServerToClient {
		t.Errorf("%+v, but %+v", conns, s)
	}
	const little = 1000 // what a connection keeps for its end
	lines := make(chan []byte, 1)
	go func() {
		b, _ := io.ReadAll(in)
		lines <- b
	}()
	waitFor(t, "what waited was shown", func() bool { return p.stats().Waiting < little })
	if err := ask(c, codeRoute, asked, nil); err != nil { // lines come again
		t.Error(err)
	}
	waitFor(t, "that was shown", func() bool { return p.stats().Waiting < little })
	check(t, p.cmd.Process.Signal(os.Interrupt))
	shown := <-lines
	p.wait(0)
	if !bytes.Contains(shown, []byte("GET_ROUTEINFO_BY_TOPIC")) {
		t.Error("no lines come any more")
	}
	unseen := s.Skipped.ClientToServer + s.Skipped.ServerToClient
	want := fmt.Sprintf("mqsniff: %d bytes and 0 connections went through unseen", unseen)
	if said := p.said(); len(said) != 1 || !strings.HasPrefix(said[0], want) {
		t.Errorf("%q, want %s", said, want)
	}
	if n := missing(t, shown); n != unseen {
		t.Errorf("%d bytes are missing among the lines, %d are counted", n, unseen)
	}
	recorded, _, _ := mqsniff(t, "read", "-o", "json", path)
	if n := missing(t, []byte(recorded)); n != unseen {
		t.Errorf("%d bytes are missing in the recording, %d are counted", n, unseen)
	}
}

// missing sums up the bytes of which lines say that they were not seen.
func missing(t *testing.T, lines []byte) (n uint64) {
	t.Helper()
	for d := json.NewDecoder(bytes.NewReader(lines)); d.More(); {
		var l struct {
			Kind       string
			Bytes, Cut uint64
		}
		check(t, d.Decode(&l))
		if n += l.Cut; l.Kind == "gap" {
			n += l.Bytes
		}
	}
	return n
}

// TestProxyStuckOutputEnds: a proxy that cannot get rid of its lines says so when it is to end, and ends with the second signal.
func TestProxyStuckOutputEnds(t *testing.T) {
	in, out, err := os.Pipe()
	check(t, err)
	defer in.Close()
	path := filepath.Join(t.TempDir(), "r.pcapng")
	p := startRelay(t, out, "--map", "127.0.0.1:0="+serve(t, answering(nil)), "-o", "json", "--detail", "--record", path, "--grace", "100ms")
	out.Close()
	c := p.connect()
	for i := range int32(1000) {
		check(t, ask(c, codeSendV2, i, nil))
	}
	check(t, p.cmd.Process.Signal(os.Interrupt))
	waitFor(t, "it says what it waits for", func() bool { return strings.Contains(p.errs.String(), "a second signal ends at once") })
	p.terminate()
	if code := p.cmd.ProcessState.ExitCode(); code != 128+15 {
		t.Errorf("exit code %d", code)
	}
	if _, errs, code := mqsniff(t, "read", "-o", "none", path); code == 1 {
		t.Errorf("the recording: %s", errs)
	}
}

// TestProxyStuckScreen: a terminal that takes nothing any more keeps nothing up, and nothing is lost: the recording has it all.
func TestProxyStuckScreen(t *testing.T) {
	master, slave := terminalPair(t)
	path := filepath.Join(t.TempDir(), "r.pcapng")
	p := &relayed{live: &live{t: t, ended: make(chan struct{})}}
	dir, err := os.MkdirTemp("", "mq")
	check(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	p.socket = filepath.Join(dir, "s")
	server := serve(t, answering(nil))
	p.address = nobody(t)
	p.cmd = exec.Command("mqsniff", "proxy", "--map", p.address+"="+server, "--control", p.socket, "--record", path, "--mem", "64MiB")
	p.cmd.Env = []string{"TERM=xterm-256color", "LANG=C.UTF-8", "XDG_STATE_HOME=" + dir, "HOME=" + dir, "PATH=" + os.Getenv("PATH")}
	p.cmd.Stdin, p.cmd.Stdout, p.cmd.Stderr = slave, slave, &p.errs
	p.cmd.SysProcAttr = &unix.SysProcAttr{Setsid: true, Setctty: true}
	p.run()
	slave.Close()
	// Until the screen is there somebody reads it.
	var drawn atomic.Bool
	go func() {
		var all []byte
		for b := make([]byte, 4096); !bytes.Contains(all, []byte("PROXY")); {
			n, err := master.Read(b)
			if all = append(all, b[:n]...); err != nil {
				return
			}
		}
		drawn.Store(true)
	}()
	waitFor(t, "the screen is drawn", drawn.Load)
	choke(t, slave.Name())
	c := p.connect()
	const asked = 5000
	for i := range int32(asked) { // each changes what is to be drawn
		if err := ask(c, codeSendV2, i, nil); err != nil {
			t.Fatalf("request %d: %v", i, err)
		}
	}
	c.Close()
	waitFor(t, "all was looked at", func() bool { return p.stats().Waiting == 0 })
	if s := p.stats(); s.Skipped.ClientToServer+s.Skipped.ServerToClient > 0 {
		t.Errorf("%+v", s)
	}
	waitFor(t, "the recording has it", func() bool {
		out, _, _ := mqsniff(t, "read", "-o", "json", path)
		return strings.Count(out, `"kind":"response"`) == asked
	})
	p.terminate()
}

// choke fills what a terminal holds for whoever reads it, so that the next write waits.
func choke(t *testing.T, name string) {
	t.Helper()
	fd, err := unix.Open(name, unix.O_WRONLY|unix.O_NONBLOCK|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
	check(t, err)
	defer unix.Close(fd)
	for filled := 0; ; filled++ {
		switch _, err := unix.Write(fd, []byte("x")); {
		case err == unix.EAGAIN:
			return
		case err != nil || filled > 1<<20:
			t.Skipf("the terminal is never full: %v", err)
		}
	}
}

// terminalPair is a terminal and what it is read by.
func terminalPair(t *testing.T) (master, slave *os.File) {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("no terminal can be made here: %v", err)
	}
	t.Cleanup(func() { master.Close() })
	control := func(do func(fd int) error) {
		raw, err := master.SyscallConn()
		check(t, err)
		check(t, raw.Control(func(fd uintptr) { err = do(int(fd)) }))
		check(t, err)
	}
	number := 0
	control(func(fd int) error { return unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0) })
	control(func(fd int) (err error) { number, err = unix.IoctlGetInt(fd, unix.TIOCGPTN); return err })
	control(func(fd int) error { return unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 40, Col: 120}) })
	slave, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	check(t, err)
	return master, slave
}
