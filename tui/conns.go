package tui

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/mqsniff/mqsniff/session"
	"github.com/mqsniff/mqsniff/tui/widget"
)

// conns is the list of connections. It is the model of its widget.List.
type conns struct {
	store   *session.Store
	list    *widget.List
	columns []connColumn
	sort    int      // column, -1: by number
	order   []uint32 // numbers in the order of the sort; nil: by number
	place   map[uint32]int
	asked   int  // connections when the order was made
	busy    bool // an order is being made
	total   int
	said    string // the summary
	saidAt  uint32 // last event when it was made
}

// connColumn is one column of the table. less tells what comes first when sorted by it: the most striking.
type connColumn struct {
	widget.Column
	append func(dst []byte, c *session.ConnStat, v *conns) []byte
	role   func(c *session.ConnStat) widget.Role
	less   func(a, b *session.ConnStat) int
}

func newConns(store *session.Store, theme *widget.Theme) *conns {
	v := &conns{store: store, columns: connColumns(), sort: -1}
	v.list = widget.NewList(theme, v)
	shown := make([]widget.Column, len(v.columns))
	for i := range v.columns {
		shown[i] = v.columns[i].Column
	}
	v.list.SetColumns(shown)
	v.list.SetEmpty("No connections yet.")
	return v
}

// connState is how a connection stands, in words.
func connState(c *session.ConnStat) string {
	switch {
	case c.State == session.ConnClosed && c.Why == session.CloseRST:
		return "reset"
	case c.State == session.ConnOpen && c.MidStream:
		return "mid"
	case c.State == session.ConnOther:
		return "other" // than remoting
	}
	return c.State.String()
}

// Codes that tell who the ends are (RequestCode.java).
const (
	getRoute       = 105
	registerBroker = 103
)

// connRole guesses what the ends are from the code seen last.
func connRole(c *session.ConnStat) string {
	switch c.LastCode {
	case getRoute:
		return "client to name server"
	case registerBroker, 322:
		return "broker to name server"
	}
	return ""
}

func total(n [2]uint64) uint64 { return n[0] + n[1] }

// errors is the share of answers that report a failure, in tenths of a percent.
func errorShare(c *session.ConnStat) uint64 {
	if answers := c.Responses - c.Unmatched; answers > 0 {
		return c.Errors * 1000 / answers
	}
	return 0
}

// average is the mean latency in ns; long polls are left out.
func average(c *session.ConnStat) int64 {
	if c.Latencies == 0 {
		return 0
	}
	return c.LatencySum / int64(c.Latencies)
}

func connColumns() []connColumn {
	right := func(title string, width, priority int) widget.Column {
		return widget.Column{Title: title, Width: width, Align: widget.AlignRight, Priority: priority}
	}
	number := func(n func(*session.ConnStat) uint64) func([]byte, *session.ConnStat, *conns) []byte {
		return func(dst []byte, c *session.ConnStat, _ *conns) []byte {
			if c.State == session.ConnTLS || c.State == session.ConnGRPC {
				return append(dst, '-')
			}
			return appendCount(dst, n(c))
		}
	}
	most := func(n func(*session.ConnStat) uint64) func(a, b *session.ConnStat) int {
		return func(a, b *session.ConnStat) int { return cmp.Compare(n(b), n(a)) }
	}
	latency := func(ns func(*session.ConnStat) int64) func([]byte, *session.ConnStat, *conns) []byte {
		return func(dst []byte, c *session.ConnStat, _ *conns) []byte {
			if c.Latencies == 0 {
				return append(dst, '-')
			}
			return appendMillis(dst, ns(c))
		}
	}
	frames := func(c *session.ConnStat) uint64 { return total(c.Frames) }
	gaps := func(c *session.ConnStat) uint64 { return c.Gaps }
	longest := func(c *session.ConnStat) int64 { return c.LatencyMax }
	warn := func(n func(*session.ConnStat) uint64) func(*session.ConnStat) widget.Role {
		return func(c *session.ConnStat) widget.Role {
			if n(c) > 0 {
				return widget.RoleWarning
			}
			return widget.RoleNormal
		}
	}
	return []connColumn{
		{right("Conn", 6, 0), func(dst []byte, c *session.ConnStat, _ *conns) []byte {
			return strconv.AppendUint(dst, uint64(c.Number), 10)
		}, nil, nil},
		{widget.Column{Title: "State", Width: 7, MinWidth: 6, Priority: 1}, func(dst []byte, c *session.ConnStat, _ *conns) []byte { return append(dst, connState(c)...) }, stateRole,
			func(a, b *session.ConnStat) int { return cmp.Compare(connState(a), connState(b)) }},
		{widget.Column{Title: "Client", Width: 21, MinWidth: 17, Priority: 2}, func(dst []byte, c *session.ConnStat, _ *conns) []byte { return c.Client.AppendTo(dst) }, nil,
			func(a, b *session.ConnStat) int { return a.Client.Compare(b.Client) }},
		{widget.Column{Title: "ClientId / language", Width: 24, MinWidth: 20, Priority: 9, Flex: 2}, appendClient, nil,
			func(a, b *session.ConnStat) int { return cmp.Compare(a.ClientID, b.ClientID) }},
		{widget.Column{Title: "Group", Width: 20, MinWidth: 12, Priority: 12, Flex: 1}, func(dst []byte, c *session.ConnStat, v *conns) []byte {
			return append(dst, v.store.Symbols().Text(c.Group)...)
		}, nil, func(a, b *session.ConnStat) int { return cmp.Compare(a.Group, b.Group) }},
		{widget.Column{Title: "Server", Width: 21, MinWidth: 17, Priority: 3}, func(dst []byte, c *session.ConnStat, _ *conns) []byte { return c.Server.AppendTo(dst) }, nil,
			func(a, b *session.ConnStat) int { return a.Server.Compare(b.Server) }},
		{right("Frames", 9, 4), number(frames), nil, most(frames)},
		{right("Err%", 5, 5), appendErrors, func(c *session.ConnStat) widget.Role {
			if c.Errors > 0 {
				return widget.RoleError
			}
			return widget.RoleNormal
		}, most(errorShare)},
		{right("Avg ms", 8, 8), latency(average), nil, func(a, b *session.ConnStat) int { return cmp.Compare(average(b), average(a)) }},
		{right("Max ms", 8, 10), latency(longest), nil, func(a, b *session.ConnStat) int { return cmp.Compare(longest(b), longest(a)) }},
		{right("Pend", 5, 6), number((*session.ConnStat).InFlight), warn((*session.ConnStat).InFlight), most((*session.ConnStat).InFlight)},
		{right("Gaps", 5, 7), number(gaps), warn(gaps), most(gaps)},
		{right("Age", 5, 11), func(dst []byte, c *session.ConnStat, _ *conns) []byte { return append(dst, age(c.Last-c.First)...) }, nil,
			func(a, b *session.ConnStat) int { return cmp.Compare(b.Last-b.First, a.Last-a.First) }},
	}
}

func appendClient(dst []byte, c *session.ConnStat, v *conns) []byte {
	switch {
	case c.Note != 0 && (c.State == session.ConnTLS || c.State == session.ConnGRPC || c.Frames == [2]uint64{}):
		return append(append(dst, "? "...), v.store.Symbols().Text(c.Note)...)
	case c.State == session.ConnTLS:
		return append(dst, "? cannot read TLS"...)
	case c.State == session.ConnGRPC:
		return append(dst, "? gRPC is not remoting"...)
	case c.ClientID != 0:
		dst = append(append(dst, v.store.Symbols().Text(c.ClientID)...), "  "...)
	}
	return append(dst, sender(c.Language, c.Version)...)
}

// appendErrors shows one decimal below ten percent.
func appendErrors(dst []byte, c *session.ConnStat, _ *conns) []byte {
	if c.Responses == c.Unmatched {
		return append(dst, '-')
	}
	return strconv.AppendFloat(dst, float64(errorShare(c))/10, 'f', 1, 64)
}

func stateRole(c *session.ConnStat) widget.Role {
	switch {
	case c.State == session.ConnTLS, c.State == session.ConnOther, c.State == session.ConnGRPC:
		return widget.RoleUndecodable
	case c.State == session.ConnClosed && c.Why == session.CloseRST:
		return widget.RoleError
	case c.MidStream:
		return widget.RoleWarning
	}
	return widget.RoleNormal
}

// update takes over what was read since the last frame on the screen.
func (v *conns) update() {
	v.total = v.store.Conns()
	v.list.Refresh()
}

// Len is part of widget.Model, like the next three. Connections that came after the sort stand at the end.
func (v *conns) Len() int { return v.total }

func (v *conns) number(i int) uint32 {
	if i < len(v.order) {
		return v.order[i]
	}
	return uint32(i) + 1
}

// ID is the number of the connection.
func (v *conns) ID(i int) uint64 { return uint64(v.number(i)) }

// Index is the row of a connection.
func (v *conns) Index(id uint64) int {
	if i, ok := v.place[uint32(id)]; ok {
		return i
	}
	return int(id) - 1
}

// Row makes the text of a row.
func (v *conns) Row(i int, r *widget.Row) {
	c, ok := v.store.Conn(v.number(i))
	if !ok {
		return
	}
	columns := v.columns
	switch c.State {
	case session.ConnClosed:
		r.Role = widget.RoleDim
	case session.ConnGone:
		r.Role = widget.RoleDim
		columns = columns[:2] // number and state are all that is known
	}
	for k := range columns {
		if col := &v.columns[k]; r.Wants(k) {
			r.Put(k, col.append(r.Buf(k), &c, v))
			if col.role != nil {
				if role := col.role(&c); role != widget.RoleNormal {
					r.SetRole(k, role)
				}
			}
		}
	}
}

// arrangeConns makes the order of n connections by a column. It runs in a worker.
func arrangeConns(store *session.Store, n int, less func(a, b *session.ConnStat) int) (order []uint32, place map[uint32]int) {
	all := make([]session.ConnStat, 0, n)
	for i := range n {
		if c, ok := store.Conn(uint32(i) + 1); ok {
			all = append(all, c)
		}
	}
	slices.SortStableFunc(all, func(a, b session.ConnStat) int { return less(&a, &b) })
	place = make(map[uint32]int, len(all))
	for i := range all {
		order = append(order, all[i].Number)
		place[all[i].Number] = i
	}
	return order, place
}

// maxSummed bounds the connections that are counted by state.
const maxSummed = 20_000

// summary counts the states, for the line above the table. It is made again when there are new events.
func (v *conns) summary() string {
	last := v.store.Last()
	if v.said != "" && v.saidAt == last {
		return v.said
	}
	var open, closed, reset, gone, mid, other int
	for i := range min(v.total, maxSummed) {
		c, _ := v.store.Conn(uint32(i) + 1)
		switch {
		case c.State == session.ConnClosed && c.Why == session.CloseRST:
			reset++
		case c.State == session.ConnClosed:
			closed++
		case c.State == session.ConnGone:
			gone++
		case c.State != session.ConnOpen:
			other++
		case c.MidStream:
			mid++
		default:
			open++
		}
	}
	v.saidAt, v.said = last, count(open)+" open   "+count(closed)+" closed"
	for _, s := range []struct {
		n    int
		what string
	}{{reset, "reset"}, {mid, "begun before the capture"}, {other, "not readable"}, {gone, "forgotten"}} {
		if s.n > 0 {
			v.said += "   " + count(s.n) + " " + s.what
		}
	}
	if v.total > maxSummed {
		v.said += "   of the first " + count(maxSummed)
	}
	return v.said
}
