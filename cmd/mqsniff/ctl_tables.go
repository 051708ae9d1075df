package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/netip"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"github.com/mqsniff/mqsniff/control"
	"github.com/mqsniff/mqsniff/export"
)

// The answers of a proxy as tables for people. What answers may be another program than mqsniff.

func decodeAnswer(answer []byte, into any) error {
	if err := json.Unmarshal(answer, into); err != nil {
		return fmt.Errorf("the answer is not what was asked for: %w: is it mqsniff?", err)
	}
	return nil
}

// shown makes text fit to be printed; what mqsniff answers is already.
func shown(text string) string {
	if strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return export.Safe(text)
	}
	return text
}

func table(w io.Writer, head string, rows func(line func(cells ...any))) error {
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, head)
	rows(func(cells ...any) {
		for i, c := range cells {
			if i > 0 {
				fmt.Fprint(out, "\t")
			}
			fmt.Fprint(out, shown(fmt.Sprint(c)))
		}
		fmt.Fprintln(out)
	})
	return out.Flush()
}

func writeConnections(w io.Writer, answer []byte) error {
	var list []control.Connection
	if err := decodeAnswer(answer, &list); err != nil {
		return err
	}
	if len(list) == 0 {
		_, err := fmt.Fprintln(w, "no connection is open")
		return err
	}
	return table(w, "NUMBER\tMODE\tCLIENT\tTARGET\tUPSTREAM\tAGE\tC2S BYTES\tS2C BYTES\tNOTES", func(line func(...any)) {
		for _, c := range list {
			number, age := "-", "-"
			if c.Number > 0 {
				number = strconv.FormatUint(c.Number, 10)
			}
			if !c.Opened.IsZero() {
				age = max(time.Since(c.Opened), 0).Round(time.Second).String()
			}
			line(number, c.Mode, c.Client, orDash(c.Target), orDash(addressText(c.Upstream)), age,
				c.Relayed.ClientToServer, c.Relayed.ServerToClient, connectionNotes(c))
		}
	})
}

func connectionNotes(c control.Connection) string {
	var notes []string
	if c.Upstream == (netip.AddrPort{}) {
		notes = append(notes, "being made")
	}
	if c.TLS {
		notes = append(notes, "TLS")
	}
	if c.Opaque {
		notes = append(notes, "no remoting")
	}
	if n := c.Skipped.ClientToServer + c.Skipped.ServerToClient; n > 0 {
		notes = append(notes, fmt.Sprintf("%d bytes unseen", n))
	}
	return strings.Join(notes, ", ")
}

func addressText(a netip.AddrPort) string {
	if !a.IsValid() {
		return ""
	}
	return a.String()
}

func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

func writeListeners(w io.Writer, answer []byte) error {
	var list []control.Listener
	if err := decodeAnswer(answer, &list); err != nil {
		return err
	}
	if len(list) == 0 {
		_, err := fmt.Fprintln(w, "nothing is listened on")
		return err
	}
	return table(w, "MODE\tADDRESS\tTARGET\tOPEN\tSTATE", func(line func(...any)) {
		for _, l := range list {
			state := "accepts"
			if l.Error != "" {
				state = "does not accept: " + l.Error
			}
			line(l.Mode, l.Address, orDash(l.Target), l.Open, state)
		}
	})
}

func writeStats(w io.Writer, answer []byte) error {
	var s control.Stats
	if err := decodeAnswer(answer, &s); err != nil {
		return err
	}
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	line := func(name string, format string, values ...any) {
		fmt.Fprintf(out, "%s\t%s\n", name, shown(fmt.Sprintf(format, values...)))
	}
	line("version", "%s", orDash(s.Version))
	line("running for", "%s", max(time.Since(s.Started), 0).Round(time.Second))
	line("listeners", "%d", s.Listeners)
	line("connections", "%d open, %d accepted, %d refused, %d unseen", s.Open, s.Accepted, s.Refused, s.Unseen)
	line("dial errors", "%d", s.DialErrors)
	line("bytes c2s", "%d, %d unseen", s.Relayed.ClientToServer, s.Skipped.ClientToServer)
	line("bytes s2c", "%d, %d unseen", s.Relayed.ServerToClient, s.Skipped.ServerToClient)
	line("waiting", "%d bytes", s.Waiting)
	line("leaks", "%d", s.Leaks)
	line("event streams", "%d", s.Streams)
	return out.Flush()
}

func writeReady(w io.Writer, answer []byte) error {
	var r control.Ready
	if err := decodeAnswer(answer, &r); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "ready: %d listeners accept\n", r.Listeners)
	return err
}

func writeRecording(w io.Writer, answer []byte) error {
	var r control.Recording
	if err := decodeAnswer(answer, &r); err != nil {
		return err
	}
	line := "nothing is recorded"
	if r.On {
		line = fmt.Sprintf("recording to %s: %d packets, %d bytes", r.File, r.Packets, r.Bytes)
	}
	if r.Lost > 0 {
		line += fmt.Sprintf("; %d packets could not be written", r.Lost)
	}
	if r.Stopped != "" {
		line += fmt.Sprintf("; stopped (%s): another file is tried every few seconds, or at once by mqsniff ctl record rotate", r.Stopped)
	}
	_, err := fmt.Fprintln(w, shown(line))
	return err
}
