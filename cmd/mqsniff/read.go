package main

import (
	"bufio"
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/mqsniff/mqsniff/capture"
	"github.com/mqsniff/mqsniff/export"
	"github.com/mqsniff/mqsniff/filter"
	"github.com/mqsniff/mqsniff/session"
)

// readOptions are the flags of the read command.
type readOptions struct {
	filter string
	output string
	detail bool
	json   bool
	limit  int
	follow bool
	color  string
	acl    aclFlag
}

func newRead(t *terminal) *cobra.Command {
	o := &readOptions{}
	cmd := &cobra.Command{
		Use:   "read [flags] FILE...",
		Short: "Print the frames of captures",
		Long: `read prints one line for each frame of the captures, and for each gap, opening and closing between them. Several files are
merged by time. A FILE is a pcap or pcapng capture, plain or compressed by gzip, zstd or lz4; - is standard input.`,
		Example: `  mqsniff read app.pcap
  mqsniff read app.pcap -f 'status != SUCCESS and kind == "response"'
  mqsniff read app.pcap -f 'code == SEND_MESSAGE_V2 and latency > 5' -o json
  mqsniff read app.pcap --detail --acl @users.txt
  mqsniff read app.pcap -o summary
  tcpdump -U -w - 'tcp port 10911' | mqsniff read -`,
		Args: minArgs(1, "a capture file, or - for standard input"),
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd.Context(), t, args) },
	}
	f := cmd.Flags()
	f.StringVarP(&o.filter, "filter", "f", "", "print only events for which `EXPR` is true (see mqsniff fields)")
	f.StringVarP(&o.output, "output", "o", "text", "text, wide, json or summary")
	f.BoolVar(&o.detail, "detail", false, "print every field of every frame")
	o.acl.addTo(f)
	f.BoolVar(&o.json, "json", false, "with -o summary: print one JSON object")
	f.IntVarP(&o.limit, "number", "n", 0, "stop after `N` events were printed")
	f.BoolVar(&o.follow, "follow", false, "wait for more when a file ends, as tail -f does")
	f.StringVar(&o.color, "color", "auto", "auto, always or never")
	return cmd
}

// printer is what read prints with.
type printer interface {
	Handle(*session.Event, *session.View)
	Flush() error
}

func (o *readOptions) run(ctx context.Context, t *terminal, paths []string) error {
	color, err := t.color(o.color)
	if err != nil {
		return err
	}
	if o.json && o.output != "summary" {
		return usagef("--json goes with -o summary; for frames it is -o json")
	}
	if o.limit < 0 {
		return usagef("-n takes a number from 0, not %d", o.limit)
	}
	if len(o.acl.given) > 0 && (!o.detail || o.output == "summary") {
		return usagef("--acl shows in the details of frames: add --detail, with -o text, wide or json")
	}
	credentials, err := o.acl.credentials()
	if err != nil {
		return err
	}
	source := newReading()
	match, err := compile(o.filter, source.Symbols)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(t.out, 64<<10)
	ctx, stop := context.WithCancel(ctx)
	defer stop()

	var summary *export.Summary
	var p printer
	switch o.output {
	case "text", "wide":
		p = export.NewText(out, source.Symbols, export.TextOptions{Wide: o.output == "wide", Detail: o.detail, Credentials: credentials, Color: color})
	case "json":
		p = export.NewJSON(out, source.Symbols, export.JSONOptions{Detail: o.detail, Credentials: credentials})
	case "summary":
		summary = export.NewSummary()
		p = summary
	default:
		return usagef("-o is text, wide, json or summary, not %q", o.output)
	}
	flush := func() error {
		if err := p.Flush(); err != nil {
			return err
		}
		return out.Flush()
	}
	files, err := capture.Open(paths, capture.Options{Follow: o.follow, NoSpool: true, BeforeRead: func() {
		if flush() != nil { // nobody takes it: the error shows below
			stop()
		}
	}})
	if err != nil {
		return err
	}
	defer files.Close()

	printed := 0
	undecided := 0
	source.handle = func(ev *session.Event, v *session.View) {
		if o.limit > 0 && printed >= o.limit {
			return
		}
		if ok, err := match(ev, v); err != nil {
			undecided++
			return
		} else if !ok {
			return
		}
		printed++
		p.Handle(ev, v)
		if printed == o.limit {
			stop()
		}
	}
	progress := startProgress(t.errs, files.Progress)
	err = source.read(ctx, files)
	progress.stop()
	if err != nil {
		return err
	}
	if summary != nil {
		if err := o.summarise(out, summary, paths, files); err != nil {
			return err
		}
	}
	if err := flush(); err != nil {
		return err
	}
	for _, w := range files.Warnings() {
		t.say(w)
	}
	if undecided > 0 {
		t.say(fmt.Sprintf("-f could not be decided for %d events, which are left out", undecided))
	}
	return nil
}

func (o *readOptions) summarise(w io.Writer, s *export.Summary, paths []string, files *capture.Files) error {
	stats := sourceStats(paths, files)
	if o.json {
		return s.WriteJSON(w, stats)
	}
	return s.WriteText(w, stats)
}

// compile makes a predicate of an expression; an empty one is always true.
func compile(expr string, symbols *session.Symbols) (func(*session.Event, *session.View) (bool, error), error) {
	if expr == "" {
		return func(*session.Event, *session.View) (bool, error) { return true, nil }, nil
	}
	f, err := filter.Compile(expr)
	if err != nil {
		return nil, usagef("-f: %w", err)
	}
	world := &filter.World{Symbols: symbols}
	return func(ev *session.Event, v *session.View) (bool, error) {
		world.View = v
		return f.Match(ev, world)
	}, nil
}
