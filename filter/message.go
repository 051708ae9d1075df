package filter

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/mqsniff/mqsniff/decode"
)

// Message is an element of messages, with the names of the JSON output. What a send does not carry is zero.
type Message struct {
	Topic                     string            `expr:"topic"`
	QueueID                   int               `expr:"queue_id"`
	QueueOffset               int               `expr:"queue_offset"`
	CommitLogOffset           int               `expr:"commit_log_offset"`
	SysFlag                   int               `expr:"sys_flag"`
	Flag                      int               `expr:"flag"`
	BornTimestamp             int               `expr:"born_timestamp"`
	StoreTimestamp            int               `expr:"store_timestamp"`
	BornHost                  string            `expr:"born_host"`
	StoreHost                 string            `expr:"store_host"`
	MsgID                     string            `expr:"msg_id"`
	UniqKey                   string            `expr:"uniq_key"`
	ReconsumeTimes            int               `expr:"reconsume_times"`
	PreparedTransactionOffset int               `expr:"prepared_transaction_offset"`
	Compression               string            `expr:"compression"`
	BodyLen                   int               `expr:"body_len"`
	RawBodyLen                int               `expr:"raw_body_len"`
	BodySHA256                string            `expr:"body_sha256"`
	BodyCRC                   int               `expr:"body_crc"`
	Properties                map[string]string `expr:"properties"`
	Body                      string            `expr:"body"`
}

var messageFields = []Field{
	{Name: "topic", Type: "string", Meaning: "topic of the message"},
	{Name: "queue_id", Type: "int", Meaning: "queue"},
	{Name: "queue_offset", Type: "int", Meaning: "place in the queue"},
	{Name: "commit_log_offset", Type: "int", Unit: "bytes", Meaning: "place in the broker's commit log"},
	{Name: "sys_flag", Type: "int", Meaning: "bits of MessageSysFlag"},
	{Name: "flag", Type: "int", Meaning: "the application's flag"},
	{Name: "born_timestamp", Type: "int", Unit: "ms since 1970", Meaning: "when the producer made it"},
	{Name: "store_timestamp", Type: "int", Unit: "ms since 1970", Meaning: "when the broker stored it"},
	{Name: "born_host", Type: "string", Meaning: "ip:port of the producer"},
	{Name: "store_host", Type: "string", Meaning: "ip:port of the broker"},
	{Name: "msg_id", Type: "string", Meaning: "offset message id"},
	{Name: "uniq_key", Type: "string", Meaning: "message id that the producer made"},
	{Name: "reconsume_times", Type: "int", Meaning: "how often it was sent back"},
	{Name: "prepared_transaction_offset", Type: "int", Unit: "bytes", Meaning: "place of the half message"},
	{Name: "compression", Type: "string", Meaning: "compression of the body", Values: []string{"none", "zlib", "lz4", "zstd"}},
	{Name: "body_len", Type: "int", Unit: "bytes", Meaning: "size of the body as stored"},
	{Name: "raw_body_len", Type: "int", Unit: "bytes", Meaning: "size of the body after decompression"},
	{Name: "body_sha256", Type: "string", Meaning: "SHA-256 of the body after decompression"},
	{Name: "body_crc", Type: "int", Meaning: "CRC-32 that the broker stored"},
	{Name: "properties", Type: "map", Meaning: "properties: .properties.KEYS"},
	{Name: "body", Type: "string", Meaning: "the body after decompression"},
}

// wanted says what of a message the expression asks for that costs more than reading it.
type wanted struct{ body, hash, length bool }

// member notes that the expression asks for a member of something by this name.
func (w *wanted) member(name string) {
	switch name {
	case "body":
		w.body = true
	case "body_sha256":
		w.hash = true
	case "raw_body_len":
		w.length = true
	}
}

// message copies m. An address or a body that cannot be read is left empty.
func (f *frame) message(m *decode.Message) Message {
	out := Message{
		Topic: string(m.Topic), QueueID: int(m.QueueID), QueueOffset: int(m.QueueOffset), CommitLogOffset: int(m.CommitLogOffset),
		SysFlag: int(m.SysFlag), Flag: int(m.Flag), BornTimestamp: int(m.BornTimestamp), StoreTimestamp: int(m.StoreTimestamp),
		MsgID: m.OffsetMsgID(), UniqKey: string(m.UniqKey()), ReconsumeTimes: int(m.ReconsumeTimes),
		PreparedTransactionOffset: int(m.PreparedTransactionOffset), Compression: m.Compression(), BodyLen: len(m.Body),
		BodyCRC: int(m.BodyCRC), Properties: map[string]string{},
	}
	if a := m.BornAddr(); a.IsValid() {
		out.BornHost = a.String()
	}
	if a := m.StoreAddr(); a.IsValid() {
		out.StoreHost = a.String()
	}
	it := decode.PropertiesOf(m.Properties)
	var p decode.Property
	for it.Next(&p) {
		out.Properties[string(p.Key)] = string(p.Value)
	}
	if f.want == (wanted{}) {
		return out
	}
	var err *decode.Error
	if f.plain, _, err = f.inflate.Inflate(f.plain[:0], m.SysFlag, m.Body); err != nil {
		return out
	}
	out.RawBodyLen = len(f.plain)
	if f.want.body {
		out.Body = string(f.plain)
	}
	if f.want.hash {
		sum := sha256.Sum256(f.plain)
		out.BodySHA256 = hex.EncodeToString(sum[:])
	}
	return out
}
