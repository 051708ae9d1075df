//go:build linux

package main

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/mqsniff/mqsniff/control"
)

// asker is a client that sends requests which cannot be compressed, and numbers them.
type asker struct {
	*relayed
	client interface {
		Write([]byte) (int, error)
		Read([]byte) (int, error)
	}
	random *rand.ChaCha8
	next   int32
}

func newAsker(p *relayed) *asker {
	return &asker{relayed: p, client: p.connect(), random: rand.NewChaCha8([32]byte{})}
}

// asks has n requests of 2 kB answered: whatever becomes of the recording.
func (a *asker) asks(n int) {
	a.t.Helper()
	body := make([]byte, 2000)
	for range n {
		a.random.Read(body)
		_, err := a.client.Write(command(codeSendV2, a.next, 0, body))
		check(a.t, err)
		if _, err := readFrame(a.client); err != nil {
			a.t.Fatalf("request %d: %v", a.next, err)
		}
		a.next++
	}
}

// asksUntil goes on until it is so.
func (a *asker) asksUntil(what string, is func() bool) {
	a.t.Helper()
	waitFor(a.t, what, func() bool {
		a.asks(5)
		return is()
	})
}

// recordCtl is mqsniff ctl record.
func (p *relayed) recordCtl(args ...string) (out, errs string, code int) {
	p.t.Helper()
	return mqsniff(p.t, append([]string{"ctl", "--socket", p.socket, "record"}, args...)...)
}

func (p *relayed) recording() (r control.Recording) {
	p.t.Helper()
	p.ctl(&r, "record")
	return r
}

// little is what waits for the observer at least while a connection is open: its end.
const little = 1000

// fill takes the room of a file system, but for some bytes; remove the file, and there is room again.
func fill(t *testing.T, dir string, but int64) (path string) {
	t.Helper()
	path = filepath.Join(dir, "filler")
	f, err := os.Create(path)
	check(t, err)
	defer f.Close()
	size := int64(0)
	for err == nil {
		n, e := f.Write(make([]byte, 4096))
		size, err = size+int64(n), e
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
	check(t, f.Truncate(max(0, size-but)))
	return path
}

// missingIn is the number in a line that packets are missing.
func missingIn(t *testing.T, line string) int {
	t.Helper()
	m := regexp.MustCompile(`(\d+) packets (before it are missing|not recorded)`).FindStringSubmatch(line)
	if m == nil {
		t.Fatalf("%q does not say how many packets are missing", line)
	}
	n, err := strconv.Atoi(m[1])
	check(t, err)
	return n
}

// TestProxyDiskHasRoomAgain: a recording that stopped goes on in its next file, by itself, or at once when it is asked to. It says how
// many packets are missing, what came later is all there, and traffic never noticed. Regression: it had stopped for good.
func TestProxyDiskHasRoomAgain(t *testing.T) { hasRoomAgain(t, "r.pcapng") }

func TestProxyDiskHasRoomAgainCompressed(t *testing.T) {
	if testing.Short() {
		t.Skip("as without compression")
	}
	hasRoomAgain(t, "r.pcapng.zst")
}

func hasRoomAgain(t *testing.T, name string) {
	dir := tmpfs(t, "2m")
	if dir == "" {
		return
	}
	for _, by := range []string{"itself", "ctl"} {
		t.Run("by "+by, func(t *testing.T) {
			path := filepath.Join(dir, name)
			filler := fill(t, dir, 128<<10)
			args := []string{"--map", "127.0.0.1:0=" + serve(t, answering(nil)), "--headless", "-o", "json", "--record", path}
			if by == "itself" {
				args = append(args, "--rotate-every", "400ms")
			}
			p := startRelay(t, nil, args...)
			a := newAsker(p)
			a.asksUntil("recording stopped", func() bool { return strings.Contains(p.errs.String(), "recording stopped") })
			if r := p.recording(); !r.On || r.Stopped != "no space left on device" {
				t.Errorf("%+v", r)
			}
			if by == "ctl" {
				if _, errs, code := p.recordCtl("rotate"); code != 1 || strings.Count(errs, "\n") != 1 || !strings.Contains(errs, "no packets can be written there: no space left on device") {
					t.Errorf("exit code %d, %s", code, errs)
				}
			}
			a.asks(10)
			check(t, os.Remove(filler))
			if by == "ctl" {
				a.asks(10)
				if out, errs, code := p.recordCtl("rotate"); code != 0 || !strings.HasPrefix(out, "recording to ") {
					t.Errorf("exit code %d, %s%s", code, out, errs)
				}
			}
			a.asksUntil("it is recorded again", func() bool { return strings.Contains(p.errs.String(), "recording goes on") })
			from := a.next
			a.asks(20)
			waitFor(t, "all was looked at", func() bool { return p.stats().Waiting < little })
			if r := p.recording(); !r.On || r.Stopped != "" || r.Lost == 0 {
				t.Errorf("%+v", r)
			}
			p.interrupt()
			said := p.said()
			if len(said) != 3 || !strings.Contains(said[0], path[:len(dir)]) || missingIn(t, said[1]) != missingIn(t, said[2]) || missingIn(t, said[1]) < 20 {
				t.Fatalf("%q", said)
			}
			if !strings.HasSuffix(said[0], " until another file can be written") {
				t.Errorf("%q", said[0])
			}
			if n := strings.Count(p.out.String(), `"kind":"request"`); n != int(a.next) {
				t.Errorf("%d requests are shown of %d", n, a.next)
			}
			seen := map[int64]int{}
			files, err := filepath.Glob(filepath.Join(dir, "r*"))
			check(t, err)
			for _, f := range files {
				requests, _, _ := recorded(t, f)
				for opaque, n := range requests {
					seen[opaque] += n
				}
				check(t, os.Remove(f))
			}
			for opaque := range a.next {
				if n := seen[int64(opaque)]; n > 1 || n == 0 && (opaque == 0 || opaque >= from) {
					t.Errorf("request %d is there %d times; there are %v", opaque, n, slices.Sorted(maps.Keys(seen)))
					break
				}
			}
			if len(files) < 2 || len(seen) == int(a.next) {
				t.Errorf("%d files have %d requests of %d", len(files), len(seen), a.next)
			}
		})
	}
}

// TestProxyNoRoomForNextFile: the next file of a rotation cannot be made. One line says so, and that it is tried again.
func TestProxyNoRoomForNextFile(t *testing.T) {
	dir := tmpfs(t, "4m,nr_inodes=4") // the directory, the filler, and two files
	if dir == "" {
		return
	}
	filler := filepath.Join(dir, "filler")
	check(t, os.WriteFile(filler, nil, 0o600))
	path := filepath.Join(dir, "r.pcapng")
	p := startRelay(t, nil, "--map", "127.0.0.1:0="+serve(t, answering(nil)), "--headless", "-o", "json", "--record", path, "--rotate-size", "100KB", "--rotate-every", "300ms")
	a := newAsker(p)
	a.asksUntil("recording stopped", func() bool { return strings.Contains(p.errs.String(), "recording stopped") })
	a.asks(50)
	if said := p.said(); len(said) != 1 || !strings.Contains(said[0], "_00003_") || !strings.HasSuffix(said[0], ": no space left on device; the capture goes on without it until another file can be written") {
		t.Errorf("%q", said)
	}
	check(t, os.Remove(filler))
	a.asksUntil("it is recorded again", func() bool { return strings.Contains(p.errs.String(), "recording goes on") })
	a.client.(interface{ Close() error }).Close()
	p.interrupt()
	if missingIn(t, p.said()[1]) < 100 {
		t.Errorf("%q", p.said())
	}
}

// TestProxyRotationKeepsRoom: where old files are deleted, a full disk is full until the next file only.
func TestProxyRotationKeepsRoom(t *testing.T) {
	dir := tmpfs(t, "1m")
	if dir == "" {
		return
	}
	path := filepath.Join(dir, "r.pcapng")
	p := startRelay(t, nil, "--map", "127.0.0.1:0="+serve(t, answering(nil)), "--headless", "-o", "json", "--record", path,
		"--rotate-size", "300KB", "--rotate-every", "3s", "--rotate-keep", "2")
	a := newAsker(p)
	a.asksUntil("there is a full file", func() bool {
		files, err := filepath.Glob(filepath.Join(dir, "r*"))
		check(t, err)
		return len(files) == 2
	})
	fill(t, dir, 0)
	a.asksUntil("recording stopped", func() bool { return strings.Contains(p.errs.String(), "recording stopped") })
	a.asksUntil("it is recorded again", func() bool { return strings.Contains(p.errs.String(), "recording goes on") })
	files, err := filepath.Glob(filepath.Join(dir, "r*"))
	check(t, err)
	if len(files) > 2 {
		t.Errorf("%q", files)
	}
	p.interrupt()
}

// TestProxyCtlRecordDiskFull: who begins a recording is told at once that there is no room, and at its end what is missing. Regression:
// it began, and nobody was told that nothing was in it.
func TestProxyCtlRecordDiskFull(t *testing.T) {
	dir := tmpfs(t, "1m")
	if dir == "" {
		return
	}
	p := startRelay(t, nil, "--map", "127.0.0.1:0="+serve(t, answering(nil)), "--headless")
	a := newAsker(p)
	a.asks(1)
	path := filepath.Join(dir, "r.pcapng")
	filler := fill(t, dir, 0)
	for _, file := range []string{path, path + ".zst", "/dev/full"} {
		out, errs, code := p.recordCtl("start", file)
		if want := "mqsniff: " + file + ": no packets can be written there: no space left on device\n"; code != 1 || out != "" || !strings.HasSuffix(errs, want) {
			t.Errorf("%s: exit code %d, %s%s", file, code, out, errs)
		}
		if _, err := os.Stat(file); err == nil && file != "/dev/full" {
			t.Errorf("%s was left behind", file)
		}
		if r := p.recording(); r.On {
			t.Errorf("%+v", r)
		}
	}
	check(t, os.Remove(filler))
	filler = fill(t, dir, 64<<10)
	for round, way := range []string{"stop", "rotate"} {
		file := filepath.Join(dir, fmt.Sprintf("r%d.pcapng", round))
		if _, errs, code := p.recordCtl("start", file); code != 0 {
			t.Fatal(errs)
		}
		a.asksUntil("recording stopped", func() bool { return p.recording().Stopped != "" })
		if r := p.recording(); !r.On || r.File != file || r.Stopped != "no space left on device" || r.Lost == 0 {
			t.Errorf("%+v", r)
		}
		if out, _, _ := p.recordCtl(); !strings.Contains(out, "packets could not be written") {
			t.Error(out)
		}
		if way == "rotate" {
			check(t, os.Remove(filler))
			if out, errs, code := p.recordCtl("rotate"); code != 0 || !strings.Contains(out, "_00002_") {
				t.Errorf("exit code %d, %s%s", code, out, errs)
			}
		}
		from := a.next
		a.asks(20)
		waitFor(t, "all was looked at", func() bool { return p.stats().Waiting < little })
		state := p.recording()
		// The recording has ended, but who ends it learns that it is not whole.
		out, errs, code := p.recordCtl("stop")
		if code != 1 || out != "" || strings.Count(errs, "\n") != 1 || missingIn(t, errs) < 1 || !strings.Contains(errs, file) {
			t.Errorf("exit code %d, %s%s", code, out, errs)
		}
		if r := p.recording(); r.On {
			t.Errorf("%+v", r)
		}
		requests, _, _ := recorded(t, state.File)
		for opaque := from; opaque < a.next; opaque++ {
			if (requests[int64(opaque)] == 1) != (way == "rotate") {
				t.Errorf("%s: request %d is there %d times", way, opaque, requests[int64(opaque)])
				break
			}
		}
		check(t, os.Remove(file))
	}
	p.interrupt()
}

// TestProxyFileSizeLimit: a file that may not grow (ulimit -f) is a full disk: the kernel's signal does not end the proxy.
func TestProxyFileSizeLimit(t *testing.T) {
	path := filepath.Join(t.TempDir(), "r.pcapng")
	p := startRelay(t, nil, "--map", "127.0.0.1:0="+serve(t, answering(nil)), "--headless", "-o", "json", "--record", path)
	a := newAsker(p)
	if err := unix.Prlimit(p.cmd.Process.Pid, unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: 100_000, Max: 100_000}, nil); err != nil {
		t.Skipf("the limit of another process cannot be set: %v", err)
	}
	a.asksUntil("recording stopped", func() bool { return strings.Contains(p.errs.String(), "recording stopped: "+syscall.EFBIG.Error()) })
	if _, errs, code := p.recordCtl("rotate"); code != 0 {
		t.Error(errs)
	}
	a.asks(3)
	p.interrupt()
	if said := p.said(); len(said) != 3 || missingIn(t, said[1]) != missingIn(t, said[2]) {
		t.Errorf("%q", said)
	}
	if requests, _, _ := recorded(t, path); len(requests) < 10 {
		t.Errorf("%d requests", len(requests))
	}
}
