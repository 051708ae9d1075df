package decode

import (
	"encoding/base64"
	"strconv"
	"strings"
)

// batchAckBody describes the body of BATCH_ACK_MESSAGE (BatchAckMessageRequestBody), whose keys have one or two letters.
func batchAckBody(o *outline, v bodyView) bool { return o.json(v, ackNotes) }

// ackKeys are the long names of a BatchAck's keys.
var ackKeys = map[string]string{
	"b": "bitSet", "c": "consumerGroup", "it": "invisibleTime", "pt": "popTime", "q": "queueId", "r": "retry",
	"rq": "reviveQueueId", "so": "startOffset", "t": "topic",
}

func ackNotes(p *path, text []byte) string {
	name := ackKeys[p.up(0)]
	if name == "" || p.up(1) != "[]" {
		return commonNotes(p, text)
	}
	n, _ := decimal(text)
	means := ""
	switch name {
	case "bitSet":
		means = bitSetNote(text)
	case "popTime":
		means = instant(n)
	case "invisibleTime":
		means = duration(n)
	case "retry":
		means = topicTypes[string(text)]
	}
	if means == "" {
		return name
	}
	return name + ": " + means
}

// bitSetNote names the bits of a java.util.BitSet in base64; bit i stands for the offset startOffset+i.
func bitSetNote(text []byte) string {
	const most = 32
	set, err := base64.StdEncoding.AppendDecode(nil, text)
	if err != nil {
		return ""
	}
	var bits []string
	for i := range len(set) * 8 {
		if set[i/8]>>(i%8)&1 == 0 {
			continue
		}
		if len(bits) == most {
			bits = append(bits, "…")
			break
		}
		bits = append(bits, strconv.Itoa(i))
	}
	return "startOffset + " + strings.Join(bits, ", ")
}
