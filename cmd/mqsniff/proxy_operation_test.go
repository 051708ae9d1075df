package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mqsniff/mqsniff/control"
	"github.com/mqsniff/mqsniff/decode"
	"github.com/mqsniff/mqsniff/demo"
)

// running is a proxy command in front of a cluster.
type running struct {
	cluster   *demo.Cluster
	addresses map[string]string // by mode
	out       bytes.Buffer      // to be read behind end
	end       func()
}

func startProxy(t *testing.T, args ...string) *running {
	t.Helper()
	dir := filepath.Dir(runtimeDir(t))
	t.Setenv("XDG_STATE_HOME", dir)
	cluster, err := demo.NewCluster(demo.ClusterOptions{})
	check(t, err)
	t.Cleanup(func() { cluster.Close() })
	r := &running{cluster: cluster, addresses: map[string]string{}}
	ready := filepath.Join(dir, "ready")
	cmd := newProxy(&terminal{in: strings.NewReader(""), out: &r.out, errs: io.Discard})
	cmd.SetArgs(append([]string{"-n", cluster.NameServer(), "--listen", "127.0.0.1:0", "--ready-file", ready, "--headless"}, args...))
	cmd.SilenceUsage, cmd.SilenceErrors = true, true
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- cmd.ExecuteContext(ctx) }()
	r.end = func() {
		cancel()
		if err := <-ended; err != nil && err != errEnded {
			t.Error(err)
		}
		ended <- errEnded
	}
	t.Cleanup(r.end)
	for deadline := time.Now().Add(20 * time.Second); len(r.addresses) == 0; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("it is not ready")
		}
		b, _ := os.ReadFile(ready)
		for d := json.NewDecoder(bytes.NewReader(b)); d.More(); {
			var l readyLine
			check(t, d.Decode(&l))
			r.addresses[l.Mode] = l.Address
		}
	}
	return r
}

// send sends n messages through the proxy.
func (r *running) send(t *testing.T, n int) (last demo.SendResult) {
	t.Helper()
	if !r.cluster.CreateTopic("orders", 4) {
		t.Fatal("no topic")
	}
	p := demo.NewProducer("pg", demo.ClientOptions{NameServer: r.addresses["name server"], ClientID: fmt.Sprintf("127.0.0.1@%d", time.Now().UnixNano())})
	defer p.Close()
	for range n {
		var err error
		last, err = p.Send(t.Context(), demo.Message{Topic: "orders", Body: []byte("hello")})
		check(t, err)
	}
	return last
}

// settle waits until everything that was relayed was looked at, and its connections have ended.
func (r *running) settle(t *testing.T) {
	t.Helper()
	for range 2000 {
		var out bytes.Buffer
		check(t, ctl(t.Context(), &out, "stats", "-o", "json"))
		var stats control.Stats
		check(t, json.Unmarshal(out.Bytes(), &stats))
		if stats.Open == 0 && stats.Waiting == 0 {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatal("it never came to rest")
}

// The name server's address that is told over HTTP is that of the proxy.
func TestProxyTellsItsNameServer(t *testing.T) {
	r := startProxy(t, "--nsaddr", "127.0.0.1:0")
	answer, err := http.Get("http://" + r.addresses["nsaddr"] + "/rocketmq/nsaddr")
	check(t, err)
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	if err != nil || string(b) != r.addresses["name server"] {
		t.Errorf("%q, %v; the proxy listens on %s", b, err, r.addresses["name server"])
	}
	r.end()
	if _, err := net.Dial("tcp", r.addresses["nsaddr"]); err == nil {
		t.Error("it is served after the end")
	}
}

// An offset message id leads through the proxy with --rewrite-store-host, and past it without.
func TestProxyRewritesStoreHosts(t *testing.T) {
	for _, args := range [][]string{nil, {"--rewrite-store-host"}} {
		r := startProxy(t, args...)
		sent := r.send(t, 2)
		host, offset, ok := decode.ParseOffsetMsgID([]byte(sent.MsgID))
		if want := sent.Broker; !ok || (host.String() == want) != (args != nil) || (host.String() == r.cluster.Brokers()[0]) != (args == nil) {
			t.Errorf("%q: the id %s leads to %s; the broker is %s, its listener %s", args, sent.MsgID, host, r.cluster.Brokers()[0], want)
		}
		c, err := net.Dial("tcp", host.String())
		check(t, err)
		request, err := decode.EncodeCommand(nil, decode.JSON, &decode.CommandSpec{Code: decode.ViewMessageByID, Opaque: 1, Version: 479,
			Ext: []decode.ExtField{{Key: "topic", Value: "orders"}, {Key: "offset", Value: fmt.Sprint(offset)}}}, nil)
		check(t, err)
		_, err = c.Write(request)
		check(t, err)
		in := bufio.NewReader(c)
		head, err := in.Peek(4)
		check(t, err)
		raw := make([]byte, 4+binary.BigEndian.Uint32(head))
		_, err = io.ReadFull(in, raw)
		check(t, err)
		c.Close()
		f, _, err := decode.Split(raw, decode.Limits{})
		check(t, err)
		var answer decode.Command
		check(t, answer.Decode(f))
		it := decode.MessagesOf(decode.Context{Code: decode.ViewMessageByID, Known: true}, answer.Code, &answer, f)
		var m decode.Message
		if !it.Next(&m) || m.OffsetMsgID() != sent.MsgID || string(m.Body) != "hello" || m.CRCMismatch() {
			t.Errorf("%q: %s leads to the message %s %q", args, sent.MsgID, m.OffsetMsgID(), m.Body)
		}
		r.end()
	}
}

// A number of ctl connections is the conn of events, whatever became of other connections.
func TestNumbersOfConnections(t *testing.T) {
	nowhere, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	nowhere.Close()
	r := startProxy(t, "-o", "json", "--map", "127.0.0.1:0="+nowhere.Addr().String())
	want := map[string]uint64{}
	for range 3 {
		if lost, err := net.Dial("tcp", r.addresses["map"]); err == nil {
			_, _ = io.ReadAll(lost)
			lost.Close()
		}
		c, err := net.Dial("tcp", r.addresses["name server"])
		check(t, err)
		defer c.Close()
		for number := uint64(0); number == 0; {
			var out bytes.Buffer
			check(t, ctl(t.Context(), &out, "connections", "-o", "json"))
			var list []control.Connection
			check(t, json.Unmarshal(out.Bytes(), &list))
			for _, one := range list {
				if one.Client.String() == c.LocalAddr().String() {
					number = one.Number
				}
			}
			want[c.LocalAddr().String()] = number
		}
	}
	r.end()
	got := map[string]uint64{}
	for d := json.NewDecoder(&r.out); d.More(); {
		var l struct {
			Kind, Client string
			Conn         uint64
		}
		check(t, d.Decode(&l))
		if l.Kind == "open" {
			got[l.Client] = l.Conn
		}
	}
	for client, number := range want {
		if got[client] != number {
			t.Errorf("%s is %d for ctl, and %d in events", client, number, got[client])
		}
	}
}

// A recording goes on in another file; each can be read, and together they have everything. That of --record does so, too.
func TestRecordRotates(t *testing.T) {
	for name, again := range map[string]string{"a.pcapng": `a_0000%d_\d{14}\.pcapng`, "b": `b_0000%d_\d{14}`, "c.pcapng.zst": `c_0000%d_\d{14}\.pcapng\.zst`} {
		for _, main := range []bool{false, true} {
			file := filepath.Join(t.TempDir(), name)
			args := []string{}
			if main {
				args = []string{"--record", file}
			}
			r := startProxy(t, args...)
			record := func(args ...string) string {
				var out bytes.Buffer
				check(t, ctl(t.Context(), &out, append([]string{"record"}, args...)...))
				return out.String()
			}
			if !main {
				if err := ctl(t.Context(), io.Discard, "record", "rotate"); err == nil || err.Error() != errNotRecording.Error() {
					t.Errorf("rotating nothing: %v", err)
				}
				record("start", file)
			}
			for i := range 3 {
				if i > 0 {
					record("rotate")
				}
				r.send(t, i+1)
				r.settle(t)
			}
			if main {
				r.end()
			} else {
				record("stop")
			}
			all, err := filepath.Glob(filepath.Join(filepath.Dir(file), "*"))
			check(t, err)
			slices.SortFunc(all, func(a, b string) int { return cmp.Or(len(a)-len(b), strings.Compare(a, b)) })
			if len(all) != 3 {
				t.Fatalf("%q", all)
			}
			for i, path := range all {
				if i == 0 && path != file || i > 0 && !regexp.MustCompile("^"+fmt.Sprintf(again, i+1)+"$").MatchString(filepath.Base(path)) {
					t.Errorf("file %d of %s is called %s", i+1, name, path)
				}
				var out, errs bytes.Buffer
				if code := run([]string{"read", "-o", "json", "-f", `code == SEND_MESSAGE_V2 and status == SUCCESS`, path}, strings.NewReader(""), &out, &errs); code != 0 {
					t.Errorf("%s: exit %d: %s", path, code, errs.String())
				}
				if n := len(linesOf(t, out.Bytes())); n == 0 {
					t.Errorf("%s has no send", path)
				}
			}
			var out, errs bytes.Buffer
			if code := run(append([]string{"read", "-o", "json", "-f", `code == SEND_MESSAGE_V2 and kind == "response"`}, all...), strings.NewReader(""), &out, &errs); code != 0 {
				t.Errorf("exit %d: %s", code, errs.String())
			}
			if n := len(linesOf(t, out.Bytes())); n != 6 {
				t.Errorf("%d of 6 sends are recorded", n)
			}
			r.end()
		}
	}
}
