// Command run measures time and memory of mqsniff beside tshark and tcpdump on a generated capture, and holds mqsniff's
// counts against what the generator wrote.
//
//	go run ./bench/run -size 300MB -rounds 5 [-write]
//
// It fails on wrong counts, never on time.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

type options struct {
	size, mix string
	seed      uint64
	ng        bool
	rounds    int
	cpu       string // empty: not pinned, as many threads as the programs like
	binary    string
	only      string
	write     bool
}

func main() {
	var o options
	flag.StringVar(&o.size, "size", "300MB", "size of the capture, as the generator takes it")
	flag.StringVar(&o.mix, "mix", "mixed", "traffic, as the generator takes it")
	flag.Uint64Var(&o.seed, "seed", 1, "seed of the generator")
	flag.BoolVar(&o.ng, "pcapng", false, "use a pcapng file")
	flag.IntVar(&o.rounds, "rounds", 5, "how often each program runs; the median counts")
	flag.StringVar(&o.cpu, "cpu", "0", "the one CPU to run on; empty: no limit")
	flag.StringVar(&o.binary, "mqsniff", "", "measure this program; default: build cmd/mqsniff")
	flag.StringVar(&o.only, "only", "", "comma list of what to run: "+strings.Join(toolNames(), ", ")+"; default: all that are installed")
	flag.BoolVar(&o.write, "write", false, "put the result into bench/RESULTS.md, in the place of the one for the same capture")
	flag.Parse()
	if err := run(o, os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "run:", err)
		os.Exit(1)
	}
}

func run(o options, stdout, stderr io.Writer) error {
	if o.rounds < 1 || flag.NArg() != 0 {
		return errors.New("want -rounds above 0 and no arguments")
	}
	root, err := moduleRoot()
	if err != nil {
		return err
	}
	dir := filepath.Join(root, "bench", "corpus")
	file, want, err := corpus(root, dir, o, stderr)
	if err != nil {
		return err
	}
	if o.binary == "" {
		o.binary = filepath.Join(dir, "mqsniff")
		fmt.Fprintln(stderr, "building mqsniff")
		if err := command(root, stderr, "go", "build", "-trimpath", "-o", o.binary, "./cmd/mqsniff").Run(); err != nil {
			return fmt.Errorf("building mqsniff: %w", err)
		}
	}
	config, err := os.MkdirTemp("", "mqsniff-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(config)
	tools, err := installed(o, file, config, stderr)
	if err != nil {
		return err
	}
	if err := readOnce(file); err != nil { // so that no program pays for the disk
		return err
	}
	wrong := checkLines(tools, want, stderr)
	for round := range o.rounds {
		for _, t := range tools {
			fmt.Fprintf(stderr, "round %d of %d: %s\n", round+1, o.rounds, t.name)
			s, err := measure(t, o.cpu)
			if err != nil {
				return fmt.Errorf("%s: %w", t.name, err)
			}
			if t.check != nil {
				wrong = append(wrong, t.check(s.stdout, want)...)
			}
			t.samples = append(t.samples, s)
		}
	}
	floor, err := memoryFloor(o.cpu)
	if err != nil {
		return err
	}
	r := report{title: title(o), want: want, tools: tools, floor: floor, machine: machine(o), wrong: unique(wrong)}
	text := r.markdown()
	fmt.Fprint(stdout, text)
	if len(r.wrong) > 0 {
		return fmt.Errorf("wrong counts: %s", strings.Join(r.wrong, "; "))
	}
	if o.write {
		return replaceSection(filepath.Join(root, "bench", "RESULTS.md"), r.title, text)
	}
	return nil
}

func title(o options) string {
	t := o.mix + ", " + o.size
	if o.ng {
		t += ", pcapng"
	}
	if o.cpu == "" {
		t += ", all CPUs"
	}
	return t
}

// corpus generates the capture unless it is there, and reads what is in it.
func corpus(root, dir string, o options, stderr io.Writer) (string, *counts, error) {
	args := []string{"run", "./bench/gen", "-size", o.size, "-mix", o.mix, "-seed", strconv.FormatUint(o.seed, 10)}
	ext := ".pcap"
	if o.ng {
		ext, args = ".pcapng", append(args, "-pcapng")
	}
	file := filepath.Join(dir, fmt.Sprintf("%s-%s-%d%s", o.mix, o.size, o.seed, ext))
	if _, err := os.Stat(file); errors.Is(err, os.ErrNotExist) {
		fmt.Fprintln(stderr, "generating", filepath.Base(file))
		if err := command(root, stderr, "go", append(args, "-o", file)...).Run(); err != nil {
			return "", nil, fmt.Errorf("generating the capture: %w", err)
		}
	}
	b, err := os.ReadFile(file + ".json")
	if err != nil {
		return "", nil, err
	}
	want, err := parseCounts(b)
	return file, want, err
}

func moduleRoot() (string, error) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		return "", fmt.Errorf("finding the module: %w", err)
	}
	return strings.TrimSpace(string(out)), nil
}

func command(dir string, stderr io.Writer, name string, args ...string) *exec.Cmd {
	c := exec.Command(name, args...)
	c.Dir, c.Stderr = dir, stderr
	return c
}

func readOnce(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(io.Discard, f)
	return err
}

func unique(all []string) (some []string) {
	seen := map[string]bool{}
	for _, s := range all {
		if !seen[s] {
			seen[s] = true
			some = append(some, s)
		}
	}
	return some
}
