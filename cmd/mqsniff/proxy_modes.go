package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/mqsniff/mqsniff/proxy"
	"github.com/mqsniff/mqsniff/proxy/firewall"
)

// modeOptions are the flags about who is listened for, and what clients are told.
type modeOptions struct {
	nameServers []string
	listen      string
	nsaddr      string
	socks       string
	redirect    string
	setup       bool
	targets     []string
	maps        []string

	ports     string
	portsFile string
	advertise string
	dial      []string
	external  []string
	internal  bool
	storeHost bool
	strict    bool

	forgetful bool // no ports are remembered
}

func (o *modeOptions) addTo(f *pflag.FlagSet) {
	f.StringArrayVarP(&o.nameServers, "namesrv", "n", nil, "relay to the name server `HOST:PORT` and to all brokers that it names; can be repeated, or several with ; between: the first that answers is taken")
	f.StringVar(&o.listen, "listen", "127.0.0.1:19876", "the name server's `ADDR` for clients")
	f.StringVar(&o.nsaddr, "nsaddr", "", "tell clients without namesrvAddr that address over HTTP on `ADDR`: GET /rocketmq/nsaddr (rocketmq.namesrv.domain)")
	f.StringVar(&o.socks, "socks", "", "serve SOCKS5 on `ADDR`: for Java clients, nothing is rewritten")
	f.StringVar(&o.redirect, "redirect", "", "relay connections that the kernel redirects to `ADDR` (Linux)")
	f.StringSliceVar(&o.targets, "redirect-to", []string{"9876", "10911", "10909"}, "with --redirect: what to redirect, `PORT` or ADDRESS:PORT")
	f.BoolVar(&o.setup, "setup", false, "with --redirect: make the firewall's rules, and remove them at the end; without it they are printed")
	f.StringArrayVar(&o.maps, "map", nil, "relay `LISTEN=UPSTREAM`, both host:port; can be repeated")
	f.StringVar(&o.ports, "ports", proxy.DefaultPorts, "where brokers are listened for: range:FIRST-LAST, offset:N, loopback or static:FILE")
	f.StringVar(&o.portsFile, "ports-file", "", "remember brokers and their ports in `FILE` (default: in the state directory)")
	f.StringVar(&o.advertise, "advertise", "", "tell clients this `HOST` instead of the address that is listened on")
	f.StringArrayVar(&o.dial, "dial", nil, "connect to REACHABLE where the cluster says ADVERTISED: `ADVERTISED=REACHABLE`; can be repeated")
	f.StringArrayVar(&o.external, "external", nil, "tell clients ADVERTISED for a broker that somebody else relays: `REAL=ADVERTISED`; can be repeated")
	f.BoolVar(&o.internal, "rewrite-internal", false, "rewrite what brokers ask about each other, too (GET_BROKER_MEMBER_GROUP)")
	f.BoolVar(&o.storeHost, "rewrite-store-host", false, "rewrite brokers' addresses in messages and offset message ids, too, so that look-ups by id come here; applications then see other ids")
	f.BoolVar(&o.strict, "strict", false, "refuse answers that would lead past the proxy, where they are rewritten; the exit code is 3 if there were any")
}

// rewrites tells whether anything is asked for that only rewriting does.
func (o *modeOptions) rewrites() bool {
	return o.nsaddr != "" || o.advertise != "" || len(o.external) > 0 || o.internal || o.storeHost
}

// listenAddress reads an address to listen on: an IP address, never none, so that nobody listens to the world unawares.
func listenAddress(flag, text string) (netip.AddrPort, error) {
	host, port, err := net.SplitHostPort(text)
	if err == nil && host == "localhost" {
		host = "127.0.0.1"
	}
	if err == nil && host == "" {
		return netip.AddrPort{}, usagef("%s %s listens on every interface: write 127.0.0.1:%s, or 0.0.0.0:%s if that is meant", flag, text, port, port)
	}
	at, err := netip.ParseAddrPort(net.JoinHostPort(host, port))
	if err != nil {
		return at, usagef("%s takes IP:PORT, not %q", flag, text)
	}
	return at, nil
}

// checkServer tells what is wrong with the address of a server.
func checkServer(address string) error {
	host, port, err := net.SplitHostPort(address)
	if err != nil || host == "" {
		return fmt.Errorf("%q is no host:port", address)
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		return fmt.Errorf("%q: a port is a number from 1 to 65535", address)
	}
	return nil
}

// pairs reads FROM=TO flags.
func pairs(flag string, list []string) (map[string]string, error) {
	m := map[string]string{}
	for _, text := range list {
		from, to, ok := strings.Cut(text, "=")
		if !ok || from == "" || to == "" {
			return nil, usagef("%s takes %s, not %q", flag, "HOST:PORT=HOST:PORT", text)
		}
		for _, address := range []string{from, to} {
			if flag == "--map" && address == from { // that is listened on
				continue
			}
			if err := checkServer(address); err != nil {
				return nil, usagef("%s %s: %w", flag, text, err)
			}
		}
		if m[from] != "" {
			return nil, usagef("%s says twice what stands in for %s", flag, from)
		}
		m[from] = to
	}
	return m, nil
}

// stateFile is a file that the program keeps for itself.
func stateFile(name string) string {
	dir := os.Getenv("XDG_STATE_HOME")
	if dir == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return ""
		}
		dir = filepath.Join(home, ".local", "state")
	}
	return filepath.Join(dir, "mqsniff", name)
}

// dialer connects to what stands behind a target: one of several name servers, or an address that is reached elsewhere.
func (o *modeOptions) dialer(reachable map[string]string) func(context.Context, string) (net.Conn, error) {
	dial := func(ctx context.Context, address string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "tcp", address)
	}
	if o.setup {
		dial = firewall.MarkedDial(redirectMark)
	}
	reachable = withVIP(reachable)
	return func(ctx context.Context, target string) (net.Conn, error) {
		var errs []error
		list := strings.Split(target, ";")
		for i, address := range list {
			if to, ok := reachable[address]; ok {
				address = to
			}
			c, err := dialShare(ctx, dial, address, len(list)-i)
			if err == nil {
				return c, nil
			}
			errs = append(errs, err)
		}
		return nil, errors.Join(errs...)
	}
}

// withVIP adds what stands in for the brokers' VIP ports, port - 2 on both sides (MixAll.brokerVIPChannel), where nothing else does.
func withVIP(reachable map[string]string) map[string]string {
	all := maps.Clone(reachable)
	for from, to := range reachable {
		vip, ok1 := vipOf(from)
		at, ok2 := vipOf(to)
		if _, given := reachable[vip]; ok1 && ok2 && !given {
			all[vip] = at
		}
	}
	return all
}

func vipOf(address string) (string, bool) {
	host, text, err := net.SplitHostPort(address)
	port, err2 := strconv.Atoi(text)
	return net.JoinHostPort(host, strconv.Itoa(port-2)), err == nil && err2 == nil && port > 2
}

// dialShare connects with a part of the time that is left, so that one of several servers that does not answer leaves time for
// the others.
func dialShare(ctx context.Context, dial func(context.Context, string) (net.Conn, error), address string, parts int) (net.Conn, error) {
	if end, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Until(end)/time.Duration(parts))
		defer cancel()
	}
	return dial(ctx, address)
}

// listeners opens what the flags ask for. leaks gets what could lead clients past the proxy.
func (o *modeOptions) listeners(p *proxy.Proxy, leaks *proxy.Leaks) (*proxy.Addresses, error) {
	var addresses *proxy.Addresses
	if len(o.nameServers) > 0 {
		at, err := listenAddress("--listen", o.listen)
		if err != nil {
			return nil, err
		}
		ports, err := proxy.ParsePorts(o.ports)
		if err != nil {
			return nil, usagef("--ports: %w", err)
		}
		target := strings.Join(o.nameServers, ";")
		file := o.portsFile
		if file == "" && at.Port() != 0 { // who takes any port is found anew each time
			file = stateFile("ports-" + strings.ReplaceAll(at.String(), ":", "_") + ".json")
		}
		if file != "" && !o.forgetful && !strings.HasPrefix(o.ports, "static:") { // that has a file of its own
			if err := ports.Remember(file, target); err != nil {
				return nil, err
			}
		}
		external, err := pairs("--external", o.external)
		if err != nil {
			return nil, err
		}
		addresses, err = proxy.NewAddresses(proxy.AddressOptions{
			Listen: at.Addr(), Advertise: o.advertise, Ports: ports, External: external, Internal: o.internal,
			StoreHost: o.storeHost, Strict: o.strict, Leaks: leaks,
		})
		if err != nil {
			return nil, usageError{err}
		}
		addresses.SetProxy(p)
		if _, err := p.Listen(at.String(), proxy.ListenOptions{Mode: "name server", Target: target, Rewriter: addresses}); err != nil {
			return nil, fmt.Errorf("--listen: %w", err)
		}
		addresses.Reopen()
	}
	if o.socks != "" {
		at, err := listenAddress("--socks", o.socks)
		if err != nil {
			return nil, err
		}
		names := &proxy.Names{}
		if _, err := p.Listen(at.String(), proxy.ListenOptions{Mode: "socks", Resolve: (&proxy.Socks{Names: names}).Resolve, Rewriter: names}); err != nil {
			return nil, fmt.Errorf("--socks: %w", err)
		}
	}
	if o.redirect != "" {
		at, err := listenAddress("--redirect", o.redirect)
		if err != nil {
			return nil, err
		}
		if _, err := p.Listen(at.String(), proxy.ListenOptions{Mode: "redirect", Resolve: proxy.Redirect}); err != nil {
			return nil, fmt.Errorf("--redirect: %w", err)
		}
	}
	for _, text := range o.maps { // one by one: 127.0.0.1:0 may come often
		m, err := pairs("--map", []string{text})
		if err != nil {
			return nil, err
		}
		for listen, upstream := range m {
			at, err := listenAddress("--map", listen)
			if err != nil {
				return nil, err
			}
			if _, err := p.Listen(at.String(), proxy.ListenOptions{Mode: "map", Target: upstream}); err != nil {
				return nil, fmt.Errorf("--map: %w", err)
			}
		}
	}
	return addresses, nil
}

// describe names the listeners in one line.
func describe(listeners []*proxy.Listener) string {
	var parts []string
	for _, l := range listeners {
		part := l.Mode + " " + l.Address.String()
		if l.Target != "" {
			part += " to " + l.Target
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ", ")
}

// hints say, while nothing was relayed yet, how clients come here.
func (o *modeOptions) hints(listeners []*proxy.Listener) (hints []string) {
	for _, l := range listeners {
		switch l.Mode {
		case "name server":
			address := l.Address.String()
			if o.advertise != "" {
				address = net.JoinHostPort(o.advertise, strconv.Itoa(int(l.Address.Port())))
			}
			hints = append(hints, "point clients here: namesrvAddr="+address)
		case "socks":
			hints = append(hints, "point Java clients here:", `-Dcom.rocketmq.socks.proxy.config='{"0.0.0.0/0":{"addr":"`+l.Address.String()+`"}}'`) // 80 columns
		case "redirect":
			hints = append(hints, "connections come here that the firewall redirects to "+l.Address.String())
		case "map":
			hints = append(hints, "connect to "+l.Address.String()+" instead of "+l.Target)
		}
	}
	const most = 5
	return append(hints[:min(len(hints), most)], "clients that are running keep the addresses they have: start them anew")
}
