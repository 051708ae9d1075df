package decode

import "strconv"

// Op says which step of decoding failed.
type Op uint8

// The steps, from the outside in.
const (
	OpNone    Op = iota
	OpFrame      // the eight bytes in front of a header
	OpHeader     // the header, JSON or binary
	OpField      // one header field
	OpMessage    // a stored message or an element of a batch
	OpInflate    // decompression
	OpBody       // the body of another operation
)

var opNames = [...]string{"", "frame", "header", "field", "message", "decompress", "body"}

func (o Op) String() string {
	if int(o) < len(opNames) {
		return opNames[o]
	}
	return "unknown"
}

// Reason says why. Reasons are numbers so that an event can hold one without a pointer.
type Reason uint8

// The reasons; their texts are in reasonTexts.
const (
	ReasonNone Reason = iota
	ReasonFrameLength
	ReasonHeaderLength
	ReasonSerializeType
	ReasonShort
	ReasonSyntax
	ReasonNumberRange
	ReasonNotObject
	ReasonLength
	ReasonTrailing
	ReasonNesting
	ReasonMagic
	ReasonRecordSize
	ReasonCRC
	ReasonCompression
	ReasonCompressionType
	ReasonOutputLimit
	ReasonTooMany
	ReasonUTF8
	ReasonBodyDropped
)

var reasonTexts = [...]string{
	ReasonNone:            "",
	ReasonFrameLength:     "frame length out of range",
	ReasonHeaderLength:    "header length does not fit the frame",
	ReasonSerializeType:   "unknown serialize type",
	ReasonShort:           "ends too early",
	ReasonSyntax:          "not the JSON that RocketMQ writes",
	ReasonNumberRange:     "number out of range",
	ReasonNotObject:       "not a JSON object",
	ReasonLength:          "length field does not fit",
	ReasonTrailing:        "bytes after the end",
	ReasonNesting:         "nested too deep",
	ReasonMagic:           "unknown magic code",
	ReasonRecordSize:      "record size does not fit",
	ReasonCRC:             "checksum differs",
	ReasonCompression:     "compressed data is broken",
	ReasonCompressionType: "unknown compression type",
	ReasonOutputLimit:     "decompression stopped at the output limit",
	ReasonTooMany:         "too many entries",
	ReasonUTF8:            "not UTF-8",
	ReasonBodyDropped:     "body not kept, buffers are full",
}

func (r Reason) String() string {
	if int(r) < len(reasonTexts) {
		return reasonTexts[r]
	}
	return "unknown reason"
}

// Error is a problem in bytes from the wire.
type Error struct {
	Op   Op
	Off  int // offset of the failing byte, from the first byte of the frame's length field unless said otherwise
	Code Reason
}

func (e *Error) Error() string {
	return e.Op.String() + " at byte " + strconv.Itoa(e.Off) + ": " + e.Code.String()
}
