package session

import "testing"

// BenchmarkPair is one send and its answer: framing, both headers, pairing.
func BenchmarkPair(b *testing.B) {
	send := frame(310, 1, 0, `"a":"pg","b":"OrderPaid","c":"TBW102","d":"4","e":"3","f":"0","g":"1795385832053","h":"0",`+
		`"i":"KEYS\u0001order-0\u0002UNIQ_KEY\u00017F00000159124E0E2F2A70EDC9E90000\u0002WAIT\u0001true\u0002TAGS\u0001TagA\u0002",`+
		`"j":"0","k":"false","m":"false","n":"broker-a"`, "the body of a message")
	answer := frame(0, 1, 1, `"queueId":"3","transactionId":"7F00000159124E0E2F2A70EDC9E90000","msgId":"7F00000100002A9F0000000000000000",`+
		`"TRACE_ON":"true","MSG_REGION":"DefaultRegion","queueOffset":"0"`, "")
	events := 0
	s := New(Options{}, func(*Event, *View) { events++ })
	c := s.Open(0, ends, ClientToServer, true)
	c.Begin(ClientToServer, 0)
	c.Begin(ServerToClient, 0)
	b.SetBytes(int64(len(send) + len(answer)))
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		c.Bytes(ClientToServer, Chunk{Bytes: send, Time: int64(i), Offset: 1, RecordLen: 1})
		c.Bytes(ServerToClient, Chunk{Bytes: answer, Time: int64(i), Offset: 1, RecordLen: 1})
	}
	if events != 2*b.N+1 {
		b.Fatalf("%d events of %d pairs", events, b.N)
	}
}
