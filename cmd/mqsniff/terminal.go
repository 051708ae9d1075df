package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	"golang.org/x/term"

	"github.com/mqsniff/mqsniff/export"
)

// terminal is what the program was given to talk to.
type terminal struct {
	in        io.Reader
	out, errs io.Writer
	saying    sync.Mutex // proxies say things from several goroutines

	ending sync.Mutex
	atOnce []func() // what a second signal does before it ends the program
}

// endAtOnce is for what shall not be left behind where a second signal ends the program. f may be called while everything else goes
// on, and is not waited for for long.
func (t *terminal) endAtOnce(f func()) {
	t.ending.Lock()
	defer t.ending.Unlock()
	t.atOnce = append(t.atOnce, f)
}

// leave is how long a second signal waits for what it shall not leave behind.
const leave = time.Second

// end does what endAtOnce was given, the latest first.
func (t *terminal) end() {
	t.ending.Lock()
	list := slices.Backward(t.atOnce)
	t.ending.Unlock()
	done := make(chan struct{})
	go func() {
		defer close(done)
		for _, f := range list {
			f()
		}
	}()
	select {
	case <-done:
	case <-time.After(leave):
	}
}

// say writes one line for the person at the terminal. File names and what libraries say may hold anything.
func (t *terminal) say(line string) {
	if strings.ContainsFunc(line, func(r rune) bool { return !unicode.IsPrint(r) }) {
		line = export.Safe(line)
	}
	t.saying.Lock()
	defer t.saying.Unlock()
	fmt.Fprintln(t.errs, "mqsniff:", line)
}

// sayer returns a say that does not wait: what cannot be written for long is left out.
func (t *terminal) sayer() func(line string) {
	lines := make(chan string, 64)
	go func() {
		for line := range lines {
			t.say(line)
		}
	}()
	return func(line string) {
		select {
		case lines <- line:
		default:
		}
	}
}

func isTerminal(v any) bool {
	f, ok := v.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// screen tells whether a screen can be drawn, and if not why.
func (t *terminal) screen() (bool, string) {
	switch name := os.Getenv("TERM"); {
	case !isTerminal(t.out):
		return false, "standard output is no terminal"
	case os.Getenv("CI") == "true":
		return false, "CI is set"
	case name == "" || name == "dumb":
		return false, "TERM is " + orNone(name)
	}
	return true, ""
}

func orNone(s string) string {
	if s == "" {
		return "not set"
	}
	return s
}

// color tells whether lines for a person may be coloured, following NO_COLOR and CLICOLOR_FORCE.
func (t *terminal) color(choice string) (bool, error) {
	switch choice {
	case "always":
		return true, nil
	case "never":
		return false, nil
	case "auto":
		if os.Getenv("NO_COLOR") != "" {
			return false, nil
		}
		if force := os.Getenv("CLICOLOR_FORCE"); force != "" && force != "0" {
			return true, nil
		}
		return isTerminal(t.out), nil
	}
	return false, usagef("--color is auto, always or never, not %q", choice)
}
