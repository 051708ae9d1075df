package demo

import (
	"strings"
	"time"
)

// Bounds of long polls.
const (
	maxHeld     = 256 // of a connection
	maxPatience = 30 * time.Second
)

func placeOf(c *command) place {
	return place{c.text("consumerGroup"), c.text("topic"), c.int32("queueId")}
}

// pull answers with messages, or holds the request until there are some (PullMessageProcessor).
func (b *broker) pull(p *peer, c *command) *answer {
	at := placeOf(c)
	t, ok := b.store.settings(at.topic)
	switch {
	case !ok:
		return &answer{code: topicNotExist, remark: "topic[" + at.topic + "] not exist, apply first please! " + faq}
	case t.perm&permRead == 0:
		return &answer{code: noPermission, remark: "the topic[" + at.topic + "] pulling message is forbidden"}
	case at.queue < 0 || at.queue >= t.read:
		return &answer{code: invalidParameter, remark: "queueId[" + itoa(at.queue) + "] is illegal, topic:[" + at.topic +
			"] topicConfig.readQueueNums:[" + itoa(t.read) + "] consumer:[/" + p.conn.RemoteAddr().String() + "]"}
	}
	f, refusal := b.filter(c, at)
	if refusal != nil {
		return refusal
	}
	sysFlag := c.int32("sysFlag")
	if sysFlag&pullCommitOffset != 0 {
		b.commit(at, c.number("commitOffset"))
	}
	offset, n, opaque := c.number("queueOffset"), int(c.int32("maxMsgNums")), c.Opaque
	patience := min(time.Duration(c.number("suspendTimeoutMillis"))*time.Millisecond, maxPatience)
	var h *hold
	if sysFlag&pullSuspend != 0 && patience > 0 && !c.Oneway() && p.held.Load() < maxHeld {
		h = &hold{wake: func() {
			p.held.Add(-1)
			r, _ := b.store.pull(at.topic, at.queue, offset, n, nil, f, 0)
			p.answer(opaque, r.answer(offset), false)
		}}
		p.held.Add(1)
	}
	r, held := b.store.pull(at.topic, at.queue, offset, n, h, f, patience)
	if held {
		return nil
	}
	if h != nil {
		p.held.Add(-1)
	}
	return r.answer(offset)
}

// filter is what the request says it wants, or what its group has subscribed to.
func (b *broker) filter(c *command, at place) (filter, *answer) {
	if c.int32("sysFlag")&pullSubscription != 0 {
		if kind := c.text("expressionType"); kind != "" && !strings.EqualFold(kind, "TAG") {
			return nil, &answer{code: systemError, remark: "The broker does not support consumer to filter message by " + kind}
		}
		return filterOf(c.text("subscription")), nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	g := b.consumers[at.group]
	if g == nil {
		return nil, &answer{code: noSubscription, remark: "the consumer's group info not exist" + faq}
	}
	s, ok := g.subscriptions[at.topic]
	switch {
	case !ok:
		return nil, &answer{code: noSubscription, remark: "the consumer's subscription not exist" + faq}
	case s.version < c.number("subVersion"):
		return nil, &answer{code: oldSubscription, remark: "the consumer's subscription not latest"}
	}
	return s.filter, nil
}

// answer is what PullMessageProcessor.composeResponseHeader makes of GetMessageStatus.
func (r *pulled) answer(offset int64) *answer {
	a := &answer{remark: r.status, body: r.records, ext: fields("suggestWhichBrokerId", "0", "nextBeginOffset", itoa(r.next),
		"minOffset", itoa(r.min), "maxOffset", itoa(r.max), "topicSysFlag", "0", "groupSysFlag", "0")}
	switch {
	case r.status == "FOUND":
	case r.status == "NO_MATCHED_MESSAGE":
		a.code = pullRetry
	case r.status == "OFFSET_OVERFLOW_ONE" || r.max == 0 && offset == 0:
		a.code = pullNotFound
	default:
		a.code = pullOffsetMoved
	}
	return a
}

// commit notes how far a group has come with a queue.
func (b *broker) commit(at place, offset int64) {
	if len(at.group) > maxName || len(at.topic) > maxName || offset < 0 {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, ok := b.offsets[at]; ok || len(b.offsets) < maxOffsets {
		b.offsets[at] = offset
	}
}

// queryOffset is ConsumerManageProcessor.queryConsumerOffset: a group without an offset begins at 0 while nothing is gone.
func (b *broker) queryOffset(c *command) *answer {
	at := placeOf(c)
	b.mu.Lock()
	offset, ok := b.offsets[at]
	b.mu.Unlock()
	first, behind := b.store.bounds(at.topic, at.queue)
	if !ok && (first > 0 || behind == 0) {
		return &answer{code: queryNotFound, remark: "Not found, V3_0_6_SNAPSHOT maybe this group consumer boot first"}
	}
	return &answer{ext: fields("offset", itoa(offset))}
}
