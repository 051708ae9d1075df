//go:build !unix

package tui

import (
	"os"
	"os/signal"
)

// signals ends the screen in order when the process is to end.
func (a *app) signals() {
	c := make(chan os.Signal, 1)
	signal.Notify(c, os.Interrupt)
	defer signal.Stop(c)
	select {
	case s := <-c:
		a.end(&SignalError{s})
	case <-a.ctx.Done():
		a.painter.Stop()
		a.stop()
	}
}

// suspend is not possible here.
func (a *app) suspend() { a.say(flashInfo, "this system cannot suspend a program") }
