package demo

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/mqsniff/mqsniff/decode"
)

// Bounds of a message (MessageStoreConfig.maxMessageSize, Validators.TOPIC_MAX_LENGTH).
const (
	maxBody     = 4 << 20
	maxTopicLen = 127
)

// delays are messageDelayLevel: level 1 is the first.
var delays = [...]time.Duration{
	time.Second, 5 * time.Second, 10 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute, 3 * time.Minute, 4 * time.Minute,
	5 * time.Minute, 6 * time.Minute, 7 * time.Minute, 8 * time.Minute, 9 * time.Minute, 10 * time.Minute, 20 * time.Minute,
	30 * time.Minute, time.Hour, 2 * time.Hour,
}

// validTopic tells whether a topic's name is allowed (TopicValidator.validateTopic).
func validTopic(name string) bool {
	return name != "" && len(name) <= maxTopicLen && !strings.ContainsFunc(name, func(c rune) bool {
		return !(c == '%' || c == '|' || c == '_' || c == '-' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z')
	})
}

// either is a field of a send's header, by its short or its long name.
func either(c *command, short, long string) string { return cmp.Or(c.text(short), c.text(long)) }

// send stores what a send carries (SendMessageProcessor).
func (b *broker) send(p *peer, c *command) *answer {
	extra := fields("TRACE_ON", "true", "MSG_REGION", regionName)
	messages, refusal := b.received(p, c)
	if refusal != nil {
		refusal.ext = extra
		return refusal
	}
	queue := messages[0].QueueID
	var ids []string
	for i := range messages {
		b.prepare(&messages[i])
		if !b.store.put(&messages[i]) {
			return &answer{code: systemError, remark: "the queue is not there any more", ext: extra}
		}
		b.schedule(&messages[i])
		ids = append(ids, messages[i].OffsetMsgID())
	}
	unique := propertiesOf(messages[0].Properties).get(propUniqKey)
	return &answer{ext: append(fields("msgId", strings.Join(ids, ","), "queueId", itoa(queue),
		"queueOffset", itoa(messages[0].QueueOffset), "transactionId", unique), extra...)}
}

// received reads and checks the messages of a send, and makes their topic where its default topic allows it.
func (b *broker) received(p *peer, c *command) ([]decode.Message, *answer) {
	name := either(c, "b", "topic")
	if !validTopic(name) {
		return nil, &answer{code: invalidParameter, remark: "The specified topic contains illegal characters, allowing only ^[%|a-zA-Z0-9_-]+$"}
	}
	t, ok := b.store.settings(name)
	if !ok {
		if t, ok = b.makeTopic(c, name); !ok {
			return nil, &answer{code: topicNotExist, remark: "topic[" + name + "] not exist, apply first please!" + faq}
		}
	}
	if t.perm&permWrite == 0 {
		return nil, &answer{code: noPermission, remark: "the topic[" + name + "] sending message is forbidden"}
	}
	batch := c.Code == decode.SendBatchMessage
	shared := []byte(either(c, "i", "properties"))
	var out []decode.Message
	var m decode.Message
	it := decode.MessagesOf(decode.Context{Code: c.Code, Known: true}, 0, &c.Command, c.frame)
	for it.Next(&m) {
		list := propertiesOf(m.Properties)
		if batch {
			list = propertiesOf(slices.Concat(m.Properties, []byte{2}, shared))
		}
		list = list.with(propWait, "").with("MSG_REGION", regionName).with("TRACE_ON", "true").with("CLUSTER", clusterName)
		m.Properties = list.encode()
		if len(m.Properties) > math.MaxInt16 {
			break
		}
		m.BornHost = bornHost(p)
		out = append(out, m)
	}
	if it.Err() != nil || len(out) == 0 || len(c.frame.Body) > maxBody || len(m.Properties) > math.MaxInt16 {
		return nil, &answer{code: messageIllegal, remark: fmt.Sprintf("the message is illegal, maybe msg body or properties length not matched. "+
			"msg body length limit %dB, msg properties length limit 32KB.", maxBody)}
	}
	queue := out[0].QueueID
	if queue < 0 {
		queue = rand.Int32N(t.write)
	}
	if queue >= max(t.read, t.write) {
		return nil, &answer{code: invalidParameter, remark: fmt.Sprintf("request queueId[%d] is illegal, TopicConfig [topicName=%s, "+
			"readQueueNums=%d, writeQueueNums=%d, perm=RW-, topicFilterType=SINGLE_TAG, topicSysFlag=0, order=false, attributes={}] "+
			"Producer: %s", queue, name, t.read, t.write, p.conn.RemoteAddr())}
	}
	for i := range out {
		out[i].QueueID = queue
	}
	return out, nil
}

// makeTopic makes a topic like its default topic (TopicConfigManager.createTopicInSendMessageMethod), or a retry topic.
func (b *broker) makeTopic(c *command, name string) (topic, bool) {
	queues, perm := int32(1), int32(permRead|permWrite)
	if !strings.HasPrefix(name, retryPrefix) {
		t, ok := b.store.settings(either(c, "c", "defaultTopic"))
		if !ok || t.perm&permInherit == 0 {
			return topic{}, false
		}
		queues, perm = min(max(c.int32("d"), c.int32("defaultTopicQueueNums"), 1), t.write), t.perm&^permInherit
	}
	ok := b.store.create(name, queues, queues, perm)
	return topic{name: name, read: queues, write: queues, perm: perm}, ok
}

func bornHost(p *peer) []byte {
	host, _ := netip.ParseAddrPort(p.conn.RemoteAddr().String())
	if !host.IsValid() {
		host = netip.AddrPortFrom(netip.IPv4Unspecified(), 0)
	}
	return hostOf(host)
}

// prepare puts a message that has to wait for its time or its transaction where such ones wait.
func (b *broker) prepare(m *decode.Message) {
	list := propertiesOf(m.Properties)
	topic, queue := "", int32(0)
	switch level := delayLevel(list); {
	case m.SysFlag&decode.SysFlagTransactionMask == decode.SysFlagTransactionPrepared:
		topic = halfTopic
		m.SysFlag &^= decode.SysFlagTransactionMask
	case level > 0:
		topic, queue = scheduleTopic, int32(level-1)
	default:
		return
	}
	list = list.with(propRealTopic, string(m.Topic)).with(propRealQueue, itoa(m.QueueID))
	m.Topic, m.QueueID, m.Properties = []byte(topic), queue, list.encode()
	if len(m.Properties) > math.MaxInt16 {
		m.Properties = m.Properties[:0] // is lost at its time, as it does not say where it belongs
	}
}

func delayLevel(p properties) int {
	level := 0
	fmt.Sscan(p.get(propDelay), &level)
	return min(level, len(delays))
}

// schedule sees to it that a message that waits is looked at when it is time.
func (b *broker) schedule(m *decode.Message) {
	offset := m.CommitLogOffset
	switch string(m.Topic) {
	case scheduleTopic:
		wait := time.Duration(float64(delays[min(int(m.QueueID), len(delays)-1)]) / b.options.Haste)
		b.after(wait, func() { b.deliver(offset, nil) })
	case halfTopic:
		b.addHalf(m)
	}
}

// deliver stores the message at an offset, which waits, again where it belongs; change may change it.
func (b *broker) deliver(offset int64, change func(*decode.Message)) {
	record := b.store.at(offset)
	if record == nil {
		return
	}
	m := readRecord(record)
	list := propertiesOf(m.Properties)
	fmt.Sscan(list.get(propRealQueue), &m.QueueID)
	m.Topic = []byte(list.get(propRealTopic))
	m.Properties = list.with(propDelay, "").with(propRealTopic, "").with(propRealQueue, "").encode()
	if change != nil {
		change(&m)
	}
	b.store.put(&m)
}

// sendBack stores a message that a consumer could not use, so that its group gets it again, or in the group's dead letter queue
// when that was tried often enough (SendMessageProcessor.consumerSendMsgBack).
func (b *broker) sendBack(c *command) *answer {
	group, level := c.text("group"), c.int32("delayLevel")
	record := b.store.at(c.number("offset"))
	if record == nil || !validTopic(retryPrefix+group) {
		return &answer{code: systemError, remark: "look message by offset failed, " + itoa(c.number("offset"))}
	}
	limit := int32(16) // SubscriptionGroupConfig.retryMaxTimes
	if _, ok := c.Ext.Get("maxReconsumeTimes"); ok {
		limit = c.int32("maxReconsumeTimes")
	}
	m := readRecord(record)
	list := propertiesOf(m.Properties)
	if list.get(propRetryTopic) == "" {
		list = list.with(propRetryTopic, string(m.Topic))
	}
	if list.get(propOrigin) == "" {
		list = list.with(propOrigin, m.OffsetMsgID())
	}
	m.QueueID, m.SysFlag, m.PreparedTransactionOffset = 0, m.SysFlag&^decode.SysFlagTransactionMask, 0
	if m.ReconsumeTimes >= limit || level < 0 {
		m.Topic = []byte(deadPrefix + group)
		b.store.ensure(string(m.Topic), 1, permWrite)
	} else {
		if level == 0 {
			level = 3 + m.ReconsumeTimes
		}
		m.Topic = []byte(retryPrefix + group)
		b.store.ensure(string(m.Topic), 1, permRead|permWrite)
		list = list.with(propDelay, itoa(level))
	}
	m.ReconsumeTimes++
	m.Properties = list.encode()
	if len(m.Properties) > math.MaxInt16 {
		return &answer{code: systemError, remark: "the message's properties are too long"}
	}
	b.prepare(&m)
	b.store.put(&m)
	b.schedule(&m)
	return &answer{}
}

// reply stores a reply and hands it to the client that asked, whose answer the replier's answer waits for (ReplyMessageProcessor).
func (b *broker) reply(p *peer, c *command) *answer {
	messages, refusal := b.received(p, c)
	if refusal != nil {
		return refusal
	}
	m := &messages[0]
	client := propertiesOf(m.Properties).get("REPLY_TO_CLIENT")
	b.store.put(m)
	ext := fields("msgId", m.OffsetMsgID(), "queueId", itoa(m.QueueID),
		"queueOffset", itoa(m.QueueOffset), "TRACE_ON", "true", "MSG_REGION", regionName)
	b.mu.Lock()
	to := b.clients[client]
	b.mu.Unlock()
	if to == nil {
		return &answer{code: systemError, remark: "push reply message fail, channel of <" + client + "> not found.", ext: ext}
	}
	list := propertiesOf(m.Properties).with("PUSH_REPLY_TIME", itoa(time.Now().UnixMilli()))
	opaque := c.Opaque
	to.call(decode.PushReplyMessage, fields("producerGroup", either(c, "a", "producerGroup"), "topic", string(m.Topic),
		"defaultTopic", defaultTopic, "defaultTopicQueueNums", "4", "queueId", itoa(m.QueueID), "sysFlag", itoa(m.SysFlag),
		"bornTimestamp", itoa(m.BornTimestamp), "flag", itoa(m.Flag), "properties", string(list.encode()), "reconsumeTimes", "0",
		"unitMode", "false", "bornHost", m.BornAddr().String(), "storeHost", m.StoreAddr().String(),
		"storeTimestamp", itoa(m.StoreTimestamp)), m.Body, func(taken *command) {
		a := &answer{ext: ext}
		if taken == nil || taken.Code != 0 {
			a.code, a.remark = systemError, "push reply message to "+client+" fail."
		}
		p.answer(opaque, a, false)
	})
	return nil
}

// hasKey tells whether a message has a key, or is the one with this UNIQ_KEY.
func hasKey(p properties, key string, unique bool) bool {
	return p.get(propUniqKey) == key || !unique && slices.Contains(strings.Fields(p.get(propKeys)), key)
}
