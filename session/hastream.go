package session

import (
	"encoding/binary"
	"fmt"
)

// haPort is the default port of a master broker for its slaves (haListenPort: the broker's port and one more).
const haPort = 10912

// haForm is what a direction of an HA stream consists of.
type haForm uint8

const (
	haLost     haForm = iota // its units were lost sight of: bytes are counted
	haReports                // DefaultHAService, slave: int64 offset
	haPackets                // DefaultHAService, master: int64 offset, int32 size, data
	haAcks                   // AutoSwitchHAService, slave: int32 state, int64 offset
	haTransfer               // AutoSwitchHAService, master: state, size, offset, epoch, its start, confirmOffset, data
)

// Lengths of units, and the states that AutoSwitchHAService writes in front (HAConnectionState).
const (
	haReportLen    = 8
	haPacketHead   = 12
	haAckLen       = 12
	haTransferHead = 36
	haHandshake    = 1
	haTransferring = 2
	maxHAPacket    = 64 << 20 // haTransferBatchSize is 32 KiB; nobody sets it to more than a commit log file has
	maxHAOffset    = 1 << 48  // 256 TB of commit log
)

// haStream follows one direction between a slave broker and its master, which replicates the commit log: it counts.
type haStream struct {
	form  haForm
	unit  [haTransferHead]byte
	have  int
	left  int64 // data of the present packet
	units int   // reports or packets with data
	beats int   // packets without data
	data  int64 // bytes of commit log
	last  int64 // the slave has, or the master sent, the commit log up to here; -1: not known yet
	lost  int64 // bytes that were captured and not followed
	epoch int32
	sure  int64 // confirmOffset: all replicas have the commit log up to here
}

func (h *haStream) want() int {
	switch h.form {
	case haReports:
		return haReportLen
	case haPackets:
		return haPacketHead
	case haAcks:
		return haAckLen
	}
	return haTransferHead
}

func (h *haStream) read(c *Conn, d *direction, dir Direction, k Chunk) int {
	n, ok := h.take(k.Bytes)
	d.pass(&k, n)
	if !ok {
		d.leave(c, dir)
	}
	return n
}

// take reads units and returns how many bytes it took: all, or with false up to the end of a unit that does not go on
// with what came before.
func (h *haStream) take(b []byte) (taken int, ok bool) {
	i := 0
	for i < len(b) && h.form != haLost {
		if h.left > 0 {
			n := min(h.left, int64(len(b)-i))
			h.left -= n
			h.data += n
			i += int(n)
			continue
		}
		n := copy(h.unit[h.have:h.want()], b[i:])
		h.have += n
		i += n
		if h.have < h.want() {
			return i, true
		}
		h.have = 0
		if !h.next() {
			return i, false
		}
	}
	h.lost += int64(len(b) - i)
	return len(b), true
}

// next takes in the unit that is complete. It returns false when that does not go on with what came before.
func (h *haStream) next() bool {
	b := h.unit[:]
	switch h.form {
	case haReports:
		return h.report(int64(binary.BigEndian.Uint64(b)))
	case haAcks:
		return binary.BigEndian.Uint32(b) == haTransferring && h.report(int64(binary.BigEndian.Uint64(b[4:])))
	case haPackets:
		return h.packet(int64(binary.BigEndian.Uint64(b)), int64(int32(binary.BigEndian.Uint32(b[8:]))))
	}
	h.epoch, h.sure = int32(binary.BigEndian.Uint32(b[16:])), int64(binary.BigEndian.Uint64(b[28:]))
	return binary.BigEndian.Uint32(b) == haTransferring &&
		h.packet(int64(binary.BigEndian.Uint64(b[8:])), int64(int32(binary.BigEndian.Uint32(b[4:]))))
}

func (h *haStream) report(offset int64) bool {
	if offset < 0 || offset > maxHAOffset {
		return false
	}
	h.units++
	h.last = offset
	return true
}

func (h *haStream) packet(offset, size int64) bool {
	if offset < 0 || offset > maxHAOffset || size < 0 || size > maxHAPacket || h.last >= 0 && offset != h.last {
		return false
	}
	h.left, h.last = size, offset+size
	if size == 0 {
		h.beats++
	} else {
		h.units++
	}
	return true
}

// gap skips what was lost of a packet's data. Otherwise it counts from there on: reading of units could begin anywhere.
func (h *haStream) gap(_ *direction, n int64) {
	if n <= h.left {
		h.left -= n
		return
	}
	h.lost += int64(h.have)
	h.left, h.have, h.form = 0, 0, haLost
}

// end is the summary of the direction.
func (h *haStream) end() string {
	var note string
	switch h.form {
	case haReports, haAcks:
		note = fmt.Sprintf("HA stream: %s of the slave, the last: commit log up to offset %d", count(h.units, "report"), h.last)
	case haPackets, haTransfer:
		note = fmt.Sprintf("HA stream of a master broker: %d bytes of commit log in %s, %s, up to offset %d",
			h.data, count(h.units, "packet"), count(h.beats, "heartbeat"), h.last)
		if h.form == haTransfer {
			note += fmt.Sprintf(", epoch %d, all replicas up to %d", h.epoch, h.sure)
		}
	default:
		note = fmt.Sprintf("HA stream: %s, %d bytes of commit log, %s, up to offset %d", count(h.units, "unit"), h.data, count(h.beats, "heartbeat"), h.last)
		if h.units+h.beats == 0 {
			note = "HA stream"
		}
	}
	if h.lost > 0 {
		note += fmt.Sprintf("; %d bytes not followed", h.lost)
	}
	return note
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// join makes the HA stream's other direction one, too, unless frames were found in it.
func (d *direction) join(c *Conn, dir Direction) {
	switch {
	case c.remoting:
	case (d.state == stateFresh || d.state == stateStart) && len(d.buf) > 0:
		if s := c.sniff(d, dir, d.buf, false); !s.wait {
			d.decide(c, dir, &Chunk{Time: d.time}, s)
		}
	case d.state == stateSearch || d.state == stateForeign:
		d.passWindow(len(d.buf))
		d.shift(c, len(d.buf))
		d.passed.reason = nil
		d.state, d.follow = stateFollow, &haStream{lost: d.passed.bytes}
	}
}
