package session

import (
	"encoding/binary"
	"fmt"
	"net/netip"
)

// What sniffHA believes.
const (
	maxHAEpochs = 1024
	maxHAZeros  = 8       // heartbeats of an empty commit log that are looked at
	maxHAStep   = 1 << 30 // between the first two reports of a slave: a commit log file
)

// Magic numbers of records in a commit log (MessageVersion, CommitLog.BLANK_MAGIC_CODE).
const (
	magicV1    = 0xDAA320A7
	magicV2    = 0xDAA320AB
	magicBlank = 0xCBD43194
)

// haClues are what makes an HA stream likely besides the bytes: the less of it, the more the bytes must show.
type haClues struct {
	dir   Direction
	began bool // its first byte was captured
	port  bool // the server's is the default one
	sure  bool // the other direction is one
	final bool // nothing will follow
}

// hint tells that the form of one unit is enough.
func (k *haClues) hint() bool { return k.sure || k.began && k.port }

// sniff knows the stream between a slave broker and its master, whose first bytes no frame can have.
func (k *haClues) sniff(b []byte) sighting {
	for _, look := range [...]func([]byte) (sighting, verdict){k.controller, k.slave, k.master} {
		switch s, v := look(b); {
		case v == found:
			return s
		case v == undecided && !k.final:
			return sighting{wait: true}
		}
	}
	return sighting{}
}

// slave reads reports of DefaultHAService, which all of 4.x has, and 5.x without controller.
func (k *haClues) slave(b []byte) (sighting, verdict) {
	if k.dir == ServerToClient || !k.began && !k.port && !k.sure {
		return sighting{}, nothing
	}
	want := 2 * haReportLen
	if k.hint() {
		want = haReportLen
	}
	var last uint64
	for n := haReportLen; n <= min(len(b), want); n += haReportLen {
		offset := binary.BigEndian.Uint64(b[n-haReportLen:])
		if offset > maxHAOffset || n > haReportLen && (offset < last || offset-last > maxHAStep) {
			return sighting{}, nothing
		}
		last = offset
	}
	switch {
	case len(b) < want:
		return sighting{}, undecided
	case last == 0 && !k.hint():
		return sighting{}, nothing
	}
	note := fmt.Sprintf("HA stream: a slave broker that has the commit log up to offset %d", last)
	if last == 0 {
		note = "HA stream: a slave broker with an empty commit log"
	}
	return haFound(haReports, b[:want], want, note), found
}

// master walks over heartbeats of DefaultHAService to the first packet with data.
func (k *haClues) master(b []byte) (sighting, verdict) {
	if k.dir == ClientToServer {
		return sighting{}, nothing
	}
	var first int64
	for n, packets := 0, 0; ; packets++ {
		if len(b) < n+haPacketHead {
			return sighting{}, undecided
		}
		offset, size := int64(binary.BigEndian.Uint64(b[n:])), int32(binary.BigEndian.Uint32(b[n+8:]))
		n += haPacketHead
		if offset < 0 || offset > maxHAOffset || size < 0 || size > maxHAPacket || packets > 0 && offset != first {
			return sighting{}, nothing
		}
		first = offset
		s := haFound(haPackets, b[:n], n, fmt.Sprintf("HA stream of a master broker: commit log from offset %d on", offset))
		switch {
		case k.hint():
			return s, found
		case size > 0:
			return s, commitLog(b[n:], size)
		case (k.began || k.port) && packets > 0 && offset > 0: // two heartbeats that agree
			return s, found
		case packets == maxHAZeros:
			return sighting{}, nothing
		}
	}
}

// commitLog tells whether size bytes that begin with b begin with a record of a commit log.
func commitLog(b []byte, size int32) verdict {
	switch {
	case size < 8:
		return nothing
	case len(b) < 8:
		return undecided
	case int32(binary.BigEndian.Uint32(b)) < 8:
		return nothing
	}
	switch binary.BigEndian.Uint32(b[4:]) {
	case magicV1, magicV2, magicBlank:
		return found
	}
	return nothing
}

// controller knows AutoSwitchHAService, which 5.x has with a controller.
func (k *haClues) controller(b []byte) (sighting, verdict) {
	switch state := binary.BigEndian.Uint32(b); {
	case k.began && state == haHandshake && k.dir == ClientToServer:
		return haSlaveHandshake(b, k.hint())
	case k.began && state == haHandshake:
		return haMasterHandshake(b, k.hint(), k.final)
	case !k.began && state == haTransferring && (k.port || k.sure):
		return k.transfer(b)
	}
	return sighting{}, nothing
}

// haSlaveHandshake reads int32 state, int16 isSyncFromLastFile, int16 isAsyncLearner, then int64 brokerId (5.1.1 on) or a
// text with its length: the slave's address.
func haSlaveHandshake(b []byte, hint bool) (sighting, verdict) {
	const head, withID, maxAddress = 12, 16, 64
	lastFile, learner := binary.BigEndian.Uint16(b[4:]), binary.BigEndian.Uint16(b[6:])
	if lastFile > 1 || learner > 1 {
		return sighting{}, nothing
	}
	if len(b) < head {
		return sighting{}, undecided
	}
	n := int(int32(binary.BigEndian.Uint32(b[8:])))
	if n < 0 || n > maxAddress {
		return sighting{}, nothing
	}
	note, end := "HA stream with controller: slave broker ", head+n
	if n > 0 {
		if len(b) < end {
			return sighting{}, undecided
		}
		if _, err := netip.ParseAddrPort(string(b[head:end])); err != nil {
			return sighting{}, nothing
		}
		note += string(b[head:end])
	} else {
		end = withID
		if len(b) < end || !hint && len(b) < end+4 {
			return sighting{}, undecided
		}
		if !hint && binary.BigEndian.Uint32(b[end:]) != haTransferring {
			return sighting{}, nothing
		}
		note += fmt.Sprintf("number %d", binary.BigEndian.Uint32(b[head:]))
	}
	if lastFile == 1 {
		note += ", syncs from the last file"
	}
	if learner == 1 {
		note += ", asynchronous learner"
	}
	return haFound(haAcks, nil, end, note), found
}

// haMasterHandshake reads int32 state, int32 size, int64 maxPhyOffset, int32 lastEpoch, in 5.0 16 zeros, then for each
// epoch its number and start.
func haMasterHandshake(b []byte, hint, final bool) (sighting, verdict) {
	const head, zeros, entry = 20, 16, 12
	size := binary.BigEndian.Uint32(b[4:])
	if size%entry != 0 || size > maxHAEpochs*entry || size == 0 && !hint {
		return sighting{}, nothing
	}
	if len(b) < head {
		return sighting{}, undecided
	}
	offset, epoch := binary.BigEndian.Uint64(b[8:]), binary.BigEndian.Uint32(b[16:])
	if offset > maxHAOffset {
		return sighting{}, nothing
	}
	start := head
	switch {
	case len(b) >= head+4 && binary.BigEndian.Uint32(b[head:]) == 0: // no epoch has the number 0
		start += zeros
	case len(b) < head+4 && (!final || size > 0):
		return sighting{}, undecided
	}
	end := start + int(size)
	if len(b) < end {
		return sighting{}, undecided
	}
	for e := b[start:end]; len(e) > 0; e = e[entry:] {
		if n := binary.BigEndian.Uint32(e); n == 0 || n > epoch || binary.BigEndian.Uint64(e[4:]) > offset {
			return sighting{}, nothing
		}
	}
	return haFound(haTransfer, nil, end, fmt.Sprintf("HA stream of a master broker with controller: commit log up to offset %d, epoch %d", offset, epoch)), found
}

// transfer reads the first unit of a stream whose handshake was not captured; of acknowledgements two, as they are short.
func (k *haClues) transfer(b []byte) (sighting, verdict) {
	h := haStream{form: haAcks, last: -1}
	n := 2 * haAckLen
	if k.dir == ServerToClient {
		h.form, n = haTransfer, haTransferHead
	}
	if high := binary.BigEndian.Uint32(b[4:]); h.form == haAcks && high > maxHAOffset>>32 || h.form == haTransfer && high > maxHAPacket {
		return sighting{}, nothing
	}
	if len(b) < n {
		return sighting{}, undecided
	}
	if _, ok := h.take(b[:n]); !ok || h.form == haTransfer && h.epoch <= 0 {
		return sighting{}, nothing
	}
	return haFound(h.form, b[:n], n, fmt.Sprintf("HA stream with controller, begun before the capture: commit log at offset %d", h.last)), found
}

// haFound is about the first n bytes; units are those of them that are no handshake.
func haFound(form haForm, units []byte, n int, note string) sighting {
	h := &haStream{form: form, last: -1}
	h.take(units)
	return sighting{kind: Garbage, n: n, from: n, note: note, follow: h}
}
