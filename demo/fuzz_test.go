package demo

import (
	"bytes"
	"io"
	"net"
	"testing"
	"time"

	"github.com/mqsniff/mqsniff/decode"
)

// FuzzServers hands frames to a broker and to a name server, as their connections do.
func FuzzServers(f *testing.F) {
	frame := func(s decode.Serialization, code int32, body string, pairs ...string) []byte {
		b, err := decode.EncodeCommand(nil, s, &decode.CommandSpec{Code: code, Opaque: 1, Ext: fields(pairs...)}, []byte(body))
		if err != nil {
			f.Fatal(err)
		}
		return b
	}
	heartbeat := `{"clientID":"c","consumerDataSet":[{"groupName":"cg","subscriptionDataSet":[{"subString":"A","subVersion":1,"topic":"T"}]}],"producerDataSet":[{"groupName":"pg"}]}`
	locks := `{"clientId":"c","consumerGroup":"cg","mqSet":[{"brokerName":"broker-a","queueId":0,"topic":"T"}]}`
	for _, s := range []decode.Serialization{decode.JSON, decode.ROCKETMQ} {
		send := frame(s, 310, "x", "a", "pg", "b", "T", "c", "TBW102", "d", "4", "e", "0", "f", "0", "g", "1", "h", "0", "i", "TAGS\x01A\x02KEYS\x01k\x02")
		half := frame(s, 310, "x", "a", "pg", "b", "T", "c", "TBW102", "d", "4", "e", "0", "f", "4", "g", "1", "h", "0", "i", "TRAN_MSG\x01true\x02PGROUP\x01pg\x02")
		pull := frame(s, 11, "", "consumerGroup", "cg", "topic", "T", "queueId", "0", "queueOffset", "0", "maxMsgNums", "32", "sysFlag", "3", "suspendTimeoutMillis", "10", "commitOffset", "1", "subVersion", "1")
		f.Add(bytes.Join([][]byte{frame(s, 34, heartbeat), pull, send, pull, frame(s, 38, "", "consumerGroup", "cg")}, nil))
		f.Add(bytes.Join([][]byte{half, frame(s, 37, "", "producerGroup", "pg", "commitLogOffset", "0", "tranStateTableOffset", "0", "commitOrRollback", "8")}, nil))
		f.Add(bytes.Join([][]byte{send, frame(s, 36, "", "group", "cg", "offset", "0", "delayLevel", "1"), frame(s, 33, "", "offset", "0"), frame(s, 41, locks), frame(s, 42, locks)}, nil))
		f.Add(frame(s, 320, string(appendElement(nil, []byte("x"), []byte("KEYS\x01k\x02"))), "b", "T", "c", "TBW102", "d", "4", "e", "-1", "m", "true", "i", "UNIQ_KEY\x01u\x02"))
		f.Add(bytes.Join([][]byte{frame(s, 34, heartbeat), frame(s, 325, "x", "b", replyTopic, "e", "0", "i", "REPLY_TO_CLIENT\x01c\x02")}, nil))
		f.Add(frame(s, 310, "x", "b", scheduleTopic, "e", "17", "i", "REAL_TOPIC\x01T\x02REAL_QID\x01-5\x02DELAY\x0199\x02"))
		f.Add(frame(s, 310, "x", "b", halfTopic, "e", "0", "i", "REAL_TOPIC\x01a b\x02REAL_QID\x01x\x02"))
		f.Add(bytes.Join([][]byte{frame(s, 12, "", "topic", "T", "key", "k", "maxNum", "9", "endTimestamp", "9999999999999"), frame(s, 29, "", "topic", "T"), frame(s, 14, "", "topic", "T", "consumerGroup", "cg")}, nil))
		f.Add(bytes.Join([][]byte{frame(s, 105, "", "topic", "TBW102"), frame(s, 106, ""), frame(s, 100, "", "namespace", "n", "key", "k", "value", "v"), frame(s, 17, "", "topic", "U", "readQueueNums", "1", "writeQueueNums", "64", "perm", "6")}, nil))
		f.Add(frame(s, 35, "", "clientID", "c", "consumerGroup", "cg", "producerGroup", "pg"))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		b := newBroker("broker-a", &server{address: "127.0.0.1:10911"}, testStore(1<<20), ClusterOptions{Haste: 1e7, TransactionTimeout: time.Microsecond})
		b.store.create("T", 2, 2, permRead|permWrite)
		n := &nameServer{brokers: []*broker{b}, kv: map[[2]string]string{}}
		near, far := net.Pipe()
		drained := make(chan struct{})
		go func() {
			io.Copy(io.Discard, far)
			close(drained)
		}()
		p := newPeer(near, &voice{version: version53}, nil)
		go p.write()
		for r := bytes.NewReader(in); ; {
			c, err := readCommand(r)
			if err != nil {
				break
			}
			n.answer(c)
			if c.Response() {
				if done := p.take(c.Opaque); done != nil {
					done(c)
				}
				continue
			}
			b.serve(p, c)
		}
		p.close()
		b.leave(p)
		b.end()
		b.store.consistent(t)
		if len(b.clients) > 0 || len(b.producers) > 0 || len(b.consumers) > 0 {
			t.Errorf("a connection that has gone is in groups: %v %v %v", b.clients, b.producers, b.consumers)
		}
		<-drained
	})
}
