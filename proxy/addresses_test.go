package proxy

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/mqsniff/mqsniff/decode"
)

// Bodies as name servers write them: 4.x and old clients get numbers as keys without quotes, 5.x clients quoted ones.
const (
	route4   = `{"brokerDatas":[{"brokerAddrs":{0:"10.0.0.1:10911",1:"10.0.0.2:10911"},"brokerName":"broker-a","cluster":"c","enableActingMaster":false}],"filterServerTable":{"10.0.0.1:10911":["10.0.0.1:30000"]},"queueDatas":[{"brokerName":"10.0.0.1:10911","perm":6,"readQueueNums":4,"topicSysFlag":0,"writeQueueNums":4}]}`
	route5   = `{"brokerDatas":[{"brokerAddrs":{"0":"10.0.0.1:10911"},"brokerName":"broker-a","cluster":"c"},{"brokerAddrs":{"0":"[fd00::1]:10911"},"brokerName":"b"}],"filterServerTable":{},"queueDatas":[]}`
	spaced   = "{ 'brokerDatas' : [ {\n brokerAddrs : { 0 : '10.0.0.1:10911' } } ] }"
	cluster  = `{"brokerAddrTable":{"broker-a":{"brokerAddrs":{0:"10.0.0.1:10911",1:"10.0.0.2:10911"},"brokerName":"broker-a","cluster":"c"}},"clusterAddrTable":{"c":["broker-a"]}}`
	member   = `{"brokerMemberGroup":{"brokerAddrs":{0:"10.0.0.1:10911"},"brokerName":"broker-a","cluster":"c"}}`
	nothing  = `{"queueDatas":[]}`
	noBroker = `{"brokerDatas":[{"brokerAddrs":{},"brokerName":"x"}]}`
)

// Only the text between the quotes of an address changes; what stands beside it stays, byte by byte.
func TestPlaces(t *testing.T) {
	for _, c := range []struct {
		code int32
		body string
		want []string
	}{
		{105, route4, []string{"10.0.0.1:10911", "10.0.0.2:10911", "10.0.0.1:10911", "10.0.0.1:30000"}},
		{105, route5, []string{"10.0.0.1:10911", "[fd00::1]:10911"}},
		{105, spaced, []string{"10.0.0.1:10911"}},
		{106, cluster, []string{"10.0.0.1:10911", "10.0.0.2:10911"}},
		// Regression: mqadmin and the dashboard went past the proxy to the broker that an answer to 304 names, and nothing said so.
		{304, `{"brokerAddr":"10.0.0.1:10911","topicList":["brokerAddr","c"]}`, []string{"10.0.0.1:10911"}},
		{304, `{"brokerAddr":"","topicList":[]}`, nil}, {304, `{"topicList":["10.0.0.1:10911"]}`, nil},
		{105, `{"brokerDatas":[{"brokerAddrs":{0:" "}}]}`, nil},
		{901, member, []string{"10.0.0.1:10911"}},
		{105, nothing, nil}, {105, noBroker, nil}, {106, `{"brokerAddrTable":[1]}`, nil},
	} {
		var tree decode.Tree
		found, err := places(&tree, c.code, []byte(c.body))
		if err != nil || len(found) != len(c.want) {
			t.Errorf("%s: %v, %v", c.body, found, err)
			continue
		}
		marked := splice([]byte(c.body), found, func(address string) (string, bool) { return "<" + address + ">", true })
		for i, p := range found {
			if p.address != c.want[i] {
				t.Errorf("%s: %v", c.body, found)
			}
		}
		// Taking the marks away must give what was there.
		if back := regexp.MustCompile(`<([^>]*)>`).ReplaceAllString(string(marked), "$1"); back != c.body {
			t.Errorf("%s became %s", c.body, marked)
		}
		if bytes.Count(marked, []byte("<")) != len(c.want) {
			t.Errorf("%s became %s", c.body, marked)
		}
	}
	var tree decode.Tree
	for _, bad := range []string{"", "{", `{"brokerDatas":[{"brokerAddrs":{0:"x`, "\x00\x01", "[]", "7"} {
		if _, err := places(&tree, 105, []byte(bad)); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
}

func FuzzPlaces(f *testing.F) {
	for _, s := range []string{route4, route5, spaced, cluster, member, nothing} {
		f.Add(int32(105), []byte(s))
		f.Add(int32(106), []byte(s))
	}
	f.Fuzz(func(t *testing.T, code int32, body []byte) {
		var tree decode.Tree
		found, err := places(&tree, code, body)
		if err != nil {
			return
		}
		if same := splice(body, found, func(string) (string, bool) { return "", false }); !bytes.Equal(same, body) {
			t.Fatalf("%q became %q although nothing was replaced", body, same)
		}
	})
}

// world is a proxy with Addresses.
func world(t *testing.T, o AddressOptions, ports string) *Addresses {
	t.Helper()
	if !o.Listen.IsValid() {
		o.Listen = netip.MustParseAddr("127.0.0.1")
	}
	var err error
	if o.Ports, err = ParsePorts(ports); err != nil {
		t.Fatal(err)
	}
	a, err := NewAddresses(o)
	if err != nil {
		t.Fatal(err)
	}
	p := New(Options{})
	a.SetProxy(p)
	t.Cleanup(func() { drain(p) })
	return a
}

func rewrite(t *testing.T, a *Addresses, code int32, body string) string {
	t.Helper()
	raw := frame(t, 0, 1, 1, []byte(body))
	p, _ := decode.ReadPrefix(raw, decode.Limits{})
	f := decode.Cut(raw, p)
	var cmd decode.Command
	if err := cmd.Decode(f); err != nil {
		t.Fatal(err)
	}
	out := a.Rewrite(&Conn{}, code, &cmd, f)
	if out == nil {
		return body
	}
	if p, err := decode.ReadPrefix(out, decode.Limits{}); err != nil || p.Len != len(out) {
		t.Fatalf("the length of the new frame is wrong: %v, %v", p, err)
	}
	p, _ = decode.ReadPrefix(out, decode.Limits{})
	g := decode.Cut(out, p)
	if !bytes.Equal(g.Header, f.Header) {
		return "header: " + string(g.Header)
	}
	return string(g.Body)
}

var addressText = regexp.MustCompile(`127\.[0-9.]+:(\d+)`)

// Each broker has a pair of listeners before the answer goes on, masters, slaves and filter servers alike, and the same
// ones in every answer and after a restart.
func TestBrokersAreListenedFor(t *testing.T) {
	a := world(t, AddressOptions{}, "range:23000-23099")
	first := rewrite(t, a, 105, route4)
	if strings.Count(first, "10.0.0.1:10911") != 1 || !strings.Contains(first, `"brokerName":"10.0.0.1:10911"`) {
		t.Errorf("an address is left, or a name was taken for one: %s", first)
	}
	told := addressText.FindAllString(first, -1)
	if len(told) != 4 || told[0] != told[2] || told[0] == told[1] {
		t.Fatalf("%s", first)
	}
	for _, address := range told {
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Error(err)
			continue
		}
		c.Close()
	}
	targets := map[string]string{}
	for _, l := range a.proxy.Listeners() {
		targets[l.Target] = l.Address.String()
	}
	for _, want := range []string{"10.0.0.1:10911", "10.0.0.1:10909", "10.0.0.2:10911", "10.0.0.2:10909", "10.0.0.1:30000", "10.0.0.1:29998"} {
		if targets[want] == "" {
			t.Errorf("nobody listens for %s: %v", want, targets)
		}
	}
	if again := rewrite(t, a, 105, route4); again != first {
		t.Errorf("the second answer differs: clients would take it for a change\n%s\n%s", first, again)
	}
	if rewritten := rewrite(t, a, 105, first); rewritten != first {
		t.Errorf("what was rewritten is rewritten again: %s", rewritten)
	}
	drain(a.proxy)
	if restarted := rewrite(t, world(t, AddressOptions{}, "range:23000-23099"), 105, route4); restarted != first {
		t.Errorf("other ports after a restart\n%s\n%s", first, restarted)
	}
}

// A port that is taken is passed over, and with a file the choice holds although it is free again.
func TestPortsAreRemembered(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sub", "ports.json")
	one := func() string {
		ports, err := ParsePorts("range:23100-23115")
		if err != nil {
			t.Fatal(err)
		}
		if err := ports.Remember(path, "ns:9876"); err != nil {
			t.Fatal(err)
		}
		a, err := NewAddresses(AddressOptions{Listen: netip.MustParseAddr("127.0.0.1"), Ports: ports})
		if err != nil {
			t.Fatal(err)
		}
		p := New(Options{})
		a.SetProxy(p)
		defer drain(p)
		return rewrite(t, a, 105, spaced)
	}
	free := one()
	os.Remove(path)
	taken, err := net.Listen("tcp", addressText.FindString(free))
	if err != nil {
		t.Fatal(err)
	}
	other := one()
	taken.Close()
	if other == free || one() != other {
		t.Errorf("free %s, taken %s, then %s", free, other, one())
	}
	os.WriteFile(path, []byte("{"), 0o600)
	var ports Ports
	if err := ports.Remember(path, "ns:9876"); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("%v", err)
	}
}

// A proxy that is started again listens for the brokers behind the same name server before any answer names them.
// Regression: clients that kept their addresses were refused until they asked for a route again, up to 30 s.
func TestBrokersAreListenedForAtOnce(t *testing.T) {
	dir := t.TempDir()
	static := filepath.Join(dir, "static")
	if err := os.WriteFile(static, []byte("10.0.0.1:10911=127.0.0.1:23302\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, strategy := range []string{"range:23200-23299", "offset:12500", "loopback", "static:" + static} {
		path := filepath.Join(dir, strategy[:5]+".json")
		start := func(nameServer string) (*Addresses, func()) {
			ports, err := ParsePorts(strategy)
			if err != nil {
				t.Fatal(err)
			}
			if err := ports.Remember(path, nameServer); err != nil {
				t.Fatal(err)
			}
			a, err := NewAddresses(AddressOptions{Listen: netip.MustParseAddr("127.0.0.1"), Ports: ports})
			if err != nil {
				t.Fatal(err)
			}
			p := New(Options{Dial: func(context.Context, string) (net.Conn, error) { return nil, errors.New("down") }})
			a.SetProxy(p)
			a.Reopen()
			return a, func() { drain(p) }
		}
		count := func(nameServer string, want int) {
			t.Helper()
			a, stop := start(nameServer)
			defer stop()
			if n := len(a.proxy.Listeners()); n != want {
				t.Errorf("%s: %d listeners, want %d", strategy, n, want)
			}
		}
		always := 0
		if strings.HasPrefix(strategy, "static") {
			always = 2
		}
		count("ns:9876", always)
		a, stop := start("ns:9876")
		got := rewrite(t, a, 105, spaced)
		stop()
		if strings.Contains(got, "10.0.0.1") {
			t.Logf("%s: not here: %s", strategy, got)
			continue
		}
		count("ns:9876", 2)
		a, stop = start("ns:9876")
		c, err := net.Dial("tcp", addressText.FindString(got))
		if errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("%s: %v", strategy, err)
		} else if err == nil { // the broker is down, so it may be reset already
			c.Close()
		}
		for a.brokers["10.0.0.1:10911"].main.Open() > 0 {
			time.Sleep(time.Millisecond)
		}
		a.mu.Lock()
		a.forget(time.Now().Add(2 * forgotten))
		a.mu.Unlock()
		a.remember()
		stop()
		count("ns:9876", always)
		a, stop = start("ns:9876")
		rewrite(t, a, 105, spaced)
		stop()
		count("another:9876", always)
	}
}

func TestPortStrategies(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ports")
	os.WriteFile(file, []byte("# brokers\n10.0.0.1:10911 = 127.0.0.1:23201\n"), 0o600)
	for ports, want := range map[string]string{
		"offset:12222":    `127\.0\.0\.1:23133`,
		"static:" + file:  `127\.0\.0\.1:23201`,
		"range:2300-2303": `127\.0\.0\.1:230[23]`,
	} {
		a := world(t, AddressOptions{}, ports)
		if got := rewrite(t, a, 105, spaced); !regexp.MustCompile(want).MatchString(got) {
			t.Errorf("%s: %s", ports, got)
		}
	}
	for _, bad := range []string{"", "range", "range:1-2", "range:5-4", "range:1-70000", "offset:", "offset:0", "loopback:1", "static:/nowhere", "x:1"} {
		if _, err := ParsePorts(bad); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}

func TestLoopbackAddresses(t *testing.T) {
	a := world(t, AddressOptions{}, "loopback")
	got := rewrite(t, a, 105, spaced)
	if strings.Contains(got, "10.0.0.1") {
		t.Skip("no addresses beside 127.0.0.1 here")
	}
	if address := addressText.FindString(got); !strings.HasSuffix(address, ":10911") || strings.HasPrefix(address, "127.0.0.1:") {
		t.Error(got)
	}
}

// What leads past the proxy is said once, and with Strict it does not go on.
func TestLeaks(t *testing.T) {
	for _, strict := range []bool{false, true} {
		var leaks []string
		a := world(t, AddressOptions{Strict: strict, Leaks: NewLeaks(func(text string) { leaks = append(leaks, text) })}, "static:/dev/null")
		for range 2 {
			for _, body := range []string{spaced, `{"brokerDatas":`} {
				got := rewrite(t, a, 105, body)
				if !strict && got != body {
					t.Errorf("%s became %s", body, got)
				}
				if strict && !strings.Contains(got, `"code":1`) {
					t.Errorf("%s became %s", body, got)
				}
			}
		}
		if len(leaks) != 2 || !strings.Contains(leaks[0], "10.0.0.1:10911") || a.options.Leaks.Count() != 4 {
			t.Errorf("%q, %d", leaks, a.options.Leaks.Count())
		}
	}
}

func TestExternalAddressesNeedNoListener(t *testing.T) {
	a := world(t, AddressOptions{External: map[string]string{"10.0.0.1:10911": "gateway:1"}}, "static:/dev/null")
	if got := rewrite(t, a, 105, spaced); !strings.Contains(got, "'gateway:1'") || len(a.proxy.Listeners()) != 0 {
		t.Error(got)
	}
}

func TestAdvertise(t *testing.T) {
	for _, o := range []AddressOptions{{Listen: netip.IPv4Unspecified()}, {Listen: netip.MustParseAddr("127.0.0.1"), Advertise: "0.0.0.0"}} {
		if _, err := NewAddresses(o); err == nil {
			t.Errorf("%+v is taken", o)
		}
	}
	a := world(t, AddressOptions{Advertise: "proxy.example"}, "range:23300-23399")
	if got := rewrite(t, a, 105, spaced); !strings.Contains(got, "'proxy.example:23") {
		t.Error(got)
	}
}
