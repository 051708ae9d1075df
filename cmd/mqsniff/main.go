// Command mqsniff shows Apache RocketMQ remoting traffic: what was asked, what was answered, how late, and why it failed.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// Exit codes, besides 128 + the number of a signal.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
	exitFound  = 3
)

func main() {
	// A pipe that nobody reads any more shall show as EPIPE of a write, which ends the work quietly.
	signal.Ignore(syscall.SIGPIPE)
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run is main without the process, so that tests can call it.
func run(args []string, in io.Reader, out, errs io.Writer) int {
	t := &terminal{in: in, out: out, errs: errs}
	ctx, stop := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	defer func() {
		signal.Stop(signals)
		close(signals)
	}()
	go func() {
		if s, ok := <-signals; ok {
			stop(interrupted{s})
		}
		if s, ok := <-signals; ok { // a second one does not wait for what is under way
			t.end()
			os.Exit(interrupted{s}.code())
		}
	}()
	root := newRoot(t)
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errs)
	err := root.ExecuteContext(ctx)
	var by interrupted
	var usage usageError
	var findings findingsError
	switch {
	case errors.Is(err, errEnded):
		return exitDone
	case errors.Is(err, syscall.EPIPE):
		return exitDone // the reader of a pipe has seen enough
	case errors.As(err, &by), err == nil && errors.As(context.Cause(ctx), &by):
		return by.code()
	case err == nil:
		return exitDone
	case errors.As(err, &findings):
		t.say(err.Error())
		return exitFound
	case errors.As(err, &usage):
		t.say(err.Error())
		return exitUsage
	}
	t.say(err.Error())
	return exitFailed
}

// errEnded is returned by what goes on until it is told to end: that is no failure.
var errEnded = errors.New("ended")

// interrupted is the cause of a context that a signal ended.
type interrupted struct{ signal os.Signal }

func (i interrupted) Error() string { return i.signal.String() }

func (i interrupted) code() int {
	if n, ok := i.signal.(syscall.Signal); ok {
		return 128 + int(n)
	}
	return exitFailed
}

// findingsError says that what was looked for is there.
type findingsError struct{ error }

// usageError is a mistake in the command line.
type usageError struct{ error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }
