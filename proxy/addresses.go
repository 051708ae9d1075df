package proxy

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/mqsniff/mqsniff/decode"
)

// AddressOptions say what brokers' addresses are replaced by.
type AddressOptions struct {
	// Listen is the IP address that brokers' listeners are bound to.
	Listen netip.Addr
	// Advertise is the host that clients are told; best an IP address, as clients compare it with that of their
	// connections (MQClientInstance). "": Listen, which must be no wildcard then.
	Advertise string
	// Ports chooses the ports.
	Ports Ports
	// External are addresses that somebody else listens for: real address to advertised one.
	External map[string]string
	// Internal rewrites what brokers tell each other (901), too.
	Internal bool
	// StoreHost rewrites brokers' addresses in messages, and the ids that are made of these, too: who looks a message up by
	// its offset message id then comes to a listener. Applications see other ids than brokers do. It needs an IP address for
	// Advertise.
	StoreHost bool
	// Strict answers with SYSTEM_ERROR instead of letting an address through that leads past the proxy.
	Strict bool
	Leaks  *Leaks // nil: they are counted
}

// Addresses is the Rewriter that keeps clients at the proxy: in route and cluster answers it replaces the brokers'
// addresses by those of listeners, which it opens before the answer goes on, one at the port and one at the port - 2 for the
// VIP channel (MixAll.brokerVIPChannel).
type Addresses struct {
	proxy   *Proxy
	options AddressOptions

	mu      sync.Mutex
	brokers map[string]*broker
	hosts   map[netip.AddrPort]netip.AddrPort // of brokers: real address to advertised one, where both are IP addresses
	full    time.Time                         // when no port of the range was free last,
	fullErr error                             // and why
}

// broker is the pair of listeners of one address.
type broker struct {
	advertised string
	main, vip  *Listener // vip is nil where its port was taken
	named      time.Time // when an answer named it last
}

// Bounds: brokers that are listened for at a time, and when a broker that nobody names is forgotten.
const (
	maxBrokers = 4096
	forgotten  = 10 * time.Minute
	fullFor    = time.Second // no port of the range is looked for so long after none was free
)

// NewAddresses returns Addresses that use the listeners of the proxy that SetProxy gives.
func NewAddresses(o AddressOptions) (*Addresses, error) {
	if o.Advertise == "" {
		if o.Listen.IsUnspecified() {
			return nil, fmt.Errorf("listening on %s needs --advertise HOST: the address of this machine that clients shall be told", o.Listen)
		}
		o.Advertise = o.Listen.String()
	}
	ip, err := netip.ParseAddr(o.Advertise)
	if err == nil && ip.IsUnspecified() {
		return nil, fmt.Errorf("--advertise %s: no client can connect to that; name an address of this machine", o.Advertise)
	}
	if err != nil && o.StoreHost {
		return nil, fmt.Errorf("--rewrite-store-host with --advertise %s: messages have no room for a name; advertise an IP address", o.Advertise)
	}
	if err := checkHost(o.Advertise); err != nil {
		return nil, fmt.Errorf("--advertise %w: name an address of this machine, without a port", err)
	}
	for real, advertised := range o.External {
		if err := checkAdvertised(advertised); err != nil {
			return nil, fmt.Errorf("--external %s=%s: %w", real, advertised, err)
		}
	}
	if o.Leaks == nil {
		o.Leaks = NewLeaks(nil)
	}
	a := &Addresses{options: o, brokers: map[string]*broker{}, hosts: map[netip.AddrPort]netip.AddrPort{}}
	for real, advertised := range o.External {
		a.meet(real, advertised)
	}
	return a, nil
}

// SetProxy says whose listeners are used. It comes before the first connection.
func (a *Addresses) SetProxy(p *Proxy) { a.proxy = p }

// Advertised is what clients are told instead of a port of ours.
func (a *Addresses) Advertised(port uint16) string {
	return net.JoinHostPort(a.options.Advertise, strconv.Itoa(int(port)))
}

// Wants is part of Rewriter.
func (a *Addresses) Wants(code int32) bool {
	return NamesAddresses(code) || code == codeMemberGroup && a.options.Internal || a.options.StoreHost && hasHosts(code)
}

// Unread is part of Rewriter.
func (a *Addresses) Unread(_ *Conn, what string) {
	a.options.Leaks.Add("addresses may have gone by unseen: " + what)
}

// Rewrite is part of Rewriter.
func (a *Addresses) Rewrite(c *Conn, code int32, answer *decode.Command, f decode.Frame) []byte {
	if hasHosts(code) {
		return a.rewriteHosts(c, code, answer, f)
	}
	if answer.Code != 0 || len(f.Body) == 0 {
		return nil
	}
	var tree decode.Tree
	found, err := places(&tree, code, f.Body)
	if err != nil {
		leak := fmt.Sprintf("the answer to %s could not be read: %v", decode.OperationName(code), err)
		a.options.Leaks.Add(leak)
		return a.refusal(answer, f, leak)
	}
	leak := ""
	body := splice(f.Body, found, func(real string) (string, bool) {
		advertised, err := a.advertised(real)
		if err != nil {
			leak = fmt.Sprintf("clients were told the address %s: %v", real, err)
			a.options.Leaks.Add(leak)
		}
		return advertised, err == nil
	})
	a.remember()
	if leak != "" && a.options.Strict {
		return a.refusal(answer, f, leak)
	}
	return WithBody(f, body)
}

// refusal is what stands in for an answer that leads past the proxy; nil where it may go on as it is.
func (a *Addresses) refusal(answer *decode.Command, f decode.Frame, leak string) []byte {
	if !a.options.Strict {
		return nil
	}
	remark := "mqsniff --strict: " + leak
	spec := decode.SpecOf(answer)
	spec.Code, spec.Remark, spec.Ext = 1, &remark, nil // SYSTEM_ERROR
	b, err := decode.EncodeCommand(nil, f.Serialization, &spec, nil)
	if err != nil {
		return nil
	}
	return b
}

// Reopen listens for the brokers that are known from before: clients that kept their addresses while the proxy was away find
// them at once, not only when an answer names them again. What cannot be listened on now is told then.
func (a *Addresses) Reopen() {
	for _, real := range a.options.Ports.known() {
		a.advertised(real)
	}
	a.remember()
}

// remember writes the file of ports, if one changed.
func (a *Addresses) remember() {
	if err := a.options.Ports.save(); err != nil {
		a.proxy.Notice("brokers may have other ports when the proxy is started again: " + err.Error())
	}
}

// advertised returns what stands in for a broker's address, and sees to it that somebody listens there.
func (a *Addresses) advertised(real string) (string, error) {
	if external, ok := a.options.External[real]; ok {
		return external, nil
	}
	host, portText, err := net.SplitHostPort(real)
	if err != nil {
		return "", err
	}
	port, err := strconv.ParseUint(portText, 10, 16)
	if err != nil || port == 0 || host == "" {
		return "", fmt.Errorf("%q is no host:port", real)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	now := time.Now()
	a.forget(now)
	b := a.brokers[real]
	if b == nil {
		if a.ours(real) {
			return real, nil // another proxy's, or our own: it was rewritten already
		}
		if len(a.brokers) >= maxBrokers {
			return "", fmt.Errorf("there are %d brokers already", maxBrokers)
		}
		if b, err = a.listen(real, host, uint16(port), now); err != nil {
			return "", err
		}
		a.brokers[real] = b
		a.meet(real, b.advertised)
	}
	b.named = now
	return b.advertised, nil
}

// ours tells whether an address is one that this proxy listens on.
func (a *Addresses) ours(address string) bool {
	for _, b := range a.brokers {
		if b.advertised == address {
			return true
		}
	}
	return false
}

// listen opens the listeners for a broker.
func (a *Addresses) listen(real, host string, port uint16, now time.Time) (_ *broker, err error) {
	ports := &a.options.Ports
	if ports.pairs() { // all brokers have the same ports to try
		if now.Sub(a.full) < fullFor {
			return nil, a.fullErr
		}
		defer func() {
			if err != nil {
				a.full, a.fullErr = now, err
			}
		}()
	}
	var last error
	for at, err := range ports.candidates(real, a.options.Listen) {
		if err != nil {
			return nil, err
		}
		main, err := a.proxy.Listen(at.String(), ListenOptions{Mode: "broker", Target: real, Rewriter: a})
		if err != nil && !ports.pairs() && a.yieldVIP(at) {
			main, err = a.proxy.Listen(at.String(), ListenOptions{Mode: "broker", Target: real, Rewriter: a})
		}
		if err != nil {
			last = err
			continue
		}
		b := &broker{main: main}
		b.advertised = a.Advertised(main.Address.Port())
		if at.Addr() != a.options.Listen && !at.Addr().IsUnspecified() { // an address of its own for each broker
			b.advertised = main.Address.String()
		}
		if port > 2 && at.Port() > 2 {
			vip := net.JoinHostPort(host, strconv.Itoa(int(port)-2))
			b.vip, err = a.proxy.Listen(netip.AddrPortFrom(at.Addr(), at.Port()-2).String(), ListenOptions{Mode: "broker VIP", Target: vip, Rewriter: a})
			if err != nil && ports.pairs() {
				main.Close()
				last = err
				continue
			}
		}
		ports.chosen(real, at)
		return b, nil
	}
	switch {
	case last == nil:
		return nil, errors.New("no port is left for it")
	case ports.pairs() && errors.Is(last, syscall.EADDRINUSE):
		return nil, fmt.Errorf("no port is left for it in %s: choose a longer range with --ports", *ports)
	}
	if errors.As(last, new(ownError)) && ports.strategy == "offset" {
		return nil, fmt.Errorf("no port for it: %w; brokers with the same port on several hosts need --ports range or loopback", last)
	}
	return nil, fmt.Errorf("no port for it: %w", last)
}

// yieldVIP closes the VIP listener that has an address, if one does: few clients use it, and a broker's own port cannot be
// another one. Its connections go on.
func (a *Addresses) yieldVIP(at netip.AddrPort) bool {
	for _, b := range a.brokers {
		if b.vip != nil && b.vip.Address == at {
			b.vip.Close()
			b.vip = nil
			return true
		}
	}
	return false
}

// forget closes the listeners of brokers that no answer has named for long and nobody is connected to.
func (a *Addresses) forget(now time.Time) {
	for real, b := range a.brokers {
		if now.Sub(b.named) < forgotten || b.main.Open() > 0 || b.vip != nil && b.vip.Open() > 0 {
			continue
		}
		b.main.Close()
		if b.vip != nil {
			b.vip.Close()
		}
		delete(a.brokers, real)
		a.full = time.Time{}
		a.options.Ports.forget(real)
		if host, err := netip.ParseAddrPort(real); err == nil {
			delete(a.hosts, host)
		}
	}
}
