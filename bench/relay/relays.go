package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"

	"github.com/mqsniff/mqsniff/export"
	"github.com/mqsniff/mqsniff/proxy"
	"github.com/mqsniff/mqsniff/session"
)

// final is what a relay of this program says when it ends.
type final struct {
	Relayed, Skipped uint64 // bytes; Skipped were relayed, but found no room on the way to the observer
	Frames           uint64 // that the observer saw
}

// relay is a process between client and server, until standard input ends.
func relay(kind, to string) error {
	switch kind {
	case "splice", "copy":
		return plain(kind, to)
	case "off", "bare", "tap", "rewrite", "stuck":
		return engine(kind, to)
	}
	return fmt.Errorf("no relay %q", kind)
}

// plain relays without the engine: with io.Copy, which lets the kernel carry the bytes, or with read and write.
func plain(kind, to string) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(l.Addr())
	carry := func(dst, src net.Conn) {
		io.Copy(dst, src)
		dst.(*net.TCPConn).CloseWrite()
	}
	if kind == "copy" {
		carry = func(dst, src net.Conn) {
			loop(dst, src)
			dst.(*net.TCPConn).CloseWrite()
		}
	}
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer client.Close()
				server, err := net.Dial("tcp", to)
				if err != nil {
					return
				}
				defer server.Close()
				go carry(client, server)
				carry(server, client)
			}()
		}
	}()
	untilStopped()
	return nil
}

func loop(dst, src net.Conn) {
	b := make([]byte, 64<<10)
	for {
		n, err := src.Read(b)
		if err != nil {
			return
		}
		if _, err := dst.Write(b[:n]); err != nil {
			return
		}
	}
}

// engine relays as `mqsniff proxy -o none --metrics` does.
func engine(kind, to string) error {
	w := &watching{conns: map[*proxy.Conn]*session.Conn{}}
	metrics := export.NewMetrics(export.MetricsOptions{Version: "bench"})
	w.session = session.New(session.Options{}, func(ev *session.Event, v *session.View) {
		switch ev.Kind {
		case session.Request, session.Oneway, session.Response:
			w.frames++
		}
		metrics.Handle(ev, v)
	})
	o := proxy.Options{Observer: w, MaxConns: 1 << 20}
	switch kind {
	case "off":
		o.Observer = nil
	case "bare":
		o.Observer = counting{}
	case "stuck":
		o.Observer = stuck{}
	}
	if o.Observer != nil {
		defer proxy.MakeRoom()()
	}
	p := proxy.New(o)
	listen := proxy.ListenOptions{Mode: "map", Target: to}
	if kind == "rewrite" {
		ports, err := proxy.ParsePorts(proxy.DefaultPorts)
		if err != nil {
			return err
		}
		a, err := proxy.NewAddresses(proxy.AddressOptions{Listen: netip.MustParseAddr("127.0.0.1"), Ports: ports})
		if err != nil {
			return err
		}
		a.SetProxy(p)
		listen.Rewriter = a
	}
	l, err := p.Listen("127.0.0.1:0", listen)
	if err != nil {
		return err
	}
	fmt.Println(l.Address)
	untilStopped()
	s := p.Stats()
	f := final{Relayed: s.Relayed[0] + s.Relayed[1], Skipped: s.Skipped[0] + s.Skipped[1]}
	if kind != "stuck" {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		p.Shutdown(ctx)
	}
	f.Frames = w.frames
	return json.NewEncoder(os.Stdout).Encode(f)
}

// untilStopped returns when whoever started this process closes its standard input, or is gone.
func untilStopped() { io.Copy(io.Discard, os.Stdin) }

// watching is the Observer of cmd/mqsniff without a recording.
type watching struct {
	session *session.Session
	conns   map[*proxy.Conn]*session.Conn
	frames  uint64
}

func (w *watching) Open(c *proxy.Conn, t int64) {
	w.conns[c] = w.session.OpenRelayed(t, c.Endpoints(), "map")
}

func (w *watching) Bytes(c *proxy.Conn, r proxy.Relayed) {
	seen := r.Read
	if r.Dir == session.ServerToClient {
		seen = r.Written
	}
	w.conns[c].Bytes(r.Dir, session.Chunk{Bytes: seen, Time: r.Time, Offset: -1, Added: uint32(r.Added)})
}

func (w *watching) Skipped(c *proxy.Conn, dir session.Direction, t, n int64) {
	w.conns[c].Gap(dir, t, n)
}

func (w *watching) Notice(*proxy.Conn, int64, string) {}

func (w *watching) Close(c *proxy.Conn, dir session.Direction, t int64, why session.CloseReason) {
	w.conns[c].Close(dir, t, why)
	delete(w.conns, c)
}

func (w *watching) Idle() {}

// counting is an Observer that decodes nothing: what the tap alone costs.
type counting struct{}

func (counting) Open(*proxy.Conn, int64)                                          {}
func (counting) Bytes(*proxy.Conn, proxy.Relayed)                                 {}
func (counting) Skipped(*proxy.Conn, session.Direction, int64, int64)             {}
func (counting) Notice(*proxy.Conn, int64, string)                                {}
func (counting) Close(*proxy.Conn, session.Direction, int64, session.CloseReason) {}
func (counting) Idle()                                                            {}

// stuck is an Observer that hangs in its first call.
type stuck struct{}

func (stuck) Open(*proxy.Conn, int64)                                          { select {} }
func (stuck) Bytes(*proxy.Conn, proxy.Relayed)                                 {}
func (stuck) Skipped(*proxy.Conn, session.Direction, int64, int64)             {}
func (stuck) Notice(*proxy.Conn, int64, string)                                {}
func (stuck) Close(*proxy.Conn, session.Direction, int64, session.CloseReason) {}
func (stuck) Idle()                                                            {}
