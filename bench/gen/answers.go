package main

// This file has what servers answer.

const remarkFAQ = "\nSee https://rocketmq.apache.org/docs/bestPractice/06FAQ for further details."

func (g *generator) answer(e *event) {
	switch e.code {
	case sendMessageV2:
		g.answerSend(e)
	case pullMessage:
		g.answerPull(e)
	case heartBeat:
		h := g.header.begin(success, e.opaque, flagResponse, true)
		h.str("IS_SUPPORT_HEART_BEAT_V2", "true")
		h.str("IS_SUB_CHANGE", "true")
		g.frame(h, heartBeat, e.client.broker.binary, false, 0, nil)
		g.flush(e.conn, toClient, true)
	case getConsumerList:
		h := g.header.begin(success, e.opaque, flagResponse, true)
		g.frame(h, getConsumerList, e.client.broker.binary, false, 0, func(b []byte) []byte {
			b = append(b, `{"consumerIdList":["`...)
			b = append(b, e.client.id...)
			return append(b, `","10.1.9.9@77#3735928559"]}`...)
		})
		g.flush(e.conn, toClient, true)
	case getRoute:
		g.answerRoute(e)
	}
}

var sendResponseOrder = []uint8{2, 0, 5, 1, 3, 4}

func (g *generator) answerSend(e *event) {
	c := e.client
	if g.chance(0.003) {
		h := g.header.begin(systemBusy, e.opaque, flagResponse, true)
		h.remark = "[TIMEOUT_CLEAN_QUEUE]broker busy, start flow control for a while, period in queue: 204ms, size of queue: 837"
		h.str("TRACE_ON", "true")
		h.str("MSG_REGION", "DefaultRegion")
		g.frame(h, sendMessageV2, c.broker.binary, false, 0, nil)
		g.flush(e.conn, toClient, true)
		return
	}
	offset := c.broker.offset
	h := g.header.begin(success, e.opaque, flagResponse, true)
	h.num("queueId", int64(e.queue))
	h.text = appendUnique(h.text, c.ip, e.unique)
	h.done("transactionId")
	h.text = appendOffsetID(h.text, c.broker.ip, c.broker.port, offset)
	h.done("msgId")
	h.str("TRACE_ON", "true")
	h.str("MSG_REGION", "DefaultRegion")
	h.num("queueOffset", c.offsets[e.queue])
	h.classOrder = sendResponseOrder
	c.offsets[e.queue]++
	g.frame(h, sendMessageV2, c.broker.binary, false, 0, nil)
	g.flush(e.conn, toClient, true)
	if c.transactional {
		g.after(4000, event{what: commit, client: c, conn: e.conn, unique: e.unique, offset: offset})
	}
}

var pullResponseOrder = []uint8{0, 2, 4, 3, 5, 1}

func (g *generator) answerPull(e *event) {
	c := e.client
	h := g.header.begin(success, e.opaque, flagResponse, true)
	h.remark = "FOUND"
	if e.count == 0 {
		h.code, h.remark = pullNotFound, "OFFSET_OVERFLOW_ONE"
	}
	first := c.offsets[e.queue]
	end := first + int64(e.count)
	h.num("suggestWhichBrokerId", 0)
	h.num("groupSysFlag", 0)
	h.num("nextBeginOffset", end)
	h.num("maxOffset", end)
	h.num("minOffset", 0)
	h.num("topicSysFlag", 0)
	h.classOrder = pullResponseOrder
	c.offsets[e.queue] = end
	if e.count == 0 {
		g.frame(h, pullMessage, c.broker.binary, false, 0, nil)
	} else {
		// Brokers write the header from memory and the records from their files, so that they part.
		g.frame(h, pullMessage, c.broker.binary, g.chance(0.9), int(e.count), func(b []byte) []byte {
			for i := range int64(e.count) {
				b = g.record(b, c, e.queue, first+i)
			}
			return b
		})
	}
	g.flush(e.conn, toClient, false)
	g.after(1500, event{what: pull, client: c, conn: e.conn, queue: e.queue})
}

// record appends a stored message that some producer sent a little earlier.
func (g *generator) record(b []byte, c *client, queue int32, queueOffset int64) []byte {
	millis := g.net.clock / 1000
	from := [4]byte{10, 1, 0, byte(1 + queueOffset%64)}
	k := uniqueKey{uint32(millis - 3), uint16(queueOffset)}
	body, sysFlag := g.contents.body()
	s := stored{topic: c.topic, queue: queue, queueOffset: queueOffset, offset: c.broker.offset,
		born: millis - 3, store: millis - 2, bornIP: from, bornPort: 50000 + uint16(queueOffset%64),
		storeIP: c.broker.ip, storePort: c.broker.port}
	start := len(b)
	b = appendRecord(b, &s, sysFlag, body, g.contents.storedProperties(from, k))
	c.broker.offset += int64(len(b) - start)
	return b
}

func (g *generator) answerRoute(e *event) {
	c := e.client
	if e.count == 1 {
		h := g.header.begin(topicNotExist, e.opaque, flagResponse, false)
		h.remark = "No topic route info in name server for the topic: %RETRY%" + c.group + remarkFAQ
		g.frame(h, getRoute, c.names.binary, false, 0, nil)
		g.flush(e.conn, toClient, true)
		return
	}
	h := g.header.begin(success, e.opaque, flagResponse, false)
	g.frame(h, getRoute, c.names.binary, false, 0, func(b []byte) []byte {
		b = append(b, `{"brokerDatas":[{"brokerAddrs":{"0":"10.0.2.`...)
		b = appendDecimal(b, c.broker.ip[3])
		b = append(b, `:10911"},"brokerName":"`...)
		b = append(b, c.broker.name...)
		b = append(b, `","cluster":"DefaultCluster","enableActingMaster":false}],"filterServerTable":{},"queueDatas":[{"brokerName":"`...)
		b = append(b, c.broker.name...)
		return append(b, `","perm":6,"readQueueNums":4,"topicSysFlag":0,"writeQueueNums":4}]}`...)
	})
	g.flush(e.conn, toClient, true)
}

func appendDecimal(b []byte, x byte) []byte {
	if x >= 10 {
		b = append(b, '0'+x/10)
	}
	return append(b, '0'+x%10)
}
