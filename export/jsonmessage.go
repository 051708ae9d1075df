package export

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/mqsniff/mqsniff/decode"
	"github.com/mqsniff/mqsniff/session"
)

// maxInflated bounds what the messages of one frame may decompress to together, in bytes.
const maxInflated = 256 << 20

// maxMessageBody is the most that one message may decompress to. Apache's clients have no such limit; a broker takes 4 MiB.
const maxMessageBody = 16 << 20

// bodies decompresses the message bodies of one frame after the other.
type bodies struct {
	inflater decode.Inflater
	plain    []byte
	left     int // of maxInflated
}

// begin starts a frame.
func (d *bodies) begin() {
	d.left = maxInflated
	if cap(d.plain) > 1<<20 {
		d.plain = nil
	}
}

// body is what the body of m says, valid until the next call. It fails where Apache's clients fail, too: they go by
// sysFlag, whatever the body begins like. The error's offset is within the frame.
func (d *bodies) body(m *decode.Message) ([]byte, *decode.Error) {
	codec := decode.CodecOf(m.SysFlag)
	if codec == decode.CodecNone {
		return m.Body, nil
	}
	if d.left <= 0 {
		return nil, &decode.Error{Op: decode.OpInflate, Off: m.BodyRange.Off, Code: decode.ReasonOutputLimit}
	}
	d.inflater.MaxOutput = min(maxMessageBody, d.left)
	d.inflater.MaxRatio = maxMessageBody // the output is bounded, and a message of zeros is still a message
	var used decode.Codec
	var err *decode.Error
	d.plain, used, err = d.inflater.Inflate(d.plain[:0], m.SysFlag, m.Body)
	d.left -= len(d.plain)
	switch {
	case err != nil:
		err.Off += m.BodyRange.Off
		return nil, err
	case used != codec:
		return nil, &decode.Error{Op: decode.OpInflate, Off: m.BodyRange.Off, Code: decode.ReasonCompression}
	}
	return d.plain, nil
}

// appendMessages writes the messages of a frame. What cannot be decompressed is the frame's problem unless it has one.
func (j *JSON) appendMessages(b []byte, ev *session.Event, v *session.View, problem *decode.Error) []byte {
	b = append(b, `,"messages":`...)
	it := decode.MessagesOf(v.Context, ev.Status, v.Command, v.Frame)
	m := &j.message
	j.bodies.begin()
	if cap(j.text) > 1<<20 {
		j.text = nil
	}
	comma := byte('[')
	for it.Next(m) {
		b = append(b, comma)
		comma = ','
		body, err := j.bodies.body(m)
		if err != nil && problem.Code == decode.ReasonNone && ev.Cut == 0 {
			*problem = *err
		}
		b = j.appendMessage(b, m, body, err == nil)
	}
	if comma == '[' {
		b = append(b, '[')
	}
	return append(b, ']')
}

// appendMessage writes one message; of one that was sent only what a request carries.
func (j *JSON) appendMessage(b []byte, m *decode.Message, body []byte, readable bool) []byte {
	b = appendTextKey(b, `{"topic":`, m.Topic)
	b = appendIntKey(b, `,"queue_id":`, int64(m.QueueID))
	if m.Stored {
		b = appendIntKey(b, `,"queue_offset":`, m.QueueOffset)
		b = appendIntKey(b, `,"commit_log_offset":`, m.CommitLogOffset)
	}
	b = appendIntKey(b, `,"sys_flag":`, int64(m.SysFlag))
	b = appendIntKey(b, `,"flag":`, int64(m.Flag))
	b = appendIntKey(b, `,"born_timestamp":`, m.BornTimestamp)
	if m.Stored {
		b = appendIntKey(b, `,"store_timestamp":`, m.StoreTimestamp)
		b = appendAddrKey(b, `,"born_host":"`, m.BornAddr())
		b = appendAddrKey(b, `,"store_host":"`, m.StoreAddr())
		b = append(b, `,"msg_id":"`...)
		b = decode.AppendOffsetMsgID(b, m.StoreHost, m.CommitLogOffset)
		b = append(b, '"')
	}
	var uniqKey []byte
	j.text, uniqKey = j.appendProperties(j.text[:0], m.Properties)
	if uniqKey != nil {
		b = appendTextKey(b, `,"uniq_key":`, uniqKey)
	}
	if m.Stored {
		b = appendIntKey(b, `,"reconsume_times":`, int64(m.ReconsumeTimes))
		b = appendIntKey(b, `,"prepared_transaction_offset":`, m.PreparedTransactionOffset)
	}
	if c := decode.CodecOf(m.SysFlag); c != decode.CodecUnknown {
		b = appendNameKey(b, `,"compression":`, c.String())
	}
	b = appendIntKey(b, `,"body_len":`, int64(len(m.Body)))
	if readable {
		b = appendIntKey(b, `,"raw_body_len":`, int64(len(body)))
		sum := sha256.Sum256(body)
		b = append(b, `,"body_sha256":"`...)
		b = hex.AppendEncode(b, sum[:])
		b = append(b, '"')
	}
	if m.Stored {
		b = appendIntKey(b, `,"body_crc":`, int64(m.BodyCRC))
	}
	b = append(append(b, `,"properties":`...), j.text...)
	if j.options.Detail && readable {
		b = appendTextKey(b, `,"body":`, body)
		if decode.IsTrace(body) {
			j.text = decode.AppendTrace(j.text[:0], body)
			b = appendQuiet(append(b, `,"trace":`...), j.text)
		}
	}
	return append(b, '}')
}
