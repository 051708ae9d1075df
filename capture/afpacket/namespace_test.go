//go:build linux

package afpacket

import (
	"encoding/binary"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/mqsniff/mqsniff/capture/pcapfile"
	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

const inside = "MQSNIFF_TEST_NAMESPACE"

// namespace runs the calling test again in a user and network namespace of its own, where it may capture and make
// interfaces. It returns true there; outside the test is over.
func namespace(t *testing.T) bool {
	t.Helper()
	if os.Getenv(inside) != "" {
		run(t, "ip", "link", "set", "lo", "up")
		return true
	}
	t.Parallel()
	if _, err := exec.LookPath("ip"); err != nil {
		t.Skip("ip (iproute2) is not installed")
	}
	name := "^" + strings.ReplaceAll(t.Name(), "/", "$/^") + "$"
	cmd := exec.Command(os.Args[0], "-test.run", name, "-test.v", "-test.timeout", "60s")
	cmd.Env = append(os.Environ(), inside+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET,
		UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}},

		GidMappingsEnableSetgroups: os.Getuid() == 0, // tcpdump -Z sets groups
	}
	out, err := cmd.CombinedOutput()
	if _, ran := err.(*exec.ExitError); err != nil && !ran {
		t.Skipf("no namespace can be made here: %v", err)
	}
	t.Logf("in a namespace:\n%s", out)
	if err != nil {
		t.Fatal("failed in the namespace")
	}
	if strings.Contains(string(out), "--- SKIP") {
		t.Skip("skipped in the namespace")
	}
	return false
}

func run(t *testing.T, name string, args ...string) {
	t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v: %s", name, strings.Join(args, " "), err, out)
	}
}

// veth makes two interfaces that are a cable: what goes into one comes out of the other. IPv6 is off, which would send on its
// own.
func veth(t *testing.T) {
	t.Helper()
	out, err := exec.Command("ip", "link", "add", "name", "left", "type", "veth", "peer", "name", "right").CombinedOutput()
	if err != nil {
		t.Skipf("no veth here: %s", out)
	}
	for _, name := range []string{"left", "right"} {
		run(t, "ip", "link", "set", name, "addrgenmode", "none", "up")
	}
}

func openRing(t *testing.T, o Options) *Ring {
	t.Helper()
	rings, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { rings[0].Close() })
	return rings[0]
}

// packet is a copy of what a ring returned.
type packet struct {
	pcapfile.Packet
	lost uint64 // before it
}

// read reads packets until there are so many, or nothing came for a while.
func read(t *testing.T, r *Ring, n int) []packet {
	t.Helper()
	var all []packet
	for idle := 0; idle < 5 && len(all) < n; idle++ {
		if err := r.Wait(100 * time.Millisecond); err != nil {
			t.Fatal(err)
		}
		lost := r.Lost()
		for p := (packet{}); r.Next(&p.Packet); {
			p.Data = append([]byte(nil), p.Data...)
			p.lost, lost = lost, 0
			all = append(all, p)
			idle = 0
		}
	}
	return all
}

// sender is a socket that puts frames on an interface.
type sender struct {
	t  *testing.T
	fd int
}

func newSender(t *testing.T, name string) sender {
	t.Helper()
	fd, err := newSocket(unix.SOCK_RAW)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(fd) })
	if err := unix.Bind(fd, &unix.SockaddrLinklayer{Ifindex: lookUp(fd, name).index}); err != nil {
		t.Fatal(err)
	}
	return sender{t, fd}
}

func (s sender) send(frame []byte) {
	s.t.Helper()
	if _, err := unix.Write(s.fd, frame); err != nil {
		s.t.Fatal(err)
	}
}

// frame is an Ethernet frame; tags stand before its type.
func frame(kind uint16, payload string, tags ...uint32) []byte {
	b := []byte{2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2}
	for _, tag := range tags {
		b = binary.BigEndian.AppendUint32(b, tag)
	}
	b = binary.BigEndian.AppendUint16(b, kind)
	return append(b, payload...)
}

// udp is an IPv4 or IPv6 packet with the text, whose checksums are 0.
func udp(version int, port uint16, text string) string {
	u := binary.BigEndian.AppendUint16(nil, port)
	u = binary.BigEndian.AppendUint16(u, port)
	u = binary.BigEndian.AppendUint16(u, uint16(8+len(text)))
	u = append(append(u, 0, 0), text...)
	if version == 6 {
		h := make([]byte, 40)
		h[0], h[6], h[7], h[23], h[39] = 0x60, 17, 64, 1, 2
		binary.BigEndian.PutUint16(h[4:], uint16(len(u)))
		return string(append(h, u...))
	}
	h := make([]byte, 20)
	h[0], h[8], h[9] = 0x45, 64, 17
	copy(h[12:], []byte{10, 0, 0, 1, 10, 0, 0, 2})
	binary.BigEndian.PutUint16(h[2:], uint16(20+len(u)))
	return string(append(h, u...))
}

// assemble makes a program of instructions, for any link type.
func assemble(t *testing.T, p ...bpf.Instruction) func(uint32) ([]bpf.RawInstruction, error) {
	t.Helper()
	raw, err := bpf.Assemble(p)
	if err != nil {
		t.Fatal(err)
	}
	return func(uint32) ([]bpf.RawInstruction, error) { return raw, nil }
}
