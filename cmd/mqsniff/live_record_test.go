//go:build linux

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestLiveWrites: what -w wrote is what was shown, in every form of a file.
func TestLiveWrites(t *testing.T) {
	if !namespace(t) {
		return
	}
	dir := t.TempDir()
	for _, name := range []string{"plain.pcapng", "packed.pcapng.zst"} {
		path := filepath.Join(dir, name)
		l := startLive(t, "-i", "any", "-o", "json", "-w", path)
		k := newTalk(t, broker)
		k.sends(50, "Orders")
		k.asks(codeRoute, statusNoTopic, "Nowhere")
		k.close()
		l.says(&l.out, `"close"`)
		l.interrupt()
		sameText(t, readJSON(t, path), l.out.String())
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%v, %v", info.Mode(), err)
		}
	}
}

// TestLiveCrash: what came before a crash is in the file.
func TestLiveCrash(t *testing.T) {
	if !namespace(t) {
		return
	}
	dir := t.TempDir()
	for _, name := range []string{"plain.pcapng", "packed.pcapng.zst"} {
		path := filepath.Join(dir, name)
		l := startLive(t, "-i", "lo", "-o", "text", "-w", path)
		k := newTalk(t, broker)
		k.sends(20, "Orders")
		l.says(&l.out, "Orders19") // lines are flushed behind the file
		check(t, l.cmd.Process.Kill())
		<-l.ended
		k.close()
		if out, errs, code := mqsniff(t, "read", path); strings.Count(out, "Orders") != 40 {
			t.Errorf("%s: exit code %d, %s\n%s", name, code, errs, out)
		}
	}
}

// TestLiveRotates by size and by time, and keeps the latest.
func TestLiveRotates(t *testing.T) {
	if !namespace(t) {
		return
	}
	files := func(dir string) []string {
		paths, err := filepath.Glob(filepath.Join(dir, "r_*.pcapng"))
		check(t, err)
		return paths
	}
	bySize, kept, byTime := t.TempDir(), t.TempDir(), t.TempDir()
	running := []*live{
		startLive(t, "-i", "lo", "-o", "text", "-w", filepath.Join(bySize, "r.pcapng"), "--rotate-size", "8KB"),
		startLive(t, "-i", "lo", "-o", "text", "-w", filepath.Join(kept, "r.pcapng"), "--rotate-size", "8KB", "--rotate-keep", "2"),
		startLive(t, "-i", "lo", "-o", "text", "-w", filepath.Join(byTime, "r.pcapng"), "--rotate-every", "300ms"),
	}
	k := newTalk(t, broker)
	k.sends(100, "Orders")
	for deadline := time.Now().Add(20 * time.Second); len(files(byTime)) < 3 && time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		k.sends(1, "More")
	}
	k.sends(1, "Last")
	for _, l := range running {
		l.says(&l.out, "Last0")
		l.interrupt()
	}
	for _, dir := range []string{bySize, byTime} {
		paths := files(dir)
		if len(paths) < 3 {
			t.Errorf("%d files", len(paths))
		}
		out, errs, code := mqsniff(t, append([]string{"read"}, paths...)...)
		if code != 0 || errs != "" || strings.Count(out, "Orders") != 200 {
			t.Errorf("exit code %d, %s, %d frames", code, errs, strings.Count(out, "Orders"))
		}
	}
	if paths := files(kept); len(paths) != 2 {
		t.Errorf("kept %v", paths)
	}
}

// TestLiveToAPipe: packets on standard output are a capture that another mqsniff reads while they come.
func TestLiveToAPipe(t *testing.T) {
	if !namespace(t) {
		return
	}
	in, out, err := os.Pipe()
	check(t, err)
	writer := &live{t: t, cmd: exec.Command("mqsniff", "live", "-i", "lo", "-w", "-", "-o", "none"), ended: make(chan struct{})}
	writer.cmd.Stdout, writer.cmd.Stderr = out, &writer.errs
	check(t, writer.cmd.Start())
	out.Close()
	go func() {
		_ = writer.cmd.Wait()
		close(writer.ended)
	}()
	t.Cleanup(func() { writer.cmd.Process.Kill() })
	reader := start(t, in, "read", "-")
	in.Close()
	writer.says(&writer.errs, "capturing on ")
	newTalk(t, broker).sends(3, "Orders")
	if got := strings.Join(reader.lines(t, 7), ""); strings.Count(got, "Orders") != 6 {
		t.Errorf("\n%s", got)
	}
	writer.interrupt()
	check(t, reader.Wait())
}

// TestLiveIsNotPermitted: one line names the capability and the remedy. In a user namespace that does not own the network
// nobody has it, and neither sudo nor setcap would help.
func TestLiveIsNotPermitted(t *testing.T) {
	path := filepath.Join(t.TempDir(), "precious.pcapng")
	check(t, os.WriteFile(path, []byte("what was there before"), 0o600))
	for _, args := range [][]string{{"live", "-i", "lo", "-o", "text"}, {"live", "-w", path, "-o", "none"}, {"live", "--list"}} {
		cmd := exec.Command("mqsniff", args...)
		cmd.SysProcAttr = newNamespaces(syscall.CLONE_NEWUSER)
		var out, errs gathered
		cmd.Stdout, cmd.Stderr = &out, &errs
		if err := cmd.Start(); err != nil {
			t.Skipf("no namespace can be made here: %v", err)
		}
		_ = cmd.Wait()
		code, said := 1, errs.String()
		if args[1] == "--list" {
			code, said = 0, out.String()
		}
		if cmd.ProcessState.ExitCode() != code || !strings.Contains(said, "CAP_NET_RAW") || !strings.Contains(said, "capture outside of it") {
			t.Errorf("%v: exit code %d, %s%s", args, cmd.ProcessState.ExitCode(), out.String(), errs.String())
		}
		if args[1] != "--list" && (strings.Count(said, "\n") != 1 || out.String() != "") {
			t.Errorf("%v: %s%s", args, out.String(), said)
		}
	}
	if b, err := os.ReadFile(path); err != nil || string(b) != "what was there before" {
		t.Errorf("the file was emptied: %q, %v", b, err)
	}
}

// TestLiveFailsEarly: what cannot work ends with one line, and leaves the file of an earlier capture as it is.
func TestLiveFailsEarly(t *testing.T) {
	if !namespace(t) {
		return
	}
	path := filepath.Join(t.TempDir(), "precious.pcapng")
	check(t, os.WriteFile(path, []byte("what was there before"), 0o600))
	for _, tt := range []struct {
		args string
		code int
		want string
	}{
		{"-i nowhere -o text", 1, `no interface "nowhere": there are any, lo`},
		{"-i lo -o foo", 2, "-o is text"},
		{"-i lo -o text --until status==", 2, "--until: column 9"},
		{"-i lo -o text -f status==", 2, "-f: column 9"},
		{"-i lo -o none --metrics 192.0.2.1:1", 1, "--metrics: "},
		// Regression: it was served to everybody who reaches the machine.
		{"-i lo -o none --metrics :9419", 2, "--metrics :9419 listens on every interface: write 127.0.0.1:9419, or 0.0.0.0:9419 if that is meant"},
	} {
		out, errs, code := mqsniff(t, append(append([]string{"live"}, strings.Fields(tt.args)...), "-w", path)...)
		if code != tt.code || out != "" || strings.Count(errs, "\n") != 1 || !strings.Contains(errs, tt.want) {
			t.Errorf("%s: exit code %d, %s%s", tt.args, code, out, errs)
		}
		if b, err := os.ReadFile(path); err != nil || string(b) != "what was there before" {
			t.Fatalf("%s: the file was emptied: %q, %v", tt.args, b, err)
		}
	}
	if _, errs, code := mqsniff(t, "live", "-i", "lo", "-o", "none", "-w", filepath.Join(path, "x")); code != 1 || strings.Count(errs, "\n") != 1 {
		t.Errorf("exit code %d, %s", code, errs)
	}
	if out, errs, code := mqsniff(t, "live", "--list"); code != 0 || errs != "" || !strings.Contains(out, "\nlo ") || !strings.HasSuffix(out, "\nYou may capture.\n") {
		t.Errorf("--list: exit code %d\n%s%s", code, out, errs)
	}
}

// TestLiveDiskFull: one line says so. What is looked at goes on, and what did not get into the file is counted; a capture that
// only writes ends. The file has all that there was room for.
func TestLiveDiskFull(t *testing.T) {
	if !namespace(t) {
		return
	}
	small := t.TempDir()
	if err := syscall.Mount("none", small, "tmpfs", 0, "size=64k"); err != nil {
		t.Skipf("no file system of its own: %v", err)
	}
	t.Cleanup(func() { check(t, syscall.Unmount(small, 0)) })
	for _, path := range []string{"/dev/full", filepath.Join(small, "r.pcapng")} {
		until := ""
		if path != "/dev/full" {
			until = " until another file can be written"
		}
		looked := startLive(t, "-i", "lo", "-o", "text", "-w", path)
		k := newTalk(t, broker)
		k.sends(300, "Orders")
		k.sends(1, "Last")
		looked.says(&looked.out, "Last0")
		looked.interrupt()
		errs := looked.errs.String()
		if strings.Count(errs, "\n") != 4 || !strings.Contains(errs, "mqsniff: "+path+": recording stopped: no space left on device; the capture goes on without it"+until+"\n") ||
			!strings.Contains(errs, " packets not recorded: "+path+" could not be written\n") {
			t.Errorf("%s: %s", path, errs)
		}
		if out := looked.out.String(); strings.Count(out, "Orders") != 600 || strings.Count(out, "recording stopped") != 1 {
			t.Errorf("%s: %d frames", path, strings.Count(out, "Orders"))
		}
		if path != "/dev/full" {
			if out, errs, code := mqsniff(t, "read", path); code != 0 || errs != "" || strings.Count(out, "Orders") < 100 {
				t.Errorf("exit code %d, %s\n%s", code, errs, out)
			}
		}

		written := startLive(t, "-i", "lo", "-o", "none", "-w", path, "--rings", "2")
		k.sends(300, "Orders")
		written.wait(1)
		if errs := written.errs.String(); strings.Count(errs, "recording stopped") != 1 || !strings.HasSuffix(errs, "\nmqsniff: "+path+": recording stopped: no space left on device\n") {
			t.Errorf("%s: %s", path, errs)
		}
		k.close()
	}
}

// TestLiveToATerminal: packets are not for a person's eyes, and lines are not for a capture.
func TestLiveToATerminal(t *testing.T) {
	p := openPane(t, 120, 24, "", "live", "-w", "-")
	p.wait("(?s)-w - writes packets to standard output, which is a terminal: send it to a file or a\\s+program.*ended 2")
	if _, errs, code := mqsniff(t, "live", "-w", "-", "-o", "json"); code != exitUsage || errs != "mqsniff: -w - writes packets to standard output: -o json cannot go there, too\n" {
		t.Errorf("exit code %d, %s", code, errs)
	}
}
