package decode

import "strings"

// PropertyKey is a property of messages that RocketMQ gives a meaning (MessageConst).
type PropertyKey struct {
	Name    string
	Unit    string // "ms since 1970", "ms", "s"; empty: none
	Meaning string
}

// propertyKeys are the properties that RocketMQ gives a meaning.
var propertyKeys = [...]PropertyKey{
	{"KEYS", "", "index keys with blanks between them"},
	{"TAGS", "", "tag"},
	{"WAIT", "", "wait until it is stored"},
	{"DELAY", "", "delay level 1 to 18"},
	{"RETRY_TOPIC", "", "original topic of a retry message"},
	{"REAL_TOPIC", "", "original topic of a delayed or half message"},
	{"REAL_QID", "", "original queue id"},
	{"TRAN_MSG", "", "true: half message"},
	{"PGROUP", "", "producer group of a half message"},
	{"MIN_OFFSET", "", "kept by clients, not sent"},
	{"MAX_OFFSET", "", "kept by clients, not sent"},
	{"BUYER_ID", "", "commercial"},
	{"ORIGIN_MESSAGE_ID", "", "id of the first delivery"},
	{"TRANSFER_FLAG", "", "commercial"},
	{"CORRECTION_FLAG", "", "commercial"},
	{"MQ2_FLAG", "", "commercial"},
	{"RECONSUME_TIME", "", "reconsume count"},
	{"MSG_REGION", "", "broker region"},
	{"TRACE_ON", "", "trace switch"},
	{"UNIQ_KEY", "", "client unique id"},
	{"EXTEND_UNIQ_INFO", "", "extra unique info"},
	{"MAX_RECONSUME_TIMES", "", "max retries"},
	{"CONSUME_START_TIME", "ms since 1970", "kept by clients, not sent"},
	{"INNER_NUM", "", "number of messages inside an inner batch"},
	{"INNER_BASE", "", "base queue offset of an inner batch"},
	{"DUP_INFO", "", "dup info of delayed dup check"},
	{"CHECK_IMMUNITY_TIME_IN_SECONDS", "s", "first transaction check delay"},
	{"TRAN_PREPARED_QUEUE_OFFSET", "", "queue offset of the original half message"},
	{"__transactionId__", "", "transaction id"},
	{"TRANSACTION_CHECK_TIMES", "", "number of checks so far"},
	{"INSTANCE_ID", "", "instance id (namespace)"},
	{"CORRELATION_ID", "", "request-reply id"},
	{"REPLY_TO_CLIENT", "", "requester client id"},
	{"TTL", "ms", "request timeout ms"},
	{"ARRIVE_TIME", "ms since 1970", "reply arrive time (requester)"},
	{"PUSH_REPLY_TIME", "ms since 1970", "reply push time (broker)"},
	{"CLUSTER", "", "cluster name"},
	{"MSG_TYPE", "", "reply: answer to a request"},
	{"POP_CK", "", "pop check point / receipt"},
	{"POP_CK_OFFSET", "", "revive: ck offset"},
	{"1ST_POP_TIME", "ms since 1970", "first pop time"},
	{"__SHARDINGKEY", "", "ordering key"},
	{"PROPERTY_FORWARD_QUEUE_ID", "", "static topic forward"},
	{"REDIRECT", "", "redirected"},
	{"INNER_MULTI_DISPATCH", "", "comma list of LMQ queues"},
	{"INNER_MULTI_QUEUE_OFFSET", "", "comma list of LMQ offsets"},
	{"TRACE_CONTEXT", "", "trace context"},
	{"TIMER_DELAY_SEC", "s", "delay seconds"},
	{"TIMER_DELIVER_MS", "ms since 1970", "absolute deliver time"},
	{"__BORNHOST", "", "born host (proxy)"},
	{"BORN_TIMESTAMP", "ms since 1970", "born timestamp (proxy)"},
	{"__RMQ.TRANSIENT.", "", "prefix of client-side transient properties"},
	{"__RMQ.TRANSIENT.TOPIC_SYS_FLAG", "", "client-side"},
	{"__RMQ.TRANSIENT.GROUP_SYS_FLAG", "", "client-side"},
	{"TIMER_ENQUEUE_MS", "ms since 1970", "timer internal"},
	{"TIMER_DEQUEUE_MS", "ms since 1970", "timer internal"},
	{"TIMER_ROLL_TIMES", "", "timer internal"},
	{"TIMER_OUT_MS", "ms since 1970", "timer internal: out time"},
	{"TIMER_DEL_UNIQKEY", "", "cancel timer of this unique key"},
	{"TIMER_DELAY_LEVEL", "", "timer delay level"},
	{"TIMER_DELAY_MS", "ms", "delay ms"},
	{"__CRC32#", "", "properties CRC (store, enabledAppendPropCRC)"},
	{"DLQ_ORIGIN_TOPIC", "", "original topic of a DLQ message"},
	{"DLQ_ORIGIN_MESSAGE_ID", "", "original id of a DLQ message"},
	{"_SYS_MSG_PRIORITY_", "", "priority (5.4.0+)"},
	{"ORIGIN_GROUP", "", "consumer group that it is retried for (5.4.0+)"},
	{"TRANS_OFFSET", "", "offset of the half message in the RocksDB store (5.4.0+)"},
	{"TIMER_ROLL_LABEL", "", "timer internal: rolled by the RocksDB timeline (5.4.0+)"},
	{"__LITE_TOPIC", "", "lite topic (5.5.0+)"},
}

// tracingKeys are the properties that tracing libraries put into messages, as they do into HTTP headers.
var tracingKeys = [...]PropertyKey{
	{"traceparent", "", "W3C trace context: version, trace, parent span, flags"},
	{"tracestate", "", "W3C trace context: what vendors add"},
	{"baggage", "", "W3C baggage: key=value with commas between them"},
	{"b3", "", "Zipkin: trace, span, sampled, parent span"},
	{"sw8", "", "SkyWalking: sampled, trace, segment, span, service …, mostly in base64"},
	{"sw8-correlation", "", "SkyWalking: key:value in base64"},
	{"sw8-x", "", "SkyWalking: tracing mode, time of sending"},
	{"uber-trace-id", "", "Jaeger: trace:span:parent span:flags"},
}

// transientPrefix begins the names of properties that clients keep for themselves (MessageConst.PROPERTY_TRANSIENT_PREFIX).
const transientPrefix = "__RMQ.TRANSIENT."

// PropertyKeys are the properties that RocketMQ gives a meaning. They must not be changed.
func PropertyKeys() []PropertyKey { return propertyKeys[:] }

// PropertyKeyByName is the property with this name, nil where neither RocketMQ nor a tracing library knows one. Names that
// begin with __RMQ.TRANSIENT. have that one's meaning.
func PropertyKeyByName(name string) *PropertyKey {
	prefix := -1
	for i := range propertyKeys {
		switch propertyKeys[i].Name {
		case name:
			return &propertyKeys[i]
		case transientPrefix:
			prefix = i
		}
	}
	for i := range tracingKeys {
		if tracingKeys[i].Name == name {
			return &tracingKeys[i]
		}
	}
	if strings.HasPrefix(name, transientPrefix) {
		return &propertyKeys[prefix]
	}
	return nil
}
