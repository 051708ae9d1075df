package demo

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/binary"
	"fmt"
	"sync"
	"time"

	"github.com/mqsniff/mqsniff/decode"
)

// Message is one to be sent.
type Message struct {
	Topic, Tag string
	Keys       string            // with blanks between them
	Properties []decode.ExtField // of the application
	Delay      int               // level, 1 to 18; 0: none
	Body       []byte            // of 4096 bytes or more is sent compressed
}

// SendResult is what a broker says of a message that it stored.
type SendResult struct {
	Code        int32  // 0, or one of those that say that it is stored but not safe: 10 FLUSH_DISK_TIMEOUT
	UniqKey     string // made by the producer
	MsgID       string // made by the broker; for a batch several, with commas
	Broker      string // host:port
	QueueID     int32
	QueueOffset int64
}

// compressAt is from how many bytes on bodies are compressed (DefaultMQProducer.compressMsgBodyOverHowmuch).
const compressAt = 4096

// Producer sends messages. Its methods may be called by many goroutines.
type Producer struct {
	client *client
	group  string
	// Check says, when a broker asks, how a transaction ended: commit or rollback, or false for not known yet. It is called from
	// any goroutine; nil: all transactions are committed.
	Check func(uniqKey string) (commit, known bool)

	mu     sync.Mutex
	routes map[string][]queueAt
	turn   int
}

// NewProducer makes a producer of a group. It connects when it has something to send; Close must be called in the end.
func NewProducer(group string, o ClientOptions) *Producer {
	p := &Producer{client: newClient(o), group: group, routes: map[string][]queueAt{}}
	p.client.beat.Producers = append(p.client.beat.Producers, producerData{group})
	p.client.handle = p.asked
	return p
}

// Close takes leave of the brokers.
func (p *Producer) Close() { p.client.close("producerGroup", p.group) }

// Run sends heartbeats until ctx ends.
func (p *Producer) Run(ctx context.Context) {
	tick := time.NewTicker(p.client.options.Interval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			p.client.heartbeats(ctx)
		}
	}
}

// queue is the next queue of a topic. A topic that is not there yet is sent to where the default topic is, as Java does, unless
// there must be one.
func (p *Producer) queue(ctx context.Context, topic string) (queueAt, error) {
	p.mu.Lock()
	queues := p.routes[topic]
	p.mu.Unlock()
	if queues == nil {
		var err error
		if queues, err = p.client.route(ctx, topic); isAnswer(err, topicNotExist) {
			queues, err = p.client.route(ctx, defaultTopic)
			queues = queues[:min(len(queues), 4)]
		}
		if err != nil {
			return queueAt{}, err
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.routes[topic] = queues
	p.turn++
	return queues[p.turn%len(queues)], nil
}

// Send sends one message and waits for what the broker says. An *AnswerError is its refusal.
func (p *Producer) Send(ctx context.Context, m Message) (SendResult, error) {
	return p.send(ctx, decode.SendMessageV2, []Message{m}, false, 0)
}

// SendBatch sends messages of one topic in one request.
func (p *Producer) SendBatch(ctx context.Context, m []Message) (SendResult, error) {
	return p.send(ctx, decode.SendBatchMessage, m, false, 0)
}

// SendOneway sends one message and waits for nothing.
func (p *Producer) SendOneway(ctx context.Context, m Message) error {
	_, err := p.send(ctx, decode.SendMessageV2, []Message{m}, true, 0)
	return err
}

// SendHalf sends a message that nobody gets before End, or Check, says so.
func (p *Producer) SendHalf(ctx context.Context, m Message) (SendResult, error) {
	return p.send(ctx, decode.SendMessageV2, []Message{m}, false, decode.SysFlagTransactionPrepared)
}

func (p *Producer) send(ctx context.Context, code int32, messages []Message, oneway bool, sysFlag int32) (r SendResult, err error) {
	if len(messages) == 0 {
		return r, fmt.Errorf("a batch of no messages")
	}
	q, err := p.queue(ctx, messages[0].Topic)
	if err != nil {
		return r, err
	}
	r.UniqKey, r.Broker = p.client.uniqKey(), q.address
	var body, list []byte
	if code == decode.SendBatchMessage {
		for i := range messages {
			body = appendElement(body, messages[i].Body, messages[i].properties(p.client.uniqKey(), "").encode())
		}
		list = properties{}.with(propUniqKey, r.UniqKey).with(propWait, "true").encode()
	} else {
		half := ""
		if sysFlag != 0 {
			half = p.group
		}
		body, list = messages[0].Body, messages[0].properties(r.UniqKey, half).encode()
		if len(body) >= compressAt {
			body = compressed(body)
			sysFlag |= decode.SysFlagCompressed | 0x300 // zlib
		}
	}
	ext := fields("a", p.group, "b", messages[0].Topic, "c", defaultTopic,
		"d", "4", "e", itoa(q.Queue), "f", itoa(sysFlag),
		"g", itoa(time.Now().UnixMilli()), "h", "0", "i", string(list), "j", "0",
		"k", "false", "m", fmt.Sprint(code == decode.SendBatchMessage), "n", q.Broker)
	if oneway {
		return r, p.client.oneway(ctx, q.address, code, ext, body)
	}
	a, err := p.client.ask(ctx, patience, q.address, code, ext, body)
	if err != nil && !isAnswer(err, flushDiskTimeout) {
		return r, err
	}
	r.Code, r.MsgID, r.QueueID, r.QueueOffset = a.Code, a.text("msgId"), a.int32("queueId"), a.number("queueOffset")
	return r, nil
}

// properties are those that Java sets. half is the producer's group for a half message, otherwise "".
func (m *Message) properties(unique, half string) (p properties) {
	for _, f := range m.Properties {
		p = p.with(f.Key, f.Value)
	}
	p = p.with(propKeys, m.Keys).with(propUniqKey, unique).with(propWait, "true").with(propTags, m.Tag)
	if m.Delay > 0 {
		p = p.with(propDelay, itoa(m.Delay))
	}
	if half != "" {
		p = p.with(propHalf, "true").with(propGroup, half)
	}
	return p
}

// appendElement appends a message of a batch (MessageDecoder.encodeMessage).
func appendElement(dst, body, list []byte) []byte {
	be := binary.BigEndian
	b := be.AppendUint32(dst, uint32(22+len(body)+len(list)))
	b = append(b, make([]byte, 12)...) // magic, CRC, flag
	b = append(be.AppendUint32(b, uint32(len(body))), body...)
	return append(be.AppendUint16(b, uint16(len(list))), list...)
}

func compressed(body []byte) []byte {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	w.Write(body) // a buffer takes everything
	w.Close()
	return b.Bytes()
}

// End says how the transaction of a half message ended: known is false when it is still open, and the broker will ask.
func (p *Producer) End(ctx context.Context, half SendResult, commit, known bool) error {
	_, offset, _ := decode.ParseOffsetMsgID([]byte(half.MsgID))
	return p.client.oneway(ctx, half.Broker, decode.EndTransaction,
		p.endOf(offset, half.QueueOffset, half.UniqKey, commit, known, false), nil)
}

// asked answers what brokers ask: how a transaction ended.
func (p *Producer) asked(from *peer, c *command) {
	if c.Code != decode.CheckTransactionState {
		return
	}
	unique, commit, known := c.text("msgId"), true, true
	if p.Check != nil {
		commit, known = p.Check(unique)
	}
	from.oneway(decode.EndTransaction,
		p.endOf(c.number("commitLogOffset"), c.number("tranStateTableOffset"), unique, commit, known, true), nil)
}

func (p *Producer) endOf(offset, queueOffset int64, unique string, commit, known, asked bool) []decode.ExtField {
	how := int32(0)
	switch {
	case known && commit:
		how = decode.SysFlagTransactionCommit
	case known:
		how = decode.SysFlagTransactionRollback
	}
	return fields("producerGroup", p.group, "tranStateTableOffset", itoa(queueOffset),
		"commitLogOffset", itoa(offset), "commitOrRollback", itoa(how),
		"fromTransactionCheck", fmt.Sprint(asked), "msgId", unique, "transactionId", unique)
}
