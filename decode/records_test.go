package decode

import (
	"encoding/binary"
	"encoding/hex"
	"strings"
	"testing"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Records that Apache's decoder was given, with IPv4 and with IPv6 hosts.
const (
	recordIPv4 = `0000009ddaa320a73610a686000000010000000000000000000000070000000000001234000000000000018bcfe56800
		c0a800090000c3500000018bcfe56805c0a8000100002a9f0000000000000000000000000000000568656c6c6f09546f
		70696354657374003454414753015461674102554e49515f4b4559014330413830303039333033393246304545394636
		30303030303030413030303102`
	recordIPv6 = `000000b5daa320a73610a686000000010000000000000000000000070000000000001234000000300000018bcfe56800
		20010db80000000000000000000000090000c3500000018bcfe5680520010db800000000000000000000000100002a9f
		0000000000000000000000000000000568656c6c6f09546f70696354657374003454414753015461674102554e49515f
		4b455901433041383030303933303339324630454539463630303030303030413030303102`
	batchOfTwo = `00000035000000000000000000000000000000036f6e65001c4b455953016b3102574149540174727565025441475301
		5461674102000000350000000000000000000000000000000374776f001c4b455953016b320257414954017472756502
		54414753015461674102`
)

// framed puts a body behind a header.
func framed(t testing.TB, spec CommandSpec, body []byte) []byte {
	t.Helper()
	raw, err := EncodeCommand(nil, JSON, &spec, body)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// pulled is a successful answer to a pull.
func pulled(t testing.TB, body []byte) (Context, *Command, Frame) {
	t.Helper()
	f, cmd := split(t, framed(t, CommandSpec{Flag: FlagResponse, Version: 479, Opaque: 1}, body))
	return Context{Code: PullMessage, Known: true}, cmd, f
}

func TestStoredRecord(t *testing.T) {
	for _, c := range []struct{ name, record, born, store, id string }{
		{"IPv4", recordIPv4, "192.168.0.9:50000", "192.168.0.1:10911", "C0A8000100002A9F0000000000001234"},
		{"IPv6", recordIPv6, "[2001:db8::9]:50000", "[2001:db8::1]:10911", "20010DB800000000000000000000000100002A9F0000000000001234"},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctx, cmd, f := pulled(t, unhex(t, c.record))
			it := MessagesOf(ctx, cmd.Code, cmd, f)
			var m Message
			if !it.Next(&m) {
				t.Fatal(it.Err())
			}
			if m.BornAddr().String() != c.born || m.StoreAddr().String() != c.store || m.OffsetMsgID() != c.id {
				t.Errorf("hosts %v, %v, id %s", m.BornAddr(), m.StoreAddr(), m.OffsetMsgID())
			}
			if string(m.Topic) != "TopicTest" || string(m.Body) != "hello" || m.QueueID != 1 || m.QueueOffset != 7 ||
				m.CommitLogOffset != 0x1234 || m.BornTimestamp != 1700000000000 || m.StoreTimestamp != 1700000000005 ||
				string(m.UniqKey()) != "C0A8000930392F0EE9F60000000A0001" || !m.Stored || m.Magic != MagicV1 {
				t.Errorf("%+v", m)
			}
			if m.CRCMismatch() {
				t.Error("checksum")
			}
			if b := f.Raw[m.BodyRange.Off : m.BodyRange.Off+m.BodyRange.Len]; string(b) != "hello" {
				t.Errorf("BodyRange is %q", b)
			}
			m.Body[0] ^= 1
			if !m.CRCMismatch() {
				t.Error("a changed body has the same checksum")
			}
			if it.Next(&m) || it.Err() != nil {
				t.Error("more than one record", it.Err())
			}
		})
	}
}

func TestRecordV2HasWideTopicLength(t *testing.T) {
	b := unhex(t, recordIPv4)
	topic := strings.Repeat("t", 300)
	at := strings.Index(string(b), "\x09TopicTest")
	v2 := append([]byte(nil), b[:at]...)
	v2 = binary.BigEndian.AppendUint16(v2, uint16(len(topic)))
	v2 = append(append(v2, topic...), b[at+10:]...)
	binary.BigEndian.PutUint32(v2, uint32(len(v2)))
	binary.BigEndian.PutUint32(v2[4:], MagicV2)
	ctx, cmd, f := pulled(t, v2)
	it := MessagesOf(ctx, cmd.Code, cmd, f)
	var m Message
	if !it.Next(&m) || string(m.Topic) != topic || string(m.UniqKey()) == "" || it.Err() != nil {
		t.Errorf("%v %q %q", it.Err(), m.Topic, m.Properties)
	}
}

func TestBrokenRecords(t *testing.T) {
	good := unhex(t, recordIPv4)
	change := func(off int, v uint32) []byte {
		b := append([]byte(nil), good...)
		binary.BigEndian.PutUint32(b[off:], v)
		return b
	}
	join := func(list ...[]byte) (b []byte) {
		for _, x := range list {
			b = append(b, x...)
		}
		return b
	}
	for _, c := range []struct {
		name string
		body []byte
		n    int
		err  Error // offset within the body
	}{
		{"magic", join(change(4, 0xDAA320A8), good), 1, Error{OpMessage, 4, ReasonMagic}},
		{"blank record", change(4, 0xCBD43194), 0, Error{OpMessage, 4, ReasonMagic}},
		{"body length", join(good, change(84, 1000), good), 2, Error{OpMessage, len(good) + 84, ReasonLength}},
		{"size too small", join(good, change(0, 87)), 1, Error{OpMessage, len(good), ReasonRecordSize}},
		{"size negative", change(0, 1<<31), 0, Error{OpMessage, 0, ReasonRecordSize}},
		{"size beyond the end", join(good, change(0, 1000)), 1, Error{OpMessage, len(good), ReasonRecordSize}},
		{"size beyond the record", join(change(0, uint32(len(good)+3)), []byte{1, 2, 3}, good), 2, Error{OpMessage, len(good), ReasonTrailing}},
		{"rest", join(good, []byte{0, 0, 0}), 1, Error{OpMessage, len(good) + 3, ReasonShort}},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctx, cmd, f := pulled(t, c.body)
			it := MessagesOf(ctx, cmd.Code, cmd, f)
			var m Message
			n := 0
			for it.Next(&m) {
				n++
			}
			err := it.Err()
			if n != c.n || err == nil {
				t.Fatalf("%d messages, want %d; %v", n, c.n, err)
			}
			err.Off -= len(f.Raw) - len(f.Body)
			if *err != c.err {
				t.Errorf("%v, want %v", err, &c.err)
			}
			if count := CountMessages(ctx, cmd.Code, cmd, f); count.Messages != n || count.Err == nil {
				t.Errorf("CountMessages: %+v", count)
			}
		})
	}
}

func TestBatch(t *testing.T) {
	ext := []ExtField{{"b", "T"}, {"e", "3"}, {"f", "0"}, {"g", "1700000000000"}, {"m", "TRUE"}, {"i", "X\x01y\x02"}}
	raw := framed(t, CommandSpec{Code: SendMessageV2, Version: 479, Ext: ext}, unhex(t, batchOfTwo))
	f, cmd := split(t, raw)
	it := MessagesOf(Context{Code: SendMessageV2, Known: true}, 0, cmd, f)
	var m Message
	for i, want := range []string{"one", "two"} {
		if !it.Next(&m) {
			t.Fatal(it.Err())
		}
		key, _ := LookupProperty(m.Properties, "KEYS")
		if string(m.Body) != want || string(key) != "k"+string(rune('1'+i)) || string(m.Topic) != "T" || m.QueueID != 3 || m.Stored {
			t.Errorf("%q %q %+v", m.Body, key, m)
		}
		if b := raw[m.BodyRange.Off:]; string(b[:3]) != want {
			t.Errorf("BodyRange is %q", b[:3])
		}
	}
	if it.Next(&m) || it.Err() != nil {
		t.Error("more than two", it.Err())
	}
	if c := CountMessages(Context{}, 0, cmd, f); !c.Batch || c.Messages != 2 {
		t.Errorf("%+v", c)
	}
	// The header says what is a batch, not the code.
	ext[4].Value = "false"
	f, cmd = split(t, framed(t, CommandSpec{Code: SendBatchMessage, Ext: ext}, unhex(t, batchOfTwo)))
	it = MessagesOf(Context{Code: SendBatchMessage, Known: true}, 0, cmd, f)
	if !it.Next(&m) || len(m.Body) != 106 || string(m.Properties) != "X\x01y\x02" || it.Next(&m) {
		t.Errorf("one message: %q", m.Body)
	}
}

func TestBrokenBatch(t *testing.T) {
	good := unhex(t, batchOfTwo)
	for _, c := range []struct {
		name   string
		spoil  func(b []byte) []byte
		n      int
		reason Reason
	}{
		{"size", func(b []byte) []byte { b[3]++; return b }, 2, ReasonRecordSize},
		{"body length", func(b []byte) []byte { b[53+16] = 0x7F; return b }, 1, ReasonLength},
		{"properties length", func(b []byte) []byte { b[53+23] = 0x80; return b }, 1, ReasonLength},
		{"rest", func(b []byte) []byte { return append(b, 1) }, 2, ReasonShort},
	} {
		t.Run(c.name, func(t *testing.T) {
			body := c.spoil(append([]byte(nil), good...))
			f, cmd := split(t, framed(t, CommandSpec{Code: SendBatchMessage, Ext: []ExtField{{"m", "true"}, {"b", "T"}}}, body))
			n := CountMessages(Context{}, 0, cmd, f)
			if n.Messages != c.n || n.Err == nil || n.Err.Code != c.reason {
				t.Errorf("%+v", n)
			}
		})
	}
}

func TestWhichFramesHaveMessages(t *testing.T) {
	record := unhex(t, recordIPv4)
	for _, c := range []struct {
		name  string
		spec  CommandSpec
		asked int32
		known bool
		body  []byte
		want  int
		facts string
	}{
		{name: "pull", spec: CommandSpec{Flag: 1}, asked: 11, known: true, body: record, want: 1},
		{name: "lite pull", spec: CommandSpec{Flag: 1}, asked: 361, known: true, body: record, want: 1},
		{name: "pop", spec: CommandSpec{Flag: 1}, asked: 200050, known: true, body: record, want: 1},
		{name: "peek", spec: CommandSpec{Flag: 1}, asked: 200052, known: true, body: record, want: 1},
		{name: "query", spec: CommandSpec{Flag: 1}, asked: 12, known: true, body: record, want: 1},
		{name: "view", spec: CommandSpec{Flag: 1}, asked: 33, known: true, body: record, want: 1},
		{name: "pull not found", spec: CommandSpec{Flag: 1, Code: 19}, asked: 11, known: true, body: record},
		{name: "route", spec: CommandSpec{Flag: 1}, asked: 105, known: true, body: record},
		{name: "unknown request", spec: CommandSpec{Flag: 1}, body: record, want: 1},
		{name: "unknown request, no records", spec: CommandSpec{Flag: 1}, body: record[1:]},
		{name: "unknown request, short", spec: CommandSpec{Flag: 1}, body: record[:87]},
		{name: "check", spec: CommandSpec{Flag: 2, Code: 39}, body: record, want: 1, facts: "transaction"},
		{name: "directly", spec: CommandSpec{Code: 309}, body: record, want: 1},
		{name: "directly, to the broker", spec: CommandSpec{Code: 309}},
		{name: "send", spec: CommandSpec{Code: 10}, want: 1},
		{name: "reply", spec: CommandSpec{Code: 325}, body: record, want: 1},
		{name: "half", spec: CommandSpec{Code: 310, Ext: []ExtField{{"b", "T"}, {"f", "4"}}}, want: 1, facts: "transaction"},
		{name: "retry", spec: CommandSpec{Code: 310, Ext: []ExtField{{"b", "%RETRY%g"}}}, want: 1, facts: "retry"},
		{name: "again", spec: CommandSpec{Code: 10, Ext: []ExtField{{"topic", "T"}, {"reconsumeTimes", "2"}}}, want: 1, facts: "retry"},
		{name: "compressed", spec: CommandSpec{Code: 310, Ext: []ExtField{{"b", "T"}, {"f", "1"}}}, want: 1, facts: "compressed"},
		{name: "push reply", spec: CommandSpec{Code: 326}, body: record},
		{name: "cut pop code", spec: CommandSpec{Code: 3442}, body: record},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, cmd := split(t, framed(t, c.spec, c.body))
			ctx := Context{Code: c.asked, Known: c.known}
			if !cmd.Response() {
				ctx = Context{Code: cmd.Code, Known: true}
			}
			n := CountMessages(ctx, cmd.Code, cmd, f)
			if n.Messages != c.want || n.Err != nil {
				t.Errorf("%+v, want %d messages", n, c.want)
			}
			for fact, is := range map[string]bool{"transaction": n.Transaction, "retry": n.Retry, "compressed": n.Compressed, "batch": n.Batch} {
				if is != (fact == c.facts) {
					t.Errorf("%s is %v", fact, is)
				}
			}
		})
	}
}

func TestCutFrames(t *testing.T) {
	for _, name := range []string{"pull V1", "pull IPv6", "pull inner batch", "batch", "send JSON", "check transaction", "send zlib", "heartbeat", "route legacy"} {
		r := recording(t, name)
		f, cmd := split(t, r.Raw)
		p, _ := ReadPrefix(r.Raw, Limits{})
		head := len(r.Raw) - len(f.Body)
		whole := CountMessages(r.context(), cmd.Code, cmd, f).Messages
		for n := head; n < len(r.Raw); n++ {
			cut := Cut(r.Raw[:n:n], p)
			if err := cmd.Decode(cut); err != nil {
				t.Fatal(err)
			}
			c := CountMessages(r.context(), cmd.Code, cmd, cut)
			if c.Messages > whole || c.Err != nil && c.Err.Off > n {
				t.Fatalf("%s cut at %d: %+v", name, n, c)
			}
			if c.Messages > 0 && (c.Err == nil || c.Err.Code != ReasonShort) {
				t.Fatalf("%s cut at %d: %+v", name, n, c)
			}
			wellFormed(t, Describe(r.context(), cut, len(r.Raw), DescribeOptions{}))
		}
	}
}

func TestMessagesDoNotAllocate(t *testing.T) {
	for _, name := range []string{"pull V1", "batch", "send JSON", "send ROCKETMQ", "heartbeat"} {
		r := recording(t, name)
		f, cmd := split(t, r.Raw)
		if n := testing.AllocsPerRun(100, func() { CountMessages(r.context(), cmd.Code, cmd, f) }); n != 0 {
			t.Errorf("CountMessages of %s: %v allocations", name, n)
		}
		if n := testing.AllocsPerRun(100, func() {
			it := MessagesOf(r.context(), cmd.Code, cmd, f)
			var m Message
			for it.Next(&m) {
				m.UniqKey()
				m.CRCMismatch()
			}
		}); n != 0 {
			t.Errorf("walking %s: %v allocations", name, n)
		}
	}
}
