package main

// event is something that will happen: a client acts, a server answers.
type event struct {
	at     int64  // µs since 1970
	order  uint64 // of being planned; makes the order of simultaneous events certain
	what   action
	client *client
	conn   *conn
	life   uint32 // of the connection; an event of an earlier life is void
	code   int32  // answer: operation and opaque of the request
	opaque int32
	queue  int32
	count  int32 // answer to a pull: records
	unique uniqueKey
	offset int64 // commit log offset
}

type action uint8

const (
	connect  action = iota // the client connects to its name server and its broker
	produce                // a producer sends
	pull                   // a consumer asks for the messages of a queue
	maintain               // a client refreshes what it knows: heartbeat, routes, consumers
	list                   // a consumer asks who else is in its group
	commit                 // a producer ends a transaction
	answer                 // a server answers
)

// schedule is a binary heap of events, the next one first.
type schedule struct {
	heap  []event
	count uint64
}

func (s *schedule) before(i, j int) bool {
	a, b := &s.heap[i], &s.heap[j]
	return a.at < b.at || a.at == b.at && a.order < b.order
}

func (s *schedule) add(e event) {
	s.count++
	e.order = s.count
	s.heap = append(s.heap, e)
	for i := len(s.heap) - 1; i > 0; {
		p := (i - 1) / 2
		if !s.before(i, p) {
			return
		}
		s.heap[i], s.heap[p] = s.heap[p], s.heap[i]
		i = p
	}
}

// next takes the earliest event out. There must be one.
func (s *schedule) next() event {
	e := s.heap[0]
	last := len(s.heap) - 1
	s.heap[0] = s.heap[last]
	s.heap[last] = event{}
	s.heap = s.heap[:last]
	for i := 0; ; {
		c := 2*i + 1
		if c >= last {
			return e
		}
		if c+1 < last && s.before(c+1, c) {
			c++
		}
		if !s.before(c, i) {
			return e
		}
		s.heap[i], s.heap[c] = s.heap[c], s.heap[i]
		i = c
	}
}
