package decode

import (
	"strconv"
	"strings"
	"time"
)

// Units of FieldSpec and PropertyKey.
const (
	unitInstant  = "ms since 1970"
	unitDuration = "ms"
	unitSeconds  = "s"
)

// meaning is what the value of a header field means, "" where it says all itself.
func (o *outline) meaning(ctx Context, cmd *Command, name string, value []byte, unit string) string {
	n, ok := decimal(value)
	if !ok {
		return ""
	}
	switch name {
	case "sysFlag":
		if code := cmd.Code; !cmd.Response() && (IsPull(code) || code == LitePullMessage) {
			return pullSysFlagNote(n)
		}
		return sysFlagNote(n)
	case "queueId":
		if n < 0 {
			return "any queue, the broker picks"
		}
	case "commitOrRollback":
		return transactionTypes[n]
	case "suggestWhichBrokerId", "brokerId":
		return brokerIDNote(n)
	case "perm":
		return permNote(n)
	case "topicSysFlag":
		return bitsNote(n, topicSysFlagBits[:])
	case "initMode":
		switch n {
		case 0:
			return "from the smallest offset"
		case 1:
			return "from the largest offset"
		}
	case "delayLevel":
		return delayLevelNote(n)
	}
	return unitNote(n, unit)
}

// unitNote says a number in words.
func unitNote(n int64, unit string) string {
	switch unit {
	case unitInstant:
		return instant(n)
	case unitDuration:
		return duration(n)
	case unitSeconds:
		if n > 0 && n < 1<<40 {
			return duration(n * 1000)
		}
	case "bytes":
		return ""
	}
	return ""
}

// instant is a point in time given in ms since 1970, in UTC; "" for 0, negative numbers and years beyond 9999.
func instant(ms int64) string {
	if ms <= 0 || ms >= 253402300800000 {
		return ""
	}
	return time.UnixMilli(ms).UTC().Format("2006-01-02T15:04:05.000Z")
}

// likelyInstant is instant for numbers that may be something else: only from 2001 to 2286 is it a time.
func likelyInstant(ms int64) string {
	if ms < 1e12 || ms >= 1e13 {
		return ""
	}
	return instant(ms)
}

// duration is a span of ms, "" below a second, where the number says it.
func duration(ms int64) string {
	if ms < 1000 || ms > 1<<53 {
		return ""
	}
	return (time.Duration(min(ms, int64(1<<63-1)/1e6)) * time.Millisecond).String()
}

// bit is one bit of a flag, with its name.
type bit struct {
	mask int64
	name string
}

var (
	topicSysFlagBits = [...]bit{{1, "unit"}, {2, "unit subscription"}}
	pullSysFlagBits  = [...]bit{{1, "commit offset"}, {2, "suspend"}, {4, "subscription"}, {8, "class filter"}, {16, "lite pull"}}
	permBits         = [...]bit{{8, "priority"}, {4, "read"}, {2, "write"}, {1, "inherit"}}
	sysFlagBits      = [...]bit{
		{SysFlagMultiTags, "multi tags"}, {SysFlagBornHostV6, "born host IPv6"}, {SysFlagStoreHostV6, "store host IPv6"},
		{SysFlagNeedUnwrap, "need unwrap"}, {SysFlagInnerBatch, "inner batch"},
	}
	transactionTypes = map[int64]string{0: "not decided", 4: "prepared", 8: "commit", 12: "rollback"}
)

// bitsNote names the bits of n; bits without a name are given as a number.
func bitsNote(n int64, bits []bit) string {
	var words []string
	for _, b := range bits {
		if n&b.mask != 0 {
			words = append(words, b.name)
			n &^= b.mask
		}
	}
	if n != 0 {
		words = append(words, "unknown bits 0x"+strconv.FormatUint(uint64(uint32(n)), 16))
	}
	return strings.Join(words, ", ")
}

func pullSysFlagNote(n int64) string { return bitsNote(n, pullSysFlagBits[:]) }

func permNote(n int64) string {
	if n == 0 {
		return "no access"
	}
	return bitsNote(n, permBits[:])
}

// sysFlagNote says what a message's sysFlag means.
func sysFlagNote(n int64) string {
	var words []string
	if n&SysFlagCompressed != 0 {
		codec := CodecOf(int32(n))
		words = append(words, "compressed "+codec.String())
	}
	switch n & SysFlagTransactionMask {
	case SysFlagTransactionPrepared:
		words = append(words, "transaction prepared")
	case SysFlagTransactionCommit:
		words = append(words, "transaction commit")
	case SysFlagTransactionRollback:
		words = append(words, "transaction rollback")
	}
	rest := n &^ (SysFlagCompressed | SysFlagTransactionMask)
	if n&SysFlagCompressed != 0 {
		rest &^= SysFlagCompressionMask
	}
	if s := bitsNote(rest, sysFlagBits[:]); s != "" {
		words = append(words, s)
	}
	return strings.Join(words, ", ")
}

func brokerIDNote(n int64) string {
	if n == 0 {
		return "MASTER"
	}
	return "SLAVE"
}

// delayLevels are the delays of MessageStoreConfig.messageDelayLevel as it comes.
var delayLevels = [...]string{
	"1s", "5s", "10s", "30s", "1m", "2m", "3m", "4m", "5m", "6m", "7m", "8m", "9m", "10m", "20m", "30m", "1h", "2h",
}

func delayLevelNote(n int64) string {
	switch {
	case n == 0:
		return "as the broker decides"
	case n < 0:
		return "dead letter queue"
	case int(n) <= len(delayLevels):
		return delayLevels[n-1] + " unless the broker is configured otherwise"
	}
	return ""
}

// propertyNote says what a property's value means.
func propertyNote(key string, value []byte) string {
	k := PropertyKeyByName(key)
	if k == nil {
		return ""
	}
	n, ok := decimal(value)
	if ok {
		if s := delayLevelNote(n); key == "DELAY" && s != "" {
			return s
		}
		if s := unitNote(n, k.Unit); s != "" {
			return s
		}
	}
	return k.Meaning
}
