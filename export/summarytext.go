package export

import (
	"cmp"
	"io"
	"slices"
	"strconv"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/mqsniff/mqsniff/decode"
)

// SourceStats are what the source of a Summary's events says of itself.
type SourceStats struct {
	Files       []string
	Packets     uint64
	Bytes       uint64 // read
	First, Last int64  // ns since 1970, of packets; both 0: those of the events
	// Notes are further counters, in the order they are shown in; those of 0 are left out.
	Notes []Note
}

// Note is a counter of a source. Name is snake_case: "ip_fragments".
type Note struct {
	Name  string
	Count uint64
}

// span is the time from the first to the last packet, or else event; ok is false when there was none.
func (s *Summary) span(src *SourceStats) (first, last int64, ok bool) {
	if src.First != 0 || src.Last != 0 {
		return src.First, src.Last, true
	}
	return s.First, s.Last, s.First <= s.Last
}

// sorted are the operations by number, the rest last.
func (s *Summary) sorted() []*codeStat {
	codes := make([]*codeStat, len(s.codes))
	for i := range s.codes {
		codes[i] = &s.codes[i]
	}
	slices.SortFunc(codes, func(a, b *codeStat) int {
		if a.other != b.other {
			if a.other {
				return 1
			}
			return -1
		}
		return cmp.Compare(a.code, b.code)
	})
	return codes
}

func (c *codeStat) name() string {
	if c.other {
		return "other"
	}
	return decode.OperationName(c.code)
}

func (c *codeStat) unanswered() uint64 { return c.requests - min(c.requests, c.responses) }

// WriteText writes one page.
func (s *Summary) WriteText(w io.Writer, src SourceStats) error {
	_, err := w.Write(s.AppendText(nil, src))
	return err
}

// AppendText appends one page to dst.
func (s *Summary) AppendText(dst []byte, src SourceStats) []byte {
	b := dst
	for _, f := range src.Files {
		b = append(AppendSafe(left(b, 14, "file"), f), '\n')
	}
	b = appendCount(b, "packets", src.Packets, "")
	if src.Bytes > 0 {
		b = appendCount(b, "bytes", src.Bytes, "")
	}
	if first, last, ok := s.span(&src); ok {
		b = left(b, 14, "time")
		var c clock
		b = c.append(b, first)
		b = append(b, " to "...)
		b = c.append(b, last)
		b = append(b, ", "...)
		b = append(b, time.Duration(last-first).Round(time.Microsecond).String()...)
		b = append(b, '\n')
	}
	b = appendCount(b, "connections", s.Connections(), "with frames, of "+strconv.FormatUint(s.TCPConnections, 10)+", "+
		strconv.FormatUint(s.TLSConnections, 10)+" TLS")
	b = appendCount(b, "frames", s.Frames, "")
	b = appendCount(b, "  requests", s.Requests, "")
	b = appendCount(b, "  oneways", s.Oneways, "")
	b = appendCount(b, "  responses", s.Responses, "")
	if s.CutFrames > 0 {
		b = appendCount(b, "  cut", s.CutFrames, "of which the capture lacks bytes")
	}
	b = appendCount(b, "paired", s.Paired, "")
	b = appendCount(b, "errors", s.Errors, "answers that report a failure")
	b = appendCount(b, "unanswered", s.Unanswered(), "requests without an answer")
	b = appendCount(b, "unmatched", s.Unmatched, "answers without a request")
	b = appendCount(b, "gaps", s.Gaps, strconv.FormatUint(s.GapBytes, 10)+" bytes missing")
	b = appendCount(b, "passed over", s.GarbageBytes, "bytes in no frame")
	b = appendCount(b, "messages", s.Messages, "")
	for _, n := range src.Notes {
		if n.Count > 0 {
			b = appendCount(b, n.Name, n.Count, "")
		}
	}
	return s.appendTable(b)
}

func appendCount(b []byte, name string, n uint64, more string) []byte {
	b = append(left(b, 14, name), ' ')
	b = strconv.AppendUint(b, n, 10)
	if more != "" {
		b = append(append(b, "  "...), more...)
	}
	return append(b, '\n')
}

// Columns of the table by operation.
const (
	widthOperation = 34
	widthCount     = 10
)

// appendTable writes a line for each operation; answers that a broker may hold back have a line of their own, since
// their latency is waiting.
func (s *Summary) appendTable(b []byte) []byte {
	if len(s.codes) == 0 {
		return b
	}
	b = left(append(b, '\n'), widthOperation, "operation")
	for _, h := range [...]string{"requests", "oneways", "responses", "errors", "unanswered", "p50 ms", "p99 ms", "max ms"} {
		b = right(append(b, ' '), widthCount, h)
	}
	b = append(b, '\n')
	for _, c := range s.sorted() {
		operation := c.name()
		if !c.other {
			operation = strconv.Itoa(int(c.code)) + " " + operation
		}
		b = left(b, widthOperation, operation)
		for _, n := range [...]uint64{c.requests, c.oneways, c.responses, c.errors, c.unanswered()} {
			b = right(append(b, ' '), widthCount, strconv.FormatUint(n, 10))
		}
		b = appendLatencies(b, c.service, c.serviceMax)
		b = append(b, '\n')
		if c.longPoll != nil {
			b = left(b, widthOperation, "  long polls")
			b = blanks(b, 2*(widthCount+1))
			b = right(append(b, ' '), widthCount, strconv.FormatInt(c.longPoll.TotalCount(), 10))
			b = blanks(b, 2*(widthCount+1))
			b = appendLatencies(b, c.longPoll, c.longPollMax)
			b = append(b, '\n')
		}
		b = c.appendStatuses(b)
	}
	return b
}

func appendLatencies(b []byte, h *hdrhistogram.Histogram, most int64) []byte {
	if h == nil {
		return b
	}
	for _, ns := range [...]int64{quantile(h, most, 50), quantile(h, most, 99), most} {
		b = right(append(b, ' '), widthCount, string(appendMillis(nil, ns)))
	}
	return b
}

// appendStatuses writes the response codes below an operation, unless all were SUCCESS.
func (c *codeStat) appendStatuses(b []byte) []byte {
	if c.otherStatuses == 0 && (len(c.statuses) == 0 || len(c.statuses) == 1 && c.statuses[0].status == 0) {
		return b
	}
	b = append(b, ' ')
	for _, s := range c.sortedStatuses() {
		b = append(b, ' ')
		if name, ok := decode.StatusFor(c.code, s.status, !c.other, 0); ok {
			b = append(b, name...)
		} else {
			b = strconv.AppendInt(b, int64(s.status), 10)
		}
		b = strconv.AppendUint(append(b, ' '), s.n, 10)
		b = append(b, ',')
	}
	if c.otherStatuses > 0 {
		b = strconv.AppendUint(append(b, " other "...), c.otherStatuses, 10)
	}
	if b[len(b)-1] == ',' {
		b = b[:len(b)-1]
	}
	return append(b, '\n')
}

func (c *codeStat) sortedStatuses() []statusCount {
	s := slices.Clone(c.statuses)
	slices.SortFunc(s, func(a, b statusCount) int { return cmp.Compare(a.status, b.status) })
	return s
}
