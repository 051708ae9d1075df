package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/mqsniff/mqsniff/capture"
	"github.com/mqsniff/mqsniff/decode"
	"github.com/mqsniff/mqsniff/session"
	"github.com/mqsniff/mqsniff/tui"
)

// screenOptions are the flags of the root command.
type screenOptions struct {
	follow    bool
	side      string
	filter    string
	maxEvents int
	theme     string
	ascii     bool
	noMouse   bool
	noHistory bool
	noScreen  bool
	acl       aclFlag
}

func (o *screenOptions) addTo(cmd *cobra.Command) {
	f := cmd.Flags()
	f.BoolVar(&o.follow, "follow", false, "wait for more when a file ends, as tail -f does")
	addSide(f, &o.side)
	f.StringVarP(&o.filter, "filter", "f", "", "begin with the display filter `EXPR` (see mqsniff fields)")
	o.acl.addTo(f)
	o.addDisplay(f)
	f.BoolVar(&o.noScreen, "no-tui", false, "print lines even where there is a terminal")
}

// addDisplay adds the flags that say how a screen looks.
func (o *screenOptions) addDisplay(f *pflag.FlagSet) {
	f.IntVar(&o.maxEvents, "max-events", session.DefaultEvents, "keep at most `N` events; the oldest go first (120 bytes each)")
	f.StringVar(&o.theme, "theme", "", "terminal, light or mono; default: terminal, mono where NO_COLOR is set")
	f.BoolVar(&o.ascii, "ascii", false, "draw borders with ASCII characters")
	f.BoolVar(&o.noMouse, "no-mouse", false, "leave the mouse to the terminal")
	f.BoolVar(&o.noHistory, "no-history", false, "keep filters out of the history file")
}

// check looks at the flags that say how a screen looks.
func (o *screenOptions) check() error {
	if o.maxEvents < 1 {
		return usagef("--max-events takes a number from 1, not %d", o.maxEvents)
	}
	if !slices.Contains([]string{"", "terminal", "light", "mono"}, o.theme) {
		return usagef("--theme is terminal, light or mono, not %q", o.theme)
	}
	return nil
}

// checkScreen refuses flags that only lines have, where a screen is shown: nobody shall wonder why they do nothing.
func (o *printOptions) checkScreen() error {
	switch {
	case o.limit != 0:
		return usagef("the screen shows everything, a number of events is for lines: add -o text or -o json")
	case o.detail:
		return usagef("--detail is for lines: add -o text; in the screen, Enter shows every field")
	case o.json:
		return usagef("--json goes with -o summary")
	case o.color != "auto":
		return usagef("--color is for lines: add -o text; the screen has --theme")
	}
	return nil
}

// options are those of a screen that shows a store; what it is of is to be added.
func (o *screenOptions) options(store *session.Store, credentials decode.Credentials) tui.Options {
	return tui.Options{Store: store, Credentials: credentials, Theme: o.theme, ASCII: o.ascii, NoMouse: o.noMouse, NoHistory: o.noHistory}
}

// runScreen shows a screen until a person quits, or a signal comes.
func runScreen(ctx context.Context, o tui.Options) error {
	err := tui.Run(ctx, o)
	var by *tui.SignalError
	if errors.As(err, &by) {
		return interrupted{by.Signal}
	}
	return err
}

// openScreen shows captures in the screen, or prints them where there is none.
func openScreen(ctx context.Context, t *terminal, paths []string, o *screenOptions) error {
	if err := o.check(); err != nil {
		return err
	}
	credentials, err := o.acl.credentials()
	if err != nil {
		return err
	}
	if ok, why := t.screen(); o.noScreen || !ok {
		if !o.noScreen && isTerminal(t.out) {
			t.say(fmt.Sprintf("no screen (%s); printing lines", why))
		}
		if credentials != nil {
			t.say("lines do not show what --acl is for; use mqsniff read --detail --acl …")
		}
		return (&readOptions{printOptions: printOptions{output: "text", color: "auto", filter: o.filter}, follow: o.follow, side: o.side}).run(ctx, t, paths)
	}
	side, err := sideOf(o.side)
	if err != nil {
		return err
	}
	source := newReading()
	if _, err := compile("-f", o.filter, source.Symbols); err != nil {
		return err
	}
	files, err := capture.Open(paths, capture.Options{Follow: o.follow, Side: side})
	if err != nil {
		return err
	}
	defer files.Close()
	// Stopping to read leaves the screen as it is.
	reading, stop := context.WithCancel(ctx)
	defer stop()

	store := session.NewStore(o.maxEvents, source.Symbols, files)
	source.handle = store.Handle
	var end loaded
	var group sync.WaitGroup
	defer group.Wait()
	defer stop()
	group.Go(func() { end.set(source.read(reading, files)) })
	options := o.options(store, credentials)
	options.Title, options.Stop, options.Filter = title(paths), stop, o.filter
	options.Progress = func() tui.Progress {
		read, total := files.Progress()
		stats := files.Stats()
		return end.progress(tui.Progress{Read: read, Total: max(total, 0), Packets: int64(stats.Packets), Lost: int64(stats.Drops)}, func() []string { return unnamed(files.Warnings(), paths) })
	}
	return runScreen(ctx, options)
}

// unnamed leaves the name out of warnings about the only file, which the title has.
func unnamed(warnings, paths []string) []string {
	for i, w := range warnings {
		if len(paths) == 1 {
			warnings[i] = strings.TrimPrefix(w, paths[0]+": ")
		}
	}
	return warnings
}

// title names the files in a few words.
func title(paths []string) string {
	name := filepath.Base(paths[0])
	if paths[0] == "-" {
		name = "standard input"
	}
	if len(paths) > 1 {
		name += fmt.Sprintf(" and %d more", len(paths)-1)
	}
	return name
}

// loaded is how reading ended.
type loaded struct {
	mu   sync.Mutex
	done bool
	err  error
}

func (l *loaded) set(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.done, l.err = true, err
}

// progress adds to p how reading ended, if it has; warnings are asked for then.
func (l *loaded) progress(p tui.Progress, warnings func() []string) tui.Progress {
	l.mu.Lock()
	defer l.mu.Unlock()
	if p.Done, p.Err = l.done, l.err; l.done {
		p.Note = strings.Join(warnings(), "; ")
	}
	return p
}
