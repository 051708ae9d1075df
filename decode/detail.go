package decode

// Detail is one frame taken apart for a person: a tree of fields in preorder, each with the bytes that hold it.
type Detail struct {
	Nodes   []Node
	Buffers []Buffer // Buffers[0] is the frame as on the wire; further ones are bodies decompressed, or in UTF-8
}

// Buffer is a run of bytes that nodes point into.
type Buffer struct {
	Name  string // "wire", "message 1 decompressed"
	Bytes []byte
}

// NodeKind tells a screen how to draw a node.
type NodeKind uint8

// The kinds.
const (
	NodeField NodeKind = iota
	NodeSection
	NodeNote    // something mqsniff says, without bytes of its own
	NodeWarning // something that does not fit
	NodeError   // what could not be decoded
)

// Node is one line of the tree.
type Node struct {
	Depth  int    // 0 for the top sections
	Name   string // field name as the protocol calls it
	Value  string // text from the wire, unsanitised: whoever draws it must
	Note   string // what the value means: "SEND_MESSAGE_V2", "2026-11-22T23:12:01.123Z"
	Kind   NodeKind
	Buffer int   // index into Detail.Buffers
	Range  Range // bytes within the buffer; Len 0: none
	Body   bool  // Range is the whole body of the frame or of a message: what can be read as text, JSON, …
}

// Context is what the rest of the connection tells about a frame.
type Context struct {
	// Code is the operation: the request's own code, or for a response that of its request.
	Code int32
	// Known is false for a response whose request was not seen.
	Known bool
	// RequestVersion is the version of the request's sender, 0 when unknown.
	RequestVersion int32
}
