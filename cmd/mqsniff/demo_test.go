package main

import (
	"bytes"
	"net"
	"os"
	"strings"
	"testing"
)

// The demo leaves nothing behind.
// Regression: the ports of its brokers were remembered in the state directory, for the next one, which has others.
func TestDemoKeepsNothing(t *testing.T) {
	state := t.TempDir()
	t.Setenv("XDG_STATE_HOME", state)
	free, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	check(t, free.Close())
	for args, want := range map[string]int{
		"--listen 127.0.0.1:0":             exitDone,
		"--listen " + free.Addr().String(): exitDone,
		"--listen 0.0.0.0:0":               exitUsage,
	} {
		var out, errs bytes.Buffer
		if code := run(append([]string{"demo", "-o", "text", "-n", "10"}, strings.Fields(args)...), strings.NewReader(""), &out, &errs); code != want {
			t.Errorf("%s: exit %d: %s", args, code, errs.String())
		}
		if strings.Contains(errs.String(), "--advertise") {
			t.Errorf("%s: a flag that demo does not have: %s", args, errs.String())
		}
	}
	if left, err := os.ReadDir(state); err != nil || len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}
