package decode

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"net/netip"
	"time"
)

// AppendOffsetMsgID appends the id that a broker gives to the message at a commit-log offset: host (4 or 16 bytes of
// address, int32 port) and offset in upper-case hex (MessageDecoder.createMessageId).
func AppendOffsetMsgID(dst, host []byte, commitLogOffset int64) []byte {
	dst = appendHex(dst, host)
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(commitLogOffset))
	return appendHex(dst, b[:])
}

func appendHex(dst, src []byte) []byte {
	const digits = "0123456789ABCDEF"
	for _, c := range src {
		dst = append(dst, digits[c>>4], digits[c&15])
	}
	return dst
}

// ParseOffsetMsgID takes an offset message id apart. It fails on any text that is not 32 or 56 hex digits, and on a port
// beyond 65535, which tells these ids from nearly all UNIQ_KEYs.
func ParseOffsetMsgID(id []byte) (host netip.AddrPort, commitLogOffset int64, ok bool) {
	var raw [28]byte
	if len(id) != 32 && len(id) != 56 {
		return host, 0, false
	}
	n, err := hex.Decode(raw[:], id)
	if err != nil {
		return host, 0, false
	}
	host = hostAddr(raw[:n-8])
	return host, int64(binary.BigEndian.Uint64(raw[n-8:])), host.IsValid()
}

// UniqKey is what a producer's message id is made of (MessageClientIDSetter).
type UniqKey struct {
	IP      netip.Addr // of the producer; the zero Addr for the 34-digit form
	MAC     [6]byte    // of the 34-digit form only
	PID     uint16     // low bits of the process id
	Loader  uint32     // hash of the class loader; a random number of clients that are not Java
	Counter uint32
	// Elapsed is ms since the month began where the producer lives; for the 34-digit form seconds since 2021.
	Elapsed uint32
	GRPC    bool // the 34-digit form that 5.x gRPC clients make
	// LittleEndian is set for a C++ client before 1.2.4: numbers and address stand with their lowest byte first.
	LittleEndian bool
}

// ParseUniqKey takes a UNIQ_KEY, or a transaction id, apart: 32 digits, 56 where the producer has an IPv6 address, or 34
// of a gRPC client. Those of Apache's Go and C++ clients have the 32 digits too. Ids of another form fail.
func ParseUniqKey(key []byte) (k UniqKey, ok bool) {
	var raw [28]byte
	if len(key) != 32 && len(key) != 34 && len(key) != 56 {
		return k, false
	}
	n, err := hex.Decode(raw[:], key)
	if err != nil {
		return k, false
	}
	be := binary.BigEndian
	if n == 17 {
		if raw[0] != 1 {
			return k, false
		}
		copy(k.MAC[:], raw[1:])
		k.PID, k.Elapsed, k.Counter, k.GRPC = be.Uint16(raw[7:]), be.Uint32(raw[9:]), be.Uint32(raw[13:]), true
		return k, true
	}
	if n == 16 && littleEndian(raw[:n]) {
		return littleEndianKey(raw[:n]), true
	}
	ip := n - 12
	k.IP, _ = netip.AddrFromSlice(raw[:ip])
	rest := raw[ip:n]
	k.PID, k.Loader, k.Elapsed, k.Counter = be.Uint16(rest), be.Uint32(rest[2:]), be.Uint32(rest[6:]), uint32(be.Uint16(rest[10:]))
	return k, true
}

// littleEndian tells the keys of C++ clients before 1.2.4, in which the upper bytes of the process id, of a random number
// below 0xFFFF and of a counter below 256 are zero, from those of Java, in which all of these are low bytes. Go has zeros
// for the random number.
func littleEndian(raw []byte) bool {
	return raw[5] == 0 && raw[6]|raw[7] != 0 && raw[8] == 0 && raw[9] == 0 && raw[15] == 0
}

// littleEndianKey reads what StringIdMaker of rocketmq-client-cpp 1.2.3 writes: the address over the lower half of the
// process id, then a random number, ms since the last day of the month before, and a counter.
func littleEndianKey(raw []byte) UniqKey {
	const day = 24 * 3600 * 1000
	le := binary.LittleEndian
	return UniqKey{
		IP: netip.AddrFrom4([4]byte{raw[3], raw[2], raw[1], raw[0]}), Loader: le.Uint32(raw[6:]),
		Elapsed: max(le.Uint32(raw[10:]), day) - day, Counter: uint32(le.Uint16(raw[14:])), LittleEndian: true,
	}
}

// Time is when the id was made, in ms since 1970, as seen from somebody who met it at reference, also ms since 1970. The
// id counts from the beginning of a month in the producer's time zone, which it does not tell: the answer takes UTC and
// may be off by up to 14 hours. The month is the latest one that puts the id at most a day after reference.
func (k UniqKey) Time(reference int64) int64 {
	if k.GRPC {
		return (int64(k.Elapsed) + grpcEpoch) * 1000
	}
	const day = 24 * 3600 * 1000
	year, month, _ := time.UnixMilli(reference).UTC().Date()
	for range 2 {
		t := time.Date(year, month, 1, 0, 0, 0, 0, time.UTC).UnixMilli() + int64(k.Elapsed)
		if t <= reference+day {
			return t
		}
		month--
	}
	return time.Date(year, month, 1, 0, 0, 0, 0, time.UTC).UnixMilli() + int64(k.Elapsed)
}

// grpcEpoch is 2021-01-01 in seconds since 1970.
const grpcEpoch = 1609459200

// ReceiptHandle is what POP_CK, extraInfo and receipt handles say (ExtraInfoUtil).
type ReceiptHandle struct {
	CheckPointOffset int64 // smallest queue offset of the pop
	PopTime          int64 // ms since 1970
	InvisibleTime    int64 // ms
	ReviveQueueID    int32 // 999: ordered pop
	TopicType        byte  // '0' the topic, '1' its retry topic, '2' its retry topic of V2
	Broker           []byte
	QueueID          int32
	QueueOffset      int64
	CommitLogOffset  int64 // where HasCommitLogOffset
	// HasCommitLogOffset is true for handles of a proxy.
	HasCommitLogOffset bool
}

// ParseReceiptHandle takes a receipt handle apart: eight parts with blanks between them, nine from a proxy.
func ParseReceiptHandle(handle []byte) (h ReceiptHandle, ok bool) {
	if len(handle) > 1<<10 {
		return h, false
	}
	parts := bytes.Split(handle, []byte{' '})
	if len(parts) != 8 && len(parts) != 9 || len(parts[4]) != 1 {
		return h, false
	}
	var n [9]int64
	for i, p := range parts {
		if i == 4 || i == 5 {
			continue
		}
		if n[i], ok = decimal(p); !ok {
			return ReceiptHandle{}, false
		}
	}
	return ReceiptHandle{
		CheckPointOffset: n[0], PopTime: n[1], InvisibleTime: n[2], ReviveQueueID: int32(n[3]),
		TopicType: parts[4][0], Broker: parts[5], QueueID: int32(n[6]), QueueOffset: n[7],
		CommitLogOffset: n[8], HasCommitLogOffset: len(parts) == 9,
	}, true
}

// ClientID is what a client id is made of (ClientConfig.buildMQClientId): ip@instance, then perhaps a unit and STREAM.
type ClientID struct {
	IP, Instance, Unit []byte // views
	Stream             bool
}

// ParseClientID takes a client id apart. It fails on a text without @.
func ParseClientID(id []byte) (c ClientID, ok bool) {
	c.IP, id, ok = bytes.Cut(id, []byte{'@'})
	if !ok {
		return ClientID{}, false
	}
	c.Instance, id, ok = bytes.Cut(id, []byte{'@'})
	if string(id) == "STREAM" {
		c.Stream = true
		return c, true
	}
	if ok {
		c.Unit, c.Stream = bytes.CutSuffix(id, []byte("@STREAM"))
	}
	return c, true
}

// RecallHandle is what takes a delayed message back (RecallMessageHandle, 5.3.2).
type RecallHandle struct {
	Topic, Broker, MessageID string
	DeliverTime              int64 // ms since 1970
}

// ParseRecallHandle takes a recall handle apart: base64url of "v1 topic broker deliverTime uniqKey".
func ParseRecallHandle(handle []byte) (h RecallHandle, ok bool) {
	if len(handle) > 4<<10 {
		return h, false
	}
	text, err := base64.URLEncoding.AppendDecode(nil, handle)
	if err != nil {
		if text, err = base64.RawURLEncoding.AppendDecode(nil, handle); err != nil {
			return h, false
		}
	}
	parts := bytes.Split(text, []byte{' '})
	if len(parts) != 5 || string(parts[0]) != "v1" {
		return h, false
	}
	t, ok := decimal(parts[3])
	return RecallHandle{string(parts[1]), string(parts[2]), string(parts[4]), t}, ok
}
