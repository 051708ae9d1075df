package capture

import (
	"bytes"
	"encoding/hex"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mqsniff/mqsniff/session"
)

// shark runs tshark over a capture.
func shark(t *testing.T, path string, args ...string) string {
	t.Helper()
	tool, err := exec.LookPath("tshark")
	if err != nil {
		t.Skip("tshark is not installed")
	}
	c := exec.Command(tool, append([]string{"-n", "-r", path, "-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE"}, args...)...)
	var errors bytes.Buffer
	c.Stderr = &errors
	out, err := c.Output()
	if err != nil {
		t.Fatalf("tshark: %v: %s", err, errors.String())
	}
	return string(out)
}

// followed is what tshark makes of a stream of TCP: the bytes of each direction.
func followed(t *testing.T, path string, stream string) (b [2][]byte) {
	t.Helper()
	for line := range strings.Lines(shark(t, path, "-q", "-z", "follow,tcp,raw,"+stream)) {
		text := strings.TrimRight(line, "\r\n")
		dir := 0
		if strings.HasPrefix(text, "\t") {
			dir, text = 1, text[1:]
		}
		if data, err := hex.DecodeString(text); err == nil {
			b[dir] = append(b[dir], data...)
		}
	}
	return b
}

// Wireshark finds nothing to complain about, and puts the same bytes together.
func TestRelayedInTshark(t *testing.T) {
	for name, l := range map[string]Legs{"IPv4": legs(true), "IPv6": sixLegs} {
		t.Run(name, func(t *testing.T) {
			p := newProxied(t, RelayedOptions{Record: RecordOptions{Path: filepath.Join(t.TempDir(), "r.pcapng")}})
			p.number = 1<<32 - numberStep - 300_000 // the first direction's numbers begin again soon
			k := p.open(l)
			s := streams(t, 40, 30_000)
			var sent [2][2][]byte // by side and direction
			for dir, size := range [2]int{196_612, 7001} {
				for len(s[dir]) > 0 {
					n := min(size, len(s[dir]))
					run := s[dir][:n]
					out := run
					if dir == 1 && len(s[dir]) < 100_000 {
						out = append([]byte("rewritten"), run...)
					}
					k.flow.Comment("rule=one")
					k.relay(session.Direction(dir), run, out)
					read, written := &sent[dir][dir], &sent[1-dir][dir]
					*read, *written = append(*read, run...), append(*written, out...)
					s[dir] = s[dir][n:]
				}
			}
			for range 1000 { // more than is acknowledged at once
				k.relay(0, []byte{1}, []byte{1})
				sent[0][0], sent[1][0] = append(sent[0][0], 1), append(sent[1][0], 1)
			}
			k.close(1, session.CloseFIN)
			o := l
			o.Client, o.Local = addr("10.0.0.9:7"), addr("10.0.0.9:8")
			o.Listener, o.Upstream = addr("10.0.0.9:9"), addr("10.0.0.9:10")
			q := p.open(o)
			q.relay(0, []byte("before a hole"), []byte("before a hole"))
			q.lose(0, 200_000)
			q.relay(0, []byte("behind"), []byte("behind"))
			q.close(0, session.CloseRST)
			check(t, p.Close())
			const bad = "tcp.analysis.flags || tcp.checksum.status == \"Bad\" || ip.checksum.status == \"Bad\" || _ws.malformed || _ws.expert.severity >= 6291456 && !tcp.flags.reset" // a warning
			if out := shark(t, p.path, "-Y", bad); out != "" {
				t.Errorf("tshark says\n%.2000s", out)
			}
			good := shark(t, p.path, "-Y", "tcp.checksum.status == \"Good\"", "-T", "fields", "-e", "frame.interface_name")
			if n := strings.Count(good, "client"); n < 500 || n != strings.Count(good, "upstream") {
				t.Errorf("%d and %d good checksums", n, strings.Count(good, "upstream"))
			}
			for side, stream := range []string{"0", "1"} {
				got := followed(t, p.path, stream)
				for dir := range got {
					if !bytes.Equal(got[dir], sent[side][dir]) {
						t.Errorf("side %d, direction %d: %d bytes, want %d, or others", side, dir, len(got[dir]), len(sent[side][dir]))
					}
				}
			}
		})
	}
}
