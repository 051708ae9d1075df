package decode

// Header classes of what administration tools and slaves ask of brokers (remoting.protocol.header).
// Name, long name, type, required, since, last, unit, meaning.

var addBrokerRequestHeader = Schema{"AddBrokerRequestHeader", "5.0.0", "", false, []FieldSpec{
	{"configPath", "configPath", TypeString, false, "", "", "", "path of the broker's configuration file"},
}}

var checkRocksdbCqWriteProgressRequestHeader = Schema{"CheckRocksdbCqWriteProgressRequestHeader", "5.3.1", "", false, []FieldSpec{
	{"topic", "topic", TypeString, true, "", "", "", "topic"},
	{"checkStoreTime", "checkStoreTime", TypeLong, true, "5.3.2", "", "ms since 1970", "compare what was stored since then"},
}}

var cloneGroupOffsetRequestHeader = Schema{"CloneGroupOffsetRequestHeader", "4.0.0-incubating", "", false, []FieldSpec{
	{"srcGroup", "srcGroup", TypeString, true, "", "", "", "group whose offsets are copied"},
	{"destGroup", "destGroup", TypeString, true, "", "", "", "group that gets the offsets"},
	{"topic", "topic", TypeString, false, "", "", "", "topic"},
	{"offline", "offline", TypeBoolean, true, "", "", "", "the group has no consumer connected"},
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
	{"whiteRemoteAddress", "whiteRemoteAddress", TypeString, false, "4.5.2", "5.3.2", "", "client addresses that need no signature"},
	{"admin", "admin", TypeBoolean, false, "4.5.2", "5.3.2", "", "may do administrative calls"},
	{"defaultTopicPerm", "defaultTopicPerm", TypeString, false, "4.5.2", "5.3.2", "", "permission for topics without a rule"},
	{"defaultGroupPerm", "defaultGroupPerm", TypeString, false, "4.5.2", "5.3.2", "", "permission for groups without a rule"},
	{"topicPerms", "topicPerms", TypeString, false, "4.5.2", "5.3.2", "", "rules for topics, name=permission, joined by commas"},
	{"groupPerms", "groupPerms", TypeString, false, "4.5.2", "5.3.2", "", "rules for groups, name=permission, joined by commas"},
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
	{"force", "force", TypeBoolean, false, "5.0.0-ALPHA", "", "", "create it although a check would refuse"},
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
	{"policyType", "policyType", TypeString, false, "", "", "", "CUSTOM or DEFAULT"},
	{"resource", "resource", TypeString, false, "", "", "", "what the rule is about, as Topic:name or Group:name"},
}}

var deleteSubscriptionGroupRequestHeader = Schema{"DeleteSubscriptionGroupRequestHeader", "4.0.0-incubating", "", false, []FieldSpec{
	{"groupName", "groupName", TypeString, true, "", "", "", "consumer group"},
	{"cleanOffset", "cleanOffset", TypeBoolean, true, "5.0.0", "", "", "delete the group's offsets, too"},
	{"ns", "ns", TypeString, false, "5.2.0", "", "", "namespace"},
	{"nsd", "nsd", TypeBoolean, false, "5.2.0", "", "", "true: names already carry the namespace"},
	{"bname", "bname", TypeString, false, "5.2.0", "", "", "name of the broker that is meant"},
	{"oway", "oway", TypeBoolean, false, "5.2.0", "", "", "one-way marker of the internal RPC client"},
	{"removeOffset", "removeOffset", TypeBoolean, false, "4.9.0", "5.0.0-PREVIEW", "", "delete the group's offsets, too"},
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
	{"masterHaAddress", "masterHaAddress", TypeString, false, "", "", "", "address of the master's HA service, host:port"},
	{"masterFlushOffset", "masterFlushOffset", TypeLong, false, "", "", "bytes", "physical offset flushed by the master"},
	{"masterAddress", "masterAddress", TypeString, false, "", "", "", "address of the master, host:port"},
}}

var exchangeHAInfoResponseHeader = Schema{"ExchangeHAInfoResponseHeader", "5.0.0", "", false, []FieldSpec{
	{"masterHaAddress", "masterHaAddress", TypeString, false, "", "", "", "address of the master's HA service, host:port"},
	{"masterFlushOffset", "masterFlushOffset", TypeLong, false, "", "", "bytes", "physical offset flushed by the master"},
	{"masterAddress", "masterAddress", TypeString, false, "", "", "", "address of the master, host:port"},
}}

var exportRocksDBConfigToJsonRequestHeader = Schema{"ExportRocksDBConfigToJsonRequestHeader", "5.3.2", "", false, []FieldSpec{
	{"configType", "configType", TypeString, true, "", "", "", "kind of configuration to export"},
}}

var getAclRequestHeader = Schema{"GetAclRequestHeader", "5.3.0", "", false, []FieldSpec{
	{"subject", "subject", TypeString, false, "", "", "", "user or role of an ACL"},
}}

var getAllProducerInfoRequestHeader = Schema{"GetAllProducerInfoRequestHeader", "4.9.4", "", false, nil}

var getAllSubscriptionGroupRequestHeader = Schema{"GetAllSubscriptionGroupRequestHeader", "5.3.4-SNAPSHOT", "", false, []FieldSpec{
	{"groupSeq", "groupSeq", TypeInt, true, "", "", "", "place of the first group wanted"},
	{"dataVersion", "dataVersion", TypeString, false, "", "", "", "version that the asker has, as JSON"},
	{"maxGroupNum", "maxGroupNum", TypeInt, false, "", "", "", "most groups wanted"},
}}

var getAllSubscriptionGroupResponseHeader = Schema{"GetAllSubscriptionGroupResponseHeader", "5.3.4-SNAPSHOT", "", false, []FieldSpec{
	{"totalGroupNum", "totalGroupNum", TypeInt, true, "", "", "", "groups that there are"},
}}

var getAllTopicConfigRequestHeader = Schema{"GetAllTopicConfigRequestHeader", "5.3.4-SNAPSHOT", "", false, []FieldSpec{
	{"topicSeq", "topicSeq", TypeInt, true, "", "", "", "place of the first topic wanted"},
	{"dataVersion", "dataVersion", TypeString, false, "", "", "", "version that the asker has, as JSON"},
	{"maxTopicNum", "maxTopicNum", TypeInt, false, "", "", "", "most topics wanted"},
}}

var getAllTopicConfigResponseHeader = Schema{"GetAllTopicConfigResponseHeader", "4.0.0-incubating", "", false, []FieldSpec{
	{"totalTopicNum", "totalTopicNum", TypeInt, true, "5.3.4-SNAPSHOT", "", "", "topics that there are"},
}}

var getBrokerAclConfigResponseHeader = Schema{"GetBrokerAclConfigResponseHeader", "4.5.2", "5.3.2", false, []FieldSpec{
	{"version", "version", TypeString, false, "4.5.2", "5.3.2", "", "version of the ACL configuration, as JSON"},
	{"brokerName", "brokerName", TypeString, false, "4.5.2", "5.3.2", "", "name of the broker"},
	{"brokerAddr", "brokerAddr", TypeString, false, "4.5.2", "5.3.2", "", "ip:port of the broker"},
	{"clusterName", "clusterName", TypeString, false, "4.5.2", "5.3.2", "", "name of the cluster"},
	{"allAclFileVersion", "allAclFileVersion", TypeString, false, "4.9.3", "5.3.2", "", "versions of all ACL files, as JSON"},
}}

var getBrokerClusterAclConfigResponseHeader = Schema{"GetBrokerClusterAclConfigResponseHeader", "4.6.0", "5.1.4", false, []FieldSpec{
	{"plainAccessConfigs", "plainAccessConfigs", TypeObject, false, "4.6.0", "5.1.4", "", "ACL rules by access key"},
}}

var getBrokerConfigResponseHeader = Schema{"GetBrokerConfigResponseHeader", "4.0.0-incubating", "", false, []FieldSpec{
	{"version", "version", TypeString, true, "", "", "", "DataVersion as JSON"},
}}

var getConsumeStatsInBrokerHeader = Schema{"GetConsumeStatsInBrokerHeader", "4.0.0-incubating", "", false, []FieldSpec{
	{"isOrder", "isOrder", TypeBoolean, true, "", "", "", "topics with ordered messages only"},
}}

var getConsumeStatsRequestHeader = Schema{"GetConsumeStatsRequestHeader", "4.0.0-incubating", "", false, []FieldSpec{
	{"consumerGroup", "consumerGroup", TypeString, true, "", "", "", "group of the consumer"},
	{"topic", "topic", TypeString, false, "", "", "", "topic"},
	{"topicList", "topicList", TypeString, false, "5.3.2", "", "", "topics wanted"},
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
	{"subjectFilter", "subjectFilter", TypeString, false, "", "", "", "only rules whose subject contains this"},
	{"resourceFilter", "resourceFilter", TypeString, false, "", "", "", "only rules whose resource contains this"},
}}

var listUsersRequestHeader = Schema{"ListUsersRequestHeader", "5.3.0", "", false, []FieldSpec{
	{"filter", "filter", TypeString, false, "", "", "", "only users whose name contains this"},
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
	{"index", "index", TypeLong, true, "", "", "", "place in the consume queue to begin with"},
	{"count", "count", TypeInt, true, "", "", "", "most entries wanted"},
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
	{"filterGroups", "filterGroups", TypeString, false, "", "", "", "groups to leave out"},
	{"compareGroup", "compareGroup", TypeString, true, "", "", "", "group to compare with"},
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
	{"brokerClusterName", "brokerClusterName", TypeString, true, "", "", "", "cluster of the broker"},
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
	{"globalWhiteAddrs", "globalWhiteAddrs", TypeString, false, "4.5.2", "5.3.2", "", "client addresses that need no signature, joined by commas"},
	{"aclFileFullPath", "aclFileFullPath", TypeString, false, "4.9.4", "5.3.2", "", "path of the ACL file"},
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
	{"statsName", "statsName", TypeString, true, "", "", "", "name of the statistic"},
	{"statsKey", "statsKey", TypeString, true, "", "", "", "key within the statistic"},
}}
