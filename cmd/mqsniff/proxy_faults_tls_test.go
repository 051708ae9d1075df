//go:build linux

package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// selfSigned is a server's configuration with a certificate that nobody issued.
func selfSigned(t *testing.T) *tls.Config {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	check(t, err)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
}

// serveTLS plays a server that speaks TLS.
func serveTLS(t *testing.T, handle func(*tls.Conn)) string {
	config := selfSigned(t)
	return serve(t, func(c *net.TCPConn) {
		s := tls.Server(c, config)
		if s.Handshake() == nil {
			handle(s)
		}
		s.Close()
	})
}

// startTLS runs a proxy that ends clients' TLS, and begins it anew towards the server.
func startTLS(t *testing.T, server string, args ...string) *relayed {
	t.Helper()
	return startRelay(t, nil, append([]string{"--map", "127.0.0.1:0=" + server, "--tls", "terminate", "--upstream-insecure"}, args...)...)
}

// connectTLS is a client's connection. The handshake comes with the first byte.
func (p *relayed) connectTLS() *tls.Conn {
	p.t.Helper()
	c := tls.Client(p.connect(), &tls.Config{InsecureSkipVerify: true})
	p.t.Cleanup(func() { c.NetConn().Close() })
	return c
}

// saidOfTLS are the lines that are not about the authority.
func (p *relayed) saidOfTLS() []string {
	var lines []string
	for _, l := range p.said() {
		if !strings.Contains(l, "clients that verify certificates must trust ") {
			lines = append(lines, l)
		}
	}
	return lines
}

// TestProxyTLSCarries: a slow reader stops its server, and ends and resets are carried, whichever sides speak TLS.
func TestProxyTLSCarries(t *testing.T) {
	total := int64(32 << 20)
	if testing.Short() {
		total = 20 << 20
	}
	run := bytes.Repeat(command(statusOK, 1, 1, bytes.Repeat([]byte("a message "), 3000)), 20)
	looks := map[string][]string{"shown": {"-o", "summary"}, "no tap": {"--no-tap"}}
	if testing.Short() {
		delete(looks, "no tap")
	}
	for name, mode := range looks {
		t.Run("both in TLS, "+name, func(t *testing.T) {
			var p *relayed
			connect := func(server string) net.Conn {
				p = startTLS(t, server, mode...)
				return p.connectTLS()
			}
			slowReaderOf(t, total, run, serveTLS, connect)
			p.interrupt()
			if said := p.saidOfTLS(); len(said) > 0 {
				t.Errorf("%q", said)
			}
			var ends *relayed
			carriesEnds(t, serveTLS, func(server string) net.Conn {
				if ends == nil {
					ends = startTLS(t, server, mode...)
				}
				return ends.connectTLS()
			})
			ends.interrupt()
			if said := ends.saidOfTLS(); len(said) > 0 {
				t.Errorf("%q", said)
			}
		})
	}
	t.Run("server in the clear", func(t *testing.T) {
		var p *relayed
		carriesEnds(t, serve, func(server string) net.Conn {
			if p == nil {
				p = startTLS(t, server, "--headless", "--upstream-tls", "off")
			}
			return p.connectTLS()
		})
	})
	t.Run("client in the clear", func(t *testing.T) {
		var p *relayed
		carriesEnds(t, serveTLS, func(server string) net.Conn {
			if p == nil {
				p = startRelay(t, nil, "--map", "127.0.0.1:0="+server, "--headless", "--upstream-tls", "on", "--upstream-insecure")
			}
			return p.connect()
		})
	})
}

// TestProxyTLSServerFails: one line says what is wrong with the server and what to do, however often it is; clients are reset.
func TestProxyTLSServerFails(t *testing.T) {
	down, hole := nobody(t), blackHole(t)
	plain := serve(t, func(c *net.TCPConn) { // a broker without TLS takes the first bytes for a frame that is too long
		io.ReadFull(c, make([]byte, 4))
	})
	talking := serve(t, func(c *net.TCPConn) {
		io.WriteString(c, "HTTP/1.1 400 Bad Request\r\n\r\n")
		io.ReadAll(c)
	})
	silent := serve(t, func(c *net.TCPConn) { io.ReadAll(c) })
	cases := []struct{ name, server, want string }{
		{"down", down, " wanted " + down + ": connection refused"},
		{"black hole", hole, " wanted " + hole + ": i/o timeout: no answer within 300ms"},
		{"no TLS", plain, "TLS with the upstream: it hung up during the handshake: perhaps its tls.server.mode is disabled: --upstream-tls off"},
		{"other protocol", talking, "it does not speak TLS: --upstream-tls off"},
		{"silent", silent, "it did not finish the handshake in time; perhaps it does not speak TLS: --upstream-tls off"},
	}
	for _, mode := range modes() {
		args := []string{"--dial-timeout", "300ms", mode}
		for i, c := range cases[1:] {
			args = append(args, "--map", fmt.Sprintf("127.0.0.%d:0=%s", i+2, c.server))
		}
		p := startTLS(t, down, args...)
		failed := uint64(0)
		for _, c := range cases {
			before := len(p.saidOfTLS())
			address := p.listener(c.server)
			var clients sync.WaitGroup
			for range 3 {
				clients.Go(func() {
					conn, err := net.Dial("tcp", address)
					if err != nil { // reset already
						return
					}
					defer conn.Close()
					if tls.Client(conn, &tls.Config{InsecureSkipVerify: true}).Handshake() == nil {
						t.Errorf("%s: the handshake went well", c.name)
					}
				})
			}
			clients.Wait()
			failed += 3
			p.counted(failed)
			p.says(&p.errs, c.want+"\n")
			if said := p.saidOfTLS(); len(said) != before+1 || !strings.HasSuffix(said[before], c.want) {
				t.Errorf("%s: %q, want %s", c.name, said[before:], c.want)
			}
		}
		p.interrupt()
	}
}

// listener is the address that a target is relayed from.
func (p *relayed) listener(target string) string {
	p.t.Helper()
	var listeners []struct{ Address, Target string }
	p.ctl(&listeners, "listeners")
	for _, l := range listeners {
		if l.Target == target {
			return l.Address
		}
	}
	p.t.Fatalf("%s is not among %+v", target, listeners)
	return ""
}

// TestProxyTLSClientFails: the same for clients. Regression: each that did not finish its handshake had a line of its own, since that
// had its port.
func TestProxyTLSClientFails(t *testing.T) {
	server := serveTLS(t, func(c *tls.Conn) { io.ReadAll(c) })
	p := startTLS(t, server, "--dial-timeout", "400ms", "--headless")
	lines, failed := 0, uint64(0)
	for _, c := range []struct {
		name, send string
		lines      int
		want       string
	}{
		{"silent", "", 1, "TLS with the client: i/o timeout: it did not finish the handshake in time"},
		{"within the handshake", "\x16\x03\x01\x02\x00\x01", 0, "it did not finish the handshake in time"}, // the same line
		{"in the clear", string(command(codeRoute, 1, 0, nil)), 1, "it does not speak TLS: set tls.enable=true in the client, or --tls auto here for both kinds"},
		{"nothing but a FIN", "FIN", 1, "TLS with the client: it hung up during the handshake: unless it was a health check, give it "},
	} {
		var conns []*net.TCPConn
		for range 20 {
			conn := p.connect()
			if c.send == "FIN" {
				check(t, conn.CloseWrite())
			} else {
				_, err := conn.Write([]byte(c.send))
				check(t, err)
			}
			conns = append(conns, conn)
		}
		for _, conn := range conns {
			if _, err := io.ReadAll(conn); err != nil && !errors.Is(err, syscall.ECONNRESET) {
				t.Error(err)
			}
		}
		failed += 20
		p.counted(failed)
		p.says(&p.errs, c.want)
		lines += c.lines
		if said := p.saidOfTLS(); len(said) != lines || strings.Contains(said[lines-1], "->") {
			t.Errorf("%s: %d lines: %.400q", c.name, len(said), said)
		}
	}
	p.interrupt()
}

// TestProxyTLSLargeFrames: frames of 16 MiB, the most that RocketMQ takes, go both ways at a time, and are shown and recorded in the clear.
func TestProxyTLSLargeFrames(t *testing.T) {
	if testing.Short() {
		t.Skip("tens of megabytes through four ends of TLS")
	}
	large := bytes.Repeat([]byte("0123456789abcdef"), (16<<20-4096)/16)
	server := serveTLS(t, func(c *tls.Conn) {
		for {
			if _, err := readFrame(c); err != nil {
				return
			}
			if _, err := c.Write(command(statusOK, 1, 1, large)); err != nil {
				return
			}
		}
	})
	path := filepath.Join(t.TempDir(), "r.pcapng")
	p := startTLS(t, server, "-o", "json", "--record", path)
	c := p.connectTLS()
	for range 2 {
		if _, err := c.Write(command(codeSendV2, 1, 0, large)); err != nil {
			t.Fatal(err)
		}
		f, err := readFrame(c)
		if err != nil || !bytes.Equal(f.Body, large) {
			t.Fatalf("%d bytes, %v", len(f.Body), err)
		}
	}
	c.Close()
	waitFor(t, "it is over", func() bool { return p.stats().Open == 0 })
	p.interrupt()
	if said := p.saidOfTLS(); len(said) > 0 {
		t.Errorf("%q", said)
	}
	shown := linesOf(t, []byte(p.out.String()))
	out, errs, code := mqsniff(t, "read", "-o", "json", path)
	if code != 0 || errs != "" {
		t.Errorf("exit code %d, %s", code, errs)
	}
	for where, lines := range map[string][]line{"shown": shown, "recorded": linesOf(t, []byte(out))} {
		n := map[string]int{}
		for _, l := range lines {
			if n[l.Kind]++; (l.Kind == "request" || l.Kind == "response") && l.Len < int64(len(large)) {
				t.Errorf("%s: %+v", where, l)
			}
		}
		if n["request"] != 2 || n["response"] != 2 || n["gap"]+n["undecodable"]+n["garbage"] > 0 {
			t.Errorf("%s: %v", where, n)
		}
	}
}

// TestProxyTLSCrash: what was shown when the program was killed is in the file, in the clear.
func TestProxyTLSCrash(t *testing.T) {
	path := filepath.Join(t.TempDir(), "r.pcapng")
	server := serveTLS(t, func(c *tls.Conn) {
		for opaque := int32(0); ; opaque++ {
			if _, err := readFrame(c); err != nil {
				return
			}
			if _, err := c.Write(command(statusOK, opaque, 1, []byte("an answer in the clear"))); err != nil {
				return
			}
		}
	})
	p := startTLS(t, server, "-o", "json", "-f", `code == GET_ROUTEINFO_BY_TOPIC`, "--record", path)
	c := p.connectTLS()
	var stop atomic.Bool
	ended := make(chan bool)
	go func() {
		defer close(ended)
		for opaque := int32(0); !stop.Load(); opaque++ {
			code := int32(codeSendV2)
			if opaque%100 == 0 {
				code = codeRoute
			}
			if ask(c, code, opaque, []byte("a body in the clear")) != nil {
				return // killed
			}
		}
	}()
	marker := int64(0) // its line tells that everything before it was flushed
	waitFor(t, "some are shown", func() bool {
		for _, l := range strings.Split(p.out.String(), "\n") {
			var k line
			if json.Unmarshal([]byte(l), &k) == nil && k.Kind == "response" {
				marker = max(marker, k.Opaque)
			}
		}
		return marker >= 500
	})
	check(t, p.cmd.Process.Kill())
	<-p.ended
	stop.Store(true)
	<-ended
	requests, responses, _ := recorded(t, path)
	for opaque := range marker {
		if requests[opaque] != 1 || responses[opaque] != 1 {
			t.Errorf("opaque %d is there %d and %d times; %d was shown", opaque, requests[opaque], responses[opaque], marker)
			break
		}
	}
	out, _, _ := mqsniff(t, "read", "-o", "text", "--detail", path)
	if !strings.Contains(out, "GET_ROUTEINFO_BY_TOPIC") {
		t.Error("it is not readable")
	}
}

// TestProxyTLSBrokenOff: a server that dies within a TLS record: what it sent before arrives, however slowly it is read, and the end
// behind it. Regression: the client was reset, which threw away what it had not read.
func TestProxyTLSBrokenOff(t *testing.T) {
	answer := command(statusOK, 1, 1, bytes.Repeat([]byte("x"), 600_000))
	server := serveTLS(t, func(c *tls.Conn) {
		readFrame(c)
		c.Write(answer)
		c.NetConn().Write([]byte("\x17\x03\x03\x40\x00the beginning of a record"))
		c.NetConn().(*net.TCPConn).CloseWrite()
		io.Copy(io.Discard, c.NetConn())
	})
	for _, mode := range modes() {
		p := startTLS(t, server, mode)
		c := p.connectTLS()
		_, err := c.Write(command(codeRoute, 1, 0, nil))
		check(t, err)
		waitFor(t, "the answer is read", func() bool { return p.stats().Relayed.ServerToClient == uint64(len(answer)) })
		time.Sleep(50 * time.Millisecond) // for the end, which nothing counts
		if b, err := io.ReadAll(c); err != nil || !bytes.Equal(b, answer) {
			t.Errorf("%s: %d bytes of %d came, %v", mode, len(b), len(answer), err)
		}
		closeWrite(c)
		c.NetConn().Close()
		p.interrupt()
		if said := p.saidOfTLS(); len(said) > 0 {
			t.Errorf("%q", said)
		}
	}
}
