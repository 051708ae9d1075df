package demo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mqsniff/mqsniff/decode"
)

// inbox is what a consumer got.
type inbox struct {
	mu       sync.Mutex
	messages []decode.Message
}

func (x *inbox) take(m decode.Message) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.messages = append(x.messages, m)
	return nil
}

// wait waits until there are n messages.
func (x *inbox) wait(t *testing.T, n int) []decode.Message {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		x.mu.Lock()
		got := slices.Clone(x.messages)
		x.mu.Unlock()
		if len(got) >= n {
			return got
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d messages came, want %d", len(got), n)
		}
	}
}

// consume runs a consumer until the test ends.
func consume(t *testing.T, c *Cluster, group, client, topic, tags string, handle func(decode.Message) error) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	consumer := NewConsumer(group, map[string]string{topic: tags}, clientOptions(c, client), handle)
	running.Go(func() { consumer.Run(ctx) })
	stop = sync.OnceFunc(func() {
		cancel()
		running.Wait()
	})
	t.Cleanup(stop)
	return stop
}

func clientOptions(c *Cluster, name string) ClientOptions {
	return ClientOptions{NameServer: c.NameServer(), ClientID: "127.0.0.1@" + name, Interval: 50 * time.Millisecond}
}

func produce(t *testing.T, c *Cluster) *Producer {
	t.Helper()
	p := NewProducer("pg", clientOptions(c, "producer"))
	t.Cleanup(p.Close)
	return p
}

func TestWhatIsSentIsConsumed(t *testing.T) {
	cluster := testCluster(t, ClusterOptions{Haste: 1000, TransactionTimeout: 20 * time.Millisecond})
	p := produce(t, cluster)
	var open sync.Map // asked about once
	p.Check = func(id string) (bool, bool) {
		_, asked := open.LoadOrStore(id, true)
		return true, asked
	}
	ctx := t.Context()
	var all, tagged inbox
	stop := consume(t, cluster, "cg-all", "all", "T", "*", all.take)
	consume(t, cluster, "cg-tagged", "tagged", "T", "A || 标签", tagged.take)

	want := []string{}
	sent := func(keys string, r SendResult, err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", keys, err)
		}
		if host, _, ok := decode.ParseOffsetMsgID([]byte(strings.Split(r.MsgID, ",")[0])); !ok || host.String() != cluster.Brokers()[0] {
			t.Errorf("%s has the id %q", keys, r.MsgID)
		}
		if _, ok := decode.ParseUniqKey([]byte(r.UniqKey)); !ok {
			t.Errorf("%s has the id %q", keys, r.UniqKey)
		}
		want = append(want, keys)
	}
	r, err := p.Send(ctx, Message{Topic: "T", Tag: "A", Keys: "plain", Body: []byte("x")})
	sent("plain", r, err)
	r, err = p.Send(ctx, Message{Topic: "T", Tag: "标签", Keys: "compressed", Body: []byte(strings.Repeat("long ", 1000))})
	sent("compressed", r, err)
	r, err = p.Send(ctx, Message{Topic: "T", Keys: "delayed", Delay: 1, Body: []byte("x")})
	sent("delayed", r, err)
	r, err = p.SendBatch(ctx, []Message{{Topic: "T", Keys: "batch-1", Body: []byte("x")}, {Topic: "T", Keys: "batch-2", Body: []byte("y")}})
	sent("batch-1", r, err)
	want = append(want, "batch-2")
	if err := p.SendOneway(ctx, Message{Topic: "T", Keys: "oneway"}); err != nil {
		t.Fatal(err)
	}
	want = append(want, "oneway")
	for _, how := range []string{"committed", "rolled back", "open"} {
		r, err := p.SendHalf(ctx, Message{Topic: "T", Tag: "A", Keys: how, Body: []byte("x")})
		sent(how, r, err)
		open.Store(r.UniqKey, true) // in the case that the broker asks before the end is there
		if how == "open" {
			open.Delete(r.UniqKey)
		}
		p.End(ctx, r, how == "committed", how != "open")
	}
	want = slices.DeleteFunc(want, func(k string) bool { return k == "rolled back" })

	keys := func(messages []decode.Message) (out []string) {
		for _, m := range messages {
			out = append(out, propertiesOf(m.Properties).get(propKeys))
			if m.CRCMismatch() || !m.Stored {
				t.Errorf("%+v", m)
			}
		}
		slices.Sort(out)
		return out
	}
	slices.Sort(want)
	if got := keys(all.wait(t, len(want))); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := keys(tagged.wait(t, 4)); !slices.Equal(got, []string{"committed", "compressed", "open", "plain"}) {
		t.Errorf("by tags: %q", got)
	}

	// Offsets were committed: the next consumer of the group gets what is new.
	stop()
	var next inbox
	consume(t, cluster, "cg-all", "next", "T", "*", next.take)
	r, err = p.Send(ctx, Message{Topic: "T", Keys: "new"})
	sent("new", r, err)
	if got := keys(next.wait(t, 1)); !slices.Equal(got, []string{"new"}) {
		t.Errorf("after the restart: %q", got)
	}
}

func TestSentBackComesAgainThenIsDead(t *testing.T) {
	cluster := testCluster(t, ClusterOptions{Haste: 1e6})
	var box inbox
	consume(t, cluster, "cg", "c", "T", "*", func(m decode.Message) error {
		box.take(m)
		return errors.New("never")
	})
	if _, err := produce(t, cluster).Send(t.Context(), Message{Topic: "T", Keys: "k", Body: []byte("x")}); err != nil {
		t.Fatal(err)
	}
	got := box.wait(t, 17)
	for i, m := range got {
		p := propertiesOf(m.Properties)
		topic, original := "T", ""
		if i > 0 {
			topic, original = "%RETRY%cg", "T"
		}
		if int(m.ReconsumeTimes) != i || string(m.Topic) != topic || p.get(propRetryTopic) != original || p.get(propDelay) != "" ||
			i > 0 && p.get(propOrigin) != got[0].OffsetMsgID() {
			t.Errorf("try %d: %s %d %q", i, m.Topic, m.ReconsumeTimes, m.Properties)
		}
	}
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		if _, behind := cluster.brokers[0].store.bounds("%DLQ%cg", 0); behind == 1 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("it is not in the dead letter queue")
		}
	}
}

// TestMembersShareQueues has a second consumer come, and the first one go.
func TestMembersShareQueues(t *testing.T) {
	cluster := testCluster(t, ClusterOptions{})
	cluster.CreateTopic("T", 4)
	var first, second inbox
	stop := consume(t, cluster, "cg", "first", "T", "*", first.take)
	p := produce(t, cluster)
	n := 0
	send := func(times int) {
		for range times {
			n++
			if _, err := p.Send(t.Context(), Message{Topic: "T", Keys: fmt.Sprint(n)}); err != nil {
				t.Fatal(err)
			}
		}
	}
	send(4)
	first.wait(t, 4)
	consume(t, cluster, "cg", "second", "T", "*", second.take)
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); {
		send(4)
		second.mu.Lock()
		got := len(second.messages)
		second.mu.Unlock()
		if got > 0 {
			break
		}
	}
	second.wait(t, 1)
	stop()
	send(4)
	seen := map[string]bool{}
	for deadline := time.Now().Add(20 * time.Second); len(seen) < n; time.Sleep(5 * time.Millisecond) {
		for _, x := range []*inbox{&first, &second} {
			for _, m := range x.wait(t, 0) {
				seen[propertiesOf(m.Properties).get(propKeys)] = true
			}
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d of %d messages came", len(seen), n)
		}
	}
}

func TestShare(t *testing.T) {
	queues := make([]queueAt, 5)
	for i := range queues {
		queues[i].Queue = int32(i)
	}
	var got [][]int32
	for _, me := range []string{"a", "b", "c", "d"} {
		var ids []int32
		for _, q := range share(queues, []string{"c", "a", "b"}, me) {
			ids = append(ids, q.Queue)
		}
		got = append(got, ids)
	}
	if s := fmt.Sprint(got); s != "[[0 1] [2 3] [4] []]" {
		t.Error(s)
	}
}

// TestTagsHash is String.hashCode of Java, which counts in UTF-16.
func TestTagsHash(t *testing.T) {
	for tag, want := range map[string]int32{"": 0, "TagA": 2598919, "a": 97, "标签": 857175, "😀": 1772899, "polygenelubricants": -2147483648} {
		if got := tagsHash(tag); got != want {
			t.Errorf("%q: %d, want %d", tag, got, want)
		}
	}
}

// TestTroubleIsTheSeeds asks twice in the same order.
func TestTroubleIsTheSeeds(t *testing.T) {
	a, b := StoryTrouble(3, 1), StoryTrouble(3, 1)
	bad := map[int32]int{}
	for i := range 1000 {
		topic := fmt.Sprint("T", i%3)
		_, x := a(decode.SendMessageV2, topic)
		a(decode.HeartBeat, "") // comes in between, by chance
		if _, y := b(decode.SendMessageV2, topic); x != y {
			t.Fatalf("send %d: %d and %d", i, x, y)
		}
		bad[x]++
	}
	if bad[systemBusy] == 0 || bad[flushDiskTimeout] == 0 || bad[0] < 800 {
		t.Error(bad)
	}
}
