package export

import (
	"net/netip"

	"github.com/mqsniff/mqsniff/decode"
	"github.com/mqsniff/mqsniff/session"
)

// memoSlots is how many texts a memo keeps.
const memoSlots = 256

// memo keeps parts of lines that come again and again, each in the one slot that its key may have.
type memo[K comparable] [memoSlots]struct {
	key  K
	text []byte // empty: none yet
}

// append appends what write makes of key. near is a number that keys in use at the same time differ by.
func (m *memo[K]) append(dst []byte, near int32, key K, write func([]byte, K) []byte) []byte {
	s := &m[uint32(near)%memoSlots]
	if len(s.text) == 0 || s.key != key {
		s.key, s.text = key, write(s.text[:0], key)
	}
	return append(dst, s.text...)
}

// origin is what the part about a connection is made of.
type origin struct {
	conn uint32
	session.Endpoints
}

func appendOrigin(b []byte, o origin) []byte {
	if o.conn != 0 {
		b = appendIntKey(b, `,"conn":`, int64(o.conn))
	}
	b = appendAddrKey(b, `,"client":"`, o.Client)
	return appendAddrKey(b, `,"server":"`, o.Server)
}

// appendAddrKey appends an address, unless it is none; name comes with the quote behind its colon.
func appendAddrKey(b []byte, name string, a netip.AddrPort) []byte {
	if !a.IsValid() {
		return b
	}
	return append(a.AppendTo(append(b, name...)), '"')
}

// operation is what the part about a frame's operation and status is made of.
type operation struct {
	code, status, version int32
	unmatched, response   bool
	serialization         decode.Serialization
}

func operationOf(ev *session.Event) operation {
	return operation{ev.Code, ev.Status, ev.Version, ev.Has(session.Unmatched), ev.Kind == session.Response, ev.Serialization}
}

// near differs between the two serializations, and between a request and its response.
func (o *operation) near() int32 {
	n := (o.code ^ o.status) << 2
	if o.response {
		n |= 2
	}
	return n | int32(o.serialization)&1
}

func appendOperation(b []byte, o operation) []byte {
	b = appendNameKey(b, `,"serialize":`, o.serialization.String())
	if o.unmatched {
		b = append(b, `,"code":null`...)
	} else {
		b = appendIntKey(b, `,"code":`, int64(o.code))
		if name := decode.OperationName(o.code); name != "" {
			b = appendNameKey(b, `,"code_name":`, name)
		}
	}
	if o.response {
		b = appendIntKey(b, `,"status":`, int64(o.status))
		if name, ok := decode.StatusFor(o.code, o.status, !o.unmatched, o.version); ok {
			b = appendNameKey(b, `,"status_name":`, name)
		}
	}
	return b
}

// release is a version of the program that a frame comes from.
type release int32

func appendRelease(b []byte, r release) []byte {
	b = appendIntKey(b, `,"version":`, int64(r))
	if name := decode.VersionName(int32(r)); name != "" {
		b = appendNameKey(b, `,"version_name":`, name)
	}
	return b
}
