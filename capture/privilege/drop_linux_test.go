package privilege

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

const (
	childVariable = "MQSNIFF_TEST_DROP"
	nobody        = 65534
)

// TestMain drops privileges in a child process, since there is no way back.
func TestMain(m *testing.M) {
	if os.Getenv(childVariable) == "" {
		os.Exit(m.Run())
	}
	var ready, end sync.WaitGroup // some threads, which all must lose them
	end.Add(1)
	for range 4 {
		ready.Add(1)
		go func() {
			runtime.LockOSThread()
			ready.Done()
			end.Wait()
		}()
	}
	ready.Wait()
	if err := Drop(); err != nil {
		os.Stdout.WriteString("error: " + err.Error() + "\n")
	}
	tasks, _ := filepath.Glob("/proc/self/task/*/status")
	for _, task := range tasks {
		b, _ := os.ReadFile(task)
		os.Stdout.Write(b)
	}
	os.Exit(0)
}

// after is what a child says after Drop.
type after struct {
	err    string
	fields map[string][]string // of all threads
}

// each tells whether a field is the same in all threads.
func (a after) each(name, want string) bool {
	for _, got := range a.fields[name] {
		if strings.Join(strings.Fields(got), " ") != want {
			return false
		}
	}
	return len(a.fields[name]) > 4
}

// withC is set when the test is linked with C, where some things cannot be done.
func (a after) withC() bool { return strings.Contains(a.err, "linked with C") }

func drop(t *testing.T, attributes *syscall.SysProcAttr, env ...string) after {
	t.Helper()
	cmd := exec.Command("/proc/self/exe") // the way to it is open to any user
	cmd.Env = append([]string{childVariable + "=1"}, env...)
	cmd.SysProcAttr = attributes
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	a := after{fields: map[string][]string{}}
	for line := range bytes.Lines(out) {
		name, value, _ := strings.Cut(strings.TrimSuffix(string(line), "\n"), ":")
		if name == "error" {
			a.err = value
		}
		a.fields[name] = append(a.fields[name], value)
	}
	return a
}

func needRoot(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root, to have something to give up")
	}
}

const no = "0000000000000000"

func TestDropUnderSudo(t *testing.T) {
	needRoot(t)
	a := drop(t, nil, "SUDO_UID=65534", "SUDO_GID=65533")
	if a.err != "" || !a.each("Uid", "65534 65534 65534 65534") || !a.each("CapEff", no) || !a.each("CapPrm", no) {
		t.Errorf("%+v", a)
	}
	if !a.each("Gid", "65533 65533 65533 65533") || a.each("Groups", "0") {
		t.Errorf("%q", a.fields["Gid"])
	}
}

func TestDropOfRoot(t *testing.T) {
	needRoot(t)
	a := drop(t, nil)
	if a.withC() {
		if !strings.Contains(a.err, "CGO_ENABLED=0") || a.each("CapEff", no) {
			t.Errorf("%+v", a)
		}
		t.Skip("this test is linked with C: its capabilities cannot be given up")
	}
	if a.err != "" || !a.each("Uid", "0 0 0 0") || !a.each("CapEff", no) || !a.each("CapPrm", no) || !a.each("NoNewPrivs", "1") {
		t.Errorf("%+v", a)
	}
}

// With setcap a user has the one capability.
func TestDropOfUser(t *testing.T) {
	needRoot(t)
	a := drop(t, &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}, AmbientCaps: []uintptr{unix.CAP_NET_RAW}},
		"SUDO_UID=1", "SUDO_GID=1") // a lie
	if !a.each("Uid", "65534 65534 65534 65534") {
		t.Errorf("%q", a.fields["Uid"])
	}
	if a.withC() {
		if a.each("CapEff", no) {
			t.Error("there was nothing to give up")
		}
		t.Skip("this test is linked with C: its capabilities cannot be given up")
	}
	for _, set := range []string{"CapEff", "CapPrm", "CapInh", "CapAmb"} {
		if a.err != "" || !a.each(set, no) {
			t.Errorf("%s: %q, %s", set, a.fields[set], a.err)
		}
	}
}

// Who has nothing has nothing to drop.
func TestDropOfNothing(t *testing.T) {
	attributes := &syscall.SysProcAttr{}
	if os.Geteuid() == 0 {
		attributes.Credential = &syscall.Credential{Uid: nobody, Gid: nobody}
	}
	if a := drop(t, attributes); a.err != "" || !a.each("CapEff", no) {
		t.Errorf("%+v", a)
	}
}

// Regression: with SUDO_GID=-1, which leaves the group as it is, the process went on with root's.
func TestDropWithBadVariables(t *testing.T) {
	needRoot(t)
	for _, env := range [][]string{{"SUDO_UID=65534", "SUDO_GID=-1"}, {"SUDO_UID=65534"}, {"SUDO_UID=x", "SUDO_GID=65534"}} {
		a := drop(t, nil, env...)
		if !strings.HasPrefix(a.err, " going on as root") || !strings.Contains(a.err, "SUDO_") || !a.each("Uid", "0 0 0 0") {
			t.Errorf("%v: %+v", env, a)
		}
		if without := strings.Contains(a.err, "without capabilities"); without != a.each("CapEff", no) {
			t.Errorf("%v: %s, but %q", env, a.err, a.fields["CapEff"])
		}
	}
}

// In a user namespace where the user does not exist nobody can become it.
func TestDropInNamespace(t *testing.T) {
	attributes := &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER,
		UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}},
	}
	try := exec.Command("/proc/self/exe", "-test.run", "^$")
	try.SysProcAttr = attributes
	if err := try.Run(); err != nil {
		t.Skipf("no namespace can be made here: %v", err)
	}
	a := drop(t, attributes, "SUDO_UID=4711", "SUDO_GID=4711")
	if !strings.HasPrefix(a.err, " going on as root") || !strings.Contains(a.err, "4711") {
		t.Errorf("%+v", a.err)
	}
	if without := strings.Contains(a.err, "without capabilities"); without != a.each("CapEff", no) {
		t.Errorf("%s, but %q", a.err, a.fields["CapEff"])
	}
}

func TestChown(t *testing.T) {
	needRoot(t)
	t.Setenv("SUDO_UID", "65534")
	t.Setenv("SUDO_GID", "65533")
	file, err := os.Create(filepath.Join(t.TempDir(), "file"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := Chown(file); err != nil {
		t.Fatal(err)
	}
	if uid, gid := owner(t, file); uid != 65534 || gid != 65533 {
		t.Errorf("%d, %d", uid, gid)
	}
	r, w, err := os.Pipe() // stands for a device
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	if err := Chown(w); err != nil {
		t.Error(err)
	}
	if uid, _ := owner(t, w); uid != 0 {
		t.Error("what is no file was given away")
	}
}

func owner(t *testing.T, file *os.File) (uid, gid uint32) {
	t.Helper()
	info, err := file.Stat()
	if err != nil {
		t.Fatal(err)
	}
	s := info.Sys().(*syscall.Stat_t)
	return s.Uid, s.Gid
}
