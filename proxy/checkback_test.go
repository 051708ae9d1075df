package proxy

import (
	"bytes"
	"io"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/mqsniff/mqsniff/decode"
)

// endTransaction is what a client answers a check with.
func endTransaction(t *testing.T, bname, text string) []byte {
	t.Helper()
	c := &decode.CommandSpec{Code: 37, Flag: 2}
	if bname != "" {
		c.Ext = []decode.ExtField{{Key: "bname", Value: bname}}
	}
	b, err := decode.EncodeCommand(nil, decode.JSON, c, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// toListener is a client's connection that leads to the SOCKS listener itself.
func toListener(t *testing.T, address string) *net.TCPConn {
	t.Helper()
	c := dial(t, address)
	c.Write([]byte{5, 1, 0})
	expect(t, c, []byte{5, 0})
	c.Write(connectTo(netip.MustParseAddrPort(address)))
	expect(t, c, socksDone)
	return c
}

// The Java client answers a transaction check at the address of the channel, which is the listener: the broker's name in
// the frame leads to the broker. Regression: 4.9.7 brokers do not say their names in checks, and the answers led nowhere.
func TestCheckBackThroughSocks(t *testing.T) {
	for _, name := range []string{"broker-a", ""} {
		_, names, address := socks(t, Options{})
		broker := echo(t, "")
		end := endTransaction(t, name, "")
		try := func() error {
			c := toListener(t, address)
			defer c.Close()
			c.Write(end)
			c.Write(end)
			_, err := io.ReadFull(c, make([]byte, 2*len(end)))
			return err
		}
		if err := try(); err == nil {
			t.Errorf("%q: the broker is not known yet", name)
		}
		body := `{"brokerDatas":[{"brokerAddrs":{0:"` + broker.String() + `"},"brokerName":"broker-a"}]}`
		raw := frame(t, 0, 1, 1, []byte(body))
		p, _ := decode.ReadPrefix(raw, decode.Limits{})
		names.Rewrite(nil, 105, nil, decode.Cut(raw, p))
		if err := try(); err != nil {
			t.Errorf("%q: %v", name, err)
		}
		names.learn("broker-b", "127.0.0.1:1")
		if err := try(); (err == nil) != (name != "") {
			t.Errorf("%q, two brokers: %v", name, err)
		}
	}
}

// Which broker TLS is for is not looked into: it is the only one, or none. Regression: it was refused as what is no frame.
func TestCheckBackInTLS(t *testing.T) {
	_, names, address := socks(t, Options{})
	broker := echo(t, "")
	hello := []byte("\x16\x03\x01\x02\x00\x01\x00 and so on")
	for _, c := range []struct {
		name, at string
		want     bool
	}{{"", "", false}, {"broker-a", broker.String(), true}, {"broker-b", "127.0.0.1:1", false}} {
		if c.name != "" {
			names.learn(c.name, c.at)
		}
		client := toListener(t, address)
		client.Write(hello)
		got := make([]byte, len(hello))
		if _, err := io.ReadFull(client, got); (err == nil) != c.want || c.want && !bytes.Equal(got, hello) {
			t.Errorf("%s: %q, %v", c.name, got, err)
		}
	}
}

// server returns the address of one that takes a connection, and what came on it until its end.
func server(t *testing.T) (netip.AddrPort, <-chan []byte) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	got := make(chan []byte, 8)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				b, _ := io.ReadAll(c)
				got <- b
			}()
		}
	}()
	return addrPort(l.Addr()), got
}

// Regression: the Java client has one connection to the listener for the checks of all brokers, and the first answer led all others
// to its broker.
func TestCheckBackToSeveralBrokers(t *testing.T) {
	w := &watcher{}
	p, names, address := socks(t, Options{Observer: w})
	a, gotA := server(t)
	b, gotB := server(t)
	names.learn("a", a.String())
	names.learn("b", b.String())
	names.learn("gone", "127.0.0.1:1")
	long := string(bytes.Repeat([]byte("long"), 20_000))
	var all, toA, toB []byte
	for i, to := range []string{"a", "b", "a", "gone", "b", "unknown", "", "b", "a"} {
		text := []string{"", "text", long}[i%3]
		f := endTransaction(t, to, text)
		all = append(all, f...)
		switch to {
		case "gone":
		case "b":
			toB = append(toB, f...)
		default: // for nobody that is known
			toA = append(toA, f...)
		}
	}
	all, toA = append(all, "no frame"...), append(toA, "no frame"...)
	c := toListener(t, address)
	c.Write(all)
	c.CloseWrite()
	for _, x := range []struct {
		name string
		got  <-chan []byte
		want []byte
	}{{"a", gotA, toA}, {"b", gotB, toB}} {
		select {
		case got := <-x.got:
			if !bytes.Equal(got, x.want) {
				t.Errorf("%s got %d bytes, want %d", x.name, len(got), len(x.want))
			}
		case <-time.After(20 * time.Second):
			t.Fatalf("%s saw no end", x.name)
		}
	}
	c.Close()
	drain(p)
	if n := p.Stats().Accepted; n != 3 && n != 4 { // also the one that could not be reached
		t.Errorf("%d connections", n)
	}
}
