package decode

// Header classes of lite topics, which 5.5.0 brought (remoting.protocol.header).
// Name, long name, type, required, since, last, unit, meaning.

var getLiteClientInfoRequestHeader = Schema{"GetLiteClientInfoRequestHeader", "5.5.0", "", false, []FieldSpec{
	{"parentTopic", "parentTopic", TypeString, false, "", "", "", "parent topic of the lite topics"},
	{"group", "group", TypeString, false, "", "", "", "consumer group"},
	{"clientId", "clientId", TypeString, false, "", "", "", "client instance"},
	{"maxCount", "maxCount", TypeInt, true, "", "", "", "most lite topics wanted"},
}}

var getLiteGroupInfoRequestHeader = Schema{"GetLiteGroupInfoRequestHeader", "5.5.0", "", false, []FieldSpec{
	{"group", "group", TypeString, true, "", "", "", "consumer group"},
	{"liteTopic", "liteTopic", TypeString, false, "", "", "", "lite topic, none: all"},
	{"topK", "topK", TypeInt, true, "", "", "", "how many of those that lag most"},
}}

var getLiteTopicInfoRequestHeader = Schema{"GetLiteTopicInfoRequestHeader", "5.5.0", "", false, []FieldSpec{
	{"parentTopic", "parentTopic", TypeString, false, "", "", "", "parent topic of the lite topic"},
	{"liteTopic", "liteTopic", TypeString, false, "", "", "", "lite topic"},
}}

var getParentTopicInfoRequestHeader = Schema{"GetParentTopicInfoRequestHeader", "5.5.0", "", false, []FieldSpec{
	{"topic", "topic", TypeString, true, "", "", "", "parent topic"},
}}

var liteSubscriptionCtlRequestHeader = Schema{"LiteSubscriptionCtlRequestHeader", "5.5.0", "", false, []FieldSpec{
	{"ns", "ns", TypeString, false, "", "", "", "namespace"},
	{"nsd", "nsd", TypeBoolean, false, "", "", "", "true: names already carry the namespace"},
	{"bname", "bname", TypeString, false, "", "", "", "name of the broker that is meant"},
	{"oway", "oway", TypeBoolean, false, "", "", "", "one-way marker of the internal RPC client"},
}}

var notifyUnsubscribeLiteRequestHeader = Schema{"NotifyUnsubscribeLiteRequestHeader", "5.5.0", "", false, []FieldSpec{
	{"liteTopic", "liteTopic", TypeString, true, "", "", "", "lite topic that is no longer subscribed to"},
	{"consumerGroup", "consumerGroup", TypeString, true, "", "", "", "group of the consumer"},
	{"clientId", "clientId", TypeString, true, "", "", "", "client instance"},
	{"ns", "ns", TypeString, false, "", "", "", "namespace"},
	{"nsd", "nsd", TypeBoolean, false, "", "", "", "true: names already carry the namespace"},
	{"bname", "bname", TypeString, false, "", "", "", "name of the broker that is meant"},
	{"oway", "oway", TypeBoolean, false, "", "", "", "one-way marker of the internal RPC client"},
}}

var popLiteMessageRequestHeader = Schema{"PopLiteMessageRequestHeader", "5.5.0", "", false, []FieldSpec{
	{"clientId", "clientId", TypeString, true, "", "", "", "client instance"},
	{"consumerGroup", "consumerGroup", TypeString, true, "", "", "", "group of the consumer"},
	{"topic", "topic", TypeString, true, "", "", "", "parent topic of the lite topics"},
	{"maxMsgNum", "maxMsgNum", TypeInt, true, "", "", "", "most messages wanted"},
	{"invisibleTime", "invisibleTime", TypeLong, true, "", "", "ms", "how long popped messages stay hidden"},
	{"pollTime", "pollTime", TypeLong, true, "", "", "ms", "how long the broker may hold the answer"},
	{"bornTime", "bornTime", TypeLong, true, "", "", "ms since 1970", "when the request was made"},
	{"attemptId", "attemptId", TypeString, false, "", "", "", "id of this attempt, equal in retries"},
	{"ns", "ns", TypeString, false, "", "", "", "namespace"},
	{"nsd", "nsd", TypeBoolean, false, "", "", "", "true: names already carry the namespace"},
	{"bname", "bname", TypeString, false, "", "", "", "name of the broker that is meant"},
	{"oway", "oway", TypeBoolean, false, "", "", "", "one-way marker of the internal RPC client"},
}}

var popLiteMessageResponseHeader = Schema{"PopLiteMessageResponseHeader", "5.5.0", "", false, []FieldSpec{
	{"popTime", "popTime", TypeLong, true, "", "", "ms since 1970", "when the messages were popped"},
	{"invisibleTime", "invisibleTime", TypeLong, true, "", "", "ms", "how long they stay hidden"},
	{"reviveQid", "reviveQid", TypeInt, true, "", "", "", "queue of the revive topic, 999 for ordered pop"},
	{"startOffsetInfo", "startOffsetInfo", TypeString, false, "", "", "", "type queue startOffset with semicolons between them"},
	{"msgOffsetInfo", "msgOffsetInfo", TypeString, false, "", "", "", "type queue offsets with semicolons between them"},
	{"orderCountInfo", "orderCountInfo", TypeString, false, "", "", "", "how often each message was popped in order"},
}}

var triggerLiteDispatchRequestHeader = Schema{"TriggerLiteDispatchRequestHeader", "5.5.0", "", false, []FieldSpec{
	{"group", "group", TypeString, true, "", "", "", "consumer group"},
	{"clientId", "clientId", TypeString, false, "", "", "", "client instance, none: all of the group"},
}}
