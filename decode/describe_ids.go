package decode

import (
	"bytes"
	"fmt"
	"strconv"
	"time"
)

// part is a piece of a text that means something of its own.
type part struct {
	name, note string
	off, len   int
}

// takeApart adds what an identifier, a handle or a property list consists of. text is the value of the field with this
// name; where it stands in wire at r as it is, its parts have ranges.
func (o *outline) takeApart(name string, text []byte, r Range, wire []byte) {
	base := -1
	if exact(text, r, wire) {
		base = r.Off
	}
	switch name {
	case "properties":
		o.properties(text, base)
	case "UNIQ_KEY":
		o.uniqKey(text, base)
	case "msgId", "offsetMsgId", "originMsgId", "ORIGIN_MESSAGE_ID", "DLQ_ORIGIN_MESSAGE_ID", "uniqKey",
		"transactionId", "__transactionId__", "batchUniqId", "EXTEND_UNIQ_INFO", "DUP_INFO", "CORRELATION_ID":
		o.messageIDs(text, base)
	case "extraInfo", "POP_CK", "receiptHandle":
		o.receiptHandle(text, base)
	case "clientID", "clientId", "REPLY_TO_CLIENT":
		o.clientID(text, base)
	case "recallHandle":
		if h, ok := ParseRecallHandle(text); ok {
			o.field("topic", h.Topic, "", Range{})
			o.field("broker", h.Broker, "", Range{})
			o.number("deliverTime", h.DeliverTime, instant(h.DeliverTime), Range{})
			o.field("uniqKey", h.MessageID, "", Range{})
		}
	case "startOffsetInfo", "msgOffsetInfo", "orderCountInfo":
		o.offsetInfo(name, text, base)
	case "traceparent":
		o.traceParent(text, base)
	}
}

// traceParent takes the W3C trace context apart: version-trace-parent-flags in hex (Trace Context, section 3.2).
func (o *outline) traceParent(text []byte, base int) {
	if len(text) < 55 || text[2] != '-' || text[35] != '-' || text[52] != '-' {
		return
	}
	note := "not sampled"
	if flags, err := strconv.ParseUint(string(text[53:55]), 16, 8); err != nil {
		note = ""
	} else if flags&1 != 0 {
		note = "sampled"
	}
	o.pieces(text, base, part{"version", "", 0, 2}, part{"trace-id", "", 3, 32}, part{"parent-id", "", 36, 16},
		part{"trace-flags", note, 53, 2})
}

// pieces adds parts of text, which stands at base in the buffer, or nowhere when base is negative.
func (o *outline) pieces(text []byte, base int, parts ...part) {
	for _, p := range parts {
		o.piece(p.name, text, base, p.off, p.len, p.note)
	}
}

func (o *outline) piece(name string, text []byte, base, off, n int, note string) {
	r := Range{}
	if base >= 0 && n > 0 {
		r = Range{base + off, n}
	}
	o.field(name, string(text[off:off+n]), note, r)
}

// messageIDs takes ids apart, of which a batch has several with commas between them.
func (o *outline) messageIDs(text []byte, base int) {
	const most = 256
	if !bytes.Contains(text, []byte{','}) {
		o.messageID(text, base)
		return
	}
	for i, off := 0, 0; off <= len(text); i++ {
		id, _, _ := bytes.Cut(text[off:], []byte{','})
		if i == most || o.full() {
			o.more += 1 + bytes.Count(text[off:], []byte{','})
			return
		}
		at := base
		if base >= 0 {
			at = base + off
		}
		o.piece(strconv.Itoa(i+1), id, at, 0, len(id), "")
		o.depth++
		o.messageID(id, at)
		o.depth--
		off += len(id) + 1
	}
}

// messageID takes one id apart. Offset ids and those of clients have the same length; only in the former is the int32
// behind the address a port.
func (o *outline) messageID(id []byte, base int) {
	if host, offset, ok := ParseOffsetMsgID(id); ok {
		n := len(id) - 16
		o.pieces(id, base,
			part{"storeHost", host.String(), 0, n},
			part{"commitLogOffset", strconv.FormatInt(offset, 10), n, 16})
		return
	}
	o.uniqKey(id, base)
}

// uniqKey takes the id that a client made apart.
func (o *outline) uniqKey(id []byte, base int) {
	k, ok := ParseUniqKey(id)
	if !ok {
		return
	}
	made := ""
	if o.reference > 0 || k.GRPC {
		made = instant(k.Time(o.reference))
	}
	if k.GRPC {
		o.pieces(id, base,
			part{"MAC", fmt.Sprintf("%x", k.MAC), 2, 12},
			part{"pid", strconv.Itoa(int(k.PID)), 14, 4},
			part{"time", made, 18, 8},
			part{"sequence", strconv.FormatUint(uint64(k.Counter), 10), 26, 8})
		return
	}
	if made != "" {
		made += " if the producer lives in UTC"
	} else {
		made = (time.Duration(k.Elapsed) * time.Millisecond).String() + " into a month"
	}
	n := len(id) - 24
	if k.LittleEndian {
		o.pieces(id, base,
			part{"ip", k.IP.String() + ", lowest byte first: C++ client before 1.2.4", 0, n},
			part{"random", strconv.FormatUint(uint64(k.Loader), 10), n + 4, 8},
			part{"time", "about " + made, n + 12, 8},
			part{"sequence", strconv.FormatUint(uint64(k.Counter), 10), n + 20, 4})
		return
	}
	o.pieces(id, base,
		part{"ip", k.IP.String(), 0, n},
		part{"pid", strconv.Itoa(int(k.PID)), n, 4},
		part{"classLoader", "hash", n + 4, 8},
		part{"time", made, n + 12, 8},
		part{"counter", strconv.FormatUint(uint64(k.Counter), 10), n + 20, 4})
}

// topicTypes says which topic a popped message lay in (ExtraInfoUtil).
var topicTypes = map[string]string{"0": "the topic itself", "1": "retry topic", "2": "retry topic V2"}

func (o *outline) receiptHandle(text []byte, base int) {
	h, ok := ParseReceiptHandle(text)
	if !ok {
		return
	}
	revive := ""
	if h.ReviveQueueID == 999 {
		revive = "ordered pop"
	}
	names := [...]struct{ name, note string }{
		{"ckQueueOffset", ""}, {"popTime", instant(h.PopTime)}, {"invisibleTime", duration(h.InvisibleTime)},
		{"reviveQid", revive}, {"topicType", topicTypes[string(h.TopicType)]}, {"brokerName", ""}, {"queueId", ""},
		{"msgQueueOffset", ""}, {"commitLogOffset", ""},
	}
	off := 0
	for i := 0; off <= len(text) && i < len(names); i++ {
		n := len(text) - off
		if blank := bytes.IndexByte(text[off:], ' '); blank >= 0 {
			n = blank
		}
		o.piece(names[i].name, text, base, off, n, names[i].note)
		off += n + 1
	}
}

func (o *outline) clientID(text []byte, base int) {
	c, ok := ParseClientID(text)
	if !ok {
		return
	}
	off := len(c.IP) + 1
	pid := ""
	if p, _, ok := bytes.Cut(c.Instance, []byte{'#'}); ok {
		pid = "pid " + string(p)
	}
	o.piece("ip", text, base, 0, len(c.IP), "")
	o.piece("instanceName", text, base, off, len(c.Instance), pid)
	if off += len(c.Instance) + 1; len(c.Unit) > 0 {
		o.piece("unitName", text, base, off, len(c.Unit), "")
		off += len(c.Unit) + 1
	}
	if c.Stream && off < len(text) {
		o.piece("stream", text, base, off, len(text)-off, "stream client")
	}
}

// offsetInfo takes the lists of a pop answer apart: "type queue offsets" with semicolons between them.
func (o *outline) offsetInfo(name string, text []byte, base int) {
	const most = 1024
	value := map[string]string{"startOffsetInfo": "start offset", "msgOffsetInfo": "queue offsets", "orderCountInfo": "count"}[name]
	for i, off := 0, 0; off < len(text); i++ {
		if i == most || o.full() {
			o.more += 1 + bytes.Count(text[off:], []byte{';'})
			return
		}
		entry, _, _ := bytes.Cut(text[off:], []byte{';'})
		note := ""
		if f := bytes.Fields(entry); len(f) == 3 {
			note = topicTypes[string(f[0])] + ", queue " + string(f[1]) + ", " + value + " " + string(f[2])
		}
		o.piece(strconv.Itoa(i+1), text, base, off, len(entry), note)
		off += len(entry) + 1
	}
}

// properties adds the properties of a message; p stands at base in the buffer, or nowhere when base is negative.
func (o *outline) properties(p []byte, base int) {
	it := PropertiesOf(p)
	var x Property
	for it.Next(&x) {
		if o.full() {
			o.more++
			continue
		}
		key, r := string(x.Key), Range{}
		if base >= 0 {
			r = Range{base + x.Off + len(x.Key) + 1, len(x.Value)}
		}
		o.field(key, string(x.Value), propertyNote(key, x.Value), r)
		if key == "properties" {
			continue // a list in a list in a list …
		}
		o.depth++
		o.takeApart(key, x.Value, r, o.detail.Buffers[o.buffer].Bytes)
		o.depth--
	}
}
