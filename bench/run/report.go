package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"
)

// report is what a person reads.
type report struct {
	title   string
	want    *counts
	tools   []*tool
	floor   int64 // bytes
	machine string
	wrong   []string
}

func (r *report) markdown() string {
	var b strings.Builder
	n := r.want.byName
	fmt.Fprintf(&b, "## %s\n\n", r.title)
	fmt.Fprintf(&b, "%d packets, %d frames (%.0f bytes on average), %d messages, %d connections; %.1f MB. %s\n\n",
		n["packets"], n["frames"], float64(r.want.FrameBytes)/max(1, float64(n["frames"])), n["messages"], n["connections"],
		float64(r.want.Bytes)/1e6, r.machine)
	b.WriteString("| | s (median) | s (least–most) | CPU s | frames/s | MB/s | peak RSS, MB | × time of summary | × CPU |\n")
	b.WriteString("|---|--:|--:|--:|--:|--:|--:|--:|--:|\n")
	base := pick(r.tools, toolSummary)
	for _, t := range r.tools {
		wall, cpu := median(t.samples, wallTime), median(t.samples, cpuTime)
		low, high := extremes(t.samples)
		rss := median(t.samples, func(s sample) int64 { return s.rss })
		ratios := " | "
		if base != nil {
			ratios = fmt.Sprintf("%.2f | %.2f", float64(wall)/float64(median(base.samples, wallTime)), float64(cpu)/float64(median(base.samples, cpuTime)))
		}
		fmt.Fprintf(&b, "| %s | %.2f | %.2f–%.2f | %.2f | %s | %.0f | %s | %s |\n", t.what, wall.Seconds(), low.Seconds(), high.Seconds(),
			cpu.Seconds(), thousands(int64(float64(n["frames"])/wall.Seconds())), float64(r.want.Bytes)/1e6/wall.Seconds(), r.memory(rss), ratios)
	}
	switch {
	case len(r.wrong) == 0 && base != nil:
		b.WriteString("\nCounts are right.\n")
	case len(r.wrong) > 0:
		fmt.Fprintf(&b, "\n**Wrong counts**: %s.\n", strings.Join(r.wrong, "; "))
	}
	return b.String()
}

func (r *report) memory(rss int64) string {
	if rss <= r.floor+r.floor/10 {
		return fmt.Sprintf("≤ %.0f", float64(rss)/1e6)
	}
	return fmt.Sprintf("%.0f", float64(rss)/1e6)
}

func wallTime(s sample) time.Duration { return s.wall }

func cpuTime(s sample) time.Duration { return s.cpu }

func extremes(samples []sample) (low, high time.Duration) {
	low = samples[0].wall
	for _, s := range samples {
		low, high = min(low, s.wall), max(high, s.wall)
	}
	return low, high
}

// thousands writes n with spaces between groups of three digits.
func thousands(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + " " + s[i:]
	}
	return s
}

// machine describes where the numbers come from.
func machine(o options) string {
	parts := []string{runtime.GOOS + "/" + runtime.GOARCH}
	if b, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(b)) {
			if k, v, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(k) == "model name" {
				parts = append(parts, strings.TrimSpace(v))
				break
			}
		}
	}
	if o.cpu == "" {
		parts = append(parts, fmt.Sprintf("%d CPUs", runtime.NumCPU()))
	} else {
		parts = append(parts, "one CPU")
	}
	parts = append(parts, runtime.Version(), fmt.Sprintf("%d rounds, interleaved", o.rounds))
	if out, err := exec.Command("tshark", "--version").Output(); err == nil {
		if f := strings.Fields(string(out)); len(f) > 2 {
			parts = append(parts, "tshark "+f[2])
		}
	}
	return strings.Join(parts, ", ") + "."
}

const resultsHead = "# Results\n\nWritten by `go run ./bench/run -write`; [README.md](README.md) says how they are made.\n"

// replaceSection puts text, which begins with the heading title, in the place of the section with that heading.
func replaceSection(path, title, text string) error {
	old, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		old, err = []byte(resultsHead), nil
	}
	if err != nil {
		return err
	}
	return os.WriteFile(path, []byte(withSection(string(old), title, text)), 0o644)
}

func withSection(old, title, text string) string {
	sections := strings.SplitAfter(old, "\n## ")
	for i := range sections {
		sections[i] = strings.TrimSuffix(sections[i], "\n## ")
		sections[i] = strings.TrimSpace(sections[i])
	}
	body := strings.TrimSpace(strings.TrimPrefix(text, "## "))
	found := false
	for i := 1; i < len(sections); i++ {
		if head, _, _ := strings.Cut(sections[i], "\n"); head == title {
			sections[i], found = body, true
		}
	}
	if !found {
		sections = append(sections, body)
	}
	return strings.Join(sections, "\n\n## ") + "\n"
}
