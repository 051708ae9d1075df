//go:build linux

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// tmpfs runs the calling test again in a user and mount namespace of its own, with a small file system. dir is that; "" outside,
// where the test is over.
func tmpfs(t *testing.T, size string) (dir string) {
	t.Helper()
	if os.Getenv(insideNamespace) != "" {
		dir = t.TempDir()
		if err := syscall.Mount("mqsniff", dir, "tmpfs", 0, "size="+size); err != nil {
			t.Skipf("no file system of its own: %v", err)
		}
		t.Cleanup(func() { syscall.Unmount(dir, syscall.MNT_DETACH) })
		return dir
	}
	cmd := exec.Command(os.Args[0], "-test.run", "^"+t.Name()+"$", "-test.v", "-test.timeout", "120s")
	cmd.Env = append(os.Environ(), insideNamespace+"=1")
	cmd.SysProcAttr = newNamespaces(syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS)
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
	return ""
}

// recorded counts the requests and responses in a recording by their opaque, and returns what was complained about. tshark
// must take the file, too, if it is installed.
func recorded(t *testing.T, path string) (requests, responses map[int64]int, complaints string) {
	t.Helper()
	out, errs, code := mqsniff(t, "read", "-o", "json", path)
	if code != 0 {
		t.Errorf("%s: exit code %d, %s", path, code, errs)
	}
	requests, responses = map[int64]int{}, map[int64]int{}
	for _, l := range linesOf(t, []byte(out)) {
		switch l.Kind {
		case "request":
			requests[l.Opaque]++
		case "response":
			responses[l.Opaque]++
		}
	}
	if tool, err := exec.LookPath("tshark"); err == nil {
		var said bytes.Buffer
		cmd := exec.Command(tool, "-n", "-r", path)
		cmd.Stderr = &said
		packets, err := cmd.Output()
		cut := strings.Contains(said.String(), "cut short in the middle")
		if err != nil && !cut || bytes.Count(packets, []byte("\n")) < len(requests) {
			t.Errorf("tshark takes %d packets of %s: %v, %s", bytes.Count(packets, []byte("\n")), path, err, said.String())
		}
	}
	return requests, responses, errs
}

// TestProxyDiskFull: one line says so at once, one at the end how much is missing. Everything goes through and is shown; the file
// has what there was room for.
func TestProxyDiskFull(t *testing.T) {
	small := tmpfs(t, "256k")
	if small == "" {
		return
	}
	const asked = 300
	body, random := make([]byte, 2000), rand.NewChaCha8([32]byte{}) // it cannot be compressed
	for _, path := range []string{"/dev/full", filepath.Join(small, "r.pcapng"), filepath.Join(small, "r.pcapng.zst")} {
		for _, how := range []string{"json", "none"} {
			p := startRelay(t, nil, "--map", "127.0.0.1:0="+serve(t, answering(nil)), "--headless", "-o", how, "--record", path)
			c := p.connect()
			for i := range int32(asked) {
				random.Read(body)
				if err := ask(c, codeSendV2, i, body); err != nil {
					t.Fatalf("%s: request %d: %v", path, i, err)
				}
			}
			waitFor(t, "recording stopped", func() bool { return strings.Contains(p.errs.String(), "recording stopped") })
			if err := ask(c, codeSendV2, asked, body); err != nil {
				t.Errorf("%s: %v", path, err)
			}
			c.Close()
			code := 0
			if how == "none" { // there was nothing else to look at
				code = 1
			}
			check(t, p.cmd.Process.Signal(os.Interrupt))
			p.wait(code)
			said := p.said()
			if len(said) != 2 || !strings.HasPrefix(said[0], "mqsniff: "+path+": recording stopped: no space left on device") ||
				!strings.HasSuffix(said[1], " packets not recorded: "+path+" could not be written") {
				t.Errorf("%s: %q", path, said)
			}
			if n := strings.Count(p.out.String(), `"kind":"request"`); how == "json" && n != asked+1 {
				t.Errorf("%s: %d requests are shown", path, n)
			}
			if path == "/dev/full" {
				continue
			}
			requests, _, _ := recorded(t, path)
			for i := range int64(len(requests)) {
				if requests[i] != 1 {
					t.Errorf("%s: of %d requests number %d is missing", path, len(requests), i)
					break
				}
			}
			least := 20
			if strings.HasSuffix(path, ".zst") { // what was not flushed is not whole
				least = 1
			}
			if len(requests) < least || len(requests) > asked {
				t.Errorf("%s has %d requests", path, len(requests))
			}
			check(t, os.Remove(path))
		}
	}
}

// TestProxyCrash: whatever was there when the program was killed, under traffic that never pauses, is in the file: all that was
// relayed up to about a tenth of a second before.
func TestProxyCrash(t *testing.T) {
	for _, name := range []string{"r.pcapng", "r.pcapng.zst"} {
		path := filepath.Join(t.TempDir(), name)
		// Of the lines only a few come, when the file was flushed: see relaying.Idle.
		p := startRelay(t, nil, "--map", "127.0.0.1:0="+serve(t, answering([]byte("an answer"))), "-o", "json", "-f", `code == GET_ROUTEINFO_BY_TOPIC`,
			"--record", path)
		var answered [3]atomic.Int32 // the latest opaque, by connection
		var stop atomic.Bool
		var group sync.WaitGroup
		for i := range answered {
			c := p.connect()
			group.Go(func() {
				for opaque := int32(i); !stop.Load(); opaque += int32(len(answered)) {
					code := int32(codeSendV2)
					if opaque%100 == 0 {
						code = codeRoute
					}
					if ask(c, code, opaque, []byte("a body")) != nil {
						return // killed
					}
					answered[i].Store(opaque)
				}
			})
		}
		// The markers are spread over the connections; the line of one tells that everything before it was flushed.
		marker := int64(0)
		waitFor(t, "some are shown", func() bool {
			for _, l := range strings.Split(p.out.String(), "\n") {
				var k line
				if json.Unmarshal([]byte(l), &k) == nil && k.Kind == "response" {
					marker = max(marker, k.Opaque)
				}
			}
			return marker > 2000
		})
		check(t, p.cmd.Process.Kill())
		<-p.ended
		stop.Store(true)
		group.Wait()
		requests, responses, complaints := recorded(t, path)
		on := marker % int64(len(answered)) // those of the marker's connection came before it
		for opaque := on; opaque <= marker; opaque += int64(len(answered)) {
			if requests[opaque] != 1 || responses[opaque] != 1 {
				t.Errorf("%s: opaque %d is there %d and %d times; %d was shown", name, opaque, requests[opaque], responses[opaque], marker)
				break
			}
		}
		t.Logf("%s: shown up to %d, answered up to %d, %d in the file; %s", name, marker, answered[on].Load(), len(responses), complaints)
	}
}

// TestProxyIsAlwaysFlushed: the file is readable at any time while the proxy runs, and not far behind.
func TestProxyIsAlwaysFlushed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "r.pcapng")
	p := startRelay(t, nil, "--map", "127.0.0.1:0="+serve(t, answering(nil)), "--headless", "--record", path)
	c := p.connect()
	for round := range int64(5) {
		for i := range int64(100) {
			check(t, ask(c, codeSendV2, int32(round*100+i), nil))
		}
		waitFor(t, fmt.Sprintf("round %d is in the file", round), func() bool {
			out, _, code := mqsniff(t, "read", "-o", "json", path)
			return code == 0 && strings.Count(out, `"response"`) == int(round+1)*100
		})
		time.Sleep(time.Millisecond)
	}
	p.interrupt()
}
