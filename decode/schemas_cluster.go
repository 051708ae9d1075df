package decode

// Header classes of what name servers and controllers are asked, and classes that no operation uses (remoting.protocol.header).
// Name, long name, type, required, since, last, unit, meaning.

var addWritePermOfBrokerRequestHeader = Schema{"AddWritePermOfBrokerRequestHeader", "4.9.2", "", false, []FieldSpec{
	{"brokerName", "brokerName", TypeString, true, "", "", "", "name of the broker"},
}}

var addWritePermOfBrokerResponseHeader = Schema{"AddWritePermOfBrokerResponseHeader", "4.9.2", "", false, []FieldSpec{
	{"addTopicCount", "addTopicCount", TypeInt, true, "", "", "", ""},
}}

var alterSyncStateSetRequestHeader = Schema{"AlterSyncStateSetRequestHeader", "5.0.0", "", false, []FieldSpec{
	{"brokerName", "brokerName", TypeString, false, "", "", "", "name of the broker"},
	{"masterBrokerId", "masterBrokerId", TypeLong, false, "5.1.1", "", "", "broker id of the master"},
	{"masterEpoch", "masterEpoch", TypeInt, false, "", "", "", "epoch of the master"},
	{"invokeTime", "invokeTime", TypeLong, true, "5.2.0", "", "ms since 1970", "when the request was made"},
	{"masterAddress", "masterAddress", TypeString, false, "5.0.0", "5.1.0", "", ""},
}}

var alterSyncStateSetResponseHeader = Schema{"AlterSyncStateSetResponseHeader", "5.0.0", "", false, []FieldSpec{
	{"newSyncStateSetEpoch", "newSyncStateSetEpoch", TypeInt, true, "", "", "", ""},
}}

var applyBrokerIdRequestHeader = Schema{"ApplyBrokerIdRequestHeader", "5.1.1", "", false, []FieldSpec{
	{"clusterName", "clusterName", TypeString, false, "", "", "", "name of the cluster"},
	{"brokerName", "brokerName", TypeString, false, "", "", "", "name of the broker"},
	{"appliedBrokerId", "appliedBrokerId", TypeLong, false, "", "", "", ""},
	{"registerCheckCode", "registerCheckCode", TypeString, false, "", "", "", ""},
}}

var applyBrokerIdResponseHeader = Schema{"ApplyBrokerIdResponseHeader", "5.1.1", "", false, []FieldSpec{
	{"clusterName", "clusterName", TypeString, false, "", "", "", "name of the cluster"},
	{"brokerName", "brokerName", TypeString, false, "", "", "", "name of the broker"},
}}

var brokerCloseChannelRequest = Schema{"BrokerCloseChannelRequest", "5.2.0", "", false, []FieldSpec{
	{"clusterName", "clusterName", TypeString, false, "", "", "", "name of the cluster"},
	{"brokerName", "brokerName", TypeString, false, "", "", "", "name of the broker"},
	{"brokerId", "brokerId", TypeLong, false, "", "", "", "0 is the master"},
}}

var brokerCloseChannelResponse = Schema{"BrokerCloseChannelResponse", "5.2.0", "", false, nil}

var brokerHeartbeatRequestHeader = Schema{"BrokerHeartbeatRequestHeader", "5.0.0", "", false, []FieldSpec{
	{"clusterName", "clusterName", TypeString, true, "", "", "", "name of the cluster"},
	{"brokerAddr", "brokerAddr", TypeString, true, "", "", "", "ip:port of the broker"},
	{"brokerName", "brokerName", TypeString, true, "", "", "", "name of the broker"},
	{"brokerId", "brokerId", TypeLong, false, "5.1.0", "", "", "0 is the master"},
	{"epoch", "epoch", TypeInt, false, "", "", "", "epoch of the master"},
	{"maxOffset", "maxOffset", TypeLong, false, "", "", "bytes", "physical end of the commit log"},
	{"confirmOffset", "confirmOffset", TypeLong, false, "", "", "bytes", "physical offset that all replicas have"},
	{"heartbeatTimeoutMills", "heartbeatTimeoutMills", TypeLong, false, "5.1.0", "", "ms", "silence after which the broker counts as gone"},
	{"electionPriority", "electionPriority", TypeInt, false, "5.1.0", "", "", "lower is elected first"},
}}

var checkNotActiveBrokerRequest = Schema{"CheckNotActiveBrokerRequest", "5.2.0", "", false, []FieldSpec{
	{"checkTimeMillis", "checkTimeMillis", TypeLong, false, "", "", "ms since 1970", "when the check was made"},
}}

var checkNotActiveBrokerResponse = Schema{"CheckNotActiveBrokerResponse", "5.2.0", "", false, nil}

var checkTransactionStateResponseHeader = Schema{"CheckTransactionStateResponseHeader", "4.0.0-incubating", "", false, []FieldSpec{
	{"producerGroup", "producerGroup", TypeString, true, "", "", "", "group of the producer"},
	{"tranStateTableOffset", "tranStateTableOffset", TypeLong, true, "", "", "", "queue offset of the half message"},
	{"commitLogOffset", "commitLogOffset", TypeLong, true, "", "", "bytes", "physical offset of the half message"},
	{"commitOrRollback", "commitOrRollback", TypeInt, true, "", "", "", "0 unknown, 8 commit, 12 rollback"},
}}

var cleanControllerBrokerDataRequestHeader = Schema{"CleanControllerBrokerDataRequestHeader", "5.0.0", "", false, []FieldSpec{
	{"clusterName", "clusterName", TypeString, false, "", "", "", "name of the cluster"},
	{"brokerName", "brokerName", TypeString, true, "", "", "", "name of the broker"},
	{"brokerControllerIdsToClean", "brokerControllerIdsToClean", TypeString, false, "5.1.1", "", "", ""},
	{"isCleanLivingBroker", "isCleanLivingBroker", TypeBoolean, true, "", "", "", ""},
	{"invokeTime", "invokeTime", TypeLong, true, "5.2.0", "", "ms since 1970", "when the request was made"},
	{"brokerAddress", "brokerAddress", TypeString, false, "5.0.0", "5.1.0", "", ""},
}}

var deleteKVConfigRequestHeader = Schema{"DeleteKVConfigRequestHeader", "4.0.0-incubating", "", false, []FieldSpec{
	{"namespace", "namespace", TypeString, true, "", "", "", "name space of the key-value config"},
	{"key", "key", TypeString, true, "", "", "", "key"},
}}

var deleteTopicFromNamesrvRequestHeader = Schema{"DeleteTopicFromNamesrvRequestHeader", "4.9.3", "", false, []FieldSpec{
	{"topic", "topic", TypeString, true, "", "", "", "topic"},
	{"clusterName", "clusterName", TypeString, false, "4.9.4", "", "", "name of the cluster"},
	{"lo", "lo", TypeBoolean, false, "5.2.0", "", "", "static topic: false addresses the physical queue"},
	{"ns", "ns", TypeString, false, "5.2.0", "", "", "namespace"},
	{"nsd", "nsd", TypeBoolean, false, "5.2.0", "", "", "true: names already carry the namespace"},
	{"bname", "bname", TypeString, false, "5.2.0", "", "", "name of the broker that is meant"},
	{"oway", "oway", TypeBoolean, false, "5.2.0", "", "", "one-way marker of the internal RPC client"},
}}

var deleteTopicInNamesrvRequestHeader = Schema{"DeleteTopicInNamesrvRequestHeader", "4.0.0-incubating", "5.0.0-PREVIEW", false, []FieldSpec{
	{"topic", "topic", TypeString, false, "4.0.0-incubating", "5.0.0-PREVIEW", "", "topic"},
}}

var electMasterRequestHeader = Schema{"ElectMasterRequestHeader", "5.0.0", "", false, []FieldSpec{
	{"clusterName", "clusterName", TypeString, true, "", "", "", "name of the cluster"},
	{"brokerName", "brokerName", TypeString, true, "", "", "", "name of the broker"},
	{"brokerId", "brokerId", TypeLong, true, "5.1.1", "", "", "0 is the master"},
	{"designateElect", "designateElect", TypeBoolean, true, "5.1.1", "", "", ""},
	{"invokeTime", "invokeTime", TypeLong, false, "5.2.0", "", "ms since 1970", "when the request was made"},
	{"brokerAddress", "brokerAddress", TypeString, false, "5.0.0", "5.1.0", "", ""},
}}

var electMasterResponseHeader = Schema{"ElectMasterResponseHeader", "5.0.0", "", false, []FieldSpec{
	{"masterBrokerId", "masterBrokerId", TypeLong, false, "5.1.1", "", "", "broker id of the master"},
	{"masterAddress", "masterAddress", TypeString, false, "5.1.1", "", "", ""},
	{"masterEpoch", "masterEpoch", TypeInt, false, "", "", "", "epoch of the master"},
	{"syncStateSetEpoch", "syncStateSetEpoch", TypeInt, false, "", "", "", ""},
	{"newMasterAddress", "newMasterAddress", TypeString, false, "5.0.0", "5.1.0", "", ""},
	{"brokerMemberGroup", "brokerMemberGroup", TypeObject, false, "5.0.0", "5.1.0", "", ""},
}}

var endTransactionResponseHeader = Schema{"EndTransactionResponseHeader", "4.0.0-incubating", "", false, nil}

var getBrokerLiveInfoRequest = Schema{"GetBrokerLiveInfoRequest", "5.2.0", "", false, []FieldSpec{
	{"clusterName", "clusterName", TypeString, false, "", "", "", "name of the cluster"},
	{"brokerName", "brokerName", TypeString, false, "", "", "", "name of the broker"},
	{"brokerId", "brokerId", TypeLong, false, "", "", "", "0 is the master"},
}}

var getBrokerLiveInfoResponse = Schema{"GetBrokerLiveInfoResponse", "5.2.0", "", false, nil}

var getBrokerMemberGroupRequestHeader = Schema{"GetBrokerMemberGroupRequestHeader", "5.0.0", "", false, []FieldSpec{
	{"clusterName", "clusterName", TypeString, true, "", "", "", "name of the cluster"},
	{"brokerName", "brokerName", TypeString, true, "", "", "", "name of the broker"},
}}

var getKVConfigRequestHeader = Schema{"GetKVConfigRequestHeader", "4.0.0-incubating", "", false, []FieldSpec{
	{"namespace", "namespace", TypeString, true, "", "", "", "name space of the key-value config"},
	{"key", "key", TypeString, true, "", "", "", "key"},
}}

var getKVConfigResponseHeader = Schema{"GetKVConfigResponseHeader", "4.0.0-incubating", "", false, []FieldSpec{
	{"value", "value", TypeString, false, "", "", "", "value"},
}}

var getKVListByNamespaceRequestHeader = Schema{"GetKVListByNamespaceRequestHeader", "4.0.0-incubating", "", false, []FieldSpec{
	{"namespace", "namespace", TypeString, true, "", "", "", "name space of the key-value config"},
}}

var getMetaDataResponseHeader = Schema{"GetMetaDataResponseHeader", "5.0.0", "", false, []FieldSpec{
	{"group", "group", TypeString, false, "", "", "", "raft group"},
	{"controllerLeaderId", "controllerLeaderId", TypeString, false, "", "", "", ""},
	{"controllerLeaderAddress", "controllerLeaderAddress", TypeString, false, "", "", "", ""},
	{"isLeader", "isLeader", TypeBoolean, true, "", "", "", ""},
	{"peers", "peers", TypeString, false, "", "", "", ""},
}}

var getNextBrokerIdRequestHeader = Schema{"GetNextBrokerIdRequestHeader", "5.1.1", "", false, []FieldSpec{
	{"clusterName", "clusterName", TypeString, false, "", "", "", "name of the cluster"},
	{"brokerName", "brokerName", TypeString, false, "", "", "", "name of the broker"},
}}

var getNextBrokerIdResponseHeader = Schema{"GetNextBrokerIdResponseHeader", "5.1.1", "", false, []FieldSpec{
	{"clusterName", "clusterName", TypeString, false, "", "", "", "name of the cluster"},
	{"brokerName", "brokerName", TypeString, false, "", "", "", "name of the broker"},
	{"nextBrokerId", "nextBrokerId", TypeLong, false, "", "", "", ""},
}}

var getReplicaInfoRequestHeader = Schema{"GetReplicaInfoRequestHeader", "5.0.0", "", false, []FieldSpec{
	{"brokerName", "brokerName", TypeString, false, "", "", "", "name of the broker"},
	{"brokerAddress", "brokerAddress", TypeString, false, "5.0.0", "5.1.0", "", ""},
}}

var getReplicaInfoResponseHeader = Schema{"GetReplicaInfoResponseHeader", "5.0.0", "", false, []FieldSpec{
	{"masterBrokerId", "masterBrokerId", TypeLong, false, "5.1.1", "", "", "broker id of the master"},
	{"masterAddress", "masterAddress", TypeString, false, "", "", "", ""},
	{"masterEpoch", "masterEpoch", TypeInt, false, "", "", "", "epoch of the master"},
	{"brokerId", "brokerId", TypeLong, false, "5.0.0", "5.1.0", "", "0 is the master"},
}}

var getRouteInfoRequestHeader = Schema{"GetRouteInfoRequestHeader", "4.0.0-incubating", "", false, []FieldSpec{
	{"topic", "topic", TypeString, true, "", "", "", "topic"},
	{"acceptStandardJsonOnly", "acceptStandardJsonOnly", TypeBoolean, false, "4.9.4", "", "", "answer in JSON with quoted keys"},
	{"lo", "lo", TypeBoolean, false, "5.2.0", "", "", "static topic: false addresses the physical queue"},
	{"ns", "ns", TypeString, false, "5.2.0", "", "", "namespace"},
	{"nsd", "nsd", TypeBoolean, false, "5.2.0", "", "", "true: names already carry the namespace"},
	{"bname", "bname", TypeString, false, "5.2.0", "", "", "name of the broker that is meant"},
	{"oway", "oway", TypeBoolean, false, "5.2.0", "", "", "one-way marker of the internal RPC client"},
	{"sysFlag", "sysFlag", TypeInt, false, "5.0.0-PREVIEW", "5.0.0-PREVIEW", "", ""},
	{"logicalQueueIdsFilter", "logicalQueueIdsFilter", TypeObject, false, "5.0.0-PREVIEW", "5.0.0-PREVIEW", "", ""},
}}

var getRouteInfoResponseHeader = Schema{"GetRouteInfoResponseHeader", "4.0.0-incubating", "4.1.0-incubating", false, nil}

var getSyncStateDataRequest = Schema{"GetSyncStateDataRequest", "5.2.0", "", false, []FieldSpec{
	{"invokeTime", "invokeTime", TypeLong, false, "", "", "ms since 1970", "when the request was made"},
}}

var getTopicsByClusterRequestHeader = Schema{"GetTopicsByClusterRequestHeader", "4.0.0-incubating", "", false, []FieldSpec{
	{"cluster", "cluster", TypeString, true, "", "", "", ""},
}}

var initConsumerOffsetRequestHeader = Schema{"InitConsumerOffsetRequestHeader", "5.0.0", "", false, []FieldSpec{
	{"topic", "topic", TypeString, false, "", "", "", "topic"},
	{"initMode", "initMode", TypeInt, true, "", "", "", "where a new group begins: 0 at the first message, 1 at the last"},
	{"lo", "lo", TypeBoolean, false, "5.2.0", "", "", "static topic: false addresses the physical queue"},
	{"ns", "ns", TypeString, false, "5.2.0", "", "", "namespace"},
	{"nsd", "nsd", TypeBoolean, false, "5.2.0", "", "", "true: names already carry the namespace"},
	{"bname", "bname", TypeString, false, "5.2.0", "", "", "name of the broker that is meant"},
	{"oway", "oway", TypeBoolean, false, "5.2.0", "", "", "one-way marker of the internal RPC client"},
}}

var notifyBrokerRoleChangedRequestHeader = Schema{"NotifyBrokerRoleChangedRequestHeader", "5.0.0", "", false, []FieldSpec{
	{"masterAddress", "masterAddress", TypeString, false, "", "", "", ""},
	{"masterEpoch", "masterEpoch", TypeInt, false, "", "", "", "epoch of the master"},
	{"syncStateSetEpoch", "syncStateSetEpoch", TypeInt, false, "", "", "", ""},
	{"masterBrokerId", "masterBrokerId", TypeLong, false, "5.1.1", "", "", "broker id of the master"},
	{"brokerId", "brokerId", TypeLong, false, "5.0.0", "5.1.0", "", "0 is the master"},
}}

var notifyMinBrokerIdChangeRequestHeader = Schema{"NotifyMinBrokerIdChangeRequestHeader", "5.0.0", "", false, []FieldSpec{
	{"minBrokerId", "minBrokerId", TypeLong, false, "", "", "", ""},
	{"brokerName", "brokerName", TypeString, false, "", "", "", "name of the broker"},
	{"minBrokerAddr", "minBrokerAddr", TypeString, false, "", "", "", ""},
	{"offlineBrokerAddr", "offlineBrokerAddr", TypeString, false, "", "", "", ""},
	{"haBrokerAddr", "haBrokerAddr", TypeString, false, "", "", "", ""},
}}

var putKVConfigRequestHeader = Schema{"PutKVConfigRequestHeader", "4.0.0-incubating", "", false, []FieldSpec{
	{"namespace", "namespace", TypeString, true, "", "", "", "name space of the key-value config"},
	{"key", "key", TypeString, true, "", "", "", "key"},
	{"value", "value", TypeString, true, "", "", "", "value"},
}}

var queryDataVersionRequestHeader = Schema{"QueryDataVersionRequestHeader", "4.3.0", "", false, []FieldSpec{
	{"brokerName", "brokerName", TypeString, true, "", "", "", "name of the broker"},
	{"brokerAddr", "brokerAddr", TypeString, true, "", "", "", "ip:port of the broker"},
	{"clusterName", "clusterName", TypeString, true, "", "", "", "name of the cluster"},
	{"brokerId", "brokerId", TypeLong, true, "", "", "", "0 is the master"},
}}

var queryDataVersionResponseHeader = Schema{"QueryDataVersionResponseHeader", "4.3.0", "", false, []FieldSpec{
	{"changed", "changed", TypeBoolean, true, "", "", "", "the broker's data differ from what the name server has"},
}}

var raftBrokerHeartBeatEventRequest = Schema{"RaftBrokerHeartBeatEventRequest", "5.2.0", "", false, []FieldSpec{
	{"clusterNameIdentityInfo", "clusterNameIdentityInfo", TypeString, false, "", "", "", ""},
	{"brokerNameIdentityInfo", "brokerNameIdentityInfo", TypeString, false, "", "", "", ""},
	{"brokerIdIdentityInfo", "brokerIdIdentityInfo", TypeLong, false, "", "", "", ""},
	{"brokerName", "brokerName", TypeString, false, "", "", "", "name of the broker"},
	{"brokerAddr", "brokerAddr", TypeString, false, "", "", "", "ip:port of the broker"},
	{"heartbeatTimeoutMillis", "heartbeatTimeoutMillis", TypeLong, false, "", "", "ms", "silence after which the broker counts as gone"},
	{"brokerId", "brokerId", TypeLong, false, "", "", "", "0 is the master"},
	{"lastUpdateTimestamp", "lastUpdateTimestamp", TypeLong, false, "", "", "ms since 1970", ""},
	{"epoch", "epoch", TypeInt, false, "", "", "", "epoch of the master"},
	{"maxOffset", "maxOffset", TypeLong, false, "", "", "bytes", "physical end of the commit log"},
	{"confirmOffset", "confirmOffset", TypeLong, false, "", "", "bytes", "physical offset that all replicas have"},
	{"electionPriority", "electionPriority", TypeInt, false, "", "", "", "lower is elected first"},
}}

var raftBrokerHeartBeatEventResponse = Schema{"RaftBrokerHeartBeatEventResponse", "5.2.0", "", false, nil}

var registerBrokerRequestHeader = Schema{"RegisterBrokerRequestHeader", "4.0.0-incubating", "", false, []FieldSpec{
	{"brokerName", "brokerName", TypeString, true, "", "", "", "name of the broker"},
	{"brokerAddr", "brokerAddr", TypeString, true, "", "", "", "ip:port of the broker"},
	{"clusterName", "clusterName", TypeString, true, "", "", "", "name of the cluster"},
	{"haServerAddr", "haServerAddr", TypeString, true, "", "", "", "ip:port of the HA stream"},
	{"brokerId", "brokerId", TypeLong, true, "", "", "", "0 is the master"},
	{"heartbeatTimeoutMillis", "heartbeatTimeoutMillis", TypeLong, false, "5.0.0", "", "ms", "silence after which the broker counts as gone"},
	{"enableActingMaster", "enableActingMaster", TypeBoolean, false, "5.0.0", "", "", "a slave may act as master"},
	{"compressed", "compressed", TypeBoolean, true, "4.3.0", "", "", "the body is compressed"},
	{"bodyCrc32", "bodyCrc32", TypeInt, false, "4.3.0", "", "", "CRC-32 of the body as sent & 0x7FFFFFFF, 0 unchecked"},
}}

var registerBrokerResponseHeader = Schema{"RegisterBrokerResponseHeader", "4.0.0-incubating", "", false, []FieldSpec{
	{"haServerAddr", "haServerAddr", TypeString, false, "", "", "", "ip:port of the HA stream"},
	{"masterAddr", "masterAddr", TypeString, false, "", "", "", "ip:port of the master"},
}}

var registerBrokerToControllerRequestHeader = Schema{"RegisterBrokerToControllerRequestHeader", "5.0.0", "", false, []FieldSpec{
	{"clusterName", "clusterName", TypeString, false, "", "", "", "name of the cluster"},
	{"brokerName", "brokerName", TypeString, false, "", "", "", "name of the broker"},
	{"brokerId", "brokerId", TypeLong, false, "5.1.1", "", "", "0 is the master"},
	{"brokerAddress", "brokerAddress", TypeString, false, "", "", "", ""},
	{"invokeTime", "invokeTime", TypeLong, true, "5.2.0", "", "ms since 1970", "when the request was made"},
	{"epoch", "epoch", TypeInt, false, "5.0.0", "5.1.0", "", "epoch of the master"},
	{"maxOffset", "maxOffset", TypeLong, false, "5.0.0", "5.1.0", "bytes", "physical end of the commit log"},
	{"heartbeatTimeoutMillis", "heartbeatTimeoutMillis", TypeLong, false, "5.0.0", "5.1.0", "ms", "silence after which the broker counts as gone"},
	{"confirmOffset", "confirmOffset", TypeLong, false, "5.1.0", "5.1.0", "bytes", "physical offset that all replicas have"},
	{"electionPriority", "electionPriority", TypeInt, false, "5.1.0", "5.1.0", "", "lower is elected first"},
}}

var registerBrokerToControllerResponseHeader = Schema{"RegisterBrokerToControllerResponseHeader", "5.0.0", "", false, []FieldSpec{
	{"clusterName", "clusterName", TypeString, false, "5.1.1", "", "", "name of the cluster"},
	{"brokerName", "brokerName", TypeString, false, "5.1.1", "", "", "name of the broker"},
	{"masterBrokerId", "masterBrokerId", TypeLong, false, "5.1.1", "", "", "broker id of the master"},
	{"masterAddress", "masterAddress", TypeString, false, "", "", "", ""},
	{"masterEpoch", "masterEpoch", TypeInt, false, "", "", "", "epoch of the master"},
	{"syncStateSetEpoch", "syncStateSetEpoch", TypeInt, false, "", "", "", ""},
	{"brokerId", "brokerId", TypeLong, false, "5.0.0", "5.1.0", "", "0 is the master"},
}}

var registerFilterServerRequestHeader = Schema{"RegisterFilterServerRequestHeader", "4.0.0-incubating", "5.1.0", false, []FieldSpec{
	{"filterServerAddr", "filterServerAddr", TypeString, false, "4.0.0-incubating", "5.1.0", "", ""},
}}

var registerFilterServerResponseHeader = Schema{"RegisterFilterServerResponseHeader", "4.0.0-incubating", "5.1.0", false, []FieldSpec{
	{"brokerName", "brokerName", TypeString, false, "4.0.0-incubating", "5.1.0", "", "name of the broker"},
	{"brokerId", "brokerId", TypeLong, false, "4.0.0-incubating", "5.1.0", "", "0 is the master"},
}}

var registerMessageFilterClassRequestHeader = Schema{"RegisterMessageFilterClassRequestHeader", "4.0.0-incubating", "5.1.0", false, []FieldSpec{
	{"consumerGroup", "consumerGroup", TypeString, false, "4.0.0-incubating", "5.1.0", "", "group of the consumer"},
	{"topic", "topic", TypeString, false, "4.0.0-incubating", "5.1.0", "", "topic"},
	{"className", "className", TypeString, false, "4.0.0-incubating", "5.1.0", "", ""},
	{"classCRC", "classCRC", TypeInt, false, "4.0.0-incubating", "5.1.0", "", ""},
}}

var registerOrderTopicRequestHeader = Schema{"RegisterOrderTopicRequestHeader", "4.0.0-incubating", "", false, []FieldSpec{
	{"topic", "topic", TypeString, true, "", "", "", "topic"},
	{"orderTopicString", "orderTopicString", TypeString, true, "", "", "", ""},
}}

var registerTopicRequestHeader = Schema{"RegisterTopicRequestHeader", "5.0.0", "", false, []FieldSpec{
	{"topic", "topic", TypeString, true, "", "", "", "topic"},
	{"lo", "lo", TypeBoolean, false, "5.2.0", "", "", "static topic: false addresses the physical queue"},
	{"ns", "ns", TypeString, false, "5.2.0", "", "", "namespace"},
	{"nsd", "nsd", TypeBoolean, false, "5.2.0", "", "", "true: names already carry the namespace"},
	{"bname", "bname", TypeString, false, "5.2.0", "", "", "name of the broker that is meant"},
	{"oway", "oway", TypeBoolean, false, "5.2.0", "", "", "one-way marker of the internal RPC client"},
}}

var rpcRequestHeader = Schema{"RpcRequestHeader", "4.9.5", "", false, []FieldSpec{
	{"ns", "ns", TypeString, false, "5.0.0-ALPHA", "", "", "namespace"},
	{"nsd", "nsd", TypeBoolean, false, "5.0.0-ALPHA", "", "", "true: names already carry the namespace"},
	{"bname", "bname", TypeString, false, "", "", "", "name of the broker that is meant"},
	{"oway", "oway", TypeBoolean, false, "5.0.0-ALPHA", "", "", "one-way marker of the internal RPC client"},
}}

var statisticsMessagesRequestHeader = Schema{"StatisticsMessagesRequestHeader", "5.0.0", "", false, []FieldSpec{
	{"consumerGroup", "consumerGroup", TypeString, true, "", "", "", "group of the consumer"},
	{"topic", "topic", TypeString, true, "", "", "", "topic"},
	{"queueId", "queueId", TypeInt, true, "", "", "", "queue of the topic on this broker"},
	{"fromTime", "fromTime", TypeLong, true, "", "", "ms since 1970", ""},
	{"toTime", "toTime", TypeLong, true, "", "", "ms since 1970", ""},
	{"lo", "lo", TypeBoolean, false, "5.2.0", "", "", "static topic: false addresses the physical queue"},
	{"ns", "ns", TypeString, false, "5.2.0", "", "", "namespace"},
	{"nsd", "nsd", TypeBoolean, false, "5.2.0", "", "", "true: names already carry the namespace"},
	{"bname", "bname", TypeString, false, "5.2.0", "", "", "name of the broker that is meant"},
	{"oway", "oway", TypeBoolean, false, "5.2.0", "", "", "one-way marker of the internal RPC client"},
}}

var topicQueueRequestHeader = Schema{"TopicQueueRequestHeader", "5.0.0-ALPHA", "", false, []FieldSpec{
	{"lo", "lo", TypeBoolean, false, "", "", "", "static topic: false addresses the physical queue"},
	{"ns", "ns", TypeString, false, "", "", "", "namespace"},
	{"nsd", "nsd", TypeBoolean, false, "", "", "", "true: names already carry the namespace"},
	{"bname", "bname", TypeString, false, "", "", "", "name of the broker that is meant"},
	{"oway", "oway", TypeBoolean, false, "", "", "", "one-way marker of the internal RPC client"},
}}

var topicRequestHeader = Schema{"TopicRequestHeader", "5.0.0-ALPHA", "", false, []FieldSpec{
	{"lo", "lo", TypeBoolean, false, "", "", "", "static topic: false addresses the physical queue"},
	{"ns", "ns", TypeString, false, "", "", "", "namespace"},
	{"nsd", "nsd", TypeBoolean, false, "", "", "", "true: names already carry the namespace"},
	{"bname", "bname", TypeString, false, "", "", "", "name of the broker that is meant"},
	{"oway", "oway", TypeBoolean, false, "", "", "", "one-way marker of the internal RPC client"},
}}

var unRegisterBrokerRequestHeader = Schema{"UnRegisterBrokerRequestHeader", "4.0.0-incubating", "", false, []FieldSpec{
	{"brokerName", "brokerName", TypeString, true, "", "", "", "name of the broker"},
	{"brokerAddr", "brokerAddr", TypeString, true, "", "", "", "ip:port of the broker"},
	{"clusterName", "clusterName", TypeString, true, "", "", "", "name of the cluster"},
	{"brokerId", "brokerId", TypeLong, true, "", "", "", "0 is the master"},
}}

var wipeWritePermOfBrokerRequestHeader = Schema{"WipeWritePermOfBrokerRequestHeader", "4.0.0-incubating", "", false, []FieldSpec{
	{"brokerName", "brokerName", TypeString, true, "", "", "", "name of the broker"},
}}

var wipeWritePermOfBrokerResponseHeader = Schema{"WipeWritePermOfBrokerResponseHeader", "4.0.0-incubating", "", false, []FieldSpec{
	{"wipeTopicCount", "wipeTopicCount", TypeInt, true, "", "", "", ""},
}}
