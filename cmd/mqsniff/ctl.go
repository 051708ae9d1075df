package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mqsniff/mqsniff/control"
)

// ctlOptions are the flags of all commands of ctl.
type ctlOptions struct {
	socket string
	addr   string
	output string
}

const longCtl = `ctl asks a proxy that runs, and does things to it, through the address that its --control names. Where only one proxy of yours
runs it is found by itself.

The same can be had with curl: GET / lists what there is.

  curl --unix-socket $XDG_RUNTIME_DIR/mqsniff/NAME.sock http://localhost/`

func newCtl(t *terminal) *cobra.Command {
	o := &ctlOptions{}
	cmd := &cobra.Command{
		Use:   "ctl [flags] COMMAND",
		Short: "Ask a running proxy, and steer it",
		Long:  longCtl,
		Example: `  mqsniff ctl connections
  mqsniff ctl reset 7
  mqsniff ctl record start today.pcapng
  mqsniff ctl events -f 'status == SYSTEM_BUSY'
  mqsniff ctl events -f 'code == SEND_MESSAGE_V2 and kind == "response"' -n 1    # waits for it
  mqsniff ctl --addr 127.0.0.1:9420 health`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				if similar := cmd.SuggestionsFor(args[0]); len(similar) > 0 {
					return usagef("%q is no command of ctl; did you mean %s?", args[0], similar[0])
				}
				return usagef("%q is no command of ctl (see mqsniff ctl --help)", args[0])
			}
			return cmd.Help()
		},
	}
	f := cmd.PersistentFlags()
	f.StringVar(&o.socket, "socket", "", "ask the proxy at this `PATH`, or of this name")
	f.StringVar(&o.addr, "addr", "", "ask the proxy at `HOST:PORT`")
	f.StringVarP(&o.output, "output", "o", "text", "text, or json: as the proxy answers")
	cmd.AddCommand(
		o.asking(t, "connections", "List the open connections; NUMBER is conn of their events", "/connections", writeConnections),
		o.asking(t, "listeners", "List what the proxy listens on", "/listeners", writeListeners),
		o.asking(t, "stats", "Print counters", "/stats", writeStats),
		o.asking(t, "health", "Tell whether all listeners accept; the exit code is 1 if not", "/readyz", writeReady),
		o.newReset(t), o.newRecord(t), o.newEvents(t),
	)
	bindEnvironment(cmd, "MQSNIFF_CTL")
	return cmd
}

// client finds the proxy.
func (o *ctlOptions) client() (*control.Client, error) {
	address, network, flag := o.socket, "unix", "--socket"
	switch {
	case o.output != "text" && o.output != "json":
		return nil, usagef("-o is text or json, not %q", o.output)
	case o.socket != "" && o.addr != "":
		return nil, usagef("--socket and --addr name two proxies: leave one out")
	case o.addr != "":
		address, network, flag = o.addr, "tcp", "--addr"
	case o.socket == "":
		return onlyProxy()
	}
	is, _, err := control.ParseAddress(address)
	switch {
	case err != nil:
		return nil, usagef("%s: %w", flag, err)
	case is != network && network == "tcp":
		return nil, usagef("--addr takes HOST:PORT, not %q; a socket goes with --socket", address)
	case is != network:
		return nil, usagef("--socket takes a path or name, not %q; HOST:PORT goes with --addr", address)
	}
	return control.NewClient(address)
}

func onlyProxy() (*control.Client, error) {
	sockets, err := control.Sockets()
	if err != nil {
		return nil, err
	}
	switch len(sockets) {
	case 1:
		return control.NewClient(sockets[0])
	case 0:
		dir, err := control.RuntimeDir()
		if err != nil {
			return nil, err
		}
		return nil, fmt.Errorf("no proxy has a socket in %s: start one, or say which with --socket or --addr", dir)
	}
	var names []string
	for _, path := range sockets {
		names = append(names, strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)))
	}
	return nil, usagef("several proxies run: say which with --socket %s", strings.Join(names, ", or "))
}

// print writes an answer, for people by write.
func (o *ctlOptions) print(t *terminal, answer []byte, write func(io.Writer, []byte) error) error {
	if o.output == "json" {
		if !json.Valid(answer) {
			return errors.New("the answer is no JSON: is it mqsniff?")
		}
		_, err := t.out.Write(answer)
		return err
	}
	return write(t.out, answer)
}

// ask calls what with a client and prints the answer.
func (o *ctlOptions) ask(t *terminal, what func(*control.Client) ([]byte, error), write func(io.Writer, []byte) error) error {
	client, err := o.client()
	if err != nil {
		return err
	}
	defer client.Close()
	answer, err := what(client)
	if err != nil {
		return err
	}
	return o.print(t, answer, write)
}

// asking is a command that prints the answer to one question.
func (o *ctlOptions) asking(t *terminal, use, short, path string, write func(io.Writer, []byte) error) *cobra.Command {
	return &cobra.Command{
		Use: use, Short: short, Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return o.ask(t, func(c *control.Client) ([]byte, error) { return c.Get(cmd.Context(), path) }, write)
		},
	}
}

func (o *ctlOptions) newReset(t *terminal) *cobra.Command {
	return &cobra.Command{
		Use: "reset NUMBER...", Short: "Reset connections, both sides of them",
		Args: minArgs(1, "the number of a connection"),
		RunE: func(cmd *cobra.Command, args []string) error {
			var numbers []uint64
			for _, a := range args {
				n, err := strconv.ParseUint(a, 10, 64)
				if err != nil {
					return usagef("a connection is called by its number, not %q (see mqsniff ctl connections)", a)
				}
				numbers = append(numbers, n)
			}
			for _, n := range numbers {
				err := o.ask(t, func(c *control.Client) ([]byte, error) { return c.Reset(cmd.Context(), n) }, func(w io.Writer, _ []byte) error {
					_, err := fmt.Fprintf(w, "connection %d was reset\n", n)
					return err
				})
				if err != nil {
					return err
				}
			}
			return nil
		},
	}
}

func (o *ctlOptions) newRecord(t *terminal) *cobra.Command {
	record := func(ctx context.Context, action, file string) error {
		return o.ask(t, func(c *control.Client) ([]byte, error) { return c.Record(ctx, action, file) }, writeRecording)
	}
	cmd := o.asking(t, "record", "Record what is relayed, or tell what is recorded", "/record", writeRecording)
	cmd.Args = func(_ *cobra.Command, args []string) error {
		if len(args) > 0 {
			return usagef("record takes start FILE, stop or rotate, not %q", args[0])
		}
		return nil
	}
	cmd.AddCommand(
		&cobra.Command{
			Use: "start FILE", Short: "Record to a file, as pcapng",
			Args: func(_ *cobra.Command, args []string) error {
				if len(args) != 1 || args[0] == "" || args[0] == "-" {
					return usagef("record start takes one file")
				}
				return nil
			},
			RunE: func(cmd *cobra.Command, args []string) error {
				file, err := filepath.Abs(args[0]) // the proxy may have been started elsewhere
				if err != nil {
					return err
				}
				return record(cmd.Context(), "start", file)
			},
		},
		&cobra.Command{
			Use: "stop", Short: "Stop recording", Args: noArgs,
			RunE: func(cmd *cobra.Command, _ []string) error { return record(cmd.Context(), "stop", "") },
		},
		&cobra.Command{
			Use: "rotate", Short: "Go on recording in another file", Args: noArgs,
			RunE: func(cmd *cobra.Command, _ []string) error { return record(cmd.Context(), "rotate", "") },
		},
	)
	return cmd
}

func (o *ctlOptions) newEvents(t *terminal) *cobra.Command {
	var expr string
	var limit int
	cmd := &cobra.Command{
		Use: "events", Short: "Print events from now on, as JSON lines", Args: noArgs,
		Long: `events prints what is relayed from now on, a line of JSON for each event, as -o json does. Who reads too slowly loses lines: their
number is in a line {"dropped":N} in their place.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if limit < 0 {
				return usagef("-n takes a number from 0, not %d", limit)
			}
			client, err := o.client()
			if err != nil {
				return err
			}
			defer client.Close()
			printed := 0
			return client.Events(cmd.Context(), expr, nil, func(line []byte) error {
				if _, err := t.out.Write(line); err != nil {
					return err
				}
				if printed++; printed == limit {
					return errEnded
				}
				return nil
			})
		},
	}
	f := cmd.Flags()
	f.StringVarP(&expr, "filter", "f", "", "print only events for which `EXPR` is true (see mqsniff fields)")
	f.IntVarP(&limit, "number", "n", 0, "stop after `N` lines")
	return cmd
}
