package decode

import "bytes"

// Subject is what a request is about, as far as its header tells. Its slices are views of the header.
type Subject struct {
	Topic, Group, ClientID []byte // nil: none
	QueueID                int32
	HasQueueID             bool
	SysFlag                int32 // MessageSysFlag of a send, PullSysFlag of a pull
	ReconsumeTimes         int32
	Batch                  bool // the body of a send is a batch
	LongPoll               bool // the broker may hold the answer until there is a message
}

// slot is one of the header fields that make a Subject.
type slot uint8

const (
	slotNone slot = iota
	slotTopic
	slotOriginTopic
	slotProducerGroup
	slotGroup
	slotClientID
	slotQueueID
	slotSysFlag
	slotReconsumeTimes
	slotBatch
	slotHold
	slots
)

// pullSuspend is the bit of PullSysFlag that lets the broker hold a pull.
const pullSuspend = 0x2

// SubjectOf reads what request cmd is about; code is its operation. Sends have one of two header classes, the one with
// names of one letter (SendMessageRequestHeaderV2) or the one with long names; either is taken under any send code, the
// one that belongs to the code first.
func SubjectOf(cmd *Command, code int32) (s Subject) {
	var found [slots]int32 // index of the entry plus one; negative when it is of the other class than the code's
	send := IsSend(code)
	short := code != SendMessage && code != SendReplyMessage // the code's own class
	f := &cmd.Ext
	for i := range f.list {
		e := &f.list[i]
		key := f.header[e.keyOff:e.keyEnd]
		if e.keyKind.made() {
			key = f.key(e)
		}
		var at slot
		if len(key) != 1 {
			at = longSlot(key)
		} else if send {
			at = shortSlots[key[0]]
			if short { // no branch on what changes with each field: found[slotNone] is not looked at
				found[at] = int32(i) + 1
				continue
			}
		}
		switch {
		case at == slotNone:
		case !send || (len(key) == 1) == short:
			found[at] = int32(i) + 1
		case found[at] <= 0:
			found[at] = -int32(i) - 1
		}
	}
	text := func(s slot) []byte {
		i := found[s]
		if i < 0 {
			i = -i
		}
		if i == 0 {
			return nil
		}
		return f.value(&f.list[i-1])
	}
	if s.Topic = text(slotTopic); s.Topic == nil {
		s.Topic = text(slotOriginTopic)
	}
	if s.Group = text(slotGroup); len(s.Group) == 0 {
		s.Group = text(slotProducerGroup)
	}
	s.ClientID = text(slotClientID)
	if n, ok := decimal(text(slotQueueID)); ok && int64(int32(n)) == n {
		s.QueueID, s.HasQueueID = int32(n), true
	}
	n, _ := decimal(text(slotSysFlag))
	s.SysFlag = int32(n)
	n, _ = decimal(text(slotReconsumeTimes))
	s.ReconsumeTimes = int32(n)
	s.Batch = send && isTrue(text(slotBatch))
	if mayHold(code) {
		n, _ = decimal(text(slotHold))
		s.LongPoll = n > 0 && (code != PullMessage && code != LitePullMessage || s.SysFlag&pullSuspend != 0)
	}
	return s
}

// mayHold tells whether a broker may keep the requester waiting for a message.
func mayHold(code int32) bool {
	switch code {
	case PullMessage, LitePullMessage, PopMessage, PopLiteMessage, Notification:
		return true
	}
	return false
}

// shortSlots has the slots of the fields of SendMessageRequestHeaderV2.
var shortSlots = [256]slot{
	'a': slotProducerGroup, 'b': slotTopic, 'e': slotQueueID, 'f': slotSysFlag, 'j': slotReconsumeTimes, 'm': slotBatch,
}

func longSlot(key []byte) slot {
	switch string(key) {
	case "topic":
		return slotTopic
	case "originTopic":
		return slotOriginTopic
	case "producerGroup":
		return slotProducerGroup
	case "consumerGroup", "group", "groupName":
		return slotGroup
	case "clientID", "clientId":
		return slotClientID
	case "queueId":
		return slotQueueID
	case "sysFlag":
		return slotSysFlag
	case "reconsumeTimes":
		return slotReconsumeTimes
	case "batch":
		return slotBatch
	case "suspendTimeoutMillis", "pollTime":
		return slotHold
	}
	return slotNone
}

// decimal reads an integer as Java's Long.parseLong does.
func decimal(b []byte) (n int64, ok bool) {
	digits := b
	if len(b) > 0 && (b[0] == '-' || b[0] == '+') {
		digits = b[1:]
	}
	if len(digits) == 0 || len(digits) > 18 {
		return 0, false
	}
	for _, c := range digits {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	if b[0] == '-' {
		n = -n
	}
	return n, true
}

// isTrue is Boolean.parseBoolean.
func isTrue(b []byte) bool { return len(b) == 4 && bytes.EqualFold(b, []byte("true")) }
