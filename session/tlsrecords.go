package session

import (
	"crypto/tls"
	"encoding/binary"
	"strings"
)

// maxAlerts bounds the alerts of one direction that are told.
const maxAlerts = 4

// tlsRecords walks over the records of a TLS direction until they are encrypted, to tell the alerts among them: why a
// handshake failed. It does not count bytes.
type tlsRecords struct {
	head   [tlsHead + alertLen]byte // of a record, and what an alert says
	have   int
	place  extent // of head
	left   int    // bytes of the present record
	alerts int
}

func (t *tlsRecords) read(c *Conn, d *direction, dir Direction, k Chunk) int {
	for i := 0; i < len(k.Bytes); {
		if t.left > 0 {
			n := min(t.left, len(k.Bytes)-i)
			t.left -= n
			i += n
			continue
		}
		want := tlsHead
		if t.have >= tlsHead {
			want = len(t.head)
		}
		if t.have == 0 {
			t.place = extent{}
		}
		t.place.add(&k, i)
		n := copy(t.head[t.have:want], k.Bytes[i:])
		t.have += n
		i += n
		if t.have < want {
			break
		}
		length := int(binary.BigEndian.Uint16(t.head[3:]))
		switch alert := t.head[0] == recordAlert && length == alertLen; {
		case alert && t.have == tlsHead:
			continue
		case alert:
			t.tell(c, dir, k.Time)
		case t.head[0] < recordCCS || t.head[0] >= recordData || t.head[1] != tlsMajor || length > tlsRecordMax:
			d.state = stateOpaque // encrypted from here on, or no TLS at all
			return len(k.Bytes)
		default:
			t.left = length
		}
		if t.alerts == maxAlerts {
			d.state = stateOpaque
			return len(k.Bytes)
		}
		t.have = 0
	}
	return len(k.Bytes)
}

func (t *tlsRecords) tell(c *Conn, dir Direction, time int64) {
	t.alerts++
	ev := c.session.begin(c, TLS, dir, time)
	ev.Len = uint32(len(t.head))
	ev.Ref = t.place.ref()
	ev.Note = c.session.note(alertNote(t.head[tlsHead], t.head[tlsHead+1]))
	ev.Marks |= Continued
	c.session.emit()
}

// alertNote puts an alert in words (RFC 8446, 6).
func alertNote(level, description byte) string {
	const warning, closeNotify = 1, 0
	note := "TLS alert: " + strings.TrimPrefix(tls.AlertError(description).Error(), "tls: ")
	if level == warning && description != closeNotify {
		note += " (a warning)"
	}
	return note
}

// gap skips what was lost of a record; behind its end there is no telling where the next one begins.
func (t *tlsRecords) gap(d *direction, n int64) {
	if n > int64(t.left) {
		d.state = stateOpaque
		return
	}
	t.left -= int(n)
}

func (t *tlsRecords) end() string { return "" }
