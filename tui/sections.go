package tui

import (
	"strconv"

	"github.com/mqsniff/mqsniff/decode"
	"github.com/mqsniff/mqsniff/export"
	"github.com/mqsniff/mqsniff/session"
	"github.com/mqsniff/mqsniff/tui/widget"
)

// sections are the parts of the tree that no frame tells: its other half, its connection, the capture.
type sections struct {
	store  *session.Store
	event  *session.Event
	latest int64
	over   bool
	nodes  []widget.Node
	links  []uint32 // one per node: the event that it points to, 0: none
}

func (s *sections) build() {
	if s.event.Kind.Frame() {
		s.pair()
	}
	s.connection()
	s.capture()
}

func (s *sections) section(name string) {
	s.nodes = append(s.nodes, widget.Node{Label: name, HasChildren: true, Role: widget.RoleTitle, Kind: int(decode.NodeSection)})
	s.links = append(s.links, 0)
}

func (s *sections) line(label, value, note string, role widget.Role) {
	s.nodes = append(s.nodes, widget.Node{Depth: 1, Label: label, Value: value, Note: note, Role: role})
	s.links = append(s.links, 0)
}

func (s *sections) say(label, value string) { s.line(label, value, "", widget.RoleNormal) }

// link points to another event.
func (s *sections) link(label string, number uint32, note string) {
	s.line(label, strconv.Itoa(int(number)), note, widget.RoleNormal)
	s.links[len(s.links)-1] = number
}

// pair tells how a request and its response belong together.
func (s *sections) pair() {
	ev := s.event
	s.section("Pair and timing")
	switch ev.Kind {
	case session.Oneway:
		s.say("answer", "none: a oneway is not answered")
	case session.Request:
		s.request()
	case session.Response:
		s.response()
	}
}

func (s *sections) request() {
	ev := s.event
	s.say("asked", instant(ev.Time))
	var response session.Event
	switch waits(ev, s.latest, s.over) {
	case answered:
		s.link("response", ev.Pair, "o jumps")
		if s.store.At(ev.Pair, &response) {
			s.answer(&response)
		}
	case pending:
		s.line("response", "none yet", "the client still waits", widget.RolePending)
	case ended:
		s.line("response", "none in this capture", "it ends "+millis(s.latest-ev.Time)+" later", widget.RolePending)
	case expired:
		s.line("response", "none", "the capture goes on for "+millis(s.latest-ev.Time)+", longer than clients wait by default", widget.RoleTimedOut)
	}
	if ev.Has(session.LongPoll) {
		s.say("long poll", "the broker may hold this request until a message comes")
	}
}

func (s *sections) response() {
	ev := s.event
	if ev.Has(session.Unmatched) {
		text := "not seen: the capture lacks it, or it began before the capture"
		if ev.Has(session.Duplicate) {
			text = "answered before: this is a second response with the same opaque"
		}
		s.line("request", text, "", widget.RoleWarning)
		s.line("operation", "unknown without the request", "status names and body are guesses", widget.RoleWarning)
		return
	}
	s.link("request", ev.Pair, "o jumps")
	var request session.Event
	if s.store.At(ev.Pair, &request) {
		s.say("asked", instant(request.Time))
	} else {
		s.line("request", "no longer kept", "", widget.RoleDim)
	}
	s.answer(ev)
}

// answer tells when a response came.
func (s *sections) answer(response *session.Event) {
	s.say("answered", instant(response.Time))
	role, note := widget.RoleNormal, ""
	switch {
	case response.Has(session.LongPoll):
		note = "long poll: held by the broker until a message came or its time was over"
	case export.Slow(response):
		role, note = widget.RoleWarning, "slow"
	}
	s.line("latency", millis(response.Latency), note, role)
	if response.Has(session.Late) {
		s.line("late", "the client had stopped waiting by default", "", widget.RoleWarning)
	}
	status := widget.RoleOK
	if response.Failed() {
		status = widget.RoleError
	} else if response.Status != 0 {
		status = widget.RoleDim
	}
	s.line("status", strconv.Itoa(int(response.Status)), statusName(response), status)
}

// connection tells about both ends.
func (s *sections) connection() {
	ev := s.event
	c, ok := s.store.Conn(ev.Conn)
	if !ok {
		return
	}
	s.section("Connection")
	s.say("number", strconv.Itoa(int(ev.Conn)))
	from, to := c.Client.String(), c.Server.String()
	if ev.Dir == session.ServerToClient {
		from, to = to, from
	}
	s.say("from", from)
	s.say("to", to)
	s.line("state", connState(&c), connRole(&c), widget.RoleNormal)
	if id := s.store.Symbols().Text(c.ClientID); id != "" {
		s.say("client id", id)
	}
	if group := s.store.Symbols().Text(c.Group); group != "" {
		s.say("group", group)
	}
	if l := sender(c.Language, c.Version); l != "" {
		s.say("client", l)
	}
	if l := sender(c.ServerLanguage, c.ServerVersion); l != "" {
		s.say("server", l)
	}
	if c.MidStream {
		s.line("start", "not captured", "requests before it are unknown", widget.RoleWarning)
	}
	if c.Gaps > 0 {
		s.line("gaps", count(c.Gaps), plural(c.GapBytes, "byte")+" missing", widget.RoleWarning)
	}
}

// sender is a language and a version in words.
func sender(l decode.Language, version int32) string {
	name := languageName(l)
	if name == "" {
		return ""
	}
	if v := decode.VersionName(version); v != "" {
		name += " " + v
	}
	return name
}

// capture tells where the bytes are.
func (s *sections) capture() {
	ev := s.event
	s.section("Capture")
	s.say("time", instant(ev.Time))
	switch {
	case wholeLine(ev.Kind):
	case ev.Ref == session.Ref{} || ev.Ref.Offset < 0:
		s.line("bytes", "in no file", "", widget.RoleDim)
	case ev.Ref.Span == 0:
		s.say("bytes", "in one piece at offset "+strconv.FormatInt(ev.Ref.Offset, 10)+source(ev))
	default:
		s.say("bytes", "in packets from offset "+strconv.FormatInt(ev.Ref.Offset, 10)+" on, within "+plural(ev.Ref.Span, "byte")+source(ev))
	}
	if ev.Cut > 0 {
		s.line("cut", plural(ev.Cut, "byte"), "not captured (snap length or loss)", widget.RoleWarning)
	}
}

func source(ev *session.Event) string {
	if ev.Ref.Source == 0 {
		return ""
	}
	return " of file " + strconv.Itoa(int(ev.Ref.Source)+1)
}
