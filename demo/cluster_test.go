package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/mqsniff/mqsniff/decode"
)

func testCluster(t *testing.T, o ClusterOptions) *Cluster {
	t.Helper()
	c, err := NewCluster(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// asker is a client that can ask for anything, as any version.
func asker(t *testing.T, version int32) *client {
	t.Helper()
	c := newClient(ClientOptions{ClientID: "127.0.0.1@asker"})
	c.voice.version = version
	t.Cleanup(func() { c.close("producerGroup", "") })
	return c
}

// TestRouteForms is that of routes: quoted keys for those who ask for them, or are of 4.9.4 or later.
func TestRouteForms(t *testing.T) {
	cluster := testCluster(t, ClusterOptions{Brokers: []string{"127.0.0.1:0", "127.0.0.1:0"}, Slave: "127.0.0.1:0"})
	for _, test := range []struct {
		version  int32
		ext      []decode.ExtField
		standard bool
	}{
		{400, fields("topic", "TBW102"), false},
		{400, fields("topic", "TBW102", "acceptStandardJsonOnly", "true"), true},
		{401, fields("topic", "TBW102"), true},
		{479, fields("topic", "TBW102"), true},
	} {
		a, err := asker(t, test.version).ask(t.Context(), patience, cluster.NameServer(), 105, test.ext, nil)
		if err != nil {
			t.Fatal(err)
		}
		if json.Valid(a.frame.Body) != test.standard || strings.Count(string(a.frame.Body), cluster.Brokers()[1]) != 1 ||
			strings.Count(string(a.frame.Body), `"brokerName":"broker-a"`) != 2 {
			t.Errorf("version %d, %v: %s", test.version, test.ext, a.frame.Body)
		}
	}
}

// TestAnswers is what servers say to simple requests.
func TestAnswers(t *testing.T) {
	cluster := testCluster(t, ClusterOptions{})
	cluster.CreateTopic("T", 2)
	ns, broker := cluster.NameServer(), cluster.Brokers()[0]
	c := asker(t, 479)
	send := func(topic, fallback, queue string) []decode.ExtField {
		return fields("a", "pg", "b", topic, "c", fallback, "d", "4", "e", queue, "f", "0", "g", "1700000000000", "h", "0", "i", "KEYS\x01k1\x02WAIT\x01true\x02UNIQ_KEY\x01u1\x02")
	}
	pull := func(topic, queue, offset, sysFlag string) []decode.ExtField {
		return fields("consumerGroup", "cg", "topic", topic, "queueId", queue, "queueOffset", offset, "maxMsgNums", "0", "sysFlag", sysFlag, "subscription", "*",
			"commitOffset", "0", "suspendTimeoutMillis", "1", "subVersion", "1")
	}
	queue := fields("consumerGroup", "cg", "topic", "T", "queueId", "1", "timestamp", "0", "commitOffset", "1")
	for _, test := range []struct {
		address string
		code    int32
		ext     []decode.ExtField
		body    string
		status  int32
		want    string // in the answer's header or body
	}{
		{ns, 105, fields("topic", "none"), "", 17, "No topic route info in name server for the topic: none"},
		{ns, 106, nil, "", 0, `{"brokerAddrTable":{"broker-a":{"brokerAddrs":{0:"` + broker + `"}`},
		{ns, 101, fields("namespace", "n", "key", "k"), "", 22, "No config item, Namespace: n Key: k"},
		{ns, 100, fields("namespace", "n", "key", "k", "value", "v"), "", 0, ""},
		{ns, 101, fields("namespace", "n", "key", "k"), "", 0, `"value":"v"`},
		{ns, 103, nil, "", 0, ""},
		{ns, 11, nil, "", 3, " request type 11 not supported"},
		{broker, 9999, nil, "", 3, " request type 9999 not supported"},
		{broker, 310, send("none", "none", "0"), "x", 17, "topic[none] not exist, apply first please!"},
		{broker, 310, send("a b", "TBW102", "0"), "x", 29, "illegal characters"},
		{broker, 310, send("T", "TBW102", "7"), "x", 29, "request queueId[7] is illegal"},
		{broker, 320, append(send("T", "TBW102", "0"), fields("m", "true")...), "no batch", 13, "the message is illegal"},
		{broker, 14, queue, "", 22, "Not found, V3_0_6_SNAPSHOT maybe this group consumer boot first"},
		{broker, 11, pull("T", "1", "0", "4"), "", 19, "NO_MESSAGE_IN_QUEUE"},
		{broker, 11, pull("T", "1", "5", "4"), "", 21, "NO_MESSAGE_IN_QUEUE"},
		{broker, 310, send("T", "TBW102", "1"), "x", 0, `"queueOffset":"0"`},
		{broker, 14, queue, "", 0, `"offset":"0"`},
		{broker, 15, queue, "", 0, ""},
		{broker, 14, queue, "", 0, `"offset":"1"`},
		{broker, 30, queue, "", 0, `"offset":"1"`},
		{broker, 31, queue, "", 0, `"offset":"0"`},
		{broker, 29, queue, "", 0, `"offset":"0"`},
		{broker, 32, queue, "", 0, `"timestamp":"`},
		{broker, 11, pull("T", "1", "0", "4"), "", 0, "KEYS\x01k1"}, // of no messages it gets one
		{broker, 361, pull("T", "1", "1", "6"), "", 19, "OFFSET_OVERFLOW_ONE"},
		{broker, 11, pull("T", "1", "2", "4"), "", 21, "OFFSET_OVERFLOW_BADLY"},
		{broker, 11, pull("T", "9", "0", "4"), "", 29, "queueId[9] is illegal"},
		{broker, 11, pull("none", "0", "0", "4"), "", 17, "topic[none] not exist"},
		{broker, 11, pull("T", "0", "0", "0"), "", 24, "the consumer's group info not exist"},
		{broker, 12, fields("topic", "T", "key", "k1", "maxNum", "3", "beginTimestamp", "0", "endTimestamp", "9999999999999"), "", 0, "KEYS\x01k1"},
		{broker, 12, fields("topic", "T", "key", "k2", "maxNum", "3", "beginTimestamp", "0", "endTimestamp", "9999999999999"), "", 22, "can not find message"},
		{broker, 33, fields("offset", "0"), "", 0, "KEYS\x01k1"},
		{broker, 33, fields("offset", "1"), "", 1, "can not find message by the offset, 1"},
		{broker, 36, fields("group", "cg", "offset", "1", "delayLevel", "0"), "", 1, "look message by offset failed, 1"},
		{broker, 37, fields("producerGroup", "pg", "commitLogOffset", "0", "commitOrRollback", "8"), "", 1, "Find prepared transaction message failed"},
		{broker, 38, fields("consumerGroup", "none"), "", 1, "no consumer for this group, none"},
		{broker, 34, nil, "{", 1, "JSONException"},
		{broker, 34, nil, `{"clientID":"c","consumerDataSet":[{"groupName":"cg","subscriptionDataSet":[{"subString":"A","subVersion":1,"topic":"T"}]}]}`, 0, "IS_SUPPORT_HEART_BEAT_V2"},
		{broker, 38, fields("consumerGroup", "cg"), "", 0, `{"consumerIdList":["c"]}`},
		{broker, 11, pull("T", "1", "0", "0"), "", 20, "NO_MATCHED_MESSAGE"},
		{broker, 41, nil, `{"clientId":"c","consumerGroup":"cg","mqSet":[{"brokerName":"broker-a","queueId":0,"topic":"T"}]}`, 0, `{"lockOKMQSet":[{"brokerName":"broker-a","queueId":0,"topic":"T"}]}`},
		{broker, 41, nil, `{"clientId":"d","consumerGroup":"cg","mqSet":[{"brokerName":"broker-a","queueId":0,"topic":"T"}]}`, 0, `{"lockOKMQSet":[]}`},
		{broker, 42, nil, `{"clientId":"c","consumerGroup":"cg","mqSet":[{"brokerName":"broker-a","queueId":0,"topic":"T"}]}`, 0, ""},
		{broker, 41, nil, `{"clientId":"d","consumerGroup":"cg","mqSet":[{"brokerName":"broker-a","queueId":0,"topic":"T"}]}`, 0, `"queueId":0`},
		{broker, 35, fields("clientID", "c", "consumerGroup", "cg"), "", 0, ""},
		{broker, 38, fields("consumerGroup", "cg"), "", 1, "no consumer for this group"},
		{broker, 17, fields("topic", "U", "readQueueNums", "3", "writeQueueNums", "3", "perm", "2"), "", 0, ""},
		{broker, 11, pull("U", "0", "0", "4"), "", 16, "the topic[U] pulling message is forbidden"},
		{ns, 105, fields("topic", "U"), "", 0, `"perm":2,"readQueueNums":3`},
		{broker, 46, nil, "{}", 0, ""},
		{broker, 28, nil, "", 0, "V5_3_3"},
	} {
		a, err := c.ask(t.Context(), patience, test.address, test.code, test.ext, []byte(test.body))
		if a == nil {
			t.Fatalf("%d: %v", test.code, err)
		}
		if a.Code != test.status || !bytes.Contains(a.frame.Raw, []byte(test.want)) {
			t.Errorf("%d %v: answered %d: %q, want %d: %q", test.code, test.ext, a.Code, a.frame.Raw[8:], test.status, test.want)
		}
	}
	cluster.brokers[0].store.consistent(t)
}

// TestHostileBytes end their own connection and nothing else.
func TestHostileBytes(t *testing.T) {
	cluster := testCluster(t, ClusterOptions{})
	broker := cluster.Brokers()[0]
	for _, bad := range []string{"GET / HTTP/1.1\r\n\r\n", "\x00\x00\x00\x00\x00\x00\x00\x00", "\xff\xff\xff\xff\x00\x00\x00\x00", "\x00\x00\x00\x0b\x00\x00\x00\x07{\"code\"", "\x16\x03\x01\x00\x00\x00\x00\x00"} {
		conn, err := net.Dial("tcp", broker)
		if err != nil {
			t.Fatal(err)
		}
		conn.Write([]byte(bad))
		conn.SetReadDeadline(time.Now().Add(10 * time.Second))
		if b, err := io.ReadAll(conn); len(b) > 0 || err != nil && strings.Contains(err.Error(), "timeout") {
			t.Errorf("%q is answered: %q (%v)", bad, b, err)
		}
		conn.Close()
	}
	if _, err := asker(t, 479).ask(t.Context(), patience, broker, 28, nil, nil); err != nil {
		t.Error(err)
	}
}

// TestCloseLeavesNothing wants all goroutines gone, although pulls are held and timers run.
func TestCloseLeavesNothing(t *testing.T) {
	before := runtime.NumGoroutine()
	cluster, err := NewCluster(ClusterOptions{Haste: 0.001})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	consumer := NewConsumer("cg", map[string]string{"T": "*"}, ClientOptions{NameServer: cluster.NameServer(), ClientID: "127.0.0.1@c"}, func(decode.Message) error { return nil })
	done := make(chan struct{})
	go func() {
		consumer.Run(ctx)
		close(done)
	}()
	p := NewProducer("pg", ClientOptions{NameServer: cluster.NameServer(), ClientID: "127.0.0.1@p"})
	if _, err := p.Send(ctx, Message{Topic: "T", Delay: 3, Body: []byte("x")}); err != nil {
		t.Error(err)
	}
	p.Close()
	if err := cluster.Close(); err != nil {
		t.Error(err)
	}
	cancel()
	<-done
	for deadline := time.Now().Add(10 * time.Second); runtime.NumGoroutine() > before; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			b := make([]byte, 1<<16)
			t.Fatalf("%d goroutines, before %d:\n%s", runtime.NumGoroutine(), before, b[:runtime.Stack(b, true)])
		}
	}
}

// TestAddressInUse is one clear line.
func TestAddressInUse(t *testing.T) {
	cluster := testCluster(t, ClusterOptions{})
	c, err := NewCluster(ClusterOptions{Brokers: cluster.Brokers()})
	if err == nil {
		c.Close()
		t.Fatal("two brokers at one address")
	}
	if !strings.Contains(err.Error(), cluster.Brokers()[0]) || strings.Contains(err.Error(), "\n") {
		t.Error(err)
	}
}
