package decode

// Header classes of pop consumption (remoting.protocol.header).
// Name, long name, type, required, since, last, unit, meaning.

var ackMessageRequestHeader = Schema{"AckMessageRequestHeader", "5.0.0-ALPHA", "", false, []FieldSpec{
	{"consumerGroup", "consumerGroup", TypeString, true, "", "", "", "group of the consumer"},
	{"topic", "topic", TypeString, true, "", "", "", "topic"},
	{"queueId", "queueId", TypeInt, true, "", "", "", "queue of the topic on this broker"},
	{"extraInfo", "extraInfo", TypeString, true, "", "", "", "receipt handle: ckOffset popTime invisibleTime reviveQid topicType broker queue offset"},
	{"offset", "offset", TypeLong, true, "", "", "", "queue offset of the message"},
	{"liteTopic", "liteTopic", TypeString, false, "5.5.0", "", "", "lite topic of the message"},
	{"lo", "lo", TypeBoolean, false, "5.1.0", "", "", "static topic: false addresses the physical queue"},
	{"ns", "ns", TypeString, false, "5.1.0", "", "", "namespace"},
	{"nsd", "nsd", TypeBoolean, false, "5.1.0", "", "", "true: names already carry the namespace"},
	{"bname", "bname", TypeString, false, "5.1.0", "", "", "name of the broker that is meant"},
	{"oway", "oway", TypeBoolean, false, "5.1.0", "", "", "one-way marker of the internal RPC client"},
}}

var changeInvisibleTimeRequestHeader = Schema{"ChangeInvisibleTimeRequestHeader", "5.0.0-ALPHA", "", false, []FieldSpec{
	{"consumerGroup", "consumerGroup", TypeString, true, "", "", "", "group of the consumer"},
	{"topic", "topic", TypeString, true, "", "", "", "topic"},
	{"queueId", "queueId", TypeInt, true, "", "", "", "queue of the topic on this broker"},
	{"extraInfo", "extraInfo", TypeString, true, "", "", "", "receipt handle: ckOffset popTime invisibleTime reviveQid topicType broker queue offset"},
	{"offset", "offset", TypeLong, true, "", "", "", "queue offset of the message"},
	{"invisibleTime", "invisibleTime", TypeLong, true, "", "", "ms", "how long the message shall stay hidden"},
	{"liteTopic", "liteTopic", TypeString, false, "5.5.0", "", "", "lite topic of the message"},
	{"suspend", "suspend", TypeBoolean, true, "5.5.0", "", "", "true: the consumer suspends, this is no retry"},
	{"lo", "lo", TypeBoolean, false, "5.1.0", "", "", "static topic: false addresses the physical queue"},
	{"ns", "ns", TypeString, false, "5.1.0", "", "", "namespace"},
	{"nsd", "nsd", TypeBoolean, false, "5.1.0", "", "", "true: names already carry the namespace"},
	{"bname", "bname", TypeString, false, "5.1.0", "", "", "name of the broker that is meant"},
	{"oway", "oway", TypeBoolean, false, "5.1.0", "", "", "one-way marker of the internal RPC client"},
}}

var changeInvisibleTimeResponseHeader = Schema{"ChangeInvisibleTimeResponseHeader", "5.0.0-ALPHA", "", false, []FieldSpec{
	{"popTime", "popTime", TypeLong, true, "", "", "ms since 1970", "when the messages were popped"},
	{"invisibleTime", "invisibleTime", TypeLong, true, "", "", "ms", "how long the message stays hidden now"},
	{"reviveQid", "reviveQid", TypeInt, true, "", "", "", "queue of the revive topic, 999 for ordered pop"},
}}

var notificationRequestHeader = Schema{"NotificationRequestHeader", "5.0.0", "", false, []FieldSpec{
	{"consumerGroup", "consumerGroup", TypeString, true, "", "", "", "group of the consumer"},
	{"topic", "topic", TypeString, true, "", "", "", "topic"},
	{"queueId", "queueId", TypeInt, true, "", "", "", "queue, -1 any"},
	{"pollTime", "pollTime", TypeLong, true, "", "", "ms", "how long the broker may hold the request"},
	{"bornTime", "bornTime", TypeLong, true, "", "", "ms since 1970", "when the client sent the request"},
	{"order", "order", TypeBoolean, false, "5.1.2", "", "", "messages in order"},
	{"attemptId", "attemptId", TypeString, false, "5.1.2", "", "", "id of the attempt, for ordered pop"},
	{"expType", "expType", TypeString, false, "5.5.0", "", "", "TAG or SQL92"},
	{"exp", "exp", TypeString, false, "5.5.0", "", "", "what the consumer subscribes to"},
	{"lo", "lo", TypeBoolean, false, "5.1.0", "", "", "static topic: false addresses the physical queue"},
	{"ns", "ns", TypeString, false, "5.1.0", "", "", "namespace"},
	{"nsd", "nsd", TypeBoolean, false, "5.1.0", "", "", "true: names already carry the namespace"},
	{"bname", "bname", TypeString, false, "5.1.0", "", "", "name of the broker that is meant"},
	{"oway", "oway", TypeBoolean, false, "5.1.0", "", "", "one-way marker of the internal RPC client"},
}}

var notificationResponseHeader = Schema{"NotificationResponseHeader", "5.0.0", "", false, []FieldSpec{
	{"hasMsg", "hasMsg", TypeBoolean, true, "", "", "", "there are messages"},
	{"pollingFull", "pollingFull", TypeBoolean, true, "5.3.2", "", "", "too many requests wait"},
}}

var peekMessageRequestHeader = Schema{"PeekMessageRequestHeader", "5.0.0", "", false, []FieldSpec{
	{"topic", "topic", TypeString, true, "", "", "", "topic"},
	{"queueId", "queueId", TypeInt, true, "", "", "", "queue of the topic on this broker"},
	{"maxMsgNums", "maxMsgNums", TypeInt, true, "", "", "", "most messages wanted"},
	{"consumerGroup", "consumerGroup", TypeString, true, "", "", "", "group of the consumer"},
	{"lo", "lo", TypeBoolean, false, "5.1.0", "", "", "static topic: false addresses the physical queue"},
	{"ns", "ns", TypeString, false, "5.1.0", "", "", "namespace"},
	{"nsd", "nsd", TypeBoolean, false, "5.1.0", "", "", "true: names already carry the namespace"},
	{"bname", "bname", TypeString, false, "5.1.0", "", "", "name of the broker that is meant"},
	{"oway", "oway", TypeBoolean, false, "5.1.0", "", "", "one-way marker of the internal RPC client"},
}}

var popMessageRequestHeader = Schema{"PopMessageRequestHeader", "5.0.0-ALPHA", "", false, []FieldSpec{
	{"consumerGroup", "consumerGroup", TypeString, true, "", "", "", "group of the consumer"},
	{"topic", "topic", TypeString, true, "", "", "", "topic"},
	{"queueId", "queueId", TypeInt, true, "", "", "", "queue, -1 any"},
	{"maxMsgNums", "maxMsgNums", TypeInt, true, "", "", "", "most messages wanted"},
	{"invisibleTime", "invisibleTime", TypeLong, true, "", "", "ms", "how long popped messages stay hidden"},
	{"pollTime", "pollTime", TypeLong, true, "", "", "ms", "how long the broker may hold the request"},
	{"bornTime", "bornTime", TypeLong, true, "", "", "ms since 1970", "when the client sent the request"},
	{"initMode", "initMode", TypeInt, true, "", "", "", "where a new group begins: 0 at the first message, 1 at the last"},
	{"expType", "expType", TypeString, false, "", "", "", "TAG or SQL92"},
	{"exp", "exp", TypeString, false, "", "", "", "filter expression"},
	{"order", "order", TypeBoolean, false, "", "", "", "messages in order"},
	{"attemptId", "attemptId", TypeString, false, "5.1.1", "", "", "id of the attempt, for ordered pop"},
	{"lo", "lo", TypeBoolean, false, "5.1.0", "", "", "static topic: false addresses the physical queue"},
	{"ns", "ns", TypeString, false, "5.1.0", "", "", "namespace"},
	{"nsd", "nsd", TypeBoolean, false, "5.1.0", "", "", "true: names already carry the namespace"},
	{"bname", "bname", TypeString, false, "5.1.0", "", "", "name of the broker that is meant"},
	{"oway", "oway", TypeBoolean, false, "5.1.0", "", "", "one-way marker of the internal RPC client"},
}}

var popMessageResponseHeader = Schema{"PopMessageResponseHeader", "5.0.0-ALPHA", "", false, []FieldSpec{
	{"popTime", "popTime", TypeLong, true, "", "", "ms since 1970", "when the messages were popped"},
	{"invisibleTime", "invisibleTime", TypeLong, true, "", "", "ms", "how long popped messages stay hidden"},
	{"reviveQid", "reviveQid", TypeInt, true, "", "", "", "queue of the revive topic, 999 for ordered pop"},
	{"restNum", "restNum", TypeLong, true, "", "", "", "messages left"},
	{"startOffsetInfo", "startOffsetInfo", TypeString, false, "", "", "", "first offset by queue: type queue offset; …"},
	{"msgOffsetInfo", "msgOffsetInfo", TypeString, false, "", "", "", "offsets of the messages by queue: type queue offset,offset; …"},
	{"orderCountInfo", "orderCountInfo", TypeString, false, "", "", "", "retry counts of ordered messages"},
}}
