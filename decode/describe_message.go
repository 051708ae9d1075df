package decode

import (
	"encoding/binary"
	"fmt"
	"strconv"
)

// messages describes the messages of a frame.
func (o *outline) messages(it *MessageIter, f Frame) {
	switch it.shape {
	case shapeRecords:
		o.records(it)
	case shapeBatch:
		o.elements(it, "message ")
	default:
		var m Message
		for it.Next(&m) {
			o.messageBody(&m, "message")
		}
		if err := it.Err(); err != nil {
			o.fail(err, len(f.Raw))
		}
	}
}

// unreadBatch warns of a batch that no server takes for one: the C++ client writes 1 for true.
func (o *outline) unreadBatch(cmd *Command) {
	if x := sendFieldsOf(cmd); string(x.value(cmd, sendBatch)) == "1" {
		o.warn("batch", "says 1, but only true makes a batch: the broker stores the elements as one message", Range{})
	}
}

// records describes stored records, those that cannot be read included.
func (o *outline) records(it *MessageIter) {
	for i := 1; it.off < len(it.body); i++ {
		b := it.body[it.off:]
		base := it.base + it.off
		size, p := it.recordSize(b)
		if p.reason != ReasonNone {
			o.brokenRecord(i, b, base, &Error{OpMessage, base + p.off, p.reason})
			return
		}
		it.off += size
		b = b[:size:size]
		if o.full() {
			o.more++
			continue
		}
		if !isMagic(binary.BigEndian.Uint32(b[recordMagic:])) {
			o.brokenRecord(i, b, base, &Error{OpMessage, base + recordMagic, ReasonMagic})
			continue
		}
		r, p := locate(b)
		if p.reason != ReasonNone {
			o.brokenRecord(i, b, base, &Error{OpMessage, base + p.off, p.reason})
			continue
		}
		var m Message
		r.read(&m, b, base)
		o.open("message "+strconv.Itoa(i), string(m.Topic), string(m.UniqKey()), m.Range)
		o.recordFields(b, base, &r, &m, "message "+strconv.Itoa(i))
		if r.end < size {
			o.fail(&Error{OpMessage, base + r.end, ReasonTrailing}, base+size)
		}
		o.close()
	}
	if it.cut {
		o.fail(&Error{OpMessage, it.base + len(it.body), ReasonShort}, it.base+len(it.body))
	}
}

// brokenRecord shows as much of a record as can be read, then why it ends there.
func (o *outline) brokenRecord(i int, b []byte, base int, err *Error) {
	o.open("message "+strconv.Itoa(i), "", "incomplete", Range{base, len(b)})
	if err.Code != ReasonMagic && err.Code != ReasonRecordSize {
		r, _ := locate(b)
		o.recordFields(b, base, &r, nil, "")
	} else {
		o.preview("bytes", b, base)
	}
	o.fail(err, base+len(b))
	o.close()
}

// recordFields describes the fields of the record b in their order. m is nil for a record that ends early, whose fields
// are shown as far as b holds them.
func (o *outline) recordFields(b []byte, base int, r *record, m *Message, name string) {
	int32At := func(name string, off int, note string) {
		o.number(name, int64(int32(binary.BigEndian.Uint32(b[off:]))), note, Range{base + off, 4})
	}
	int64At := func(name string, off int, note func(int64) string) {
		n, s := int64(binary.BigEndian.Uint64(b[off:])), ""
		if note != nil {
			s = note(n)
		}
		o.number(name, n, s, Range{base + off, 8})
	}
	for _, step := range [...]struct {
		off, size int
		show      func(off int)
	}{
		{0, 4, func(off int) { int32At("totalSize", off, "bytes") }},
		{recordMagic, 4, func(off int) { o.magic(b[off:], base+off) }},
		{recordBodyCRC, 4, func(off int) { o.bodyCRC(b[off:], base+off, m) }},
		{recordQueueID, 4, func(off int) { int32At("queueId", off, "") }},
		{recordFlag, 4, func(off int) { int32At("flag", off, "the application's own") }},
		{recordQueueOffset, 8, func(off int) { int64At("queueOffset", off, nil) }},
		{recordCommitLogOffset, 8, func(off int) { int64At("commitLogOffset", off, nil) }},
		{recordSysFlag, 4, func(off int) {
			int32At("sysFlag", off, sysFlagNote(int64(int32(binary.BigEndian.Uint32(b[off:])))))
		}},
		{recordBornTimestamp, 8, func(off int) { int64At("bornTimestamp", off, instant) }},
		{recordBornHost, r.storeTimestamp - recordBornHost, func(off int) { o.host("bornHost", b[off:r.storeTimestamp], base+off) }},
		{r.storeTimestamp, 8, func(off int) { int64At("storeTimestamp", off, instant) }},
		{r.storeHost, r.reconsumeTimes - r.storeHost, func(off int) { o.host("storeHost", b[off:r.reconsumeTimes], base+off) }},
		{r.reconsumeTimes, 4, func(off int) { int32At("reconsumeTimes", off, "") }},
		{r.preparedTransactionOffset, 8, func(off int) { int64At("preparedTransactionOffset", off, nil) }},
		{r.bodyLength, 4, func(off int) { int32At("bodyLength", off, "bytes") }},
	} {
		if step.size <= 0 || step.off+step.size > len(b) {
			return
		}
		step.show(step.off)
	}
	if r.topicLength == 0 {
		if rest := len(b) - r.body; rest > 0 {
			o.preview("body", b[r.body:], base+r.body)
		}
		return
	}
	if m == nil {
		o.preview("body", b[r.body:r.topicLength], base+r.body)
	} else {
		o.messageBody(m, name)
	}
	if r.topic == 0 {
		return
	}
	width, n := r.topic-r.topicLength, int64(b[r.topicLength])
	if width == 2 {
		n = int64(binary.BigEndian.Uint16(b[r.topicLength:]))
	}
	o.number("topicLength", n, "bytes", Range{base + r.topicLength, width})
	if r.propertiesLength == 0 {
		return
	}
	o.field("topic", string(b[r.topic:r.propertiesLength]), "", Range{base + r.topic, r.propertiesLength - r.topic})
	n = int64(int16(binary.BigEndian.Uint16(b[r.propertiesLength:])))
	o.number("propertiesLength", n, "bytes", Range{base + r.propertiesLength, 2})
	end := r.end
	if end == 0 {
		end = len(b)
	}
	o.messageProperties(b[r.properties:end], base+r.properties)
	if m != nil {
		o.add(NodeNote, "offsetMsgId", m.OffsetMsgID(), "made of storeHost and commitLogOffset", Range{})
	}
}

func (o *outline) magic(b []byte, at int) {
	note := "version 1"
	switch binary.BigEndian.Uint32(b) {
	case MagicV2:
		note = "version 2"
	case MagicV1:
	default:
		note = "unknown"
	}
	o.field("magicCode", fmt.Sprintf("%08X", b[:4]), note, Range{at, 4})
}

func (o *outline) bodyCRC(b []byte, at int, m *Message) {
	kind, note := NodeField, ""
	if m != nil && len(m.Body) > 0 {
		note = "matches the body"
		if m.CRCMismatch() {
			kind, note = NodeWarning, "the body has "+strconv.FormatUint(uint64(checksum(m.Body)), 10)+": it is not what the broker stored"
		}
	}
	o.add(kind, "bodyCRC", strconv.FormatInt(int64(int32(binary.BigEndian.Uint32(b))), 10), note, Range{at, 4})
}

func (o *outline) host(name string, b []byte, at int) {
	addr := hostAddr(b)
	if !addr.IsValid() {
		o.add(NodeWarning, name, fmt.Sprintf("%X", b), "no port", Range{at, len(b)})
		return
	}
	o.field(name, addr.String(), "", Range{at, len(b)})
}

func (o *outline) messageProperties(p []byte, base int) {
	if len(p) == 0 {
		return
	}
	o.open("properties", bytesText(len(p)), "", Range{base, len(p)})
	o.properties(p, base)
	o.close()
}

// elements describes the elements of a batch.
func (o *outline) elements(it *MessageIter, name string) {
	var m Message
	for i := 1; it.Next(&m); i++ {
		if o.full() {
			o.more++
			continue
		}
		b := it.body[m.Range.Off-it.base:][:m.Range.Len]
		o.open(name+strconv.Itoa(i), string(m.UniqKey()), "", m.Range)
		o.number("size", int64(int32(binary.BigEndian.Uint32(b))), "bytes", Range{m.Range.Off, 4})
		o.number("magicCode", int64(int32(binary.BigEndian.Uint32(b[4:]))), "unused", Range{m.Range.Off + 4, 4})
		o.number("bodyCRC", int64(int32(binary.BigEndian.Uint32(b[8:]))), "unused", Range{m.Range.Off + 8, 4})
		o.number("flag", int64(m.Flag), "the application's own", Range{m.Range.Off + elementFlag, 4})
		o.number("bodyLength", int64(len(m.Body)), "bytes", Range{m.Range.Off + elementBodyLength, 4})
		o.messageBody(&m, name+strconv.Itoa(i))
		properties := m.BodyRange.Off + m.BodyRange.Len
		o.number("propertiesLength", int64(len(m.Properties)), "bytes", Range{properties, 2})
		o.messageProperties(m.Properties, properties+2)
		o.close()
	}
	if err := it.Err(); err != nil {
		o.fail(err, it.base+len(it.body))
	}
}

// messageBody describes the body of m and what it decompresses to, and the messages inside an inner batch.
func (o *outline) messageBody(m *Message, name string) {
	compressed := CodecOf(m.SysFlag) != CodecNone
	if !compressed {
		if m.InnerBatch() {
			o.openBody("body", bytesText(len(m.Body)), "inner batch", m.BodyRange)
			inner := m.Inner(m.Body)
			inner.base = m.BodyRange.Off
			o.elements(&inner, "inner message ")
			o.close()
			return
		}
		o.content("body", name, m.Body, m.BodyRange.Off)
		return
	}
	o.openBody("body", bytesText(len(m.Body)), "compressed, "+m.Compression(), m.BodyRange)
	o.inflated(m, name)
	o.close()
}

// inflated adds what a body decompresses to, in a buffer of its own.
func (o *outline) inflated(m *Message, name string) {
	if o.full() {
		return
	}
	if o.inflatable <= 0 {
		o.add(NodeNote, "decompressed", "", "left out, "+bytesText(maxInflated)+" of this frame were decompressed", Range{})
		return
	}
	most := o.inflater.MaxOutput
	if o.inflater.MaxOutput <= 0 {
		o.inflater.MaxOutput = defaultMaxOutput
	}
	o.inflater.MaxOutput = min(o.inflater.MaxOutput, o.inflatable)
	out, used, err := o.inflater.Inflate(nil, m.SysFlag, m.Body)
	o.inflater.MaxOutput = most
	o.inflatable -= len(out)
	if stated := CodecOf(m.SysFlag); used != stated {
		o.warn("compression", "sysFlag says "+stated.String()+", the body is "+used.String(), Range{})
	}
	if len(out) > 0 {
		old := o.swapBuffer(Buffer{name + " decompressed", out})
		if m.InnerBatch() {
			o.openBody("decompressed", bytesText(len(out)), "inner batch", Range{0, len(out)})
			inner := m.Inner(out)
			o.elements(&inner, "inner message ")
			o.close()
		} else {
			o.content("decompressed", name, out, 0)
		}
		o.buffer = old
	}
	if err != nil {
		err.Off += m.BodyRange.Off
		o.fail(err, m.BodyRange.Off+m.BodyRange.Len)
	}
}
