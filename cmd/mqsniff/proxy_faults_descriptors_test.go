//go:build linux

package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// descriptors are the files that the process has open.
func (p *relayed) descriptors() []string {
	p.t.Helper()
	all, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", p.cmd.Process.Pid))
	check(p.t, err)
	var out []string
	for _, f := range all {
		out = append(out, f.Name())
	}
	return out
}

// allow lets the process open n more files; fewer than 0: as many as it may.
func (p *relayed) allow(n int) {
	p.t.Helper()
	var limit unix.Rlimit
	check(p.t, unix.Prlimit(p.cmd.Process.Pid, unix.RLIMIT_NOFILE, nil, &limit))
	limit.Cur = limit.Max
	if n >= 0 {
		taken := map[string]bool{}
		for _, name := range p.descriptors() {
			taken[name] = true
		}
		limit.Cur = 0 // the limit is on the number, which is the lowest that is free
		for free := 0; free < n || taken[strconv.FormatUint(limit.Cur, 10)]; limit.Cur++ {
			if !taken[strconv.FormatUint(limit.Cur, 10)] {
				free++
			}
		}
	}
	if err := unix.Prlimit(p.cmd.Process.Pid, unix.RLIMIT_NOFILE, &limit, nil); err != nil {
		p.t.Skipf("the limit of another process cannot be set: %v", err)
	}
}

// TestProxyOutOfDescriptors: connections that are open go on, those that come wait and are served when there are descriptors again.
// One line says it. Regression: who waited was accepted and reset, one after the other, with two lines for each.
func TestProxyOutOfDescriptors(t *testing.T) {
	for _, mode := range []string{"--headless", "--no-tap"} {
		for allowed := range 3 {
			t.Run(fmt.Sprint(mode, " ", allowed), func(t *testing.T) {
				p := startRelay(t, nil, "--map", "127.0.0.1:0="+serve(t, answering([]byte("an answer"))), mode, "--dial-timeout", "1m")
				var old []*net.TCPConn
				for i := range int32(3) {
					old = append(old, p.connect())
					check(t, ask(old[i], codeSendV2, i, nil))
				}
				p.allow(allowed)
				var waiting []*net.TCPConn
				for range 20 {
					waiting = append(waiting, p.connect())
				}
				waitFor(t, "accepting pauses", func() bool { return strings.Contains(p.errs.String(), "pauses") })
				for round := range int32(50) {
					for i, c := range old {
						if err := ask(c, codeSendV2, 100*round+int32(i), make([]byte, 10_000)); err != nil {
							t.Fatalf("connection %d: %v", i, err)
						}
					}
				}
				p.allow(-1)
				for i, c := range waiting {
					if err := ask(c, codeSendV2, int32(i), nil); err != nil {
						t.Errorf("who waited as number %d: %v", i, err)
					}
				}
				var listeners []struct{ Error string }
				if p.ctl(&listeners, "listeners"); len(listeners) != 1 || listeners[0].Error != "" {
					t.Errorf("%+v", listeners)
				}
				if s := p.stats(); s.Refused > 0 || s.DialErrors > 0 || s.Open != 23 {
					t.Errorf("%+v", s)
				}
				for _, c := range append(old, waiting...) {
					c.Close()
				}
				p.interrupt()
				said := p.said()
				if len(said) != 1 || !strings.HasPrefix(said[0], "mqsniff: accepting on "+p.address+" pauses: ") || !strings.HasSuffix(said[0], "too many open files") {
					t.Errorf("%q", said)
				}
			})
		}
	}
}

// TestProxyCountsWhileConnectionsAreOpen: bytes are counted as they go through, also where the kernel carries them.
func TestProxyCountsWhileConnectionsAreOpen(t *testing.T) {
	for _, mode := range []string{"--headless", "--no-tap"} {
		p := startRelay(t, nil, "--map", "127.0.0.1:0="+serve(t, answering(make([]byte, 5000))), mode, "--metrics", "127.0.0.1:0")
		url := regexp.MustCompile(`http://\S+`).FindString(p.errs.String())
		var asked, answered uint64
		var open []*net.TCPConn
		for i := range int32(3) {
			open = append(open, p.connect())
			for range 10 * (i + 1) {
				check(t, ask(open[i], codeSendV2, i, make([]byte, 777)))
				asked += uint64(len(command(codeSendV2, i, 0, make([]byte, 777))))
				answered += uint64(len(command(statusOK, i, 1, make([]byte, 5000))))
			}
		}
		// What has arrived was counted before it was sent on, or is counted next.
		waitFor(t, "all is counted", func() bool {
			s := p.stats()
			return s.Relayed.ClientToServer == asked && s.Relayed.ServerToClient == answered
		})
		var conns []struct{ Bytes struct{ C2S, S2C uint64 } }
		p.ctl(&conns, "connections")
		var sum [2]uint64
		for _, c := range conns {
			sum[0], sum[1] = sum[0]+c.Bytes.C2S, sum[1]+c.Bytes.S2C
		}
		if len(conns) != 3 || sum != [2]uint64{asked, answered} {
			t.Errorf("%s: %+v, want %d and %d bytes", mode, conns, asked, answered)
		}
		r, err := http.Get(url)
		check(t, err)
		body, err := io.ReadAll(r.Body)
		r.Body.Close()
		check(t, err)
		for direction, n := range map[string]uint64{"c2s": asked, "s2c": answered} {
			if !regexp.MustCompile(fmt.Sprintf(`(?m)^mqsniff_proxy_relayed_bytes_total\{direction="%s"\} %s$`, direction, regexp.QuoteMeta(strconv.FormatFloat(float64(n), 'g', -1, 64)))).Match(body) {
				t.Errorf("%s: %d bytes %s are not among\n%s", mode, n, direction, regexp.MustCompile(`(?m)^mqsniff_proxy.*bytes.*$`).FindAll(body, -1))
			}
		}
		for _, c := range open {
			c.Close()
		}
		waitFor(t, "they are closed", func() bool { return p.stats().Open == 0 })
		if s := p.stats(); s.Relayed.ClientToServer != asked || s.Relayed.ServerToClient != answered {
			t.Errorf("%s: when they are closed: %+v", mode, s)
		}
		p.interrupt()
	}
}

// TestProxyRotatesWithoutDescriptors: a recording that cannot begin its next file says so, and traffic goes on.
func TestProxyRotatesWithoutDescriptors(t *testing.T) {
	dir := t.TempDir()
	p := startRelay(t, nil, "--map", "127.0.0.1:0="+serve(t, answering(nil)), "-o", "json", "--record", filepath.Join(dir, "r.pcapng"), "--rotate-size", "64KB")
	c := p.connect()
	check(t, ask(c, codeSendV2, 0, nil))
	p.allow(0)
	for i := range int32(200) {
		if err := ask(c, codeSendV2, i+1, make([]byte, 2000)); err != nil {
			t.Fatalf("request %d: %v", i, err)
		}
	}
	waitFor(t, "it is said", func() bool { return strings.Contains(p.errs.String(), "recording stopped") })
	p.allow(-1)
	c.Close()
	p.interrupt()
	if said := p.said(); len(said) != 2 || !strings.Contains(said[0], "too many open files") || !strings.Contains(said[1], " packets not recorded: ") {
		t.Errorf("%q", said)
	}
	if n := strings.Count(p.out.String(), `"kind":"request"`); n != 201 {
		t.Errorf("%d requests are shown", n)
	}
}
