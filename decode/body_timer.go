package decode

import "encoding/binary"

// timerFields are the fields of a TimerCheckpoint (TimerCheckpoint.encode).
var timerFields = [...]struct {
	name    string
	instant bool
}{
	{"lastReadTimeMs", true}, {"lastTimerLogFlushPos", false}, {"lastTimerQueueOffset", false},
	{"masterTimerQueueOffset", false}, {"dataVersion.stateVersion", false}, {"dataVersion.timestamp", true},
	{"dataVersion.counter", false},
}

// timerBody describes the answer to GET_TIMER_CHECK_POINT: int64 after int64, the last three since 5.0.
func timerBody(o *outline, v bodyView) bool {
	n := len(v.bytes) / 8
	if n == 0 || n > len(timerFields) || len(v.bytes)%8 != 0 {
		return false
	}
	for i, f := range timerFields[:n] {
		x, note := int64(binary.BigEndian.Uint64(v.bytes[i*8:])), ""
		if f.instant {
			note = instant(x)
		}
		o.number(f.name, x, note, Range{v.base + i*8, 8})
	}
	return true
}
