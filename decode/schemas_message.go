package decode

// Header classes of what producers and consumers say to brokers, and brokers to them (remoting.protocol.header).
// Name, long name, type, required, since, last, unit, meaning.

var checkTransactionStateRequestHeader = Schema{"CheckTransactionStateRequestHeader", "4.0.0-incubating", "", false, []FieldSpec{
	{"topic", "topic", TypeString, false, "5.3.0", "", "", "topic"},
	{"tranStateTableOffset", "tranStateTableOffset", TypeLong, true, "", "", "", "queue offset of the half message"},
	{"commitLogOffset", "commitLogOffset", TypeLong, true, "", "", "bytes", "physical offset of the half message"},
	{"msgId", "msgId", TypeString, false, "", "", "", "message id"},
	{"transactionId", "transactionId", TypeString, false, "", "", "", "id of the transaction, the UNIQ_KEY"},
	{"offsetMsgId", "offsetMsgId", TypeString, false, "4.3.0", "", "", "offset message id: address and physical offset"},
	{"ns", "ns", TypeString, false, "5.1.0", "", "", "namespace"},
	{"nsd", "nsd", TypeBoolean, false, "5.1.0", "", "", "true: names already carry the namespace"},
	{"bname", "bname", TypeString, false, "4.9.5", "", "", "name of the broker that is meant"},
	{"oway", "oway", TypeBoolean, false, "5.1.0", "", "", "one-way marker of the internal RPC client"},
}}

var consumerSendMsgBackRequestHeader = Schema{"ConsumerSendMsgBackRequestHeader", "4.0.0-incubating", "", false, []FieldSpec{
	{"offset", "offset", TypeLong, true, "", "", "bytes", "physical offset of the message in the commit log"},
	{"group", "group", TypeString, true, "", "", "", "consumer group"},
	{"delayLevel", "delayLevel", TypeInt, true, "", "", "", "delay level: 0 as the broker likes, -1 to the dead letter queue"},
	{"originMsgId", "originMsgId", TypeString, false, "", "", "", "id of the message sent back"},
	{"originTopic", "originTopic", TypeString, false, "", "", "", "topic of the message sent back"},
	{"unitMode", "unitMode", TypeBoolean, true, "", "", "", "unit mode"},
	{"maxReconsumeTimes", "maxReconsumeTimes", TypeInt, false, "", "", "", "retries before the dead letter queue"},
	{"ns", "ns", TypeString, false, "5.1.0", "", "", "namespace"},
	{"nsd", "nsd", TypeBoolean, false, "5.1.0", "", "", "true: names already carry the namespace"},
	{"bname", "bname", TypeString, false, "4.9.5", "", "", "name of the broker that is meant"},
	{"oway", "oway", TypeBoolean, false, "5.1.0", "", "", "one-way marker of the internal RPC client"},
}}

var endTransactionRequestHeader = Schema{"EndTransactionRequestHeader", "4.0.0-incubating", "", false, []FieldSpec{
	{"topic", "topic", TypeString, false, "5.3.0", "", "", "topic"},
	{"producerGroup", "producerGroup", TypeString, true, "", "", "", "group of the producer"},
	{"tranStateTableOffset", "tranStateTableOffset", TypeLong, true, "", "", "", "queue offset of the half message"},
	{"commitLogOffset", "commitLogOffset", TypeLong, true, "", "", "bytes", "physical offset of the half message"},
	{"commitOrRollback", "commitOrRollback", TypeInt, true, "", "", "", "0 unknown, 8 commit, 12 rollback"},
	{"fromTransactionCheck", "fromTransactionCheck", TypeBoolean, false, "", "", "", "answer to a check of the broker"},
	{"msgId", "msgId", TypeString, true, "", "", "", "UNIQ_KEY of the half message"},
	{"transactionId", "transactionId", TypeString, false, "", "", "", "id of the transaction, the UNIQ_KEY"},
	{"ns", "ns", TypeString, false, "5.1.0", "", "", "namespace"},
	{"nsd", "nsd", TypeBoolean, false, "5.1.0", "", "", "true: names already carry the namespace"},
	{"bname", "bname", TypeString, false, "4.9.5", "", "", "name of the broker that is meant"},
	{"oway", "oway", TypeBoolean, false, "5.1.0", "", "", "one-way marker of the internal RPC client"},
}}

var getConsumerListByGroupRequestHeader = Schema{"GetConsumerListByGroupRequestHeader", "4.0.0-incubating", "", false, []FieldSpec{
	{"consumerGroup", "consumerGroup", TypeString, true, "", "", "", "group of the consumer"},
	{"ns", "ns", TypeString, false, "5.2.0", "", "", "namespace"},
	{"nsd", "nsd", TypeBoolean, false, "5.2.0", "", "", "true: names already carry the namespace"},
	{"bname", "bname", TypeString, false, "5.2.0", "", "", "name of the broker that is meant"},
	{"oway", "oway", TypeBoolean, false, "5.2.0", "", "", "one-way marker of the internal RPC client"},
}}

var getConsumerListByGroupResponseHeader = Schema{"GetConsumerListByGroupResponseHeader", "4.0.0-incubating", "", false, nil}

var getConsumerStatusRequestHeader = Schema{"GetConsumerStatusRequestHeader", "4.0.0-incubating", "", false, []FieldSpec{
	{"topic", "topic", TypeString, true, "", "", "", "topic"},
	{"group", "group", TypeString, true, "", "", "", "consumer group"},
	{"clientAddr", "clientAddr", TypeString, false, "", "", "", "only the client at this address"},
	{"lo", "lo", TypeBoolean, false, "5.2.0", "", "", "static topic: false addresses the physical queue"},
	{"ns", "ns", TypeString, false, "5.2.0", "", "", "namespace"},
	{"nsd", "nsd", TypeBoolean, false, "5.2.0", "", "", "true: names already carry the namespace"},
	{"bname", "bname", TypeString, false, "5.2.0", "", "", "name of the broker that is meant"},
	{"oway", "oway", TypeBoolean, false, "5.2.0", "", "", "one-way marker of the internal RPC client"},
}}

var getEarliestMsgStoretimeRequestHeader = Schema{"GetEarliestMsgStoretimeRequestHeader", "4.0.0-incubating", "", false, []FieldSpec{
	{"topic", "topic", TypeString, true, "", "", "", "topic"},
	{"queueId", "queueId", TypeInt, true, "", "", "", "queue of the topic on this broker"},
	{"lo", "lo", TypeBoolean, false, "5.0.0-ALPHA", "", "", "static topic: false addresses the physical queue"},
	{"ns", "ns", TypeString, false, "5.0.0-ALPHA", "", "", "namespace"},
	{"nsd", "nsd", TypeBoolean, false, "5.0.0-ALPHA", "", "", "true: names already carry the namespace"},
	{"bname", "bname", TypeString, false, "4.9.5", "", "", "name of the broker that is meant"},
	{"oway", "oway", TypeBoolean, false, "5.0.0-ALPHA", "", "", "one-way marker of the internal RPC client"},
}}

var getEarliestMsgStoretimeResponseHeader = Schema{"GetEarliestMsgStoretimeResponseHeader", "4.0.0-incubating", "", false, []FieldSpec{
	{"timestamp", "timestamp", TypeLong, true, "", "", "ms since 1970", "store time of the first message"},
}}

var getMaxOffsetRequestHeader = Schema{"GetMaxOffsetRequestHeader", "4.0.0-incubating", "", false, []FieldSpec{
	{"topic", "topic", TypeString, true, "", "", "", "topic"},
	{"queueId", "queueId", TypeInt, true, "", "", "", "queue of the topic on this broker"},
	{"committed", "committed", TypeBoolean, true, "5.0.0-PREVIEW", "", "", "end of what is committed, not of what is written"},
	{"lo", "lo", TypeBoolean, false, "5.0.0-ALPHA", "", "", "static topic: false addresses the physical queue"},
	{"ns", "ns", TypeString, false, "5.0.0-ALPHA", "", "", "namespace"},
	{"nsd", "nsd", TypeBoolean, false, "5.0.0-ALPHA", "", "", "true: names already carry the namespace"},
	{"bname", "bname", TypeString, false, "4.9.5", "", "", "name of the broker that is meant"},
	{"oway", "oway", TypeBoolean, false, "5.0.0-ALPHA", "", "", "one-way marker of the internal RPC client"},
	{"logicalQueue", "logicalQueue", TypeBoolean, false, "5.0.0-PREVIEW", "5.0.0-PREVIEW", "", "the queue id is that of a logical queue"},
}}

var getMaxOffsetResponseHeader = Schema{"GetMaxOffsetResponseHeader", "4.0.0-incubating", "", false, []FieldSpec{
	{"offset", "offset", TypeLong, true, "", "", "", "offset after the last message"},
}}

var getMinOffsetRequestHeader = Schema{"GetMinOffsetRequestHeader", "4.0.0-incubating", "", false, []FieldSpec{
	{"topic", "topic", TypeString, true, "", "", "", "topic"},
	{"queueId", "queueId", TypeInt, true, "", "", "", "queue of the topic on this broker"},
	{"lo", "lo", TypeBoolean, false, "5.0.0-ALPHA", "", "", "static topic: false addresses the physical queue"},
	{"ns", "ns", TypeString, false, "5.0.0-ALPHA", "", "", "namespace"},
	{"nsd", "nsd", TypeBoolean, false, "5.0.0-ALPHA", "", "", "true: names already carry the namespace"},
	{"bname", "bname", TypeString, false, "4.9.5", "", "", "name of the broker that is meant"},
	{"oway", "oway", TypeBoolean, false, "5.0.0-ALPHA", "", "", "one-way marker of the internal RPC client"},
}}

var getMinOffsetResponseHeader = Schema{"GetMinOffsetResponseHeader", "4.0.0-incubating", "", false, []FieldSpec{
	{"offset", "offset", TypeLong, true, "", "", "", "offset of the first message"},
}}

var heartbeatRequestHeader = Schema{"HeartbeatRequestHeader", "5.2.0", "", false, []FieldSpec{
	{"ns", "ns", TypeString, false, "", "", "", "namespace"},
	{"nsd", "nsd", TypeBoolean, false, "", "", "", "true: names already carry the namespace"},
	{"bname", "bname", TypeString, false, "", "", "", "name of the broker that is meant"},
	{"oway", "oway", TypeBoolean, false, "", "", "", "one-way marker of the internal RPC client"},
}}

var lockBatchMqRequestHeader = Schema{"LockBatchMqRequestHeader", "5.2.0", "", false, []FieldSpec{
	{"ns", "ns", TypeString, false, "", "", "", "namespace"},
	{"nsd", "nsd", TypeBoolean, false, "", "", "", "true: names already carry the namespace"},
	{"bname", "bname", TypeString, false, "", "", "", "name of the broker that is meant"},
	{"oway", "oway", TypeBoolean, false, "", "", "", "one-way marker of the internal RPC client"},
}}

var notifyConsumerIdsChangedRequestHeader = Schema{"NotifyConsumerIdsChangedRequestHeader", "4.0.0-incubating", "", false, []FieldSpec{
	{"consumerGroup", "consumerGroup", TypeString, true, "", "", "", "group of the consumer"},
	{"ns", "ns", TypeString, false, "5.2.0", "", "", "namespace"},
	{"nsd", "nsd", TypeBoolean, false, "5.2.0", "", "", "true: names already carry the namespace"},
	{"bname", "bname", TypeString, false, "5.2.0", "", "", "name of the broker that is meant"},
	{"oway", "oway", TypeBoolean, false, "5.2.0", "", "", "one-way marker of the internal RPC client"},
}}

var pullMessageRequestHeader = Schema{"PullMessageRequestHeader", "4.0.0-incubating", "", true, []FieldSpec{
	{"consumerGroup", "consumerGroup", TypeString, true, "", "", "", "group of the consumer"},
	{"topic", "topic", TypeString, true, "", "", "", "topic"},
	{"queueId", "queueId", TypeInt, true, "", "", "", "queue of the topic on this broker"},
	{"queueOffset", "queueOffset", TypeLong, true, "", "", "", "position in the queue"},
	{"maxMsgNums", "maxMsgNums", TypeInt, true, "", "", "", "most messages wanted"},
	{"sysFlag", "sysFlag", TypeInt, true, "", "", "", "bits of PullSysFlag: 0x1 commit offset, 0x2 suspend, 0x4 subscription, 0x8 class filter, 0x10 lite"},
	{"commitOffset", "commitOffset", TypeLong, true, "", "", "", "consumer offset to commit with the pull, valid with sysFlag 0x1"},
	{"suspendTimeoutMillis", "suspendTimeoutMillis", TypeLong, true, "", "", "ms", "how long the broker may hold the pull, valid with sysFlag 0x2"},
	{"subscription", "subscription", TypeString, false, "", "", "", "filter expression, valid with sysFlag 0x4"},
	{"subVersion", "subVersion", TypeLong, true, "", "", "ms since 1970", "when the subscription was made"},
	{"expressionType", "expressionType", TypeString, false, "4.1.0-incubating", "", "", "TAG (default) or SQL92"},
	{"maxMsgBytes", "maxMsgBytes", TypeInt, false, "5.0.0-ALPHA", "", "bytes", "most bytes wanted"},
	{"requestSource", "requestSource", TypeInt, false, "5.1.0", "", "", "who asks: -1 SDK, 0 proxy for ordering, 1 proxy for broadcast, 2 proxy for stream"},
	{"proxyFrowardClientId", "proxyFrowardClientId", TypeString, false, "5.1.0", "", "", "client that a proxy asks for"},
	{"liteTopic", "liteTopic", TypeString, false, "5.5.0", "", "", "lite topic to pull from"},
	{"lo", "lo", TypeBoolean, false, "5.0.0-ALPHA", "", "", "static topic: false addresses the physical queue"},
	{"ns", "ns", TypeString, false, "5.0.0-ALPHA", "", "", "namespace"},
	{"nsd", "nsd", TypeBoolean, false, "5.0.0-ALPHA", "", "", "true: names already carry the namespace"},
	{"bname", "bname", TypeString, false, "4.9.5", "", "", "name of the broker that is meant"},
	{"oway", "oway", TypeBoolean, false, "5.0.0-ALPHA", "", "", "one-way marker of the internal RPC client"},
}}

var pullMessageResponseHeader = Schema{"PullMessageResponseHeader", "4.0.0-incubating", "", true, []FieldSpec{
	{"suggestWhichBrokerId", "suggestWhichBrokerId", TypeLong, true, "", "", "", "broker id to pull from next, 0 is the master"},
	{"nextBeginOffset", "nextBeginOffset", TypeLong, true, "", "", "", "queue offset of the next pull"},
	{"minOffset", "minOffset", TypeLong, true, "", "", "", "first offset of the queue"},
	{"maxOffset", "maxOffset", TypeLong, true, "", "", "", "offset after the last message of the queue"},
	{"offsetDelta", "offsetDelta", TypeLong, false, "5.0.0-ALPHA", "", "", "what to add to the offsets of the records"},
	{"topicSysFlag", "topicSysFlag", TypeInt, false, "5.0.0", "", "", "bits of the topic: 0x1 unit, 0x2 unit subscription"},
	{"groupSysFlag", "groupSysFlag", TypeInt, false, "5.0.0", "", "", "bits of the subscription group"},
	{"forbiddenType", "forbiddenType", TypeInt, false, "5.0.0", "", "", "why consuming is forbidden"},
}}

var queryConsumerOffsetRequestHeader = Schema{"QueryConsumerOffsetRequestHeader", "4.0.0-incubating", "", false, []FieldSpec{
	{"consumerGroup", "consumerGroup", TypeString, true, "", "", "", "group of the consumer"},
	{"topic", "topic", TypeString, true, "", "", "", "topic"},
	{"queueId", "queueId", TypeInt, true, "", "", "", "queue of the topic on this broker"},
	{"setZeroIfNotFound", "setZeroIfNotFound", TypeBoolean, false, "5.0.0-ALPHA", "", "", "answer 0 where no offset is known"},
	{"lo", "lo", TypeBoolean, false, "5.0.0-ALPHA", "", "", "static topic: false addresses the physical queue"},
	{"ns", "ns", TypeString, false, "5.0.0-ALPHA", "", "", "namespace"},
	{"nsd", "nsd", TypeBoolean, false, "5.0.0-ALPHA", "", "", "true: names already carry the namespace"},
	{"bname", "bname", TypeString, false, "4.9.5", "", "", "name of the broker that is meant"},
	{"oway", "oway", TypeBoolean, false, "5.0.0-ALPHA", "", "", "one-way marker of the internal RPC client"},
}}

var queryConsumerOffsetResponseHeader = Schema{"QueryConsumerOffsetResponseHeader", "4.0.0-incubating", "", false, []FieldSpec{
	{"offset", "offset", TypeLong, true, "", "", "", "consumer offset"},
}}

var queryMessageRequestHeader = Schema{"QueryMessageRequestHeader", "4.0.0-incubating", "", false, []FieldSpec{
	{"topic", "topic", TypeString, true, "", "", "", "topic"},
	{"key", "key", TypeString, true, "", "", "", "key to look for"},
	{"maxNum", "maxNum", TypeInt, true, "", "", "", "most messages wanted"},
	{"beginTimestamp", "beginTimestamp", TypeLong, true, "", "", "ms since 1970", "store time from"},
	{"endTimestamp", "endTimestamp", TypeLong, true, "", "", "ms since 1970", "store time to"},
	{"indexType", "indexType", TypeString, false, "5.4.0", "", "", "index to use: K keys, U unique key, T tag"},
	{"lastKey", "lastKey", TypeString, false, "5.4.0", "", "", "where the query before this one ended"},
	{"lo", "lo", TypeBoolean, false, "5.2.0", "", "", "static topic: false addresses the physical queue"},
	{"ns", "ns", TypeString, false, "5.2.0", "", "", "namespace"},
	{"nsd", "nsd", TypeBoolean, false, "5.2.0", "", "", "true: names already carry the namespace"},
	{"bname", "bname", TypeString, false, "5.2.0", "", "", "name of the broker that is meant"},
	{"oway", "oway", TypeBoolean, false, "5.2.0", "", "", "one-way marker of the internal RPC client"},
}}

var queryMessageResponseHeader = Schema{"QueryMessageResponseHeader", "4.0.0-incubating", "", false, []FieldSpec{
	{"indexLastUpdateTimestamp", "indexLastUpdateTimestamp", TypeLong, true, "", "", "ms since 1970", "time of the last index entry"},
	{"indexLastUpdatePhyoffset", "indexLastUpdatePhyoffset", TypeLong, true, "", "", "bytes", "physical offset of the last index entry"},
}}

var recallMessageRequestHeader = Schema{"RecallMessageRequestHeader", "5.3.2", "", false, []FieldSpec{
	{"producerGroup", "producerGroup", TypeString, false, "", "", "", "group of the producer"},
	{"topic", "topic", TypeString, true, "", "", "", "topic"},
	{"recallHandle", "recallHandle", TypeString, true, "", "", "", "handle to recall a delayed message"},
	{"lo", "lo", TypeBoolean, false, "", "", "", "static topic: false addresses the physical queue"},
	{"ns", "ns", TypeString, false, "", "", "", "namespace"},
	{"nsd", "nsd", TypeBoolean, false, "", "", "", "true: names already carry the namespace"},
	{"bname", "bname", TypeString, false, "", "", "", "name of the broker that is meant"},
	{"oway", "oway", TypeBoolean, false, "", "", "", "one-way marker of the internal RPC client"},
}}

var recallMessageResponseHeader = Schema{"RecallMessageResponseHeader", "5.3.2", "", false, []FieldSpec{
	{"msgId", "msgId", TypeString, true, "", "", "", "message id"},
}}

var replyMessageRequestHeader = Schema{"ReplyMessageRequestHeader", "4.6.0", "", false, []FieldSpec{
	{"producerGroup", "producerGroup", TypeString, true, "", "", "", "group of the producer"},
	{"topic", "topic", TypeString, true, "", "", "", "topic"},
	{"defaultTopic", "defaultTopic", TypeString, true, "", "", "", "topic whose settings a new topic takes"},
	{"defaultTopicQueueNums", "defaultTopicQueueNums", TypeInt, true, "", "", "", "queues of a topic that this send creates"},
	{"queueId", "queueId", TypeInt, true, "", "", "", "queue of the topic on this broker"},
	{"sysFlag", "sysFlag", TypeInt, true, "", "", "", "bits of MessageSysFlag: compression, transaction, hosts, batch"},
	{"bornTimestamp", "bornTimestamp", TypeLong, true, "", "", "ms since 1970", "when the producer made the message"},
	{"flag", "flag", TypeInt, true, "", "", "", "the application's own flag"},
	{"properties", "properties", TypeString, false, "", "", "", "properties of the message, key 0x01 value 0x02"},
	{"reconsumeTimes", "reconsumeTimes", TypeInt, false, "", "", "", "how often the message was retried"},
	{"unitMode", "unitMode", TypeBoolean, true, "", "", "", "unit mode"},
	{"bornHost", "bornHost", TypeString, true, "", "", "", "address of the producer"},
	{"storeHost", "storeHost", TypeString, true, "", "", "", "address of the broker that stored it"},
	{"storeTimestamp", "storeTimestamp", TypeLong, true, "", "", "ms since 1970", "when the broker stored the message"},
	{"lo", "lo", TypeBoolean, false, "5.2.0", "", "", "static topic: false addresses the physical queue"},
	{"ns", "ns", TypeString, false, "5.2.0", "", "", "namespace"},
	{"nsd", "nsd", TypeBoolean, false, "5.2.0", "", "", "true: names already carry the namespace"},
	{"bname", "bname", TypeString, false, "5.2.0", "", "", "name of the broker that is meant"},
	{"oway", "oway", TypeBoolean, false, "5.2.0", "", "", "one-way marker of the internal RPC client"},
}}

var resetOffsetRequestHeader = Schema{"ResetOffsetRequestHeader", "4.0.0-incubating", "", false, []FieldSpec{
	{"group", "group", TypeString, true, "", "", "", "consumer group"},
	{"topic", "topic", TypeString, true, "", "", "", "topic"},
	{"queueId", "queueId", TypeInt, true, "5.1.0", "", "", "queue of the topic on this broker"},
	{"offset", "offset", TypeLong, false, "5.1.0", "", "", "offset to set, -1: by timestamp"},
	{"timestamp", "timestamp", TypeLong, true, "", "", "ms since 1970", "store time to go back to, -1 to the end"},
	{"isForce", "isForce", TypeBoolean, true, "", "", "", "also forward"},
	{"lo", "lo", TypeBoolean, false, "5.2.0", "", "", "static topic: false addresses the physical queue"},
	{"ns", "ns", TypeString, false, "5.2.0", "", "", "namespace"},
	{"nsd", "nsd", TypeBoolean, false, "5.2.0", "", "", "true: names already carry the namespace"},
	{"bname", "bname", TypeString, false, "5.2.0", "", "", "name of the broker that is meant"},
	{"oway", "oway", TypeBoolean, false, "5.2.0", "", "", "one-way marker of the internal RPC client"},
}}

var searchOffsetRequestHeader = Schema{"SearchOffsetRequestHeader", "4.0.0-incubating", "", false, []FieldSpec{
	{"topic", "topic", TypeString, true, "", "", "", "topic"},
	{"queueId", "queueId", TypeInt, true, "", "", "", "queue of the topic on this broker"},
	{"timestamp", "timestamp", TypeLong, true, "", "", "ms since 1970", "store time to look for"},
	{"boundaryType", "boundaryType", TypeObject, false, "5.1.4", "", "", "LOWER or UPPER of equal store times"},
	{"liteTopic", "liteTopic", TypeString, false, "5.5.0", "", "", "lite topic"},
	{"lo", "lo", TypeBoolean, false, "5.0.0-ALPHA", "", "", "static topic: false addresses the physical queue"},
	{"ns", "ns", TypeString, false, "5.0.0-ALPHA", "", "", "namespace"},
	{"nsd", "nsd", TypeBoolean, false, "5.0.0-ALPHA", "", "", "true: names already carry the namespace"},
	{"bname", "bname", TypeString, false, "4.9.5", "", "", "name of the broker that is meant"},
	{"oway", "oway", TypeBoolean, false, "5.0.0-ALPHA", "", "", "one-way marker of the internal RPC client"},
}}

var searchOffsetResponseHeader = Schema{"SearchOffsetResponseHeader", "4.0.0-incubating", "", false, []FieldSpec{
	{"offset", "offset", TypeLong, true, "", "", "", "first offset at that time"},
}}

var sendMessageRequestHeader = Schema{"SendMessageRequestHeader", "4.0.0-incubating", "", false, []FieldSpec{
	{"producerGroup", "producerGroup", TypeString, true, "", "", "", "group of the producer"},
	{"topic", "topic", TypeString, true, "", "", "", "topic"},
	{"defaultTopic", "defaultTopic", TypeString, true, "", "", "", "topic whose settings a new topic takes"},
	{"defaultTopicQueueNums", "defaultTopicQueueNums", TypeInt, true, "", "", "", "queues of a topic that this send creates"},
	{"queueId", "queueId", TypeInt, true, "", "", "", "queue of the topic, below 0 the broker picks"},
	{"sysFlag", "sysFlag", TypeInt, true, "", "", "", "bits of MessageSysFlag: compression, transaction, hosts, batch"},
	{"bornTimestamp", "bornTimestamp", TypeLong, true, "", "", "ms since 1970", "when the producer made the message"},
	{"flag", "flag", TypeInt, true, "", "", "", "the application's own flag"},
	{"properties", "properties", TypeString, false, "", "", "", "properties of the message, key 0x01 value 0x02"},
	{"reconsumeTimes", "reconsumeTimes", TypeInt, false, "", "", "", "how often the message was retried"},
	{"unitMode", "unitMode", TypeBoolean, false, "", "", "", "unit mode"},
	{"batch", "batch", TypeBoolean, false, "4.1.0-incubating", "", "", "the body is a batch of messages"},
	{"maxReconsumeTimes", "maxReconsumeTimes", TypeInt, false, "", "", "", "retries before the dead letter queue"},
	{"lo", "lo", TypeBoolean, false, "5.0.0-ALPHA", "", "", "static topic: false addresses the physical queue"},
	{"ns", "ns", TypeString, false, "5.0.0-ALPHA", "", "", "namespace"},
	{"nsd", "nsd", TypeBoolean, false, "5.0.0-ALPHA", "", "", "true: names already carry the namespace"},
	{"bname", "bname", TypeString, false, "4.9.5", "", "", "name of the broker that is meant"},
	{"oway", "oway", TypeBoolean, false, "5.0.0-ALPHA", "", "", "one-way marker of the internal RPC client"},
}}

var sendMessageRequestHeaderV2 = Schema{"SendMessageRequestHeaderV2", "4.0.0-incubating", "", true, []FieldSpec{
	{"a", "producerGroup", TypeString, true, "", "", "", "group of the producer"},
	{"b", "topic", TypeString, true, "", "", "", "topic"},
	{"c", "defaultTopic", TypeString, true, "", "", "", "topic whose settings a new topic takes"},
	{"d", "defaultTopicQueueNums", TypeInt, true, "", "", "", "queues of a topic that this send creates"},
	{"e", "queueId", TypeInt, true, "", "", "", "queue of the topic, below 0 the broker picks"},
	{"f", "sysFlag", TypeInt, true, "", "", "", "bits of MessageSysFlag: compression, transaction, hosts, batch"},
	{"g", "bornTimestamp", TypeLong, true, "", "", "ms since 1970", "when the producer made the message"},
	{"h", "flag", TypeInt, true, "", "", "", "the application's own flag"},
	{"i", "properties", TypeString, false, "", "", "", "properties of the message, key 0x01 value 0x02"},
	{"j", "reconsumeTimes", TypeInt, false, "", "", "", "how often the message was retried"},
	{"k", "unitMode", TypeBoolean, false, "", "", "", "unit mode"},
	{"l", "maxReconsumeTimes", TypeInt, false, "", "", "", "retries before the dead letter queue"},
	{"m", "batch", TypeBoolean, false, "4.1.0-incubating", "", "", "the body is a batch of messages"},
	{"n", "brokerName", TypeString, false, "4.9.5", "", "", "name of the broker"},
	{"lo", "lo", TypeBoolean, false, "5.2.0", "", "", "static topic: false addresses the physical queue"},
	{"ns", "ns", TypeString, false, "5.2.0", "", "", "namespace"},
	{"nsd", "nsd", TypeBoolean, false, "5.2.0", "", "", "true: names already carry the namespace"},
	{"bname", "bname", TypeString, false, "4.9.5", "", "", "name of the broker that is meant"},
	{"oway", "oway", TypeBoolean, false, "5.2.0", "", "", "one-way marker of the internal RPC client"},
}}

var sendMessageResponseHeader = Schema{"SendMessageResponseHeader", "4.0.0-incubating", "", true, []FieldSpec{
	{"msgId", "msgId", TypeString, true, "", "", "", "offset message id: address and physical offset"},
	{"queueId", "queueId", TypeInt, true, "", "", "", "queue of the topic on this broker"},
	{"queueOffset", "queueOffset", TypeLong, true, "", "", "", "position in the queue"},
	{"transactionId", "transactionId", TypeString, false, "", "", "", "id of the transaction, the UNIQ_KEY"},
	{"batchUniqId", "batchUniqId", TypeString, false, "5.0.0-ALPHA", "", "", "unique ids of the batch"},
	{"recallHandle", "recallHandle", TypeString, false, "5.3.2", "", "", "handle to recall a delayed message"},
}}

var unlockBatchMqRequestHeader = Schema{"UnlockBatchMqRequestHeader", "5.2.0", "", false, []FieldSpec{
	{"ns", "ns", TypeString, false, "", "", "", "namespace"},
	{"nsd", "nsd", TypeBoolean, false, "", "", "", "true: names already carry the namespace"},
	{"bname", "bname", TypeString, false, "", "", "", "name of the broker that is meant"},
	{"oway", "oway", TypeBoolean, false, "", "", "", "one-way marker of the internal RPC client"},
}}

var unregisterClientRequestHeader = Schema{"UnregisterClientRequestHeader", "4.0.0-incubating", "", false, []FieldSpec{
	{"clientID", "clientID", TypeString, true, "", "", "", "client instance"},
	{"producerGroup", "producerGroup", TypeString, false, "", "", "", "group of the producer"},
	{"consumerGroup", "consumerGroup", TypeString, false, "", "", "", "group of the consumer"},
	{"ns", "ns", TypeString, false, "5.2.0", "", "", "namespace"},
	{"nsd", "nsd", TypeBoolean, false, "5.2.0", "", "", "true: names already carry the namespace"},
	{"bname", "bname", TypeString, false, "5.2.0", "", "", "name of the broker that is meant"},
	{"oway", "oway", TypeBoolean, false, "5.2.0", "", "", "one-way marker of the internal RPC client"},
}}

var unregisterClientResponseHeader = Schema{"UnregisterClientResponseHeader", "4.0.0-incubating", "", false, nil}

var updateConsumerOffsetRequestHeader = Schema{"UpdateConsumerOffsetRequestHeader", "4.0.0-incubating", "", false, []FieldSpec{
	{"consumerGroup", "consumerGroup", TypeString, true, "", "", "", "group of the consumer"},
	{"topic", "topic", TypeString, true, "", "", "", "topic"},
	{"queueId", "queueId", TypeInt, true, "", "", "", "queue of the topic on this broker"},
	{"commitOffset", "commitOffset", TypeLong, true, "", "", "", "consumer offset to store"},
	{"lo", "lo", TypeBoolean, false, "5.0.0-ALPHA", "", "", "static topic: false addresses the physical queue"},
	{"ns", "ns", TypeString, false, "5.0.0-ALPHA", "", "", "namespace"},
	{"nsd", "nsd", TypeBoolean, false, "5.0.0-ALPHA", "", "", "true: names already carry the namespace"},
	{"bname", "bname", TypeString, false, "4.9.5", "", "", "name of the broker that is meant"},
	{"oway", "oway", TypeBoolean, false, "5.0.0-ALPHA", "", "", "one-way marker of the internal RPC client"},
}}

var updateConsumerOffsetResponseHeader = Schema{"UpdateConsumerOffsetResponseHeader", "4.0.0-incubating", "", false, nil}

var viewMessageRequestHeader = Schema{"ViewMessageRequestHeader", "4.0.0-incubating", "", false, []FieldSpec{
	{"topic", "topic", TypeString, false, "5.3.0", "", "", "topic"},
	{"offset", "offset", TypeLong, true, "", "", "bytes", "physical offset of the message in the commit log"},
}}

var viewMessageResponseHeader = Schema{"ViewMessageResponseHeader", "4.0.0-incubating", "", false, nil}
