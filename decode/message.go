package decode

import (
	"encoding/binary"
	"hash/crc32"
	"net/netip"
)

// Message is a message as it is found in a body: a stored record of an answer, the payload of a send request, or an
// element of a batch. Its slices are views of the frame; it may be reused for the next message.
type Message struct {
	// Stored says that the record carries what a broker knows; false for a send, which leaves the fields below
	// "broker's" at zero.
	Stored bool
	Range  Range // within the frame: the whole record, or the body of a send

	Topic          []byte
	QueueID        int32
	Flag           int32 // the application's
	SysFlag        int32
	BornTimestamp  int64  // ms since 1970
	Properties     []byte // key \x01 value \x02 …; still with these separators. Nil: none
	Body           []byte // as stored, possibly compressed
	BodyRange      Range  // within the frame
	ReconsumeTimes int32

	// broker's
	Magic                     uint32
	BodyCRC                   int32
	QueueOffset               int64
	CommitLogOffset           int64
	StoreTimestamp            int64  // ms since 1970
	BornHost, StoreHost       []byte // 4 or 16 bytes of address, then int32 port
	PreparedTransactionOffset int64
}

// The bits of a message's sysFlag (MessageSysFlag).
const (
	SysFlagCompressed          = 0x1
	SysFlagMultiTags           = 0x2
	SysFlagTransactionMask     = 0xC
	SysFlagTransactionPrepared = 0x4
	SysFlagTransactionCommit   = 0x8
	SysFlagTransactionRollback = 0xC
	SysFlagBornHostV6          = 0x10
	SysFlagStoreHostV6         = 0x20
	SysFlagNeedUnwrap          = 0x40
	SysFlagInnerBatch          = 0x80
	SysFlagCompressionMask     = 0x700
)

// The magic codes of stored records (MessageDecoder.MESSAGE_MAGIC_CODE, MESSAGE_MAGIC_CODE_V2).
const (
	MagicV1 uint32 = 0xDAA320A7
	MagicV2 uint32 = 0xDAA320AB
)

// CRCMismatch tells whether the stored body has another checksum than the record states: CRC-32 (IEEE) without its top
// bit over the bytes as stored (UtilAll.crc32). An empty body is not checked, nor is a message that no broker stored.
func (m *Message) CRCMismatch() bool {
	return m.Stored && len(m.Body) > 0 && checksum(m.Body) != uint32(m.BodyCRC)
}

func checksum(b []byte) uint32 { return crc32.ChecksumIEEE(b) & 0x7FFFFFFF }

// UniqKey is the property UNIQ_KEY, what users call the message id; nil where there is none.
func (m *Message) UniqKey() []byte {
	key, _ := LookupProperty(m.Properties, "UNIQ_KEY")
	return key
}

// OffsetMsgID is the broker's id of a stored message: store host and commit-log offset in upper-case hex, 32 or 56
// characters (MessageDecoder.createMessageId). It is "" for a message that no broker stored.
func (m *Message) OffsetMsgID() string {
	if !m.Stored {
		return ""
	}
	var id [56]byte
	return string(AppendOffsetMsgID(id[:0], m.StoreHost, m.CommitLogOffset))
}

// Compression is the name of the compression that sysFlag states: none, zlib, lz4, zstd or unknown.
func (m *Message) Compression() string { return CodecOf(m.SysFlag).String() }

// BornAddr is the producer's address as the broker saw it; the zero AddrPort for a message that no broker stored.
func (m *Message) BornAddr() netip.AddrPort { return hostAddr(m.BornHost) }

// StoreAddr is the broker's address; the zero AddrPort for a message that no broker stored.
func (m *Message) StoreAddr() netip.AddrPort { return hostAddr(m.StoreHost) }

// hostAddr reads 4 or 16 bytes of address and an int32 port. A port beyond 65535 makes no address.
func hostAddr(b []byte) netip.AddrPort {
	if len(b) != 8 && len(b) != 20 {
		return netip.AddrPort{}
	}
	ip, _ := netip.AddrFromSlice(b[:len(b)-4])
	port := binary.BigEndian.Uint32(b[len(b)-4:])
	if port > 0xFFFF {
		return netip.AddrPort{}
	}
	return netip.AddrPortFrom(ip, uint16(port))
}

// InnerBatch tells whether the body is a list of messages (BatchCQ topics; MessageSysFlag.INNER_BATCH_FLAG and
// NEED_UNWRAP_FLAG).
func (m *Message) InnerBatch() bool {
	const both = SysFlagInnerBatch | SysFlagNeedUnwrap
	return m.SysFlag&both == both
}

// Inner iterates over the elements of an inner batch. body is m.Body, or what it decompresses to; ranges are within it.
// Elements have the topic, queue, hosts and times of m, and queue offsets that count up (MessageDecoder.decodeMessage).
func (m *Message) Inner(body []byte) MessageIter {
	it := MessageIter{body: body, shape: shapeInner, head: *m}
	it.head.SysFlag &^= SysFlagInnerBatch | SysFlagNeedUnwrap | SysFlagCompressed | SysFlagCompressionMask
	return it
}
