package decode

// FieldType is the type of a header field in its Java class.
type FieldType uint8

// The types; on the wire all of them are text (CommandCustomHeader).
const (
	TypeString FieldType = iota
	TypeInt              // int32
	TypeLong             // int64
	TypeBoolean
	TypeObject // anything else; kept as text
)

// FieldSpec is one field of a header class.
type FieldSpec struct {
	Name     string // key on the wire
	Long     string // full name where the wire has a short one (SendMessageRequestHeaderV2 "a" is "producerGroup"), otherwise Name
	Type     FieldType
	Required bool
	Since    string // first release with it; empty: as old as its class
	Last     string // last release with it; empty: still there
	Unit     string // "ms since 1970" for a point in time, "ms" for a duration, "bytes"; empty: none
	Meaning  string
}

// Schema is a header class.
type Schema struct {
	Name        string
	Since, Last string // as of FieldSpec
	FastCodec   bool   // a ROCKETMQ header carries its fields first, in this order, and possibly once more (FastCodesHeader)
	Fields      []FieldSpec
}

// Code is one operation: a line of the request table (RequestCode.java).
type Code struct {
	Number       int32
	Name         string
	Direction    string  // who sends it to whom: "client->broker"
	Request      *Schema // nil: no header fields
	Response     *Schema
	RequestBody  string // vocabulary of protocol.json: "none", "json:HeartbeatData", "messages", "text:properties" …
	ResponseBody string
	Since, Last  string
	Note         string
}

// Status is one response code (ResponseCode.java and its parents).
type Status struct {
	Number      int32
	Name        string
	Since, Last string
	Note        string
}

var typeNames = [...]string{"string", "int", "long", "boolean", "object"}

func (t FieldType) String() string {
	if int(t) < len(typeNames) {
		return typeNames[t]
	}
	return "unknown"
}
