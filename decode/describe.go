package decode

import (
	"encoding/binary"
	"strconv"
)

// DescribeOptions is what Describe may be told. The zero value is ready.
type DescribeOptions struct {
	// Reference is when the frame was captured, in ms since 1970. The ids that clients make count from the beginning of
	// a month; without it they get no date.
	Reference int64
	// Nodes is how many nodes there may be; 0: 20,000. What would come behind is counted in a last node.
	Nodes int
	// Inflater decompresses message bodies; nil: one for this call.
	Inflater *Inflater
	// Credentials are what signatures are checked with; without them a request that is signed is said to be not checked.
	Credentials Credentials
}

const (
	defaultNodes = 20_000
	// maxInflated is how many bytes the bodies of one frame may become: decompressed, or in another encoding.
	maxInflated = 64 << 20
	// maxPreview is how many bytes of a text are put into a node.
	maxPreview = 4 << 10
	// maxHexPreview is how many bytes of anything else are.
	maxHexPreview = 64
)

// Describe takes a frame apart for a person: the frame's prefix, its header with all extFields, its signature, its body.
// full is the length that the prefix states, in bytes; it is more than len(f.Raw) where the capture lacks the end. A
// problem becomes a node at its place and whatever stands before it is kept. Detail.Buffers[0] is f.Raw itself, not a
// copy; texts in nodes are copies.
func Describe(ctx Context, f Frame, full int, opts DescribeOptions) *Detail {
	o := &outline{limit: opts.Nodes, reference: opts.Reference, inflater: opts.Inflater, inflatable: maxInflated}
	if o.limit <= 0 {
		o.limit = defaultNodes
	}
	if o.inflater == nil {
		o.inflater = new(Inflater)
	}
	o.detail.Buffers = append(o.detail.Buffers, Buffer{"wire", f.Raw})
	o.frame(f, full)
	var cmd Command
	err := cmd.Decode(f)
	o.header(ctx, &cmd, f, err)
	if err == nil {
		o.acl(&cmd, f, opts.Credentials)
		o.body(ctx, &cmd, f)
	} else if len(f.Body) > 0 {
		body := len(f.Raw) - len(f.Body)
		o.openBody("Body", bytesText(len(f.Body)), "", Range{body, len(f.Body)})
		o.preview("body", f.Body, body)
		o.close()
	}
	if o.more > 0 {
		o.detail.Nodes = append(o.detail.Nodes, Node{Kind: NodeNote, Name: "…", Value: strconv.Itoa(o.more) + " more"})
	}
	return &o.detail
}

// outline builds the nodes of a Detail.
type outline struct {
	detail     Detail
	limit      int // of nodes
	more       int // entries beyond the limit
	depth      int
	buffer     int // that ranges are within
	reference  int64
	inflater   *Inflater
	inflatable int // bytes that bodies may still become: decompressed, or in another encoding
}

// full tells whether no further node fits.
func (o *outline) full() bool { return len(o.detail.Nodes) >= o.limit }

func (o *outline) add(kind NodeKind, name, value, note string, r Range) {
	if o.full() {
		o.more++
		return
	}
	o.detail.Nodes = append(o.detail.Nodes, Node{
		Depth: o.depth, Name: name, Value: value, Note: note, Kind: kind, Buffer: o.buffer, Range: r,
	})
}

// open adds a section; what follows stands inside it until close.
func (o *outline) open(name, value, note string, r Range) {
	o.add(NodeSection, name, value, note, r)
	o.depth++
}

func (o *outline) close() { o.depth-- }

// openBody is open for what is a whole body.
func (o *outline) openBody(name, value, note string, r Range) {
	defer o.markBody(len(o.detail.Nodes))
	o.open(name, value, note, r)
}

// markBody says that the node at i, if it found room, is a whole body.
func (o *outline) markBody(i int) {
	if i < len(o.detail.Nodes) {
		o.detail.Nodes[i].Body = true
	}
}

func (o *outline) field(name, value, note string, r Range) { o.add(NodeField, name, value, note, r) }

func (o *outline) number(name string, n int64, note string, r Range) {
	o.add(NodeField, name, strconv.FormatInt(n, 10), note, r)
}

func (o *outline) warn(name, note string, r Range) { o.add(NodeWarning, name, "", note, r) }

// fail adds a problem: what was being read, why it failed, and the bytes from there to end.
func (o *outline) fail(err *Error, end int) { o.failBehind(err, end, "") }

// failBehind is fail with the place of the last value that could be read.
func (o *outline) failBehind(err *Error, end int, place string) {
	note := "at byte " + strconv.Itoa(err.Off)
	if place != "" {
		note += ", behind " + place
	}
	o.add(NodeError, err.Op.String(), err.Code.String(), note, Range{err.Off, max(0, end-err.Off)})
	if b := o.detail.Buffers[o.buffer].Bytes; err.Off < end && end <= len(b) {
		o.depth++
		o.preview("rest", b[err.Off:end], err.Off)
		o.depth--
	}
}

// swapBuffer makes b the buffer that ranges are within, and returns the one that was.
func (o *outline) swapBuffer(b Buffer) (old int) {
	old = o.buffer
	o.buffer = len(o.detail.Buffers)
	o.detail.Buffers = append(o.detail.Buffers, b)
	return old
}

// frame describes the eight bytes in front of the header.
func (o *outline) frame(f Frame, full int) {
	o.open("Frame", bytesText(full), "", Range{0, len(f.Raw)})
	defer o.close()
	if len(f.Raw) < PrefixLen {
		o.fail(&Error{OpFrame, len(f.Raw), ReasonShort}, len(f.Raw))
		return
	}
	word := binary.BigEndian.Uint32(f.Raw[4:])
	o.number("length", int64(int32(binary.BigEndian.Uint32(f.Raw))), "bytes that follow", Range{0, 4})
	o.number("serializeType", int64(word>>24), f.Serialization.String(), Range{4, 1})
	o.number("headerLength", int64(word&0xFFFFFF), "bytes", Range{5, 3})
	if _, err := ReadPrefix(f.Raw, Limits{Frame: 1<<31 + 3}); err != nil {
		o.fail(err.(*Error), len(f.Raw))
	}
	if full > len(f.Raw) {
		o.warn("cut", bytesText(full-len(f.Raw))+" at the end were not captured", Range{})
	}
}

func bytesText(n int) string {
	if n == 1 {
		return "1 byte"
	}
	return strconv.Itoa(n) + " bytes"
}
