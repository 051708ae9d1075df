package main

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain makes the program a command that scripts and tests can execute.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"mqsniff": main})
}

// TestScripts runs the command line as a person types it. Besides testscript's own commands there are
//
//	exits N CMD ARGS...       runs CMD, which must end with exit code N
//	lines stdout|stderr N     checks how many lines the last command wrote
//	firstbytes N FROM TO      copies the first N bytes of a file; fewer than 0: all but the last N
//	poke N BYTE FILE          sets one byte of a file
func TestScripts(t *testing.T) {
	pcaps, err := filepath.Abs(filepath.Join("..", "..", "pcaps"))
	check(t, err)
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "script"),
		Setup: func(e *testscript.Env) error {
			e.Setenv("PCAPS", pcaps)
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"exits": exits, "lines": lines, "firstbytes": firstBytes, "poke": poke,
		},
	})
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits N CMD ARGS...")
	}
	err := ts.Exec(args[1], args[2:]...)
	got := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if strconv.Itoa(got) != args[0] {
		ts.Fatalf("exit code %d, want %s", got, args[0])
	}
}

func lines(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: lines stdout|stderr N")
	}
	if n := strings.Count(ts.ReadFile(args[0]), "\n"); strconv.Itoa(n) != args[1] {
		ts.Fatalf("%d lines on %s, want %s", n, args[0], args[1])
	}
}

func firstBytes(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: firstbytes N FROM TO")
	}
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	b := ts.ReadFile(args[1])
	if n < 0 {
		n += len(b)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), []byte(b[:n]), 0o600))
}

func poke(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: poke N BYTE FILE")
	}
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	v, err := strconv.ParseUint(args[1], 0, 8)
	ts.Check(err)
	b := []byte(ts.ReadFile(args[2]))
	b[n] = byte(v)
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), b, 0o600))
}

// sampleBytes are the bytes of one of the captures.
func sampleBytes(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "pcaps", name))
	check(t, err)
	return b
}

// started is a running mqsniff.
type started struct {
	*exec.Cmd
	pipe io.Closer
	out  *bufio.Reader
	errs bytes.Buffer
}

func start(t *testing.T, in io.Reader, args ...string) *started {
	t.Helper()
	p := &started{Cmd: exec.Command("mqsniff", args...)}
	p.Stdin = in
	p.Stderr = &p.errs
	out, err := p.StdoutPipe()
	check(t, err)
	p.pipe, p.out = out, bufio.NewReader(out)
	check(t, p.Start())
	watch := time.AfterFunc(30*time.Second, func() { p.Process.Kill() }) // so that a mistake is no hang
	t.Cleanup(func() { watch.Stop(); p.Process.Kill() })
	return p
}

// lines reads n lines, which must come without the program's end.
func (p *started) lines(t *testing.T, n int) []string {
	t.Helper()
	var out []string
	for range n {
		line, err := p.out.ReadString('\n')
		if err != nil {
			t.Fatalf("%d of %d lines came: %v, %s", len(out), n, err, p.errs.String())
		}
		out = append(out, line)
	}
	return out
}

// interrupt sends SIGINT and returns what came after it.
func (p *started) interrupt(t *testing.T) (rest string, code int) {
	t.Helper()
	check(t, p.Process.Signal(os.Interrupt))
	b, err := io.ReadAll(p.out)
	check(t, err)
	_ = p.Wait()
	return string(b), p.ProcessState.ExitCode()
}

// TestFollow: lines come when their packets do, and SIGINT ends it with all that was read.
func TestFollow(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("processes cannot be sent SIGINT there")
	}
	whole := sampleBytes(t, "5.3.3-json-send-sync.pcap")
	want, _, _ := mqsniff(t, "read", "../../pcaps/5.3.3-json-send-sync.pcap")
	for _, how := range []string{"growing file", "pipe"} {
		t.Run(how, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "growing.pcap")
			file, err := os.Create(path)
			check(t, err)
			defer file.Close()
			var to io.Writer = file
			args, in := []string{"read", "--follow", path}, io.Reader(nil)
			if how == "pipe" {
				r, w, err := os.Pipe()
				check(t, err)
				defer r.Close()
				defer w.Close()
				args, in, to = []string{"read", "-"}, r, w
			}
			half := len(whole) / 2 // in the middle of a packet
			_, err = to.Write(whole[:half])
			check(t, err)
			p := start(t, in, args...)
			got := p.lines(t, 10)
			_, err = to.Write(whole[half:])
			check(t, err)
			got = append(got, p.lines(t, 21)...)
			rest, code := p.interrupt(t)
			sameText(t, strings.Join(got, "")+rest, want)
			if code != 130 || p.errs.Len() > 0 {
				t.Errorf("exit code %d, %s", code, p.errs.String())
			}
		})
	}
}

// TestFollowIsInterruptedInAPacket: what a growing file lacks is no damage.
func TestFollowIsInterruptedInAPacket(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("processes cannot be sent SIGINT there")
	}
	whole := sampleBytes(t, "5.3.3-json-send-sync.pcap")
	p := start(t, nil, "--follow", writeFile(t, "growing.pcap", whole[:len(whole)/2]))
	got := p.lines(t, 10)
	rest, code := p.interrupt(t)
	if code != 130 || p.errs.Len() > 0 || !strings.HasPrefix(strings.Join(got, "")+rest, "      1    0.000000") {
		t.Errorf("exit code %d, %s, %s", code, p.errs.String(), rest)
	}
}

// TestReaderThatHasEnough: `mqsniff read … | head -1` says nothing and does not go on.
func TestReaderThatHasEnough(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no SIGPIPE and no EPIPE there")
	}
	p := start(t, nil, "read", "--detail", "../../pcaps/5.3.3-json-midstream.pcap")
	p.lines(t, 1)
	check(t, p.pipe.Close())
	_ = p.Wait()
	if p.ProcessState.ExitCode() != 0 || p.errs.Len() > 0 {
		t.Errorf("%v, %s", p.ProcessState, p.errs.String())
	}
}

// TestEPIPE is the same where the pipe is none of the process's standard output.
func TestEPIPE(t *testing.T) {
	var errs bytes.Buffer
	code := run([]string{"read", "--detail", "../../pcaps/5.3.3-json-midstream.pcap"}, strings.NewReader(""), &full{left: 100, err: syscall.EPIPE}, &errs)
	if code != 0 || errs.Len() > 0 {
		t.Errorf("exit code %d, %s", code, errs.String())
	}
}

// TestFullDisk: what could not be written is said.
func TestFullDisk(t *testing.T) {
	for _, how := range []string{"text", "wide", "json", "summary"} {
		var errs bytes.Buffer
		code := run([]string{"read", "-o", how, "../../pcaps/5.3.3-json-midstream.pcap"}, strings.NewReader(""), &full{left: 100, err: syscall.ENOSPC}, &errs)
		if code != 1 || errs.String() != "mqsniff: "+syscall.ENOSPC.Error()+"\n" {
			t.Errorf("%s: exit code %d, %s", how, code, errs.String())
		}
	}
}

// full takes a few bytes and then fails.
type full struct {
	left int
	err  error
}

func (f *full) Write(p []byte) (int, error) {
	n := min(len(p), f.left)
	f.left -= n
	if n < len(p) {
		return n, f.err
	}
	return n, nil
}
