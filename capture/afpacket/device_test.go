//go:build linux

package afpacket

import (
	"bytes"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"
)

// An interface may go down and come up, and be deleted and made again: the same ring goes on, alone or as one of several.
func TestInterfaceComesBack(t *testing.T) {
	if !namespace(t) {
		return
	}
	for _, rings := range []int{1, 2} {
		veth(t)
		var said []string
		all, err := Open(Options{Interface: "left", Rings: rings, Promiscuous: true, Notice: func(line string) { said = append(said, line) }})
		if err != nil {
			t.Fatal(err)
		}
		passes := func(what string) {
			t.Helper()
			newSender(t, "right").send(frame(0x88b5, what))
			for range 100 {
				for _, r := range all {
					if err := r.Wait(20 * time.Millisecond); err != nil {
						t.Fatal(err)
					}
					for p := (packet{}); r.Next(&p.Packet); {
						if bytes.HasSuffix(p.Data, []byte(what)) {
							return
						}
					}
				}
			}
			t.Errorf("%d rings: nothing came when the interface was %s", rings, what)
		}
		until := func(word string) {
			t.Helper()
			for range 100 {
				if len(said) > 0 && strings.Contains(said[len(said)-1], word) {
					return
				}
				for _, r := range all {
					if err := r.Wait(50 * time.Millisecond); err != nil {
						t.Fatal(err)
					}
				}
			}
			t.Fatalf("%d rings: not said: %s; but %q", rings, word, said)
		}
		passes("new")
		run(t, "ip", "link", "set", "left", "down")
		until("is down")
		run(t, "ip", "link", "set", "left", "up")
		until("is up again")
		passes("up again")
		for i := range 2 {
			run(t, "ip", "link", "del", "left")
			until("disappeared")
			veth(t)
			until("is up again")
			passes(fmt.Sprint("made again ", i))
		}
		if got := promiscuity(t, "left"); got != 1 {
			t.Errorf("%d rings: promiscuity %d", rings, got)
		}
		want := []string{
			"left is down: the capture goes on when it is up", "left is up again: the capture goes on",
			"left disappeared: the capture goes on when there is an interface of that name", "left is up again: the capture goes on",
			"left disappeared: the capture goes on when there is an interface of that name", "left is up again: the capture goes on",
		}
		// Between deleting and disappearing it may be seen to be down, and when it is made again, too.
		said = slices.DeleteFunc(said[2:], func(line string) bool { return strings.Contains(line, "is down") })
		if !slices.Equal(said, want[2:]) {
			t.Errorf("%d rings: said %q", rings, said)
		}
		closeAll(all)
		run(t, "ip", "link", "del", "left")
	}
}

// promiscuity is how many ask the interface for promiscuous mode.
func promiscuity(t *testing.T, name string) (n int) {
	t.Helper()
	out, _ := exec.Command("ip", "-d", "link", "show", name).Output()
	_, rest, ok := strings.Cut(string(out), " promiscuity ")
	if _, err := fmt.Sscan(rest, &n); !ok || err != nil {
		t.Skipf("ip does not tell the promiscuity: %s", out)
	}
	return n
}

// Promiscuous mode is off unless it is asked for.
func TestPromiscuous(t *testing.T) {
	if !namespace(t) {
		return
	}
	veth(t)
	for _, want := range []bool{false, true, false} {
		r := openRing(t, Options{Interface: "left", Promiscuous: want})
		if got := promiscuity(t, "left"); (got > 0) != want {
			t.Errorf("promiscuity %d, wanted %v", got, want)
		}
		r.Close()
	}
}

// An interface may have several names.
func TestDistinct(t *testing.T) {
	if !namespace(t) {
		return
	}
	if err := Distinct([]string{Any, "lo", "lo", "nowhere", "not there"}); err != nil {
		t.Error(err)
	}
	if out, err := exec.Command("ip", "link", "property", "add", "dev", "lo", "altname", "a-longer-name").CombinedOutput(); err != nil {
		t.Skipf("no other names here: %s", out)
	}
	if err := Distinct([]string{"a-longer-name", "lo"}); err == nil || err.Error() != "a-longer-name and lo are one interface: leave one out" {
		t.Error(err)
	}
}
