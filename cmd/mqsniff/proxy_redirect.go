package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/mqsniff/mqsniff/proxy/firewall"
)

// redirectMark is on the packets that the proxy sends itself, so that they are not redirected to it again.
const redirectMark = 0x6d71

// firewall makes the rules that redirect connections, or prints them. release lets new connections alone, restore takes the rules
// away again.
func (o *modeOptions) firewall(ctx context.Context, t *terminal) (release, restore func(), err error) {
	nothing := func() {}
	if o.redirect == "" {
		if o.setup {
			return nil, nil, usagef("--setup goes with --redirect ADDR")
		}
		return nothing, nothing, nil
	}
	at, err := listenAddress("--redirect", o.redirect)
	if err != nil {
		return nil, nil, err
	}
	rules := firewall.Rules{Listener: at, UID: os.Getuid(), Incoming: at.Addr().IsUnspecified()}
	if rules.Targets, err = o.redirected(); err != nil {
		return nil, nil, err
	}
	tool, err := firewall.Tool()
	if !o.setup {
		if err != nil {
			tool = "iptables"
		}
		rules.Tool = tool
		setup, teardown, err := rules.Commands()
		if err != nil {
			return nil, nil, usageError{err}
		}
		fmt.Fprintf(t.errs, "# These rules, made by root, redirect to here what other users than %d send:\n%s\n# To remove them:\n%s\n",
			rules.UID, firewall.ShellCommands(setup), firewall.ShellCommands(teardown))
		return nothing, nothing, nil
	}
	if err != nil {
		return nil, nil, err
	}
	rules.Tool, rules.UID, rules.Mark = tool, -1, redirectMark
	made, err := rules.Setup(ctx)
	if err != nil {
		return nil, nil, err
	}
	if made.Replaced {
		t.say("replaced the firewall rules of a proxy before")
	}
	if made.IPv4Only != nil {
		t.say("IPv6 is not redirected: " + made.IPv4Only.Error())
	}
	release = func() {
		if err := made.Release(); err != nil {
			t.say("until the end connections are still redirected, and refused: " + err.Error())
		}
	}
	t.endAtOnce(func() { made.Remove() })
	return release, func() {
		if err := made.Remove(); err != nil {
			t.say("the firewall rules are still there: " + err.Error())
		}
	}, nil
}

// redirected are the targets of --redirect-to.
func (o *modeOptions) redirected() (targets []firewall.Target, err error) {
	for _, text := range strings.Fields(strings.Join(o.targets, " ")) { // a variable has spaces between them
		target, err := firewall.ParseTarget(text)
		if err != nil {
			return nil, usagef("--redirect-to: %w", err)
		}
		targets = append(targets, target)
	}
	return targets, nil
}
