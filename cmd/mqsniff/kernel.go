package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/pflag"
	"golang.org/x/net/bpf"

	"github.com/mqsniff/mqsniff/capture/afpacket"
	"github.com/mqsniff/mqsniff/capture/kernelfilter"
)

// kernelOptions are the flags about what the kernel hands over.
type kernelOptions struct {
	ports, hosts, nets, vlans string
	file                      string
	expression                string // the arguments
	flags                     *pflag.FlagSet
}

func (o *kernelOptions) addTo(f *pflag.FlagSet) {
	o.flags = f
	f.StringVar(&o.ports, "port", "", "capture `PORTS`, such as 9876,10909-10912; default: those of RocketMQ, 9876,10911,10909,10912,8080; or all")
	f.StringVar(&o.hosts, "host", "", "capture traffic of these `HOSTS`")
	f.StringVar(&o.nets, "net", "", "capture traffic of these `NETS`, such as 10.0.0.0/8")
	f.StringVar(&o.vlans, "vlan", "", "capture these `VLANS`")
	f.StringVar(&o.file, "bpf", "", "capture what a program chooses: `FILE` with the output of tcpdump -ddd")
}

// chosen tells whether ports, an expression or a program were given.
func (o *kernelOptions) chosen() bool { return o.ports != "" || o.file != "" || o.expression != "" }

// kernelFilter is what the kernel is given.
type kernelFilter struct {
	text    string // in tcpdump's language
	short   string // for a title
	program func(link uint32) ([]bpf.RawInstruction, error)
	flags   kernelfilter.Filter // what it was made of, where it was made of flags
}

// layoutOf is how packets of a live link type lie before a filter.
func layoutOf(link uint32) kernelfilter.Layout {
	switch link {
	case afpacket.LinkSLL2:
		return kernelfilter.CookedSocket
	case afpacket.LinkRaw:
		return kernelfilter.Raw
	}
	return kernelfilter.EthernetSocket
}

func newKernelFilter(f kernelfilter.Filter) kernelFilter {
	return kernelFilter{f.String(), short(f), func(link uint32) ([]bpf.RawInstruction, error) {
		code, err := f.Compile(layoutOf(link))
		if err != nil {
			return nil, err
		}
		return bpf.Assemble(code)
	}, f}
}

// on is the filter with other ports.
func (k kernelFilter) on(ports []uint16) kernelFilter {
	f := k.flags
	f.Ports = nil
	for _, p := range ports {
		f.Ports = append(f.Ports, kernelfilter.Port(p))
	}
	return newKernelFilter(f)
}

// short is a filter in a few words: port 9876,10911 host 10.0.0.5.
func short(f kernelfilter.Filter) string {
	var parts []string
	add := func(name string, n int, text func(i int) string) {
		for i := range n {
			if i == 0 {
				parts = append(parts, name+" "+text(i))
			} else {
				parts[len(parts)-1] += "," + text(i)
			}
		}
	}
	add("port", len(f.Ports), func(i int) string {
		_, numbers, _ := strings.Cut(f.Ports[i].String(), " ")
		return numbers
	})
	add("host", len(f.Hosts), func(i int) string { return f.Hosts[i].String() })
	add("net", len(f.Nets), func(i int) string { return f.Nets[i].String() })
	add("vlan", len(f.VLANs), func(i int) string { return strconv.Itoa(int(f.VLANs[i])) })
	if len(parts) == 0 {
		return "all TCP"
	}
	return strings.Join(parts, " ")
}

// filter makes the filter of the flags; allPorts: all are meant where none are given.
func (o *kernelOptions) filter(ctx context.Context, allPorts bool) (kernelFilter, error) {
	for _, name := range []string{"port", "host", "net", "vlan", "bpf"} {
		if f := o.flags.Lookup(name); f.Changed && f.Value.String() == "" { // of a script whose variable is not set
			return kernelFilter{}, usagef("--%s is empty: say what to capture, or leave it out", name)
		}
	}
	plain := o.ports != "" || o.hosts != "" || o.nets != "" || o.vlans != ""
	switch {
	case o.file != "" && (plain || o.expression != ""), o.expression != "" && plain:
		return kernelFilter{}, usagef("choose one: --port, --host, --net and --vlan, or an expression, or --bpf")
	case o.file != "":
		return o.fromFile()
	case o.expression != "":
		return o.fromExpression(ctx)
	}
	f := kernelfilter.Filter{Ports: kernelfilter.DefaultPorts()}
	var err error
	if o.ports == "all" || o.ports == "" && allPorts {
		f.Ports = nil
	} else if o.ports != "" {
		f.Ports, err = kernelfilter.ParsePorts(o.ports)
	}
	if err != nil {
		return kernelFilter{}, usagef("--port: %w", err)
	}
	if o.hosts != "" {
		if f.Hosts, err = kernelfilter.ParseHosts(ctx, o.hosts); err != nil {
			return kernelFilter{}, usagef("--host: %w", err)
		}
	}
	if o.nets != "" {
		if f.Nets, err = kernelfilter.ParseNets(o.nets); err != nil {
			return kernelFilter{}, usagef("--net: %w", err)
		}
	}
	if o.vlans != "" {
		if f.VLANs, err = kernelfilter.ParseVLANs(o.vlans); err != nil {
			return kernelFilter{}, usagef("--vlan: %w", err)
		}
	}
	return newKernelFilter(f), nil
}

func (o *kernelOptions) fromFile() (kernelFilter, error) {
	file, err := os.Open(o.file)
	if err != nil {
		return kernelFilter{}, fmt.Errorf("--bpf: %w", err)
	}
	defer file.Close()
	code, err := kernelfilter.ParseDDD(file)
	if err != nil {
		return kernelFilter{}, fmt.Errorf("--bpf: %s: %w", o.file, err)
	}
	return kernelFilter{text: "the program in " + o.file, short: "bpf " + o.file, program: func(uint32) ([]bpf.RawInstruction, error) { return code, nil }}, nil
}

// fromExpression compiles now, for Ethernet, so that a mistake shows before anything is opened.
func (o *kernelOptions) fromExpression(ctx context.Context) (kernelFilter, error) {
	compile := func(link uint32) ([]bpf.RawInstruction, error) {
		return kernelfilter.FromTcpdump(ctx, layoutOf(link), o.expression)
	}
	if _, err := compile(afpacket.LinkEthernet); err != nil {
		return kernelFilter{}, usageError{err}
	}
	return kernelFilter{text: o.expression, short: o.expression, program: compile}, nil
}
