package decode

import (
	"encoding/binary"
	"strconv"
)

// registration is what a compressed REGISTER_BROKER body has, in this order (RegisterBrokerBody.encode). Ranges are
// within the decompressed bytes.
type registration struct {
	dataVersion, filterServers Range
	topicConfigs, mappings     []Range // mappings: since 5.0.0
}

// maxRegistered is how many topics one registration is read to.
const maxRegistered = 1 << 20

// readRegistration finds the parts of a decompressed body. On an error, whose offset is within b, it has those before.
func readRegistration(b []byte) (r registration, err *Error) {
	off := 0
	number := func() (int, bool) {
		if len(b)-off < 4 {
			err = &Error{OpBody, off, ReasonShort}
			return 0, false
		}
		n := int32(binary.BigEndian.Uint32(b[off:]))
		if n < 0 || n > maxRegistered && int(n) > len(b) {
			err = &Error{OpBody, off, ReasonLength}
			return 0, false
		}
		off += 4
		return int(n), true
	}
	text := func() (Range, bool) {
		n, ok := number()
		if ok && n > len(b)-off {
			err = &Error{OpBody, off - 4, ReasonLength}
			ok = false
		}
		if !ok {
			return Range{}, false
		}
		off += n
		return Range{off - n, n}, true
	}
	list := func() (l []Range, ok bool) {
		n, ok := number()
		for range n {
			var x Range
			if x, ok = text(); !ok {
				return l, false
			}
			l = append(l, x)
		}
		return l, ok
	}
	var ok bool
	if r.dataVersion, ok = text(); !ok {
		return r, err
	}
	if r.topicConfigs, ok = list(); !ok {
		return r, err
	}
	if r.filterServers, ok = text(); !ok {
		return r, err
	}
	if off < len(b) {
		if r.mappings, ok = list(); ok && off < len(b) {
			err = &Error{OpBody, off, ReasonTrailing}
		}
	}
	return r, err
}

// registerBody describes the body of REGISTER_BROKER: JSON, or zlib, which its first byte tells and not its header:
// brokers of 5.x send it with compressed=false.
func registerBody(o *outline, v bodyView) bool {
	if !isCompressedRegistration(v.bytes) {
		return LooksLikeJSON(v.bytes) && o.json(v, commonNotes)
	}
	out, _, err := o.inflater.Inflate(nil, SysFlagCompressed, v.bytes)
	if len(out) == 0 {
		return false
	}
	o.open("registration", bytesText(len(out)), "decompressed zlib", Range{v.base, len(v.bytes)})
	old := o.swapBuffer(Buffer{"registration decompressed", out})
	r, bad := readRegistration(out)
	inner := bodyView{bytes: out, base: 0, ctx: v.ctx, cmd: v.cmd}
	o.registered("dataVersion", inner, r.dataVersion)
	o.open("topicConfigs", "["+strconv.Itoa(len(r.topicConfigs))+"]", "name, read queues, write queues, perm, filter type, attributes", Range{})
	for i, x := range r.topicConfigs {
		o.field(strconv.Itoa(i+1), string(out[x.Off:x.Off+x.Len]), "", x)
	}
	o.close()
	o.registered("filterServerList", inner, r.filterServers)
	if r.mappings != nil {
		o.open("topicQueueMappings", "["+strconv.Itoa(len(r.mappings))+"]", "", Range{})
		for i, x := range r.mappings {
			o.registered(strconv.Itoa(i+1), inner, x)
		}
		o.close()
	}
	if bad != nil {
		o.fail(bad, len(out))
	}
	o.buffer = old
	if err != nil {
		err.Off += v.base
		o.fail(err, v.base+len(v.bytes))
	}
	o.close()
	return true
}

func isCompressedRegistration(b []byte) bool { return len(b) > 2 && b[0] == 0x78 }

// registered adds a part of a registration that is JSON.
func (o *outline) registered(name string, v bodyView, r Range) {
	if r.Len == 0 {
		return
	}
	p := v.part(r.Off, r.Len)
	o.open(name, bytesText(r.Len), "", r)
	if !o.json(p, commonNotes) {
		o.preview("content", p.bytes, p.base)
	}
	o.close()
}
