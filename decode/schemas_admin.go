package decode

// Header classes of what administration tools and slaves ask of brokers (remoting.protocol.header).
// Name, long name, type, required, since, last, unit, meaning.

var addBrokerRequestHeader = Schema{"AddBrokerRequestHeader", "5.0.0", "", false, []FieldSpec{
	{"configPath", "configPath", TypeString, false, "", "", "", ""},
}}

var checkRocksdbCqWriteProgressRequestHeader = Schema{"CheckRocksdbCqWriteProgressRequestHeader", "5.3.1", "", false, []FieldSpec{
	{"topic", "topic", TypeString, true, "", "", "", "topic"},
	{"checkStoreTime", "checkStoreTime", TypeLong, true, "5.3.2", "", "ms since 1970", ""},
}}

var cloneGroupOffsetRequestHeader = Schema{"CloneGroupOffsetRequestHeader", "4.0.0-incubating", "", false, []FieldSpec{
	{"srcGroup", "srcGroup", TypeString, true, "", "", "", ""},
	{"destGroup", "destGroup", TypeString, true, "", "", "", ""},
	{"topic", "topic", TypeString, false, "", "", "", "topic"},
	{"offline", "offline", TypeBoolean, true, "", "", "", ""},
	{"ns", "ns", TypeString, false, "5.2.0", "", "", "namespace"},
	{"nsd", "nsd", TypeBoolean, false, "5.2.0", "", "", "true: names already carry the namespace"},
	{"bname", "bname", TypeString, false, "5.2.0", "", "", "name of the broker that is meant"},
	{"oway", "oway", TypeBoolean, false, "5.2.0", "", "", "one-way marker of the internal RPC client"},
}}

var consumeMessageDirectlyResultRequestHeader = Schema{"ConsumeMessageDirectlyResultRequestHeader", "4.0.0-incubating", "", false, []FieldSpec{
	{"consumerGroup", "consumerGroup", TypeString, true, "", "", "", "group of the consumer"},
	{"clientId", "clientId", TypeString, false, "", "", "", "client instance"},
	{"msgId", "msgId", TypeString, false, "", "", "", "message id"},
	{"brokerName", "brokerName", TypeString, false, "", "", "", "name of the broker"},
	{"topic", "topic", TypeString, false, "5.0.0", "", "", "topic"},
	{"topicSysFlag", "topicSysFlag", TypeInt, false, "5.0.0", "", "", "bits of the topic: 0x1 unit, 0x2 unit subscription"},
	{"groupSysFlag", "groupSysFlag", TypeInt, false, "5.0.0", "", "", "bits of the subscription group"},
	{"lo", "lo", TypeBoolean, false, "5.2.0", "", "", "static topic: false addresses the physical queue"},
	{"ns", "ns", TypeString, false, "5.2.0", "", "", "namespace"},
	{"nsd", "nsd", TypeBoolean, false, "5.2.0", "", "", "true: names already carry the namespace"},
	{"bname", "bname", TypeString, false, "5.2.0", "", "", "name of the broker that is meant"},
	{"oway", "oway", TypeBoolean, false, "5.2.0", "", "", "one-way marker of the internal RPC client"},
}}

var createAccessConfigRequestHeader = Schema{"CreateAccessConfigRequestHeader", "4.5.2", "5.3.2", false, []FieldSpec{
	{"accessKey", "accessKey", TypeString, false, "4.5.2", "5.3.2", "", "user of ACL 1.0"},
	{"secretKey", "secretKey", TypeString, false, "4.5.2", "5.3.2", "", "secret of the user, in clear"},
	{"whiteRemoteAddress", "whiteRemoteAddress", TypeString, false, "4.5.2", "5.3.2", "", ""},
	{"admin", "admin", TypeBoolean, false, "4.5.2", "5.3.2", "", ""},
	{"defaultTopicPerm", "defaultTopicPerm", TypeString, false, "4.5.2", "5.3.2", "", ""},
	{"defaultGroupPerm", "defaultGroupPerm", TypeString, false, "4.5.2", "5.3.2", "", ""},
	{"topicPerms", "topicPerms", TypeString, false, "4.5.2", "5.3.2", "", ""},
	{"groupPerms", "groupPerms", TypeString, false, "4.5.2", "5.3.2", "", ""},
}}

var createAclRequestHeader = Schema{"CreateAclRequestHeader", "5.3.0", "", false, []FieldSpec{
	{"subject", "subject", TypeString, false, "", "", "", "user or role of an ACL"},
}}

var createTopicListRequestHeader = Schema{"CreateTopicListRequestHeader", "5.3.0", "", false, []FieldSpec{
	{"ns", "ns", TypeString, false, "", "", "", "namespace"},
	{"nsd", "nsd", TypeBoolean, false, "", "", "", "true: names already carry the namespace"},
	{"bname", "bname", TypeString, false, "", "", "", "name of the broker that is meant"},
	{"oway", "oway", TypeBoolean, false, "", "", "", "one-way marker of the internal RPC client"},
}}

var createTopicRequestHeader = Schema{"CreateTopicRequestHeader", "4.0.0-incubating", "", false, []FieldSpec{
	{"topic", "topic", TypeString, true, "", "", "", "topic"},
	{"defaultTopic", "defaultTopic", TypeString, true, "", "", "", "topic whose settings a new topic takes"},
	{"readQueueNums", "readQueueNums", TypeInt, true, "", "", "", "queues to read"},
	{"writeQueueNums", "writeQueueNums", TypeInt, true, "", "", "", "queues to write"},
	{"perm", "perm", TypeInt, true, "", "", "", "4 read, 2 write, 1 inherit"},
	{"topicFilterType", "topicFilterType", TypeString, true, "", "", "", "SINGLE_TAG or MULTI_TAG"},
	{"topicSysFlag", "topicSysFlag", TypeInt, false, "", "", "", "bits of the topic: 0x1 unit, 0x2 unit subscription"},
	{"order", "order", TypeBoolean, true, "", "", "", "messages in order"},
	{"attributes", "attributes", TypeString, false, "5.0.0-ALPHA", "", "", "+key=value,-key"},
	{"force", "force", TypeBoolean, false, "5.0.0-ALPHA", "", "", ""},
	{"lo", "lo", TypeBoolean, false, "5.2.0", "", "", "static topic: false addresses the physical queue"},
	{"ns", "ns", TypeString, false, "5.2.0", "", "", "namespace"},
	{"nsd", "nsd", TypeBoolean, false, "5.2.0", "", "", "true: names already carry the namespace"},
	{"bname", "bname", TypeString, false, "5.2.0", "", "", "name of the broker that is meant"},
	{"oway", "oway", TypeBoolean, false, "5.2.0", "", "", "one-way marker of the internal RPC client"},
}}

var createUserRequestHeader = Schema{"CreateUserRequestHeader", "5.3.0", "", false, []FieldSpec{
	{"username", "username", TypeString, false, "", "", "", "user"},
}}

var deleteAccessConfigRequestHeader = Schema{"DeleteAccessConfigRequestHeader", "4.5.2", "5.3.2", false, []FieldSpec{
	{"accessKey", "accessKey", TypeString, false, "4.5.2", "5.3.2", "", "user of ACL 1.0"},
}}

var deleteAclRequestHeader = Schema{"DeleteAclRequestHeader", "5.3.0", "", false, []FieldSpec{
	{"subject", "subject", TypeString, false, "", "", "", "user or role of an ACL"},
	{"policyType", "policyType", TypeString, false, "", "", "", ""},
	{"resource", "resource", TypeString, false, "", "", "", ""},
}}

var deleteSubscriptionGroupRequestHeader = Schema{"DeleteSubscriptionGroupRequestHeader", "4.0.0-incubating", "", false, []FieldSpec{
	{"groupName", "groupName", TypeString, true, "", "", "", "consumer group"},
	{"cleanOffset", "cleanOffset", TypeBoolean, true, "5.0.0", "", "", ""},
	{"ns", "ns", TypeString, false, "5.2.0", "", "", "namespace"},
	{"nsd", "nsd", TypeBoolean, false, "5.2.0", "", "", "true: names already carry the namespace"},
	{"bname", "bname", TypeString, false, "5.2.0", "", "", "name of the broker that is meant"},
	{"oway", "oway", TypeBoolean, false, "5.2.0", "", "", "one-way marker of the internal RPC client"},
	{"removeOffset", "removeOffset", TypeBoolean, false, "4.9.0", "5.0.0-PREVIEW", "", ""},
}}

var deleteTopicLogicalQueueRequestHeader = Schema{"DeleteTopicLogicalQueueRequestHeader", "5.0.0-PREVIEW", "5.0.0-PREVIEW", false, []FieldSpec{
	{"topic", "topic", TypeString, false, "5.0.0-PREVIEW", "5.0.0-PREVIEW", "", "topic"},
}}

var deleteTopicRequestHeader = Schema{"DeleteTopicRequestHeader", "4.0.0-incubating", "", false, []FieldSpec{
	{"topic", "topic", TypeString, true, "", "", "", "topic"},
	{"lo", "lo", TypeBoolean, false, "5.2.0", "", "", "static topic: false addresses the physical queue"},
	{"ns", "ns", TypeString, false, "5.2.0", "", "", "namespace"},
	{"nsd", "nsd", TypeBoolean, false, "5.2.0", "", "", "true: names already carry the namespace"},
	{"bname", "bname", TypeString, false, "5.2.0", "", "", "name of the broker that is meant"},
	{"oway", "oway", TypeBoolean, false, "5.2.0", "", "", "one-way marker of the internal RPC client"},
}}

var deleteUserRequestHeader = Schema{"DeleteUserRequestHeader", "5.3.0", "", false, []FieldSpec{
	{"username", "username", TypeString, false, "", "", "", "user"},
}}

var exchangeHAInfoRequestHeader = Schema{"ExchangeHAInfoRequestHeader", "5.0.0", "", false, []FieldSpec{
	{"masterHaAddress", "masterHaAddress", TypeString, false, "", "", "", ""},
	{"masterFlushOffset", "masterFlushOffset", TypeLong, false, "", "", "bytes", "physical offset flushed by the master"},
	{"masterAddress", "masterAddress", TypeString, false, "", "", "", ""},
}}

var exchangeHAInfoResponseHeader = Schema{"ExchangeHAInfoResponseHeader", "5.0.0", "", false, []FieldSpec{
	{"masterHaAddress", "masterHaAddress", TypeString, false, "", "", "", ""},
	{"masterFlushOffset", "masterFlushOffset", TypeLong, false, "", "", "bytes", "physical offset flushed by the master"},
	{"masterAddress", "masterAddress", TypeString, false, "", "", "", ""},
}}

var exportRocksDBConfigToJsonRequestHeader = Schema{"ExportRocksDBConfigToJsonRequestHeader", "5.3.2", "", false, []FieldSpec{
	{"configType", "configType", TypeString, true, "", "", "", ""},
}}

var getAclRequestHeader = Schema{"GetAclRequestHeader", "5.3.0", "", false, []FieldSpec{
	{"subject", "subject", TypeString, false, "", "", "", "user or role of an ACL"},
}}

var getAllProducerInfoRequestHeader = Schema{"GetAllProducerInfoRequestHeader", "4.9.4", "", false, nil}

var getAllSubscriptionGroupRequestHeader = Schema{"GetAllSubscriptionGroupRequestHeader", "5.3.4-SNAPSHOT", "", false, []FieldSpec{
	{"groupSeq", "groupSeq", TypeInt, true, "", "", "", ""},
	{"dataVersion", "dataVersion", TypeString, false, "", "", "", ""},
	{"maxGroupNum", "maxGroupNum", TypeInt, false, "", "", "", ""},
}}

var getAllSubscriptionGroupResponseHeader = Schema{"GetAllSubscriptionGroupResponseHeader", "5.3.4-SNAPSHOT", "", false, []FieldSpec{
	{"totalGroupNum", "totalGroupNum", TypeInt, true, "", "", "", ""},
}}

var getAllTopicConfigRequestHeader = Schema{"GetAllTopicConfigRequestHeader", "5.3.4-SNAPSHOT", "", false, []FieldSpec{
	{"topicSeq", "topicSeq", TypeInt, true, "", "", "", ""},
	{"dataVersion", "dataVersion", TypeString, false, "", "", "", ""},
	{"maxTopicNum", "maxTopicNum", TypeInt, false, "", "", "", ""},
}}

var getAllTopicConfigResponseHeader = Schema{"GetAllTopicConfigResponseHeader", "4.0.0-incubating", "", false, []FieldSpec{
	{"totalTopicNum", "totalTopicNum", TypeInt, true, "5.3.4-SNAPSHOT", "", "", ""},
}}

var getBrokerAclConfigResponseHeader = Schema{"GetBrokerAclConfigResponseHeader", "4.5.2", "5.3.2", false, []FieldSpec{
	{"version", "version", TypeString, false, "4.5.2", "5.3.2", "", ""},
	{"brokerName", "brokerName", TypeString, false, "4.5.2", "5.3.2", "", "name of the broker"},
	{"brokerAddr", "brokerAddr", TypeString, false, "4.5.2", "5.3.2", "", "ip:port of the broker"},
	{"clusterName", "clusterName", TypeString, false, "4.5.2", "5.3.2", "", "name of the cluster"},
	{"allAclFileVersion", "allAclFileVersion", TypeString, false, "4.9.3", "5.3.2", "", ""},
}}

var getBrokerClusterAclConfigResponseHeader = Schema{"GetBrokerClusterAclConfigResponseHeader", "4.6.0", "5.1.4", false, []FieldSpec{
	{"plainAccessConfigs", "plainAccessConfigs", TypeObject, false, "4.6.0", "5.1.4", "", ""},
}}

var getBrokerConfigResponseHeader = Schema{"GetBrokerConfigResponseHeader", "4.0.0-incubating", "", false, []FieldSpec{
	{"version", "version", TypeString, true, "", "", "", "DataVersion as JSON"},
}}

var getConsumeStatsInBrokerHeader = Schema{"GetConsumeStatsInBrokerHeader", "4.0.0-incubating", "", false, []FieldSpec{
	{"isOrder", "isOrder", TypeBoolean, true, "", "", "", ""},
}}

var getConsumeStatsRequestHeader = Schema{"GetConsumeStatsRequestHeader", "4.0.0-incubating", "", false, []FieldSpec{
	{"consumerGroup", "consumerGroup", TypeString, true, "", "", "", "group of the consumer"},
	{"topic", "topic", TypeString, false, "", "", "", "topic"},
	{"topicList", "topicList", TypeString, false, "5.3.2", "", "", ""},
	{"lo", "lo", TypeBoolean, false, "5.2.0", "", "", "static topic: false addresses the physical queue"},
	{"ns", "ns", TypeString, false, "5.2.0", "", "", "namespace"},
	{"nsd", "nsd", TypeBoolean, false, "5.2.0", "", "", "true: names already carry the namespace"},
	{"bname", "bname", TypeString, false, "5.2.0", "", "", "name of the broker that is meant"},
	{"oway", "oway", TypeBoolean, false, "5.2.0", "", "", "one-way marker of the internal RPC client"},
}}

var getConsumerConnectionListRequestHeader = Schema{"GetConsumerConnectionListRequestHeader", "4.0.0-incubating", "", false, []FieldSpec{
	{"consumerGroup", "consumerGroup", TypeString, true, "", "", "", "group of the consumer"},
	{"ns", "ns", TypeString, false, "5.2.0", "", "", "namespace"},
	{"nsd", "nsd", TypeBoolean, false, "5.2.0", "", "", "true: names already carry the namespace"},
	{"bname", "bname", TypeString, false, "5.2.0", "", "", "name of the broker that is meant"},
	{"oway", "oway", TypeBoolean, false, "5.2.0", "", "", "one-way marker of the internal RPC client"},
}}

var getConsumerRunningInfoRequestHeader = Schema{"GetConsumerRunningInfoRequestHeader", "4.0.0-incubating", "", false, []FieldSpec{
	{"consumerGroup", "consumerGroup", TypeString, true, "", "", "", "group of the consumer"},
	{"clientId", "clientId", TypeString, true, "", "", "", "client instance"},
	{"jstackEnable", "jstackEnable", TypeBoolean, true, "", "", "", "with thread dump"},
	{"ns", "ns", TypeString, false, "5.2.0", "", "", "namespace"},
	{"nsd", "nsd", TypeBoolean, false, "5.2.0", "", "", "true: names already carry the namespace"},
	{"bname", "bname", TypeString, false, "5.2.0", "", "", "name of the broker that is meant"},
	{"oway", "oway", TypeBoolean, false, "5.2.0", "", "", "one-way marker of the internal RPC client"},
}}

var getProducerConnectionListRequestHeader = Schema{"GetProducerConnectionListRequestHeader", "4.0.0-incubating", "", false, []FieldSpec{
	{"producerGroup", "producerGroup", TypeString, true, "", "", "", "group of the producer"},
	{"ns", "ns", TypeString, false, "5.2.0", "", "", "namespace"},
	{"nsd", "nsd", TypeBoolean, false, "5.2.0", "", "", "true: names already carry the namespace"},
	{"bname", "bname", TypeString, false, "5.2.0", "", "", "name of the broker that is meant"},
	{"oway", "oway", TypeBoolean, false, "5.2.0", "", "", "one-way marker of the internal RPC client"},
}}

var getSubscriptionGroupConfigRequestHeader = Schema{"GetSubscriptionGroupConfigRequestHeader", "5.0.0", "", false, []FieldSpec{
	{"group", "group", TypeString, true, "", "", "", "consumer group"},
	{"ns", "ns", TypeString, false, "5.2.0", "", "", "namespace"},
	{"nsd", "nsd", TypeBoolean, false, "5.2.0", "", "", "true: names already carry the namespace"},
	{"bname", "bname", TypeString, false, "5.2.0", "", "", "name of the broker that is meant"},
	{"oway", "oway", TypeBoolean, false, "5.2.0", "", "", "one-way marker of the internal RPC client"},
}}

var getTopicConfigRequestHeader = Schema{"GetTopicConfigRequestHeader", "5.0.0-ALPHA", "", false, []FieldSpec{
	{"topic", "topic", TypeString, true, "", "", "", "topic"},
	{"lo", "lo", TypeBoolean, false, "", "", "", "static topic: false addresses the physical queue"},
	{"ns", "ns", TypeString, false, "", "", "", "namespace"},
	{"nsd", "nsd", TypeBoolean, false, "", "", "", "true: names already carry the namespace"},
	{"bname", "bname", TypeString, false, "", "", "", "name of the broker that is meant"},
	{"oway", "oway", TypeBoolean, false, "", "", "", "one-way marker of the internal RPC client"},
}}

var getTopicStatsInfoRequestHeader = Schema{"GetTopicStatsInfoRequestHeader", "4.0.0-incubating", "", false, []FieldSpec{
	{"topic", "topic", TypeString, true, "", "", "", "topic"},
	{"lo", "lo", TypeBoolean, false, "5.0.0-ALPHA", "", "", "static topic: false addresses the physical queue"},
	{"ns", "ns", TypeString, false, "5.0.0-ALPHA", "", "", "namespace"},
	{"nsd", "nsd", TypeBoolean, false, "5.0.0-ALPHA", "", "", "true: names already carry the namespace"},
	{"bname", "bname", TypeString, false, "5.0.0-ALPHA", "", "", "name of the broker that is meant"},
	{"oway", "oway", TypeBoolean, false, "5.0.0-ALPHA", "", "", "one-way marker of the internal RPC client"},
}}

var getUserRequestHeader = Schema{"GetUserRequestHeader", "5.3.0", "", false, []FieldSpec{
	{"username", "username", TypeString, false, "", "", "", "user"},
}}

var listAclsRequestHeader = Schema{"ListAclsRequestHeader", "5.3.0", "", false, []FieldSpec{
	{"subjectFilter", "subjectFilter", TypeString, false, "", "", "", ""},
	{"resourceFilter", "resourceFilter", TypeString, false, "", "", "", ""},
}}

var listUsersRequestHeader = Schema{"ListUsersRequestHeader", "5.3.0", "", false, []FieldSpec{
	{"filter", "filter", TypeString, false, "", "", "", ""},
}}

var pollingInfoRequestHeader = Schema{"PollingInfoRequestHeader", "5.0.0", "", false, []FieldSpec{
	{"consumerGroup", "consumerGroup", TypeString, true, "", "", "", "group of the consumer"},
	{"topic", "topic", TypeString, true, "", "", "", "topic"},
	{"queueId", "queueId", TypeInt, true, "", "", "", "queue of the topic on this broker"},
	{"lo", "lo", TypeBoolean, false, "5.1.0", "", "", "static topic: false addresses the physical queue"},
	{"ns", "ns", TypeString, false, "5.1.0", "", "", "namespace"},
	{"nsd", "nsd", TypeBoolean, false, "5.1.0", "", "", "true: names already carry the namespace"},
	{"bname", "bname", TypeString, false, "5.1.0", "", "", "name of the broker that is meant"},
	{"oway", "oway", TypeBoolean, false, "5.1.0", "", "", "one-way marker of the internal RPC client"},
}}

var pollingInfoResponseHeader = Schema{"PollingInfoResponseHeader", "5.0.0", "", false, []FieldSpec{
	{"pollingNum", "pollingNum", TypeInt, true, "", "", "", "requests that wait"},
}}

var queryConsumeQueueRequestHeader = Schema{"QueryConsumeQueueRequestHeader", "4.1.0-incubating", "", false, []FieldSpec{
	{"topic", "topic", TypeString, false, "", "", "", "topic"},
	{"queueId", "queueId", TypeInt, true, "", "", "", "queue of the topic on this broker"},
	{"index", "index", TypeLong, true, "", "", "", ""},
	{"count", "count", TypeInt, true, "", "", "", ""},
	{"consumerGroup", "consumerGroup", TypeString, false, "", "", "", "group of the consumer"},
	{"lo", "lo", TypeBoolean, false, "5.2.0", "", "", "static topic: false addresses the physical queue"},
	{"ns", "ns", TypeString, false, "5.2.0", "", "", "namespace"},
	{"nsd", "nsd", TypeBoolean, false, "5.2.0", "", "", "true: names already carry the namespace"},
	{"bname", "bname", TypeString, false, "5.2.0", "", "", "name of the broker that is meant"},
	{"oway", "oway", TypeBoolean, false, "5.2.0", "", "", "one-way marker of the internal RPC client"},
}}

var queryConsumeTimeSpanRequestHeader = Schema{"QueryConsumeTimeSpanRequestHeader", "4.0.0-incubating", "", false, []FieldSpec{
	{"topic", "topic", TypeString, true, "", "", "", "topic"},
	{"group", "group", TypeString, true, "", "", "", "consumer group"},
	{"lo", "lo", TypeBoolean, false, "5.2.0", "", "", "static topic: false addresses the physical queue"},
	{"ns", "ns", TypeString, false, "5.2.0", "", "", "namespace"},
	{"nsd", "nsd", TypeBoolean, false, "5.2.0", "", "", "true: names already carry the namespace"},
	{"bname", "bname", TypeString, false, "5.2.0", "", "", "name of the broker that is meant"},
	{"oway", "oway", TypeBoolean, false, "5.2.0", "", "", "one-way marker of the internal RPC client"},
}}

var queryCorrectionOffsetHeader = Schema{"QueryCorrectionOffsetHeader", "4.0.0-incubating", "", false, []FieldSpec{
	{"filterGroups", "filterGroups", TypeString, false, "", "", "", ""},
	{"compareGroup", "compareGroup", TypeString, true, "", "", "", ""},
	{"topic", "topic", TypeString, true, "", "", "", "topic"},
	{"lo", "lo", TypeBoolean, false, "5.2.0", "", "", "static topic: false addresses the physical queue"},
	{"ns", "ns", TypeString, false, "5.2.0", "", "", "namespace"},
	{"nsd", "nsd", TypeBoolean, false, "5.2.0", "", "", "true: names already carry the namespace"},
	{"bname", "bname", TypeString, false, "5.2.0", "", "", "name of the broker that is meant"},
	{"oway", "oway", TypeBoolean, false, "5.2.0", "", "", "one-way marker of the internal RPC client"},
}}

var querySubscriptionByConsumerRequestHeader = Schema{"QuerySubscriptionByConsumerRequestHeader", "5.0.0", "", false, []FieldSpec{
	{"group", "group", TypeString, true, "", "", "", "consumer group"},
	{"topic", "topic", TypeString, false, "", "", "", "topic"},
	{"lo", "lo", TypeBoolean, false, "5.2.0", "", "", "static topic: false addresses the physical queue"},
	{"ns", "ns", TypeString, false, "5.2.0", "", "", "namespace"},
	{"nsd", "nsd", TypeBoolean, false, "5.2.0", "", "", "true: names already carry the namespace"},
	{"bname", "bname", TypeString, false, "5.2.0", "", "", "name of the broker that is meant"},
	{"oway", "oway", TypeBoolean, false, "5.2.0", "", "", "one-way marker of the internal RPC client"},
}}

var queryTopicConsumeByWhoRequestHeader = Schema{"QueryTopicConsumeByWhoRequestHeader", "4.0.0-incubating", "", false, []FieldSpec{
	{"topic", "topic", TypeString, true, "", "", "", "topic"},
	{"lo", "lo", TypeBoolean, false, "5.2.0", "", "", "static topic: false addresses the physical queue"},
	{"ns", "ns", TypeString, false, "5.2.0", "", "", "namespace"},
	{"nsd", "nsd", TypeBoolean, false, "5.2.0", "", "", "true: names already carry the namespace"},
	{"bname", "bname", TypeString, false, "5.2.0", "", "", "name of the broker that is meant"},
	{"oway", "oway", TypeBoolean, false, "5.2.0", "", "", "one-way marker of the internal RPC client"},
}}

var queryTopicLogicalQueueMappingRequestHeader = Schema{"QueryTopicLogicalQueueMappingRequestHeader", "5.0.0-PREVIEW", "5.0.0-PREVIEW", false, []FieldSpec{
	{"topic", "topic", TypeString, false, "5.0.0-PREVIEW", "5.0.0-PREVIEW", "", "topic"},
}}

var queryTopicsByConsumerRequestHeader = Schema{"QueryTopicsByConsumerRequestHeader", "5.0.0", "", false, []FieldSpec{
	{"group", "group", TypeString, true, "", "", "", "consumer group"},
	{"ns", "ns", TypeString, false, "5.2.0", "", "", "namespace"},
	{"nsd", "nsd", TypeBoolean, false, "5.2.0", "", "", "true: names already carry the namespace"},
	{"bname", "bname", TypeString, false, "5.2.0", "", "", "name of the broker that is meant"},
	{"oway", "oway", TypeBoolean, false, "5.2.0", "", "", "one-way marker of the internal RPC client"},
}}

var removeBrokerRequestHeader = Schema{"RemoveBrokerRequestHeader", "5.0.0", "", false, []FieldSpec{
	{"brokerName", "brokerName", TypeString, true, "", "", "", "name of the broker"},
	{"brokerClusterName", "brokerClusterName", TypeString, true, "", "", "", ""},
	{"brokerId", "brokerId", TypeLong, true, "", "", "", "0 is the master"},
}}

var resetMasterFlushOffsetHeader = Schema{"ResetMasterFlushOffsetHeader", "5.0.0", "", false, []FieldSpec{
	{"masterFlushOffset", "masterFlushOffset", TypeLong, true, "", "", "bytes", "physical offset flushed by the master"},
}}

var resumeCheckHalfMessageRequestHeader = Schema{"ResumeCheckHalfMessageRequestHeader", "4.5.2", "", false, []FieldSpec{
	{"topic", "topic", TypeString, false, "5.3.0", "", "", "topic"},
	{"msgId", "msgId", TypeString, false, "", "", "", "message id"},
}}

var updateAclRequestHeader = Schema{"UpdateAclRequestHeader", "5.3.0", "", false, []FieldSpec{
	{"subject", "subject", TypeString, false, "", "", "", "user or role of an ACL"},
}}

var updateGlobalWhiteAddrsConfigRequestHeader = Schema{"UpdateGlobalWhiteAddrsConfigRequestHeader", "4.5.2", "5.3.2", false, []FieldSpec{
	{"globalWhiteAddrs", "globalWhiteAddrs", TypeString, false, "4.5.2", "5.3.2", "", ""},
	{"aclFileFullPath", "aclFileFullPath", TypeString, false, "4.9.4", "5.3.2", "", ""},
}}

var updateGroupForbiddenRequestHeader = Schema{"UpdateGroupForbiddenRequestHeader", "5.0.0", "", false, []FieldSpec{
	{"group", "group", TypeString, true, "", "", "", "consumer group"},
	{"topic", "topic", TypeString, true, "", "", "", "topic"},
	{"readable", "readable", TypeBoolean, false, "", "", "", "whether the group may consume the topic"},
	{"lo", "lo", TypeBoolean, false, "5.2.0", "", "", "static topic: false addresses the physical queue"},
	{"ns", "ns", TypeString, false, "5.2.0", "", "", "namespace"},
	{"nsd", "nsd", TypeBoolean, false, "5.2.0", "", "", "true: names already carry the namespace"},
	{"bname", "bname", TypeString, false, "5.2.0", "", "", "name of the broker that is meant"},
	{"oway", "oway", TypeBoolean, false, "5.2.0", "", "", "one-way marker of the internal RPC client"},
}}

var updateUserRequestHeader = Schema{"UpdateUserRequestHeader", "5.3.0", "", false, []FieldSpec{
	{"username", "username", TypeString, false, "", "", "", "user"},
}}

var viewBrokerStatsDataRequestHeader = Schema{"ViewBrokerStatsDataRequestHeader", "4.0.0-incubating", "", false, []FieldSpec{
	{"statsName", "statsName", TypeString, true, "", "", "", ""},
	{"statsKey", "statsKey", TypeString, true, "", "", "", ""},
}}
