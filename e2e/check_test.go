//go:build linux

package e2e

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Request codes the tests look for (org.apache.rocketmq.remoting.protocol.RequestCode).
const (
	sendMessage        = 10
	pullMessage        = 11
	queryMessage       = 12
	getMaxOffset       = 30
	viewMessageByID    = 33
	consumerSendBack   = 36
	endTransaction     = 37
	checkTransaction   = 39
	getRouteInfo       = 105
	getClusterInfo     = 106
	sendMessageV2      = 310
	sendBatchMessage   = 320
	sendReplyMessage   = 324
	sendReplyMessageV2 = 325
	pushReplyMessage   = 326
	litePullMessage    = 361
	popMessage         = 200050
	ackMessage         = 200051
)

// check holds what mqsniff saw against what the drivers did: the same messages, as often, with the same answers, and no others.
func check(t *testing.T, seen []event, did []action) {
	t.Helper()
	for _, d := range differences(seen, did) {
		t.Error(d)
	}
}

func differences(seen []event, did []action) []string {
	var out []string
	requests := map[int64]*event{}  // by number
	responses := map[int64]*event{} // by number of the request
	for i := range seen {
		e := &seen[i]
		switch {
		case e.Kind == "gap" || e.Kind == "garbage" || e.Kind == "undecodable" || e.Kind == "tls" || e.Error != nil || e.Cut > 0:
			out = append(out, "not a whole frame: "+e.line)
		case e.Kind == "response" && e.Code == nil:
			out = append(out, "no request for "+e.line)
		case e.Kind == "response":
			responses[e.Request] = e
		case e.Kind == "request" || e.Kind == "oneway":
			requests[e.Frame] = e
		}
	}
	want, got := lists{}, lists{}
	untold := map[string]bool{} // messages of which the driver was not told what the broker answered
	for _, a := range did {
		want.addAction(a)
		untold[a.MsgID] = untold[a.MsgID] || a.Action == "send" && a.Status == ""
	}
	for _, n := range slices.Sorted(maps.Keys(requests)) {
		got.addRequest(requests[n], responses[n], untold)
	}
	count := map[string]int{}
	for name, lines := range want {
		for _, line := range lines {
			count[name+": "+line]--
		}
	}
	for name, lines := range got {
		for _, line := range lines {
			count[name+": "+line]++
		}
	}
	for _, line := range slices.Sorted(maps.Keys(count)) {
		switch n := count[line]; {
		case n < 0:
			out = append(out, fmt.Sprintf("%d too few: %s", -n, line))
		case n > 0:
			out = append(out, fmt.Sprintf("%d too many: %s", n, line))
		}
	}
	return out
}

// lists are what happened, by what it was, as lines of text: they are easy to compare, and to read where they differ.
type lists map[string][]string

func (l lists) add(name string, what ...any) {
	l[name] = append(l[name], strings.TrimSuffix(fmt.Sprintln(what...), "\n"))
}

// once adds what may happen any number of times.
func (l lists) once(name, what string) {
	if !slices.Contains(l[name], what) {
		l.add(name, what)
	}
}

// sendStatus and pullStatus are the answers' codes, by the client's names (MQClientAPIImpl.processSendResponse, processPullResponse).
var (
	sendStatus = map[string]int64{"SEND_OK": 0, "FLUSH_DISK_TIMEOUT": 10, "SLAVE_NOT_AVAILABLE": 11, "FLUSH_SLAVE_TIMEOUT": 12}
	pullStatus = map[string]int64{"FOUND": 0, "NO_NEW_MSG": 19, "NO_MATCHED_MSG": 20, "OFFSET_ILLEGAL": 21}
)

// commitOrRollback are the values of that field of END_TRANSACTION (MessageSysFlag), by the client's names.
var commitOrRollback = map[string]string{"COMMIT_MESSAGE": "8", "ROLLBACK_MESSAGE": "12", "UNKNOW": "0"}

// ways to send that can be told apart on the wire, by how the drivers call them; all others are plain.
var ways = map[string]string{"oneway": "oneway", "batch": "batch", "transaction": "half", "request": "request", "reply": "reply"}

func (l lists) addAction(a action) {
	switch a.Action {
	case "send":
		way := cmp.Or(ways[a.How], "plain")
		l.add("sent", way, a.Topic, a.Key, a.MsgID, a.BodyLen, a.SHA256)
		if a.Status != "" {
			l.add("send answered", a.MsgID, cmp.Or(a.OffsetMsgID, "-"), number(a.QueueID), number(a.QueueOffset), sendStatus[a.Status])
		}
		if a.How == "compressed" && a.BodyLen >= 4096 {
			l.add("compressed", a.MsgID)
		}
		if a.How == "reply" {
			l.add("reply pushed", a.MsgID)
		}
		if strings.HasPrefix(a.Topic, "E2E-") {
			l.once("route found", a.Topic)
		}
	case "receive":
		l.add("received", a.Group, a.Topic, a.Key, a.MsgID, a.OffsetMsgID, number(a.QueueID), number(a.QueueOffset), number(a.ReconsumeTimes),
			a.BodyLen, a.SHA256)
		if a.How == "pop" {
			l.add("acknowledged", a.Group, a.Topic, number(a.QueueID), number(a.QueueOffset))
		}
	case "pull":
		l.add("pulled", number(a.QueueID), number(a.QueueOffset), pullStatus[a.Status])
	case "back":
		l.add("sent back", a.Group, a.MsgID)
	case "check":
		l.add("transaction checked", a.Key, a.MsgID)
	case "end":
		l.add("transaction ended", a.Group, a.MsgID, commitOrRollback[a.State])
	case "call":
		switch a.Code {
		case getRouteInfo: // is in "route found"
		case getClusterInfo:
			l.once("cluster asked for", "")
		default:
			l.add("called", a.Code, a.Topic, a.MsgIDs)
		}
	}
}

// addRequest adds what a request and its response say; the latter is nil where there is none.
func (l lists) addRequest(q, r *event, untold map[string]bool) {
	ok := r != nil && *r.Status == 0
	switch *q.Code {
	case sendMessage, sendMessageV2, sendBatchMessage, sendReplyMessage, sendReplyMessageV2:
		l.addSend(q, r, untold)
	case pullMessage, litePullMessage, popMessage:
		if q.Group == "cg-pull" {
			l.add("pulled", number(q.QueueID), q.Ext["queueOffset"], *r.Status)
		}
		for _, m := range messagesOf(r) {
			l.add("received", q.Group, m.Topic, m.Properties["KEYS"], m.UniqKey, m.MsgID, m.QueueID, m.QueueOffset, m.ReconsumeTimes, m.RawBodyLen, m.BodySHA256)
		}
	case ackMessage:
		if ok {
			l.add("acknowledged", q.Group, q.Topic, number(q.QueueID), q.Ext["offset"])
		}
	case consumerSendBack:
		if ok {
			l.add("sent back", q.Group, q.Ext["originMsgId"])
		}
	case checkTransaction:
		for _, m := range q.Messages {
			l.add("transaction checked", m.Properties["KEYS"], m.UniqKey)
		}
	case endTransaction:
		l.add("transaction ended", q.Group, q.Ext["msgId"], q.Ext["commitOrRollback"])
	case pushReplyMessage:
		for property := range strings.SplitSeq(q.Ext["properties"], "\x02") {
			if id, ok := strings.CutPrefix(property, "UNIQ_KEY\x01"); ok {
				l.add("reply pushed", id)
			}
		}
	case getRouteInfo:
		if ok && strings.HasPrefix(q.Topic, "E2E-") {
			l.once("route found", q.Topic)
		}
	case getClusterInfo: // the 5.x admin asks by itself, too
		if ok {
			l.once("cluster asked for", "")
		}
	case getMaxOffset, viewMessageByID, queryMessage:
		ids := []string{}
		for _, m := range messagesOf(r) {
			ids = append(ids, m.UniqKey)
		}
		topic := q.Topic
		if *q.Code == viewMessageByID {
			topic = "" // 4.x does not say
		}
		l.add("called", *q.Code, topic, ids)
	}
}

func (l lists) addSend(q, r *event, untold map[string]bool) {
	for i, m := range q.Messages {
		way := "plain"
		switch {
		case q.Kind == "oneway":
			way = "oneway"
		case *q.Code == sendBatchMessage:
			way = "batch"
		case *q.Code == sendReplyMessage || *q.Code == sendReplyMessageV2:
			way = "reply"
		case m.Properties["CORRELATION_ID"] != "":
			way = "request"
		case m.Properties["TRAN_MSG"] == "true":
			way = "half"
		}
		l.add("sent", way, m.Topic, m.Properties["KEYS"], m.UniqKey, m.RawBodyLen, m.BodySHA256)
		if m.Compression != "none" {
			l.add("compressed", m.UniqKey)
		}
		if r == nil || untold[m.UniqKey] {
			continue
		}
		// One answer for a batch, with all ids, and the offset of the first message.
		offset, _ := strconv.ParseInt(r.Ext["queueOffset"], 10, 64)
		ids := strings.Split(r.Ext["msgId"], ",")
		id := ids[min(i, len(ids)-1)]
		if way == "half" {
			id = "-" // the client does not tell that
		}
		l.add("send answered", m.UniqKey, id, r.Ext["queueId"], offset+int64(i), *r.Status)
	}
}

func messagesOf(e *event) []message {
	if e == nil {
		return nil
	}
	return e.Messages
}

// number writes what may be unknown.
func number(n *int64) string {
	if n == nil {
		return "-"
	}
	return fmt.Sprint(*n)
}
