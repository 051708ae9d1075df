//go:build linux

package afpacket

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

func TestEthernet(t *testing.T) {
	if !namespace(t) {
		return
	}
	veth(t)
	r := openRing(t, Options{Interface: "left"})
	if r.Link() != LinkEthernet {
		t.Fatalf("link type %d", r.Link())
	}
	sent := [][]byte{
		frame(0x0800, udp(4, 9876, "four")),
		frame(0x86dd, udp(6, 9876, "six")),
		frame(0x0800, udp(4, 9876, "one tag"), 0x8100_2064),
		frame(0x0800, udp(4, 9876, "two tags"), 0x88a8_0007, 0x8100_e064),
		frame(0x88b5, "no IP"),
		frame(0x0800, strings.Repeat("x", 1500)),
		frame(0x0800, ""),
	}
	from := time.Now()
	s := newSender(t, "right")
	for _, f := range sent {
		s.send(f)
	}
	newSender(t, "left").send(sent[0]) // the other way: outgoing
	got := read(t, r, len(sent)+1)
	to := time.Now()
	for i, f := range append(sent, sent[0]) {
		if i >= len(got) {
			t.Fatalf("%d packets of %d", len(got), len(sent)+1)
		}
		p := got[i]
		if !bytes.Equal(p.Data, f) {
			t.Errorf("packet %d: % x\nwanted % x", i, p.Data, f)
		}
		if at := time.Unix(0, p.Time); at.Before(from) || at.After(to) {
			t.Errorf("packet %d: time %v, sent at %v", i, at, from)
		}
		if p.Original != len(f) || p.Link != LinkEthernet || p.Offset != -1 || p.lost != 0 {
			t.Errorf("packet %d: %+v", i, p)
		}
	}
}

// What a loopback interface sends it receives, too.
func TestLoopbackOnce(t *testing.T) {
	if !namespace(t) {
		return
	}
	for _, name := range []string{"lo", Any} {
		r := openRing(t, Options{Interface: name})
		run(t, "ip", "addr", "replace", "10.0.0.1/32", "dev", "lo")
		fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer unix.Close(fd)
		for i := range 3 {
			text := fmt.Appendf(nil, "number %d", i)
			if err := unix.Sendto(fd, text, 0, &unix.SockaddrInet4{Port: 9, Addr: [4]byte{10, 0, 0, 1}}); err != nil {
				t.Fatal(err)
			}
		}
		seen := 0
		for _, p := range read(t, r, 100) {
			if bytes.Contains(p.Data, []byte("number ")) && !bytes.Contains(p.Data, []byte{0x45, 0xc0}) { // not the ICMP answers
				if want := fmt.Sprintf("number %d", seen); !bytes.HasSuffix(p.Data, []byte(want)) {
					t.Errorf("%s: %q, wanted %q", name, p.Data, want)
				}
				seen++
			}
		}
		if seen != 3 {
			t.Errorf("%s: %d packets of 3", name, seen)
		}
	}
}

// Any has LINUX_SLL2 headers; a tag that the kernel took out is not put back, as with libpcap.
func TestAny(t *testing.T) {
	if !namespace(t) {
		return
	}
	veth(t)
	r := openRing(t, Options{Interface: Any})
	if r.Link() != LinkSLL2 {
		t.Fatalf("link type %d", r.Link())
	}
	s := newSender(t, "right")
	s.send(frame(0x0800, udp(4, 1, "plain")))
	s.send(frame(0x86dd, udp(6, 1, "tagged"), 0x8100_0064))
	left, right := lookUp(s.fd, "left").index, lookUp(s.fd, "right").index
	type seen struct {
		protocol, hardware uint16
		index              int
		kind               byte
		address            string
		rest               string
	}
	var got []seen
	for _, p := range read(t, r, 4) {
		d := p.Data
		got = append(got, seen{
			binary.BigEndian.Uint16(d), binary.BigEndian.Uint16(d[8:]), int(binary.BigEndian.Uint32(d[4:])), d[10],
			string(d[12 : 12+d[11]]), string(d[20:]),
		})
		if p.Original != len(d) || d[2] != 0 || d[3] != 0 {
			t.Errorf("%+v", p)
		}
	}
	mac := "\x02\x00\x00\x00\x00\x02"
	plain := seen{0x0800, unix.ARPHRD_ETHER, left, unix.PACKET_OTHERHOST, mac, udp(4, 1, "plain")}
	if !slices.Contains(got, plain) {
		t.Errorf("no %+v in\n%+v", plain, got)
	}
	plain.index, plain.kind = right, unix.PACKET_OUTGOING
	if !slices.Contains(got, plain) {
		t.Errorf("no %+v in\n%+v", plain, got)
	}
	tagged := seen{0x86dd, unix.ARPHRD_ETHER, left, unix.PACKET_OTHERHOST, mac, udp(6, 1, "tagged")}
	if !slices.Contains(got, tagged) {
		t.Errorf("no %+v in\n%+v", tagged, got)
	}
}

func TestTunnel(t *testing.T) {
	if !namespace(t) {
		return
	}
	if out, err := exec.Command("ip", "tuntap", "add", "tun0", "mode", "tun").CombinedOutput(); err != nil {
		t.Skipf("no tun here: %s", out)
	}
	r := openRing(t, Options{Interface: "tun0"})
	if r.Link() != LinkRaw {
		t.Errorf("link type %d", r.Link())
	}
}

// Only what the program wants comes, from the first packet on, and SetFilter changes that without a loss.
func TestFilter(t *testing.T) {
	if !namespace(t) {
		return
	}
	veth(t)
	s := newSender(t, "right")
	stop, done := make(chan bool), make(chan int)
	go func() { // both kinds come all the time
		n := 0
		for ; ; n++ {
			select {
			case <-stop:
				done <- n
				return
			default:
				s.send(frame(0x88b5, fmt.Sprintf("A%08d", n)))
				s.send(frame(0x88b6, fmt.Sprintf("B%08d", n)))
				time.Sleep(50 * time.Microsecond)
			}
		}
	}()
	kind := func(k uint32) func(uint32) ([]bpf.RawInstruction, error) {
		return assemble(t, bpf.LoadAbsolute{Off: 12, Size: 2}, bpf.JumpIf{Val: k, SkipTrue: 1}, bpf.RetConstant{}, bpf.RetConstant{Val: 1 << 18})
	}
	r := openRing(t, Options{Interface: "left", Filter: kind(0x88b5)})
	for _, p := range read(t, r, 200) {
		if p.Data[14] != 'A' {
			t.Fatalf("%q came", p.Data)
		}
	}
	both := assemble(t, bpf.RetConstant{Val: 1 << 18})
	b, _ := both(0)
	if err := r.SetFilter(b); err != nil {
		t.Fatal(err)
	}
	time.Sleep(10 * time.Millisecond)
	a, _ := kind(0x88b5)(0)
	if err := r.SetFilter(a); err != nil {
		t.Fatal(err)
	}
	time.Sleep(10 * time.Millisecond)
	close(stop)
	n := <-done
	var seenA, seenB int
	last := -1
	for _, p := range read(t, r, 1<<30) {
		if p.Data[14] == 'B' {
			seenB++
			continue
		}
		var number int
		fmt.Sscanf(string(p.Data[15:]), "%d", &number)
		if last >= 0 && number != last+1 {
			t.Errorf("%d after %d", number, last)
		}
		last = number
		seenA++
	}
	if last != n-1 || seenB == 0 || seenB >= seenA {
		t.Errorf("%d sent, the last was %d; %d of A, %d of B", n, last, seenA, seenB)
	}
	if err := r.SetFilter([]bpf.RawInstruction{{Op: 0xffff}}); err == nil {
		t.Error("nonsense was taken")
	}
}

func TestSnapLen(t *testing.T) {
	if !namespace(t) {
		return
	}
	veth(t)
	s := newSender(t, "right")
	for _, filter := range []func(uint32) ([]bpf.RawInstruction, error){nil, assemble(t, bpf.RetConstant{Val: 1 << 18})} {
		r := openRing(t, Options{Interface: "left", SnapLen: 100, Filter: filter})
		f := frame(0x0800, strings.Repeat("x", 1000), 0x8100_0064)
		s.send(f)
		got := read(t, r, 1)
		if len(got) != 1 || !bytes.Equal(got[0].Data, f[:100]) || got[0].Original != len(f) {
			t.Errorf("%+v", got)
		}
		r.Close()
	}
}

// Packets are lost while nobody reads. Every one is either there or counted, and counted at the place where it is missing.
func TestLost(t *testing.T) {
	if !namespace(t) {
		return
	}
	veth(t)
	r := openRing(t, Options{Interface: "left", Ring: 512 << 10})
	s := newSender(t, "right")
	number := uint32(0)
	burst := func(n int) {
		for range n {
			f := frame(0x88b5, strings.Repeat("x", 1000))
			binary.BigEndian.PutUint32(f[14:], number)
			number++
			s.send(f)
		}
	}
	var next, lost, places uint32
	told := uint64(0)
	take := func() {
		for idle := 0; idle < 3; idle++ {
			if err := r.Wait(100 * time.Millisecond); err != nil {
				t.Fatal(err)
			}
			told += r.Lost()
			for p := (packet{}); r.Next(&p.Packet); idle = 0 {
				n := binary.BigEndian.Uint32(p.Data[14:])
				if missing := n - next; uint64(missing) != told {
					t.Errorf("before packet %d: %d are missing, %d are said to be", n, missing, told)
				}
				if told > 0 {
					places++
				}
				lost += uint32(told)
				told = 0
				next = n + 1
			}
		}
	}
	burst(100)
	take()
	burst(2000)
	// One block is given back, with the ring full: what comes then stands behind the hole, though others are read before it.
	if err := r.Wait(time.Second); err != nil {
		t.Fatal(err)
	}
	for p := (packet{}); r.Next(&p.Packet); {
		next = binary.BigEndian.Uint32(p.Data[14:]) + 1
	}
	r.release()
	burst(10)
	take()
	burst(2000)
	take()
	burst(1)
	take()
	if next != number {
		t.Errorf("%d sent, the last was %d", number, next)
	}
	if places != 2 {
		t.Errorf("lost at %d places, wanted 2", places)
	}
	stats := r.Stats()
	if lost == 0 || stats.Drops != uint64(lost) || stats.Packets+stats.Drops != uint64(number) || stats.Freezes < 2 || stats.Damaged != 0 {
		t.Errorf("%+v, %d lost of %d", stats, lost, number)
	}
}

// A ring is behind while half of it, or more, waits to be read.
func TestBehind(t *testing.T) {
	if !namespace(t) {
		return
	}
	veth(t)
	r := openRing(t, Options{Interface: "left", Ring: 512 << 10})
	s := newSender(t, "right")
	for turn := range 3 { // also where the ring begins again
		for range 450 {
			s.send(frame(0x88b5, strings.Repeat("x", 1000)))
		}
		var seen []bool
		for idle := 0; idle < 2; idle++ {
			if err := r.Wait(200 * time.Millisecond); err != nil {
				t.Fatal(err)
			}
			some := false
			for p := (packet{}); r.Next(&p.Packet); idle = 0 {
				some = true
			}
			if some || r.Behind() {
				seen = append(seen, r.Behind())
			}
		}
		if n := slices.Index(seen, false); n < 1 || slices.Contains(seen[n:], true) {
			t.Errorf("turn %d: behind %v", turn, seen)
		}
	}
}

// Losses behind which nothing comes are told, too.
func TestLostAtTheEnd(t *testing.T) {
	if !namespace(t) {
		return
	}
	veth(t)
	r := openRing(t, Options{Interface: "left", Ring: 512 << 10})
	s := newSender(t, "right")
	for range 2000 {
		s.send(frame(0x88b5, strings.Repeat("x", 1000)))
	}
	var packets, lost uint64
	for idle := 0; idle < 3; idle++ {
		if err := r.Wait(100 * time.Millisecond); err != nil {
			t.Fatal(err)
		}
		lost += r.Lost()
		for p := (packet{}); r.Next(&p.Packet); idle = 0 {
			packets++
		}
	}
	if lost == 0 || packets+lost != 2000 {
		t.Errorf("%d packets and %d lost, of 2000", packets, lost)
	}
}

func TestWakeAndStop(t *testing.T) {
	if !namespace(t) {
		return
	}
	veth(t)
	r := openRing(t, Options{Interface: "left"})
	r.Wake()
	r.Wake()
	if err := r.Wait(time.Hour); err != nil { // ends at once, or the test does not
		t.Fatal(err)
	}
	go r.Wake()
	if err := r.Wait(time.Hour); err != nil {
		t.Fatal(err)
	}
	s := newSender(t, "right")
	s.send(frame(0x88b5, "before"))
	if err := r.Stop(); err != nil {
		t.Fatal(err)
	}
	s.send(frame(0x88b5, "after"))
	if got := read(t, r, 2); len(got) != 1 || !bytes.HasSuffix(got[0].Data, []byte("before")) {
		t.Errorf("%+v", got)
	}
}
