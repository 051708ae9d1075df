package decode

import (
	"bytes"
	"strconv"
)

// The bytes between the fields and behind the records of a trace message (TraceConstants.CONTENT_SPLITOR, FIELD_SPLITOR).
const (
	traceFieldEnd  = 1
	traceRecordEnd = 2
)

// traceSpec is a field of a trace record.
type traceSpec struct {
	name string // Java's, of TraceContext and TraceBean
	key  string // in JSON
	kind FieldType
	unit string
}

var (
	traceTime      = traceSpec{"timeStamp", "timestamp", TypeLong, unitInstant}
	traceRegion    = traceSpec{"regionId", "region_id", TypeString, ""}
	traceGroup     = traceSpec{"groupName", "group", TypeString, ""}
	traceTopic     = traceSpec{"topic", "topic", TypeString, ""}
	traceMsgID     = traceSpec{"msgId", "msg_id", TypeString, ""}
	traceTags      = traceSpec{"tags", "tags", TypeString, ""}
	traceKeys      = traceSpec{"keys", "keys", TypeString, ""}
	traceStoreHost = traceSpec{"storeHost", "store_host", TypeString, ""}
	traceCost      = traceSpec{"costTime", "cost_ms", TypeInt, unitDuration}
	traceMsgType   = traceSpec{"msgType", "msg_type", TypeInt, ""}
	traceSuccess   = traceSpec{"success", "success", TypeBoolean, ""}
	traceRequestID = traceSpec{"requestId", "request_id", TypeString, ""}
	traceClient    = traceSpec{"clientHost", "client_host", TypeString, ""}
)

// traceRecords are the kinds of records (TraceDataEncoder). Newer clients write more fields, each list ends with the
// newest; clients in Go and C++ add clientHost.
var traceRecords = [...]struct {
	name   string
	least  int // fields that every client writes
	fields []traceSpec
}{
	{"Pub", 12, []traceSpec{
		traceTime, traceRegion, traceGroup, traceTopic, traceMsgID, traceTags, traceKeys, traceStoreHost,
		{"bodyLength", "body_len", TypeInt, ""}, traceCost, traceMsgType, {"offsetMsgId", "offset_msg_id", TypeString, ""},
		traceSuccess, traceClient,
	}},
	{"SubBefore", 7, []traceSpec{
		traceTime, traceRegion, traceGroup, traceRequestID, traceMsgID, {"retryTimes", "retry_times", TypeInt, ""}, traceKeys,
		traceClient,
	}},
	{"SubAfter", 5, []traceSpec{
		traceRequestID, traceMsgID, traceCost, traceSuccess, traceKeys, {"contextCode", "context_code", TypeInt, ""},
		traceTime, traceGroup,
	}},
	{"EndTransaction", 12, []traceSpec{
		traceTime, traceRegion, traceGroup, traceTopic, traceMsgID, traceTags, traceKeys, traceStoreHost, traceMsgType,
		{"transactionId", "transaction_id", TypeString, ""}, {"transactionState", "transaction_state", TypeString, ""},
		{"fromTransactionCheck", "from_transaction_check", TypeBoolean, ""},
	}},
	{"Recall", 6, []traceSpec{traceTime, traceRegion, traceGroup, traceTopic, traceMsgID, traceSuccess}},
}

// maxTraceFields is beyond what any client writes; what follows is one field.
const maxTraceFields = 24

// TraceField is a field of a TraceRecord.
type TraceField struct {
	Name  string // Java's, of TraceContext and TraceBean; "" for what no client is known to write
	Value []byte // view of the body
	Off   int    // of Value within the body

	key, unit string
	kind      FieldType
}

// TraceRecord is one record of a trace message: what a client says of a message that it sent or consumed. It may be
// reused for the next one.
type TraceRecord struct {
	Type   []byte // Pub, SubBefore, SubAfter, EndTransaction, Recall, or what no client is known to write
	Off    int    // within the body, of Type
	Len    int    // in bytes, without the byte that ends the record
	Fields []TraceField
	// Whole is false for a record with fewer fields than every client writes.
	Whole bool
}

// TraceIter walks the records of a trace message.
type TraceIter struct {
	body []byte
	off  int
}

// TraceOf walks the records of body, the decompressed body of a message in RMQ_SYS_TRACE_TOPIC or a topic of one's own
// choice (TraceDataEncoder.decoderFromTraceDataString). Ask IsTrace first: anything makes records.
func TraceOf(body []byte) TraceIter { return TraceIter{body: body} }

// Next reads the next record.
func (it *TraceIter) Next(r *TraceRecord) bool {
	for it.off < len(it.body) {
		b, _, _ := bytes.Cut(it.body[it.off:], []byte{traceRecordEnd})
		off := it.off
		if it.off += len(b) + 1; len(b) > 0 {
			r.read(b, off)
			return true
		}
	}
	return false
}

// read takes the record b apart, which begins at off within the body.
func (r *TraceRecord) read(b []byte, off int) {
	*r = TraceRecord{Off: off, Len: len(b), Fields: r.Fields[:0]}
	kind, rest, more := bytes.Cut(b, []byte{traceFieldEnd})
	r.Type = kind
	at := off + len(kind) + 1
	for more {
		var value []byte
		if len(r.Fields) == maxTraceFields {
			value, more = rest, false
		} else {
			value, rest, more = bytes.Cut(rest, []byte{traceFieldEnd})
		}
		r.Fields = append(r.Fields, TraceField{Value: value, Off: at, kind: TypeString})
		at += len(value) + 1
	}
	for i := range traceRecords {
		if known := &traceRecords[i]; known.name == string(kind) {
			r.Whole = len(r.Fields) >= known.least
			r.name(known.fields)
		}
	}
}

// name gives fields their names. The first clients had no offsetMsgId, which stands in front of success.
func (r *TraceRecord) name(specs []traceSpec) {
	short := string(r.Type) == "Pub" && len(r.Fields) == 12
	for i := range r.Fields {
		n := i
		if short && i == 11 {
			n++
		}
		if n >= len(specs) {
			return
		}
		x, s := &r.Fields[i], &specs[n]
		x.Name, x.key, x.kind, x.unit = s.name, s.key, s.kind, s.unit
	}
}

// Field is the value of the field with a name of Java's, nil where there is none.
func (r *TraceRecord) Field(name string) []byte {
	for i := range r.Fields {
		if r.Fields[i].Name == name {
			return r.Fields[i].Value
		}
	}
	return nil
}

// IsTrace tells whether the body of a message begins with a whole trace record, whose numbers are numbers.
func IsTrace(body []byte) bool {
	if len(body) == 0 || body[0] != 'P' && body[0] != 'S' && body[0] != 'E' && body[0] != 'R' {
		return false
	}
	var r TraceRecord
	it := TraceOf(body)
	if !it.Next(&r) || !r.Whole {
		return false
	}
	for i := range r.Fields {
		if x := &r.Fields[i]; x.kind == TypeInt || x.kind == TypeLong {
			if _, ok := decimal(x.Value); !ok {
				return false
			}
		}
	}
	return true
}

// AppendTrace appends the records of body as a JSON array of objects: "type", then the fields, numbers and booleans as
// such; msg_type_name is the name of msg_type. Fields without a name are "field_N", counted from the type, which is 0.
func AppendTrace(dst, body []byte) []byte {
	var r TraceRecord
	it := TraceOf(body)
	dst = append(dst, '[')
	for first := true; it.Next(&r); first = false {
		if !first {
			dst = append(dst, ',')
		}
		dst = appendJSONText(append(dst, `{"type":`...), r.Type)
		for i := range r.Fields {
			x := &r.Fields[i]
			dst = append(dst, `,"`...)
			if x.key == "" {
				dst = strconv.AppendInt(append(dst, "field_"...), int64(i+1), 10)
			} else {
				dst = append(dst, x.key...)
			}
			dst = appendTyped(append(dst, `":`...), x.Value, x.kind)
			if name := traceNote(x); x.Name == traceMsgType.name && name != "" {
				dst = append(append(append(dst, `,"msg_type_name":"`...), name...), '"')
			}
		}
		dst = append(dst, '}')
	}
	return append(dst, ']')
}

// traceMsgTypes and traceContextCodes are by ordinal (MessageType, ConsumeReturnType).
var (
	traceMsgTypes     = [...]string{"Normal_Msg", "Trans_Msg_Half", "Trans_msg_Commit", "Delay_Msg", "Order_Msg"}
	traceContextCodes = [...]string{"SUCCESS", "TIME_OUT", "EXCEPTION", "RETURNNULL", "FAILED"}
)

// traceNote says what the value of a field means.
func traceNote(x *TraceField) string {
	n, ok := decimal(x.Value)
	if !ok {
		return ""
	}
	switch x.Name {
	case "msgType":
		if n >= 0 && int(n) < len(traceMsgTypes) {
			return traceMsgTypes[n]
		}
	case "contextCode":
		if n >= 0 && int(n) < len(traceContextCodes) {
			return traceContextCodes[n]
		}
	}
	return unitNote(n, x.unit)
}
