package decode

import (
	"bytes"
	"unicode/utf8"
)

// propertiesBody describes a configuration: lines of key=value (MixAll.properties2String).
func propertiesBody(o *outline, v bodyView) bool {
	if !utf8.Valid(v.bytes) {
		return false
	}
	for off := 0; off < len(v.bytes); {
		if o.full() {
			o.more += 1 + bytes.Count(v.bytes[off:], []byte{'\n'})
			return true
		}
		line, _, _ := bytes.Cut(v.bytes[off:], []byte{'\n'})
		next := off + len(line) + 1
		line = bytes.TrimSuffix(line, []byte{'\r'})
		key, value, ok := bytes.Cut(line, []byte{'='})
		switch {
		case ok:
			n, _ := decimal(value)
			o.field(string(key), string(value), likelyInstant(n), Range{v.base + off + len(key) + 1, len(value)})
		case len(line) > 0:
			o.field("", string(line), "", Range{v.base + off, len(line)})
		}
		off = next
	}
	return true
}

// rawMessageBody describes the body of a message whose header says the rest: PUSH_REPLY_MESSAGE_TO_CLIENT.
func rawMessageBody(o *outline, v bodyView) bool {
	var m Message
	readSendHeader(&m, v.cmd)
	m.Body, m.BodyRange = v.bytes, Range{v.base, len(v.bytes)}
	o.messageBody(&m, "message")
	return true
}
