//go:build linux

package main

import (
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestRulesGoBeforeTheListener: connections that are made while the proxy ends find the server.
// Regression: they were redirected to where nobody listened, as long as --grace was, and for good where a second signal came.
func TestRulesGoBeforeTheListener(t *testing.T) {
	if _, err := exec.LookPath("grep"); err != nil {
		t.Skip(err)
	}
	dir := t.TempDir()
	at := netip.MustParseAddrPort(nobody(t))
	// An iptables that has the chain once it was made, and notes whether the port is listened on (state 0A) when the chain is left.
	script := fmt.Sprintf(`#!/bin/sh
cd %s
case "$*" in
*" -S") test -e chain && echo "-N MQSNIFF" ;;
*" -N MQSNIFF") : >chain ;;
*" -I MQSNIFF -j RETURN") grep -q ":%04X 00000000:0000 0A" /proc/net/tcp && echo listening >end || echo closed >end ;;
*" -X MQSNIFF") rm chain ;;
esac
exit 0
`, dir, at.Port())
	check(t, os.WriteFile(filepath.Join(dir, "iptables"), []byte(script), 0o700))
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	p := startRelay(t, nil, "--redirect", at.String(), "--setup", "--headless")
	if _, err := os.Stat(filepath.Join(dir, "chain")); err != nil {
		t.Fatal(err)
	}
	p.interrupt()
	if b, err := os.ReadFile(filepath.Join(dir, "end")); strings.TrimSpace(string(b)) != "listening" {
		t.Errorf("%q, %v; said %q", b, err, p.said())
	}
	if _, err := os.Stat(filepath.Join(dir, "chain")); err == nil {
		t.Error("the chain is still there")
	}
}
