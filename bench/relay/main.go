// Command relay measures what it costs to stand between a client and a server: the proxy's engine beside plain relays,
// toxiproxy, haproxy and socat, with frames as RocketMQ's.
//
//	go run ./bench/relay -rounds 7 [-write]
//
// It fails on bytes that arrive changed, never on time.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

type options struct {
	rounds    int
	duration  time.Duration
	idle      int
	only      string
	workloads string
	write     bool
}

func main() {
	if len(os.Args) > 2 && os.Args[1] == roleServer {
		exit(serve(os.Args[2]))
	}
	if len(os.Args) > 3 && os.Args[1] == roleRelay {
		exit(relay(os.Args[2], os.Args[3]))
	}
	var o options
	flag.IntVar(&o.rounds, "rounds", 7, "how often each target runs; the median counts")
	flag.DurationVar(&o.duration, "time", time.Second, "how long each run is measured")
	flag.IntVar(&o.idle, "idle", 10_000, "idle connections; fewer where files are too few")
	flag.StringVar(&o.only, "only", "", "comma list of targets: "+strings.Join(targetNames(), ", ")+"; default: all that are installed")
	flag.StringVar(&o.workloads, "workloads", "apart,send,pull,one,idle", "comma list of workloads")
	flag.BoolVar(&o.write, "write", false, "put the result into bench/RESULTS.md")
	flag.Parse()
	exit(run(o, os.Stdout, os.Stderr))
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "relay:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

func run(o options, stdout, stderr io.Writer) error {
	if o.rounds < 1 || flag.NArg() != 0 {
		return errors.New("want -rounds above 0 and no arguments")
	}
	files := raiseFiles(uint64(2*o.idle + 2000))
	if most := (int(files) - 2000) / 2; o.idle > most { // a relay has two for each connection
		fmt.Fprintf(stderr, "only %d files may be open: %d idle connections\n", files, most)
		o.idle = most
	}
	dir, err := os.MkdirTemp("", "mqsniff-relay-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	targets, err := installed(o.only, dir, stderr)
	if err != nil {
		return err
	}
	server, err := start(nil, self(), roleServer, "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer server.stop()
	for _, t := range targets {
		if err := t.verify(server.address); err != nil {
			return fmt.Errorf("%s: %w", t.name, err)
		}
	}
	names := strings.Split(o.workloads, ",")
	for round := range o.rounds {
		for _, w := range workloads(o) {
			if !slices.Contains(names, w.name) {
				continue
			}
			for i := range targets {
				t := targets[(i+round)%len(targets)] // so that nobody always comes after the same one
				if w.idle > 0 && (t.processes || t.pipes && 6*w.idle > int(files)) {
					continue
				}
				s, err := t.measureQuietly(server, w, o.duration)
				if err != nil {
					return fmt.Errorf("%s, %s: %w", t.name, w.name, err)
				}
				fmt.Fprintf(stderr, "round %d of %d: %s, %s: %.0f/s, others %.0f %%\n", round+1, o.rounds, w.name, t.name, s.perSecond, 100*s.foreign)
				t.samples[w.name] = append(t.samples[w.name], s)
			}
		}
	}
	text := report(o, targets)
	fmt.Fprint(stdout, text)
	if !o.write {
		return nil
	}
	root, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		return fmt.Errorf("finding the module: %w", err)
	}
	return replaceSection(filepath.Join(strings.TrimSpace(string(root)), "bench", "RESULTS.md"), text)
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
	return strings.Join(append(parts, fmt.Sprintf("%d CPUs", runtime.NumCPU()), runtime.Version(),
		fmt.Sprintf("%d rounds of %v, interleaved", o.rounds, o.duration)), ", ")
}
