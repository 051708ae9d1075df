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

	"github.com/mqsniff/mqsniff/capture"
	"github.com/mqsniff/mqsniff/session"
	"github.com/mqsniff/mqsniff/tui"
)

// screenOptions are the flags of the root command.
type screenOptions struct {
	follow    bool
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
	o.acl.addTo(f)
	f.IntVar(&o.maxEvents, "max-events", session.DefaultEvents, "keep at most `N` events; the oldest go first (120 bytes each)")
	f.StringVar(&o.theme, "theme", "", "terminal, light or mono; default: terminal, mono where NO_COLOR is set")
	f.BoolVar(&o.ascii, "ascii", false, "draw borders with ASCII characters")
	f.BoolVar(&o.noMouse, "no-mouse", false, "leave the mouse to the terminal")
	f.BoolVar(&o.noHistory, "no-history", false, "keep filters out of the history file")
	f.BoolVar(&o.noScreen, "no-tui", false, "print lines even where there is a terminal")
}

// openScreen shows captures in the screen, or prints them where there is none.
func openScreen(ctx context.Context, t *terminal, paths []string, o *screenOptions) error {
	if o.maxEvents < 1 {
		return usagef("--max-events takes a number from 1, not %d", o.maxEvents)
	}
	if !slices.Contains([]string{"", "terminal", "light", "mono"}, o.theme) {
		return usagef("--theme is terminal, light or mono, not %q", o.theme)
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
		return (&readOptions{printOptions: printOptions{output: "text", color: "auto"}, follow: o.follow}).run(ctx, t, paths)
	}
	files, err := capture.Open(paths, capture.Options{Follow: o.follow})
	if err != nil {
		return err
	}
	defer files.Close()
	// Stopping to read leaves the screen as it is.
	reading, stop := context.WithCancel(ctx)
	defer stop()

	source := newReading()
	store := session.NewStore(o.maxEvents, source.Symbols, files)
	source.handle = store.Handle
	var end loaded
	var group sync.WaitGroup
	defer group.Wait()
	defer stop()
	group.Go(func() { end.set(source.read(reading, files)) })
	err = tui.Run(ctx, tui.Options{
		Store: store, Title: title(paths), Credentials: credentials, Stop: stop,
		Progress: func() tui.Progress { return end.progress(files) },
		Theme:    o.theme, ASCII: o.ascii, NoMouse: o.noMouse, NoHistory: o.noHistory,
	})
	var by *tui.SignalError
	if errors.As(err, &by) {
		return interrupted{by.Signal}
	}
	return err
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

func (l *loaded) progress(files *capture.Files) tui.Progress {
	read, total := files.Progress()
	stats := files.Stats()
	l.mu.Lock()
	defer l.mu.Unlock()
	p := tui.Progress{Read: read, Total: max(total, 0), Packets: int64(stats.Packets), Lost: int64(stats.Drops), Done: l.done, Err: l.err}
	if l.done {
		p.Note = strings.Join(files.Warnings(), "; ")
	}
	return p
}
