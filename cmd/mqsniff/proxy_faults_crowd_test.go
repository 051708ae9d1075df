//go:build linux

package main

import (
	"bytes"
	"crypto/tls"
	"io"
	"net"
	"os"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestProxyManySlowReaders: thousands of clients that do not read cost --mem, and for each of them what was read at once and could not
// be written: 64 KiB, and as much again for the garbage collector, two small stacks and the rest. When they read, all is there.
func TestProxyManySlowReaders(t *testing.T) {
	if testing.Short() {
		t.Skip("thousands of connections")
	}
	if !namespace(t) {
		return
	}
	for _, of := range []string{"tcp_rmem", "tcp_wmem"} { // with the usual ones the kernel would take gigabytes before anybody waits
		if err := os.WriteFile("/proc/sys/net/ipv4/"+of, []byte("4096 16384 16384"), 0); err != nil {
			t.Skipf("sockets cannot be made small here: %v", err)
		}
	}
	var limit unix.Rlimit
	check(t, unix.Getrlimit(unix.RLIMIT_NOFILE, &limit))
	for _, c := range []struct {
		name    string
		args    []string
		clients int
		each    int // bytes of memory
	}{
		{"shown", []string{"-o", "summary"}, 2000, 160 << 10},
		{"rewriting", []string{"-o", "summary"}, 2000, 160 << 10},
		{"no tap", []string{"--no-tap"}, 2000, 32 << 10},
		{"TLS", []string{"-o", "summary", "--tls", "terminate", "--upstream-insecure"}, 300, 320 << 10},
	} {
		t.Run(c.name, func(t *testing.T) {
			if limit.Cur < uint64(2*c.clients+200) {
				t.Skipf("%d files may be open", limit.Cur)
			}
			const mem = 16 << 20
			answer := command(statusOK, 1, 1, bytes.Repeat([]byte("a message "), 16_000))
			handle := func(s net.Conn) {
				readFrame(s)
				s.Write(answer)
			}
			var server string
			if c.name == "TLS" {
				server = serveTLS(t, func(s *tls.Conn) { handle(s) })
			} else {
				server = serve(t, func(s *net.TCPConn) { handle(s) })
			}
			way := []string{"--map", "127.0.0.1:0=" + server}
			if c.name == "rewriting" {
				way = []string{"-n", server, "--listen", "127.0.0.1:0"}
			}
			p := startRelay(t, nil, append(append(way, c.args...), "--mem", "16MiB")...)
			before := p.peak()
			var clients []net.Conn
			for range c.clients {
				var conn net.Conn = p.connect()
				if c.name == "TLS" {
					conn = tls.Client(conn, &tls.Config{InsecureSkipVerify: true})
				}
				_, err := conn.Write(command(codeSendV2, 1, 0, nil))
				check(t, err)
				clients = append(clients, conn)
			}
			last := uint64(0)
			waitFor(t, "nothing goes through any more", func() bool {
				before := last
				time.Sleep(300 * time.Millisecond)
				last = p.stats().Relayed.ServerToClient
				return last > 0 && last == before
			})
			if all := uint64(c.clients * len(answer)); last == all {
				t.Errorf("all %d bytes were read from the servers", last)
			}
			s := p.stats()
			if s.Open != int64(c.clients) || s.Waiting > mem {
				t.Errorf("%+v", s)
			}
			held := p.peak() - before
			t.Logf("%d bytes for each client", held/c.clients)
			if held > mem+c.clients*c.each && !raceDetector {
				t.Errorf("%d clients took %d bytes of memory, %d each", c.clients, held, held/c.clients)
			}
			var group sync.WaitGroup
			for i := range 20 {
				group.Go(func() {
					for j := i; j < len(clients); j += 20 {
						if b, err := io.ReadAll(clients[j]); err != nil || !bytes.Equal(b, answer) {
							t.Errorf("client %d got %d bytes of %d, %v", j, len(b), len(answer), err)
							return
						}
						clients[j].Close()
					}
				})
			}
			group.Wait()
			waitFor(t, "all are gone", func() bool { return p.stats().Open == 0 })
			p.terminate()
		})
	}
}
