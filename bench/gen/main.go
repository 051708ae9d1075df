// Command gen writes a capture of RocketMQ remoting traffic of any size, and says exactly what is in it.
//
// It is the yardstick for speed, memory and counts, so it shares no code with the reader that it measures: packets and
// frames are written by hand. The same seed and options give the same bytes.
//
//	go run ./bench/gen -size 300MB -o bench/corpus/mixed.pcap -seed 1
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

type options struct {
	size    int64 // of the file, bytes; it ends with the first packet that reaches it
	seed    uint64
	clients int
	faults  float64 // share of segments that are sent twice, and of those that change places with the next
	mix     mix
	ng      bool // pcapng
}

func main() {
	if err := run(os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run(args []string, stdout, stderr io.Writer) error {
	fs := flag.NewFlagSet("gen", flag.ContinueOnError)
	fs.SetOutput(stderr)
	size := fs.String("size", "100MB", "`size` of the file: a number with kB, MB, GB, KiB, MiB or GiB")
	out := fs.String("o", "", "`file` to write, beside it goes file.json with the counts; - for standard output")
	seed := fs.Uint64("seed", 1, "seed of the random numbers")
	clients := fs.Int("clients", 64, "number of client processes; each has a connection to a name server and to a broker")
	faults := fs.Float64("faults", 0.001, "share of segments that are retransmitted, and that are reordered")
	name := fs.String("mix", "mixed", "traffic: "+mixNames())
	ng := fs.Bool("pcapng", false, "write pcapng, not pcap")
	if err := fs.Parse(args); err != nil {
		return err
	}
	n, err := parseSize(*size)
	if err != nil {
		return err
	}
	m, ok := mixes[*name]
	if !ok {
		return fmt.Errorf("no mix %q; there are %s", *name, mixNames())
	}
	if *out == "" || fs.NArg() != 0 {
		return errors.New("usage: gen -size SIZE -o FILE")
	}
	if *clients < 2 || *clients > 20000 {
		return errors.New("-clients must be 2 to 20000")
	}
	o := options{size: n, seed: *seed, clients: *clients, faults: *faults, mix: m, ng: *ng}
	if *out == "-" {
		t, err := write(stdout, o)
		if err != nil {
			return err
		}
		return json.NewEncoder(stderr).Encode(t)
	}
	return toFile(*out, o, stdout)
}

// toFile writes under another name first, so that an interrupted run leaves no capture that looks complete.
func toFile(path string, o options, stdout io.Writer) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.Create(path + ".part")
	if err != nil {
		return err
	}
	defer os.Remove(path + ".part")
	t, err := write(f, o)
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	line, err := json.Marshal(t)
	if err != nil {
		return err
	}
	line = append(line, '\n')
	if err := os.WriteFile(path+".json", line, 0o644); err != nil {
		return err
	}
	if err := os.Rename(path+".part", path); err != nil {
		return err
	}
	_, err = stdout.Write(line)
	return err
}

// write makes the capture. Its memory depends on the number of clients only.
func write(w io.Writer, o options) (*truth, error) {
	b := bufio.NewWriterSize(w, 1<<20)
	t := newTruth()
	file := newCapture(b, o.ng)
	newGenerator(o, file, t).run(o.size)
	t.Bytes = file.bytes
	return t, errors.Join(file.err, b.Flush())
}

func parseSize(s string) (int64, error) {
	units := []struct {
		suffix string
		bytes  float64
	}{{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"kB", 1e3}, {"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"", 1}}
	for _, u := range units {
		t, ok := strings.CutSuffix(s, u.suffix)
		if !ok {
			continue
		}
		f, err := strconv.ParseFloat(strings.TrimSpace(t), 64)
		if err != nil || !(f >= 0 && f*u.bytes <= 1e15) {
			break
		}
		return int64(f * u.bytes), nil
	}
	return 0, fmt.Errorf("size %q: want a number with kB, MB, GB, KiB, MiB or GiB", s)
}
