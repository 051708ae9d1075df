package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

const long = `mqsniff reads Apache RocketMQ's remoting protocol and shows what was asked, what was answered, how late, and why it
failed.

  mqsniff FILE...           opens captures in the screen (? shows its keys); prints lines where there is no terminal
  mqsniff read FILE...      prints frames: as text, as JSON, or one page of summary
  mqsniff live              captures from network interfaces
  mqsniff proxy             stands between clients and a cluster; mqsniff ctl asks a proxy that runs
  mqsniff demo              shows all of it with a cluster inside this process

A FILE is a pcap or pcapng capture, plain or compressed by gzip, zstd or lz4; - is standard input.`

func newRoot(t *terminal) *cobra.Command {
	o := &screenOptions{}
	root := &cobra.Command{
		Use:           "mqsniff [flags] FILE...",
		Short:         "See what Apache RocketMQ clients and brokers say to each other",
		Long:          long,
		Args:          cobra.ArbitraryArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cmd.Help()
			}
			return openScreen(cmd.Context(), t, args, o)
		},
	}
	o.addTo(root)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usagef("%w (see %s --help)", wrongFlag(err), cmd.CommandPath())
	})
	root.AddCommand(newRead(t), newLive(t), newProxy(t), newCtl(t), newDemo(t), newCodes(t), newFields(t), newDissector(t), newVersion(t))
	addCompletion(root)
	return root
}

// addCompletion adds cobra's command, and makes another shell a usage error instead of a help text.
func addCompletion(root *cobra.Command) {
	root.InitDefaultCompletionCmd()
	for _, c := range root.Commands() {
		if c.Name() == "completion" {
			c.Args = cobra.ArbitraryArgs
			c.RunE = func(cmd *cobra.Command, args []string) error {
				if len(args) == 0 {
					return cmd.Help()
				}
				return usagef("completion takes bash, zsh, fish or powershell, not %q", args[0])
			}
		}
	}
}

// noArgs is cobra.NoArgs as a usage error.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usagef("%s takes no argument, not %q", cmd.CommandPath(), args[0])
	}
	return nil
}

// minArgs is cobra.MinimumNArgs as a usage error.
func minArgs(n int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) < n {
			return usagef("%s needs %s (see %s --help)", cmd.CommandPath(), what, cmd.CommandPath())
		}
		return nil
	}
}

func newVersion(t *terminal) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version of mqsniff",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			_, err := fmt.Fprintln(t.out, "mqsniff", version())
			return err
		},
	}
}
