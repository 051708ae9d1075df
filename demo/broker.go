package demo

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/mqsniff/mqsniff/decode"
)

// Bounds of what a broker remembers beside messages.
const (
	maxGroups  = 1024
	maxMembers = 1024    // of a group
	maxOffsets = 1 << 16 // consumer offsets, locks
	maxTimers  = 1 << 16 // messages that wait for their time
	maxName    = 255     // bytes of a group's or client's name
)

// broker answers what clients ask a broker. A slave is one that shares its master's store.
type broker struct {
	name    string
	slave   string // address, "" where there is none
	server  *server
	store   *store
	options ClusterOptions

	mu        sync.Mutex
	ended     bool
	clients   map[string]*peer            // by client id
	producers map[string]map[string]*peer // by group and client id
	consumers map[string]*consumerGroup
	offsets   map[place]int64
	locks     map[place]lock
	halves    map[int64]half // by offset in the commit log
	timers    map[*time.Timer]struct{}
}

// place is a queue as a group sees it.
type place struct {
	group, topic string
	queue        int32
}

func newBroker(name string, s *server, messages *store, o ClusterOptions) *broker {
	return &broker{name: name, server: s, store: messages, options: o,
		clients: map[string]*peer{}, producers: map[string]map[string]*peer{}, consumers: map[string]*consumerGroup{},
		offsets: map[place]int64{}, locks: map[place]lock{}, halves: map[int64]half{}, timers: map[*time.Timer]struct{}{}}
}

// data is BrokerData as fastjson writes it.
func (b *broker) data(standard bool) string {
	zero, one := "0", "1"
	if standard {
		zero, one = `"0"`, `"1"`
	}
	addresses := fmt.Sprintf(`%s:"%s"`, zero, b.server.address)
	if b.slave != "" {
		addresses += fmt.Sprintf(`,%s:"%s"`, one, b.slave)
	}
	return fmt.Sprintf(`{"brokerAddrs":{%s},"brokerName":"%s","cluster":"%s","enableActingMaster":false}`, addresses, b.name, clusterName)
}

// serve answers a request, unless somebody else does later.
func (b *broker) serve(p *peer, c *command) {
	var wait time.Duration
	var a *answer
	stored := int32(0) // what is said of a message that was stored
	if b.options.Trouble != nil {
		var status int32
		wait, status = b.options.Trouble(c.Code, string(decode.SubjectOf(&c.Command, c.Code).Topic))
		if status == systemBusy {
			a = &answer{code: systemBusy, remark: busyRemark(wait)}
		} else if decode.IsSend(c.Code) {
			stored = status
		}
	}
	if a == nil {
		a = b.answer(p, c)
	}
	if a == nil || c.Oneway() {
		return
	}
	if a.code == 0 {
		a.code = stored
	}
	opaque := c.Opaque
	if wait <= 0 || !b.after(wait, func() { p.answer(opaque, a, false) }) {
		p.answer(opaque, a, true)
	}
}

// busyRemark is what a broker says that let a request wait for too long (BrokerFastFailure.cleanExpiredRequestInQueue).
func busyRemark(wait time.Duration) string {
	return fmt.Sprintf("[TIMEOUT_CLEAN_QUEUE]broker busy, start flow control for a while, period in queue: %dms, size of queue: %d",
		200+wait.Milliseconds(), 1+rand.IntN(40))
}

// answer is nil where there is none now.
func (b *broker) answer(p *peer, c *command) *answer {
	switch c.Code {
	case decode.SendMessage, decode.SendMessageV2, decode.SendBatchMessage:
		return b.send(p, c)
	case decode.SendReplyMessage, decode.SendReplyMessageV2:
		return b.reply(p, c)
	case decode.PullMessage, decode.LitePullMessage:
		return b.pull(p, c)
	case decode.HeartBeat:
		return b.heartbeat(p, c)
	case decode.UnregisterClient:
		return b.unregister(c)
	case decode.ConsumerSendMsgBack:
		return b.sendBack(c)
	case decode.EndTransaction:
		return b.endTransaction(c)
	case decode.QueryConsumerOffset:
		return b.queryOffset(c)
	case decode.UpdateConsumerOffset:
		b.commit(placeOf(c), c.number("commitOffset"))
		return &answer{}
	case getConsumerListByGroup:
		return b.consumerList(c)
	case lockBatchMQ, unlockBatchMQ:
		return b.lock(c)
	case decode.ViewMessageByID, decode.QueryMessage:
		return b.look(c)
	case getMaxOffset, getMinOffset, searchOffsetByTimestamp, getEarliestStoreTime:
		return b.bounds(c)
	case updateAndCreateTopic:
		return b.createTopic(c)
	case checkClientConfig:
		return &answer{}
	case getBrokerRuntimeInfo:
		return &answer{body: fmt.Appendf(nil, `{"table":{"brokerActive":"true","brokerVersion":"%d","brokerVersionDesc":"%s"}}`,
			version53, decode.VersionName(version53))}
	}
	a := unsupported(c)
	return &a
}

// after calls f when some time is over, unless the broker ends before. It is false where too much waits.
func (b *broker) after(wait time.Duration, f func()) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ended || len(b.timers) >= maxTimers {
		return false
	}
	var t *time.Timer
	t = time.AfterFunc(wait, func() {
		b.mu.Lock()
		_, waits := b.timers[t]
		delete(b.timers, t)
		b.mu.Unlock()
		if waits {
			f()
		}
	})
	b.timers[t] = struct{}{}
	return true
}

// end stops all that waits. Its connections are closed before.
func (b *broker) end() {
	b.mu.Lock()
	b.ended = true
	for t := range b.timers {
		t.Stop()
	}
	clear(b.timers)
	b.mu.Unlock()
	b.store.end()
}

// createTopic is AdminBrokerProcessor.updateAndCreateTopic.
func (b *broker) createTopic(c *command) *answer {
	name := c.text("topic")
	if !validTopic(name) || !b.store.create(name, c.int32("readQueueNums"), c.int32("writeQueueNums"), c.int32("perm")) {
		return &answer{code: invalidParameter, remark: fmt.Sprintf("topic %q cannot be made: its name, or 1 to %d queues", name, maxQueues)}
	}
	return &answer{remark: "not set any response code"}
}

// bounds answers questions for an offset or a time of a queue.
func (b *broker) bounds(c *command) *answer {
	topic, queue := c.text("topic"), c.int32("queueId")
	first, behind := b.store.bounds(topic, queue)
	offset := first
	switch c.Code {
	case getMaxOffset:
		offset = behind
	case searchOffsetByTimestamp:
		offset, _ = b.store.search(topic, queue, c.number("timestamp"))
	case getEarliestStoreTime:
		_, stored := b.store.search(topic, queue, 0)
		return &answer{ext: fields("timestamp", itoa(stored))}
	}
	return &answer{ext: fields("offset", itoa(offset))}
}

// look finds messages, by offset or by key (QueryMessageProcessor).
func (b *broker) look(c *command) *answer {
	if c.Code == decode.ViewMessageByID {
		record := b.store.at(c.number("offset"))
		if record == nil {
			return &answer{code: systemError, remark: "can not find message by the offset, " + itoa(c.number("offset"))}
		}
		return &answer{body: record}
	}
	key, unique := c.text("key"), c.text("_UNIQUE_KEY_QUERY") == "true"
	records := b.store.query(c.text("topic"), int(c.int32("maxNum")), c.number("beginTimestamp"), c.number("endTimestamp"),
		func(p properties) bool { return hasKey(p, key, unique) })
	if records == nil {
		return &answer{code: queryNotFound, remark: "can not find message, maybe time range not correct",
			ext: fields("indexLastUpdatePhyoffset", "0", "indexLastUpdateTimestamp", "0")}
	}
	now := itoa(time.Now().UnixMilli())
	return &answer{ext: fields("indexLastUpdatePhyoffset", "0", "indexLastUpdateTimestamp", now), body: records}
}
