package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// pane is a terminal of tmux with mqsniff in it.
type pane struct {
	t      *testing.T
	socket string
	log    string // everything that was written to the terminal
}

// openPane runs mqsniff with args in a terminal of that size. When it ends, the pane says "ended" and its exit code.
func openPane(t *testing.T, width, height int, env string, args ...string) *pane {
	t.Helper()
	if _, err := exec.LookPath("tmux"); err != nil {
		t.Skip("tmux is not installed")
	}
	path, err := exec.LookPath("mqsniff") // see TestMain
	check(t, err)
	dir := t.TempDir()
	p := &pane{t: t, socket: filepath.Join(dir, "tmux"), log: filepath.Join(dir, "log")}
	for i, a := range args {
		args[i] = "'" + a + "'"
	}
	command := fmt.Sprintf("sleep 0.2; env -u CI LANG=C.UTF-8 TERM=tmux-256color XDG_STATE_HOME=%s %s %s %s; echo ended $?; sleep 60",
		dir, env, path, strings.Join(args, " "))
	p.tmux("-f", os.DevNull, "new-session", "-d", "-x", fmt.Sprint(width), "-y", fmt.Sprint(height), command)
	t.Cleanup(func() { exec.Command("tmux", "-S", p.socket, "kill-server").Run() })
	p.tmux("pipe-pane", "cat > "+p.log)
	return p
}

func (p *pane) tmux(args ...string) string {
	p.t.Helper()
	out, err := exec.Command("tmux", append([]string{"-S", p.socket}, args...)...).CombinedOutput()
	if err != nil {
		p.t.Fatalf("tmux %v: %v: %s", args, err, out)
	}
	return string(out)
}

func (p *pane) keys(keys ...string) { p.tmux(append([]string{"send-keys"}, keys...)...) }

// escape presses Esc and waits until a terminal can tell that from the beginning of another key.
func (p *pane) escape() {
	p.keys("Escape")
	time.Sleep(200 * time.Millisecond)
}

func (p *pane) text() string { return p.tmux("capture-pane", "-p") }

// wait polls the pane until it shows the pattern, and returns it.
func (p *pane) wait(pattern string) string {
	p.t.Helper()
	re := regexp.MustCompile(pattern)
	text := ""
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(30 * time.Millisecond) {
		if text = p.text(); re.MatchString(text) {
			return text
		}
	}
	p.t.Fatalf("%q does not show:\n%s", pattern, text)
	return ""
}

// end waits until mqsniff has ended and the terminal is as it was.
func (p *pane) end(code int) {
	p.t.Helper()
	p.wait(fmt.Sprintf("(?m)^ended %d$", code))
	if got := p.tmux("display-message", "-p", "#{alternate_on} #{mouse_any_flag} #{cursor_flag}"); got != "0 0 1\n" {
		p.t.Errorf("the terminal is not as it was: alternate screen, mouse, cursor: %s", got)
	}
}

const screenSample = "../../pcaps/5.3.3-json-errors.pcap"

func TestScreenAtThreeSizes(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {120, 40}, {200, 50}} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			p := openPane(t, size[0], size[1], "", screenSample)
			text := p.wait(`(?s)1:Frames.*GET_ROUTEINFO.*\? ?Help`)
			lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
			if len(lines) != size[1] || !strings.Contains(lines[0], "5.3.3-json-errors.pcap") || !strings.Contains(lines[1], "Filter>") {
				t.Errorf("not laid out for this size:\n%s", text)
			}
			p.keys("2")
			p.wait(`127\.0\.0\.1:10911`)
			p.keys("q", "q")
			p.end(0)
		})
	}
}

// TestFirstUse is what a person does who knows arrows, Enter, Esc, / and ? only.
func TestFirstUse(t *testing.T) {
	p := openPane(t, 120, 40, "", screenSample)
	p.wait("connection opened")
	p.keys("Down", "Down")
	p.wait("Frame 3 ")
	p.keys("Enter")
	p.wait("(?m)v Header")
	p.escape()
	p.keys("?")
	p.wait("keys that work here")
	p.escape()
	p.keys("/")
	p.keys("-l", `status == TOPIC_NOT_EXIST and kind == "response"`)
	p.wait(`\[ok\]`)
	p.keys("Enter")
	text := p.wait(` 7 of 144[\s\S]*TOPIC_NOT_EXIST`)
	if strings.Contains(text, "HEART_BEAT  ") {
		t.Errorf("the filter leaves other frames in the list:\n%s", text)
	}
	p.keys("/")
	p.keys("-l", " and topci")
	p.wait(`\[error\]`)
	p.escape()
	p.escape()
	p.escape()
	p.keys("Q")
	p.end(0)
}

func TestScreenResized(t *testing.T) {
	p := openPane(t, 200, 50, "", screenSample)
	p.wait("connection opened")
	for range 3 {
		p.tmux("resize-window", "-x", "80", "-y", "24")
		p.tmux("resize-window", "-x", "40", "-y", "10")
		p.tmux("resize-window", "-x", "120", "-y", "40")
	}
	fresh := openPane(t, 120, 40, "", screenSample)
	fresh.wait(`Event 1 [\s\S]*144 shown|144 shown[\s\S]*Event 1 `)
	// Resizes are gathered for some time before they are drawn, and message ids come when headers were read again.
	got, want := p.text(), fresh.text()
	for deadline := time.Now().Add(10 * time.Second); got != want && time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		got, want = p.text(), fresh.text()
	}
	if got != want {
		t.Errorf("after resizing:\n%s\nfresh:\n%s", got, want)
	}
	p.tmux("resize-window", "-x", "40", "-y", "10")
	p.wait("(?i)too small")
}

func TestScreenWithoutColour(t *testing.T) {
	p := openPane(t, 120, 40, "NO_COLOR=1", screenSample)
	p.wait("connection opened")
	p.keys("b")
	p.wait("< !")
	p.keys("Q")
	p.end(0)
	log, err := os.ReadFile(p.log)
	if err != nil {
		t.Fatal(err)
	}
	if found := regexp.MustCompile(`\x1b\[[0-9;]*\b(3[0-8]|4[0-8]|9[0-7]|10[0-7])\b[0-9;]*m`).Find(log); found != nil {
		t.Errorf("colour under NO_COLOR: %q", found)
	}
}

func TestScreenEndedBySignal(t *testing.T) {
	p := openPane(t, 80, 24, "", screenSample)
	p.wait("connection opened")
	pid := strings.TrimSpace(p.tmux("display-message", "-p", "#{pane_pid}"))
	if out, err := exec.Command("pkill", "-TERM", "-P", pid, "mqsniff").CombinedOutput(); err != nil {
		t.Skipf("pkill: %v %s", err, out)
	}
	p.end(143)
}

func TestCopyGoesToAFile(t *testing.T) {
	p := openPane(t, 120, 40, "", "../../pcaps/5.3.3-json-send-sync.pcap")
	p.wait("SEND_MESSAGE_V2")
	p.keys("-l", "/code == SEND_MESSAGE_V2")
	p.keys("Enter")
	p.wait(`20 of 32`)
	p.keys("y")
	p.wait("(?i)message id")
	p.keys("i")
	p.wait("(?i)copied")
	b, err := os.ReadFile(filepath.Join(filepath.Dir(p.log), "mqsniff", "last-copy"))
	if err != nil || string(b) != "7F00000159124E0E2F2A70EDC9E90000" {
		t.Errorf("%q, %v", b, err)
	}
}
