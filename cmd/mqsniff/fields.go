package main

import (
	"bufio"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/mqsniff/mqsniff/filter"
)

func newFields(t *terminal) *cobra.Command {
	return &cobra.Command{
		Use:   "fields",
		Short: "List what an expression may use",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			w := bufio.NewWriter(t.out)
			fmt.Fprintln(w, "of an event (* costs reading the frame again)")
			listFields(w, filter.Fields())
			fmt.Fprintln(w, "of an element of messages")
			listFields(w, filter.MessageFields())
			fmt.Fprintln(w, "names of request and response codes are numbers: code == SEND_MESSAGE_V2, status != SUCCESS (see mqsniff codes)")
			return w.Flush()
		},
	}
}

func listFields(w *bufio.Writer, fields []filter.Field) {
	for _, f := range fields {
		costs := " "
		if f.NeedsFrame {
			costs = "*"
		}
		fmt.Fprintf(w, "  %s %-28s %-7s %-6s %s\n", costs, f.Name, f.Type, f.Unit, f.Meaning)
	}
}
