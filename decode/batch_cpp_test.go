package decode

import "testing"

// rocketmq-client-cpp writes 1 for true, which brokers take for false: what it sent as a batch of three is one message, and
// is said to be one, with a warning. The capture's consumers were given it as one.
func TestBatchThatServersTakeForOneMessage(t *testing.T) {
	r := recording(t, "batch of the C++ client")
	f, cmd := split(t, r.Raw)
	var m Message
	it := MessagesOf(r.context(), 0, cmd, f)
	if !it.Next(&m) || len(m.Body) != len(f.Body) || it.Next(&m) || it.Err() != nil {
		t.Errorf("%+v, %v", m, it.Err())
	}
	warned := false
	for _, n := range Describe(r.context(), f, len(r.Raw), DescribeOptions{}).Nodes {
		warned = warned || n.Kind == NodeWarning && n.Name == "batch"
	}
	if !warned {
		t.Error("no warning")
	}
}
