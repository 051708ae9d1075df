package main

// This file has what clients send.

// produce sends one message, or a few at once as asynchronous producers do, and plans the next.
func (g *generator) produce(c *client) {
	if g.reconnect(c) {
		return
	}
	g.after(120e3, event{what: produce, client: c, conn: c.toBroker})
	if g.chance(g.mix.chores) {
		g.chore(c)
		return
	}
	n := 1
	if g.chance(0.1) {
		n += 1 + g.rng.IntN(5)
	}
	for range n {
		g.message(c)
	}
	g.flush(c.toBroker, toServer, n > 1 && g.chance(0.5))
}

// message appends one SEND_MESSAGE_V2.
func (g *generator) message(c *client) {
	millis := g.net.clock / 1000
	k := uniqueKey{uint32(millis), c.count}
	c.count++
	flag := int32(flagRequest)
	if !c.transactional && g.chance(0.03) {
		flag = flagOneway
	}
	body, sysFlag := g.contents.body()
	if c.transactional {
		sysFlag |= sysPrepared
	}
	queue := int32(g.rng.IntN(queues))
	h := g.request(c, sendMessageV2, flag, true)
	h.str("a", c.group)
	h.str("b", c.topic)
	h.str("c", "TBW102")
	h.num("d", 4)
	h.num("e", int64(queue))
	h.num("f", int64(sysFlag))
	h.num("g", millis)
	h.num("h", 0)
	h.text = append(h.text, g.contents.sentProperties(c, k)...)
	h.done("i")
	h.num("j", 0)
	h.str("k", "false")
	h.str("m", "false")
	h.str("n", c.broker.name)
	g.frame(h, sendMessageV2, c.binary, false, 1, func(b []byte) []byte { return append(b, body...) })
	if flag == flagRequest {
		g.after(1500, event{what: answer, client: c, conn: c.toBroker, code: sendMessageV2, opaque: h.opaque, queue: queue, unique: k})
	}
	c.broker.offset += int64(len(body)) + 250
}

var pullOrder = []uint8{11, 7, 0, 8, 2, 3, 5, 4, 10, 9, 1, 6}

// pull asks for messages. The broker answers at once or holds the request until something comes or the time is over.
func (g *generator) pull(c *client, queue int32) {
	next := c.offsets[queue]
	h := g.request(c, pullMessage, flagRequest, true)
	h.num("queueId", int64(queue))
	h.num("maxMsgBytes", 262144)
	h.num("maxMsgNums", 32)
	h.num("sysFlag", 2) // suspend
	h.num("suspendTimeoutMillis", longPoll/1000)
	h.num("commitOffset", 0)
	h.str("bname", c.broker.name)
	h.str("topic", c.topic)
	h.num("queueOffset", next)
	h.str("expressionType", "TAG")
	h.num("subVersion", begin/1000)
	h.str("consumerGroup", c.group)
	h.classOrder = pullOrder
	g.frame(h, pullMessage, c.binary, false, 0, nil)
	g.flush(c.toBroker, toServer, true)

	e := event{what: answer, client: c, conn: c.toBroker, code: pullMessage, opaque: h.opaque, queue: queue}
	r := g.rng.Float64()
	switch {
	case r < g.mix.idle/3: // nothing comes
		e.at = g.net.clock + c.broker.hold + int64(g.rng.Uint32N(20000))
		e.life = c.toBroker.life
		g.plan.add(e)
	case r < g.mix.idle: // something comes later
		e.count = g.contents.recordCount()
		g.after(2e6, e)
	default:
		e.count = g.contents.recordCount()
		g.after(900, e)
	}
}

// maintain does what a consumer does besides pulling.
func (g *generator) maintain(c *client) {
	if g.reconnect(c) {
		return
	}
	g.after(240e3, event{what: maintain, client: c, conn: c.toBroker})
	if g.chance(0.2) { // somebody joined the group
		h := g.header.begin(notifyConsumerIDs, c.broker.opaque, flagOneway, true)
		c.broker.opaque++
		h.str("consumerGroup", c.group)
		g.frame(h, notifyConsumerIDs, c.broker.binary, false, 0, nil)
		g.flush(c.toBroker, toClient, true)
		g.after(3000, event{what: list, client: c, conn: c.toBroker})
	}
	if g.chance(g.mix.chores) {
		g.chore(c)
		return
	}
	for q, offset := range c.offsets {
		if offset > 0 {
			g.commitOffset(c, int32(q), offset)
		}
	}
	if len(g.parts) > 0 {
		g.flush(c.toBroker, toServer, false)
	}
}

func (g *generator) chore(c *client) {
	if g.chance(0.4) {
		g.askRoute(c)
	} else {
		g.heartbeat(c)
	}
}

func (g *generator) askRoute(c *client) {
	h := g.request(c, getRoute, flagRequest, true)
	e := event{what: answer, client: c, conn: c.toNames, code: getRoute}
	if c.consumer && g.chance(0.1) { // a retry topic that nobody has made yet
		h.str("topic", "%RETRY%"+c.group)
		e.count = 1
	} else {
		h.str("topic", c.topic)
	}
	e.opaque = h.opaque
	g.frame(h, getRoute, c.binary, false, 0, nil)
	g.flush(c.toNames, toServer, true)
	g.after(600, e)
}

func (g *generator) heartbeat(c *client) {
	h := g.request(c, heartBeat, flagRequest, true)
	g.frame(h, heartBeat, c.binary, false, 0, func(b []byte) []byte { return g.heartbeatBody(b, c) })
	g.flush(c.toBroker, toServer, true)
	g.after(900, event{what: answer, client: c, conn: c.toBroker, code: heartBeat, opaque: h.opaque})
}

// heartbeatBody writes HeartbeatData, keys in alphabetical order.
func (g *generator) heartbeatBody(b []byte, c *client) []byte {
	b = append(b, `{"clientID":"`...)
	b = append(b, c.id...)
	b = append(b, `","consumerDataSet":[`...)
	if c.consumer {
		b = append(b, `{"consumeFromWhere":"CONSUME_FROM_FIRST_OFFSET","consumeType":"CONSUME_PASSIVELY","groupName":"`...)
		b = append(b, c.group...)
		b = append(b, `","messageModel":"CLUSTERING","subscriptionDataSet":[`...)
		b = appendSubscription(b, c.topic)
		b = append(b, ',')
		b = appendSubscription(b, "%RETRY%"+c.group)
		b = append(b, `],"unitMode":false}`...)
	}
	b = append(b, `],"heartbeatFingerprint":0,"producerDataSet":[{"groupName":"`...)
	if !c.consumer {
		b = append(b, c.group...)
		b = append(b, `"},{"groupName":"`...)
	}
	return append(b, `CLIENT_INNER_PRODUCER"}],"withoutSub":false}`...)
}

func appendSubscription(b []byte, topic string) []byte {
	b = append(b, `{"classFilterMode":false,"codeSet":[],"expressionType":"TAG","subString":"*","subVersion":1790000000000,"tagsSet":[],"topic":"`...)
	b = append(b, topic...)
	return append(b, `"}`...)
}

func (g *generator) askConsumers(c *client) {
	h := g.request(c, getConsumerList, flagRequest, true)
	h.str("consumerGroup", c.group)
	g.frame(h, getConsumerList, c.binary, false, 0, nil)
	g.flush(c.toBroker, toServer, true)
	g.after(700, event{what: answer, client: c, conn: c.toBroker, code: getConsumerList, opaque: h.opaque})
}

// commitOffset appends a UPDATE_CONSUMER_OFFSET, which stock clients send oneway.
func (g *generator) commitOffset(c *client, queue int32, offset int64) {
	h := g.request(c, updateConsumerOffset, flagOneway, true)
	h.num("queueId", int64(queue))
	h.str("bname", c.broker.name)
	h.num("commitOffset", offset)
	h.str("topic", c.topic)
	h.str("consumerGroup", c.group)
	g.frame(h, updateConsumerOffset, c.binary, false, 0, nil)
}

// endTransaction commits a half message, oneway as stock clients do.
func (g *generator) endTransaction(c *client, k uniqueKey, offset int64) {
	h := g.request(c, endTransaction, flagOneway, true)
	h.str("producerGroup", c.group)
	h.str("bname", c.broker.name)
	h.num("commitLogOffset", offset)
	h.str("topic", c.topic)
	h.text = appendUnique(h.text, c.ip, k)
	h.done("msgId")
	h.num("tranStateTableOffset", int64(k.count))
	h.num("commitOrRollback", 8)
	h.text = appendUnique(h.text, c.ip, k)
	h.done("transactionId")
	h.str("fromTransactionCheck", "false")
	g.frame(h, endTransaction, c.binary, false, 0, nil)
	g.flush(c.toBroker, toServer, true)
}
