package main

import (
	"bufio"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/pflag"

	"github.com/mqsniff/mqsniff/export"
	"github.com/mqsniff/mqsniff/filter"
	"github.com/mqsniff/mqsniff/session"
)

// printOptions are the flags about what is printed.
type printOptions struct {
	filter string
	output string
	detail bool
	json   bool
	limit  int
	color  string
	acl    aclFlag
}

// outputForms are the values of -o that lines are printed by.
var outputForms = []string{"text", "wide", "json", "summary"}

func (o *printOptions) addTo(f *pflag.FlagSet) {
	f.StringVarP(&o.filter, "filter", "f", "", "print only events for which `EXPR` is true (see mqsniff fields)")
	f.BoolVar(&o.detail, "detail", false, "print every field of every frame")
	o.acl.addTo(f)
	f.BoolVar(&o.json, "json", false, "with -o summary: print one JSON object")
	f.StringVar(&o.color, "color", "auto", "auto, always or never")
}

// asks tells whether anything is said about what is printed.
func (o *printOptions) asks() bool {
	return o.filter != "" || o.limit != 0 || o.detail || o.json || len(o.acl.given) > 0
}

// printing prints the events of one source that match.
type printing struct {
	options *printOptions
	enough  func() // called once, when as many events were printed as were asked for, or nobody takes them any more

	mu        sync.Mutex // events and flushing may come from several goroutines
	out       *bufio.Writer
	match     func(*session.Event, *session.View) (bool, error)
	handler   printer
	summary   *export.Summary
	printed   int
	undecided int
}

// printer is what events are printed with.
type printer interface {
	Handle(*session.Event, *session.View)
	Flush() error
}

// newPrinting checks the flags; what is wrong with them is a usageError.
func newPrinting(t *terminal, o *printOptions, symbols *session.Symbols, enough func()) (*printing, error) {
	color, err := t.color(o.color)
	switch {
	case err != nil:
		return nil, err
	case !slices.Contains(outputForms, o.output):
		return nil, usagef("-o is %s or %s, not %q", strings.Join(outputForms[:len(outputForms)-1], ", "), outputForms[len(outputForms)-1], o.output)
	case o.json && o.output != "summary":
		return nil, usagef("--json goes with -o summary; for frames it is -o json")
	case o.limit < 0:
		return nil, usagef("-n takes a number from 0, not %d", o.limit)
	case len(o.acl.given) > 0 && (!o.detail || o.output == "summary"):
		return nil, usagef("--acl shows in the details of frames: add --detail, with -o text, wide or json")
	}
	credentials, err := o.acl.credentials()
	if err != nil {
		return nil, err
	}
	p := &printing{options: o, enough: enough, out: bufio.NewWriterSize(t.out, 64<<10)}
	if p.match, err = compile("-f", o.filter, symbols); err != nil {
		return nil, err
	}
	switch o.output {
	case "json":
		p.handler = export.NewJSON(p.out, symbols, export.JSONOptions{Detail: o.detail, Credentials: credentials})
	case "summary":
		p.summary = export.NewSummary()
		p.handler = p.summary
	default:
		p.handler = export.NewText(p.out, symbols, export.TextOptions{Wide: o.output == "wide", Detail: o.detail, Credentials: credentials, Color: color})
	}
	return p, nil
}

// handle is a session.Handler.
func (p *printing) handle(ev *session.Event, v *session.View) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.options.limit > 0 && p.printed >= p.options.limit {
		return
	}
	if ok, err := p.match(ev, v); err != nil {
		p.undecided++
		return
	} else if !ok {
		return
	}
	p.printed++
	p.handler.Handle(ev, v)
	if p.printed == p.options.limit {
		p.enough()
	}
}

// flush writes out what was collected; when that cannot be done it is enough.
func (p *printing) flush() {
	if p.write() != nil { // end says why
		p.enough()
	}
}

func (p *printing) write() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.handler.Flush(); err != nil {
		return err
	}
	return p.out.Flush()
}

// end writes the rest; stats are for a summary.
func (p *printing) end(t *terminal, stats export.SourceStats) error {
	if p.summary != nil {
		write := p.summary.WriteText
		if p.options.json {
			write = p.summary.WriteJSON
		}
		if err := write(p.out, stats); err != nil {
			return err
		}
	}
	if err := p.write(); err != nil {
		return err
	}
	if p.undecided > 0 {
		t.say(fmt.Sprintf("-f could not be decided for %d events, which are left out", p.undecided))
	}
	return nil
}

// compile makes a predicate of the expression that a flag was given; an empty one is always true.
func compile(flag, expr string, symbols *session.Symbols) (func(*session.Event, *session.View) (bool, error), error) {
	if expr == "" {
		return func(*session.Event, *session.View) (bool, error) { return true, nil }, nil
	}
	f, err := filter.Compile(expr)
	if err != nil {
		return nil, usagef("%s: %w", flag, err)
	}
	world := &filter.World{Symbols: symbols}
	return func(ev *session.Event, v *session.View) (bool, error) {
		world.View = v
		return f.Match(ev, world)
	}, nil
}
