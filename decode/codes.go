package decode

import "slices"

// Numbers of the operations that this module treats in a way of their own (RequestCode).
const (
	SendMessage           = 10
	PullMessage           = 11
	QueryMessage          = 12
	QueryConsumerOffset   = 14
	UpdateConsumerOffset  = 15
	ViewMessageByID       = 33
	HeartBeat             = 34
	UnregisterClient      = 35
	ConsumerSendMsgBack   = 36
	EndTransaction        = 37
	CheckTransactionState = 39
	GetRouteInfoByTopic   = 105
	SendMessageV2         = 310
	SendBatchMessage      = 320
	SendReplyMessage      = 324
	SendReplyMessageV2    = 325
	PushReplyMessage      = 326
	LitePullMessage       = 361
	PopMessage            = 200050
	PeekMessage           = 200052
	Notification          = 200054
	PopLiteMessage        = 200070
)

// Requests whose failures share numbers with later meanings (ACL 1.0).
const (
	updateAndCreateACLConfig     = 50
	deleteACLConfig              = 51
	updateGlobalWhiteAddrsConfig = 53
)

// RequestCodes are all operations, sorted by number. They must not be changed.
func RequestCodes() []Code { return requestCodes[:] }

// RequestCode is the operation with this number, nil where there is none.
func RequestCode(n int32) *Code {
	low, high := 0, len(requestCodes)
	for low < high {
		if m := (low + high) / 2; requestCodes[m].Number < n {
			low = m + 1
		} else {
			high = m
		}
	}
	if low < len(requestCodes) && requestCodes[low].Number == n {
		return &requestCodes[low]
	}
	return nil
}

// RequestCodeByName is the operation with this name (RequestCode.java), nil where there is none. The spelling of
// releases up to 4.7.0, GET_ROUTEINTO_BY_TOPIC, is known too.
func RequestCodeByName(name string) *Code {
	if name == "GET_ROUTEINTO_BY_TOPIC" {
		return RequestCode(GetRouteInfoByTopic)
	}
	for i := range requestCodes {
		if requestCodes[i].Name == name {
			return &requestCodes[i]
		}
	}
	return nil
}

// TruncatedCode tells which operation a request code of a ROCKETMQ header stands for that has lost its upper bits: such
// a header has 16 bits for a code, so that POP_MESSAGE, 200050, arrives as 3442. No server maps it back. ok is false for
// a code that lost nothing.
func TruncatedCode(n int32) (real int32, ok bool) {
	real = n + 3<<16
	if n < 0 || n > 0x7FFF || RequestCode(n) != nil || RequestCode(real) == nil {
		return n, false
	}
	return real, true
}

// OperationName is the name of the operation with this number, also where a ROCKETMQ header cut the number to 16 bits; ""
// for a number that no table has.
func OperationName(n int32) string {
	if real, ok := TruncatedCode(n); ok {
		n = real
	}
	if c := RequestCode(n); c != nil {
		return c.Name
	}
	return ""
}

// ResponseCodes are all response codes, sorted by number and then by age. They must not be changed.
func ResponseCodes() []Status { return responseCodes[:] }

// ResponseCode is the response code with this number, the younger one where it has two meanings, nil where there is none.
func ResponseCode(n int32) *Status {
	_, last := statuses(n)
	return last
}

// statuses are the oldest and the youngest meaning of n.
func statuses(n int32) (first, last *Status) {
	i, ok := slices.BinarySearchFunc(responseCodes[:], n, func(s Status, n int32) int { return int(s.Number) - int(n) })
	if !ok {
		return nil, nil
	}
	first, last = &responseCodes[i], &responseCodes[i]
	if i+1 < len(responseCodes) && responseCodes[i+1].Number == n {
		last = &responseCodes[i+1]
	}
	return first, last
}

// ResponseCodeByName is the response code with this name, the one in use today where the name moved, nil where there is
// none.
func ResponseCodeByName(name string) (s *Status) {
	for i := range responseCodes {
		if responseCodes[i].Name == name && (s == nil || s.Last != "") {
			s = &responseCodes[i]
		}
	}
	return s
}

// Ordinals of MQVersion at which numbers changed their meaning.
const (
	version500 = 413
	version511 = 435
)

// StatusFor is the name of a response code. Six numbers changed their meaning: 209, 210 and 211 were failures of the ACL
// operations 50, 51 and 53 in 4.x and belong to pop since 5.0, 2010 to 2012 moved in 5.1.1. known says that requestCode
// is that of the request; otherwise, and for the latter, version decides: that of the sender of the response, 0 where
// nobody knows. ok is false for a number that has no name.
func StatusFor(requestCode, status int32, known bool, version int32) (name string, ok bool) {
	old, young := statuses(status)
	if young == nil {
		return "", false
	}
	if old == young {
		return young.Name, true
	}
	isOld := false
	switch {
	case status >= 2010:
		isOld = version > 0 && version < version511-1 // 434 is V5_1_1_SNAPSHOT
	case known:
		isOld = requestCode == updateAndCreateACLConfig || requestCode == deleteACLConfig ||
			requestCode == updateGlobalWhiteAddrsConfig
	default:
		isOld = version > 0 && version < version500
	}
	if isOld {
		return old.Name, true
	}
	return young.Name, true
}

// ExpectedEmpty tells whether a status other than 0 is no failure but says that there is nothing: no new message, no
// offset yet, nothing found, a poll that ran out. requestCode is 0 where the request was not seen.
func ExpectedEmpty(requestCode, status int32) bool {
	switch status {
	case 19, 20, 22, 208: // PULL_NOT_FOUND, PULL_RETRY_IMMEDIATELY, QUERY_NOT_FOUND, NO_MESSAGE
		return true
	case 210: // POLLING_TIMEOUT
		return requestCode != deleteACLConfig
	}
	return false
}

// Stored tells whether this answer to a send means that the broker has the message: 10, 11 and 12 complain about its
// flush or its copy only.
func Stored(requestCode, status int32) bool {
	return IsSend(requestCode) && (status == 0 || status >= 10 && status <= 12)
}

// IsSend tells whether a request brings a message, or a batch, to a broker.
func IsSend(requestCode int32) bool {
	switch requestCode {
	case SendMessage, SendMessageV2, SendBatchMessage, SendReplyMessage, SendReplyMessageV2:
		return true
	}
	return false
}

// IsPull tells whether an answer may bring messages out of a queue to a consumer.
func IsPull(requestCode int32) bool {
	switch requestCode {
	case PullMessage, LitePullMessage, PopMessage, PeekMessage, PopLiteMessage:
		return true
	}
	return false
}
