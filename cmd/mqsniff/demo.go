package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/mqsniff/mqsniff/demo"
	"github.com/mqsniff/mqsniff/proxy"
)

// demoOptions are the flags of the demo command.
type demoOptions struct {
	proxy proxyOptions
	seed  uint64
	speed float64
}

func newDemo(t *terminal) *cobra.Command {
	o := &demoOptions{proxy: proxyOptions{
		memory: proxy.DefaultMemory, record: recordOptions{spool: 64 << 20}, grace: time.Second, dialTimeout: proxy.DefaultDialTimeout,
		maxConns: proxy.DefaultConns, operation: operationOptions{control: "none"}, tls: tlsOptions{mode: "passthrough", upstream: "auto"},
	}}
	cmd := &cobra.Command{
		Use:   "demo [flags]",
		Short: "Look at a cluster and an application that run inside this process",
		Long: `demo starts a small name server, brokers, producers and consumers in this process, puts the proxy between them, and shows what
goes through. Nothing is installed, nothing is kept, and no port but those of 127.0.0.1 is used. A client of yours that is given the
address in the title as its name server takes part.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd.Context(), t) },
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.Uint64Var(&o.seed, "seed", 1, "another `NUMBER` tells another story")
	f.Float64Var(&o.speed, "speed", 1, "how fast it is told")
	f.StringVar(&o.proxy.modes.listen, "listen", "127.0.0.1:0", "the name server's `ADDR` for clients")
	f.StringVarP(&o.proxy.print.output, "output", "o", "", "text, wide, json or summary; default: the screen")
	o.proxy.print.addTo(f)
	f.IntVarP(&o.proxy.print.limit, "count", "n", 0, "stop after `N` events were printed")
	o.proxy.ending.addTo(f)
	o.proxy.screen.addDisplay(f)
	return cmd
}

func (o *demoOptions) run(ctx context.Context, t *terminal) error {
	if !(o.speed > 0 && o.speed <= 1000) {
		return usagef("--speed takes a number above 0, up to 1000, not %v", o.speed)
	}
	at, err := listenAddress("--listen", o.proxy.modes.listen)
	if err != nil {
		return err
	}
	if at.Addr().IsUnspecified() {
		return usagef("--listen %s: demo takes one address of this machine, such as 127.0.0.1:%d", at, at.Port())
	}
	cluster, err := demo.NewCluster(demo.ClusterOptions{
		Brokers: []string{"127.0.0.1:0", "127.0.0.1:0"}, Slave: "127.0.0.1:0", TransactionTimeout: 2 * time.Second, Haste: 10,
		Trouble: demo.StoryTrouble(o.seed, o.speed),
	})
	if err != nil {
		return err
	}
	defer cluster.Close()
	p := &o.proxy
	p.modes.nameServers = []string{cluster.NameServer()}
	p.modes.ports, p.modes.forgetful = proxy.DefaultPorts, true
	p.beside = func(ctx context.Context, relay *proxy.Proxy) {
		// What goes wrong later is part of the story.
		err := demo.RunStory(ctx, relay.Listeners()[0].Address.String(), demo.StoryOptions{Seed: o.seed, Speed: o.speed})
		if err != nil {
			relay.Notice(err.Error())
		}
	}
	return p.run(ctx, t)
}
