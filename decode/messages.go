package decode

import "encoding/binary"

// MessageIter walks the messages of a frame. It is a value and allocates nothing.
type MessageIter struct {
	body  []byte
	base  int // of body[0] within the frame
	off   int // of the next message within body
	shape shape
	cut   bool    // the capture lacks the end of the frame
	head  Message // what the elements of a batch have in common
	err   Error
}

// shape is how messages lie in a body.
type shape uint8

const (
	shapeNone    shape = iota
	shapeRecords       // stored records, one after the other
	shapeSend          // the body is the message, the header says the rest
	shapeBatch         // elements of a batch, the header says what they have in common
	shapeInner         // elements of an inner batch
)

func (s shape) String() string {
	return [...]string{"", "stored messages", "message", "batch of messages", "inner batch"}[s]
}

// consumeMessageDirectly is RequestCode.CONSUME_MESSAGE_DIRECTLY.
const consumeMessageDirectly = 309

// shapeOf tells whether and how a frame carries messages. A response whose request was not seen is judged by the magic
// of its first record. Of a send it leaves in x where the fields of its header are.
func shapeOf(ctx Context, status int32, cmd *Command, body []byte, x *sendFields) shape {
	if cmd.Response() {
		if status != 0 || len(body) == 0 {
			return shapeNone
		}
		if !ctx.Known {
			if len(body) >= minRecord && isMagic(binary.BigEndian.Uint32(body[4:])) {
				return shapeRecords
			}
			return shapeNone
		}
		switch ctx.Code {
		case PullMessage, LitePullMessage, PopMessage, PeekMessage, PopLiteMessage, QueryMessage, ViewMessageByID:
			return shapeRecords
		}
		return shapeNone
	}
	switch cmd.Code {
	case CheckTransactionState, consumeMessageDirectly:
		if len(body) > 0 {
			return shapeRecords
		}
	}
	if IsSend(cmd.Code) {
		if *x = sendFieldsOf(cmd); isTrue(x.value(cmd, sendBatch)) {
			return shapeBatch
		}
		return shapeSend
	}
	return shapeNone
}

// MessagesOf walks the messages that f carries. status is the response code of a response. Messages are found in
// successful answers to pulls, pops, queries and views, in the requests 39 and 309, and in sends; where the header of a
// send says that it is a batch, its elements are the messages. A frame whose body is cut gives what is there, and then
// an error. cmd and f must outlive the iterator.
func MessagesOf(ctx Context, status int32, cmd *Command, f Frame) MessageIter {
	var x sendFields
	it := newIter(f, shapeOf(ctx, status, cmd, f.Body, &x))
	if it.shape == shapeSend || it.shape == shapeBatch {
		x.read(&it.head, cmd)
	}
	return it
}

func newIter(f Frame, s shape) MessageIter {
	return MessageIter{body: f.Body, base: len(f.Raw) - len(f.Body), shape: s, cut: isCut(f)}
}

// Next reads the next message into m, which it overwrites. It is false at the end, or where nothing behind can be read.
func (it *MessageIter) Next(m *Message) bool {
	switch it.shape {
	case shapeRecords:
		return it.nextRecord(m)
	case shapeSend:
		it.shape = shapeNone
		*m = it.head
		m.Body = it.body
		m.BodyRange = Range{it.base, len(it.body)}
		m.Range = m.BodyRange
		it.end()
		return true
	case shapeBatch, shapeInner:
		return it.nextElement(m)
	}
	return false
}

// Err is the first problem that Next met, with its offset within the frame (of an inner batch: within its body); nil
// when there was none. Messages behind a record that could not be read are still given, as its size says where they begin.
func (it *MessageIter) Err() *Error {
	if it.err.Code == ReasonNone {
		return nil
	}
	err := it.err
	return &err
}

// fail keeps the first problem; off is within body.
func (it *MessageIter) fail(off int, why Reason) {
	if it.err.Code == ReasonNone {
		it.err = Error{OpMessage, it.base + off, why}
	}
}

// end notes that the capture lacks what would follow.
func (it *MessageIter) end() {
	if it.cut {
		it.fail(len(it.body), ReasonShort)
	}
}

func isMagic(m uint32) bool { return m == MagicV1 || m == MagicV2 }

// isCut tells whether f has fewer bytes than its length field states.
func isCut(f Frame) bool {
	return len(f.Raw) >= 4 && uint64(len(f.Raw)) < 4+uint64(binary.BigEndian.Uint32(f.Raw))
}

// MessageCount is what CountMessages found.
type MessageCount struct {
	Messages int
	// what at least one of them is
	Compressed  bool
	Batch       bool // part of a batch, or an inner batch
	Transaction bool // half, commit or rollback by sysFlag, or the subject of a transaction check
	Retry       bool // reconsumeTimes > 0, or in a %RETRY% topic
	Err         *Error
}

// CountMessages counts the messages that MessagesOf would give, and tells what they are. It reads no properties and
// allocates nothing unless there is an error.
func CountMessages(ctx Context, status int32, cmd *Command, f Frame) (c MessageCount) {
	var x sendFields
	if s := shapeOf(ctx, status, cmd, f.Body, &x); s != shapeNone {
		c.count(newIter(f, s), cmd, &x)
	}
	return c
}

func (c *MessageCount) count(it MessageIter, cmd *Command, x *sendFields) {
	switch it.shape {
	case shapeRecords:
		var r record
		for b, _ := it.nextLocated(&r); b != nil; b, _ = it.nextLocated(&r) {
			sysFlag := int32(binary.BigEndian.Uint32(b[recordSysFlag:]))
			c.add(sysFlag, int32(binary.BigEndian.Uint32(b[r.reconsumeTimes:])), b[r.topic:r.propertiesLength])
			c.Messages++
		}
		c.Transaction = c.Transaction || !cmd.Response() && cmd.Code == CheckTransactionState
	default:
		c.add(x.int32(cmd, sendSysFlag), x.int32(cmd, sendReconsumeTimes), x.value(cmd, sendTopic))
		if c.Batch = it.shape == shapeBatch; !c.Batch {
			c.Messages = 1
			it.end()
			break
		}
		for _, ok := it.nextElementAt(); ok; _, ok = it.nextElementAt() {
			c.Messages++
		}
	}
	c.Err = it.Err()
}

// add notes what a message is.
func (c *MessageCount) add(sysFlag, reconsumeTimes int32, topic []byte) {
	const inner = SysFlagInnerBatch | SysFlagNeedUnwrap
	c.Compressed = c.Compressed || sysFlag&SysFlagCompressed != 0
	c.Transaction = c.Transaction || sysFlag&SysFlagTransactionMask != 0
	c.Batch = c.Batch || sysFlag&inner == inner
	c.Retry = c.Retry || reconsumeTimes > 0 || isRetryTopic(topic)
}

func isRetryTopic(topic []byte) bool {
	const prefix = "%RETRY%"
	return len(topic) > len(prefix) && string(topic[:len(prefix)]) == prefix
}
