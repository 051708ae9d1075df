package main

import (
	"fmt"
	"io"
	"time"
)

// progress shows on a terminal how far long work is; short work shows nothing.
type progress struct {
	done chan struct{}
	gone chan struct{}
}

// startProgress asks `how` for the bytes done and in all (less than 0: unknown), from a second on.
func startProgress(w io.Writer, how func() (done, total int64)) *progress {
	p := &progress{done: make(chan struct{}), gone: make(chan struct{})}
	if !isTerminal(w) {
		close(p.gone)
		return p
	}
	go func() {
		defer close(p.gone)
		tick := time.NewTicker(500 * time.Millisecond)
		defer tick.Stop()
		shown := false
		for began := time.Now(); ; {
			select {
			case <-p.done:
				if shown {
					fmt.Fprint(w, "\r\x1b[K")
				}
				return
			case now := <-tick.C:
				if now.Sub(began) < time.Second {
					continue
				}
				shown = true
				done, total := how()
				if total > 0 {
					fmt.Fprintf(w, "\r%3d %% of %d MB\x1b[K", done*100/total, total>>20)
				} else {
					fmt.Fprintf(w, "\r%d MB\x1b[K", done>>20)
				}
			}
		}
	}()
	return p
}

// stop removes the line.
func (p *progress) stop() {
	close(p.done)
	<-p.gone
}
