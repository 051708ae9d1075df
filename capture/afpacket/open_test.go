//go:build linux

package afpacket

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
	"testing"

	"golang.org/x/net/bpf"
)

func TestErrors(t *testing.T) {
	if !namespace(t) {
		return
	}
	for _, c := range []struct {
		o    Options
		want string
	}{
		{Options{Interface: "eth77"}, `no interface "eth77": there are any, lo`},
		{Options{Interface: "a name that is much too long"}, `no interface "a name that is much too long": there are any, lo`},
		{Options{Interface: "lo", Ring: 1000}, "a ring of 0 KiB: choose 512 KiB to 1 GiB"},
		{Options{Interface: "lo", Filter: func(uint32) ([]bpf.RawInstruction, error) { return nil, errors.New("no such port") }}, "no such port"},
		{Options{Interface: "lo", Filter: func(uint32) ([]bpf.RawInstruction, error) {
			return make([]bpf.RawInstruction, 4095), nil
		}}, "the packet filter has 4100 instructions, the kernel takes 4096: make the expression simpler"},
	} {
		rings, err := Open(c.o)
		if err == nil || err.Error() != c.want {
			t.Errorf("%+v: %v, %v, wanted %q", c.o, rings, err, c.want)
		}
	}
	if err := MayCapture(); err != nil {
		t.Errorf("may not capture: %v", err)
	}
}

func TestNotPermitted(t *testing.T) {
	if os.Getenv(inside) == "" {
		if os.Getuid() == 0 { // in a user namespace, as somebody else, root has no privilege
			cmd := exec.Command(os.Args[0], "-test.run", "^TestNotPermitted$", "-test.v")
			cmd.Env = append(os.Environ(), inside+"=1")
			cmd.SysProcAttr = &syscall.SysProcAttr{
				Cloneflags:  syscall.CLONE_NEWUSER,
				UidMappings: []syscall.SysProcIDMap{{ContainerID: 1000, HostID: 0, Size: 1}},
			}
			out, err := cmd.CombinedOutput()
			if _, ran := err.(*exec.ExitError); err != nil && !ran {
				t.Skipf("cannot give up privileges here: %v", err)
			}
			if t.Logf("%s", out); err != nil {
				t.Fatal("failed")
			}
			return
		}
		if MayCapture() == nil {
			t.Skip("this process may capture")
		}
	}
	_, err := Open(Options{Interface: "lo"})
	if !errors.Is(err, ErrNotPermitted) || err.Error() != ErrNotPermitted.Error() {
		t.Errorf("%v", err)
	}
	if err := MayCapture(); !errors.Is(err, ErrNotPermitted) {
		t.Errorf("%v", err)
	}
}
