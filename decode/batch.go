package decode

import "encoding/binary"

// Offsets of an element of a batch (MessageDecoder.encodeMessage): int32 size, magic 0, CRC 0, flag, body length, body,
// int16 properties length, properties.
const (
	elementFlag       = 12
	elementBodyLength = 16
	elementBody       = 20
	minElement        = 22
)

// element is where the fields of an element lie that move; offsets from its first byte, 0 where it ends before.
type element struct{ propertiesLength, properties, end int }

// locateElement finds the fields of the element that b begins with. As in MessageDecoder.decodeMessage the parts say
// where it ends, not its size.
func locateElement(b []byte) (e element, p problem) {
	if len(b) < minElement {
		return e, problem{len(b), ReasonShort}
	}
	n := int(int32(binary.BigEndian.Uint32(b[elementBodyLength:])))
	if n < 0 || n > len(b)-minElement {
		return e, problem{elementBodyLength, ReasonLength}
	}
	e.propertiesLength = elementBody + n
	e.properties = e.propertiesLength + 2
	n = int(int16(binary.BigEndian.Uint16(b[e.propertiesLength:])))
	if n < 0 || n > len(b)-e.properties {
		return e, problem{e.propertiesLength, ReasonLength}
	}
	e.end = e.properties + n
	return e, problem{}
}

// nextElement reads the elements of a batch.
func (it *MessageIter) nextElement(m *Message) bool {
	if it.off >= len(it.body) {
		return false
	}
	off := it.off
	b := it.body[off:]
	e, p := locateElement(b)
	if p.reason != ReasonNone {
		if it.cut {
			p = problem{len(b), ReasonShort}
		}
		it.fail(off+p.off, p.reason)
		it.off = len(it.body)
		return false
	}
	if binary.BigEndian.Uint32(b) != uint32(e.end) {
		it.fail(off, ReasonRecordSize)
	}
	it.off += e.end
	*m = it.head
	m.Range = Range{it.base + off, e.end}
	m.Flag = int32(binary.BigEndian.Uint32(b[elementFlag:]))
	m.Body = b[elementBody:e.propertiesLength:e.propertiesLength]
	m.BodyRange = Range{it.base + off + elementBody, len(m.Body)}
	m.Properties = nil
	if e.end > e.properties {
		m.Properties = b[e.properties:e.end:e.end]
	}
	if it.shape == shapeInner {
		it.head.QueueOffset++
	}
	return true
}

// sendKeys are the names of the fields of a send request (SendMessageRequestHeader, SendMessageRequestHeaderV2).
type sendKeys struct{ topic, queueID, sysFlag, bornTimestamp, flag, properties, reconsumeTimes, batch string }

var (
	sendKeysV1 = sendKeys{"topic", "queueId", "sysFlag", "bornTimestamp", "flag", "properties", "reconsumeTimes", "batch"}
	sendKeysV2 = sendKeys{"b", "e", "f", "g", "h", "i", "j", "m"}
)

// sendKeysOf tells which of the two headers a send has, by its keys and not by its code, as servers do.
func sendKeysOf(cmd *Command) *sendKeys {
	if _, long := cmd.Ext.Get("topic"); !long {
		if _, short := cmd.Ext.Get("b"); short {
			return &sendKeysV2
		}
	}
	return &sendKeysV1
}

func isBatch(cmd *Command) bool {
	v, _ := cmd.Ext.Get(sendKeysOf(cmd).batch)
	return isTrue(v)
}

// readSendHeader takes what the header of a send says about its message.
func readSendHeader(m *Message, cmd *Command) {
	k := sendKeysOf(cmd)
	m.Topic, _ = cmd.Ext.Get(k.topic)
	m.QueueID = intField(cmd, k.queueID)
	m.SysFlag = intField(cmd, k.sysFlag)
	m.Flag = intField(cmd, k.flag)
	m.ReconsumeTimes = intField(cmd, k.reconsumeTimes)
	born, _ := cmd.Ext.Get(k.bornTimestamp)
	m.BornTimestamp, _ = decimal(born)
	if p, _ := cmd.Ext.Get(k.properties); len(p) > 0 {
		m.Properties = p
	}
}

func intField(cmd *Command, key string) int32 {
	v, _ := cmd.Ext.Get(key)
	n, ok := decimal(v)
	if !ok || n != int64(int32(n)) {
		return 0
	}
	return int32(n)
}
