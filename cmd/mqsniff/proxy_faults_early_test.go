//go:build linux

package main

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestProxyFailsEarly: what cannot work leaves the file of an earlier recording as it is. Regression: it was emptied before the
// ports were tried, so that who started a proxy twice lost the recording of the one that ran.
func TestProxyFailsEarly(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	defer l.Close()
	taken := l.Addr().String()
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	path := filepath.Join(t.TempDir(), "precious.pcapng")
	check(t, os.WriteFile(path, []byte("what was there before"), 0o600))
	for args, want := range map[string]int{
		"-n 127.0.0.1:1 --listen " + taken:                        1,
		"--map " + taken + "=127.0.0.1:1":                         1,
		"--map 127.0.0.1:0=127.0.0.1:1 --metrics " + taken:        1,
		"--map 127.0.0.1:0=127.0.0.1:1 --control " + taken:        1,
		"--map 127.0.0.1:0=127.0.0.1:1 -o foo":                    2,
		"--map 127.0.0.1:0=127.0.0.1:1 --until status==":          2,
		"--map 127.0.0.1:0=127.0.0.1:1 -o text -f status==":       2,
		"-n 127.0.0.1:1 --listen 127.0.0.1:0 --ports range:1-2":   2,
		"--map 127.0.0.1:0=127.0.0.1:1 --ready-file /dev/null":    1,
		"--map 127.0.0.1:0=127.0.0.1:1 --map 127.0.0.1:0=nowhere": 2,
	} {
		out, errs, code := mqsniff(t, append([]string{"proxy", "--headless", "--record", path}, strings.Fields(args)...)...)
		if code != want || out != "" || strings.Count(errs, "\n") != 1 {
			t.Errorf("%s: exit code %d, %s%s", args, code, out, errs)
		}
		if b, err := os.ReadFile(path); err != nil || string(b) != "what was there before" {
			t.Errorf("%s: the file was emptied: %q, %v", args, b[:min(len(b), 30)], err)
			check(t, os.WriteFile(path, []byte("what was there before"), 0o600))
		}
	}
}
