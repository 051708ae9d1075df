package demo

// Requests that decode has no name for (RequestCode).
const (
	updateAndCreateTopic    = 17
	getBrokerRuntimeInfo    = 28
	searchOffsetByTimestamp = 29
	getMaxOffset            = 30
	getMinOffset            = 31
	getEarliestStoreTime    = 32
	getConsumerListByGroup  = 38
	notifyConsumerIDs       = 40
	lockBatchMQ             = 41
	unlockBatchMQ           = 42
	checkClientConfig       = 46
	putKVConfig             = 100
	getKVConfig             = 101
	deleteKVConfig          = 102
	registerBroker          = 103
	unregisterBroker        = 104
	getBrokerClusterInfo    = 106
)

// Answers (ResponseCode).
const (
	systemError      = 1
	systemBusy       = 2
	notSupported     = 3
	flushDiskTimeout = 10
	messageIllegal   = 13
	noPermission     = 16
	topicNotExist    = 17
	pullNotFound     = 19
	pullRetry        = 20
	pullOffsetMoved  = 21
	queryNotFound    = 22
	noSubscription   = 24
	oldSubscription  = 25
	invalidParameter = 29
)

// Bits of a pull's sysFlag (PullSysFlag).
const (
	pullCommitOffset = 1
	pullSuspend      = 2
	pullSubscription = 4
)

// version53 is V5_3_3, the release whose answers the servers give.
const version53 = 479

// defaultTopic is whose settings topics get that a send creates (TopicValidator.AUTO_CREATE_TOPIC_KEY_TOPIC); the others are
// where brokers keep what waits (TopicValidator.RMQ_SYS_SCHEDULE_TOPIC, RMQ_SYS_TRANS_HALF_TOPIC).
const (
	defaultTopic  = "TBW102"
	scheduleTopic = "SCHEDULE_TOPIC_XXXX"
	halfTopic     = "RMQ_SYS_TRANS_HALF_TOPIC"
	replyTopic    = clusterName + "_REPLY_TOPIC"
	clusterName   = "DefaultCluster"
	regionName    = "DefaultRegion"
	retryPrefix   = "%RETRY%"
	deadPrefix    = "%DLQ%"
)

// faq is how remarks end (FAQUrl.suggestTodo).
const faq = "\nSee https://rocketmq.apache.org/docs/bestPractice/06FAQ for further details."
