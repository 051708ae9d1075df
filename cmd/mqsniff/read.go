package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/mqsniff/mqsniff/capture"
)

// readOptions are the flags of the read command.
type readOptions struct {
	printOptions
	follow bool
	side   string
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
	o.addTo(f)
	f.StringVarP(&o.output, "output", "o", "text", "text, wide, json or summary")
	f.IntVarP(&o.limit, "number", "n", 0, "stop after `N` events were printed")
	addSide(f, &o.side)
	f.BoolVar(&o.follow, "follow", false, "wait for more when a file ends, as tail -f does")
	return cmd
}

func (o *readOptions) run(ctx context.Context, t *terminal, paths []string) error {
	side, err := sideOf(o.side)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	source := newReading()
	p, err := newPrinting(t, &o.printOptions, source.Symbols, stop)
	if err != nil {
		return err
	}
	source.handle = p.handle
	files, err := capture.Open(paths, capture.Options{Follow: o.follow, NoSpool: true, Side: side, BeforeRead: p.flush})
	if err != nil {
		return err
	}
	defer files.Close()

	progress := startProgress(t.errs, files.Progress)
	err = source.read(ctx, files)
	progress.stop()
	if err != nil {
		return err
	}
	if err := p.end(t, sourceStats(paths, files.Stats())); err != nil {
		return err
	}
	for _, w := range files.Warnings() {
		t.say(w)
	}
	return nil
}
