//go:build linux

package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"
)

// soak opens and closes connections while the screen shows the latest events, and looks at the memory.
func soak(o *options, p *player) (title, text string, err error) {
	const events = 200_000
	s, err := openScreen(o.binary, "live", "-i", "lo", "--metrics", metricsAddress, "--max-events", fmt.Sprint(events), "--spool", "64MiB")
	if err != nil {
		return "", "", err
	}
	defer s.kill()
	type point struct {
		conns, frames int64
		memory        int64
		heap          float64
	}
	var points []point
	look := func() error {
		m, err := scrape("http://" + metricsAddress + "/metrics")
		if err != nil {
			return err
		}
		rss, err := memoryOf(s.cmd.Process.Pid)
		if err != nil {
			return err
		}
		points = append(points, point{p.conns.Load(), p.frames.Load(), rss, m.sum("go_memstats_heap_inuse_bytes")})
		fmt.Fprintf(os.Stderr, "%+v\n", points[len(points)-1])
		return nil
	}
	done := make(chan error, 1)
	begin := time.Now()
	go func() {
		_, err := p.play(context.Background(), pace{short: 40, conns: int64(o.conns)})
		done <- err
	}()
	step := int64(o.conns / 10)
	for next, running := step, true; running; {
		select {
		case err = <-done:
			running = false
		case <-time.After(50 * time.Millisecond):
			if p.conns.Load() >= next {
				err, next = look(), next+step
			}
		}
		if err != nil {
			return "", "", err
		}
	}
	took := time.Since(begin)
	time.Sleep(1200 * time.Millisecond)
	if err := look(); err != nil {
		return "", "", err
	}
	m, err := scrape("http://" + metricsAddress + "/metrics")
	if err != nil {
		return "", "", err
	}
	if err := s.quit(); err != nil {
		return "", "", err
	}
	title = "live, soak"
	var b strings.Builder
	fmt.Fprintf(&b, "## %s\n\n%s %d connections opened and closed, %d frames in %.0f s; the screen is open and keeps %d events and 64 MiB of packets.\n\n",
		title, machine(), p.conns.Load(), p.frames.Load(), took.Seconds(), events)
	b.WriteString("| connections | frames | RSS, MB | heap in use, MB |\n|--:|--:|--:|--:|\n")
	for _, x := range points {
		fmt.Fprintf(&b, "| %d | %d | %.0f | %.0f |\n", x.conns, x.frames, float64(x.memory)/1e6, x.heap/1e6)
	}
	frames, lost, open := m.sum("mqsniff_frames_total"), m.sum("mqsniff_dropped_packets_total"), m.sum("mqsniff_connections_open")
	fmt.Fprintf(&b, "\n%.0f frames were shown, %.0f packets lost; at the end %.0f connections are open.\n", frames, lost, open)
	if lost == 0 && frames != float64(p.frames.Load()) {
		return "", "", fmt.Errorf("%.0f frames of %d", frames, p.frames.Load())
	}
	return title, b.String(), nil
}
