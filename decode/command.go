package decode

// The bits of Command.Flag (RemotingCommand.RPC_TYPE, RPC_ONEWAY).
const (
	FlagResponse = 1
	FlagOneway   = 2
)

// Command is a decoded header. Decode may be called on the same Command again and again; it reuses its memory, so what
// a Command points to is valid until the next Decode and as long as the frame's bytes are.
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

	scratch []byte // unescaped text
}

// Response tells whether the command answers another (flag bit 0 wins over bit 1).
func (c *Command) Response() bool { return c.Flag&FlagResponse != 0 }

// Oneway tells whether the command is a request that nobody answers.
func (c *Command) Oneway() bool { return c.Flag&(FlagResponse|FlagOneway) == FlagOneway }

// Range is a range of bytes, [Off, Off+Len), of the buffer that its owner names.
type Range struct{ Off, Len int }

// Field is one entry of extFields.
type Field struct {
	Key, Value  []byte // text; Value is nil for a JSON null
	KeyRange    Range  // within the header
	ValueRange  Range  // within the header, without quotes
	Quoted      bool   // false for a JSON number, boolean, null, object or array
	keyEscaped  bool
	textEscaped bool // Value still holds JSON escapes
}

// Fields are the extFields of a command in the order of the wire, doubled keys included.
type Fields struct {
	Present bool // false when a JSON header has no extFields, or null
	list    []Field
	cmd     *Command
}
