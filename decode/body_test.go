package decode

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestHeartbeatClientID(t *testing.T) {
	for _, c := range []struct{ body, want string }{
		{`{"clientID":"127.0.0.1@c1","consumerDataSet":[]}`, "127.0.0.1@c1"},
		{`{"x":1, "clientID" : "a@b"}`, "a@b"},
		{`{"clientID":""}`, ""},
		{`{"clientID":null}`, ""},
		{`{"clientID":"cut`, ""},
		{`{"clientID"`, ""},
		{`{"clientID":"a\"b"}`, ""},
		{`{"x":"\"clientID\":\"no\""}`, ""},
		{``, ""},
	} {
		if got := HeartbeatClientID([]byte(c.body)); string(got) != c.want {
			t.Errorf("%s: %q", c.body, got)
		}
	}
	body := []byte(`{"clientID":"127.0.0.1@c1","consumerDataSet":[]}`)
	if n := testing.AllocsPerRun(100, func() { HeartbeatClientID(body) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// A registration as Apache's encoder compresses it.
const compressedRegistration = `78da636060b0a8564ace2fcd2b492d52b232d0512a2e492c490d4b2d2acecccf030b9464e6a60205730b94ac0ccd0d10
	a09681818111884d42f20b329343806a142c80d04c21d8d3cfddc7353ec4d15da15a09a8b738313d55afa4b22055c94a
	c9cf3fc8d7d14709a497293a1648320000640622df`

func TestCompressedRegistration(t *testing.T) {
	for _, compressed := range []string{"true", "false"} { // 5.x brokers say false of both forms
		raw := framed(t, CommandSpec{Code: 103, Version: 479, Ext: []ExtField{{"compressed", compressed}, {"brokerName", "b"}}}, unhex(t, compressedRegistration))
		f, cmd := split(t, raw)
		ctx := Context{Code: 103, Known: true}
		d := Describe(ctx, f, len(raw), DescribeOptions{})
		wellFormed(t, d)
		text := rendered(d)
		for _, want := range []string{
			`dataVersion = "56 bytes"`, `timestamp = "1700000000000"  (2023-11-14T22:13:20.000Z)`,
			`1 = "TopicTest 8 8 6 SINGLE_TAG {\"message.type\":\"NORMAL\"}"`, "buffer 1: registration decompressed",
		} {
			if !strings.Contains(text, want) {
				t.Errorf("no %s in\n%s", want, text)
			}
		}
		body, ok := AppendBody(nil, ctx, cmd, f, nil)
		var v struct {
			DataVersion  struct{ Timestamp int64 }
			TopicConfigs []string
		}
		if err := json.Unmarshal(body, &v); err != nil || !ok || v.DataVersion.Timestamp != 1700000000000 || len(v.TopicConfigs) != 1 {
			t.Errorf("%v %s", err, body)
		}
	}
}

func TestBrokenRegistration(t *testing.T) {
	for _, c := range []struct {
		name string
		b    string
		err  Error
	}{
		{"empty", "", Error{OpBody, 0, ReasonShort}},
		{"length", "000000ff7b7d", Error{OpBody, 0, ReasonLength}},
		{"negative", "800000007b7d", Error{OpBody, 0, ReasonLength}},
		{"many", "000000027b7d7fffffff", Error{OpBody, 6, ReasonLength}},
		{"short list", "000000027b7d00010000", Error{OpBody, 10, ReasonShort}},
		{"rest", "000000027b7d00000000000000025b5d0000000000", Error{OpBody, 20, ReasonTrailing}},
	} {
		if _, err := readRegistration(unhex(t, c.b)); err == nil || *err != c.err {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestAppendBody(t *testing.T) {
	for _, c := range []struct{ name, want string }{
		{"route legacy", `{"brokerDatas":[{"brokerAddrs":{"0":"192.169.0.4:10911"},`},
		{"timer checkpoint", `{"lastReadTimeMs":1795387279500,`},
		{"heartbeat", `{"clientID":"127.0.0.1@c1",`},
		{"running info", `{"mqPopTable":{},"mqTable":{"{\"brokerName\":\"broker-a\"`},
		{"broker config", `{"`},
		{"topic stats", `{"offsetTable":{"{\"brokerName\":\"broker-a\"`},
		{"reply push", `"answer to question 0"`},
		{"pull V1", ""},
		{"pull request", ""},
	} {
		r := recording(t, c.name)
		f, cmd := split(t, r.Raw)
		got, ok := AppendBody(nil, r.context(), cmd, f, nil)
		if ok != (c.want != "") || !strings.HasPrefix(string(got), c.want) || ok && !json.Valid(got) {
			t.Errorf("%s: %v %s", c.name, ok, got)
		}
	}
}

func TestDetailFields(t *testing.T) {
	ext := []ExtField{{"a", "pg"}, {"b", "first"}, {"b", "T"}, {"e", "-1"}, {"g", "1700000000000"}, {"m", "false"}, {"f", "x"}, {"AccessKey", "ak"}, {"j", ""}}
	_, cmd := split(t, framed(t, CommandSpec{Code: SendMessageV2, Ext: ext}, nil))
	got := string(DetailFields(nil, Context{Code: SendMessageV2, Known: true}, cmd))
	want := `{"producerGroup":"pg","topic":"T","queueId":-1,"bornTimestamp":1700000000000,"batch":false,"sysFlag":"x","AccessKey":"ak","reconsumeTimes":""}`
	if got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}

func TestEveryBodyDecoderHasACode(t *testing.T) {
	names := map[string]bool{}
	for _, c := range RequestCodes() {
		names[c.RequestBody], names[c.ResponseBody] = true, true
	}
	for _, d := range bodyDecoders {
		if !names[d.name] {
			t.Errorf("no code has the body %q", d.name)
		}
	}
}

func TestBatchAckNotes(t *testing.T) {
	body := `{"acks":[{"b":"CQI=","c":"cg","it":60000,"pt":1700000000000,"q":2,"r":"0","rq":3,"so":100,"t":"TopicTest"}],"brokerName":"broker-a"}`
	raw := framed(t, CommandSpec{Code: 200151}, []byte(body))
	f, _ := split(t, raw)
	text := rendered(Describe(Context{Code: 200151, Known: true}, f, len(raw), DescribeOptions{}))
	for _, want := range []string{"bitSet: startOffset + 0, 3, 9", "popTime: 2023-11-14T22:13:20.000Z", "invisibleTime: 1m0s"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}
