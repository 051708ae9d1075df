package demo

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"github.com/mqsniff/mqsniff/decode"
)

func testStore(limit int64) *store {
	return newStore(hostOf(netip.MustParseAddrPort("127.0.0.1:10911")), limit)
}

// consistent holds what a store says of itself against what it has.
func (s *store) consistent(t *testing.T) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	bytes, inQueues := int64(0), 0
	for i, x := range s.log {
		bytes += int64(len(x.record)) + overhead
		if i > 0 && x.offset <= s.log[i-1].offset {
			t.Fatalf("offset %d behind %d", x.offset, s.log[i-1].offset)
		}
	}
	for _, topic := range s.topics {
		for _, q := range topic.queues {
			inQueues += len(q.messages)
			for i, x := range q.messages {
				if m := readRecord(x.record); m.QueueOffset != q.first+int64(i) || m.CommitLogOffset != x.offset {
					t.Fatalf("%s: message %d says %d at %d", topic.name, q.first+int64(i), m.QueueOffset, m.CommitLogOffset)
				}
			}
		}
	}
	if bytes != s.bytes || inQueues != len(s.log) || bytes > s.limit && len(s.log) > 1 {
		t.Fatalf("%d bytes counted as %d, limit %d; %d messages in queues, %d in the log", bytes, s.bytes, s.limit, inQueues, len(s.log))
	}
}

// TestStoreIsAModel does things at random with a store, and with plain lists of all that was ever stored.
func TestStoreIsAModel(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	s := testStore(40_000)
	tags := []string{"", "A", "B"}
	const queues = 3
	if !s.create("T", queues, queues, 6) {
		t.Fatal("no topic")
	}
	var all [queues][]string // tags
	for range 3000 {
		id := int32(random.IntN(queues))
		if random.IntN(2) == 0 {
			tag := tags[random.IntN(len(tags))]
			list := properties{}.with(propTags, tag)
			m := decode.Message{Topic: []byte("T"), QueueID: id, Body: make([]byte, random.IntN(500)), Properties: list.encode(), BornHost: s.host}
			if !s.put(&m) || m.QueueOffset != int64(len(all[id])) {
				t.Fatalf("stored at %d, want %d", m.QueueOffset, len(all[id]))
			}
			if got := readRecord(s.at(m.CommitLogOffset)); string(got.Body) != string(m.Body) || got.OffsetMsgID() != m.OffsetMsgID() || got.CRCMismatch() {
				t.Fatalf("stored %+v, found %+v", m, got)
			}
			all[id] = append(all[id], tag)
			continue
		}
		first, behind := s.bounds("T", id)
		offset, n := first-2+random.Int64N(behind-first+5), random.IntN(40)
		want, wanted := "NO_MATCHED_MESSAGE", 0
		f := filterOf([]string{"*", "A", "A || B"}[random.IntN(3)])
		switch {
		case behind == 0:
			want = "NO_MESSAGE_IN_QUEUE"
		case offset < first:
			want = "OFFSET_TOO_SMALL"
		case offset == behind:
			want = "OFFSET_OVERFLOW_ONE"
		case offset > behind:
			want = "OFFSET_OVERFLOW_BADLY"
		default:
			for _, tag := range all[id][offset:] {
				hash := int32(0)
				if tag != "" {
					hash = tagsHash(tag)
				}
				if f.match(hash) && wanted < max(1, min(n, maxPulled)) {
					want, wanted = "FOUND", wanted+1
				}
			}
		}
		r, _ := s.pull("T", id, offset, n, nil, f, 0)
		got := 0
		a := &command{frame: decode.Frame{Body: r.records}}
		a.Flag = decode.FlagResponse
		it := decode.MessagesOf(decode.Context{Code: decode.PullMessage, Known: true}, 0, &a.Command, a.frame)
		for m := (decode.Message{}); it.Next(&m); got++ {
			offset = m.QueueOffset
		}
		if r.status != want || got != wanted || got > 0 && r.next <= offset || behind != int64(len(all[id])) {
			t.Fatalf("%s with %d messages, next %d behind %d; want %s with %d", r.status, got, r.next, offset, want, wanted)
		}
	}
	s.consistent(t)
	if first, _ := s.bounds("T", 0); first == 0 {
		t.Error("nothing was forgotten: the limit is not tested")
	}
}

func TestStoreBounds(t *testing.T) {
	s := testStore(0)
	for _, n := range []int32{-1, 0, maxQueues + 1} {
		if s.create("T", n, 1, 6) || s.create("T", 1, n, 6) {
			t.Errorf("a topic with %d queues", n)
		}
	}
	for i := range maxTopics + 10 {
		s.create(fmt.Sprint("T", i), 1, 1, 6)
	}
	if len(s.topics) != maxTopics {
		t.Errorf("%d topics, want %d", len(s.topics), maxTopics)
	}
}

// TestHeldPull is woken by a message that it is for, by no other, and by the end of its patience.
func TestHeldPull(t *testing.T) {
	s := testStore(0)
	s.create("T", 1, 1, 6)
	put := func(tag string) {
		s.put(&decode.Message{Topic: []byte("T"), Body: []byte("x"), Properties: properties{}.with(propTags, tag).encode(), BornHost: s.host})
	}
	woken := make(chan string, 4)
	hold := func(name, tags string, patience time.Duration) {
		if _, held := s.pull("T", 0, 0, 1, &hold{wake: func() { woken <- name }}, filterOf(tags), patience); !held {
			t.Errorf("%s is not held", name)
		}
	}
	hold("all", "*", time.Hour)
	hold("B", "B", time.Hour)
	hold("impatient", "C", time.Millisecond)
	if got := <-woken; got != "impatient" {
		t.Errorf("%s was woken first", got)
	}
	put("A")
	put("B")
	for _, want := range []string{"all", "B"} {
		if got := <-woken; got != want {
			t.Errorf("%s was woken, want %s", got, want)
		}
	}
	if n := len(s.topics["T"].queues[0].held); n != 0 {
		t.Errorf("%d are still held", n)
	}
}
