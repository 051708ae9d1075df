package decode

// ExtKey is an entry of extFields that stands outside the header classes.
type ExtKey struct {
	Name    string
	Where   string // on which frames
	Meaning string
}

// extKeys are the entries that clients, hooks and brokers add to extFields beside those of a header class.
var extKeys = [...]ExtKey{
	{"AccessKey", "any request", "ACL user"},
	{"Signature", "any request", "base64 HMAC-SHA1"},
	{"SecurityToken", "any request", "STS token, covered by signature"},
	{"_UNIQUE_KEY_QUERY", "QUERY_MESSAGE request", "true = search by UNIQ_KEY"},
	{"ReqT", "any request of a stream client (4.9.4+)", "request type code (0=STREAM)"},
	{"ns", "any request (5.x namespaceV2)", "namespace"},
	{"nsd", "with ns", "\"true\": resource names already carry the namespace"},
	{"__ZONE_NAME", "every request of a peer configured with a zone (5.0+); evaluated for 105 and 103", "zone filter / zone of the broker, added after signing"},
	{"OnsChannel", "any request of ONS/C++ clients", "channel name, covered by signature"},
	{"__ZONE_MODE", "as __ZONE_NAME", "\"true\" enables route filtering"},
	{"MSG_REGION", "send/reply/recall responses; every proxy response", "region id"},
	{"TRACE_ON", "same", "\"true\"/\"false\" trace switch"},
	{"IS_SUPPORT_HEART_BEAT_V2", "HEART_BEAT response (5.1.3+)", "\"true\""},
	{"IS_SUB_CHANGE", "HEART_BEAT response (5.1.3+)", "\"true\"/\"false\""},
	{"READ_AHEAD_MODE", "SET_COMMITLOG_READ_MODE request", "madvise mode"},
	{"topicSysFlag", "CONSUME_MESSAGE_DIRECTLY broker->client leg", "added when the request names a topic"},
	{"groupSysFlag", "CONSUME_MESSAGE_DIRECTLY broker->client leg", "added by 5.x brokers"},
	{"E_T", "SWITCH_TIMER_ENGINE request (5.4.0+)", "timer engine: R RocksDB timeline, F timer wheel"},
}

// ExtKeys are the entries of extFields that stand outside the header classes. They must not be changed.
func ExtKeys() []ExtKey { return extKeys[:] }

// ExtKeyByName is the entry with this name, nil where there is none.
func ExtKeyByName(name string) *ExtKey {
	for i := range extKeys {
		if extKeys[i].Name == name {
			return &extKeys[i]
		}
	}
	return nil
}
