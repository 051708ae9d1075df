package decode

// Message is a message as it is found in a body: a stored record of an answer, the payload of a send request, or an
// element of a batch. Its slices are views of the frame; it may be reused for the next message.
type Message struct {
	// Stored says that the record carries what a broker knows; false for a send, which leaves the fields below
	// "broker's" at zero.
	Stored bool
	Range  Range // within the frame: the whole record, or the body of a send

	Topic          []byte
	QueueID        int32
	Flag           int32 // the application's
	SysFlag        int32
	BornTimestamp  int64  // ms since 1970
	Properties     []byte // key \x01 value \x02 …; still with these separators. Nil: none
	Body           []byte // as stored, possibly compressed
	BodyRange      Range  // within the frame
	ReconsumeTimes int32

	// broker's
	Magic                     uint32
	BodyCRC                   int32
	QueueOffset               int64
	CommitLogOffset           int64
	StoreTimestamp            int64  // ms since 1970
	BornHost, StoreHost       []byte // 4 or 16 bytes of address, then int32 port
	PreparedTransactionOffset int64
}
