package decode

import (
	"bytes"
	"unicode/utf8"
)

// line is a line of a configuration; ranges are within it.
type line struct {
	key, value []byte // no value: the text has no '='
	off        int    // of key
}

// nextLine reads the line of b at off and returns the offset behind it; empty lines are passed over. It is false at the end.
func nextLine(b []byte, off int) (l line, next int, ok bool) {
	for off < len(b) {
		text, _, _ := bytes.Cut(b[off:], []byte{'\n'})
		next = off + len(text) + 1
		if text = bytes.TrimSuffix(text, []byte{'\r'}); len(text) > 0 {
			l.key, l.value, _ = bytes.Cut(text, []byte{'='})
			l.off = off
			return l, next, true
		}
		off = next
	}
	return l, off, false
}

// propertiesBody describes a configuration: lines of key=value (MixAll.properties2String).
func propertiesBody(o *outline, v bodyView) bool {
	if !utf8.Valid(v.bytes) {
		return false
	}
	for off := 0; ; {
		l, next, ok := nextLine(v.bytes, off)
		if !ok {
			return true
		}
		if off = next; o.full() {
			o.more++
			continue
		}
		n, _ := decimal(l.value)
		r := Range{v.base + l.off + len(l.key) + 1, len(l.value)}
		if l.value == nil {
			r = Range{v.base + l.off, len(l.key)}
		}
		o.field(string(l.key), string(l.value), likelyInstant(n), r)
	}
}

// appendConfiguration appends a configuration as a JSON object; of doubled keys the last one counts.
func appendConfiguration(dst, b []byte) []byte {
	last := map[string]int{}
	for off, ok := 0, true; ok; {
		var l line
		if l, off, ok = nextLine(b, off); ok {
			last[string(l.key)] = l.off
		}
	}
	dst = append(dst, '{')
	for off, ok, first := 0, true, true; ok; {
		var l line
		if l, off, ok = nextLine(b, off); !ok || last[string(l.key)] != l.off {
			continue
		}
		if !first {
			dst = append(dst, ',')
		}
		first = false
		dst = append(appendJSONString(dst, l.key), ':')
		dst = appendJSONText(dst, l.value)
	}
	return append(dst, '}')
}

// rawMessageBody describes the body of a message whose header says the rest: PUSH_REPLY_MESSAGE_TO_CLIENT.
func rawMessageBody(o *outline, v bodyView) bool {
	var m Message
	x := sendFieldsOf(v.cmd)
	x.read(&m, v.cmd)
	m.Body, m.BodyRange = v.bytes, Range{v.base, len(v.bytes)}
	o.messageBody(&m, "message")
	return true
}
