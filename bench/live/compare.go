//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/mqsniff/mqsniff/capture/pcapfile"
)

// tool is a program that captures.
type tool struct {
	what    string
	ready   string // on standard error, when it captures
	argv    []string
	pty     bool
	count   func(p *process) (captured, lost, frames int64, err error) // frames -1: it knows none
	samples []sample
}

// sample is one run.
type sample struct {
	took, cpu              time.Duration
	bytes                  int64 // of frames
	sent                   int64 // frames
	captured, lost, frames int64
}

// pipeline is what clients send before they wait, in bytes.
const pipeline = 16 << 10

const ports = "tcp and (port 9876 or port 10911)"

func tools(o *options) []*tool {
	said := func(p *process) (captured, lost, frames int64, err error) {
		captured, err1 := number(p.errs.String(), `(\d+) packets captured, \d+ lost`)
		lost, err2 := number(p.errs.String(), `packets captured, (\d+) lost`)
		return captured, lost, -1, errors.Join(err1, err2)
	}
	all := []*tool{
		{what: "`mqsniff live -o summary`", ready: "capturing on", argv: []string{o.binary, "live", "-i", "lo", "-o", "summary", "--json"},
			count: func(p *process) (captured, lost, frames int64, err error) {
				out := p.out.String()
				captured, err1 := number(out, `"packets":(\d+)`)
				frames, err2 := number(out, `"frames":(\d+)`)
				if strings.Contains(p.errs.String(), "lost: the kernel's ring") {
					lost, err = number(p.errs.String(), `([\d,]+) packets? lost`)
				}
				return captured, lost, frames, errors.Join(err, err1, err2)
			}},
		{what: "`mqsniff live -o none -w FILE`", ready: "capturing on", argv: []string{o.binary, "live", "-i", "lo", "-o", "none", "-w", filepath.Join(o.dir, "live.pcapng")}, count: said},
		{what: "`mqsniff live`, screen with spool", argv: []string{o.binary, "live", "-i", "lo", "--metrics", metricsAddress}, pty: true},
	}
	if path, err := exec.LookPath("tcpdump"); err == nil {
		all = append(all, &tool{what: "`tcpdump -B 32768 -w FILE`", ready: "listening on",
			argv: []string{path, "-i", "lo", "-n", "-B", "32768", "-Z", "root", "-w", filepath.Join(o.dir, "dump.pcap"), ports},
			count: func(p *process) (captured, lost, frames int64, err error) {
				captured, err1 := number(p.errs.String(), `(\d+) packets? captured`)
				lost, err2 := number(p.errs.String(), `(\d+) packets? dropped by kernel`)
				return captured, lost, -1, errors.Join(err1, err2)
			}})
	}
	return all
}

// run plays with one program that captures.
func (t *tool) run(p *player, pace pace) error {
	if t.pty {
		return t.runScreen(p, pace)
	}
	c, err := launch(t.ready, t.argv[0], t.argv[1:]...)
	if err != nil {
		return err
	}
	took, err := p.play(context.Background(), pace)
	if err := errors.Join(err, c.end()); err != nil {
		return err
	}
	s := sample{took: took, cpu: c.cpu(), bytes: p.bytes.Load(), sent: p.frames.Load()}
	if s.captured, s.lost, s.frames, err = t.count(c); err != nil {
		return fmt.Errorf("%s: %w", t.what, err)
	}
	t.samples = append(t.samples, s)
	return nil
}

// runScreen is run for the screen, whose counts are in its metrics.
func (t *tool) runScreen(p *player, pace pace) error {
	c, err := openScreen(t.argv[0], t.argv[1:]...)
	if err != nil {
		return err
	}
	defer c.kill()
	took, err := p.play(context.Background(), pace)
	if err != nil {
		return err
	}
	time.Sleep(1200 * time.Millisecond)
	m, err := scrape("http://" + metricsAddress + "/metrics")
	if err != nil {
		return err
	}
	if err := c.quit(); err != nil {
		return err
	}
	t.samples = append(t.samples, sample{
		took: took, cpu: c.cmd.ProcessState.UserTime() + c.cmd.ProcessState.SystemTime(), bytes: p.bytes.Load(), sent: p.frames.Load(),
		captured: int64(m.sum("mqsniff_packets_total")), lost: int64(m.sum("mqsniff_dropped_packets_total")), frames: int64(m.sum("mqsniff_frames_total")),
	})
	return nil
}

// compare is the comparison with tcpdump: at full speed, at a fixed rate, and packet by packet.
func compare(o *options, p *player) (title, text string, err error) {
	chosen := func() []*tool {
		return slices.DeleteFunc(tools(o), func(t *tool) bool { return !strings.Contains(t.what, o.only) })
	}
	fast, faster, slow := chosen(), chosen(), chosen()
	pipelined := p.pipelined(pipeline)
	for round := range o.rounds {
		for i := range fast {
			fmt.Fprintf(os.Stderr, "round %d of %d: %s\n", round+1, o.rounds, fast[i].what)
			if err := fast[i].run(p, pace{volume: o.volume}); err != nil {
				return "", "", err
			}
			if err := faster[i].run(pipelined, pace{volume: 4 * o.volume}); err != nil {
				return "", "", err
			}
			if err := slow[i].run(p, pace{volume: o.volume / 4, rate: o.rate}); err != nil {
				return "", "", err
			}
		}
	}
	same, err := samePackets(o, p)
	if err != nil {
		return "", "", err
	}
	title = "live, beside tcpdump"
	var b strings.Builder
	fmt.Fprintf(&b, "## %s\n\n%s Loopback, %d sending thread(s), %d rounds, interleaved; medians. CPU is that of the capturing program; copying packets into its ring is paid by the sender.\n", title, machine(), len(p.shares), o.rounds)
	fmt.Fprintf(&b, "\nAt full speed, each request waiting for its answer, %s of frames a round:\n\n", megabytes(o.volume))
	table(&b, fast)
	fmt.Fprintf(&b, "\nThe same with clients that do not wait for answers, so that %d KiB of frames are sent at a time, %s a round:\n\n", pipeline>>10, megabytes(4*o.volume))
	table(&b, faster)
	fmt.Fprintf(&b, "\nAt %.0f frames a second, %s a round:\n\n", o.rate, megabytes(o.volume/4))
	table(&b, slow)
	b.WriteString("\n" + same + "\n")
	var wrong []string
	for _, t := range slices.Concat(fast, faster, slow) {
		for _, s := range t.samples {
			if s.frames >= 0 && s.lost == 0 && s.frames != s.sent {
				wrong = append(wrong, fmt.Sprintf("%s: %d frames of %d", t.what, s.frames, s.sent))
			}
		}
	}
	if len(wrong) > 0 {
		return "", "", errors.New(strings.Join(wrong, "; "))
	}
	return title, b.String(), nil
}

func table(b *strings.Builder, all []*tool) {
	b.WriteString("| | frames/s (least–most) | CPU s per GB of frames | CPU, % of one | packets a round | lost |\n|---|--:|--:|--:|--:|--:|\n")
	for _, t := range all {
		speed := values(t.samples, func(s sample) float64 { return float64(s.sent) / s.took.Seconds() })
		cost := values(t.samples, func(s sample) float64 { return s.cpu.Seconds() / float64(s.bytes) * 1e9 })
		share := values(t.samples, func(s sample) float64 { return s.cpu.Seconds() / s.took.Seconds() * 100 })
		packets := values(t.samples, func(s sample) float64 { return float64(s.captured) })
		lost := values(t.samples, func(s sample) float64 { return float64(s.lost) })
		losses := fmt.Sprintf("%.0f", lost[len(lost)/2])
		if lost[len(lost)-1] > lost[len(lost)/2] {
			losses += fmt.Sprintf(" (at most %.0f)", lost[len(lost)-1])
		}
		n := len(speed)
		fmt.Fprintf(b, "| %s | %.0f (%.0f–%.0f) | %.2f | %.0f | %.0f | %s |\n", t.what, speed[n/2], speed[0], speed[n-1], cost[n/2], share[n/2], packets[n/2], losses)
	}
}

// values are those of the samples, sorted.
func values(samples []sample, value func(sample) float64) (v []float64) {
	for _, s := range samples {
		v = append(v, value(s))
	}
	slices.Sort(v)
	return v
}

// samePackets has mqsniff and tcpdump write the same traffic, and holds their files against each other.
func samePackets(o *options, p *player) (string, error) {
	all := tools(o)
	if len(all) < 4 {
		return "tcpdump is not installed: no packets were compared.", nil
	}
	var running []*process
	for _, t := range []*tool{all[1], all[3]} {
		c, err := launch(t.ready, t.argv[0], t.argv[1:]...)
		if err != nil {
			return "", err
		}
		running = append(running, c)
	}
	_, err := p.play(context.Background(), pace{volume: o.volume / 4, rate: o.rate})
	for _, c := range running {
		err = errors.Join(err, c.end())
	}
	if err != nil {
		return "", err
	}
	for i, t := range []*tool{all[1], all[3]} {
		if _, lost, _, err := t.count(running[i]); err != nil || lost > 0 {
			return fmt.Sprintf("Packets were not compared: %s lost %d.", t.what, lost), err
		}
	}
	seed := maphash.MakeSeed()
	mine, n, err := contents(filepath.Join(o.dir, "live.pcapng"), seed)
	if err != nil {
		return "", err
	}
	theirs, m, err := contents(filepath.Join(o.dir, "dump.pcap"), seed)
	if err != nil {
		return "", err
	}
	missing, more := 0, 0
	for k, n := range theirs {
		missing += max(0, n-mine[k])
		more += max(0, mine[k]-n)
	}
	for k, n := range mine {
		if theirs[k] == 0 {
			more += n
		}
	}
	if missing+more > 0 {
		return "", fmt.Errorf("of %d packets that tcpdump wrote, mqsniff has %d: %d are missing, %d are more", m, n, missing, more)
	}
	return fmt.Sprintf("Both at a time on the same traffic, %d packets: the two files hold the same packets, byte for byte.", n), nil
}

// contents are the packets of a file: how often each occurs.
func contents(path string, seed maphash.Seed) (map[uint64]int, int, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, 0, err
	}
	defer file.Close()
	r, err := pcapfile.NewReader(file, 0)
	if err != nil {
		return nil, 0, err
	}
	all := map[uint64]int{}
	var p pcapfile.Packet
	n := 0
	for {
		if err := r.Next(&p); err == io.EOF {
			return all, n, nil
		} else if err != nil {
			return nil, 0, err
		}
		n++
		all[maphash.Bytes(seed, p.Data)]++
	}
}
