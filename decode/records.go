package decode

import "encoding/binary"

// Offsets of a stored record that never move (MessageDecoder, MessageExtEncoder).
const (
	recordMagic           = 4
	recordBodyCRC         = 8
	recordQueueID         = 12
	recordFlag            = 16
	recordQueueOffset     = 20
	recordCommitLogOffset = 28
	recordSysFlag         = 36
	recordBornTimestamp   = 40
	recordBornHost        = 48
	// minRecord is the smallest size that is believed: every fixed field with IPv4 hosts.
	minRecord = 88
)

// record is where the fields of a stored record lie that do move; offsets from its first byte, 0 where it ends before.
type record struct {
	storeTimestamp, storeHost, reconsumeTimes, preparedTransactionOffset int
	bodyLength, body, topicLength, topic, propertiesLength, properties   int
	end                                                                  int
}

// locate finds the fields of the record that fills b. Lengths below zero mean none, as in MessageDecoder.decode.
func locate(b []byte) (r record, p problem) {
	if len(b) < recordBornHost {
		return r, problem{len(b), ReasonShort}
	}
	sysFlag := binary.BigEndian.Uint32(b[recordSysFlag:])
	r.storeTimestamp = recordBornHost + hostLength(sysFlag&SysFlagBornHostV6 != 0)
	r.storeHost = r.storeTimestamp + 8
	r.reconsumeTimes = r.storeHost + hostLength(sysFlag&SysFlagStoreHostV6 != 0)
	r.preparedTransactionOffset = r.reconsumeTimes + 4
	r.bodyLength = r.preparedTransactionOffset + 8
	body := r.bodyLength + 4
	if len(b) < body {
		return r, problem{len(b), ReasonShort}
	}
	r.body = body
	topicLength := body + max(0, int(int32(binary.BigEndian.Uint32(b[r.bodyLength:]))))
	if topicLength >= len(b) {
		return r, problem{r.bodyLength, ReasonLength}
	}
	r.topicLength = topicLength
	topic, n := topicLength+1, int(b[topicLength])
	if binary.BigEndian.Uint32(b[recordMagic:]) == MagicV2 {
		topic++
		if topic > len(b) {
			return r, problem{len(b), ReasonShort}
		}
		n = int(binary.BigEndian.Uint16(b[topicLength:]))
	}
	r.topic = topic
	propertiesLength := topic + n
	if propertiesLength+2 > len(b) {
		return r, problem{topicLength, ReasonLength}
	}
	r.propertiesLength = propertiesLength
	r.properties = propertiesLength + 2
	r.end = r.properties + max(0, int(int16(binary.BigEndian.Uint16(b[propertiesLength:]))))
	if r.end > len(b) {
		r.end = 0
		return r, problem{propertiesLength, ReasonLength}
	}
	return r, problem{}
}

func hostLength(v6 bool) int {
	if v6 {
		return 20
	}
	return 8
}

// nextRecord reads the next stored record.
func (it *MessageIter) nextRecord(m *Message) bool {
	var r record
	b, base := it.nextLocated(&r)
	if b == nil {
		return false
	}
	r.read(m, b, base)
	return true
}

// nextLocated finds the next stored record that can be read, nil at the end, and where it begins within the frame. The
// size of a record is believed as far as it fits, so that one which cannot be read costs only itself.
func (it *MessageIter) nextLocated(r *record) (b []byte, base int) {
	for it.off < len(it.body) {
		off := it.off
		b := it.body[off:]
		size, p := it.recordSize(b)
		if p.reason != ReasonNone {
			it.fail(off+p.off, p.reason)
			it.off = len(it.body)
			return nil, 0
		}
		it.off += size
		b = b[:size:size]
		if !isMagic(binary.BigEndian.Uint32(b[recordMagic:])) {
			it.fail(off+recordMagic, ReasonMagic)
			continue
		}
		if *r, p = locate(b); p.reason != ReasonNone {
			it.fail(off+p.off, p.reason)
			continue
		}
		if r.end != size {
			it.fail(off+r.end, ReasonTrailing)
		}
		return b, it.base + off
	}
	it.end()
	return nil, 0
}

// recordSize is the size of the record that b begins with, when it fits.
func (it *MessageIter) recordSize(b []byte) (int, problem) {
	if len(b) < 8 {
		return 0, problem{len(b), ReasonShort}
	}
	size := int(int32(binary.BigEndian.Uint32(b)))
	switch {
	case size < minRecord:
		return 0, problem{0, ReasonRecordSize}
	case size > len(b) && it.cut:
		return 0, problem{len(b), ReasonShort}
	case size > len(b):
		return 0, problem{0, ReasonRecordSize}
	}
	return size, problem{}
}

// read fills m from the record b, which begins at base within the frame.
func (r *record) read(m *Message, b []byte, base int) {
	be := binary.BigEndian
	*m = Message{
		Stored:                    true,
		Range:                     Range{base, len(b)},
		Magic:                     be.Uint32(b[recordMagic:]),
		BodyCRC:                   int32(be.Uint32(b[recordBodyCRC:])),
		QueueID:                   int32(be.Uint32(b[recordQueueID:])),
		Flag:                      int32(be.Uint32(b[recordFlag:])),
		QueueOffset:               int64(be.Uint64(b[recordQueueOffset:])),
		CommitLogOffset:           int64(be.Uint64(b[recordCommitLogOffset:])),
		SysFlag:                   int32(be.Uint32(b[recordSysFlag:])),
		BornTimestamp:             int64(be.Uint64(b[recordBornTimestamp:])),
		BornHost:                  b[recordBornHost:r.storeTimestamp:r.storeTimestamp],
		StoreTimestamp:            int64(be.Uint64(b[r.storeTimestamp:])),
		StoreHost:                 b[r.storeHost:r.reconsumeTimes:r.reconsumeTimes],
		ReconsumeTimes:            int32(be.Uint32(b[r.reconsumeTimes:])),
		PreparedTransactionOffset: int64(be.Uint64(b[r.preparedTransactionOffset:])),
		Body:                      b[r.body:r.topicLength:r.topicLength],
		BodyRange:                 Range{base + r.body, r.topicLength - r.body},
		Topic:                     b[r.topic:r.propertiesLength:r.propertiesLength],
	}
	if r.end > r.properties {
		m.Properties = b[r.properties:r.end:r.end]
	}
}
