package proxy

import (
	"bytes"
	"errors"
	"slices"

	"github.com/mqsniff/mqsniff/decode"
)

// Requests whose answers name brokers by address.
const (
	codeRoute       = 105 // GET_ROUTEINFO_BY_TOPIC: TopicRouteData
	codeCluster     = 106 // GET_BROKER_CLUSTER_INFO: ClusterInfo
	codeSystem      = 304 // GET_SYSTEM_TOPIC_LIST_FROM_NS: TopicList; the client asks that broker next (MQClientAPIImpl.getSystemTopicList)
	codeMemberGroup = 901 // GET_BROKER_MEMBER_GROUP: for brokers among themselves
)

// place is where an address stands in a body: a string, without its quotes.
type place struct {
	decode.Range
	address string
}

// places finds the addresses in the answer to a request of a code, in the order of the text:
//
//	105  brokerDatas[].brokerAddrs.*, keys of filterServerTable and filterServerTable.*[]
//	106  brokerAddrTable.*.brokerAddrs.*
//	304  brokerAddr
//	901  brokerMemberGroup.brokerAddrs.*
//
// (TopicRouteData, ClusterInfo, TopicList, BrokerMemberGroup, GetBrokerMemberGroupResponseBody.) Nobody connects to a blank one.
func places(t *decode.Tree, code int32, body []byte) ([]place, error) {
	if err := t.Parse(body); err != nil {
		return nil, err
	}
	if t.Values[0].Kind != decode.ValueObject {
		return nil, errors.New("it is no JSON object")
	}
	var found []place
	add := func(i int) {
		if v := &t.Values[i]; v.Kind == decode.ValueString && len(bytes.TrimSpace(t.Text(v))) > 0 {
			found = append(found, place{v.Range, string(t.Text(v))})
		}
	}
	brokers := func(i int) { inside(t, i, "brokerAddrs", func(i int) { inside(t, i, "", add) }) }
	switch code {
	case codeRoute:
		inside(t, 0, "brokerDatas", func(i int) { inside(t, i, "", brokers) })
		inside(t, 0, "filterServerTable", func(i int) {
			inside(t, i, "", func(i int) {
				v := &t.Values[i]
				found = append(found, place{v.Key, string(t.KeyText(v))})
				inside(t, i, "", add)
			})
		})
	case codeCluster:
		inside(t, 0, "brokerAddrTable", func(i int) { inside(t, i, "", brokers) })
	case codeSystem:
		inside(t, 0, "brokerAddr", add)
	case codeMemberGroup:
		inside(t, 0, "brokerMemberGroup", brokers)
	}
	slices.SortFunc(found, func(a, b place) int { return a.Off - b.Off })
	return found, nil
}

// inside visits the values directly inside value i; only those with the key, if that is not "".
func inside(t *decode.Tree, i int, key string, visit func(i int)) {
	outer := &t.Values[i]
	if outer.Kind != decode.ValueObject && outer.Kind != decode.ValueArray {
		return
	}
	for j := i + 1; j < outer.Next; j = t.Values[j].Next {
		if key == "" || bytes.Equal(t.KeyText(&t.Values[j]), []byte(key)) {
			visit(j)
		}
	}
}

// splice replaces the text at the places by what translate returns; nothing else of body changes, as some clients cut it
// into pieces instead of parsing it (rocketmq-client-go, route.go). An address that translate refuses stays.
func splice(body []byte, found []place, translate func(address string) (string, bool)) []byte {
	out := make([]byte, 0, len(body)+16*len(found))
	from := 0
	for _, p := range found {
		if address, ok := translate(p.address); ok {
			out = append(append(out, body[from:p.Off]...), address...)
			from = p.Off + p.Len
		}
	}
	return append(out, body[from:]...)
}
