// Command goclient produces and consumes with Apache's Go client, and logs each action as a line of JSON, in the form of the Java
// driver beside it.
package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/apache/rocketmq-client-go/v2"
	"github.com/apache/rocketmq-client-go/v2/admin"
	"github.com/apache/rocketmq-client-go/v2/consumer"
	"github.com/apache/rocketmq-client-go/v2/primitive"
	"github.com/apache/rocketmq-client-go/v2/producer"
	"github.com/apache/rocketmq-client-go/v2/rlog"
)

const (
	topic = "E2E-go"
	group = "pg-go"
)

// action is a line of the log; see e2e/README.md.
type action struct {
	Action         string `json:"action"`
	How            string `json:"how,omitempty"`
	Group          string `json:"group,omitempty"`
	Topic          string `json:"topic,omitempty"`
	Key            string `json:"key,omitempty"`
	MsgID          string `json:"msgId,omitempty"`
	OffsetMsgID    string `json:"offsetMsgId,omitempty"`
	QueueID        *int   `json:"queueId,omitempty"`
	QueueOffset    *int64 `json:"queueOffset,omitempty"`
	ReconsumeTimes *int32 `json:"reconsumeTimes,omitempty"`
	Status         string `json:"status,omitempty"`
	BodyLen        *int   `json:"bodyLen,omitempty"`
	SHA256         string `json:"sha256,omitempty"`
	Error          string `json:"error,omitempty"`
}

var output sync.Mutex

func (a action) log() {
	line, err := json.Marshal(a)
	if err != nil {
		panic(err)
	}
	output.Lock()
	defer output.Unlock()
	os.Stdout.Write(append(line, '\n'))
}

func main() {
	var s settings
	nameServer := flag.String("namesrv", "127.0.0.1:9876", "`ADDRESS` of the name server")
	flag.StringVar(&s.broker, "broker", "127.0.0.1:10911", "`ADDRESS` of the broker, to make the topic at")
	flag.StringVar(&s.credentials.AccessKey, "access-key", "", "sign requests as `USER`")
	flag.StringVar(&s.credentials.SecretKey, "secret-key", "", "the user's `SECRET`")
	flag.Parse()
	rlog.SetLogLevel("error")
	s.nameServer = primitive.NamesrvAddr{*nameServer}
	if err := s.run(); err != nil {
		action{Action: "failed", Error: err.Error()}.log()
		os.Exit(1)
	}
	action{Action: "done"}.log()
}

// settings are those of all clients.
type settings struct {
	nameServer  primitive.NamesrvAddr
	broker      string
	credentials primitive.Credentials
}

func (s *settings) run() error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	if err := s.createTopic(ctx); err != nil {
		return fmt.Errorf("create topic: %w", err)
	}
	sent, err := s.produce(ctx)
	if err != nil {
		return fmt.Errorf("produce: %w", err)
	}
	if err := s.push(ctx, sent); err != nil {
		return fmt.Errorf("push consumer: %w", err)
	}
	if err := s.pull(ctx, sent); err != nil {
		return fmt.Errorf("pull consumer: %w", err)
	}
	return nil
}

// createTopic makes the topic; with credentials the broker does at the first message, as the client's admin does not sign this.
func (s *settings) createTopic(ctx context.Context) error {
	if !s.credentials.IsEmpty() {
		return nil
	}
	a, err := admin.NewAdmin(admin.WithResolver(primitive.NewPassthroughResolver(s.nameServer)))
	if err != nil {
		return err
	}
	defer a.Close()
	err = a.CreateTopic(ctx, admin.WithTopicCreate(topic), admin.WithBrokerAddrCreate(s.broker),
		admin.WithReadQueueNums(2), admin.WithWriteQueueNums(2))
	if err != nil {
		return err
	}
	for { // until the broker has told the name server
		if queues, err := a.FetchPublishMessageQueues(ctx, topic); err == nil && len(queues) == 2 {
			return nil
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func message(key, body string) *primitive.Message {
	return primitive.NewMessage(topic, []byte(body)).WithTag("TagA").WithKeys([]string{key})
}

// produce sends messages in all ways there are, and says how many.
func (s *settings) produce(ctx context.Context) (int, error) {
	p, err := rocketmq.NewProducer(producer.WithNameServer(s.nameServer), producer.WithCredentials(s.credentials), producer.WithGroupName(group), producer.WithRetry(0),
		producer.WithSendMsgTimeout(15*time.Second), producer.WithInstanceName("e2e-go-producer"))
	if err != nil {
		return 0, err
	}
	if err := p.Start(); err != nil {
		return 0, err
	}
	defer p.Shutdown()
	var sent int
	send := func(how string, messages ...*primitive.Message) error {
		bodies := make([][]byte, len(messages)) // the client replaces a body that it compresses
		for i, m := range messages {
			bodies[i] = m.Body
		}
		r, err := p.SendSync(ctx, messages...)
		if err != nil {
			return err
		}
		logSent(how, messages, bodies, r)
		sent += len(messages)
		return nil
	}
	for i := range 4 {
		if err := send("sync", message(fmt.Sprint("同步-", i), fmt.Sprint("hello ", i))); err != nil {
			return sent, err
		}
	}
	var batch []*primitive.Message
	for i := range 3 {
		batch = append(batch, message(fmt.Sprint("batch-", i), fmt.Sprint("element ", i)))
	}
	if err := send("batch", batch...); err != nil {
		return sent, err
	}
	if err := send("compressed", message("compressed", strings.Repeat("压缩 a body that compresses well; ", 200))); err != nil {
		return sent, err
	}
	var oneway []*primitive.Message
	for i := range 2 {
		m := message(fmt.Sprint("oneway-", i), fmt.Sprint("hello ", i))
		if err := p.SendOneWay(ctx, m); err != nil {
			return sent, err
		}
		// Requests that the client sends one way do not say so: on the wire they are like others, and are answered.
		logSent("oneway unmarked", []*primitive.Message{m}, [][]byte{m.Body}, nil)
		oneway = append(oneway, m)
	}
	var done sync.WaitGroup
	var failed atomic.Pointer[error]
	for i := range 2 {
		m := message(fmt.Sprint("async-", i), fmt.Sprint("hello ", i))
		done.Add(1)
		err := p.SendAsync(ctx, func(_ context.Context, r *primitive.SendResult, err error) {
			defer done.Done()
			if err != nil {
				failed.Store(&err)
				return
			}
			logSent("async", []*primitive.Message{m}, [][]byte{m.Body}, r)
		}, m)
		if err != nil {
			return sent, err
		}
		sent++
	}
	done.Wait()
	if err := failed.Load(); err != nil {
		return sent, *err
	}
	return sent + len(oneway), nil
}

// logSent logs messages sent together; r is nil where nothing was answered. Ids of a batch come joined by commas.
func logSent(how string, messages []*primitive.Message, bodies [][]byte, r *primitive.SendResult) {
	for i, m := range messages {
		a := action{Action: "send", How: how, Group: group, Topic: m.Topic, Key: m.GetKeys(),
			MsgID: m.GetProperty(primitive.PropertyUniqueClientMessageIdKeyIndex)}
		a.body(bodies[i])
		if r != nil {
			queue, offset := r.MessageQueue.QueueId, r.QueueOffset+int64(i)
			a.OffsetMsgID, a.QueueID, a.QueueOffset = strings.Split(r.OffsetMsgID, ",")[i], &queue, &offset
			a.Status = map[primitive.SendStatus]string{primitive.SendOK: "SEND_OK"}[r.Status]
		}
		a.log()
	}
}

func (a *action) body(b []byte) {
	n, sum := len(b), sha256.Sum256(b)
	a.BodyLen, a.SHA256 = &n, hex.EncodeToString(sum[:])
}

// received counts the different messages that a consumer got.
type received struct {
	how, group string
	mu         sync.Mutex
	ids        map[string]bool
}

func (r *received) take(messages []*primitive.MessageExt) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, m := range messages {
		a := action{Action: "receive", How: r.how, Group: r.group, Topic: m.Topic, Key: m.GetKeys(), MsgID: m.MsgId,
			OffsetMsgID: m.OffsetMsgId, QueueID: &m.Queue.QueueId, QueueOffset: &m.QueueOffset, ReconsumeTimes: &m.ReconsumeTimes}
		if m.MsgId == m.OffsetMsgId {
			a.MsgID = "" // this client gives the messages of a batch no id of their own
		}
		a.body(m.Body)
		a.log()
		r.ids[m.MsgId] = true
	}
	return len(r.ids)
}

func (s *settings) push(ctx context.Context, want int) error {
	c, err := rocketmq.NewPushConsumer(consumer.WithNameServer(s.nameServer), consumer.WithCredentials(s.credentials), consumer.WithGroupName("cg-go-push"),
		consumer.WithConsumeFromWhere(consumer.ConsumeFromFirstOffset), consumer.WithInstance("e2e-go-push"))
	if err != nil {
		return err
	}
	all := make(chan struct{})
	var once sync.Once // a message may come again
	r := &received{how: "push", group: "cg-go-push", ids: map[string]bool{}}
	err = c.Subscribe(topic, consumer.MessageSelector{}, func(_ context.Context, m ...*primitive.MessageExt) (consumer.ConsumeResult, error) {
		if r.take(m) == want {
			once.Do(func() { close(all) })
		}
		return consumer.ConsumeSuccess, nil
	})
	if err != nil {
		return err
	}
	if err := c.Start(); err != nil {
		return err
	}
	defer c.Shutdown()
	select {
	case <-all:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("%d of %d messages: %w", len(r.ids), want, ctx.Err())
	}
}

func (s *settings) pull(ctx context.Context, want int) error {
	c, err := rocketmq.NewPullConsumer(consumer.WithNameServer(s.nameServer), consumer.WithCredentials(s.credentials), consumer.WithGroupName("cg-go-pull"),
		consumer.WithConsumeFromWhere(consumer.ConsumeFromFirstOffset), consumer.WithInstance("e2e-go-pull"))
	if err != nil {
		return err
	}
	if err := c.Subscribe(topic, consumer.MessageSelector{}); err != nil {
		return err
	}
	if err := c.Start(); err != nil {
		return err
	}
	defer c.Shutdown()
	r := &received{how: "pull", group: "cg-go-pull", ids: map[string]bool{}}
	for n := 0; n < want; {
		answer, err := c.Poll(ctx, 5*time.Second)
		switch {
		case consumer.IsNoNewMsgError(err) && ctx.Err() == nil:
		case err != nil:
			return err
		default:
			n = r.take(answer.GetMsgList())
			c.ACK(ctx, answer, consumer.ConsumeSuccess)
		}
	}
	return nil
}
