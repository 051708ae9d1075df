//go:build linux

package main

import (
	"fmt"
	"io"
	"net"
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

	// Regression: a second signal left the chain, the control socket behind.
	p = startRelay(t, nil, "--redirect", at.String(), "--setup", "--headless", "--map", "127.0.0.1:0="+serve(t, flooding), "--grace", "1h")
	client := p.connect()
	defer client.Close()
	go io.Copy(io.Discard, client)
	check(t, p.cmd.Process.Signal(os.Interrupt))
	waitFor(t, "the end began", func() bool { _, err := os.Stat(p.ready); return err != nil })
	if _, err := os.Stat(p.socket); err != nil {
		t.Fatal(err)
	}
	check(t, p.cmd.Process.Signal(os.Interrupt))
	<-p.ended
	for _, path := range []string{filepath.Join(dir, "chain"), p.socket} {
		if _, err := os.Stat(path); err == nil {
			t.Errorf("%s is still there", path)
		}
	}
}

// MQSNIFF_REDIRECT_TO has spaces between ports, as the variables of other flags that can be repeated. Regression: it took commas only.
func TestRedirectToSeveral(t *testing.T) {
	var errs strings.Builder
	o := modeOptions{redirect: "127.0.0.1:7777", targets: []string{"9876 10911", "10909"}}
	_, _, err := o.firewall(t.Context(), &terminal{errs: &errs})
	check(t, err)
	for _, port := range []string{"9876", "10911", "10909"} {
		if !strings.Contains(errs.String(), "dport "+port+" ") {
			t.Errorf("%s is not redirected: %s", port, errs.String())
		}
	}
}

// flooding sends as fast as it can.
func flooding(c *net.TCPConn) {
	for b := make([]byte, 4096); ; {
		if _, err := c.Write(b); err != nil {
			return
		}
	}
}
