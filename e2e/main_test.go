//go:build linux

// Package e2e holds mqsniff against real RocketMQ clusters and clients. See README.md.
package e2e

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// The environment through which TestMain tells the tests, which run in a process of their own, what there is.
const (
	wanted    = "MQSNIFF_E2E"         // set by the user: run these tests
	workplace = "MQSNIFF_E2E_DIR"     // what TestMain has built
	missing   = "MQSNIFF_E2E_MISSING" // why the tests cannot run
)

// versions are those of RocketMQ that the tests know.
var versions = []string{"5.3.3", "4.9.7"}

// workshop says where the tests find what TestMain has built, and skips the test where there is nothing.
func workshop(t *testing.T) string {
	t.Helper()
	if os.Getenv(wanted) == "" {
		t.Skip("starts real clusters: run MQSNIFF_E2E=1 go test -count=1 ./e2e (see e2e/README.md)")
	}
	if why := os.Getenv(missing); why != "" {
		t.Skip(why)
	}
	return os.Getenv(workplace)
}

// TestMain builds what the tests use, where there is a network to fetch it by, and runs them in namespaces of their own: a loopback
// interface that nobody else uses, on which capturing needs no privilege, and process ids, so that every server ends with the tests.
func TestMain(m *testing.M) {
	flag.Parse()
	if os.Getenv(wanted) == "" || flag.Lookup("test.list").Value.String() != "" {
		os.Exit(m.Run())
	}
	if os.Getenv(workplace) != "" {
		if err := loopbackUp(); err != nil {
			fmt.Fprintln(os.Stderr, "e2e: the loopback interface of the namespace:", err)
			os.Exit(1)
		}
		for _, name := range []string{"NAMESRV_ADDR", "ROCKETMQ_SERIALIZE_TYPE", "JAVA_TOOL_OPTIONS"} {
			os.Unsetenv(name) // the settings of the machine's own RocketMQ
		}
		os.Exit(m.Run())
	}
	if why := lacking(); why != "" {
		os.Setenv(missing, why)
		os.Exit(m.Run())
	}
	os.Exit(prepareAndRun())
}

// lacking says which of the things needed this machine has not.
func lacking() string {
	for _, tool := range []string{"java", "javac", "mvn"} {
		if _, err := exec.LookPath(tool); err != nil {
			return tool + " is not installed"
		}
	}
	if err := inNamespaces(exec.Command("true")).Run(); err != nil {
		return fmt.Sprintf("user, network and process namespaces are not allowed here: %v", err)
	}
	return ""
}

func prepareAndRun() int {
	dir, err := os.MkdirTemp("", "mqsniff-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		return 1
	}
	defer os.RemoveAll(dir)
	if err := prepare(dir); err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		return 1
	}
	self, err := os.Executable()
	if err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		return 1
	}
	runtime.LockOSThread() // the kill at the parent's death is at the death of this thread
	cmd := inNamespaces(exec.Command(self, os.Args[1:]...))
	cmd.Env = append(os.Environ(), workplace+"="+dir)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	var exit *exec.ExitError
	if err := cmd.Run(); errors.As(err, &exit) {
		return max(exit.ExitCode(), 1)
	} else if err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		return 1
	}
	return 0
}

// inNamespaces makes cmd the first process of its namespaces: when it ends, the kernel ends all others in them. It is an ordinary user
// there, with the capabilities for interfaces and captures only: as root, tcpdump would change its user, which is not allowed inside.
func inNamespaces(cmd *exec.Cmd) *exec.Cmd {
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET | syscall.CLONE_NEWPID,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 1000, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 1000, HostID: os.Getgid(), Size: 1}},
		AmbientCaps: []uintptr{unix.CAP_NET_ADMIN, unix.CAP_NET_RAW},
		Pdeathsig:   syscall.SIGKILL,
	}
	return cmd
}

func loopbackUp() error {
	out, err := exec.Command("ip", "link", "set", "lo", "up").CombinedOutput()
	if err != nil {
		return fmt.Errorf("ip link set lo up: %w: %s", err, out)
	}
	return nil
}

// prepare fills dir: mqsniff, goclient, and for each version VERSION/lib (jars) and VERSION/driver (classes).
func prepare(dir string) error {
	if err := command("..", "go", "build", "-o", filepath.Join(dir, "mqsniff"), "./cmd/mqsniff"); err != nil {
		return err
	}
	if err := command("goclient", "go", "build", "-o", filepath.Join(dir, "goclient"), "."); err != nil {
		return err
	}
	sources, err := filepath.Glob("driver/*.java")
	if err != nil {
		return err
	}
	for _, version := range versions {
		lib, err := jars(version)
		if err != nil {
			return err
		}
		if err := os.Mkdir(filepath.Join(dir, version), 0o755); err != nil {
			return err
		}
		if err := os.Symlink(lib, filepath.Join(dir, version, "lib")); err != nil {
			return err
		}
		args := []string{"-proc:none", "-nowarn", "-encoding", "UTF-8", "-cp", lib + "/*", "-d", filepath.Join(dir, version, "driver")}
		args = append(args, sources...)
		if strings.HasPrefix(version, "5.") {
			args = append(args, "driver/v5/Pop.java")
		}
		if err := command(".", "javac", args...); err != nil {
			return err
		}
	}
	return nil
}

// jars is the folder with the jars of a version, which Maven fetches at the first time.
func jars(version string) (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	cache = filepath.Join(cache, "mqsniff-e2e")
	lib := filepath.Join(cache, version)
	if _, err := os.Stat(lib); err == nil {
		return lib, nil
	}
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return "", err
	}
	partial, err := os.MkdirTemp(cache, version+"-partial-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(partial)
	err = command("maven", "mvn", "-q", "-B", "-Drocketmq="+version, "dependency:copy-dependencies", "-DincludeScope=runtime",
		"-DoutputDirectory="+partial)
	if err != nil {
		return "", err
	}
	return lib, os.Rename(partial, lib)
}

func command(dir, name string, args ...string) error {
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, out)
	}
	return nil
}
