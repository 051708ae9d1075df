package privilege

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestMain drops privileges in a child process, since there is no way back.
func TestMain(m *testing.M) {
	if os.Getenv("MQSNIFF_TEST_DROP") == "" {
		os.Exit(m.Run())
	}
	if err := Drop(); err != nil {
		os.Stdout.WriteString("error: " + err.Error() + "\n")
	}
	tasks, _ := filepath.Glob("/proc/self/task/*/status")
	for _, task := range tasks {
		b, _ := os.ReadFile(task)
		for line := range strings.Lines(string(b)) {
			if strings.HasPrefix(line, "Uid:") || strings.HasPrefix(line, "Gid:") || strings.HasPrefix(line, "CapEff:") || strings.HasPrefix(line, "CapPrm:") {
				os.Stdout.WriteString(line)
			}
		}
	}
	os.Exit(0)
}

func drop(t *testing.T, env ...string) string {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root, to have something to give up")
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(append(os.Environ(), "MQSNIFF_TEST_DROP=1"), env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return string(out)
}

func TestDropUnderSudo(t *testing.T) {
	out := drop(t, "SUDO_UID=65534", "SUDO_GID=65534")
	for line := range strings.Lines(out) {
		switch {
		case strings.HasPrefix(line, "Cap"):
			if !strings.Contains(line, "0000000000000000") {
				t.Errorf("a thread has %s", line)
			}
		case line != "Uid:\t65534\t65534\t65534\t65534\n" && line != "Gid:\t65534\t65534\t65534\t65534\n":
			t.Errorf("%q", line)
		}
	}
	if !strings.Contains(out, "CapEff") {
		t.Errorf("%q", out)
	}
}

func TestDropOfRoot(t *testing.T) {
	out := drop(t, "SUDO_UID=", "SUDO_GID=")
	if strings.Contains(out, "linked with C") {
		if !strings.Contains(out, "CGO_ENABLED=0") {
			t.Errorf("no remedy: %s", out)
		}
		t.Skip("this test is linked with C: its capabilities cannot be given up")
	}
	for line := range strings.Lines(out) {
		if strings.HasPrefix(line, "error") || strings.HasPrefix(line, "Cap") && !strings.Contains(line, "0000000000000000") {
			t.Errorf("a thread has %s", line)
		}
	}
}
