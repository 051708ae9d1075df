package session

import (
	"crypto/tls"
	"encoding/binary"
	"strings"
)

// Sizes and types of TLS records and handshake messages (RFC 8446, 4 and 5.1; RFC 5246, 7.4).
const (
	tlsHead        = 5 // type, two bytes of version, int16 length
	tlsRecordMax   = 1<<14 + 2048
	tlsMajor       = 3
	recordCCS      = 20
	recordAlert    = 21
	recordHello    = 22 // a handshake message
	recordData     = 23
	clientHello    = 1
	serverHello    = 2
	maxHello       = 16 << 10 // of a hello that is waited for
	maxHelloPieces = 8        // records that a hello is spread over
	alertLen       = 2        // level and description
)

// sniffTLS knows the first record of a TLS connection, or with began unset a record from its middle.
func (c *Conn) sniffTLS(b []byte, began, final bool) sighting {
	switch {
	case b[0] == recordHello && len(b) < 2:
		return sighting{wait: !final}
	case b[0] == recordHello && b[1] == tlsMajor:
		h := hello{}
		if !h.gather(b, final) {
			return sighting{wait: true}
		}
		s := h.describe(c.serverName)
		s.kind, s.n, s.follow = TLS, h.end, &tlsRecords{}
		return s
	case b[0] == recordAlert && began:
		for i, want := range [...]byte{recordAlert, tlsMajor, 0, 0, alertLen} {
			if i < len(b) && i != 2 && b[i] != want {
				return sighting{}
			}
		}
		if len(b) < tlsHead+alertLen {
			return sighting{wait: !final}
		}
		return sighting{kind: TLS, n: tlsHead + alertLen, from: tlsHead + alertLen, note: alertNote(b[tlsHead], b[tlsHead+1]), follow: &tlsRecords{}}
	case b[0] == recordData && !began:
		switch {
		case match(b, "\x17\x03\x03") == nothing:
		case len(b) < tlsHead:
			return sighting{wait: !final}
		case int(binary.BigEndian.Uint16(b[3:])) <= tlsRecordMax:
			return sighting{kind: TLS, n: tlsHead, note: "TLS, begun before the capture"}
		}
	}
	return sighting{}
}

// hello is the first handshake message of a direction, without the heads of the records that it came in.
type hello struct {
	message []byte
	end     int // its length on the wire, heads included
}

// gather collects the message. It returns false when more bytes are needed. Of one that does not end, or is none, it
// keeps what there is.
func (h *hello) gather(b []byte, final bool) bool {
	more := !final && len(b) < maxHello
	b = b[:min(len(b), maxHello)]
	for pieces := 0; h.end < len(b) && pieces < maxHelloPieces; pieces++ {
		record := b[h.end:]
		if len(record) < tlsHead {
			break
		}
		n := int(binary.BigEndian.Uint16(record[3:]))
		if record[0] != recordHello || record[1] != tlsMajor || n == 0 || n > tlsRecordMax {
			h.end = max(h.end, tlsHead)
			return true
		}
		part := record[tlsHead:min(len(record), tlsHead+n)]
		before := len(h.message)
		h.message = append(h.message, part...)
		if want := helloLen(h.message); len(h.message) >= want {
			h.message = h.message[:want]
			h.end += tlsHead + want - before
			return true
		}
		h.end += tlsHead + len(part)
	}
	if !more {
		h.end = len(b)
	}
	return !more
}

// helloLen is how long the message says that it is, its own head included; more than there is while that is not known.
// A message that is no hello ends behind its type.
func helloLen(message []byte) int {
	const head = 4
	if len(message) > 0 && message[0] != clientHello && message[0] != serverHello {
		return 1
	}
	if len(message) < head {
		return head
	}
	return head + (int(message[1])<<16 | int(binary.BigEndian.Uint16(message[2:])))
}

// helloRetry is the random of a ServerHello that asks for another ClientHello (RFC 8446, 4.1.3).
const helloRetry = "\xCF\x21\xAD\x74\xE5\x9A\x61\x11\xBE\x1D\x8C\x02\x1E\x65\xB8\x91\xC2\xA2\x11\x16\x7A\xBB\x8C\x5E\x07\x9E\x09\xE2\xC8\xA8\x33\x9C"

// Extensions of a hello.
const (
	extServerName        = 0
	extALPN              = 16
	extSupportedVersions = 43
)

// describe puts the message in words: note, serverName, and as detail the low byte of the highest version offered, or of
// the one chosen. It reads as much as is there. asked is the server name that the client gave.
func (h *hello) describe(asked string) sighting {
	r := reader{h.message}
	kind := r.uint(1)
	r.uint(3)
	var text strings.Builder
	cut := len(h.message) < helloLen(h.message)
	legacy := uint16(r.uint(2))
	random := string(r.take(32))
	r.vector(1) // session id
	switch {
	case kind == clientHello && len(h.message) > 0:
		r.vector(2) // cipher suites
		r.vector(1) // compression methods
		e := readExtensions(&r, clientHello)
		version := max(e.version, legacy)
		switch {
		case e.serverName != "":
			text.WriteString("TLS to " + e.serverName)
		case cut:
			text.WriteString("TLS")
		default:
			text.WriteString("TLS without server name")
		}
		text.WriteString(", ClientHello offers " + tlsVersion(version))
		if len(e.protocols) > 0 {
			text.WriteString(", ALPN " + strings.Join(e.protocols, " "))
		}
		if cut {
			text.WriteString(", cut off")
		}
		return sighting{note: text.String(), detail: uint8(version), serverName: e.serverName}
	case kind == serverHello:
		suite := uint16(r.uint(2))
		r.uint(1)
		e := readExtensions(&r, serverHello)
		version := legacy
		if e.version != 0 {
			version = e.version
		}
		text.WriteString(tlsVersion(version))
		if asked != "" {
			text.WriteString(" to " + asked)
		}
		if suite != 0 {
			text.WriteString(", " + tls.CipherSuiteName(suite))
		}
		if len(e.protocols) > 0 {
			text.WriteString(", ALPN " + e.protocols[0])
		}
		text.WriteString(", ServerHello")
		if random == helloRetry {
			text.WriteString(" asks for another ClientHello")
		}
		return sighting{note: text.String(), detail: uint8(version)}
	}
	return sighting{note: "TLS"}
}

func tlsVersion(v uint16) string {
	if v == 0 {
		return "TLS, its version not captured"
	}
	return tls.VersionName(v)
}

// extensions are those that say something to a person.
type extensions struct {
	serverName string
	protocols  []string
	version    uint16 // the highest offered, or the one chosen
}

func readExtensions(r *reader, kind int) (e extensions) {
	all := r.vector(2)
	for len(all.b) > 0 {
		id := all.uint(2)
		body := all.vector(2)
		switch id {
		case extServerName:
			names := body.vector(2)
			if names.uint(1) == 0 { // host_name (RFC 6066, 3)
				name := names.vector(2)
				e.serverName = string(name.b)
			}
		case extALPN:
			for list := body.vector(2); len(list.b) > 0 && len(e.protocols) < 8; {
				name := list.vector(1)
				e.protocols = append(e.protocols, string(name.b))
			}
		case extSupportedVersions:
			list := body
			if kind == clientHello {
				list = body.vector(1)
			}
			for len(list.b) >= 2 {
				if v := uint16(list.uint(2)); v>>8 == tlsMajor { // others are there to be passed over (RFC 8701)
					e.version = max(e.version, v)
				}
			}
		}
	}
	return e
}

// reader reads numbers and vectors from the front of b; what is not there is 0 or empty, and a vector may end early.
type reader struct{ b []byte }

func (r *reader) take(n int) []byte {
	n = min(n, len(r.b))
	taken := r.b[:n:n]
	r.b = r.b[n:]
	return taken
}

func (r *reader) uint(n int) int {
	v := 0
	if len(r.b) < n {
		r.b = nil
	}
	for _, c := range r.take(n) {
		v = v<<8 | int(c)
	}
	return v
}

// vector reads a length of n bytes and as many bytes as that says.
func (r *reader) vector(n int) reader { return reader{r.take(r.uint(n))} }
