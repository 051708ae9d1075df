//go:build linux

package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"
)

// machine describes where the numbers come from.
func machine() string {
	parts := []string{runtime.GOOS + "/" + runtime.GOARCH}
	if b, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(b)) {
			if k, v, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(k) == "model name" {
				parts = append(parts, strings.TrimSpace(v))
				break
			}
		}
	}
	parts = append(parts, fmt.Sprintf("%d CPUs", runtime.NumCPU()))
	if b, err := os.ReadFile("/proc/sys/kernel/osrelease"); err == nil {
		parts = append(parts, "Linux "+strings.TrimSpace(string(b)))
	}
	text := strings.Join(append(parts, runtime.Version()), ", ") + "."
	if b, err := os.ReadFile("/proc/loadavg"); err == nil { // of this measurement, and of what else runs here
		text += " Load average at the end: " + strings.Fields(string(b))[1] + "."
	}
	return text
}

func megabytes(n int64) string { return fmt.Sprintf("%.0f MB", float64(n)/1e6) }

// replaceSection puts text, which begins with the heading title, in the place of the section with that heading, or at the end.
func replaceSection(path, title, text string) error {
	old, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	sections := strings.Split(string(old), "\n## ")
	text = strings.TrimSpace(strings.TrimPrefix(text, "## "))
	found := false
	for i := range sections {
		if head, _, _ := strings.Cut(sections[i], "\n"); i > 0 && head == title {
			sections[i], found = text, true
		}
		sections[i] = strings.TrimSpace(sections[i])
	}
	if !found {
		sections = append(sections, text)
	}
	return os.WriteFile(path, []byte(strings.Join(sections, "\n\n## ")+"\n"), 0o644)
}
