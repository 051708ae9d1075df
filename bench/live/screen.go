//go:build linux

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

const metricsAddress = "127.0.0.1:9419"

// screen is mqsniff in a terminal of its own, which is read as fast as it writes, or not at all.
type screen struct {
	cmd    *exec.Cmd
	master *os.File
	ended  chan struct{}

	mu      sync.Mutex
	blocked bool
	written int64
	writes  int64  // reads that brought something
	recent  []byte // what was written since it was looked for something
}

// openScreen runs the program in a terminal of 120 × 40 and waits until it has drawn something.
func openScreen(name string, args ...string) (*screen, error) {
	fd, err := unix.Open("/dev/ptmx", unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, fmt.Errorf("a terminal: %w", err)
	}
	s := &screen{master: os.NewFile(uintptr(fd), "terminal"), ended: make(chan struct{})}
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		return nil, err
	}
	number, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		return nil, err
	}
	if err := unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 40, Col: 120}); err != nil {
		return nil, err
	}
	slave, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		return nil, err
	}
	defer slave.Close()
	s.cmd = exec.Command(name, args...)
	s.cmd.Env = append(slices.DeleteFunc(os.Environ(), func(e string) bool { return strings.HasPrefix(e, "CI=") }),
		"TERM=xterm-256color", "LANG=C.UTF-8", "XDG_STATE_HOME="+os.TempDir())
	s.cmd.Stdin, s.cmd.Stdout, s.cmd.Stderr = slave, slave, slave
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		_ = s.cmd.Wait()
		close(s.ended)
	}()
	go s.read()
	if _, err := s.wait("LIVE", 20*time.Second); err != nil {
		s.kill()
		return nil, err
	}
	time.Sleep(500 * time.Millisecond)
	return s, nil
}

func (s *screen) read() {
	b := make([]byte, 64<<10)
	for {
		s.mu.Lock()
		blocked := s.blocked
		s.mu.Unlock()
		if blocked {
			time.Sleep(10 * time.Millisecond)
			continue
		}
		n, err := s.master.Read(b)
		if err != nil {
			return // the program has ended
		}
		s.mu.Lock()
		s.written += int64(n)
		s.writes++
		s.recent = append(s.recent, b[:n]...)
		if cut := len(s.recent) - 256<<10; cut > 0 {
			s.recent = append(s.recent[:0], s.recent[cut:]...)
		}
		s.mu.Unlock()
	}
}

func (s *screen) block(yes bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.blocked = yes
}

// total is how much was written so far, and in how many pieces.
func (s *screen) total() (bytes, writes int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.written, s.writes
}

// wait waits until text is written, from now on or since it waited last.
func (s *screen) wait(text string, patience time.Duration) (time.Duration, error) {
	begin := time.Now()
	for {
		s.mu.Lock()
		at := bytes.Index(s.recent, []byte(text))
		if at >= 0 {
			s.recent = s.recent[:0]
		}
		end := s.recent[max(0, len(s.recent)-2000):]
		s.mu.Unlock()
		switch took := time.Since(begin); {
		case at >= 0:
			return took, nil
		case took > patience:
			return took, fmt.Errorf("%q does not show, but %q", text, end)
		}
		time.Sleep(200 * time.Microsecond)
	}
}

// press sends a key, and waits until the screen shows what the key is for.
func (s *screen) press(key, shows string) (time.Duration, error) {
	s.mu.Lock()
	s.recent = s.recent[:0]
	s.mu.Unlock()
	if _, err := s.master.WriteString(key); err != nil {
		return 0, err
	}
	return s.wait(shows, 20*time.Second)
}

func (s *screen) quit() error {
	if _, err := s.master.WriteString("Q"); err != nil {
		return err
	}
	select {
	case <-s.ended:
		if s.cmd.ProcessState.ExitCode() != 0 {
			return fmt.Errorf("the screen ended with %v", s.cmd.ProcessState)
		}
		return nil
	case <-time.After(20 * time.Second):
		return errors.New("the screen does not end")
	}
}

func (s *screen) kill() {
	s.cmd.Process.Kill()
	<-s.ended
	s.master.Close()
}

// facts are those of a stretch of time.
type facts struct {
	took             time.Duration
	cpu              time.Duration
	terminal, writes int64
	frames, lost     float64
	sent             int64
	memory           int64
	keys             []time.Duration // sorted
}

// stretch plays for a time and measures meanwhile; keys are pressed if asked for.
func (s *screen) stretch(p *player, d time.Duration, pace pace, keys bool) (f facts, err error) {
	before, err := scrape("http://" + metricsAddress + "/metrics")
	if err != nil {
		return f, err
	}
	cpu, err := cpuOf(s.cmd.Process.Pid)
	if err != nil {
		return f, err
	}
	begin := time.Now()
	written, writes := s.total()
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	played := make(chan error, 1)
	go func() {
		var err error
		if pace.rate > 0 {
			_, err = p.play(ctx, pace)
		} else {
			<-ctx.Done()
		}
		played <- err
	}()
	for keys && ctx.Err() == nil {
		time.Sleep(317 * time.Millisecond)
		took, err := s.press("?", "keys that work here")
		if err != nil {
			return f, err
		}
		f.keys = append(f.keys, took)
		time.Sleep(217 * time.Millisecond)
		if took, err = s.press("q", "FOLLOW"); err != nil {
			return f, err
		}
		f.keys = append(f.keys, took)
	}
	if err := <-played; err != nil {
		return f, err
	}
	f.took = time.Since(begin)
	f.terminal, f.writes = s.total()
	f.terminal, f.writes = f.terminal-written, f.writes-writes
	after, err := cpuOf(s.cmd.Process.Pid)
	if err != nil {
		return f, err
	}
	f.cpu = after - cpu
	time.Sleep(time.Second)
	now, err := scrape("http://" + metricsAddress + "/metrics")
	if err != nil {
		return f, err
	}
	if f.memory, err = memoryOf(s.cmd.Process.Pid); err != nil {
		return f, err
	}
	f.frames = now.sum("mqsniff_frames_total") - before.sum("mqsniff_frames_total")
	f.lost = now.sum("mqsniff_dropped_packets_total") - before.sum("mqsniff_dropped_packets_total")
	if pace.rate > 0 {
		f.sent = p.frames.Load()
	}
	slices.Sort(f.keys)
	return f, nil
}

// watch measures the screen.
func watch(o *options, p *player) (title, text string, err error) {
	s, err := openScreen(o.binary, "live", "-i", "lo", "--metrics", metricsAddress)
	if err != nil {
		return "", "", err
	}
	defer s.kill()
	rate := pace{rate: o.rate}
	var all []facts
	idle := min(o.seconds, 20*time.Second)
	for _, stretch := range []func() (facts, error){
		func() (facts, error) { return s.stretch(p, idle, pace{}, false) },
		func() (facts, error) { return s.stretch(p, o.seconds, rate, true) },
		func() (facts, error) {
			s.block(true)
			defer s.block(false)
			return s.stretch(p, idle, rate, false)
		},
		func() (facts, error) { return s.stretch(p, idle, rate, true) },
		func() (facts, error) { return s.stretch(p, idle, pace{}, false) },
	} {
		f, err := stretch()
		if err != nil {
			return "", "", err
		}
		fmt.Fprintf(os.Stderr, "%+v\n", f)
		all = append(all, f)
	}
	if err := s.quit(); err != nil {
		return "", "", err
	}
	title = fmt.Sprintf("live, screen at %.0f frames a second", o.rate)
	var b strings.Builder
	fmt.Fprintf(&b, "## %s\n\n%s A terminal of 120 × 40, packets kept in the spool, metrics on; loopback, %d sending thread(s) on the same CPUs.\n\n", title, machine(), len(p.shares))
	b.WriteString("| | s | frames sent | frames shown | packets lost | CPU, % of one | to the terminal, KB/s | writes/s | key to screen, ms: median, 98 %, most | RSS, MB |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n")
	var wrong []string
	for i, name := range []string{"idle, before", "traffic, keys are pressed", "traffic, nobody reads the terminal", "traffic, it is read again", "idle, after"} {
		f := all[i]
		keys := ""
		if n := len(f.keys); n > 0 {
			keys = fmt.Sprintf("%.0f, %.0f, %.0f of %d", ms(f.keys[n/2]), ms(f.keys[n-1-n/50]), ms(f.keys[n-1]), n)
		}
		fmt.Fprintf(&b, "| %s | %.0f | %d | %.0f | %.0f | %.1f | %.1f | %.1f | %s | %.0f |\n", name, f.took.Seconds(), f.sent, f.frames, f.lost,
			f.cpu.Seconds()/f.took.Seconds()*100, float64(f.terminal)/1e3/f.took.Seconds(), float64(f.writes)/f.took.Seconds(), keys, float64(f.memory)/1e6)
		if f.lost == 0 && f.frames != float64(f.sent) {
			wrong = append(wrong, fmt.Sprintf("%s: %.0f frames of %d", name, f.frames, f.sent))
		}
	}
	if len(wrong) > 0 {
		return "", "", errors.New(strings.Join(wrong, "; "))
	}
	return title, b.String(), nil
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
