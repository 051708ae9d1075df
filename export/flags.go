package export

import (
	"github.com/mqsniff/mqsniff/decode"
	"github.com/mqsniff/mqsniff/session"
)

// Slow answers, in ns, by default: of sends and acknowledgements, and of everything else. A long poll is never slow.
const (
	slowSend  = 5_000_000
	slowOther = 100_000_000
)

// Slow tells whether a response took longer than answers of its kind should.
func Slow(ev *session.Event) bool {
	if ev.Kind != session.Response || ev.Pair == 0 || ev.Has(session.LongPoll) {
		return false
	}
	switch {
	case decode.IsSend(ev.Code), ev.Code == decode.ConsumerSendMsgBack, ev.Code == decode.EndTransaction, ev.Code == ackMessage:
		return ev.Latency > slowSend
	}
	return ev.Latency > slowOther
}

const ackMessage = 200051

// AppendFlags writes a direction and letters:
//
//	> request  < response  } oneway  { request or oneway of the server  ) its answer  x no frame
//	! failed  ~ slow  R retry  D dead letter  Z compressed  B batch  T transaction  ? request not seen  t too late
func AppendFlags(dst []byte, ev *session.Event) []byte {
	dst = append(dst, direction(ev))
	for _, f := range [...]struct {
		set    bool
		letter byte
	}{
		{ev.Failed(), '!'},
		{Slow(ev), '~'},
		{ev.Has(session.Retry), 'R'},
		{ev.Has(session.DeadLetter), 'D'},
		{ev.Has(session.Compressed), 'Z'},
		{ev.Has(session.Batch), 'B'},
		{ev.Has(session.Transaction), 'T'},
		{ev.Has(session.Unmatched), '?'},
		{ev.Has(session.Late), 't'},
	} {
		if f.set {
			dst = append(dst, f.letter)
		}
	}
	return dst
}

func direction(ev *session.Event) byte {
	server := ev.Dir == session.ServerToClient
	switch ev.Kind {
	case session.Request:
		if server {
			return '{'
		}
		return '>'
	case session.Oneway:
		if server {
			return '{'
		}
		return '}'
	case session.Response:
		if server {
			return '<'
		}
		return ')'
	case session.Open, session.Close, session.ProxyHeader:
		return ' '
	}
	return 'x'
}
