//go:build linux

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

// TestProxyEndsWithinAFrame: a side that ends, or breaks off, within a frame does so on the other side, too, behind what came until
// then. What is shown says how much of a frame there was, and who did what; the recording says the same.
func TestProxyEndsWithinAFrame(t *testing.T) {
	request := command(codeRoute, 7, 0, nil)
	answer := command(statusOK, 7, 1, []byte(`{"brokerDatas":[{"brokerAddrs":{"0":"127.0.0.1:10911"},"brokerName":"a"}],"queueDatas":[]}`))
	for mode, args := range map[string][]string{"tap": {"--map"}, "rewriting": {"-n"}, "no tap": {"--map", "--no-tap"}, "rewriting, no tap": {"-n", "--no-tap"}} {
		for name, c := range map[string]struct{ client, reset bool }{
			"client FIN": {client: true}, "client RST": {client: true, reset: true}, "server FIN": {}, "server RST": {reset: true},
		} {
			t.Run(mode+", "+name, func(t *testing.T) {
				cut := func(b []byte) []byte { return b[:len(b)-20] }
				first, second := request, cut(answer)
				if c.client {
					first, second = cut(request), nil
				}
				arrived := make(chan bool) // the first at the server, or the second at the client
				ended := make(chan error, 1)
				server := serve(t, func(s *net.TCPConn) {
					b := make([]byte, len(first))
					_, err := io.ReadFull(s, b)
					check(t, err)
					if !bytes.Equal(b, first) {
						t.Error("the server got other bytes")
					}
					if c.client {
						arrived <- true
						ended <- lastOf(t, s)
						return
					}
					_, err = s.Write(second)
					check(t, err)
					if args[0] == "--map" { // an answer that is to be rewritten comes when it is whole, or with the end
						<-arrived
					}
					endIt(s, c.reset)
				})
				path := filepath.Join(t.TempDir(), "r.pcapng")
				flags := []string{"--no-tap"}
				if len(args) == 1 {
					flags = []string{"-o", "json", "--record", path}
				}
				if args[0] == "--map" {
					flags = append(flags, "--map", "127.0.0.1:0="+server)
				} else {
					flags = append(flags, "-n", server, "--listen", "127.0.0.1:0")
				}
				p := startRelay(t, nil, flags...)
				client := p.connect()
				_, err := client.Write(first)
				check(t, err)
				var why error
				if c.client {
					<-arrived
					endIt(client, c.reset)
					why = <-ended
				} else {
					b := make([]byte, len(second))
					_, err := io.ReadFull(client, b)
					check(t, err)
					if !bytes.Equal(b, second) {
						t.Error("the client got other bytes")
					}
					if args[0] == "--map" {
						arrived <- true
					}
					why = lastOf(t, client)
				}
				if reset := errors.Is(why, syscall.ECONNRESET); reset != c.reset || why != nil && !reset {
					t.Errorf("the other side saw %v", why)
				}
				client.Close()
				waitFor(t, "it is over", func() bool { return p.stats().Open == 0 })
				if s := p.stats(); s.Relayed.ClientToServer != uint64(len(first)) || s.Relayed.ServerToClient != uint64(len(second)) {
					t.Errorf("%+v, want %d and %d bytes", s.Relayed, len(first), len(second))
				}
				p.interrupt()
				if said := p.said(); len(said) != 0 {
					t.Errorf("%q", said)
				}
				if len(args) == 2 {
					return
				}
				dir, n, note := "s2c", len(second), "fin" // that of the first FIN, or of the RST
				if c.client {
					dir, n = "c2s", len(first)
				}
				if c.reset {
					note = "rst"
				}
				text, _, _ := mqsniff(t, "read", "-o", "text", path)
				recorded, errs, code := mqsniff(t, "read", "-o", "json", path)
				if code != 0 || errs != "" || !regexp.MustCompile(`\[close\] +`+note+`\n`).MatchString(text) {
					t.Errorf("exit code %d, %s\n%s", code, errs, text)
				}
				for _, lines := range []string{p.out.String(), recorded} {
					if bytes, closed := endOf(t, lines); bytes != n || closed != dir {
						t.Errorf("%d bytes that are in no whole frame, want %d; closed by %s, want %s\n%s", bytes, n, closed, dir, lines)
					}
				}
			})
		}
	}
}

// endIt ends one direction, or resets both.
func endIt(c *net.TCPConn, reset bool) {
	if reset {
		c.SetLinger(0)
		c.Close()
		return
	}
	c.CloseWrite()
	io.ReadAll(c)
}

// lastOf reads until the end, before which nothing may come, and closes.
func lastOf(t *testing.T, c net.Conn) error {
	t.Helper()
	defer c.Close()
	b, err := io.ReadAll(c)
	if len(b) > 0 {
		t.Errorf("%d bytes more", len(b))
	}
	return err
}

// endOf is what lines say of the bytes that are in no whole frame, and which direction closed the only connection.
func endOf(t *testing.T, lines string) (n int, closed string) {
	t.Helper()
	for d := json.NewDecoder(strings.NewReader(lines)); d.More(); {
		var l struct {
			Kind, Dir       string
			Len, Bytes, Cut int
		}
		check(t, d.Decode(&l))
		switch {
		case l.Kind == "close":
			closed = l.Dir
		case l.Kind == "undecodable", l.Kind == "garbage":
			n += l.Bytes
		case l.Cut > 0:
			n += l.Len - l.Cut
		}
	}
	return n, closed
}
