package capture

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/mqsniff/mqsniff/capture/pcapfile"
	"github.com/mqsniff/mqsniff/session"
)

// A recording goes on in another file on demand, in the middle of a frame and of a connection: each file can be read, both
// together have what went through, and every frame can be read again.
func TestRelayedRotatesOnDemand(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.pcapng")
	p := newProxied(t, RelayedOptions{Record: RecordOptions{Path: path}})
	c := p.open(sixLegs)
	both := streams(t, 12, 700)
	first, rest := both[0][:len(both[0])/2+3], both[0][len(both[0])/2+3:]
	c.relay(session.ClientToServer, first, first)
	next, err := p.Rotate()
	if err != nil || !regexp.MustCompile(`/a_00002_\d{14}\.pcapng$`).MatchString(next) {
		t.Fatalf("%q, %v", next, err)
	}
	c.relay(session.ClientToServer, rest, rest)
	c.relay(session.ServerToClient, both[1], both[1])
	last, err := p.Rotate()
	check(t, err)
	c.close(session.ClientToServer, session.CloseFIN)
	p.End()
	p.Flush()
	p.again(t, p.Relayed, p.all, true)
	check(t, p.Close())
	files, all := reread(t, pcapfile.ClientSide, path, next, last)
	all.again(t, files, all.all, true)
	if frames(all.all) != frames(p.all) || frames(all.all) != 24 {
		t.Errorf("%d frames were relayed, %d are in the files", frames(p.all), frames(all.all))
	}
	for i, want := range []int{5, 12, 0} {
		_, one := reread(t, pcapfile.ClientSide, []string{path, next, last}[i])
		if n := frames(one.all); n < want {
			t.Errorf("file %d has %d frames, want %d at least", i+1, n, want)
		}
	}
}

// What cannot be rotated says why.
func TestRelayedRotateErrors(t *testing.T) {
	dir := t.TempDir()
	for name, c := range map[string]struct {
		o    RecordOptions
		want string
	}{
		"nothing":    {RecordOptions{}, "nothing is recorded"},
		"temporary":  {RecordOptions{Spool: 1 << 16}, "nothing is recorded to a file"},
		"no regular": {RecordOptions{Path: os.DevNull, Spool: 1 << 16}, "cannot be rotated"},
	} {
		p := newProxied(t, RelayedOptions{Record: c.o})
		if _, err := p.Rotate(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	gone := filepath.Join(dir, "gone")
	check(t, os.Mkdir(gone, 0o700))
	p := newProxied(t, RelayedOptions{Record: RecordOptions{Path: filepath.Join(gone, "a.pcapng"), Notice: func(string) {}}})
	check(t, os.RemoveAll(gone))
	for range 2 { // it is tried each time
		if _, err := p.Rotate(); err == nil || !strings.Contains(err.Error(), "make the directory first") {
			t.Error(err)
		}
	}
	check(t, p.Close())
	if _, err := p.Rotate(); err == nil || !strings.Contains(err.Error(), "is not written any more") {
		t.Error(err)
	}
}
