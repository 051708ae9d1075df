//go:build linux

// Command live measures live capture: real connections on a loopback interface of its own, in a user and network namespace,
// with the frames of bench/gen.
//
//	go run ./bench/live [-write]          at full speed, and at a fixed rate, beside tcpdump
//	go run ./bench/live -screen [-write]  a minute with the screen open, an idle screen, a terminal that nobody reads
//	go run ./bench/live -soak [-write]    100,000 connections and millions of frames
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
	"strings"
	"syscall"
	"time"
)

type options struct {
	rounds  int
	volume  int64 // bytes of frames
	rate    float64
	seconds time.Duration
	workers int
	screen  bool
	soak    bool
	conns   int
	only    string
	write   bool
	binary  string
	corpus  string
	results string
	dir     string // scratch
}

// inside says that this process is in the namespace; its value is the folder of the module.
const inside = "MQSNIFF_BENCH_LIVE"

func main() {
	var o options
	flag.IntVar(&o.rounds, "rounds", 5, "how often each program runs; the median counts")
	flag.Int64Var(&o.volume, "volume", 300e6, "bytes of frames at full speed")
	flag.Float64Var(&o.rate, "rate", 20000, "frames per second where the rate is fixed")
	flag.DurationVar(&o.seconds, "for", time.Minute, "how long the screen is looked at")
	flag.IntVar(&o.workers, "workers", 1, "threads that send")
	flag.BoolVar(&o.screen, "screen", false, "measure the screen")
	flag.BoolVar(&o.soak, "soak", false, "open and close connections for long")
	flag.IntVar(&o.conns, "conns", 100_000, "connections of -soak")
	flag.BoolVar(&o.write, "write", false, "put the result into bench/RESULTS.md")
	flag.StringVar(&o.only, "only", "", "run only the programs whose line has this text")
	flag.StringVar(&o.binary, "mqsniff", "", "measure this program; default: build cmd/mqsniff")
	flag.Parse()
	if err := run(o); err != nil {
		fmt.Fprintln(os.Stderr, "live:", err)
		os.Exit(1)
	}
}

func run(o options) error {
	root := os.Getenv(inside)
	if root == "" {
		return enter(o)
	}
	if out, err := exec.Command("ip", "link", "set", "lo", "up").CombinedOutput(); err != nil {
		return fmt.Errorf("ip link set lo up: %w: %s", err, out)
	}
	o.corpus = filepath.Join(root, "bench", "corpus", corpusName)
	o.results = filepath.Join(root, "bench", "RESULTS.md")
	if o.binary == "" {
		o.binary = filepath.Join(root, "bench", "corpus", "mqsniff-live")
	}
	var err error
	if o.dir, err = os.MkdirTemp("", "mqsniff-bench-"); err != nil {
		return err
	}
	defer os.RemoveAll(o.dir)
	play, err := load(o.corpus, o.workers)
	if err != nil {
		return err
	}
	measure := compare
	switch {
	case o.screen:
		measure = watch
	case o.soak:
		measure = soak
	}
	title, text, err := measure(&o, play)
	if err != nil {
		return err
	}
	fmt.Print(text)
	if o.write {
		return replaceSection(o.results, title, text)
	}
	return nil
}

const corpusName = "live-60MB.pcap"

// enter builds what is measured, makes the traffic, and runs this program again in namespaces.
func enter(o options) error {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		return fmt.Errorf("finding the module: %w", err)
	}
	root := strings.TrimSpace(string(out))
	corpus := filepath.Join(root, "bench", "corpus")
	if o.binary == "" {
		if err := goCommand(root, "build", "-trimpath", "-o", filepath.Join(corpus, "mqsniff-live"), "./cmd/mqsniff"); err != nil {
			return err
		}
	}
	if _, err := os.Stat(filepath.Join(corpus, corpusName)); errors.Is(err, os.ErrNotExist) {
		// No segment comes twice or too late: TCP itself sends these frames again.
		if err := goCommand(root, "run", "./bench/gen", "-size", "60MB", "-faults", "0", "-o", filepath.Join(corpus, corpusName)); err != nil {
			return err
		}
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.Command(self, os.Args[1:]...)
	cmd.Env = append(os.Environ(), inside+"="+root)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:                 syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET,
		UidMappings:                []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}},
		GidMappings:                []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}},
		GidMappingsEnableSetgroups: os.Getuid() == 0, // tcpdump -Z sets groups
		Pdeathsig:                  syscall.SIGKILL,
	}
	err = cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return errors.New("failed in the namespace")
	}
	return err
}

func goCommand(dir string, args ...string) error {
	cmd := exec.Command("go", args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, io.Discard, os.Stderr
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0") // so that it can give its privileges up
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("go %s: %w", strings.Join(args, " "), err)
	}
	return nil
}
