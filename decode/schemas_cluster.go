package decode

// Header classes of what name servers and controllers are asked, and classes that no operation uses (remoting.protocol.header).
// Name, long name, type, required, since, last, unit, meaning.

var addWritePermOfBrokerRequestHeader = Schema{"AddWritePermOfBrokerRequestHeader", "4.9.2", "", false, []FieldSpec{
	{"brokerName", "brokerName", TypeString, true, "", "", "", "name of the broker"},
}}

var addWritePermOfBrokerResponseHeader = Schema{"AddWritePermOfBrokerResponseHeader", "4.9.2", "", false, []FieldSpec{
	{"addTopicCount", "addTopicCount", TypeInt, true, "", "", "", "topics that may be written again"},
}}

var alterSyncStateSetRequestHeader = Schema{"AlterSyncStateSetRequestHeader", "5.0.0", "", false, []FieldSpec{
	{"brokerName", "brokerName", TypeString, false, "", "", "", "name of the broker"},
	{"masterBrokerId", "masterBrokerId", TypeLong, false, "5.1.1", "", "", "broker id of the master"},
	{"masterEpoch", "masterEpoch", TypeInt, false, "", "", "", "epoch of the master"},
	{"invokeTime", "invokeTime", TypeLong, true, "5.2.0", "", "ms since 1970", "when the request was made"},
	{"masterAddress", "masterAddress", TypeString, false, "5.0.0", "5.1.0", "", "address of the master, host:port"},
}}

var alterSyncStateSetResponseHeader = Schema{"AlterSyncStateSetResponseHeader", "5.0.0", "", false, []FieldSpec{
	{"newSyncStateSetEpoch", "newSyncStateSetEpoch", TypeInt, true, "", "", "", "epoch of the new sync state set"},
}}

var applyBrokerIdRequestHeader = Schema{"ApplyBrokerIdRequestHeader", "5.1.1", "", false, []FieldSpec{
	{"clusterName", "clusterName", TypeString, false, "", "", "", "name of the cluster"},
	{"brokerName", "brokerName", TypeString, false, "", "", "", "name of the broker"},
	{"appliedBrokerId", "appliedBrokerId", TypeLong, false, "", "", "", "broker id that is applied for"},
	{"registerCheckCode", "registerCheckCode", TypeString, false, "", "", "", "proves later that the same broker registers"},
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
	{"brokerControllerIdsToClean", "brokerControllerIdsToClean", TypeString, false, "5.1.1", "", "", "broker ids to forget, joined by semicolons"},
	{"isCleanLivingBroker", "isCleanLivingBroker", TypeBoolean, true, "", "", "", "also brokers that are alive"},
	{"invokeTime", "invokeTime", TypeLong, true, "5.2.0", "", "ms since 1970", "when the request was made"},
	{"brokerAddress", "brokerAddress", TypeString, false, "5.0.0", "5.1.0", "", "address of the broker, host:port"},
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
	{"designateElect", "designateElect", TypeBoolean, true, "5.1.1", "", "", "the broker id given here shall become master"},
	{"invokeTime", "invokeTime", TypeLong, false, "5.2.0", "", "ms since 1970", "when the request was made"},
	{"brokerAddress", "brokerAddress", TypeString, false, "5.0.0", "5.1.0", "", "address of the broker, host:port"},
}}

var electMasterResponseHeader = Schema{"ElectMasterResponseHeader", "5.0.0", "", false, []FieldSpec{
	{"masterBrokerId", "masterBrokerId", TypeLong, false, "5.1.1", "", "", "broker id of the master"},
	{"masterAddress", "masterAddress", TypeString, false, "5.1.1", "", "", "address of the master, host:port"},
	{"masterEpoch", "masterEpoch", TypeInt, false, "", "", "", "epoch of the master"},
	{"syncStateSetEpoch", "syncStateSetEpoch", TypeInt, false, "", "", "", "epoch of the sync state set"},
	{"newMasterAddress", "newMasterAddress", TypeString, false, "5.0.0", "5.1.0", "", "address of the elected master, host:port"},
	{"brokerMemberGroup", "brokerMemberGroup", TypeObject, false, "5.0.0", "5.1.0", "", "members of the broker's group"},
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
	{"controllerLeaderId", "controllerLeaderId", TypeString, false, "", "", "", "id of the leading controller"},
	{"controllerLeaderAddress", "controllerLeaderAddress", TypeString, false, "", "", "", "address of the leading controller, host:port"},
	{"isLeader", "isLeader", TypeBoolean, true, "", "", "", "the controller that answers is the leader"},
	{"peers", "peers", TypeString, false, "", "", "", "addresses of all controllers"},
}}

var getNextBrokerIdRequestHeader = Schema{"GetNextBrokerIdRequestHeader", "5.1.1", "", false, []FieldSpec{
	{"clusterName", "clusterName", TypeString, false, "", "", "", "name of the cluster"},
	{"brokerName", "brokerName", TypeString, false, "", "", "", "name of the broker"},
}}

var getNextBrokerIdResponseHeader = Schema{"GetNextBrokerIdResponseHeader", "5.1.1", "", false, []FieldSpec{
	{"clusterName", "clusterName", TypeString, false, "", "", "", "name of the cluster"},
	{"brokerName", "brokerName", TypeString, false, "", "", "", "name of the broker"},
	{"nextBrokerId", "nextBrokerId", TypeLong, false, "", "", "", "id that the next new broker gets"},
}}

var getReplicaInfoRequestHeader = Schema{"GetReplicaInfoRequestHeader", "5.0.0", "", false, []FieldSpec{
	{"brokerName", "brokerName", TypeString, false, "", "", "", "name of the broker"},
	{"brokerAddress", "brokerAddress", TypeString, false, "5.0.0", "5.1.0", "", "address of the broker, host:port"},
}}

var getReplicaInfoResponseHeader = Schema{"GetReplicaInfoResponseHeader", "5.0.0", "", false, []FieldSpec{
	{"masterBrokerId", "masterBrokerId", TypeLong, false, "5.1.1", "", "", "broker id of the master"},
	{"masterAddress", "masterAddress", TypeString, false, "", "", "", "address of the master, host:port"},
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
	{"sysFlag", "sysFlag", TypeInt, false, "5.0.0-PREVIEW", "5.0.0-PREVIEW", "", "bits of the route query"},
	{"logicalQueueIdsFilter", "logicalQueueIdsFilter", TypeObject, false, "5.0.0-PREVIEW", "5.0.0-PREVIEW", "", "logical queues wanted"},
}}

var getRouteInfoResponseHeader = Schema{"GetRouteInfoResponseHeader", "4.0.0-incubating", "4.1.0-incubating", false, nil}

var getSyncStateDataRequest = Schema{"GetSyncStateDataRequest", "5.2.0", "", false, []FieldSpec{
	{"invokeTime", "invokeTime", TypeLong, false, "", "", "ms since 1970", "when the request was made"},
}}

var getTopicsByClusterRequestHeader = Schema{"GetTopicsByClusterRequestHeader", "4.0.0-incubating", "", false, []FieldSpec{
	{"cluster", "cluster", TypeString, true, "", "", "", "cluster name"},
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
	{"masterAddress", "masterAddress", TypeString, false, "", "", "", "address of the master, host:port"},
	{"masterEpoch", "masterEpoch", TypeInt, false, "", "", "", "epoch of the master"},
	{"syncStateSetEpoch", "syncStateSetEpoch", TypeInt, false, "", "", "", "epoch of the sync state set"},
	{"masterBrokerId", "masterBrokerId", TypeLong, false, "5.1.1", "", "", "broker id of the master"},
	{"brokerId", "brokerId", TypeLong, false, "5.0.0", "5.1.0", "", "0 is the master"},
}}

var notifyMinBrokerIdChangeRequestHeader = Schema{"NotifyMinBrokerIdChangeRequestHeader", "5.0.0", "", false, []FieldSpec{
	{"minBrokerId", "minBrokerId", TypeLong, false, "", "", "", "smallest id of a broker of the group that is alive"},
	{"brokerName", "brokerName", TypeString, false, "", "", "", "name of the broker"},
	{"minBrokerAddr", "minBrokerAddr", TypeString, false, "", "", "", "address of that broker, host:port"},
	{"offlineBrokerAddr", "offlineBrokerAddr", TypeString, false, "", "", "", "address of the broker that went away, host:port"},
	{"haBrokerAddr", "haBrokerAddr", TypeString, false, "", "", "", "address of the HA service to follow, host:port"},
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
	{"clusterNameIdentityInfo", "clusterNameIdentityInfo", TypeString, false, "", "", "", "cluster of the broker"},
	{"brokerNameIdentityInfo", "brokerNameIdentityInfo", TypeString, false, "", "", "", "name of the broker"},
	{"brokerIdIdentityInfo", "brokerIdIdentityInfo", TypeLong, false, "", "", "", "id of the broker"},
	{"brokerName", "brokerName", TypeString, false, "", "", "", "name of the broker"},
	{"brokerAddr", "brokerAddr", TypeString, false, "", "", "", "ip:port of the broker"},
	{"heartbeatTimeoutMillis", "heartbeatTimeoutMillis", TypeLong, false, "", "", "ms", "silence after which the broker counts as gone"},
	{"brokerId", "brokerId", TypeLong, false, "", "", "", "0 is the master"},
	{"lastUpdateTimestamp", "lastUpdateTimestamp", TypeLong, false, "", "", "ms since 1970", "last heartbeat of the broker"},
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
	{"brokerAddress", "brokerAddress", TypeString, false, "", "", "", "address of the broker, host:port"},
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
	{"masterAddress", "masterAddress", TypeString, false, "", "", "", "address of the master, host:port"},
	{"masterEpoch", "masterEpoch", TypeInt, false, "", "", "", "epoch of the master"},
	{"syncStateSetEpoch", "syncStateSetEpoch", TypeInt, false, "", "", "", "epoch of the sync state set"},
	{"brokerId", "brokerId", TypeLong, false, "5.0.0", "5.1.0", "", "0 is the master"},
}}

var registerFilterServerRequestHeader = Schema{"RegisterFilterServerRequestHeader", "4.0.0-incubating", "5.1.0", false, []FieldSpec{
	{"filterServerAddr", "filterServerAddr", TypeString, false, "4.0.0-incubating", "5.1.0", "", "address of the filter server, host:port"},
}}

var registerFilterServerResponseHeader = Schema{"RegisterFilterServerResponseHeader", "4.0.0-incubating", "5.1.0", false, []FieldSpec{
	{"brokerName", "brokerName", TypeString, false, "4.0.0-incubating", "5.1.0", "", "name of the broker"},
	{"brokerId", "brokerId", TypeLong, false, "4.0.0-incubating", "5.1.0", "", "0 is the master"},
}}

var registerMessageFilterClassRequestHeader = Schema{"RegisterMessageFilterClassRequestHeader", "4.0.0-incubating", "5.1.0", false, []FieldSpec{
	{"consumerGroup", "consumerGroup", TypeString, false, "4.0.0-incubating", "5.1.0", "", "group of the consumer"},
	{"topic", "topic", TypeString, false, "4.0.0-incubating", "5.1.0", "", "topic"},
	{"className", "className", TypeString, false, "4.0.0-incubating", "5.1.0", "", "name of the filter class"},
	{"classCRC", "classCRC", TypeInt, false, "4.0.0-incubating", "5.1.0", "", "CRC-32 of the class's source"},
}}

var registerOrderTopicRequestHeader = Schema{"RegisterOrderTopicRequestHeader", "4.0.0-incubating", "", false, []FieldSpec{
	{"topic", "topic", TypeString, true, "", "", "", "topic"},
	{"orderTopicString", "orderTopicString", TypeString, true, "", "", "", "queues by broker, broker:count, joined by semicolons"},
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
	{"fromTime", "fromTime", TypeLong, true, "", "", "ms since 1970", "begin of the span"},
	{"toTime", "toTime", TypeLong, true, "", "", "ms since 1970", "end of the span"},
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
	{"wipeTopicCount", "wipeTopicCount", TypeInt, true, "", "", "", "topics that may not be written any more"},
}}
