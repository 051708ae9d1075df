package export

import (
	"io"
	"strconv"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// WriteJSON writes one JSON object and a newline.
func (s *Summary) WriteJSON(w io.Writer, src SourceStats) error {
	_, err := w.Write(s.AppendJSON(nil, src))
	return err
}

// AppendJSON appends one JSON object and a newline to dst.
func (s *Summary) AppendJSON(dst []byte, src SourceStats) []byte {
	b := strconv.AppendUint(append(dst, `{"packets":`...), src.Packets, 10)
	for _, k := range [...]struct {
		name string
		n    uint64
	}{
		{`,"connections":`, s.Connections()},
		{`,"frames":`, s.Frames},
		{`,"requests":`, s.Requests},
		{`,"oneways":`, s.Oneways},
		{`,"responses":`, s.Responses},
		{`,"paired":`, s.Paired},
		{`,"unanswered":`, s.Unanswered()},
		{`,"unmatched":`, s.Unmatched},
		{`,"gaps":`, s.Gaps},
		{`,"gap_bytes":`, s.GapBytes},
		{`,"garbage_bytes":`, s.GarbageBytes},
		{`,"messages":`, s.Messages},
	} {
		b = strconv.AppendUint(append(b, k.name...), k.n, 10)
	}
	b = append(b, `,"codes":{`...)
	for i, c := range s.sorted() {
		if i > 0 {
			b = append(b, ',')
		}
		b = c.appendJSON(b)
	}
	b = append(b, `},"files":[`...)
	for i, f := range src.Files {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendText(b, f)
	}
	b = strconv.AppendUint(append(b, `],"bytes":`...), src.Bytes, 10)
	if first, last, ok := s.span(&src); ok {
		var c clock
		b = c.append(append(b, `,"first":"`...), first)
		b = c.append(append(b, `","last":"`...), last)
		b = append(b, '"')
	}
	b = strconv.AppendUint(append(b, `,"tcp_connections":`...), s.TCPConnections, 10)
	b = strconv.AppendUint(append(b, `,"tls_connections":`...), s.TLSConnections, 10)
	b = strconv.AppendUint(append(b, `,"errors":`...), s.Errors, 10)
	b = strconv.AppendUint(append(b, `,"cut_frames":`...), s.CutFrames, 10)
	b = append(b, `,"notes":{`...)
	comma := false
	for _, n := range src.Notes {
		if n.Count == 0 {
			continue
		}
		if comma {
			b = append(b, ',')
		}
		comma = true
		b = append(appendKey(b, []byte(n.Name)), ':')
		b = strconv.AppendUint(b, n.Count, 10)
	}
	return append(b, "}}\n"...)
}

func (c *codeStat) appendJSON(b []byte) []byte {
	if c.other {
		b = append(b, `"other":{"name":"other"`...)
	} else {
		b = strconv.AppendInt(append(b, '"'), int64(c.code), 10)
		b = append(b, `":{`...)
		if name := c.name(); name != "" {
			b = appendNameKey(b, `"name":`, name)
		}
	}
	if b[len(b)-1] != '{' {
		b = append(b, ',')
	}
	b = strconv.AppendUint(append(b, `"requests":`...), c.requests, 10)
	b = strconv.AppendUint(append(b, `,"oneways":`...), c.oneways, 10)
	b = strconv.AppendUint(append(b, `,"responses":`...), c.responses, 10)
	b = strconv.AppendUint(append(b, `,"errors":`...), c.errors, 10)
	b = strconv.AppendUint(append(b, `,"unanswered":`...), c.unanswered(), 10)
	b = append(b, `,"status":{`...)
	for i, s := range c.sortedStatuses() {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(append(b, '"'), int64(s.status), 10)
		b = strconv.AppendUint(append(b, `":`...), s.n, 10)
	}
	if c.otherStatuses > 0 {
		b = strconv.AppendUint(append(b, `,"other":`...), c.otherStatuses, 10)
	}
	b = append(b, '}')
	b = appendJSONLatencies(b, c.service, c.serviceMax)
	if c.longPoll != nil {
		b = strconv.AppendInt(append(b, `,"long_poll":{"responses":`...), c.longPoll.TotalCount(), 10)
		b = append(appendJSONLatencies(b, c.longPoll, c.longPollMax), '}')
	}
	return append(b, '}')
}

func appendJSONLatencies(b []byte, h *hdrhistogram.Histogram, most int64) []byte {
	if h == nil {
		return b
	}
	b = appendMillis(append(b, `,"p50_ms":`...), quantile(h, most, 50))
	b = appendMillis(append(b, `,"p99_ms":`...), quantile(h, most, 99))
	return appendMillis(append(b, `,"max_ms":`...), most)
}
