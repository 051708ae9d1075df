package demo

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/mqsniff/mqsniff/decode"
)

// StoryOptions say how the story is told.
type StoryOptions struct {
	Seed   uint64  // what happens, and in which order; not when
	Speed  float64 // 2: twice as fast; 0: 1
	Rounds int     // how often the shop opens; 0: until the context ends
	// Serialization and Dial are those of all clients (ClientOptions).
	Serialization decode.Serialization
	Dial          func(ctx context.Context, address string) (net.Conn, error)
}

// story is a shop: orders come in and are paid, billed and shipped; people click; reports are written at night.
type story struct {
	options StoryOptions
	random  *rand.Rand
	group   sync.WaitGroup
	number  int // of the next order

	orders, payments, web *Producer
	shipping              context.CancelFunc // of the second shipping consumer; nil: it is not there

	mu     sync.Mutex
	open   map[string]bool // transactions by UNIQ_KEY that brokers will ask about; true: the broker has asked once
	failed map[string]bool // orders that could not be shipped at once
}

// RunStory is traffic that shows everything, until ctx ends or the rounds are over: sends with keys, tags and properties, compressed
// ones, batches, one-way sends, delayed messages, transactions that are committed, rolled back, and asked about; consumers with long
// polls and committed offsets, who come and go, and send back what they cannot use; and what goes wrong. An error says that the name
// server cannot be asked at the beginning; later troubles are part of the story.
func RunStory(ctx context.Context, nameServer string, o StoryOptions) error {
	if o.Speed <= 0 {
		o.Speed = 1
	}
	s := &story{options: o, random: rand.New(rand.NewPCG(o.Seed, 1)), number: 1001, open: map[string]bool{}, failed: map[string]bool{}}
	client := func(name string) ClientOptions {
		return ClientOptions{NameServer: nameServer, ClientID: "127.0.0.1@" + name, Serialization: o.Serialization, Dial: o.Dial,
			Interval: time.Duration(float64(5*time.Second) / o.Speed)}
	}
	s.orders = NewProducer("pg-orders", client("orders"))
	s.payments = NewProducer("pg-payments", client("payments"))
	s.web = NewProducer("pg-web", client("web"))
	s.payments.Check = s.check
	if _, err := s.web.client.route(ctx, defaultTopic); err != nil {
		return fmt.Errorf("the name server %s does not answer: %w", nameServer, err)
	}
	for _, topic := range []string{"orders", "payments", "parcels", "reminders", "reports"} { // the first send makes clicks
		for _, broker := range s.web.client.addresses() {
			s.web.client.ask(ctx, patience, broker, updateAndCreateTopic, fields("topic", topic, "defaultTopic", defaultTopic, "readQueueNums", "4",
				"writeQueueNums", "4", "perm", "6", "topicFilterType", "SINGLE_TAG", "topicSysFlag", "0", "order", "false"), nil)
		}
	}
	ctx, cancel := context.WithCancel(ctx)
	for _, p := range []*Producer{s.orders, s.payments, s.web} {
		s.group.Go(func() {
			p.Run(ctx)
			p.Close()
		})
	}
	s.consumer(ctx, "cg-billing", map[string]string{"orders": "paid || refunded", "payments": "*"}, client("billing"))
	s.consumer(ctx, "cg-shipping", map[string]string{"orders": "*"}, client("shipping-1"))
	s.consumer(ctx, "cg-audit", map[string]string{"clicks": "*", "reports": "*", "reminders": "*", "parcels": "*"}, client("audit"))
	for round := 1; ctx.Err() == nil && (o.Rounds == 0 || round <= o.Rounds); round++ {
		s.round(ctx, round)
		if s.shipping == nil {
			second, end := context.WithCancel(ctx)
			s.consumer(second, "cg-shipping", map[string]string{"orders": "*"}, client("shipping-2"))
			s.shipping = end
		} else if round%3 == 0 {
			s.shipping()
			s.shipping = nil
		}
	}
	if s.shipping != nil {
		s.shipping()
	}
	cancel()
	s.group.Wait()
	return nil
}

// consumer starts one, that cannot use some orders at the first try.
func (s *story) consumer(ctx context.Context, group string, subscriptions map[string]string, o ClientOptions) {
	c := NewConsumer(group, subscriptions, o, func(m decode.Message) error {
		key := group + " " + propertiesOf(m.Properties).get(propKeys)
		if group != "cg-shipping" || m.ReconsumeTimes > 0 || tagsHash(key)%5 != 0 {
			return nil
		}
		return errors.New("out of stock")
	})
	s.group.Go(func() { c.Run(ctx) })
}

// pause waits for about so many ms.
func (s *story) pause(ctx context.Context, ms int) {
	ms = ms/2 + s.random.IntN(ms)
	select {
	case <-ctx.Done():
	case <-time.After(time.Duration(float64(ms)*1e6/s.options.Speed) * time.Nanosecond):
	}
}

// round is a day in the shop. What is refused is sent once more, as people do.
func (s *story) round(ctx context.Context, round int) {
	scenes := []func(context.Context){s.order, s.order, s.order, s.click, s.parcel, s.payment, s.payment, s.remind}
	s.random.Shuffle(len(scenes), func(i, j int) { scenes[i], scenes[j] = scenes[j], scenes[i] })
	for _, scene := range scenes {
		scene(ctx)
		s.pause(ctx, 250)
	}
	if round%2 == 1 {
		s.report(ctx)
	}
	s.mistake(ctx, round)
	s.pause(ctx, 250)
}

// order sends what becomes of an order.
func (s *story) order(ctx context.Context) {
	key := fmt.Sprintf("order-%d", s.number)
	s.number++
	for _, tag := range []string{"created", "paid"} {
		m := Message{Topic: "orders", Tag: tag, Keys: key, Properties: fields("city", pick(s.random, "杭州", "Berlin", "São Paulo", "Oslo")),
			Body: fmt.Appendf(nil, `{"id":"%s","state":"%s","items":%d,"total":%d.%02d}`, key, tag, 1+s.random.IntN(9), 5+s.random.IntN(500), s.random.IntN(100))}
		if _, err := s.orders.Send(ctx, m); err != nil {
			s.pause(ctx, 100)
			s.orders.Send(ctx, m)
		}
		s.pause(ctx, 60)
	}
}

func pick(r *rand.Rand, of ...string) string { return of[r.IntN(len(of))] }

func (s *story) click(ctx context.Context) {
	for range 3 + s.random.IntN(6) {
		page := pick(s.random, "/", "/cart", "/books", "/help")
		s.web.SendOneway(ctx, Message{Topic: "clicks", Body: fmt.Appendf(nil, `{"page":"%s","visitor":%d}`, page, s.random.IntN(1000))})
		s.pause(ctx, 12)
	}
}

func (s *story) parcel(ctx context.Context) {
	var batch []Message
	for range 3 + s.random.IntN(3) {
		id := fmt.Sprintf("parcel-%d", s.random.IntN(10000))
		batch = append(batch, Message{Topic: "parcels", Tag: pick(s.random, "packed", "sent"), Keys: id, Body: fmt.Appendf(nil, "%s, %d g", id, 100+s.random.IntN(5000))})
	}
	s.orders.SendBatch(ctx, batch)
}

func (s *story) remind(ctx context.Context) {
	s.web.Send(ctx, Message{Topic: "reminders", Tag: "cart", Keys: fmt.Sprintf("visitor-%d", s.random.IntN(1000)), Delay: 1 + s.random.IntN(2),
		Body: []byte("There is still something in your cart.")})
}

func (s *story) report(ctx context.Context) {
	var b strings.Builder
	for i := range 200 + s.random.IntN(200) {
		fmt.Fprintf(&b, "%04d %s sold %d, returned %d\n", i, pick(s.random, "books", "lamps", "tea"), s.random.IntN(900), s.random.IntN(20))
	}
	s.web.Send(ctx, Message{Topic: "reports", Tag: "daily", Keys: "report", Body: []byte(b.String())})
}

// payment is a transaction: the message about it counts when the bank has said yes.
func (s *story) payment(ctx context.Context) {
	key := fmt.Sprintf("payment-%d", s.random.IntN(100000))
	half, err := s.payments.SendHalf(ctx, Message{Topic: "payments", Tag: "card", Keys: key, Body: []byte(`{"card":"…4242","payment":"` + key + `"}`)})
	how := s.random.IntN(4)
	if err != nil {
		return
	}
	if how == 0 { // the bank does not answer: the broker will ask
		s.mu.Lock()
		s.open[half.UniqKey] = false
		s.mu.Unlock()
	}
	s.pause(ctx, 40)
	s.payments.End(ctx, half, how > 1, how > 0)
}

// check is asked how a transaction ended: the first time nobody knows.
func (s *story) check(unique string) (commit, known bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if asked, ok := s.open[unique]; ok && !asked {
		s.open[unique] = true
		return false, false
	}
	delete(s.open, unique)
	return true, true
}

// mistake does something that is refused.
func (s *story) mistake(ctx context.Context, round int) {
	brokers := s.orders.client.addresses()
	if len(brokers) == 0 {
		return
	}
	c, broker := s.orders.client, brokers[0]
	switch round % 4 {
	case 0: // nobody made this topic, and nothing says that a send may
		c.ask(ctx, patience, broker, decode.SendMessageV2, fields("a", "pg-orders", "b", "ordres",
			"c", "ordres", "d", "4", "e", "0", "f", "0",
			"g", itoa(time.Now().UnixMilli()), "h", "0", "i", string((&Message{Keys: "typo"}).properties(c.uniqKey(), "").encode()), "j", "0"), []byte("lost"))
	case 1:
		c.route(ctx, "ordres")
	case 2:
		c.ask(ctx, patience, broker, 9999, nil, nil)
	case 3:
		c.ask(ctx, patience, broker, decode.ViewMessageByID, fields("topic", "orders", "offset", "1234567"), nil)
	}
}

// StoryTrouble is ClusterOptions.Trouble for the story: most answers take some 100 µs, some take ms, few much longer; now and then a
// send meets a broker that is busy, or a disk that is slow. Which send of a topic that is depends on the seed alone.
func StoryTrouble(seed uint64, speed float64) func(code int32, topic string) (time.Duration, int32) {
	if speed <= 0 {
		speed = 1
	}
	var mu sync.Mutex
	random := rand.New(rand.NewPCG(seed, 2))
	sends := map[string]uint64{}
	return func(code int32, topic string) (time.Duration, int32) {
		mu.Lock()
		defer mu.Unlock()
		if decode.IsPull(code) {
			return 0, 0
		}
		micros, status := 50+random.ExpFloat64()*300, int32(0)
		if decode.IsSend(code) && (sends[topic] > 0 || len(sends) < maxTopics) {
			sends[topic]++
			switch rand.New(rand.NewPCG(seed^uint64(tagsHash(topic)), sends[topic])).IntN(25) {
			case 0:
				status = systemBusy
			case 1:
				micros, status = micros+500_000, flushDiskTimeout
			}
		}
		switch dice := random.IntN(100); {
		case dice == 0:
			micros += 400_000 + random.Float64()*600_000
		case dice < 8:
			micros += random.ExpFloat64() * 20_000
		}
		return time.Duration(micros * 1000 / speed), status
	}
}
