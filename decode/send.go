package decode

// The fields of a send's header that say something about its message.
const (
	sendTopic = iota
	sendQueueID
	sendSysFlag
	sendBornTimestamp
	sendFlag
	sendProperties
	sendReconsumeTimes
	sendBatch
	sendFieldCount
)

// sendFields is where those fields stand: index within extFields plus one, 0 for one that is absent.
type sendFields struct {
	at    [sendFieldCount]int32
	short bool // names of one letter
}

// sendFieldsOf finds the fields of either header class of a send: SendMessageRequestHeaderV2, whose names have one
// letter, or SendMessageRequestHeader. As at a server the keys decide which it is, not the code.
func sendFieldsOf(cmd *Command) sendFields {
	var long, short [sendFieldCount]int32
	f := &cmd.Ext
	for i := range f.list {
		key := f.key(&f.list[i])
		if len(key) == 1 {
			if n := shortSendField(key[0]); n >= 0 {
				short[n] = int32(i) + 1
			}
		} else if n := longSendField(key); n >= 0 {
			long[n] = int32(i) + 1
		}
	}
	if short[sendTopic] != 0 && long[sendTopic] == 0 {
		return sendFields{short, true}
	}
	return sendFields{long, false}
}

func shortSendField(key byte) int {
	switch key {
	case 'b':
		return sendTopic
	case 'e':
		return sendQueueID
	case 'f':
		return sendSysFlag
	case 'g':
		return sendBornTimestamp
	case 'h':
		return sendFlag
	case 'i':
		return sendProperties
	case 'j':
		return sendReconsumeTimes
	case 'm':
		return sendBatch
	}
	return -1
}

func longSendField(key []byte) int {
	switch string(key) {
	case "topic":
		return sendTopic
	case "queueId":
		return sendQueueID
	case "sysFlag":
		return sendSysFlag
	case "bornTimestamp":
		return sendBornTimestamp
	case "flag":
		return sendFlag
	case "properties":
		return sendProperties
	case "reconsumeTimes":
		return sendReconsumeTimes
	case "batch":
		return sendBatch
	}
	return -1
}

// value is the text of a field, nil where it is absent.
func (x *sendFields) value(cmd *Command, field int) []byte {
	if i := x.at[field]; i > 0 {
		return cmd.Ext.value(&cmd.Ext.list[i-1])
	}
	return nil
}

// int32 is a field that is a number, 0 where it is absent or none.
func (x *sendFields) int32(cmd *Command, field int) int32 {
	n, ok := decimal(x.value(cmd, field))
	if !ok || n != int64(int32(n)) {
		return 0
	}
	return int32(n)
}

// read takes what the header says about the message.
func (x *sendFields) read(m *Message, cmd *Command) {
	m.Topic = x.value(cmd, sendTopic)
	m.QueueID = x.int32(cmd, sendQueueID)
	m.SysFlag = x.int32(cmd, sendSysFlag)
	m.Flag = x.int32(cmd, sendFlag)
	m.ReconsumeTimes = x.int32(cmd, sendReconsumeTimes)
	m.BornTimestamp, _ = decimal(x.value(cmd, sendBornTimestamp))
	if p := x.value(cmd, sendProperties); len(p) > 0 {
		m.Properties = p
	}
}
