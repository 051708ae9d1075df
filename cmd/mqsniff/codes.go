package main

import (
	"bufio"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mqsniff/mqsniff/decode"
)

func newCodes(t *terminal) *cobra.Command {
	return &cobra.Command{
		Use:   "codes [request|response] [NAME|NUMBER]",
		Short: "List the operations and response codes of the protocol",
		Long: `codes lists the request codes (what is asked) and response codes (what is answered). With a number or a name, or a part
of one, only those; a single request code is shown with its header fields.`,
		Example: "  mqsniff codes\n  mqsniff codes request 310\n  mqsniff codes response BUSY",
		RunE: func(cmd *cobra.Command, args []string) error {
			requests, responses := true, true
			if len(args) > 0 {
				switch args[0] {
				case "request":
					responses, args = false, args[1:]
				case "response":
					requests, args = false, args[1:]
				}
			}
			if len(args) > 1 {
				return usagef("codes takes one name or number, not %d", len(args))
			}
			what := ""
			if len(args) == 1 {
				what = args[0]
			}
			return listCodes(t, requests, responses, what)
		},
	}
}

func listCodes(t *terminal, requests, responses bool, what string) error {
	w := bufio.NewWriter(t.out)
	var found []*decode.Code
	printed := 0
	if requests {
		for i := range decode.RequestCodes() {
			if c := &decode.RequestCodes()[i]; wanted(c.Number, c.Name, what) {
				found = append(found, c)
			}
		}
		if len(found) > 0 && responses {
			fmt.Fprintln(w, "requests")
		}
		for _, c := range found {
			fmt.Fprintf(w, "%7d  %-42s %-26s %s\n", c.Number, c.Name, c.Direction, releases(c.Since, c.Last))
		}
		printed += len(found)
	}
	if len(found) == 1 && what != "" {
		describeCode(w, found[0])
	}
	if responses {
		first := true
		for _, s := range decode.ResponseCodes() {
			if !wanted(s.Number, s.Name, what) {
				continue
			}
			if first && requests {
				fmt.Fprintln(w, "responses")
			}
			first = false
			printed++
			fmt.Fprintf(w, "%7d  %-42s %s  %s\n", s.Number, s.Name, releases(s.Since, s.Last), s.Note)
		}
	}
	if printed == 0 {
		return fmt.Errorf("no code is, or contains, %q", what)
	}
	return w.Flush()
}

func wanted(number int32, name, what string) bool {
	if what == "" {
		return true
	}
	if n, err := strconv.ParseInt(what, 10, 32); err == nil {
		return int32(n) == number
	}
	what = strings.ToUpper(what)
	return name == what || strings.Contains(name, what)
}

func releases(since, last string) string {
	if since == "" {
		return ""
	}
	if last == "" {
		return since + "–"
	}
	return since + "–" + last
}

func describeCode(w *bufio.Writer, c *decode.Code) {
	for _, part := range []struct {
		name   string
		schema *decode.Schema
		body   string
	}{{"request", c.Request, c.RequestBody}, {"response", c.Response, c.ResponseBody}} {
		fmt.Fprintf(w, "  %s: ", part.name)
		if part.schema == nil {
			fmt.Fprint(w, "no header fields")
		} else {
			fmt.Fprint(w, part.schema.Name)
		}
		fmt.Fprintf(w, "; body: %s\n", orNone(part.body))
		if part.schema == nil {
			continue
		}
		for _, f := range part.schema.Fields {
			name := f.Name
			if f.Long != "" && f.Long != f.Name {
				name += " " + f.Long
			}
			required := ""
			if f.Required {
				required = "required"
			}
			fmt.Fprintf(w, "    %-28s %-8s %-9s %s\n", name, f.Type, required, f.Meaning)
		}
	}
	if c.Note != "" {
		fmt.Fprintf(w, "  %s\n", c.Note)
	}
}
