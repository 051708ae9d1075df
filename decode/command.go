package decode

// The bits of Command.Flag (RemotingCommand.RPC_TYPE, RPC_ONEWAY).
const (
	FlagResponse = 1
	FlagOneway   = 2
)

// Command is a decoded header. Decode may be called on the same Command again and again; it reuses its memory, so what
// a Command points to is valid until the next Decode and as long as the frame's bytes are. A copy shares that memory.
type Command struct {
	Code     int32 // a request's operation; a response's status
	Opaque   int32
	Flag     int32
	Version  int32 // ordinal of MQVersion
	Language Language
	// LanguageName is a language of the JSON header that the table does not have, as sent; otherwise nil.
	LanguageName []byte
	// Remark is nil where it is absent or null.
	Remark []byte
	Ext    Fields
	// HasOpaque is false for a JSON header without opaque, which can never be paired.
	HasOpaque bool
}

// Decode reads the header of f. Numbers beyond int32, broken syntax, lengths that do not fit and bytes behind a JSON
// object are an *Error, upon which what c holds means nothing (RemotingCommand.headerDecode).
func (c *Command) Decode(f Frame) error {
	return c.DecodeHeader(f.Header, f.Serialization)
}

// DecodeHeader is Decode without a Frame, which costs some to make and to hand over.
func (c *Command) DecodeHeader(header []byte, s Serialization) error {
	c.Code, c.Opaque, c.Flag, c.Version = 0, 0, 0, 0
	c.Language, c.LanguageName, c.Remark, c.HasOpaque = LanguageNone, nil, nil, false
	c.Ext.reset(header)
	var p problem
	if s == ROCKETMQ {
		p = c.decodeBinary(header)
	} else {
		p = c.decodeJSON(header)
	}
	if p.reason != ReasonNone {
		return &Error{OpHeader, PrefixLen + p.off, p.reason}
	}
	return nil
}

// Response tells whether the command answers another (flag bit 0 wins over bit 1).
func (c *Command) Response() bool { return c.Flag&FlagResponse != 0 }

// Oneway tells whether the command is a request that nobody answers.
func (c *Command) Oneway() bool { return c.Flag&(FlagResponse|FlagOneway) == FlagOneway }

// Range is a range of bytes, [Off, Off+Len), of the buffer that its owner names.
type Range struct{ Off, Len int }

// Field is one entry of extFields.
type Field struct {
	Key, Value []byte // unescaped text; Value is nil for a JSON null
	KeyRange   Range  // within the header, without quotes
	ValueRange Range  // within the header, without quotes
	Quoted     bool   // false for a JSON number, boolean, null, object or array
}

// Fields are the extFields of a command in the order of the wire, doubled keys included.
type Fields struct {
	Present bool // false when a JSON header has no extFields, or null
	header  []byte
	list    []entry
	text    []byte // unescaped text
	discard bool   // check only, keep no entry
}
