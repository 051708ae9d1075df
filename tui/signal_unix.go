//go:build unix

package tui

import (
	"os"
	"os/signal"
	"syscall"
	"time"
)

// signals ends the screen in order when the process is to end.
func (a *app) signals() {
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGINT)
	defer signal.Stop(c)
	select {
	case s := <-c:
		a.end(&SignalError{s})
	case <-a.ctx.Done():
		a.painter.Stop()
		a.stop()
	}
}

// suspend gives the terminal to the shell until fg. Where nobody waits for that (no job control), the kernel ignores the
// signal, so it does not wait forever for the one that wakes.
func (a *app) suspend() {
	woken := make(chan os.Signal, 1)
	signal.Notify(woken, syscall.SIGCONT)
	defer signal.Stop(woken)
	a.tv.Suspend(func() {
		if syscall.Kill(syscall.Getpid(), syscall.SIGTSTP) != nil {
			return
		}
		select {
		case <-woken:
		case <-time.After(200 * time.Millisecond):
		}
	})
}
