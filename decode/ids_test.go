package decode

import (
	"net/netip"
	"testing"
	"time"
)

func TestOffsetMsgID(t *testing.T) {
	for _, c := range []struct {
		id, host string
		offset   int64
	}{
		{"7F00000100002A9F0000000000000091", "127.0.0.1:10911", 0x91},
		{"7f00000100002a9f0000000000000091", "127.0.0.1:10911", 0x91},
		{"20010DB800000000000000000000000100002A9F0000000000001234", "[2001:db8::1]:10911", 0x1234},
		{"C0A8000930392F0EE9F60000000A0001", "", 0}, // a UNIQ_KEY: no port
		{"7F00000100002A9F000000000000009", "", 0},
		{"7F00000100002A9F00000000000000G1", "", 0},
		{"", "", 0},
	} {
		host, offset, ok := ParseOffsetMsgID([]byte(c.id))
		if ok != (c.host != "") || ok && (host.String() != c.host || offset != c.offset) {
			t.Errorf("%s: %v %d %v", c.id, host, offset, ok)
		}
	}
	host := []byte{127, 0, 0, 1, 0, 0, 0x2A, 0x9F}
	if id := string(AppendOffsetMsgID(nil, host, 0x91)); id != "7F00000100002A9F0000000000000091" {
		t.Error(id)
	}
}

func TestUniqKey(t *testing.T) {
	k, ok := ParseUniqKey([]byte("C0A8000930392F0EE9F60000000A0001"))
	if want := (UniqKey{IP: netip.MustParseAddr("192.168.0.9"), PID: 12345, Loader: 0x2F0EE9F6, Elapsed: 10, Counter: 1}); !ok || k != want {
		t.Errorf("%+v", k)
	}
	k, ok = ParseUniqKey([]byte("FD00000000000000000000000000000220855FFD2B276F40A6F30007"))
	if want := (UniqKey{IP: netip.MustParseAddr("fd00::2"), PID: 8325, Loader: 0x5FFD2B27, Elapsed: 0x6F40A6F3, Counter: 7}); !ok || k != want {
		t.Errorf("%+v", k)
	}
	k, ok = ParseUniqKey([]byte("0102030405060708090000000A0000000B"))
	if want := (UniqKey{MAC: [6]byte{2, 3, 4, 5, 6, 7}, PID: 0x0809, Elapsed: 10, Counter: 11, GRPC: true}); !ok || k != want {
		t.Errorf("%+v", k)
	}
	// rocketmq-client-cpp 1.x, in pcaps/cpp-client-1.pcap, on 2026-11-23.
	k, ok = ParseUniqKey([]byte("0100007F00007DCA0000476548780100"))
	if want := (UniqKey{IP: netip.MustParseAddr("127.0.0.1"), Loader: 0xCA7D, Elapsed: 0x78486547 - 24*3600_000, Counter: 1, LittleEndian: true}); !ok || k != want {
		t.Errorf("%+v", k)
	}
	// rocketmq-client-go with a process id and a count that end in a zero byte.
	if k, ok = ParseUniqKey([]byte("7F000001010000000000720500000100")); !ok || k.LittleEndian || k.PID != 256 || k.Counter != 256 {
		t.Errorf("%+v", k)
	}
	for _, s := range []string{"", "order-1", "C0A8000930392F0EE9F60000000A000", "C0A8000930392F0EE9F60000000A000x", "0202030405060708090000000A0000000B"} {
		if _, ok := ParseUniqKey([]byte(s)); ok {
			t.Errorf("%q", s)
		}
	}
}

func TestUniqKeyTime(t *testing.T) {
	at := func(s string) int64 {
		x, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return x.UnixMilli()
	}
	const day = 24 * 3600 * 1000
	for _, c := range []struct {
		elapsed         uint32
		reference, want string
	}{
		{10, "2026-11-22T10:00:00Z", "2026-11-01T00:00:00Z"},
		{21*day + 3600_000, "2026-11-22T10:00:00Z", "2026-11-22T01:00:00Z"},
		{30 * day, "2027-01-02T00:00:00Z", "2026-12-31T00:00:00Z"},     // beyond 2^31 ms, and last month
		{9 * 3600_000, "2026-11-01T01:00:00Z", "2026-11-01T09:00:00Z"}, // nine hours ahead of UTC
	} {
		k := UniqKey{Elapsed: c.elapsed}
		if got := k.Time(at(c.reference)) / 1000; got != at(c.want)/1000 {
			t.Errorf("%d seen at %s: %s", c.elapsed, c.reference, time.UnixMilli(got*1000).UTC())
		}
	}
	k := UniqKey{Elapsed: 86400, GRPC: true}
	if got := k.Time(0); got != at("2021-01-02T00:00:00Z") {
		t.Error(got)
	}
}

func TestReceiptHandle(t *testing.T) {
	h, ok := ParseReceiptHandle([]byte("0 1757000000000 10000 1 2 broker-b 3 4 5"))
	if !ok || h.PopTime != 1757000000000 || h.InvisibleTime != 10000 || h.ReviveQueueID != 1 || h.TopicType != '2' ||
		string(h.Broker) != "broker-b" || h.QueueID != 3 || h.QueueOffset != 4 || h.CommitLogOffset != 5 || !h.HasCommitLogOffset {
		t.Errorf("%+v %v", h, ok)
	}
	if h, ok := ParseReceiptHandle([]byte("7 1757000000000 10000 999 0 b 0 0")); !ok || h.CheckPointOffset != 7 || h.HasCommitLogOffset {
		t.Errorf("%+v %v", h, ok)
	}
	for _, s := range []string{"", "1 2 3", "0 x 10000 1 0 b 0 0", "0 1 10000 1 00 b 0 0", "0 1 10000 1 0 b 0 0 1 1"} {
		if _, ok := ParseReceiptHandle([]byte(s)); ok {
			t.Errorf("%q", s)
		}
	}
}

func TestClientID(t *testing.T) {
	for _, c := range []struct {
		id, ip, instance, unit string
		stream, ok             bool
	}{
		{"10.0.0.8@3021#88123", "10.0.0.8", "3021#88123", "", false, true},
		{"10.0.0.8@DEFAULT@unit", "10.0.0.8", "DEFAULT", "unit", false, true},
		{"10.0.0.8@i@u@STREAM", "10.0.0.8", "i", "u", true, true},
		{"10.0.0.8@i@STREAM", "10.0.0.8", "i", "", true, true},
		{"fe80::1%eth0@i", "fe80::1%eth0", "i", "", false, true},
		{"nobody", "", "", "", false, false},
	} {
		got, ok := ParseClientID([]byte(c.id))
		if ok != c.ok || string(got.IP) != c.ip || string(got.Instance) != c.instance || string(got.Unit) != c.unit || got.Stream != c.stream {
			t.Errorf("%s: %+v %v", c.id, got, ok)
		}
	}
}

func TestRecallHandle(t *testing.T) {
	h, ok := ParseRecallHandle([]byte("djEgVG9waWNUZXN0IGJyb2tlci1hIDE3MDAwMDAwNjAwMDEgQzBBODAwMDkzMDM5MkYwRUU5RjYwMDAwMDAwQTAwMDE="))
	if want := (RecallHandle{"TopicTest", "broker-a", "C0A8000930392F0EE9F60000000A0001", 1700000060001}); !ok || h != want {
		t.Errorf("%+v %v", h, ok)
	}
	if _, ok := ParseRecallHandle([]byte("djEgVG9w")); ok {
		t.Error("three parts")
	}
}

// The keys of old C++ clients were taken for offset message ids: behind the address stand numbers that look like a port.
func TestUniqKeyThatLooksLikeAnOffsetMsgID(t *testing.T) {
	r := recording(t, "signed send of the C++ client")
	f, _ := split(t, r.Raw)
	found := false
	for _, n := range Describe(r.context(), f, len(r.Raw), DescribeOptions{Reference: r.Time}).Nodes {
		found = found || n.Name == "ip"
		if n.Name == "storeHost" {
			t.Errorf("%+v", n)
		}
	}
	if !found {
		t.Error("the key is not taken apart")
	}
}
