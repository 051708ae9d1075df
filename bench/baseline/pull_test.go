package baseline

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/mqsniff/mqsniff/decode"
)

// pullHeader is the header of an answer to a pull as a broker 5.3.3 writes it.
const pullHeader = `{"code":0,"extFields":{"suggestWhichBrokerId":"0","groupSysFlag":"0","nextBeginOffset":"32","maxOffset":"32","minOffset":"0",` +
	`"topicSysFlag":"0"},"flag":1,"language":"JAVA","opaque":73,"remark":"FOUND","serializeTypeCurrentRPC":"JSON","version":479}`

const pullProperties = "MSG_REGION\x01DefaultRegion\x02UNIQ_KEY\x017F000001068D4E0E2F2A7108C34C0000\x02CLUSTER\x01DefaultCluster\x02" +
	"WAIT\x01true\x02TAGS\x01TagA\x02KEYS\x01key-0\x02TRACE_ON\x01true\x02"

// pull32 is a whole frame with 32 messages of about 300 bytes, as MessageDecoder stores them.
func pull32() []byte {
	be := binary.BigEndian
	body := []byte(strings.Repeat("hello ", 10))
	r := make([]byte, 0, 400)
	for _, n := range []uint32{0, decode.MagicV1, 0x3610A686, 1, 0, 0, 7, 0, 0x1234, 0, 0x18B, 0xCFE56800, 0x7F000001, 50000, 0x18B, 0xCFE56805,
		0x7F000001, 10911, 0, 0, 0, uint32(len(body))} {
		r = be.AppendUint32(r, n)
	}
	r = append(append(r, body...), 4)
	r = append(r, "Push"...)
	r = append(be.AppendUint16(r, uint16(len(pullProperties))), pullProperties...)
	be.PutUint32(r, uint32(len(r)))
	r = bytes.Repeat(r, 32)
	b := be.AppendUint32(nil, uint32(4+len(pullHeader)+len(r)))
	b = be.AppendUint32(b, uint32(len(pullHeader)))
	return append(append(b, pullHeader...), r...)
}

// pulled is what a decoder found, so that all are seen to do the same work.
type pulled struct {
	messages, properties, fields, bytes int
}

// oursPulled decodes the frame, its header with all fields and its messages with all properties; nothing is decompressed.
func oursPulled(tb testing.TB, c *decode.Command, raw []byte) (n pulled) {
	f, _, err := decode.Split(raw, decode.Limits{})
	if err != nil {
		tb.Fatal(err)
	}
	if err := c.Decode(f); err != nil {
		tb.Fatal(err)
	}
	for i := range c.Ext.Len() {
		field := c.Ext.At(i)
		n.bytes += len(field.Key) + len(field.Value)
		n.fields++
	}
	it := decode.MessagesOf(decode.Context{Code: decode.PullMessage, Known: true}, c.Code, c, f)
	var m decode.Message
	var p decode.Property
	for it.Next(&m) {
		n.messages++
		n.bytes += len(m.Topic) + len(m.Body)
		list := decode.PropertiesOf(m.Properties)
		for list.Next(&p) {
			n.properties++
			n.bytes += len(p.Key) + len(p.Value)
		}
	}
	if err := it.Err(); err != nil {
		tb.Fatal(err)
	}
	return n
}

// plainMessage is a stored message as a decoder without views has it.
type plainMessage struct {
	Fixed struct {
		Size, Magic, CRC, QueueID, Flag int32
		QueueOffset, CommitLogOffset    int64
		SysFlag                         int32
		BornTimestamp                   int64
		BornHost                        [8]byte
		StoreTimestamp                  int64
		StoreHost                       [8]byte
		ReconsumeTimes                  int32
		PreparedTransactionOffset       int64
	}
	Topic      string
	Body       []byte
	Properties map[string]string
}

// plainPulled does the same with the standard library: JSON into maps of any, texts and maps for each message.
func plainPulled(tb testing.TB, raw []byte) (n pulled) {
	be := binary.BigEndian
	size := int(be.Uint32(raw[4:]) & 0xFFFFFF)
	_, ext := mapHeader(tb, raw[8:8+size])
	for k, v := range ext {
		n.bytes += len(k) + len(v.(string))
		n.fields++
	}
	for b := raw[8+size:]; len(b) > 0; {
		m, rest, err := plainRecord(b)
		if err != nil {
			tb.Fatal(err)
		}
		b = rest
		n.messages++
		n.bytes += len(m.Topic) + len(m.Body)
		for k, v := range m.Properties {
			n.properties++
			n.bytes += len(k) + len(v)
		}
	}
	return n
}

func plainRecord(b []byte) (m plainMessage, rest []byte, err error) {
	be := binary.BigEndian
	if len(b) < 88 || int(be.Uint32(b)) > len(b) {
		return m, nil, errors.New("short")
	}
	b, rest = b[:be.Uint32(b)], b[be.Uint32(b):]
	f := &m.Fixed
	f.Size, f.Magic, f.CRC = int32(be.Uint32(b)), int32(be.Uint32(b[4:])), int32(be.Uint32(b[8:]))
	f.QueueID, f.Flag, f.QueueOffset = int32(be.Uint32(b[12:])), int32(be.Uint32(b[16:])), int64(be.Uint64(b[20:]))
	f.CommitLogOffset, f.SysFlag, f.BornTimestamp = int64(be.Uint64(b[28:])), int32(be.Uint32(b[36:])), int64(be.Uint64(b[40:]))
	copy(f.BornHost[:], b[48:])
	f.StoreTimestamp = int64(be.Uint64(b[56:]))
	copy(f.StoreHost[:], b[64:])
	f.ReconsumeTimes, f.PreparedTransactionOffset = int32(be.Uint32(b[72:])), int64(be.Uint64(b[76:]))
	n := int(be.Uint32(b[84:]))
	if n > len(b)-91 {
		return m, nil, errors.New("body")
	}
	m.Body, b = bytes.Clone(b[88:88+n]), b[88+n:]
	n = int(b[0])
	m.Topic, b = string(b[1:1+n]), b[1+n:]
	m.Properties = map[string]string{}
	for _, entry := range strings.Split(string(b[2:]), "\x02") {
		if k, v, ok := strings.Cut(entry, "\x01"); ok {
			m.Properties[k] = v
		}
	}
	return m, rest, nil
}

func TestAllReadTheSameMessages(t *testing.T) {
	raw := pull32()
	if !json.Valid([]byte(pullHeader)) {
		t.Fatal("the header is no JSON")
	}
	var c decode.Command
	got, want := oursPulled(t, &c, raw), plainPulled(t, raw)
	if got != want || got.messages != 32 || got.properties != 7*32 || got.fields != 6 {
		t.Errorf("%+v, the standard library %+v", got, want)
	}
}

func BenchmarkPull32Ours(b *testing.B) {
	raw := pull32()
	var c decode.Command
	b.ReportAllocs()
	b.SetBytes(int64(len(raw)))
	for b.Loop() {
		oursPulled(b, &c, raw)
	}
}

func BenchmarkPull32Map(b *testing.B) {
	raw := pull32()
	b.ReportAllocs()
	b.SetBytes(int64(len(raw)))
	for b.Loop() {
		plainPulled(b, raw)
	}
}
