package decode

import (
	"fmt"
	"testing"
)

func TestSubjectOf(t *testing.T) {
	for _, tt := range []struct {
		name string
		code int32
		ext  string
		want string
	}{
		{"send v2", SendMessageV2, `"a":"pg","b":"T","e":"3","f":"1","j":"2","m":"false"`, `T pg  3 1 2 false false`},
		{"send v2 numbers", SendMessageV2, `"a":"pg","b":"T","e":3,"f":1,"m":true`, `T pg  3 1 0 true false`},
		{"batch", SendBatchMessage, `"a":"pg","b":"T","e":"3","f":"0","m":"TRUE"`, `T pg  3 0 0 true false`},
		{"send v1", SendMessage, `"producerGroup":"pg","topic":"T","queueId":"-1","sysFlag":"4","reconsumeTimes":"1","batch":"true"`, `T pg  -1 4 1 true false`},
		{"long names under 310", SendMessageV2, `"producerGroup":"pg","topic":"T","queueId":"1"`, `T pg  1 0 0 false false`},
		{"short names under 10", SendMessage, `"a":"pg","b":"T","e":"1"`, `T pg  1 0 0 false false`},
		{"both under 310", SendMessageV2, `"b":"short","topic":"long"`, `short   none 0 0 false false`},
		{"both under 10", SendMessage, `"b":"short","topic":"long"`, `long   none 0 0 false false`},
		{"doubled", SendMessageV2, `"b":"x","b":"T"`, `T   none 0 0 false false`},
		{"escaped", SendMessageV2, `"\u0062":"\u0054","t":"x"`, `T   none 0 0 false false`},
		{"pull held", PullMessage, `"consumerGroup":"cg","topic":"T","queueId":"0","sysFlag":"6","suspendTimeoutMillis":"15000"`, `T cg  0 6 0 false true`},
		{"pull not held", PullMessage, `"topic":"T","sysFlag":"4","suspendTimeoutMillis":"15000"`, `T   none 4 0 false false`},
		{"pull without time", PullMessage, `"topic":"T","sysFlag":"6","suspendTimeoutMillis":"0"`, `T   none 6 0 false false`},
		{"pop", PopMessage, `"consumerGroup":"cg","topic":"T","queueId":"-1","pollTime":"15000"`, `T cg  -1 0 0 false true`},
		{"pop at once", PopMessage, `"topic":"T","pollTime":"0"`, `T   none 0 0 false false`},
		{"notification", Notification, `"topic":"T","pollTime":"20000"`, `T   none 0 0 false true`},
		{"unregister producer", UnregisterClient, `"clientID":"c@1","producerGroup":"pg"`, ` pg c@1 none 0 0 false false`},
		{"unregister consumer", UnregisterClient, `"clientID":"c@1","producerGroup":"","consumerGroup":"cg"`, ` cg c@1 none 0 0 false false`},
		{"send back", ConsumerSendMsgBack, `"group":"cg","originTopic":"T","offset":"5"`, `T cg  none 0 0 false false`},
		{"one letter elsewhere", GetRouteInfoByTopic, `"a":"x","b":"y"`, `   none 0 0 false false`},
		{"queue beyond int32", PullMessage, `"queueId":"4294967296"`, `   none 0 0 false false`},
		{"no number", PullMessage, `"queueId":"x","sysFlag":null`, `   none 0 0 false false`},
	} {
		var c Command
		if err := c.Decode(jsonFrame(fmt.Sprintf(`{"code":%d,"extFields":{%s}}`, tt.code, tt.ext))); err != nil {
			t.Fatal(err)
		}
		s := SubjectOf(&c, c.Code)
		queue := "none"
		if s.HasQueueID {
			queue = fmt.Sprint(s.QueueID)
		}
		got := fmt.Sprintf("%s %s %s %s %d %d %v %v", s.Topic, s.Group, s.ClientID, queue, s.SysFlag, s.ReconsumeTimes, s.Batch, s.LongPoll)
		if got != tt.want {
			t.Errorf("%s:\nhave %q\nwant %q", tt.name, got, tt.want)
		}
	}
}
