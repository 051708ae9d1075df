package export

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"net/netip"
	"testing"

	"github.com/mqsniff/mqsniff/decode"
	"github.com/mqsniff/mqsniff/session"
)

// start is when the conversation begins, in ns since 1970.
const start = 1_700_000_000_000_000_000

// talk is a connection that frames are sent over.
type talk struct {
	t testing.TB
	s *session.Session
	c *session.Conn
}

// newTalk opens a connection whose events go to what printer makes.
func newTalk(t testing.TB, printer func(*session.Symbols) session.Handler) *talk {
	var handle session.Handler
	s := session.New(session.Options{}, func(ev *session.Event, v *session.View) { handle(ev, v) })
	handle = printer(s.Symbols)
	c := s.Open(start, session.Endpoints{Client: netip.MustParseAddrPort("10.0.0.1:50000"), Server: netip.MustParseAddrPort("[fd00::2]:10911")},
		session.ClientToServer, true)
	c.Begin(session.ClientToServer, start)
	c.Begin(session.ServerToClient, start)
	return &talk{t, s, c}
}

func (k *talk) bytes(dir session.Direction, us int64, b []byte) {
	k.c.Bytes(dir, session.Chunk{Bytes: b, Time: start + us*1000, Offset: -1})
}

func (k *talk) frame(dir session.Direction, us int64, form decode.Serialization, spec decode.CommandSpec, body []byte) {
	k.t.Helper()
	k.bytes(dir, us, encode(k.t, form, spec, body))
}

func encode(t testing.TB, form decode.Serialization, spec decode.CommandSpec, body []byte) []byte {
	t.Helper()
	b, err := decode.EncodeCommand(nil, form, &spec, body)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func ext(pairs ...string) (fields []decode.ExtField) {
	for i := 0; i < len(pairs); i += 2 {
		fields = append(fields, decode.ExtField{Key: pairs[i], Value: pairs[i+1]})
	}
	return fields
}

func deflated(t testing.TB, text string) []byte {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	w.Close()
	return b.Bytes()
}

// storedRecord is a stored record (MessageDecoder, magic V1).
func storedRecord(sysFlag int32, offset int64, topic, properties string, body []byte) []byte {
	be := binary.BigEndian
	b := make([]byte, 4)
	b = be.AppendUint32(b, decode.MagicV1)
	b = be.AppendUint32(b, crc32.ChecksumIEEE(body)&0x7fffffff)
	b = be.AppendUint32(b, 2) // queue
	b = be.AppendUint32(b, 9) // flag
	b = be.AppendUint64(b, uint64(offset))
	b = be.AppendUint64(b, uint64(1<<54+offset*100))
	b = be.AppendUint32(b, uint32(sysFlag))
	b = be.AppendUint64(b, 1_699_999_999_000)
	b = append(b, 10, 0, 0, 1, 0, 0, 0xC3, 0x50)
	b = be.AppendUint64(b, 1_699_999_999_500)
	b = append(b, 10, 0, 0, 2, 0, 0, 0x2A, 0x9F)
	b = be.AppendUint32(b, 1) // reconsumeTimes
	b = be.AppendUint64(b, 0)
	b = be.AppendUint32(b, uint32(len(body)))
	b = append(b, body...)
	b = append(append(b, byte(len(topic))), topic...)
	b = be.AppendUint16(b, uint16(len(properties)))
	b = append(b, properties...)
	be.PutUint32(b, uint32(len(b)))
	return b
}

// element is an element of a batch (MessageDecoder.encodeMessage).
func element(properties string, body string) []byte {
	be := binary.BigEndian
	b := make([]byte, 12)
	b = be.AppendUint32(b, 5) // flag
	b = be.AppendUint32(b, uint32(len(body)))
	b = append(b, body...)
	b = be.AppendUint16(b, uint16(len(properties)))
	b = append(b, properties...)
	be.PutUint32(b, uint32(len(b)))
	return b
}

// hostile is what nobody wants on a terminal or in a line of JSON.
const hostile = "a\x1b]0;pwned\x07\n\u202eevil\u2028\u0085\"\\\x00é订单"

// conversation sends some of everything.
func conversation(t testing.TB, printer func(*session.Symbols) session.Handler) {
	const c2s, s2c = session.ClientToServer, session.ServerToClient
	k := newTalk(t, printer)
	sendExt := func(more ...string) []decode.ExtField {
		return ext(append([]string{"a", "pg-order", "b", "OrderPaid", "e", "3", "f", "0", "g", "1700000000000", "h", "7",
			"i", "KEYS\x01k-17\x02UNIQ_KEY\x010A000001\x02KEYS\x01k-18\x02", "j", "0", "n", "broker-a"}, more...)...)
	}
	k.frame(c2s, 1000, decode.JSON, decode.CommandSpec{Code: 310, Opaque: 7, Version: 479, Ext: sendExt()}, []byte("hello"))
	k.frame(s2c, 1800, decode.JSON, decode.CommandSpec{Code: 0, Opaque: 7, Flag: 1, Version: 479, Ext: ext("msgId", "0A00", "queueId", "3", "queueOffset", "9007199254740993")}, nil)
	busy := "[TIMEOUT_CLEAN_QUEUE]broker busy, start flow control for a while, period in queue: 206ms, size of queue: 5"
	k.frame(c2s, 2000, decode.ROCKETMQ, decode.CommandSpec{Code: 310, Opaque: 8, Version: 479, Language: 9, Ext: sendExt("m", "true")},
		append(element("UNIQ_KEY\x01E1", "one"), element("", "two")...))
	k.frame(s2c, 12592, decode.ROCKETMQ, decode.CommandSpec{Code: 2, Opaque: 8, Flag: 1, Version: 479, Remark: &busy}, nil)
	pull := ext("consumerGroup", "cg-order", "topic", "OrderPaid", "queueId", "2", "queueOffset", "11", "maxMsgNums", "32", "sysFlag", "3",
		"commitOffset", "0", "suspendTimeoutMillis", "15000")
	k.frame(c2s, 13000, decode.JSON, decode.CommandSpec{Code: 11, Opaque: 9, Version: 395, Ext: pull}, nil)
	var records []byte
	records = append(records, storedRecord(0, 11, "OrderPaid", "KEYS\x01k-1\x02UNIQ_KEY\x01U1\x02", []byte("plain"))...)
	records = append(records, storedRecord(1, 12, "OrderPaid", "", deflated(t, "squeezed"))...)
	records = append(records, storedRecord(1, 13, "OrderPaid", "", []byte("broken zlib"))...)
	records = append(records, storedRecord(0x701, 14, "OrderPaid", "", []byte("?"))...)
	records = append(records, storedRecord(0, 15, hostile, "K\x01"+hostile+"\x02\xff\x01\xfe\x02", []byte(hostile+"\xff"))...)
	k.frame(s2c, 14_013_000, decode.JSON, decode.CommandSpec{Code: 0, Opaque: 9, Flag: 1, Version: 395, Ext: ext("nextBeginOffset", "16", "minOffset", "0", "maxOffset", "16", "suggestWhichBrokerId", "0")}, records)
	k.frame(c2s, 14_014_000, decode.ROCKETMQ, decode.CommandSpec{Code: 3442, Opaque: 10, Version: 479, Ext: ext("consumerGroup", "cg-order", "topic", "OrderPaid", "queueId", "-1", "pollTime", "15000")}, nil)
	k.frame(s2c, 14_015_000, decode.JSON, decode.CommandSpec{Code: 40, Opaque: 1, Flag: 2, Version: 479, Ext: ext("consumerGroup", "cg-order")}, nil)
	k.frame(s2c, 14_016_000, decode.JSON, decode.CommandSpec{Code: 220, Opaque: 2, Version: 479, Ext: ext("topic", "OrderPaid", "group", "cg-order", "timestamp", "-1", "isForce", "true")}, nil)
	k.frame(c2s, 14_017_000, decode.JSON, decode.CommandSpec{Code: 0, Opaque: 2, Flag: 1, Version: 395}, []byte(`{0:"x",'n':NaN, "big":9007199254740993, }`))
	k.frame(s2c, 14_018_000, decode.JSON, decode.CommandSpec{Code: 1, Opaque: 99, Flag: 1, Version: 479}, nil)
	nasty := hostile
	k.frame(c2s, 14_019_000, decode.JSON, decode.CommandSpec{Code: 105, Opaque: 11, Language: decode.LanguageUnknown, LanguageName: "COBOL", Version: 99999,
		Remark: &nasty, Ext: ext("topic", hostile, hostile, "x", "topic", hostile)}, nil)
	k.bytes(c2s, 14_020_000, []byte("\x00\x00\x00\x01 this is no frame at all, and it goes on"))
	k.c.Gap(s2c, start+14_021_000_000, 1460)
	full := encode(t, decode.JSON, decode.CommandSpec{Code: 0, Opaque: 11, Flag: 1, Version: 479}, bytes.Repeat([]byte("x"), 300))
	k.bytes(s2c, 14_022_000, full)
	k.bytes(s2c, 14_023_000, full[:len(full)-100])
	k.c.Gap(s2c, start+14_024_000_000, 100)
	k.c.Close(c2s, start+15_000_000_000, session.CloseRST)
	k.s.End()
}
