package tui

import (
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mqsniff/mqsniff/decode"
	"github.com/mqsniff/mqsniff/session"
)

// capture is a capture file in memory, with the session that reads it.
type capture struct {
	t       testing.TB
	mu      sync.Mutex // for file: screens read while tests go on
	file    []byte
	now     int64
	session *session.Session
	store   *session.Store
	conns   []*session.Conn
	opaque  int32
}

// epoch is when the synthetic captures begin.
var epoch = time.Date(2026, 11, 22, 14, 2, 11, 0, time.UTC).UnixNano()

func newCapture(t testing.TB) *capture {
	c := &capture{t: t, now: epoch, file: []byte("file header")}
	c.session = session.New(session.Options{}, func(ev *session.Event, v *session.View) { c.store.Handle(ev, v) })
	c.store = session.NewStore(0, c.session.Symbols, c)
	return c
}

// ReadAgain is part of session.Source.
func (c *capture) ReadAgain(dst []byte, ref session.Ref, _ session.Endpoints, _ session.Direction, n int) ([]byte, error) {
	if ref.Span != 0 {
		return dst, fmt.Errorf("scattered bytes")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	end := min(ref.Offset+int64(n), int64(len(c.file)))
	return append(dst, c.file[ref.Offset:end]...), nil
}

func (c *capture) open(client, server string, handshake bool) *session.Conn {
	e := session.Endpoints{Client: netip.MustParseAddrPort(client), Server: netip.MustParseAddrPort(server)}
	conn := c.session.Open(c.now, e, session.ClientToServer, handshake)
	if handshake {
		conn.Begin(session.ClientToServer, c.now)
		conn.Begin(session.ServerToClient, c.now)
	}
	c.conns = append(c.conns, conn)
	return conn
}

func (c *capture) wait(d time.Duration) { c.now += int64(d) }

// bytes sends what follows on a connection.
func (c *capture) bytes(conn *session.Conn, dir session.Direction, b []byte) {
	c.now += 812_000
	record := int64(len(c.file))
	c.mu.Lock()
	c.file = append(c.file, "record header 16"...)
	c.file = append(c.file, b...)
	c.mu.Unlock()
	conn.Bytes(dir, session.Chunk{Bytes: b, Time: c.now, Offset: record + 16, Record: record, RecordLen: uint32(16 + len(b))})
}

func frameOf(t testing.TB, spec decode.CommandSpec, body string) []byte {
	b, err := decode.EncodeCommand(nil, decode.JSON, &spec, []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// request sends one and returns its opaque.
func (c *capture) request(conn *session.Conn, code int32, flag int32, body string, ext ...string) int32 {
	c.opaque++
	spec := decode.CommandSpec{Code: code, Opaque: c.opaque, Flag: flag, Version: 479}
	for i := 0; i+1 < len(ext); i += 2 {
		spec.Ext = append(spec.Ext, decode.ExtField{Key: ext[i], Value: ext[i+1]})
	}
	dir := session.ClientToServer
	if code == 40 {
		dir = session.ServerToClient
	}
	c.bytes(conn, dir, frameOf(c.t, spec, body))
	return c.opaque
}

func (c *capture) response(conn *session.Conn, opaque, status int32, remark, body string, ext ...string) {
	spec := decode.CommandSpec{Code: status, Opaque: opaque, Flag: decode.FlagResponse, Version: 479}
	if remark != "" {
		spec.Remark = &remark
	}
	for i := 0; i+1 < len(ext); i += 2 {
		spec.Ext = append(spec.Ext, decode.ExtField{Key: ext[i], Value: ext[i+1]})
	}
	c.bytes(conn, session.ServerToClient, frameOf(c.t, spec, body))
}

// send are the fields of a SEND_MESSAGE_V2 request.
func send(topic string, n int) []string {
	return []string{"a", "pg-order", "b", topic, "c", "TBW102", "d", "4", "e", fmt.Sprint(n % 4), "f", "0", "g", "1795356131000", "h", "0",
		"i", fmt.Sprintf("KEYS\x01A-%d\x02UNIQ_KEY\x01C0A8000930392F0EE9F60000000A%04X\x02TAGS\x01paid\x02", 1000+n, n), "j", "0", "k", "false", "m", "false"}
}

// story fills a capture with some of everything.
func story(t testing.TB) *capture {
	c := newCapture(t)
	one := c.open("10.0.0.7:51234", "10.0.0.2:10911", true)
	hb := c.request(one, decode.HeartBeat, 0, `{"clientID":"10.0.0.7@12311","consumerDataSet":[],"producerDataSet":[{"groupName":"pg-order"}]}`)
	c.response(one, hb, 0, "", "")
	for i := range 3 {
		o := c.request(one, decode.SendMessageV2, 0, `{"order":1010,"名称":"测试"}`, send("OrderPaid", i)...)
		c.response(one, o, 0, "", "", "msgId", "0A00000200002A9F0000000000A1B2C3", "queueId", fmt.Sprint(i), "queueOffset", "88121")
	}
	two := c.open("10.0.0.8:40112", "10.0.0.3:10911", false)
	o := c.request(two, decode.SendMessageV2, 0, "body", send("order-订单", 9)...)
	c.wait(10 * time.Millisecond)
	c.response(two, o, 2, "[TIMEOUT_CLEAN_QUEUE]broker busy, start flow control for a while", "")
	pull := c.request(one, decode.PullMessage, 0, "", "consumerGroup", "cg-order", "topic", "%RETRY%cg-order", "queueId", "0", "queueOffset", "12",
		"maxMsgNums", "32", "sysFlag", "2", "commitOffset", "0", "suspendTimeoutMillis", "15000", "subVersion", "0")
	c.request(one, 40, decode.FlagOneway, "", "consumerGroup", "cg-order")
	c.request(one, 37, decode.FlagOneway, "", "producerGroup", "pg-order", "tranStateTableOffset", "1", "commitLogOffset", "2", "commitOrRollback", "8",
		"fromTransactionCheck", "false", "msgId", "0A00000200002A9F0000000000A1B2C3", "transactionId", "C0A8000930392F0EE9F60000000A0007")
	c.response(two, 4242, 0, "", "") // nobody asked
	c.wait(15 * time.Second)
	c.response(one, pull, 19, "the consumer has no message", "", "nextBeginOffset", "12", "minOffset", "0", "maxOffset", "12", "suggestWhichBrokerId", "0")
	two.Gap(session.ServerToClient, c.now, 1448)
	hostile := "\x1b]0;pwned\x07[red]x[:::http://evil/]\u202egnp.exe"
	c.request(two, decode.SendMessageV2, 0, "x", send(hostile, 3)...)
	tls := c.open("10.0.0.4:50122", "10.0.0.3:10911", true)
	c.bytes(tls, session.ClientToServer, []byte("\x16\x03\x01\x00M\x01\x00\x00I\x03\x03"+strings.Repeat("\x00", 32)+
		"\x00\x00\x02\x13\x01\x01\x00\x00\x1e\x00\x00\x00\x13\x00\x11\x00\x00\x0ebroker.example\x00+\x00\x03\x02\x03\x04"))
	c.wait(4 * time.Second)
	c.request(one, decode.SendMessageV2, 0, "y", send("OrderPaid", 4)...)
	two.Close(session.ServerToClient, c.now, session.CloseRST)
	return c
}

// many fills a capture with n sends and their answers.
func many(t testing.TB, n int) *capture {
	c := newCapture(t)
	one := c.open("10.0.0.7:51234", "10.0.0.2:10911", true)
	for i := range n {
		o := c.request(one, decode.SendMessageV2, 0, "body", send("Topic"+fmt.Sprint(i%3), i)...)
		c.response(one, o, 0, "", "")
	}
	return c
}

func has(t *testing.T, screen []string, want ...string) {
	t.Helper()
	all := strings.Join(screen, "\n")
	for _, w := range want {
		if !strings.Contains(all, w) {
			t.Errorf("no %q on the screen:\n%s", w, all)
		}
	}
}

func hasNot(t *testing.T, screen []string, not ...string) {
	t.Helper()
	all := strings.Join(screen, "\n")
	for _, w := range not {
		if strings.Contains(all, w) {
			t.Errorf("%q is on the screen:\n%s", w, all)
		}
	}
}

// What the person gave as credentials reaches the details of signed requests.
func TestCredentialsReachTheDetails(t *testing.T) {
	c := newCapture(t)
	c.request(c.open("10.0.0.7:51234", "10.0.0.2:9876", true), decode.GetRouteInfoByTopic, 0, "",
		"topic", "TopicTest", "AccessKey", "rocketmq2", "Signature", "GeeGoP9mRvDhoVp4PD5omX0prgE=")
	var ev session.Event
	if !c.store.At(2, &ev) {
		t.Fatal("no request")
	}
	for secret, want := range map[string]string{"12345678": "right", "1234567": "wrong"} {
		d := load(c.store, decode.Credentials{"rocketmq2": secret}, ev, c.store.Latest(), true)
		found := ""
		for _, n := range d.nodes {
			if n.Label == "ACL" {
				found = n.Value
			}
		}
		if found != want {
			t.Errorf("%q, want %q", found, want)
		}
	}
}
