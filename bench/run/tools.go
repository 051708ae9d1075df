package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// tool is one program to measure.
type tool struct {
	name    string
	what    string // for the table
	argv    []string
	env     []string
	keep    bool // keep standard output for check; otherwise it goes to the null device
	check   func(stdout []byte, want *counts) []string
	samples []sample
}

const (
	toolSummary = "summary"
	toolJSON    = "json"
	toolTCP     = "tshark-tcp"
	toolBare    = "tshark-bare"
	toolFloor   = "tcpdump"
)

func toolNames() []string { return []string{toolSummary, toolJSON, toolTCP, toolBare, toolFloor} }

// installed returns what can be run here. config is an empty folder for tshark's configuration.
func installed(o options, file, config string, stderr io.Writer) ([]*tool, error) {
	all := []*tool{
		{name: toolSummary, what: "`mqsniff read -o summary`", argv: []string{o.binary, "read", file, "-o", "summary", "--json"},
			keep: true, check: checkSummary},
		{name: toolJSON, what: "`mqsniff read -o json >/dev/null`", argv: []string{o.binary, "read", file, "-o", "json"}},
	}
	if _, err := exec.LookPath("tshark"); err == nil {
		if err := disableProtocols(config); err != nil {
			return nil, err
		}
		env := []string{"XDG_CONFIG_HOME=" + config, "WIRESHARK_CONFIG_DIR=" + filepath.Join(config, "wireshark")}
		base := []string{"tshark", "-r", file, "-n", "-q", "-z", "conv,tcp"}
		bare := append(base[:len(base):len(base)], "-o", "tcp.analyze_sequence_numbers:FALSE", "-o", "tcp.desegment_tcp_streams:FALSE",
			"-o", "tcp.calculate_timestamps:FALSE")
		all = append(all,
			&tool{name: toolTCP, what: "tshark, nothing above TCP", argv: base, env: env},
			&tool{name: toolBare, what: "the same without TCP analysis", argv: bare, env: env})
	}
	if _, err := exec.LookPath("tcpdump"); err == nil {
		all = append(all, &tool{name: toolFloor, what: "`tcpdump -w /dev/null` (no dissection)", argv: []string{"tcpdump", "-r", file, "-w", os.DevNull}})
	}
	if o.only == "" {
		for _, name := range toolNames() {
			if pick(all, name) == nil {
				fmt.Fprintln(stderr, name, "is not installed and left out")
			}
		}
		return all, nil
	}
	var some []*tool
	for _, name := range strings.Split(o.only, ",") {
		t := pick(all, name)
		if t == nil {
			return nil, fmt.Errorf("no program %q here; there are %s", name, strings.Join(toolNames(), ", "))
		}
		some = append(some, t)
	}
	return some, nil
}

func pick(tools []*tool, name string) *tool {
	for _, t := range tools {
		if t.name == name {
			return t
		}
	}
	return nil
}

// disableProtocols writes a configuration in which tshark knows only what it takes to reach TCP. It is a file because
// releases before 4.4 have no option for it, and fair because tshark need not even try its heuristics.
func disableProtocols(config string) error {
	out, err := exec.Command("tshark", "-G", "protocols").Output()
	if err != nil {
		return fmt.Errorf("tshark -G protocols: %w", err)
	}
	needed := map[string]bool{"frame": true, "eth": true, "ethertype": true, "ip": true, "ipv6": true, "tcp": true}
	var disabled strings.Builder
	for line := range strings.Lines(string(out)) {
		f := strings.Split(strings.TrimSpace(line), "\t")
		if len(f) >= 3 && !needed[f[2]] {
			disabled.WriteString(f[2] + "\n")
		}
	}
	dir := filepath.Join(config, "wireshark")
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "disabled_protos"), []byte(disabled.String()), 0o644)
}
