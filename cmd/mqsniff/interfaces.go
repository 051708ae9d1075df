package main

import (
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/mqsniff/mqsniff/capture"
	"github.com/mqsniff/mqsniff/capture/privilege"
)

// listInterfaces prints what live can capture from, and whether this user may.
func listInterfaces(t *terminal) error {
	interfaces, err := capture.Interfaces()
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tSTATE\tMTU\tADDRESSES")
	fmt.Fprintln(w, "any\t\t\tall interfaces, also those to come")
	for _, i := range interfaces {
		state := "down"
		switch {
		case i.Up && i.Running:
			state = "up"
		case i.Up:
			state = "up, no carrier"
		}
		if i.Loopback {
			state += ", loopback"
		}
		var addresses []string
		for _, a := range i.Addresses {
			addresses = append(addresses, a.String())
		}
		fmt.Fprintf(w, "%s\t%s\t%d\t%s\n", i.Name, state, i.MTU, strings.Join(addresses, " "))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	switch err := capture.MayCapture(); {
	case err == nil:
		_, err = fmt.Fprintln(t.out, "\nYou may capture.")
		return err
	case errors.Is(err, capture.ErrNotPermitted):
		_, err = fmt.Fprintln(t.out, "\nYou may not capture:", privilege.Missing())
		return err
	default:
		return err
	}
}
