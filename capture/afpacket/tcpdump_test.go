//go:build linux

package afpacket

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mqsniff/mqsniff/capture/pcapfile"
)

// A ring and tcpdump, side by side, have the same packets.
func TestLikeTcpdump(t *testing.T) {
	if !namespace(t) {
		return
	}
	if _, err := exec.LookPath("tcpdump"); err != nil {
		t.Skip("tcpdump is not installed")
	}
	veth(t)
	for _, name := range []string{"lo", "left", Any} {
		path := filepath.Join(t.TempDir(), name+".pcap")
		cmd := exec.Command("tcpdump", "-Z", "root", "-i", name, "-U", "-w", path, "--immediate-mode",
			"-B", "32768", "-s", "4096") // its default has room for 8 packets
		said, err := cmd.StderrPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Skip(err)
		}
		t.Cleanup(func() { cmd.Process.Kill() })
		lines := bufio.NewScanner(said)
		for lines.Scan() && !strings.Contains(lines.Text(), "listening on") {
			t.Log(lines.Text())
		}
		if !strings.Contains(lines.Text(), "listening on") {
			cmd.Wait()
			t.Skip("tcpdump does not capture here")
		}
		r := openRing(t, Options{Interface: name})
		for range 3 {
			talk(t)
		}
		s := newSender(t, "right")
		s.send(frame(0x0800, udp(4, 9876, "plain")))
		s.send(frame(0x0800, udp(4, 9876, "tagged"), 0x8100_0064))
		s.send(frame(0x86dd, udp(6, 9876, "twice"), 0x88a8_0007, 0x8100_0064))
		got := read(t, r, 1<<30)
		size := int64(-1)
		for i := 0; i < 20; i++ { // until tcpdump has written all
			info, err := os.Stat(path)
			if err == nil && info.Size() == size {
				break
			}
			if err == nil {
				size = info.Size()
			}
			time.Sleep(200 * time.Millisecond)
		}
		cmd.Process.Signal(os.Interrupt)
		io.Copy(io.Discard, said)
		cmd.Wait()
		file, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		theirs, err := pcapfile.NewReader(file, 0)
		if err != nil {
			t.Fatal(err)
		}
		// On several processors, packets of different connections come to different sockets in different order.
		var ours, all []string
		for _, p := range got {
			ours = append(ours, fmt.Sprintf("%d of %d: % x", p.Link, p.Original, p.Data))
		}
		for p := (pcapfile.Packet{}); theirs.Next(&p) == nil; {
			all = append(all, fmt.Sprintf("%d of %d: % x", p.Link, p.Original, p.Data))
		}
		slices.Sort(ours)
		slices.Sort(all)
		if !slices.Equal(ours, all) || len(ours) < 3 {
			t.Errorf("%s: %d packets, tcpdump has %d", name, len(ours), len(all))
			for i := range min(len(ours), len(all)) {
				if ours[i] != all[i] {
					t.Errorf("the first difference:\n%s\ntcpdump has\n%s", ours[i], all[i])
					break
				}
			}
		}
		file.Close()
		r.Close()
	}
}
