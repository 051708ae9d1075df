package export

import (
	"math/bits"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/mqsniff/mqsniff/session"
)

// maxCodes bounds the operations that a Summary tells apart, maxStatuses the response codes of one.
const (
	maxCodes    = 1024
	maxStatuses = 64
)

// Summary counts events. Its Handle allocates only for an operation, a response code or 64 connections that are new.
type Summary struct {
	Frames, Requests, Oneways, Responses uint64
	Paired, Unmatched                    uint64
	Errors                               uint64 // answers that report a failure
	Messages                             uint64
	CutFrames                            uint64 // frames of which the capture lacks bytes
	Gaps, GapBytes                       uint64
	GarbageBytes                         uint64 // in no frame
	TCPConnections, TLSConnections       uint64
	First, Last                          int64 // ns since 1970, of events; First > Last when there was none

	codes  []codeStat
	places map[int32]int
	seen   []uint64 // one bit for each connection with a frame
}

// codeStat is what one operation did.
type codeStat struct {
	code                    int32
	other                   bool // all that found no place of their own
	requests, oneways       uint64
	responses, errors       uint64
	statuses                []statusCount
	otherStatuses           uint64
	service, longPoll       *hdrhistogram.Histogram // ns; nil: no answer
	serviceMax, longPollMax int64
}

type statusCount struct {
	status int32
	n      uint64
}

// NewSummary returns an empty Summary.
func NewSummary() *Summary {
	return &Summary{First: 1<<63 - 1, Last: -1 << 63, places: map[int32]int{}}
}

// Flush does nothing: a Summary is written when all was read, see WriteText and WriteJSON.
func (s *Summary) Flush() error { return nil }

// Unanswered is the number of requests without an answer.
func (s *Summary) Unanswered() uint64 { return s.Requests - min(s.Paired, s.Requests) }

// Connections is the number of connections with at least one frame.
func (s *Summary) Connections() uint64 {
	n := 0
	for _, w := range s.seen {
		n += bits.OnesCount64(w)
	}
	return uint64(n)
}

// Handle is a session.Handler.
func (s *Summary) Handle(ev *session.Event, _ *session.View) {
	s.First, s.Last = min(s.First, ev.Time), max(s.Last, ev.Time)
	switch ev.Kind {
	case session.Request, session.Oneway, session.Response:
		s.frame(ev)
	case session.Open:
		s.TCPConnections++
	case session.TLS:
		if !ev.Has(session.Continued) {
			s.TLSConnections++
		}
	case session.Gap:
		s.Gaps++
		s.GapBytes += uint64(ev.Len)
	case session.Garbage, session.Undecodable:
		s.GarbageBytes += uint64(ev.Len)
	}
}

func (s *Summary) frame(ev *session.Event) {
	s.Frames++
	s.Messages += uint64(ev.Messages)
	if ev.Cut > 0 {
		s.CutFrames++
	}
	word := int(ev.Conn / 64)
	for len(s.seen) <= word {
		s.seen = append(s.seen, 0)
	}
	s.seen[word] |= 1 << (ev.Conn % 64)
	if ev.Failed() {
		s.Errors++
	}
	if ev.Has(session.Unmatched) {
		s.Responses++
		s.Unmatched++
		return
	}
	c := s.code(ev.Code)
	switch ev.Kind {
	case session.Request:
		s.Requests++
		c.requests++
	case session.Oneway:
		s.Oneways++
		c.oneways++
	case session.Response:
		s.Responses++
		s.Paired++
		c.answer(ev)
	}
}

func (s *Summary) code(code int32) *codeStat {
	if i, ok := s.places[code]; ok {
		return &s.codes[i]
	}
	if len(s.codes) < maxCodes {
		s.places[code] = len(s.codes)
		s.codes = append(s.codes, codeStat{code: code})
		return &s.codes[len(s.codes)-1]
	}
	if len(s.codes) == maxCodes {
		s.codes = append(s.codes, codeStat{other: true})
	}
	return &s.codes[maxCodes]
}

func (c *codeStat) answer(ev *session.Event) {
	c.responses++
	if ev.Failed() {
		c.errors++
	}
	c.status(ev.Status)
	if ev.Has(session.LongPoll) {
		record(&c.longPoll, &c.longPollMax, ev.Latency)
	} else {
		record(&c.service, &c.serviceMax, ev.Latency)
	}
}

func (c *codeStat) status(status int32) {
	for i := range c.statuses {
		if c.statuses[i].status == status {
			c.statuses[i].n++
			return
		}
	}
	if len(c.statuses) == maxStatuses {
		c.otherStatuses++
		return
	}
	c.statuses = append(c.statuses, statusCount{status, 1})
}

// Latencies are kept from 1 µs to an hour with two digits: at most 1% off, in some 30 KB.
const (
	lowest  = 1_000
	highest = 3_600_000_000_000
	digits  = 2
)

func record(h **hdrhistogram.Histogram, most *int64, ns int64) {
	if *h == nil {
		*h = hdrhistogram.New(lowest, highest, digits)
	}
	*most = max(*most, ns)
	_ = (*h).RecordValue(max(0, min(ns, highest))) // in range, so it cannot fail
}

// quantile is a latency in ns that q percent stay below; exact where it is the largest.
func quantile(h *hdrhistogram.Histogram, most int64, q float64) int64 {
	return min(h.ValueAtQuantile(q), most)
}
