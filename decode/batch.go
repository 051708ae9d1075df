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

// nextElement reads the next element of a batch.
func (it *MessageIter) nextElement(m *Message) bool {
	off := it.off
	e, ok := it.nextElementAt()
	if !ok {
		return false
	}
	b := it.body[off:]
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

// nextElementAt finds the element at off and steps over it; false at the end.
func (it *MessageIter) nextElementAt() (e element, ok bool) {
	if it.off >= len(it.body) {
		it.end()
		return e, false
	}
	b := it.body[it.off:]
	e, p := locateElement(b)
	if p.reason != ReasonNone {
		if it.cut {
			p = problem{len(b), ReasonShort}
		}
		it.fail(it.off+p.off, p.reason)
		it.off = len(it.body)
		return e, false
	}
	if binary.BigEndian.Uint32(b) != uint32(e.end) {
		it.fail(it.off, ReasonRecordSize)
	}
	it.off += e.end
	return e, true
}
