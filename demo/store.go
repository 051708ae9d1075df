package demo

import (
	"slices"
	"sync"
	"time"

	"github.com/mqsniff/mqsniff/decode"
)

// Bounds of a store.
const (
	defaultMemory = 64 << 20
	maxTopics     = 4096
	maxQueues     = 64  // of a topic
	overhead      = 256 // bytes that a stored message costs beside its record
	maxPullBytes  = 256 << 10
	maxPulled     = 32    // messages of a pull
	maxScanned    = 16000 // messages that a pull looks at
)

// Bits of a topic's permissions (PermName).
const (
	permInherit = 1
	permWrite   = 2
	permRead    = 4
)

// topic is what a broker knows of one.
type topic struct {
	name              string
	read, write, perm int32
	queues            []*queue
}

// queue is a consume queue. Its oldest messages may be gone: first is the offset of messages[0].
type queue struct {
	first    int64
	messages []*stored
	held     map[*hold]struct{}
}

func (q *queue) max() int64 { return q.first + int64(len(q.messages)) }

// stored is a message in the log.
type stored struct {
	record    []byte
	offset    int64 // in the commit log
	timestamp int64 // ms since 1970
	tag       int32 // hash; 0: no tag
	queue     *queue
}

// hold is a pull that waits for a message (PullRequestHoldService).
type hold struct {
	filter filter
	wake   func() // called once, without locks: a message came, or the time is over
	timer  *time.Timer
}

// store keeps the messages of a broker in memory, the oldest of them go when there are too many bytes.
type store struct {
	host  []byte // of the broker, as records have it
	limit int64

	mu     sync.Mutex
	topics map[string]*topic
	log    []*stored
	next   int64 // offset in the commit log
	bytes  int64
}

func newStore(host []byte, limit int64) *store {
	if limit <= 0 {
		limit = defaultMemory
	}
	s := &store{host: host, limit: limit, topics: map[string]*topic{}}
	s.create(defaultTopic, 8, 8, permRead|permWrite|permInherit)
	s.create(scheduleTopic, int32(len(delays)), int32(len(delays)), permRead|permWrite)
	s.create(halfTopic, 1, 1, permRead|permWrite)
	s.create(replyTopic, 1, 1, permRead|permWrite)
	return s
}

// create makes or changes a topic; false when there are too many, or it has a number of queues that none has.
func (s *store) create(name string, read, write, perm int32) bool {
	if read < 1 || write < 1 || read > maxQueues || write > maxQueues {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.topics[name]
	if t == nil {
		if len(s.topics) >= maxTopics {
			return false
		}
		t = &topic{name: name}
		s.topics[name] = t
	}
	t.read, t.write, t.perm = read, write, perm
	for len(t.queues) < int(max(read, write)) {
		t.queues = append(t.queues, &queue{held: map[*hold]struct{}{}})
	}
	return true
}

// ensure makes a topic where there is none.
func (s *store) ensure(name string, queues, perm int32) {
	if _, ok := s.settings(name); !ok {
		s.create(name, queues, queues, perm)
	}
}

// settings are those of a topic, without its queues.
func (s *store) settings(name string) (t topic, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if found := s.topics[name]; found != nil {
		return topic{name: name, read: found.read, write: found.write, perm: found.perm}, true
	}
	return t, false
}

// queue is a queue, nil where there is none. The lock must be held.
func (s *store) queue(topic string, id int32) *queue {
	t := s.topics[topic]
	if t == nil || id < 0 || int(id) >= len(t.queues) {
		return nil
	}
	return t.queues[id]
}

// put stores m, whose queue must be there, and gives it its offsets, its host and its time.
func (s *store) put(m *decode.Message) bool {
	p := propertiesOf(m.Properties)
	tag := int32(0)
	if t := p.get(propTags); t != "" {
		tag = tagsHash(t)
	}
	s.mu.Lock()
	q := s.queue(string(m.Topic), m.QueueID)
	if q == nil {
		s.mu.Unlock()
		return false
	}
	m.Stored, m.StoreHost, m.StoreTimestamp = true, s.host, time.Now().UnixMilli()
	m.QueueOffset, m.CommitLogOffset = q.max(), s.next
	x := &stored{record: appendRecord(nil, m), offset: s.next, timestamp: m.StoreTimestamp, tag: tag, queue: q}
	q.messages = append(q.messages, x)
	s.log = append(s.log, x)
	s.next += int64(len(x.record))
	s.bytes += int64(len(x.record)) + overhead
	for s.bytes > s.limit && len(s.log) > 1 {
		s.forget()
	}
	var wake []func()
	for h := range q.held {
		if h.filter.match(tag) {
			delete(q.held, h)
			h.timer.Stop()
			wake = append(wake, h.wake)
		}
	}
	s.mu.Unlock()
	for _, f := range wake {
		f()
	}
	return true
}

// forget drops the oldest message, which is the oldest of its queue, too.
func (s *store) forget() {
	x := s.log[0]
	s.log[0], s.log = nil, s.log[1:]
	q := x.queue
	q.messages[0], q.messages = nil, q.messages[1:]
	q.first++
	s.bytes -= int64(len(x.record)) + overhead
}

// at is the record at an offset of the commit log, nil where none begins, or not any more.
func (s *store) at(offset int64) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	i, ok := slices.BinarySearchFunc(s.log, offset, func(x *stored, o int64) int { return int(x.offset - o) })
	if !ok {
		return nil
	}
	return s.log[i].record
}

// pulled is what a pull finds.
type pulled struct {
	status         string // GetMessageStatus
	next, min, max int64
	records        []byte
}

// pull reads up to n messages for which the filter is, from an offset on. Where there is none yet, and h is not nil, h waits for
// patience, and held is true.
func (s *store) pull(topic string, id int32, offset int64, n int, h *hold, f filter, patience time.Duration) (r pulled, held bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := s.queue(topic, id)
	if q == nil {
		return pulled{status: "NO_MATCHED_LOGIC_QUEUE"}, false
	}
	r = pulled{min: q.first, max: q.max(), next: q.max()}
	switch {
	case r.max == 0:
		r.status, r.next = "NO_MESSAGE_IN_QUEUE", 0
	case offset < r.min:
		r.status, r.next = "OFFSET_TOO_SMALL", r.min
	case offset == r.max:
		r.status = "OFFSET_OVERFLOW_ONE"
	case offset > r.max:
		r.status = "OFFSET_OVERFLOW_BADLY"
	default:
		r.status = "NO_MATCHED_MESSAGE"
		i := offset - r.min
		end := min(int64(len(q.messages)), i+maxScanned)
		for n = max(1, min(n, maxPulled)); i < end && n > 0; i++ { // who asks for none gets one (DefaultMessageStore.isTheBatchFull)
			x := q.messages[i]
			if !f.match(x.tag) {
				continue
			}
			if len(r.records) > 0 && len(r.records)+len(x.record) > maxPullBytes {
				break
			}
			r.status = "FOUND"
			r.records = append(r.records, x.record...)
			n--
		}
		r.next = r.min + i
	}
	empty := r.status == "OFFSET_OVERFLOW_ONE" || r.status == "NO_MESSAGE_IN_QUEUE" && offset == 0
	if h == nil || !empty {
		return r, false
	}
	h.filter = f
	h.timer = time.AfterFunc(patience, func() {
		s.mu.Lock()
		_, held := q.held[h]
		delete(q.held, h)
		s.mu.Unlock()
		if held {
			h.wake()
		}
	})
	q.held[h] = struct{}{}
	return r, true
}

// bounds are the first offset of a queue and the one behind its last.
func (s *store) bounds(topic string, id int32) (first, behind int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if q := s.queue(topic, id); q != nil {
		return q.first, q.max()
	}
	return 0, 0
}

// search is the offset of the first message of a queue that was stored at a time, ms since 1970, or later, and when that was;
// -1 where there is none.
func (s *store) search(topic string, id int32, timestamp int64) (offset, stored int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := s.queue(topic, id)
	if q == nil {
		return 0, -1
	}
	for i, x := range q.messages {
		if x.timestamp >= timestamp {
			return q.first + int64(i), x.timestamp
		}
	}
	return q.max(), -1
}

// query returns up to n records of a topic for which the condition holds, stored within a range of ms since 1970.
func (s *store) query(topic string, n int, from, to int64, is func(properties) bool) (records []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.topics[topic]
	if t == nil {
		return nil
	}
	for _, q := range t.queues {
		for _, x := range q.messages {
			if n <= 0 || len(records) > maxPullBytes {
				return records
			}
			if x.timestamp < from || x.timestamp > to {
				continue
			}
			if m := readRecord(x.record); is(propertiesOf(m.Properties)) {
				records = append(records, x.record...)
				n--
			}
		}
	}
	return records
}

// end stops the timers of all that wait.
func (s *store) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.topics {
		for _, q := range t.queues {
			for h := range q.held {
				h.timer.Stop()
			}
			clear(q.held)
		}
	}
}
