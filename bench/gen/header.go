package main

import (
	"encoding/binary"
	"strconv"
)

// Flags and codes of RemotingCommand, RequestCode and ResponseCode.
const (
	flagRequest  = 0
	flagResponse = 1
	flagOneway   = 2

	pullMessage          = 11
	updateConsumerOffset = 15
	heartBeat            = 34
	endTransaction       = 37
	getConsumerList      = 38
	notifyConsumerIDs    = 40
	getRoute             = 105
	sendMessageV2        = 310

	success       = 0
	systemBusy    = 2
	topicNotExist = 17
	pullNotFound  = 19
)

const version533 = 479 // MQVersion.V5_3_3

// header is the header of one frame. It is filled field by field and written in either form.
type header struct {
	code, opaque, flag int32
	remark             string
	object             bool // extFields is written even if no field is set, as for a command with a header class
	keys               []string
	ends               []int // where each value ends in text
	text               []byte
	// classOrder is the order in which a class with a fast codec writes its fields in binary; nil: order of the keys. In
	// JSON Java writes the order of a HashMap, which is the order in which the keys are given here.
	classOrder []uint8
}

func (h *header) begin(code, opaque, flag int32, object bool) *header {
	*h = header{code: code, opaque: opaque, flag: flag, object: object,
		keys: h.keys[:0], ends: h.ends[:0], text: h.text[:0]}
	return h
}

func (h *header) str(key, value string) {
	h.text = append(h.text, value...)
	h.done(key)
}

func (h *header) num(key string, value int64) {
	h.text = strconv.AppendInt(h.text, value, 10)
	h.done(key)
}

// done says that the value of key is what was appended to text.
func (h *header) done(key string) {
	h.keys = append(h.keys, key)
	h.ends = append(h.ends, len(h.text))
}

func (h *header) value(i int) []byte {
	from := 0
	if i > 0 {
		from = h.ends[i-1]
	}
	return h.text[from:h.ends[i]]
}

// appendTo writes length, word and header. The body has to be appended by the caller, who then calls setLength.
func (h *header) appendTo(b []byte, binaryForm bool) []byte {
	start := len(b)
	b = append(b, 0, 0, 0, 0, 0, 0, 0, 0)
	word := uint32(0)
	if binaryForm {
		b = h.appendBinary(b)
		word = 1 << 24
	} else {
		b = h.appendJSON(b)
	}
	binary.BigEndian.PutUint32(b[start+4:], word|uint32(len(b)-start-8))
	return b
}

// setLength completes the frame that begins at start and ends with b.
func setLength(b []byte, start int) {
	binary.BigEndian.PutUint32(b[start:], uint32(len(b)-start-4))
}

// appendJSON writes what fastjson makes of a RemotingCommand: keys in alphabetical order, nulls left out.
func (h *header) appendJSON(b []byte) []byte {
	b = append(b, `{"code":`...)
	b = strconv.AppendInt(b, int64(h.code), 10)
	if h.object || len(h.keys) > 0 {
		b = append(b, `,"extFields":{`...)
		for i, k := range h.keys {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(b, '"')
			b = append(b, k...)
			b = append(b, '"', ':', '"')
			b = appendEscaped(b, h.value(i))
			b = append(b, '"')
		}
		b = append(b, '}')
	}
	b = append(b, `,"flag":`...)
	b = strconv.AppendInt(b, int64(h.flag), 10)
	b = append(b, `,"language":"JAVA","opaque":`...)
	b = strconv.AppendInt(b, int64(h.opaque), 10)
	if h.remark != "" {
		b = append(b, `,"remark":"`...)
		b = appendEscaped(b, []byte(h.remark))
		b = append(b, '"')
	}
	b = append(b, `,"serializeTypeCurrentRPC":"JSON","version":`...)
	b = strconv.AppendInt(b, version533, 10)
	return append(b, '}')
}

// appendEscaped escapes as fastjson does: the short forms where there are some, upper-case hex for other controls.
func appendEscaped(b, s []byte) []byte {
	const hex = "0123456789ABCDEF"
	for _, c := range s {
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c == '\n':
			b = append(b, '\\', 'n')
		case c < 0x20:
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		default:
			b = append(b, c)
		}
	}
	return b
}

// appendBinary writes what RocketMQSerializable makes of it.
func (h *header) appendBinary(b []byte) []byte {
	be := binary.BigEndian
	b = be.AppendUint16(b, uint16(h.code))
	b = append(b, 0) // LanguageCode.JAVA
	b = be.AppendUint16(b, version533)
	b = be.AppendUint32(b, uint32(h.opaque))
	b = be.AppendUint32(b, uint32(h.flag))
	b = be.AppendUint32(b, uint32(len(h.remark)))
	b = append(b, h.remark...)
	at := len(b)
	b = append(b, 0, 0, 0, 0)
	for i := range h.keys {
		if h.classOrder != nil {
			i = int(h.classOrder[i])
		}
		v := h.value(i)
		b = be.AppendUint16(b, uint16(len(h.keys[i])))
		b = append(b, h.keys[i]...)
		b = be.AppendUint32(b, uint32(len(v)))
		b = append(b, v...)
	}
	be.PutUint32(b[at:], uint32(len(b)-at-4))
	return b
}
