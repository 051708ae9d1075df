package kernelfilter

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/net/bpf"
)

// FromTcpdump lets tcpdump, which must be installed, compile an expression in its language. It sees the bytes of packets only:
//
//   - For a cooked socket it is compiled as for raw IP. Such a program cannot look at link-layer addresses, and tcpdump refuses.
//   - Linux hands over the outer VLAN tag beside the packet, where the program does not look: for sockets vlan is an error here.
//     Without it tagged packets are matched like others.
//   - tcpdump steps over IPv6 extension headers only where the expression says protochain, and with ports it leaves out later
//     fragments.
func FromTcpdump(ctx context.Context, layout Layout, expression string) ([]bpf.RawInstruction, error) {
	if layout.socket() && slices.Contains(words(expression), "vlan") {
		return nil, fmt.Errorf("%q asks for vlan, which tcpdump looks for in the packet, where Linux has taken it out: use --vlan, with --port, --host and --net", expression)
	}
	link := "EN10MB"
	switch layout {
	case SLL:
		link = "LINUX_SLL"
	case SLL2:
		link = "LINUX_SLL2"
	case Raw, CookedSocket:
		link = "RAW"
	}
	cmd := exec.CommandContext(ctx, "tcpdump", "-ddd", "-y", link, "--", expression)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	switch err := cmd.Run(); {
	case errors.Is(err, exec.ErrNotFound):
		return nil, errors.New("an expression needs tcpdump, which is not installed: use --port, --host, --net and --vlan, or --bpf FILE with the output of tcpdump -ddd of another machine")
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		why := strings.TrimSpace(errs.String())
		if i := strings.LastIndexByte(why, '\n'); i >= 0 {
			why = why[i+1:]
		}
		if why == "" {
			why = err.Error()
		}
		return nil, fmt.Errorf("tcpdump does not take %q: %s", expression, strings.TrimPrefix(why, "tcpdump: "))
	}
	return ParseDDD(&out)
}

// words are the names, numbers and keywords of an expression; an escaped one (host \vlan) keeps its backslash.
func words(expression string) []string {
	return strings.FieldsFunc(expression, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(`-._\`, r)
	})
}
