package demo

import (
	"encoding/binary"
	"hash/crc32"
	"net/netip"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/mqsniff/mqsniff/decode"
)

// appendRecord appends m as a broker stores it (MessageExtEncoder.encode, magic V1). Hosts are those of m, and say which of
// sysFlag's bits for them are set. The topic has at most 255 bytes, the properties 32767.
func appendRecord(dst []byte, m *decode.Message) []byte {
	be := binary.BigEndian
	sysFlag := uint32(m.SysFlag) &^ (decode.SysFlagBornHostV6 | decode.SysFlagStoreHostV6)
	if len(m.BornHost) > 8 {
		sysFlag |= decode.SysFlagBornHostV6
	}
	if len(m.StoreHost) > 8 {
		sysFlag |= decode.SysFlagStoreHostV6
	}
	start := len(dst)
	b := be.AppendUint32(dst, 0)
	b = be.AppendUint32(b, decode.MagicV1)
	b = be.AppendUint32(b, crc32.ChecksumIEEE(m.Body)&0x7FFFFFFF)
	b = be.AppendUint32(b, uint32(m.QueueID))
	b = be.AppendUint32(b, uint32(m.Flag))
	b = be.AppendUint64(b, uint64(m.QueueOffset))
	b = be.AppendUint64(b, uint64(m.CommitLogOffset))
	b = be.AppendUint32(b, sysFlag)
	b = be.AppendUint64(b, uint64(m.BornTimestamp))
	b = append(b, m.BornHost...)
	b = be.AppendUint64(b, uint64(m.StoreTimestamp))
	b = append(b, m.StoreHost...)
	b = be.AppendUint32(b, uint32(m.ReconsumeTimes))
	b = be.AppendUint64(b, uint64(m.PreparedTransactionOffset))
	b = append(be.AppendUint32(b, uint32(len(m.Body))), m.Body...)
	b = append(append(b, byte(len(m.Topic))), m.Topic...)
	b = append(be.AppendUint16(b, uint16(len(m.Properties))), m.Properties...)
	be.PutUint32(b[start:], uint32(len(b)-start))
	return b
}

// readRecord reads what appendRecord wrote; the message's slices are views of b.
func readRecord(b []byte) (m decode.Message) {
	answer := decode.Command{Flag: decode.FlagResponse}
	it := decode.MessagesOf(decode.Context{Code: decode.ViewMessageByID, Known: true}, 0, &answer, decode.Frame{Body: b})
	it.Next(&m)
	return m
}

// hostOf is an address as records have it.
func hostOf(a netip.AddrPort) []byte {
	return binary.BigEndian.AppendUint32(a.Addr().Unmap().AsSlice(), uint32(a.Port()))
}

// The names of properties that brokers and clients give a meaning (MessageConst).
const (
	propKeys       = "KEYS"
	propTags       = "TAGS"
	propWait       = "WAIT"
	propDelay      = "DELAY"
	propUniqKey    = "UNIQ_KEY"
	propRealTopic  = "REAL_TOPIC"
	propRealQueue  = "REAL_QID"
	propRetryTopic = "RETRY_TOPIC"
	propOrigin     = "ORIGIN_MESSAGE_ID"
	propHalf       = "TRAN_MSG"
	propGroup      = "PGROUP"
	propChecks     = "TRANSACTION_CHECK_TIMES"
)

// properties are a message's, without doubled keys, in the order of the wire.
type properties []decode.Property

func propertiesOf(b []byte) properties { return decode.AppendProperties(nil, b) }

func (p properties) get(key string) string {
	for i := range p {
		if string(p[i].Key) == key {
			return string(p[i].Value)
		}
	}
	return ""
}

// with is p with a property set; "" removes it.
func (p properties) with(key, value string) properties {
	out := make(properties, 0, len(p)+1)
	for _, x := range p {
		if string(x.Key) != key {
			out = append(out, x)
		}
	}
	if value != "" {
		out = append(out, decode.Property{Key: []byte(key), Value: []byte(value)})
	}
	return out
}

// encode is p with the separators of MessageDecoder.messageProperties2String, the last one included, as 5.x writes it.
func (p properties) encode() []byte {
	var b []byte
	for _, x := range p {
		b = append(append(append(append(b, x.Key...), 1), x.Value...), 2)
	}
	return b
}

// tagsHash is the code by which brokers filter: Java's String.hashCode.
func tagsHash(tag string) int32 {
	h := int32(0)
	for _, c := range utf16.Encode([]rune(tag)) {
		h = 31*h + int32(c)
	}
	return h
}

// filter tells by their tags which messages a subscription is for; nil: all.
type filter map[int32]bool

// filterOf reads "*" or "A || B" (FilterAPI.buildSubscriptionData).
func filterOf(expression string) filter {
	if expression == "" || expression == "*" {
		return nil
	}
	f := filter{}
	for tag := range strings.SplitSeq(expression, "||") {
		if tag = strings.TrimSpace(tag); tag != "" {
			f[tagsHash(tag)] = true
		}
	}
	return f
}

func (f filter) match(hash int32) bool { return f == nil || f[hash] }

func itoa[N int | int32 | int64](n N) string { return strconv.FormatInt(int64(n), 10) }
