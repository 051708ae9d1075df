package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"path"
	"strings"
	"time"

	"golang.org/x/net/netutil"

	"github.com/mqsniff/mqsniff/proxy"
)

// maxAskers is how many connections the server of the name server's address has at a time; more wait.
const maxAskers = 256

// tellNameServer serves the address of the proxy's first listener, as clients are told it, until ctx is done.
func (p *operation) tellNameServer(ctx context.Context, o *modeOptions, addresses *proxy.Addresses, r *proxyRun) error {
	at, err := listenAddress("--nsaddr", o.nsaddr)
	if err != nil {
		return err
	}
	nameServer := addresses.Advertised(r.proxy.Listeners()[0].Address.Port())
	address, err := serveNameServer(ctx, at.String(), nameServer)
	if err != nil {
		return err
	}
	r.terminal.say("clients are told the name server " + nameServer + " at http://" + address + "/rocketmq/nsaddr")
	p.lines = append(p.lines, readyLine{Mode: "nsaddr", Address: address, Target: nameServer})
	return nil
}

// serveNameServer tells clients that were given no name server, over HTTP, which one to take (TopAddressing, HttpResolver of the
// Go client): this proxy. It does so until ctx is done. The address that it listens on is returned: the port may have been 0.
func serveNameServer(ctx context.Context, at, nameServer string) (string, error) {
	l, err := net.Listen("tcp", at)
	if err != nil {
		return "", fmt.Errorf("--nsaddr: %w: name a free address of this machine, such as 127.0.0.1:8080", err)
	}
	server := &http.Server{
		Handler: nameServerHandler(nameServer), ReadHeaderTimeout: 5 * time.Second, WriteTimeout: 10 * time.Second, IdleTimeout: 10 * time.Second,
		MaxHeaderBytes: 16 << 10,
	}
	context.AfterFunc(ctx, func() { server.Close() })
	go server.Serve(netutil.LimitListener(l, maxAskers))
	return l.Addr().String(), nil
}

// nameServerHandler answers GET of /rocketmq/nsaddr, and of any other path that ends so: with the name of a unit behind it, and
// parameters (TopAddressing.fetchNSAddr). No line ends the answer, as some clients
// take all of it.
func nameServerHandler(nameServer string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		if name, _, _ := strings.Cut(path.Base(r.URL.Path), "-"); name != "nsaddr" {
			http.Error(w, "here is only /rocketmq/nsaddr", http.StatusNotFound)
			return
		}
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "this path takes GET", http.StatusMethodNotAllowed)
			return
		}
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		io.WriteString(w, nameServer)
	})
}
