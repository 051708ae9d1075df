package export

import (
	"io"
	"strconv"

	"github.com/rivo/uniseg"

	"github.com/mqsniff/mqsniff/decode"
	"github.com/mqsniff/mqsniff/filter"
	"github.com/mqsniff/mqsniff/session"
)

// TextOptions say how lines look. The zero value is what a pipe gets.
type TextOptions struct {
	Wide        bool // addresses, client id, opaque, serialize, language, version and message ids, too
	Detail      bool // the frame taken apart below its line
	Color       bool
	Header      bool               // the names of the columns first
	Credentials decode.Credentials // with Detail: what signatures are checked with
	Absolute    bool               // RFC 3339 instead of seconds since the first event
}

// Text prints one line per event, in columns: number, time in seconds since the first event, connection, flags (see
// AppendFlags), operation, topic or else group, queue, status, latency in ms, length, remark.
type Text struct {
	output
	symbols  *session.Symbols
	options  TextOptions
	clock    clock
	start    int64
	started  bool
	inflater decode.Inflater
	message  decode.Message
	scratch  []byte
}

// NewText returns a Text that writes to w. symbols are those of the session whose events come.
func NewText(w io.Writer, symbols *session.Symbols, o TextOptions) *Text {
	return &Text{output: output{w: w}, symbols: symbols, options: o}
}

// NewWide is NewText with Wide set.
func NewWide(w io.Writer, symbols *session.Symbols, o TextOptions) *Text {
	o.Wide = true
	return NewText(w, symbols, o)
}

// Handle is a session.Handler.
func (t *Text) Handle(ev *session.Event, v *session.View) {
	if t.err != nil {
		return
	}
	if !t.started {
		t.started, t.start = true, ev.Time
		if t.options.Header {
			t.buf = t.header(t.buf)
		}
	}
	t.buf = t.Append(t.buf, ev, v)
	t.line()
}

// Close writes what was collected. It does not close the writer.
func (t *Text) Close() error { return t.Flush() }

// Columns of a line, in cells. Longer texts push the rest to the right: a line loses nothing.
const (
	widthNumber = 7
	widthTime   = 11
	widthConn   = 4
	widthFlags  = 4
	widthCode   = 28
	widthTopic  = 24
	widthQueue  = 3
	widthStatus = 18
	widthMillis = 9
	widthLen    = 7
	maxRemark   = 80 // characters of a remark on a line
)

func (t *Text) header(b []byte) []byte {
	time := widthTime
	if t.options.Absolute {
		time = len(filter.TimeLayout) - len("07:00")
	}
	b = append(b, sgr(t.options.Color, roleHeader)...)
	b = right(b, widthNumber, "No.")
	b = right(append(b, ' '), time, "Time")
	b = right(append(b, ' '), widthConn, "Conn")
	b = left(append(b, ' '), widthFlags, "Flag")
	b = left(append(b, ' '), widthCode, "Code")
	b = left(append(b, ' '), widthTopic, "Topic/group")
	b = right(append(b, ' '), widthQueue, "Q")
	b = left(append(b, ' '), widthStatus, "Status")
	b = right(append(b, ' '), widthMillis, "ms")
	b = right(append(b, ' '), widthLen, "Len")
	b = append(b, " Remark"...)
	if t.options.Wide {
		b = append(b, " | more"...)
	}
	if t.options.Color {
		b = append(b, reset...)
	}
	return append(b, '\n')
}

// Append appends the line of ev to dst, or with Detail its lines, newlines included.
func (t *Text) Append(dst []byte, ev *session.Event, v *session.View) []byte {
	b := append(dst, sgr(t.options.Color, roleOf(ev))...)
	b = t.right(b, widthNumber, strconv.AppendUint(t.scratch[:0], uint64(ev.Number), 10))
	b = append(b, ' ')
	if t.options.Absolute {
		b = t.clock.append(b, ev.Time)
	} else {
		b = t.right(b, widthTime, appendSeconds(t.scratch[:0], ev.Time-t.start))
	}
	b = append(b, ' ')
	conn := t.scratch[:0]
	if ev.Conn != 0 {
		conn = strconv.AppendUint(conn, uint64(ev.Conn), 10)
	}
	b = t.right(b, widthConn, conn)
	b = append(b, ' ')
	b = t.left(b, widthFlags, AppendFlags(t.scratch[:0], ev))
	b = append(b, ' ')
	if ev.Kind.Frame() {
		b = t.frame(b, ev, v)
	} else {
		b = t.other(b, ev, v)
	}
	for len(b) > 0 && b[len(b)-1] == ' ' {
		b = b[:len(b)-1]
	}
	if t.options.Color {
		b = append(b, reset...)
	}
	b = append(b, '\n')
	if t.options.Detail && v.Command != nil {
		b = t.detail(b, ev, v)
	}
	return b
}

// frame writes the columns of a frame from the operation on.
func (t *Text) frame(b []byte, ev *session.Event, v *session.View) []byte {
	b = t.left(b, widthCode, appendCode(t.scratch[:0], ev))
	b = append(b, ' ')
	subject := ev.Topic
	if subject == 0 {
		subject = ev.Group
	}
	b = t.left(b, widthTopic, AppendSafe(t.scratch[:0], t.symbols.Text(subject)))
	b = append(b, ' ')
	queue := t.scratch[:0]
	if ev.QueueID != session.None {
		queue = strconv.AppendInt(queue, int64(ev.QueueID), 10)
	}
	b = t.right(b, widthQueue, queue)
	b = append(b, ' ')
	b = t.left(b, widthStatus, appendStatus(t.scratch[:0], ev))
	b = append(b, ' ')
	latency := t.scratch[:0]
	if ev.Kind == session.Response && ev.Pair != 0 {
		latency = appendMillis(latency, ev.Latency)
	}
	b = t.right(b, widthMillis, latency)
	b = append(b, ' ')
	b = t.right(b, widthLen, strconv.AppendUint(t.scratch[:0], uint64(ev.Len), 10))
	if ev.Cut > 0 {
		b = append(b, " cut:"...)
		b = strconv.AppendUint(b, uint64(ev.Cut), 10)
	}
	if ev.ErrCode != decode.ReasonNone {
		b = appendProblem(append(b, ' '), ev)
	}
	if v.Command != nil && len(v.Command.Remark) > 0 {
		b = appendShort(append(b, ' '), v.Command.Remark, maxRemark)
	}
	if t.options.Wide {
		b = t.wide(b, ev, v)
	}
	return b
}

// other writes the columns of an event that is no frame.
func (t *Text) other(b []byte, ev *session.Event, v *session.View) []byte {
	b = t.left(b, widthCode, append(append(append(t.scratch[:0], '['), ev.Kind.String()...), ']'))
	if (ev.Kind == session.Open || t.options.Wide) && v.Conn != nil {
		b = appendEnds(append(b, ' '), v.Conn)
	}
	switch {
	case ev.Kind == session.Close && ev.Detail != 0:
		b = append(append(b, ' '), session.CloseReason(ev.Detail).String()...)
	case ev.Kind == session.Open && ev.Has(session.MidStream):
		b = append(b, " began before the capture"...)
	case filter.HasBytes(ev):
		b = strconv.AppendUint(append(b, ' '), uint64(ev.Len), 10)
		b = append(b, " bytes"...)
	case ev.Kind == session.Drop:
		b = strconv.AppendUint(append(b, ' '), uint64(ev.Len), 10)
		b = append(b, " packets lost"...)
	}
	if ev.ErrCode != decode.ReasonNone {
		b = appendProblem(append(b, ' '), ev)
	}
	return t.symbol(b, " ", ev.Note)
}

// wide writes what a wide line has more.
func (t *Text) wide(b []byte, ev *session.Event, v *session.View) []byte {
	b = append(b, " | "...)
	if v.Conn != nil {
		b = append(appendEnds(b, v.Conn), ' ')
	}
	b = strconv.AppendInt(append(b, "opaque="...), int64(ev.Opaque), 10)
	b = append(append(b, ' '), ev.Serialization.String()...)
	language := decode.LanguageName(ev.Language)
	if language == "" && v.Command != nil && len(v.Command.LanguageName) > 0 {
		b = appendShort(append(b, ' '), v.Command.LanguageName, 20)
	} else if language != "" {
		b = append(append(b, ' '), language...)
	}
	if name := decode.VersionName(ev.Version); name != "" && ev.Language != decode.LanguageNone {
		b = append(append(b, ' '), name...)
	}
	b = t.symbol(b, " group=", ev.Group)
	b = t.symbol(b, " client_id=", ev.ClientID)
	if ev.Pair != 0 {
		b = strconv.AppendUint(append(b, " request="...), uint64(ev.Pair), 10)
	}
	if ev.Messages == 0 || v.Command == nil {
		return b
	}
	b = strconv.AppendUint(append(b, " messages="...), uint64(ev.Messages), 10)
	it := decode.MessagesOf(v.Context, ev.Status, v.Command, v.Frame)
	const shown = 3
	for i := 0; i < shown && it.Next(&t.message); i++ {
		if key := t.message.UniqKey(); len(key) > 0 {
			b = appendShort(append(b, " uniq_key="...), key, 80)
		}
		if t.message.Stored {
			b = decode.AppendOffsetMsgID(append(b, " msg_id="...), t.message.StoreHost, t.message.CommitLogOffset)
		}
	}
	return b
}

func (t *Text) symbol(b []byte, name string, n session.Symbol) []byte {
	if n == 0 {
		return b
	}
	return AppendSafe(append(b, name...), t.symbols.Text(n))
}

func appendEnds(b []byte, c *session.Conn) []byte {
	b = c.Client.AppendTo(b)
	b = append(b, " -> "...)
	return c.Server.AppendTo(b)
}

func appendCode(b []byte, ev *session.Event) []byte {
	switch name := ev.CodeName(); {
	case ev.Has(session.Unmatched):
		return append(b, '?')
	case name != "":
		return append(b, name...)
	}
	return strconv.AppendInt(b, int64(ev.Code), 10)
}

func appendStatus(b []byte, ev *session.Event) []byte {
	switch ev.Kind {
	case session.Oneway:
		return append(b, "oneway"...)
	case session.Response:
		if name, ok := statusName(ev); ok {
			return append(b, name...)
		}
		return strconv.AppendInt(b, int64(ev.Status), 10)
	}
	return b
}

func appendProblem(b []byte, ev *session.Event) []byte {
	b = append(append(b, '('), ev.ErrOp.String()...)
	b = strconv.AppendUint(append(b, " at byte "...), uint64(ev.ErrOff), 10)
	return append(append(append(b, ": "...), ev.ErrCode.String()...), ')')
}

// appendShort writes at most n bytes of text, sanitised.
func appendShort(b, text []byte, n int) []byte {
	if len(text) <= n {
		return AppendSafe(b, text)
	}
	for n > 0 && text[n]&0xC0 == 0x80 {
		n--
	}
	return append(AppendSafe(b, text[:n]), "…"...)
}

// left and right append text, which is t.scratch or nothing, and fill it up with blanks to a column's width.
func (t *Text) left(b []byte, n int, text []byte) []byte {
	t.scratch = text
	b = append(b, text...)
	return blanks(b, n-cells(text))
}

func (t *Text) right(b []byte, n int, text []byte) []byte {
	t.scratch = text
	return append(blanks(b, n-cells(text)), text...)
}

func left(b []byte, n int, text string) []byte  { return blanks(append(b, text...), n-len(text)) }
func right(b []byte, n int, text string) []byte { return append(blanks(b, n-len(text)), text...) }

func blanks(b []byte, n int) []byte {
	for ; n > 0; n-- {
		b = append(b, ' ')
	}
	return b
}

// cells is how wide sanitised text is on a terminal.
func cells(text []byte) int {
	for _, c := range text {
		if c >= 0x80 {
			return uniseg.StringWidth(string(text))
		}
	}
	return len(text)
}
