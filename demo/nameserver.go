package demo

import (
	"fmt"
	"strings"
	"sync"

	"github.com/mqsniff/mqsniff/decode"
)

// standardJSON is V4_9_4, from which on clients get routes whose JSON is JSON (ClientRequestProcessor).
const standardJSON = 401

// maxKV is how many entries of KV configuration are kept.
const maxKV = 1024

// nameServer answers what clients ask a name server. It knows the brokers because it lives in their process; what is registered with
// it from outside is acknowledged and forgotten.
type nameServer struct {
	server  *server
	brokers []*broker // masters

	mu sync.Mutex
	kv map[[2]string]string
}

func (n *nameServer) serve(p *peer, c *command) {
	if a := n.answer(c); !c.Oneway() {
		p.answer(c.Opaque, &a, true)
	}
}

func (n *nameServer) answer(c *command) answer {
	switch c.Code {
	case decode.GetRouteInfoByTopic:
		return n.route(c)
	case getBrokerClusterInfo:
		return answer{body: n.cluster()}
	case putKVConfig, getKVConfig, deleteKVConfig:
		return n.config(c)
	case registerBroker:
		return answer{ext: []decode.ExtField{}}
	case unregisterBroker:
		return answer{}
	}
	return unsupported(c)
}

func unsupported(c *command) answer {
	return answer{code: notSupported, remark: fmt.Sprintf(" request type %d not supported", c.Code)}
}

// route is TopicRouteData as fastjson writes it: with quoted keys for those who ask for it, or are new enough.
func (n *nameServer) route(c *command) answer {
	topic := c.text("topic")
	standard := c.Version >= standardJSON || strings.EqualFold(c.text("acceptStandardJsonOnly"), "true")
	var datas, queues []string
	for _, b := range n.brokers {
		if t, ok := b.store.settings(topic); ok {
			datas = append(datas, b.data(standard))
			queues = append(queues, fmt.Sprintf(`{"brokerName":"%s","perm":%d,"readQueueNums":%d,"topicSysFlag":0,"writeQueueNums":%d}`,
				b.name, t.perm, t.read, t.write))
		}
	}
	if datas == nil {
		return answer{code: topicNotExist, remark: "No topic route info in name server for the topic: " + topic + faq}
	}
	return answer{body: fmt.Appendf(nil, `{"brokerDatas":[%s],"filterServerTable":{},"queueDatas":[%s]}`,
		strings.Join(datas, ","), strings.Join(queues, ","))}
}

// cluster is ClusterInfo, whose keys are never quoted.
func (n *nameServer) cluster() []byte {
	var table, names []string
	for _, b := range n.brokers {
		table = append(table, fmt.Sprintf(`"%s":%s`, b.name, b.data(false)))
		names = append(names, `"`+b.name+`"`)
	}
	return fmt.Appendf(nil, `{"brokerAddrTable":{%s},"clusterAddrTable":{"%s":[%s]}}`,
		strings.Join(table, ","), clusterName, strings.Join(names, ","))
}

// config is the KV configuration (KVConfigManager).
func (n *nameServer) config(c *command) answer {
	key := [2]string{c.text("namespace"), c.text("key")}
	n.mu.Lock()
	defer n.mu.Unlock()
	switch c.Code {
	case putKVConfig:
		if len(n.kv) < maxKV {
			n.kv[key] = c.text("value")
		}
	case deleteKVConfig:
		delete(n.kv, key)
	default:
		value, ok := n.kv[key]
		if !ok {
			return answer{code: queryNotFound, remark: "No config item, Namespace: " + key[0] + " Key: " + key[1]}
		}
		return answer{ext: fields("value", value)}
	}
	return answer{}
}
