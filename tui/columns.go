package tui

import (
	"strconv"
	"time"

	"github.com/mqsniff/mqsniff/export"
	"github.com/mqsniff/mqsniff/session"
	"github.com/mqsniff/mqsniff/tui/widget"
)

// rowContext is what the text of a row depends on besides its event.
type rowContext struct {
	symbols *session.Symbols
	conn    func(number uint32) session.Endpoints
	id      func(ev *session.Event) string // message id, empty where it is not known (yet)
	zone    *time.Location
	format  timeFormat
	start   int64 // relative times count from here
	above   int64 // time of the row above, 0: none
	latest  int64
	over    bool // nothing more will be read
}

// column is one column of the frames list.
type column struct {
	widget.Column
	name   string // for menus and exports
	append func(dst []byte, ev *session.Event, c *rowContext) []byte
	role   func(ev *session.Event, c *rowContext) widget.Role // nil: the row's
}

// The columns, in the order of the screen.
const (
	colNumber = iota
	colTime
	colDelta
	colConn
	colClient
	colServer
	colFlag
	colCode
	colTopic
	colGroup
	colQueue
	colMessageID
	colBytes
	colStatus
	colLatency
)

// frameColumns are the columns of the frames list. A narrow screen drops those with the highest priority first.
func frameColumns() []column {
	return []column{
		colNumber: {widget.Column{Title: "No.", Align: widget.AlignRight, Priority: 0}, "number",
			func(dst []byte, ev *session.Event, _ *rowContext) []byte {
				return strconv.AppendUint(dst, uint64(ev.Number), 10)
			}, nil},
		colTime: {widget.Column{Title: "Time", Align: widget.AlignRight, Priority: 6}, "time",
			func(dst []byte, ev *session.Event, c *rowContext) []byte {
				return appendTime(dst, c.format, ev.Time, c.start, c.above, c.zone)
			}, nil},
		colDelta: {widget.Column{Title: "Delta", Align: widget.AlignRight, Priority: 14}, "delta",
			func(dst []byte, ev *session.Event, c *rowContext) []byte {
				return appendTime(dst, timeDelta, ev.Time, 0, c.above, c.zone)
			}, dim},
		colConn: {widget.Column{Title: "Conn", Align: widget.AlignRight, Priority: 7}, "conn",
			func(dst []byte, ev *session.Event, _ *rowContext) []byte {
				if ev.Conn == 0 {
					return dst
				}
				return strconv.AppendUint(dst, uint64(ev.Conn), 10)
			}, nil},
		colClient: {widget.Column{Title: "Client", Priority: 10}, "client",
			func(dst []byte, ev *session.Event, c *rowContext) []byte {
				if ev.Conn == 0 {
					return dst
				}
				return c.conn(ev.Conn).Client.AppendTo(dst)
			}, nil},
		colServer: {widget.Column{Title: "Server", Priority: 11}, "server",
			func(dst []byte, ev *session.Event, c *rowContext) []byte {
				if ev.Conn == 0 {
					return dst
				}
				return c.conn(ev.Conn).Server.AppendTo(dst)
			}, nil},
		colFlag: {widget.Column{Title: "Flag", Priority: 1}, "flag", nil, nil}, // see frameList.flags
		colCode: {widget.Column{Title: "Code", Priority: 2}, "code", appendCode, nil},
		colTopic: {widget.Column{Title: "Topic/group", Priority: 5, Flex: 3}, "topic",
			func(dst []byte, ev *session.Event, c *rowContext) []byte {
				if ev.Kind == session.Open {
					return c.conn(ev.Conn).Server.AppendTo(dst)
				}
				if ev.Note != 0 {
					return append(dst, c.symbols.Text(ev.Note)...)
				}
				if ev.Topic != 0 {
					return append(dst, c.symbols.Text(ev.Topic)...)
				}
				return append(dst, c.symbols.Text(ev.Group)...)
			}, nil},
		colGroup: {widget.Column{Title: "Group", Priority: 12, Flex: 1}, "group",
			func(dst []byte, ev *session.Event, c *rowContext) []byte {
				return append(dst, c.symbols.Text(ev.Group)...)
			}, nil},
		colQueue: {widget.Column{Title: "Qid", Align: widget.AlignRight, Priority: 9}, "queue",
			func(dst []byte, ev *session.Event, _ *rowContext) []byte {
				if ev.QueueID == session.None || !ev.Kind.Frame() {
					return dst
				}
				return strconv.AppendInt(dst, int64(ev.QueueID), 10)
			}, nil},
		colMessageID: {widget.Column{Title: "MsgId tail", Priority: 8}, "id", appendID, dim},
		colBytes: {widget.Column{Title: "Bytes", Align: widget.AlignRight, Priority: 13}, "bytes",
			func(dst []byte, ev *session.Event, _ *rowContext) []byte {
				if ev.Len == 0 || ev.Kind == session.Drop {
					return dst
				}
				return appendSize(dst, uint64(ev.Len))
			}, nil},
		colStatus: {widget.Column{Title: "Status", Priority: 3, Flex: 2}, "status", appendStatus, statusRole},
		colLatency: {widget.Column{Title: "Lat ms", Align: widget.AlignRight, Priority: 4}, "latency",
			func(dst []byte, ev *session.Event, _ *rowContext) []byte {
				if ev.Kind != session.Response || ev.Pair == 0 {
					return dst
				}
				return appendMillis(dst, ev.Latency)
			}, func(ev *session.Event, c *rowContext) widget.Role {
				if export.Slow(ev) {
					return widget.RoleWarning
				}
				return rowRole(ev, answered)
			}},
	}
}

func dim(*session.Event, *rowContext) widget.Role { return widget.RoleDim }

// appendCode is the operation of a frame, or in words what else happened.
func appendCode(dst []byte, ev *session.Event, c *rowContext) []byte {
	if ev.Kind.Frame() {
		return append(dst, codeName(ev)...)
	}
	switch ev.Kind {
	case session.Open:
		if ev.Has(session.MidStream) {
			return append(dst, "begins in the middle"...)
		}
		return append(dst, "connection opened"...)
	case session.Close:
		if session.CloseReason(ev.Detail) == session.CloseRST {
			return append(dst, "connection reset"...)
		}
		return append(dst, "connection closed"...)
	case session.Gap:
		return append(dst, "gap, not captured"...)
	case session.Garbage:
		if ev.Note != 0 {
			return append(dst, "not remoting"...)
		}
		return append(dst, "bytes in no frame"...)
	case session.TLS:
		if ev.Has(session.Continued) {
			return append(dst, "TLS, more of it"...)
		}
		return append(dst, "TLS, not readable"...)
	case session.GRPC:
		return append(dst, "gRPC (HTTP/2)"...)
	case session.ProxyHeader:
		return append(dst, "PROXY header"...)
	case session.Drop:
		return append(dst, "packets lost"...)
	case session.Notice:
		return append(dst, "notice"...)
	}
	return append(dst, "undecodable"...)
}

// appendStatus is the response code's name, or how a request stands, or more about what is no frame.
func appendStatus(dst []byte, ev *session.Event, c *rowContext) []byte {
	switch ev.Kind {
	case session.Response:
		return append(dst, statusName(ev)...)
	case session.Oneway:
		return append(dst, "oneway"...)
	case session.Request:
		switch waits(ev, c.latest, c.over) {
		case pending:
			return append(dst, "pending"...)
		case expired:
			return append(dst, "no answer"...)
		case ended:
			return append(dst, "capture ended"...)
		}
		return dst
	case session.Close:
		return append(dst, session.CloseReason(ev.Detail).String()...)
	case session.Gap, session.Garbage:
		return append(dst, plural(ev.Len, "byte")...)
	case session.Drop:
		return append(dst, plural(ev.Len, "packet")...)
	case session.Undecodable:
		return append(dst, ev.ErrCode.String()...)
	}
	return dst
}

func statusRole(ev *session.Event, c *rowContext) widget.Role {
	w := waits(ev, c.latest, c.over)
	switch {
	case w == pending || w == ended:
		return widget.RolePending
	case w == expired:
		return widget.RoleTimedOut
	case ev.Kind == session.Close && session.CloseReason(ev.Detail) == session.CloseRST:
		return widget.RoleError
	case ev.Kind != session.Response:
	case ev.Failed():
		return widget.RoleError
	case ev.Status == 0 && !ev.Has(session.Unmatched):
		return widget.RoleOK
	}
	return rowRole(ev, w)
}

// appendID is the end of the message id: the last bytes tell messages apart. A batch shows how many there are.
func appendID(dst []byte, ev *session.Event, c *rowContext) []byte {
	if ev.Messages > 1 {
		dst = append(dst, '(')
		dst = appendCount(dst, uint64(ev.Messages))
		return append(dst, " msgs)"...)
	}
	id := c.id(ev)
	if len(id) > 8 {
		dst = append(dst, ".."...)
		id = id[len(id)-8:]
	}
	return append(dst, id...)
}

// columnWidths are the wanted and the least width of each column on screens below 80, 100, 160 columns, and from there
// on. The least widths are such that a column is rather left out than the others made hard to read.
var columnWidths = [...][4][2]int{
	colNumber:    {{7, 7}, {7, 7}, {8, 8}, {9, 8}},
	colDelta:     {{10, 10}, {10, 10}, {10, 10}, {10, 10}},
	colConn:      {{4, 4}, {4, 4}, {5, 4}, {5, 4}},
	colClient:    {{21, 21}, {21, 21}, {21, 21}, {21, 21}},
	colServer:    {{21, 21}, {21, 21}, {21, 21}, {21, 21}},
	colFlag:      {{4, 4}, {4, 4}, {5, 5}, {6, 5}},
	colCode:      {{17, 14}, {18, 17}, {24, 22}, {26, 24}},
	colTopic:     {{14, 12}, {14, 14}, {18, 18}, {22, 18}},
	colGroup:     {{16, 10}, {16, 10}, {16, 12}, {16, 12}},
	colQueue:     {{3, 3}, {3, 3}, {3, 3}, {4, 3}},
	colMessageID: {{10, 10}, {10, 10}, {10, 10}, {12, 10}},
	colBytes:     {{5, 5}, {5, 5}, {5, 5}, {6, 5}},
	colStatus:    {{9, 7}, {9, 9}, {15, 14}, {20, 15}},
	colLatency:   {{7, 7}, {7, 7}, {9, 8}, {9, 8}},
}

// timeWidth is the width of a time in a format.
func timeWidth(f timeFormat) int {
	switch f {
	case timeUTC, timeLocal:
		return len(clockFormat)
	case timeDelta:
		return 11
	}
	return 10
}

// widths are the columns as they are on a screen of w columns.
func widths(columns []column, w int, f timeFormat) []widget.Column {
	class := 0
	for _, from := range [...]int{80, widthTwo, widthThree} {
		if w >= from {
			class++
		}
	}
	out := make([]widget.Column, len(columns))
	for i := range columns {
		out[i] = columns[i].Column
		if i == colTime {
			out[i].Width, out[i].MinWidth = timeWidth(f), timeWidth(f)
			continue
		}
		out[i].Width, out[i].MinWidth = columnWidths[i][class][0], columnWidths[i][class][1]
	}
	return out
}
