package demo

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/mqsniff/mqsniff/decode"
)

// hold times of a push consumer (DefaultMQPushConsumerImpl).
const (
	maxSuspend  = 15 * time.Second
	pullTimeout = 30 * time.Second
)

// Consumer gets a group's messages by long polls, and shares them with the others of its group.
type Consumer struct {
	client        *client
	name          string         // of the group
	subscriptions []subscription // the last one is that of the retry topic, which the first heartbeat makes
	handle        func(decode.Message) error

	changed chan struct{} // a broker says that members came or went
	mu      sync.Mutex
	pulls   map[queueAt]*pulling
	group   sync.WaitGroup
}

// pulling is the work on one queue.
type pulling struct {
	cancel    context.CancelFunc
	next      int64 // offset behind what was handled; -1: nothing yet. Under Consumer.mu
	committed int64
}

// NewConsumer makes a consumer of a group. subscriptions are topics, and of each "*" or tags, "A || B". handle is called by many
// goroutines; the message's slices are its own. When it fails the group gets the message again, later. Run does the work.
func NewConsumer(group string, subscriptions map[string]string, o ClientOptions, handle func(decode.Message) error) *Consumer {
	c := &Consumer{client: newClient(o), name: group, handle: handle, changed: make(chan struct{}, 1), pulls: map[queueAt]*pulling{}}
	version := time.Now().UnixMilli()
	for _, topic := range append(slices.Sorted(maps.Keys(subscriptions)), retryPrefix+group) {
		s := subscription{Type: "TAG", Expression: cmp.Or(subscriptions[topic], "*"), Version: version, Topic: topic, Codes: []int32{}, Tags: []string{}}
		for tag := range strings.SplitSeq(s.Expression, "||") {
			if tag = strings.TrimSpace(tag); tag != "*" {
				s.Tags, s.Codes = append(s.Tags, tag), append(s.Codes, tagsHash(tag))
			}
		}
		c.subscriptions = append(c.subscriptions, s)
	}
	c.client.beat.Consumers = []consumerData{{FromWhere: "CONSUME_FROM_FIRST_OFFSET", Type: "CONSUME_PASSIVELY", Group: group,
		Model: "CLUSTERING", Subscriptions: c.subscriptions}}
	c.client.handle = func(_ *peer, asked *command) {
		if asked.Code == notifyConsumerIDs {
			select {
			case c.changed <- struct{}{}:
			default:
			}
		}
	}
	return c
}

// Run consumes until ctx ends. Then it commits its offsets, takes leave and closes its connections; it cannot be run again.
func (c *Consumer) Run(ctx context.Context) {
	tick := time.NewTicker(c.client.options.Interval)
	defer tick.Stop()
	for ctx.Err() == nil {
		c.rebalance(ctx)
		select {
		case <-ctx.Done():
		case <-c.changed:
		case <-tick.C:
			c.client.heartbeats(ctx)
			c.commit(ctx)
		}
	}
	c.mu.Lock()
	for _, p := range c.pulls {
		p.cancel()
	}
	c.mu.Unlock()
	c.group.Wait()
	c.commit(context.WithoutCancel(ctx))
	c.client.close("consumerGroup", c.name)
}

// rebalance pulls from the queues that are this consumer's, and from no others. What cannot be asked for now is asked for next time.
func (c *Consumer) rebalance(ctx context.Context) {
	for _, s := range c.subscriptions {
		queues, err := c.client.route(ctx, s.Topic)
		if err != nil {
			continue
		}
		a, err := c.client.ask(ctx, patience, queues[0].address, getConsumerListByGroup,
			fields("consumerGroup", c.name), nil)
		var list struct{ ConsumerIDList []string }
		if err != nil || json.Unmarshal(a.frame.Body, &list) != nil {
			continue
		}
		c.assign(ctx, s.Topic, share(queues, list.ConsumerIDList, c.client.options.ClientID))
	}
}

// share is what of the queues a member gets (AllocateMessageQueueAveragely).
func share(queues []queueAt, members []string, me string) []queueAt {
	slices.Sort(members)
	i, n := slices.Index(members, me), len(members)
	if i < 0 {
		return nil
	}
	size, rest := len(queues)/n, len(queues)%n
	from := i*size + min(i, rest)
	if i < rest {
		size++
	}
	return queues[from : from+size]
}

func (c *Consumer) assign(ctx context.Context, topic string, mine []queueAt) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for q, p := range c.pulls {
		if q.Topic == topic && !slices.Contains(mine, q) {
			p.cancel()
			delete(c.pulls, q)
		}
	}
	for _, q := range mine {
		if c.pulls[q] == nil {
			ctx, cancel := context.WithCancel(ctx)
			p := &pulling{cancel: cancel, next: -1, committed: -1}
			c.pulls[q] = p
			c.group.Go(func() { c.work(ctx, q, p) })
		}
	}
}

// work consumes one queue until ctx ends. Where something fails it waits and tries again.
func (c *Consumer) work(ctx context.Context, q queueAt, p *pulling) {
	for ctx.Err() == nil {
		c.pullFrom(ctx, q, p)
		select {
		case <-ctx.Done():
		case <-time.After(c.client.options.Interval / 2):
		}
	}
}

// pullFrom pulls until something fails.
func (c *Consumer) pullFrom(ctx context.Context, q queueAt, p *pulling) {
	where := fields("consumerGroup", c.name, "topic", q.Topic, "queueId", itoa(q.Queue), "bname", q.Broker)
	c.mu.Lock()
	offset := p.next
	c.mu.Unlock()
	if offset < 0 {
		a, err := c.client.ask(ctx, patience, q.address, decode.QueryConsumerOffset, where, nil)
		if err != nil && !isAnswer(err, queryNotFound) {
			return
		}
		offset = a.number("offset")
	}
	for {
		ext := append(where[:len(where):len(where)], fields("queueOffset", itoa(offset), "maxMsgNums", "32", "sysFlag", itoa(int32(pullSuspend)),
			"commitOffset", "0", "suspendTimeoutMillis", itoa(min(3*c.client.options.Interval, maxSuspend).Milliseconds()),
			"subVersion", itoa(c.subscriptions[0].Version), "expressionType", "TAG")...)
		a, err := c.client.ask(ctx, pullTimeout, q.address, decode.PullMessage, ext, nil)
		if err != nil && !isAnswer(err, pullNotFound) && !isAnswer(err, pullRetry) && !isAnswer(err, pullOffsetMoved) {
			return
		}
		c.handleAll(ctx, q, a)
		offset = a.number("nextBeginOffset")
		c.mu.Lock()
		p.next = offset
		c.mu.Unlock()
	}
}

// handleAll hands out the messages of a pull's answer, and sends back those that cannot be handled.
func (c *Consumer) handleAll(ctx context.Context, q queueAt, a *command) {
	var m decode.Message
	it := decode.MessagesOf(decode.Context{Code: decode.PullMessage, Known: true}, a.Code, &a.Command, a.frame)
	for it.Next(&m) {
		if c.handle(m) == nil {
			continue
		}
		list := propertiesOf(m.Properties)
		c.client.ask(ctx, patience, q.address, decode.ConsumerSendMsgBack, fields("offset", itoa(m.CommitLogOffset), "group", c.name,
			"delayLevel", "0", "originMsgId", cmp.Or(list.get(propOrigin), m.OffsetMsgID()),
			"originTopic", cmp.Or(list.get(propRetryTopic), string(m.Topic)), "unitMode", "false", "maxReconsumeTimes", "16",
			"bname", q.Broker), nil)
	}
}

// commit tells brokers how far this consumer has come.
func (c *Consumer) commit(ctx context.Context) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for q, p := range c.pulls {
		if p.next >= 0 && p.next != p.committed {
			p.committed = p.next
			c.client.oneway(ctx, q.address, decode.UpdateConsumerOffset, fields("consumerGroup", c.name,
				"topic", q.Topic, "queueId", itoa(q.Queue), "commitOffset", itoa(p.next),
				"bname", q.Broker), nil)
		}
	}
}
