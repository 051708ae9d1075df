package proxy

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net/netip"

	"github.com/mqsniff/mqsniff/decode"
)

// hasHosts tells whether successful answers to requests of a code have messages, or ids of messages, with the address of the
// broker that stored them. Clients that look up a message by its offset message id connect to that address, and ask there for
// the offset alone (MQAdminImpl.viewMessage, VIEW_MESSAGE_BY_ID); some of 4.x send messages back to it.
func hasHosts(code int32) bool {
	return decode.IsSend(code) || decode.IsPull(code) || code == decode.QueryMessage || code == decode.ViewMessageByID
}

// meet notes what stands in for a broker's address in messages.
func (a *Addresses) meet(real, advertised string) {
	from, err1 := netip.ParseAddrPort(real)
	to, err2 := netip.ParseAddrPort(advertised)
	if err1 == nil && err2 == nil {
		a.hosts[from] = to
	}
}

// hostFor is what stands in for an address in a message; the address itself where nothing does, which is a leak.
func (a *Addresses) hostFor(c *Conn, from netip.AddrPort) netip.AddrPort {
	a.mu.Lock()
	to, ok := a.hosts[from]
	if b := a.brokers[c.Target]; !ok && b != nil && from == c.Upstream { // routes have its name
		if at, err := netip.ParseAddrPort(b.advertised); err == nil {
			to, ok = at, true
		}
	}
	ours := !ok && a.ours(from.String())
	a.mu.Unlock()
	switch {
	case ours: // it was rewritten already, by another proxy
	case !ok:
		a.options.Leaks.Add(fmt.Sprintf("messages and message ids have the broker %s, which no route named", from))
	case to.Addr().BitLen() != from.Addr().BitLen():
		a.options.Leaks.Add(fmt.Sprintf("messages and message ids have the broker %s, and %s does not fit in: listen on an address of the same family", from, to))
	default:
		return to
	}
	return from
}

// rewriteHosts replaces brokers' addresses in an answer of a code that hasHosts. Nothing changes its length.
func (a *Addresses) rewriteHosts(c *Conn, code int32, answer *decode.Command, f decode.Frame) []byte {
	out := append([]byte(nil), f.Raw...)
	head := decode.PrefixLen + len(f.Header)
	w := hostWriter{host: func(from netip.AddrPort) netip.AddrPort { return a.hostFor(c, from) }}
	switch {
	case decode.IsSend(code) && decode.Stored(code, answer.Code):
		w.ids(answer, f.Serialization, out[decode.PrefixLen:head])
	case !decode.IsSend(code) && answer.Code == 0:
		g := decode.Frame{Raw: out, Header: out[decode.PrefixLen:head], Body: out[head:], Serialization: f.Serialization}
		it := decode.MessagesOf(decode.Context{Code: code, Known: true}, 0, answer, g)
		for m := (decode.Message{}); it.Next(&m); {
			w.message(&m)
		}
		if err := it.Err(); err != nil {
			a.options.Leaks.Add(fmt.Sprintf("messages in an answer to %s could not be read: %v", decode.OperationName(code), err))
		}
	}
	if !w.changed {
		return nil
	}
	return out
}

// hostWriter writes addresses in place.
type hostWriter struct {
	host    func(netip.AddrPort) netip.AddrPort
	from    netip.AddrPort // the latest: most messages of an answer have the same
	to      netip.AddrPort
	changed bool
}

func (w *hostWriter) replacement(from netip.AddrPort) (to netip.AddrPort, ok bool) {
	if from != w.from {
		w.from, w.to = from, w.host(from)
	}
	return w.to, w.to != from
}

// message changes the store host of a message, whose slices are those to write to.
func (w *hostWriter) message(m *decode.Message) {
	if from := m.StoreAddr(); from.IsValid() {
		if to, ok := w.replacement(from); ok {
			w.put(m.StoreHost, to)
		}
	}
}

// put writes an address of as many bytes, and its port (MessageExtEncoder).
func (w *hostWriter) put(host []byte, to netip.AddrPort) {
	n := copy(host[:len(host)-4], to.Addr().AsSlice())
	binary.BigEndian.PutUint32(host[n:], uint32(to.Port()))
	w.changed = true
}

// ids changes the field msgId: an offset message id, or several with commas between (SendMessageProcessor).
func (w *hostWriter) ids(answer *decode.Command, form decode.Serialization, header []byte) {
	for i := range answer.Ext.Len() {
		field := answer.Ext.At(i)
		if string(field.Key) != "msgId" || field.ValueRange.Len != len(field.Value) || form == decode.JSON && !field.Quoted {
			continue
		}
		list := header[field.ValueRange.Off:][:field.ValueRange.Len]
		for len(list) > 0 {
			id, rest, _ := bytes.Cut(list, []byte{','})
			list = rest
			from, offset, ok := decode.ParseOffsetMsgID(id)
			if !ok {
				continue
			}
			if to, ok := w.replacement(from); ok {
				var host [20]byte
				b := host[:(len(id)-16)/2]
				w.put(b, to)
				decode.AppendOffsetMsgID(id[:0], b, offset)
			}
		}
	}
}
