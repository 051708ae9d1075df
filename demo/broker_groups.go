package demo

import (
	"encoding/json"
	"maps"
	"slices"
	"time"
)

// heartbeat is HeartbeatData, in the order of fastjson.
type heartbeat struct {
	ClientID  string         `json:"clientID"`
	Consumers []consumerData `json:"consumerDataSet"`
	Producers []producerData `json:"producerDataSet"`
}

type producerData struct {
	Group string `json:"groupName"`
}

type consumerData struct {
	FromWhere     string         `json:"consumeFromWhere"`
	Type          string         `json:"consumeType"`
	Group         string         `json:"groupName"`
	Model         string         `json:"messageModel"`
	Subscriptions []subscription `json:"subscriptionDataSet"`
	UnitMode      bool           `json:"unitMode"`
}

type subscription struct {
	ClassFilter bool     `json:"classFilterMode"`
	Codes       []int32  `json:"codeSet"`
	Type        string   `json:"expressionType"`
	Expression  string   `json:"subString"`
	Version     int64    `json:"subVersion"`
	Tags        []string `json:"tagsSet"`
	Topic       string   `json:"topic"`
}

// consumerGroup is what a broker knows of the consumers of a group.
type consumerGroup struct {
	members       map[string]*peer // by client id
	subscriptions map[string]subscribed
}

// subscribed is a group's subscription to a topic.
type subscribed struct {
	filter  filter
	version int64 // ms since 1970
}

// Bounds of heartbeats.
const (
	maxHeartbeat     = 64 << 10
	maxSubscriptions = 256 // of a group
)

// heartbeat registers a client's groups (ClientManageProcessor.heartBeat), and tells the groups it joined of it.
func (b *broker) heartbeat(p *peer, c *command) *answer {
	var h heartbeat
	if len(c.frame.Body) > maxHeartbeat {
		return &answer{code: systemError, remark: "the heartbeat is too long"}
	}
	if err := json.Unmarshal(c.frame.Body, &h); err != nil || h.ClientID == "" || len(h.ClientID) > maxName {
		return &answer{code: systemError, remark: "com.alibaba.fastjson.JSONException: this is no heartbeat"}
	}
	b.mu.Lock()
	var retry, changed []string
	if len(b.clients) < maxGroups*maxMembers {
		b.clients[h.ClientID] = p
	}
	for _, d := range h.Producers {
		members := b.producers[d.Group]
		if members == nil && d.Group != "" && len(d.Group) <= maxName && len(b.producers) < maxGroups {
			members = map[string]*peer{}
			b.producers[d.Group] = members
		}
		if members != nil && len(members) < maxMembers {
			members[h.ClientID] = p
		}
	}
	for _, d := range h.Consumers {
		if g := b.groupOf(d.Group); g != nil {
			retry = append(retry, retryPrefix+d.Group)
			if g.join(h.ClientID, p, &d) {
				changed = append(changed, d.Group)
			}
		}
	}
	b.mu.Unlock()
	for _, topic := range retry {
		if validTopic(topic) {
			b.store.ensure(topic, 1, permRead|permWrite)
		}
	}
	b.tell(changed)
	return &answer{ext: fields("IS_SUPPORT_HEART_BEAT_V2", "true", "IS_SUB_CHANGE", "true")}
}

// groupOf is a group, which is made where there is none; nil where there are too many. The lock must be held.
func (b *broker) groupOf(name string) *consumerGroup {
	g := b.consumers[name]
	if g == nil && name != "" && len(name) <= maxName && len(b.consumers) < maxGroups {
		g = &consumerGroup{members: map[string]*peer{}, subscriptions: map[string]subscribed{}}
		b.consumers[name] = g
	}
	return g
}

// join is true when others should know: a new member, or a subscription that was not there.
func (g *consumerGroup) join(client string, p *peer, d *consumerData) (changed bool) {
	if len(g.members) < maxMembers && g.members[client] != p {
		g.members[client] = p
		changed = true
	}
	for _, s := range d.Subscriptions {
		old, ok := g.subscriptions[s.Topic]
		if ok && old.version >= s.Version || !ok && len(g.subscriptions) >= maxSubscriptions {
			continue
		}
		g.subscriptions[s.Topic] = subscribed{filterOf(s.Expression), s.Version}
		changed = changed || !ok
	}
	return changed
}

// tell sends NOTIFY_CONSUMER_IDS_CHANGED to the members of groups (DefaultConsumerIdsChangeListener).
func (b *broker) tell(groups []string) {
	for _, name := range groups {
		var members []*peer
		b.mu.Lock()
		if g := b.consumers[name]; g != nil {
			members = slices.Collect(maps.Values(g.members))
		}
		b.mu.Unlock()
		for _, p := range members {
			p.oneway(notifyConsumerIDs, fields("consumerGroup", name), nil)
		}
	}
}

// unregister ends what heartbeats began.
func (b *broker) unregister(c *command) *answer {
	client, consumer := c.text("clientID"), c.text("consumerGroup")
	b.mu.Lock()
	if members := b.producers[c.text("producerGroup")]; members != nil {
		delete(members, client)
	}
	changed := b.drop(consumer, func(id string, _ *peer) bool { return id == client })
	b.mu.Unlock()
	if changed {
		b.tell([]string{consumer})
	}
	return &answer{}
}

// leave forgets the clients of a connection that has ended.
func (b *broker) leave(p *peer) {
	b.mu.Lock()
	ours := func(_ string, of *peer) bool { return of == p }
	maps.DeleteFunc(b.clients, ours)
	for name, members := range b.producers {
		if maps.DeleteFunc(members, ours); len(members) == 0 {
			delete(b.producers, name)
		}
	}
	var changed []string
	for name := range b.consumers {
		if b.drop(name, ours) {
			changed = append(changed, name)
		}
	}
	b.mu.Unlock()
	b.tell(changed)
}

// drop removes members from a group, and the group when nobody is left. The lock must be held.
func (b *broker) drop(group string, gone func(string, *peer) bool) (changed bool) {
	g := b.consumers[group]
	if g == nil {
		return false
	}
	before := len(g.members)
	if maps.DeleteFunc(g.members, gone); len(g.members) == 0 {
		delete(b.consumers, group)
	}
	return len(g.members) < before
}

// consumerList is ConsumerManageProcessor.getConsumerListByGroup.
func (b *broker) consumerList(c *command) *answer {
	b.mu.Lock()
	defer b.mu.Unlock()
	g := b.consumers[c.text("consumerGroup")]
	if g == nil || len(g.members) == 0 {
		return &answer{code: systemError, remark: "no consumer for this group, " + c.text("consumerGroup")}
	}
	body, err := json.Marshal(map[string][]string{"consumerIdList": slices.Sorted(maps.Keys(g.members))})
	if err != nil {
		return &answer{code: systemError, remark: err.Error()}
	}
	return &answer{body: body}
}

// lock is a queue that belongs to one client of a group, for consuming in order.
type lock struct {
	client string
	until  time.Time
}

// lockTime is how long a lock lasts (RebalanceLockManager.REBALANCE_LOCK_MAX_LIVE_TIME).
const lockTime = time.Minute

type messageQueue struct {
	Broker string `json:"brokerName"`
	Queue  int32  `json:"queueId"`
	Topic  string `json:"topic"`
}

// lock locks queues for a client, or unlocks them.
func (b *broker) lock(c *command) *answer {
	var request struct {
		Client string         `json:"clientId"`
		Group  string         `json:"consumerGroup"`
		Queues []messageQueue `json:"mqSet"`
	}
	if err := json.Unmarshal(c.frame.Body, &request); err != nil || len(request.Client) > maxName {
		return &answer{code: systemError, remark: "com.alibaba.fastjson.JSONException: this says of no queues"}
	}
	locked := []messageQueue{}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, q := range request.Queues {
		at := place{request.Group, q.Topic, q.Queue}
		old, ok := b.locks[at]
		free := !ok || old.client == request.Client || time.Now().After(old.until)
		switch {
		case !free || len(q.Topic) > maxName || len(request.Group) > maxName:
		case c.Code == unlockBatchMQ:
			delete(b.locks, at)
		case ok || len(b.locks) < maxOffsets:
			b.locks[at] = lock{request.Client, time.Now().Add(lockTime)}
			locked = append(locked, q)
		}
	}
	if c.Code == unlockBatchMQ {
		return &answer{}
	}
	body, err := json.Marshal(map[string][]messageQueue{"lockOKMQSet": locked})
	if err != nil {
		return &answer{code: systemError, remark: err.Error()}
	}
	return &answer{body: body}
}
