package main

// truth counts what the capture holds. Where a name stands in the summary of `mqsniff read -o summary --json` too, it
// means the same.
type truth struct {
	Bytes        int64 `json:"bytes"` // of the file
	Packets      int64 `json:"packets"`
	Connections  int64 `json:"connections"`
	Frames       int64 `json:"frames"`
	FrameBytes   int64 `json:"frame_bytes"`
	Requests     int64 `json:"requests"`
	Oneways      int64 `json:"oneways"`
	Responses    int64 `json:"responses"`
	Paired       int64 `json:"paired"`
	Unanswered   int64 `json:"unanswered"` // held by a broker when the capture or the connection ended
	Unmatched    int64 `json:"unmatched"`
	Gaps         int64 `json:"gaps"`
	GapBytes     int64 `json:"gap_bytes"`
	GarbageBytes int64 `json:"garbage_bytes"`
	Messages     int64 `json:"messages"` // one for each send request, and each stored record of an answer

	BinaryFrames    int64 `json:"binary_frames"`
	PureAcks        int64 `json:"pure_acks"`
	Retransmissions int64 `json:"retransmissions"` // segments
	Reorderings     int64 `json:"reorderings"`     // pairs of neighbours

	Codes map[int32]*codeCount `json:"codes"` // by operation
}

type codeCount struct {
	Requests  int64 `json:"requests"`
	Oneways   int64 `json:"oneways"`
	Responses int64 `json:"responses"`
	Errors    int64 `json:"errors"` // responses with another code than 0 and PULL_NOT_FOUND
}

func newTruth() *truth { return &truth{Codes: map[int32]*codeCount{}} }

// frame counts a frame of an operation.
func (t *truth) frame(operation int32, h *header, binary bool, size, messages int) {
	c := t.Codes[operation]
	if c == nil {
		c = new(codeCount)
		t.Codes[operation] = c
	}
	t.Frames++
	t.FrameBytes += int64(size)
	t.Messages += int64(messages)
	if binary {
		t.BinaryFrames++
	}
	switch h.flag {
	case flagRequest:
		t.Requests++
		t.Unanswered++
		c.Requests++
	case flagOneway:
		t.Oneways++
		c.Oneways++
	case flagResponse:
		t.Responses++
		t.Paired++
		t.Unanswered--
		c.Responses++
		if h.code != success && h.code != pullNotFound {
			c.Errors++
		}
	}
}
