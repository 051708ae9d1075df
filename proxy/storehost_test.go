package proxy

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/hex"
	"net/netip"
	"strings"
	"testing"

	"github.com/mqsniff/mqsniff/capture"
	"github.com/mqsniff/mqsniff/capture/tcp"
	"github.com/mqsniff/mqsniff/decode"
	"github.com/mqsniff/mqsniff/session"
)

// answers are the whole answers with messages or ids of messages in a capture, by operation.
func answers(t testing.TB, name string) map[int32][][]byte {
	t.Helper()
	files, err := capture.Open([]string{"../pcaps/" + name}, capture.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer files.Close()
	found := map[int32][][]byte{}
	s := session.New(session.Options{}, func(ev *session.Event, v *session.View) {
		if ev.Kind == session.Response && !ev.Has(session.Unmatched) && ev.Cut == 0 && hasHosts(ev.Code) {
			found[ev.Code] = append(found[ev.Code], bytes.Clone(v.Frame.Raw))
		}
	})
	err = files.Run(context.Background(), func(t int64, e session.Endpoints, dir session.Direction, handshake bool) tcp.Stream {
		return s.Open(t, e, dir, handshake)
	})
	if err != nil {
		t.Fatal(err)
	}
	s.End()
	return found
}

// renamed is raw as Addresses rewrite it.
func renamed(t testing.TB, a *Addresses, c *Conn, code int32, raw []byte) []byte {
	t.Helper()
	prefix, err := decode.ReadPrefix(raw, decode.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	f := decode.Cut(raw, prefix)
	var cmd decode.Command
	if err := cmd.Decode(f); err != nil {
		t.Fatal(err)
	}
	before := bytes.Clone(raw)
	out := a.Rewrite(c, code, &cmd, f)
	if !bytes.Equal(raw, before) {
		t.Fatal("the frame itself was changed")
	}
	if out == nil {
		return raw
	}
	return out
}

// hostBytes are an address as messages have it.
func hostBytes(t testing.TB, address string) []byte {
	t.Helper()
	at := netip.MustParseAddrPort(address)
	return append(at.Addr().AsSlice(), 0, 0, byte(at.Port()>>8), byte(at.Port()))
}

// withStoreHosts is a frame with another store host in its records, found by their sizes and by where it stands in each:
// behind 64 bytes, or 76 where the host before it has 16 bytes (MessageDecoder).
func withStoreHosts(raw, from, to []byte) []byte {
	raw = bytes.Clone(raw)
	be := binary.BigEndian
	for rest := raw[decode.PrefixLen+int(be.Uint32(raw[4:])&0xFFFFFF):]; len(rest) > 0; rest = rest[be.Uint32(rest):] {
		at := 64
		if rest[39]&decode.SysFlagBornHostV6 != 0 {
			at += 12
		}
		if host := rest[at : at+len(from)]; bytes.Equal(host, from) {
			copy(host, to)
		}
	}
	return raw
}

// In answers of real brokers the broker's address is another, in binary or in hexadecimal digits, and nothing else changes:
// the way back leads to the bytes that there were.
func TestStoreHostsOfRealBrokers(t *testing.T) {
	const four, six = "10.9.8.7:65535", "[fd00::a:b]:1234"
	for _, c := range []struct {
		capture, real, advertised string
		codes                     map[int32]int // how many answers of each operation change
	}{
		{"5.3.3-json-push-consume.pcap", "127.0.0.1:10911", four, map[int32]int{decode.SendMessageV2: 20, decode.PullMessage: 4}},
		{"5.3.3-binary-push-consume.pcap", "127.0.0.1:10911", four, map[int32]int{decode.SendMessageV2: 20, decode.PullMessage: 4}},
		{"5.3.3-json-ipv6-push-consume.pcap", "[::1]:10911", six, map[int32]int{decode.SendMessageV2: 20, decode.PullMessage: 4}},
		{"5.3.3-json-pop-consume.pcap", "127.0.0.1:10911", four, map[int32]int{decode.SendMessageV2: 10, decode.PopMessage: 2}},
		{"5.3.3-json-admin.pcap", "127.0.0.1:10911", four, map[int32]int{decode.SendMessageV2: 8, decode.PullMessage: 8, decode.QueryMessage: 2, decode.ViewMessageByID: 4}},
		{"5.3.3-json-send-batch.pcap", "127.0.0.1:10911", four, map[int32]int{decode.SendBatchMessage: 3, decode.PullMessage: 2}},
		{"5.3.3-json-send-compressed.pcap", "127.0.0.1:10911", four, map[int32]int{decode.SendMessageV2: 21, decode.PullMessage: 2}},
		{"5.3.3-json-batchcq.pcap", "127.0.0.1:10911", four, map[int32]int{decode.SendBatchMessage: 2, decode.PullMessage: 1}},
		{"5.3.3-json-request-reply.pcap", "127.0.0.1:10911", four, map[int32]int{decode.SendMessageV2: 6, decode.SendReplyMessageV2: 6, decode.PullMessage: 6}},
		{"5.3.3-json-two-brokers.pcap", "127.0.0.1:10921", four, map[int32]int{decode.SendMessageV2: 6, decode.PullMessage: 2}},
		{"4.9.7-json-retry-and-dlq.pcap", "127.0.0.1:10911", four, map[int32]int{decode.SendMessageV2: 4, decode.PullMessage: 7}},
		{"5.4.0-json-pop-consume.pcap", "127.0.0.1:10911", four, map[int32]int{decode.SendMessageV2: 10, decode.PopMessage: 2}},
		{"go-client.pcap", "127.0.0.1:10911", four, map[int32]int{decode.SendMessage: 9, decode.SendBatchMessage: 1, decode.PullMessage: 14}},
	} {
		there := world(t, AddressOptions{StoreHost: true, External: map[string]string{c.real: c.advertised}}, "static:/dev/null")
		back := world(t, AddressOptions{StoreHost: true, External: map[string]string{c.advertised: c.real}}, "static:/dev/null")
		from, to := hostBytes(t, c.real), hostBytes(t, c.advertised)
		digits := func(b []byte) []byte { return []byte(strings.ToUpper(hex.EncodeToString(b))) }
		for code, frames := range answers(t, c.capture) {
			changed := 0
			for i, raw := range frames {
				got := renamed(t, there, &Conn{}, code, raw)
				want := bytes.ReplaceAll(raw, digits(from), digits(to))
				if !decode.IsSend(code) {
					want = withStoreHosts(raw, from, to)
				}
				if !bytes.Equal(got, want) {
					t.Errorf("%s: %s %d: %q\nbecame %q", c.capture, decode.OperationName(code), i, raw, got)
				}
				if !bytes.Equal(got, raw) {
					changed++
				}
				if again := renamed(t, back, &Conn{}, code, got); !bytes.Equal(again, raw) {
					t.Errorf("%s: %s %d: the way back leads elsewhere", c.capture, decode.OperationName(code), i)
				}
			}
			if changed != c.codes[code] {
				t.Errorf("%s: %d answers to %s changed, want %d", c.capture, changed, decode.OperationName(code), c.codes[code])
			}
			delete(c.codes, code)
		}
		if len(c.codes) > 0 {
			t.Errorf("%s has no answers to %v", c.capture, c.codes)
		}
	}
}

// sent is an answer to a send.
func sent(t testing.TB, form decode.Serialization, status int32, id string) []byte {
	t.Helper()
	b, err := decode.EncodeCommand(nil, form, &decode.CommandSpec{Code: status, Opaque: 1, Flag: 1, Version: 479, Ext: []decode.ExtField{
		{Key: "queueId", Value: "0"}, {Key: "msgId", Value: id}, {Key: "transactionId", Value: "0A00000100002A9F0000000000000091"},
	}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Ids change where the message is stored and the broker is known, whatever else is in the field.
func TestOffsetMessageIDs(t *testing.T) {
	a := world(t, AddressOptions{StoreHost: true, External: map[string]string{
		"10.0.0.1:10911": "127.0.0.1:20911", "[fd00::1]:10911": "[::1]:20911", "10.0.0.3:10911": "[::1]:20913", "10.0.0.4:10911": "gateway:1",
	}}, "static:/dev/null")
	const one, its = "0A00000100002A9F0000000000000091", "7F000001000051AF0000000000000091"
	const six, itsSix = "FD00000000000000000000000000000100002A9F0000000000000001", "00000000000000000000000000000001000051AF0000000000000001"
	for _, form := range []decode.Serialization{decode.JSON, decode.ROCKETMQ} {
		for _, c := range []struct {
			code, status int32
			id, want     string
		}{
			{decode.SendMessageV2, 0, one, its},
			{decode.SendMessage, 10, one, its}, {decode.SendReplyMessage, 12, one, its},
			{decode.SendMessageV2, 1, one, one}, {decode.SendMessageV2, 13, one, one},
			{decode.SendBatchMessage, 0, one + "," + one + "," + six, its + "," + its + "," + itsSix},
			{decode.SendBatchMessage, 0, one + ",," + one + ",x", its + ",," + its + ",x"},
			{decode.SendMessageV2, 0, strings.ToLower(one), its},
			{decode.SendMessageV2, 0, one[:31], one[:31]}, {decode.SendMessageV2, 0, "", ""},
			{decode.SendMessageV2, 0, "0A00000200002A9F0000000000000091", "0A00000200002A9F0000000000000091"}, // unknown
			{decode.SendMessageV2, 0, "0A00000300002A9F0000000000000091", "0A00000300002A9F0000000000000091"}, // it would not fit in
			{decode.SendMessageV2, 0, "0A00000400002A9F0000000000000091", "0A00000400002A9F0000000000000091"}, // a name
			{decode.SendMessageV2, 0, "0A000001FFFF2A9F0000000000000091", "0A000001FFFF2A9F0000000000000091"}, // no port
		} {
			if got, want := renamed(t, a, &Conn{}, c.code, sent(t, form, c.status, c.id)), sent(t, form, c.status, c.want); !bytes.Equal(got, want) {
				t.Errorf("%d %d %s:\n%q, want\n%q", c.code, c.status, c.id, got, want)
			}
		}
	}
	// An escaped digit, and a number without quotes, stay.
	for _, text := range []string{
		`{"code":0,"extFields":{"msgId":"\u0030A00000100002A9F0000000000000091"},"flag":1,"opaque":1}`,
		`{"code":0,"extFields":{"msgId":10000001000012340000000000000091},"flag":1,"opaque":1}`,
	} {
		raw := binary.BigEndian.AppendUint32(nil, uint32(4+len(text)))
		raw = append(binary.BigEndian.AppendUint32(raw, uint32(len(text))), text...)
		if got := renamed(t, a, &Conn{}, decode.SendMessageV2, raw); !bytes.Equal(got, raw) {
			t.Errorf("%q became %q", raw, got)
		}
	}
}

// What stays as it is, is a leak, told once for each address.
func TestStoreHostLeaks(t *testing.T) {
	var leaks []string
	a := world(t, AddressOptions{StoreHost: true, External: map[string]string{"10.0.0.3:10911": "[::1]:20913"},
		Leaks: NewLeaks(func(text string) { leaks = append(leaks, text) })}, "static:/dev/null")
	for range 3 {
		renamed(t, a, &Conn{}, decode.SendMessage, sent(t, decode.JSON, 0, "0A00000300002A9F0000000000000091,0A00000200002A9F0000000000000091"))
	}
	if len(leaks) != 2 || !strings.Contains(leaks[0], "10.0.0.3:10911, and [::1]:20913 does not fit in") ||
		!strings.Contains(leaks[1], "10.0.0.2:10911, which no route named") || a.options.Leaks.Count() != 6 {
		t.Errorf("%q, %d", leaks, a.options.Leaks.Count())
	}
}

// Addresses that routes named stand for listeners; a broker that is named by a host name is known by where its connection goes.
func TestStoreHostsOfRoutes(t *testing.T) {
	a := world(t, AddressOptions{StoreHost: true}, "range:23400-23499")
	route := rewrite(t, a, 105, strings.ReplaceAll(route5, "[fd00::1]:10911", "broker-b:10911"))
	told := addressText.FindAllStringSubmatch(route, -1)
	if len(told) != 2 {
		t.Fatal(route)
	}
	id := func(host string) string {
		at := netip.MustParseAddrPort(host)
		return string(decode.AppendOffsetMsgID(nil, hostBytes(t, at.String()), 7))
	}
	byName := &Conn{Target: "broker-b:10911", Upstream: netip.MustParseAddrPort("10.0.0.2:10911")}
	for i, c := range []struct {
		conn *Conn
		real string
	}{{&Conn{}, "10.0.0.1:10911"}, {byName, "10.0.0.2:10911"}} {
		got := renamed(t, a, c.conn, decode.SendMessage, sent(t, decode.JSON, 0, id(c.real)))
		if want := sent(t, decode.JSON, 0, id(told[i][0])); !bytes.Equal(got, want) {
			t.Errorf("%s: %q, want %q", c.real, got, want)
		}
		if again := renamed(t, a, c.conn, decode.SendMessage, got); !bytes.Equal(again, got) {
			t.Errorf("%s was rewritten twice", c.real)
		}
	}
	if a.options.Leaks.Count() != 0 {
		t.Errorf("%d leaks", a.options.Leaks.Count())
	}
	for _, advertise := range []string{"proxy.example", ""} {
		_, err := NewAddresses(AddressOptions{Listen: netip.MustParseAddr("127.0.0.1"), Advertise: advertise, StoreHost: true})
		if (err == nil) != (advertise == "") {
			t.Errorf("%q: %v", advertise, err)
		}
	}
	for _, code := range []int32{decode.SendMessageV2, decode.PullMessage, decode.ViewMessageByID, decode.QueryMessage, decode.PopMessage} {
		if plain := world(t, AddressOptions{}, "static:/dev/null"); !a.Wants(code) || plain.Wants(code) {
			t.Errorf("%s is wanted without being asked for, or not wanted", decode.OperationName(code))
		}
	}
}

// FuzzStoreHost: nothing but addresses changes, whatever bodies hold: not the length, and the way back leads to what there was.
func FuzzStoreHost(f *testing.F) {
	for _, body := range []string{"", "\x00\x00\x00\x58\xda\xa3\x20\xa7"} {
		f.Add([]byte(body), "7F00000100002A9F0000000000000091")
	}
	for _, frames := range answers(f, "5.3.3-json-admin.pcap") {
		for _, raw := range frames {
			f.Add(raw[decode.PrefixLen+int(binary.BigEndian.Uint32(raw[4:])&0xFFFFFF):], "7F00000100002A9F0000000000000091,")
		}
	}
	there, err1 := NewAddresses(AddressOptions{Advertise: "127.0.0.1", StoreHost: true, External: map[string]string{"127.0.0.1:10911": "10.9.8.7:6"}})
	back, err2 := NewAddresses(AddressOptions{Advertise: "127.0.0.1", StoreHost: true, External: map[string]string{"10.9.8.7:6": "127.0.0.1:10911"}})
	if err1 != nil || err2 != nil {
		f.Fatal(err1, err2)
	}
	f.Fuzz(func(t *testing.T, body []byte, id string) {
		if bytes.Contains(body, hostBytes(t, "10.9.8.7:6")) || strings.Contains(strings.ToUpper(id), "0A09080700000006") || id != strings.ToUpper(id) {
			return
		}
		for _, c := range []struct {
			code int32
			raw  []byte
		}{{decode.PullMessage, frame(t, 0, 1, 1, body)}, {decode.SendMessage, sent(t, decode.JSON, 0, id)}, {decode.SendMessage, sent(t, decode.ROCKETMQ, 0, id)}} {
			got := renamed(t, there, &Conn{}, c.code, c.raw)
			if len(got) != len(c.raw) {
				t.Fatalf("%d bytes became %d", len(c.raw), len(got))
			}
			if again := renamed(t, back, &Conn{}, c.code, got); !bytes.Equal(again, c.raw) {
				t.Fatalf("%q became %q", c.raw, again)
			}
		}
	})
}
