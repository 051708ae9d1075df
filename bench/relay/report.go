package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
)

const title = "relay"

// report is what a person reads. The ratios are the medians of the rounds' own.
func report(o options, targets []*target) string {
	var b strings.Builder
	fmt.Fprintf(&b, "## %s\n\n", title)
	fmt.Fprintf(&b, "Loopback; client, relay and server share the CPUs, of which other processes had %.0f %% (median). %s. Written by `go run ./bench/relay -write`.\n\n",
		100*disturbance(targets), machine(o))
	base := samplesOf(targets, nameCopy)
	toxi := samplesOf(targets, nameToxi)
	splice := samplesOf(targets, nameSplice)
	against := func(t *target, w string, to map[string][]sample) string {
		return dash(ratio(t.samples[w], to[w], perSecond), "%.2f")
	}
	rows := func(w, head string, row func(*target, []sample) string) {
		some := false
		for _, t := range targets {
			if len(t.samples[w]) == 0 {
				continue
			}
			if !some {
				b.WriteString(head)
				_, columns, _ := strings.Cut(head, "| |")
				b.WriteString("|---|" + strings.Repeat("--:|", strings.Count(columns, "|")) + "\n")
				some = true
			}
			fmt.Fprintf(&b, "| %s | %s |\n", t.what, row(t, t.samples[w]))
		}
		if some {
			b.WriteString("\n")
		}
	}
	cpu := func(s sample) float64 { return float64(s.cpu.Nanoseconds()) / 1e3 }
	p50 := func(s sample) float64 { return s.p50 }
	p99 := func(s sample) float64 { return s.p99 }
	sends := func(w, what string) {
		rows(w, "Sends, 1 KiB → 200 B, 4 connections with 32 in flight, "+what+":\n\n"+
			"| | kop/s | p50 µs | p99 µs | CPU of the relay, µs/op | not seen by the observer | × copy loop | × toxiproxy | × splice |\n",
			func(t *target, s []sample) string {
				return fmt.Sprintf("%.0f | %.0f | %.0f | %s | %s | %s | %s | %s", median(s, perSecond)/1e3, median(s, p50), median(s, p99),
					t.seen(median(s, cpu), "%.2f"), t.unseen(s), against(t, w, base), against(t, w, toxi), against(t, w, splice))
			})
	}
	sends("apart", "each frame written by itself, as RocketMQ's clients and brokers do")
	sends("send", "written together as far as they are there")
	rows("pull", "Pulls, 200 B → 256 KiB, 2 connections with 4 in flight:\n\n"+
		"| | MB/s | p50 µs | p99 µs | CPU of the relay, s/GB | not seen by the observer | × copy loop | × toxiproxy | × splice |\n",
		func(t *target, s []sample) string {
			return fmt.Sprintf("%.0f | %.0f | %.0f | %s | %s | %s | %s | %s", median(s, perSecond)*pulledSize/1e6, median(s, p50), median(s, p99),
				t.seen(median(s, cpu)/1e6/pulledSize*1e9, "%.2f"), t.unseen(s), against(t, "pull", base), against(t, "pull", toxi), against(t, "pull", splice))
		})
	rows("one", "One send in flight:\n\n"+
		"| | p50 µs | p99 µs | CPU of the relay, µs/op | p50 above the copy loop's, µs | peak RSS, MB |\n",
		func(t *target, s []sample) string {
			return fmt.Sprintf("%.0f | %.0f | %s | %+.0f | %s", median(s, p50), median(s, p99), t.seen(median(s, cpu), "%.1f"),
				above(s, base["one"]), t.seen(median(s, func(s sample) float64 { return float64(s.peak) / 1e6 }), "%.0f"))
		})
	rows("idle", fmt.Sprintf("%d idle connections and 100 with one send in flight:\n\n", o.idle)+
		"| | RSS of an idle connection, KB | kop/s | p50 µs | CPU of the relay, µs/op | × copy loop | × toxiproxy |\n",
		func(t *target, s []sample) string {
			return fmt.Sprintf("%s | %.0f | %.0f | %s | %s | %s", t.seen(median(s, func(s sample) float64 { return s.perIdle / 1e3 }), "%.1f"),
				median(s, perSecond)/1e3, median(s, p50), t.seen(median(s, cpu), "%.1f"), against(t, "idle", base), against(t, "idle", toxi))
		})
	b.WriteString("Both directions' SHA-256 were the same at both ends, through every relay.\n")
	return b.String()
}

func samplesOf(targets []*target, name string) map[string][]sample {
	for _, t := range targets {
		if t.name == name {
			return t.samples
		}
	}
	return nil
}

// disturbance is the median share of the CPUs that others had.
func disturbance(targets []*target) float64 {
	var v []float64
	for _, t := range targets {
		for _, samples := range t.samples {
			for _, s := range samples {
				v = append(v, s.foreign)
			}
		}
	}
	return middle(v)
}

// seen formats a value of the relay's process, if there is one.
func (t *target) seen(v float64, format string) string {
	if t.start == nil || t.processes {
		return "–"
	}
	return fmt.Sprintf(format, v)
}

func (t *target) unseen(s []sample) string {
	if !slices.Contains([]string{"bare", "tap", "rewrite", "stuck"}, t.name) {
		return "–"
	}
	return fmt.Sprintf("%.0f %%", 100*median(s, func(s sample) float64 { return s.unseen }))
}

func dash(v float64, format string) string {
	if v == 0 {
		return "–"
	}
	return fmt.Sprintf(format, v)
}

// above is the median of what the p50 is above another target's in the same round, in µs.
func above(of, base []sample) float64 {
	var v []float64
	for i := range min(len(of), len(base)) {
		v = append(v, of[i].p50-base[i].p50)
	}
	return middle(v)
}

const resultsHead = "# Results\n\n[README.md](README.md) says how they are made.\n"

// replaceSection puts text, which begins with the heading, in the place of the section with that heading.
func replaceSection(path, text string) error {
	old, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		old, err = []byte(resultsHead), nil
	}
	if err != nil {
		return err
	}
	return os.WriteFile(path, []byte(withSection(string(old), text)), 0o644)
}

func withSection(old, text string) string {
	heading := "\n## " + title + "\n"
	before, rest, found := strings.Cut("\n"+old, heading)
	after := ""
	if found {
		if i := strings.Index(rest, "\n## "); i >= 0 {
			after = rest[i:]
		}
	}
	return strings.Trim(before, "\n") + "\n\n" + strings.TrimSpace(text) + "\n" + after
}
