package kernelfilter

import (
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"syscall"
	"testing"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// attach gives a socket a program, as any user may.
func attach(fd int, code []bpf.RawInstruction) error {
	var all []unix.SockFilter
	for _, i := range code {
		all = append(all, unix.SockFilter{Code: i.Op, Jt: i.Jt, Jf: i.Jf, K: i.K})
	}
	return unix.SetsockoptSockFprog(fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &unix.SockFprog{Len: uint16(len(all)), Filter: &all[0]})
}

func pair(t testing.TB) (in, out int) {
	t.Helper()
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Skipf("no sockets here: %v", err)
	}
	t.Cleanup(func() { unix.Close(fds[0]); unix.Close(fds[1]) })
	return fds[0], fds[1]
}

// The kernel takes and refuses the programs that broken does.
func TestRulesOfKernel(t *testing.T) {
	_, fd := pair(t)
	check := func(code []bpf.RawInstruction) (taken bool) {
		t.Helper()
		at, why := broken(code)
		err := attach(fd, code)
		if err != nil && !errors.Is(err, unix.EINVAL) {
			t.Fatalf("%v: %v", code, err)
		}
		if (err == nil) != (why == "") {
			t.Errorf("%v: the kernel says %v, we say of instruction %d: %q", code, err, at, why)
		}
		return err == nil
	}
	ret := bpf.RawInstruction{Op: returnConstant}
	for op := range uint16(0x1ff) {
		for _, k := range []uint32{0, 1, 15, 16, 31, 32, firstExtension - 1, firstExtension, firstExtension + 2, lastExtension, lastExtension + 4, 1<<32 - 1} {
			check([]bpf.RawInstruction{{Op: store, K: k % 16}, {Op: op, K: k}, ret})
			check([]bpf.RawInstruction{{Op: op, Jt: uint8(k), K: k}, ret})
			check([]bpf.RawInstruction{ret, {Op: op, K: k}})
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	ops := []uint16{loadScratch, loadScratchX, store, storeX, jumpAlways, 0x15, 0x15, 0x1d, 0x20, returnConstant}
	taken := 0
	for range 20000 {
		var code []bpf.RawInstruction
		for n := 1 + random.IntN(8); n > 0; n-- {
			code = append(code, bpf.RawInstruction{Op: ops[random.IntN(len(ops))], Jt: uint8(random.IntN(n)), Jf: uint8(random.IntN(n)), K: uint32(random.IntN(n))})
		}
		if check(append(code, ret)) {
			taken++
		}
	}
	if taken < 1000 {
		t.Errorf("only %d programs were taken: the test is not worth much", taken)
	}
}

// The kernel runs our programs as x/net's machine does. What is beside a packet is 0 for this kind of socket.
func TestKernelRuns(t *testing.T) {
	in, out := pair(t)
	for name, layout := range layouts {
		for _, f := range filters() {
			code := compile(t, f, layout)
			raw, err := bpf.Assemble(code)
			if err != nil {
				t.Fatal(err)
			}
			if at, why := broken(raw); why != "" {
				t.Errorf("%s, %s: instruction %d: %s", name, f, at, why)
			}
			if err := attach(out, raw); err != nil {
				t.Fatalf("%s, %s: %v", name, f, err)
			}
			vm := machine(t, code, beside{})
			for i, p := range packets() {
				b, _ := p.split(layout, false)
				b = b[:len(b)-i%3*10] // some are cut
				if _, err := unix.Write(in, b); err != nil {
					t.Fatal(err)
				}
				n, _ := unix.Read(out, make([]byte, 256))
				if want, _ := vm.Run(b); (n > 0) != (want > 0) {
					t.Errorf("%s, %s: %+v: the kernel says %v", name, f, p, n > 0)
				}
			}
		}
	}
}

// Packet sockets on a loopback interface take what is wanted: there the kernel takes tags out of packets, and strips link-layer
// headers.
func TestPacketSockets(t *testing.T) {
	const inside = "MQSNIFF_TEST_NAMESPACE"
	if os.Getenv(inside) == "" {
		cmd := exec.Command(os.Args[0], "-test.run", "^TestPacketSockets$", "-test.timeout", "60s")
		cmd.Env = append(os.Environ(), inside+"=1")
		cmd.SysProcAttr = &syscall.SysProcAttr{
			Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET,
			UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}},
			GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}},
		}
		out, err := cmd.CombinedOutput()
		if _, ran := errors.AsType[*exec.ExitError](err); err != nil && !ran {
			t.Skipf("no namespace can be made here: %v", err)
		}
		if err != nil {
			t.Fatalf("in a namespace: %s", out)
		}
		return
	}
	up(t)
	for layout, kind := range map[Layout]int{EthernetSocket: unix.SOCK_RAW, CookedSocket: unix.SOCK_DGRAM} {
		for _, f := range filters() {
			wanted, got := onLoopback(t, compile(t, f, layout), kind, f)
			if !slices.Equal(wanted, got) {
				t.Errorf("layout %d, %s: %d packets, want %d", layout, f, len(got), len(wanted))
			}
			all := packets()
			for i := range all {
				if a, b := slices.Contains(got, i), slices.Contains(wanted, i); a != b {
					t.Errorf("layout %d, %s: %+v: %v", layout, f, all[i], a)
				}
			}
		}
	}
}

// up switches the loopback interface on.
func up(t *testing.T) {
	t.Helper()
	fd := socket(t, unix.AF_INET, unix.SOCK_DGRAM)
	ifr, err := unix.NewIfreq("lo")
	if err != nil {
		t.Fatal(err)
	}
	ifr.SetUint16(unix.IFF_UP)
	if err := unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, ifr); err != nil {
		t.Fatal(err)
	}
}

func socket(t *testing.T, family, kind int) int {
	t.Helper()
	fd, err := unix.Socket(family, kind|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(fd) })
	return fd
}

// onLoopback sends all packets and returns the numbers of those that are wanted, and of those that a filtered socket received.
func onLoopback(t *testing.T, code []bpf.Instruction, kind int, f Filter) (wanted, got []int) {
	t.Helper()
	raw, err := bpf.Assemble(code)
	if err != nil {
		t.Fatal(err)
	}
	in, out := socket(t, unix.AF_PACKET, unix.SOCK_RAW), socket(t, unix.AF_PACKET, kind)
	all := binary.NativeEndian.Uint16([]byte{0, unix.ETH_P_ALL}) // in network order
	const loopback = 1
	for _, step := range []error{
		unix.SetsockoptInt(out, unix.SOL_PACKET, unix.PACKET_IGNORE_OUTGOING, 1),
		unix.SetsockoptTimeval(out, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &unix.Timeval{Sec: 10}),
		attach(out, raw),
		unix.Bind(out, &unix.SockaddrLinklayer{Protocol: all, Ifindex: loopback}),
		unix.Bind(in, &unix.SockaddrLinklayer{Ifindex: loopback}),
	} {
		if step != nil {
			t.Fatal(step)
		}
	}
	send := func(p packet, number int) {
		if _, err := unix.Write(in, binary.BigEndian.AppendUint32(p.frame(), uint32(number))); err != nil {
			t.Fatal(err)
		}
	}
	receive := func() int {
		b := make([]byte, 512)
		n, err := unix.Read(out, b)
		if err != nil {
			t.Fatalf("%s: %v", f, err)
		}
		return int(binary.BigEndian.Uint32(b[n-4:]))
	}
	// A packet that is wanted follows each: when it is there, so is what stood before it.
	last := packet{four: true, src: addr("10.0.0.5"), dst: addr("192.168.7.9"), sport: 9876, dport: 10909, protocol: 6}
	if len(f.VLANs) > 0 {
		last.tags = []tag{{etherVLAN, f.VLANs[0]}}
	}
	if !last.wanted(f) { // only IPv6 networks are
		last.four, last.src, last.dst = false, addr("fd00:1::3"), addr("2001:db8::9")
	}
	for i, p := range packets() {
		send(p, i)
		if p.wanted(f) {
			wanted = append(wanted, i)
		}
		send(last, -1)
		for number := receive(); number != 1<<32-1; number = receive() {
			got = append(got, number)
		}
	}
	return wanted, got
}
