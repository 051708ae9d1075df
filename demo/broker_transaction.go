package demo

import (
	"fmt"
	"math"

	"github.com/mqsniff/mqsniff/decode"
)

// half is a message that waits for its transaction.
type half struct {
	group  string
	checks int
}

// Bounds of checks: how often a producer is asked (BrokerConfig.transactionCheckMax), and how many messages wait.
const (
	maxChecks = 15
	maxHalves = 1 << 16
)

// addHalf waits for the end of the transaction of m, which is stored.
func (b *broker) addHalf(m *decode.Message) {
	list := propertiesOf(m.Properties)
	h := half{group: list.get(propGroup)}
	fmt.Sscan(list.get(propChecks), &h.checks)
	offset := m.CommitLogOffset
	b.mu.Lock()
	if len(b.halves) < maxHalves {
		b.halves[offset] = h
	}
	b.mu.Unlock()
	b.after(b.options.TransactionTimeout, func() { b.check(offset) })
}

// check asks the producer about a half message that still waits. As a broker does it stores the message again before, so that the
// offsets in the request are those of the copy (TransactionalMessageServiceImpl.check).
func (b *broker) check(offset int64) {
	h, ok := b.takeHalf(offset)
	record := b.store.at(offset)
	if !ok || record == nil || h.checks >= maxChecks {
		return
	}
	m := readRecord(record)
	list := propertiesOf(m.Properties).with(propChecks, itoa(h.checks+1))
	m.Properties = list.encode()
	if len(m.Properties) > math.MaxInt16 || !validTopic(list.get(propRealTopic)) || !b.store.put(&m) {
		return
	}
	b.addHalf(&m)
	var producer *peer
	b.mu.Lock()
	for _, p := range b.producers[h.group] {
		producer = p
		break
	}
	b.mu.Unlock()
	if producer == nil {
		return
	}
	unique := list.get(propUniqKey)
	ext := fields("topic", list.get(propRealTopic), "tranStateTableOffset", itoa(m.QueueOffset),
		"commitLogOffset", itoa(m.CommitLogOffset), "msgId", unique, "transactionId", unique,
		"offsetMsgId", m.OffsetMsgID(), "bname", b.name)
	m.Topic = []byte(list.get(propRealTopic))
	fmt.Sscan(list.get(propRealQueue), &m.QueueID)
	producer.oneway(decode.CheckTransactionState, ext, appendRecord(nil, &m))
}

func (b *broker) takeHalf(offset int64) (half, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	h, ok := b.halves[offset]
	delete(b.halves, offset)
	return h, ok
}

// endTransaction commits or rolls back a half message (EndTransactionProcessor). A producer that does not know is asked later, and
// gets no answer, even if it wants one.
func (b *broker) endTransaction(c *command) *answer {
	offset, queueOffset := c.number("commitLogOffset"), c.number("tranStateTableOffset")
	commit := c.int32("commitOrRollback") == decode.SysFlagTransactionCommit
	if !commit && c.int32("commitOrRollback") != decode.SysFlagTransactionRollback {
		return nil
	}
	b.mu.Lock()
	h, ok := b.halves[offset]
	b.mu.Unlock()
	switch {
	case !ok:
		return &answer{code: systemError, remark: "Find prepared transaction message failed"}
	case h.group != c.text("producerGroup"):
		return &answer{code: systemError, remark: "The producer group wrong"}
	}
	if _, ok := b.takeHalf(offset); ok && commit {
		b.deliver(offset, func(m *decode.Message) {
			m.SysFlag |= decode.SysFlagTransactionCommit
			m.PreparedTransactionOffset = offset
			m.Properties = propertiesOf(m.Properties).with(propHalf, "").encode()
			m.QueueOffset = queueOffset
		})
	}
	return &answer{}
}
