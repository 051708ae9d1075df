package main

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"

	"github.com/mqsniff/mqsniff/proxy"
	"github.com/mqsniff/mqsniff/proxy/firewall"
	"github.com/mqsniff/mqsniff/session"
)

// errLeaks is a finding of --strict.
var errLeaks = findingsError{errors.New(`there were ways past the proxy for clients, as the lines with "leak" say`)}

// ways are those that clients come by where nothing is rewritten.
type ways struct {
	listeners  []netip.AddrPort  // of --map
	redirected []firewall.Target // of --redirect-to; nil: nothing is redirected
}

// ways returns those of these flags; nil where addresses are rewritten, or clients take a SOCKS server for all of them.
func (o *modeOptions) ways(p *proxy.Proxy) (w *ways, err error) {
	if len(o.nameServers) > 0 || o.socks != "" {
		return nil, nil
	}
	w = &ways{}
	for _, l := range p.Listeners() {
		if l.Mode == "map" {
			w.listeners = append(w.listeners, l.Address)
		}
	}
	if o.redirect != "" {
		w.redirected, err = o.redirected()
	}
	return w, err
}

// lead tells whether connections to an address come to the proxy, as far as can be known: a name may be that of the proxy's machine, and
// a listener on all addresses may be reached by one that is not this machine's.
func (w *ways) lead(address string) bool {
	host, text, err := net.SplitHostPort(address)
	port, err2 := strconv.ParseUint(text, 10, 16)
	if err != nil || err2 != nil {
		return false
	}
	ip, err := netip.ParseAddr(host)
	named := err != nil
	for _, at := range w.listeners {
		if at.Port() == uint16(port) && (named || at.Addr().IsUnspecified() || at.Addr() == ip.Unmap()) {
			return true
		}
	}
	for _, t := range w.redirected {
		if t.Port == uint16(port) && (named || !t.Prefix.IsValid() || t.Prefix.Contains(ip.Unmap())) {
			return true
		}
	}
	return false
}

// handle is a session.Handler: it looks at the addresses that clients are told.
func (w *ways) handle(leaks *proxy.Leaks) session.Handler {
	remedy := "-n instead of --map for the name server rewrites it, another --map can stand in for it"
	if len(w.redirected) > 0 {
		remedy = "name its port with --redirect-to"
	}
	return func(ev *session.Event, v *session.View) {
		if ev.Kind != session.Response || !proxy.NamesAddresses(ev.Code) || ev.Status != 0 || ev.BodyLen() == 0 {
			return
		}
		addresses, _ := proxy.AddressesIn(ev.Code, v.Frame.Body) // one that cannot be read leads nowhere
		for _, address := range addresses {
			if !w.lead(address) {
				leaks.Add(fmt.Sprintf("clients were told the address %s, which does not lead here: %s", address, remedy))
			}
		}
	}
}
