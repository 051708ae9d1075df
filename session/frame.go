package session

import "github.com/mqsniff/mqsniff/decode"

// Client time-outs by default, in ns: an answer that comes later finds nobody waiting
// (NettyClientConfig; DefaultMQPushConsumer.consumerTimeoutMillisWhenSuspend).
const (
	Timeout         = 3_000_000_000
	TimeoutLongPoll = 30_000_000_000
)

// frame decodes the header of the frame in raw, of which p is the prefix, pairs it and hands it out. It fails, without an
// event, when the header does not decode.
func (s *Session) frame(c *Conn, dir Direction, t int64, raw []byte, p decode.Prefix, ref Ref, cut uint32) *decode.Error {
	body := decode.PrefixLen + p.HeaderLen
	header := raw[decode.PrefixLen:body:body]
	f, cmd := &s.view.Frame, &s.command
	if err := cmd.DecodeHeader(header, p.Serialization); err != nil {
		return asError(err)
	}
	c.directions[dir].report(c, dir)
	// In place: large values that are made elsewhere and copied take longer than the rest of this function.
	f.Raw, f.Header, f.Body, f.Serialization = raw, header, raw[body:len(raw):len(raw)], p.Serialization
	c.remoting = true
	ev := s.begin(c, Request, dir, t)
	ev.Ref = ref
	ev.Len = uint32(p.Len)
	ev.HeaderLen = uint32(len(f.Header))
	ev.Cut = cut
	ev.Code, ev.Opaque, ev.Flag, ev.Version, ev.Language = cmd.Code, cmd.Opaque, cmd.Flag, cmd.Version, cmd.Language
	ev.Serialization = f.Serialization
	counted := false
	switch {
	case cmd.Response():
		ev.Kind = Response
		s.answer(c, dir, ev, cmd)
	default:
		if cmd.Oneway() {
			ev.Kind = Oneway
		}
		counted = s.ask(c, dir, ev, cmd, f.Body)
	}
	s.view.Context.Code, s.view.Context.Known = ev.Code, ev.Kind != Response || !ev.Has(Unmatched)
	s.view.Command = cmd
	if !counted && len(f.Body) > 0 {
		s.count(ev, cmd, *f)
	}
	if s.dropped {
		ev.ErrOp, ev.ErrCode, ev.ErrOff = decode.OpFrame, decode.ReasonBodyDropped, uint32(len(f.Raw))
		s.dropped = false
	}
	s.emit()
	return nil
}

// ask fills in what a request says of itself and lets it wait for its answer. counted tells that the header alone said
// what messages there are: the common case, worth a short way.
func (s *Session) ask(c *Conn, dir Direction, ev *Event, cmd *decode.Command, body []byte) (counted bool) {
	s.view.Context.RequestVersion = cmd.Version
	subject := decode.SubjectOf(cmd, cmd.Code)
	ev.Topic = s.Symbols.again(&c.topic, subject.Topic)
	ev.Group = s.Symbols.again(&c.group, subject.Group)
	client := subject.ClientID
	if len(client) == 0 && cmd.Code == decode.HeartBeat {
		client = decode.HeartbeatClientID(body)
	}
	ev.ClientID = s.Symbols.again(&c.client, client)
	if subject.HasQueueID {
		ev.QueueID = subject.QueueID
	}
	if subject.LongPoll {
		ev.Marks |= LongPoll
	}
	if carries(cmd.Code) {
		if subject.ReconsumeTimes > 0 || hasPrefix(subject.Topic, "%RETRY%") {
			ev.Marks |= Retry
		}
		if hasPrefix(subject.Topic, "%DLQ%") {
			ev.Marks |= DeadLetter
		}
	}
	if dir == ServerToClient {
		ev.Marks |= ServerInitiated
	}
	if decode.IsSend(cmd.Code) && !subject.Batch {
		counted = true
		ev.Messages = 1
		if subject.SysFlag&decode.SysFlagCompressed != 0 {
			ev.Marks |= Compressed
		}
		if subject.SysFlag&decode.SysFlagTransactionMask != 0 {
			ev.Marks |= Transaction
		}
	}
	if ev.Kind != Request || !cmd.HasOpaque {
		return counted
	}
	w := s.pending.add(pendingKey(c.Number, dir, cmd.Opaque))
	w.time, w.number, w.code, w.version, w.queueID = ev.Time, ev.Number, cmd.Code, cmd.Version, ev.QueueID
	w.topic, w.group, w.client, w.marks = ev.Topic, ev.Group, ev.ClientID, ev.Marks&(LongPoll|ServerInitiated)
	return counted
}

// answer finds the request of a response.
func (s *Session) answer(c *Conn, dir Direction, ev *Event, cmd *decode.Command) {
	ev.Status, ev.Code = cmd.Code, 0
	s.view.Context.RequestVersion = 0
	asker := dir.Reverse()
	var w *waiting
	if cmd.HasOpaque {
		w = s.pending.remove(pendingKey(c.Number, asker, cmd.Opaque))
	}
	if w == nil {
		ev.Marks |= Unmatched
		if c.answered != nil && cmd.HasOpaque && c.answered[asker].has(cmd.Opaque) {
			ev.Marks |= Duplicate
		}
		return
	}
	if c.answered == nil {
		c.answered = new([2]answered)
	}
	c.answered[asker].add(cmd.Opaque)
	ev.Code, ev.Pair, ev.Latency = w.code, w.number, ev.Time-w.time
	ev.Topic, ev.Group, ev.ClientID, ev.QueueID = w.topic, w.group, w.client, w.queueID
	ev.Marks |= w.marks
	s.view.Context.RequestVersion = w.version
	limit := int64(Timeout)
	if ev.Has(LongPoll) {
		limit = TimeoutLongPoll
	}
	if ev.Latency > limit {
		ev.Marks |= Late
	}
}

// count looks how many messages the body holds and of what kind they are.
func (s *Session) count(ev *Event, cmd *decode.Command, f decode.Frame) {
	m := decode.CountMessages(s.view.Context, ev.Status, cmd, f)
	ev.Messages = uint32(m.Messages)
	if m.Compressed {
		ev.Marks |= Compressed
	}
	if m.Batch {
		ev.Marks |= Batch
	}
	if m.Transaction {
		ev.Marks |= Transaction
	}
	if m.Retry {
		ev.Marks |= Retry
	}
	if m.Err != nil && ev.Cut == 0 {
		ev.ErrOp, ev.ErrCode, ev.ErrOff = m.Err.Op, m.Err.Code, uint32(m.Err.Off)
	}
}

// carries tells whether an operation is about messages, and not only about their topic.
func carries(code int32) bool {
	return decode.IsSend(code) || decode.IsPull(code) || code == decode.ConsumerSendMsgBack
}

func hasPrefix(b []byte, s string) bool { return len(b) >= len(s) && string(b[:len(s)]) == s }
