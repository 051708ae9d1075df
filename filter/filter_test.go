package filter

import (
	"errors"
	"net/netip"
	"strings"
	"testing"

	"github.com/mqsniff/mqsniff/decode"
	"github.com/mqsniff/mqsniff/session"
)

// recorded are the events and views of a small conversation, in order.
type recorded struct {
	symbols *session.Symbols
	events  []session.Event
	views   []session.View
}

// record sends frames through a session and copies what its handler gets.
func record(t testing.TB, frames ...func(c *session.Conn)) *recorded {
	t.Helper()
	r := &recorded{}
	s := session.New(session.Options{}, func(ev *session.Event, v *session.View) {
		view := session.View{Conn: v.Conn, Context: v.Context}
		if v.Command != nil {
			view.Frame, _, _ = decode.Split(append([]byte(nil), v.Frame.Raw...), decode.Limits{})
			view.Command = new(decode.Command)
			if err := view.Command.Decode(view.Frame); err != nil {
				t.Fatal(err)
			}
		}
		r.events, r.views = append(r.events, *ev), append(r.views, view)
	})
	r.symbols = s.Symbols
	c := s.Open(start, session.Endpoints{Client: netip.MustParseAddrPort("10.0.0.1:50000"), Server: netip.MustParseAddrPort("[fd00::2]:10911")},
		session.ClientToServer, true)
	c.Begin(session.ClientToServer, start)
	c.Begin(session.ServerToClient, start)
	for _, f := range frames {
		f(c)
	}
	s.End()
	return r
}

const start = 1_700_000_000_000_000_000

func send(t testing.TB, dir session.Direction, ms int64, form decode.Serialization, spec decode.CommandSpec, body string) func(*session.Conn) {
	t.Helper()
	b, err := decode.EncodeCommand(nil, form, &spec, []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	return func(c *session.Conn) {
		c.Bytes(dir, session.Chunk{Bytes: b, Time: start + ms*1e6, Offset: -1})
	}
}

func conversation(t testing.TB) *recorded {
	busy := "[TIMEOUT_CLEAN_QUEUE]broker busy"
	return record(t,
		send(t, session.ClientToServer, 1, decode.JSON, decode.CommandSpec{Code: 310, Opaque: 7, Version: 479, Ext: []decode.ExtField{
			{Key: "a", Value: "pg-order"}, {Key: "b", Value: "orderPaid"}, {Key: "e", Value: "3"}, {Key: "f", Value: "0"},
			{Key: "g", Value: "1700000000000"}, {Key: "h", Value: "0"}, {Key: "i", Value: "KEYS\x01k-17\x02UNIQ_KEY\x01ABC"}, {Key: "AccessKey", Value: "app1"}}}, "hello"),
		send(t, session.ServerToClient, 11, decode.JSON, decode.CommandSpec{Code: 2, Opaque: 7, Flag: 1, Version: 479, Remark: &busy}, ""),
		send(t, session.ClientToServer, 20, decode.ROCKETMQ, decode.CommandSpec{Code: 200050 & 0x7fff, Opaque: 8, Language: 9}, ""),
		send(t, session.ClientToServer, 21, decode.JSON, decode.CommandSpec{Code: 35, Opaque: 9, Flag: 2}, ""),
		send(t, session.ServerToClient, 22, decode.JSON, decode.CommandSpec{Code: 0, Opaque: 99, Flag: 1}, ""),
		func(c *session.Conn) { c.Gap(session.ServerToClient, start+23e6, 100) },
	)
}

// matches are the numbers of the events for which src holds.
func matches(t testing.TB, r *recorded, src string) []uint32 {
	t.Helper()
	f, err := Compile(src)
	if err != nil {
		t.Fatalf("%s: %v", src, err)
	}
	var out []uint32
	w := World{Symbols: r.symbols}
	for i := range r.events {
		w.View = &r.views[i]
		ok, err := f.Match(&r.events[i], &w)
		if err != nil {
			t.Fatalf("%s: event %d: %v", src, i+1, err)
		}
		if ok {
			out = append(out, r.events[i].Number)
		}
	}
	return out
}

// The conversation: 1 open, 2 send, 3 its answer SYSTEM_BUSY, 4 pop (binary, code cut to 3442), 5 oneway, 6 unmatched
// answer, 7 gap.
func TestMatch(t *testing.T) {
	r := conversation(t)
	for src, want := range map[string][]uint32{
		`true`:                    {1, 2, 3, 4, 5, 6, 7},
		`code == SEND_MESSAGE_V2`: {2, 3},
		`code == 310`:             {2, 3},
		`code != SEND_MESSAGE_V2`: {1, 4, 5, 6, 7},
		`code == nil`:             {1, 6, 7},
		`code != nil`:             {2, 3, 4, 5},
		`code == POP_MESSAGE`:     {4},
		`code != POP_MESSAGE and kind == "request"`: {2},
		`code in [POP_MESSAGE, UNREGISTER_CLIENT]`:  {4, 5},
		`code == 3442`:               {4},
		`code_name == "POP_MESSAGE"`: {4},
		`code == SEND_MESSAGE_V2 and topic startsWith "order" and latency > 5`: {3},
		`status != SUCCESS and kind == "response"`:                             {3},
		`status == SUCCESS`:            {6},
		`status < 5`:                   {3, 6},
		`5 > status`:                   {3, 6},
		`status <= SYSTEM_BUSY`:        {3, 6},
		`status_name == "SYSTEM_BUSY"`: {3},
		`latency < 100`:                {3},
		`latency == nil`:               {1, 2, 4, 5, 6, 7},
		`latency != nil`:               {3},
		`latency_ns == 10000000`:       {3},
		`request == 2`:                 {3},
		`queue_id == 3`:                {2, 3},
		`queue_id < 4`:                 {2, 3},
		`group in ["pg-order", "cg-audit"] or ext.AccessKey == "nobody"`: {2, 3},
		`ext.AccessKey == "app1"`: {2},
		`"AccessKey" in ext`:      {2},
		`remark contains "busy"`:  {3},
		`kind == "oneway"`:        {5},
		`bytes == 100`:            {7},
		`bytes < 1000`:            {7},
		`len > 200`:               {2},
		`len < 1000`:              {2, 3, 4, 5, 6},
		`len == nil`:              {1, 7},
		`len(topic) == 9`:         {2, 3},
		`body_len == 5`:           {2},
		`serialize == "ROCKETMQ"`: {4},
		`language == "GO"`:        {4},
		`version_name == "V5_3_3" and dir == "c2s"`:                                               {2},
		`client == "10.0.0.1:50000" and server endsWith ":10911" and frame == 1`:                  {1},
		`any(messages, .properties.KEYS == "k-17")`:                                               {2},
		`any(messages, .body == "hello" and .uniq_key == "ABC")`:                                  {2},
		`kind == "request" and len(messages) > 0 and messages[0].body_sha256 startsWith "2cf24d"`: {2},
		`len(messages) > 0`:                                       {2},
		`error != nil`:                                            nil,
		`error.op == "" and kind == "gap"`:                        {7},
		`time > "2023-11-14T22:13:20.0215"`:                       {6, 7},
		`let t = topic; t == "orderPaid" and not (status == nil)`: {3},
		`1 < status < 3`:                                          {3},
	} {
		if got := matches(t, r, src); !equal(got, want) {
			t.Errorf("%s: got %v, want %v", src, got, want)
		}
	}
}

func equal(a, b []uint32) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func TestNeedsFrame(t *testing.T) {
	for src, want := range map[string]bool{
		`code == 10`: false, `len(topic) > 3`: false, `remark == ""`: true, `any(messages, .topic == topic)`: true,
		`ext.a == "x"`: true, `body.x == 1`: true, `fields.topic == "x"`: true,
	} {
		f, err := Compile(src)
		if err != nil {
			t.Fatalf("%s: %v", src, err)
		}
		if f.NeedsFrame() != want || f.Clone().NeedsFrame() != want {
			t.Errorf("%s: needs frame %v", src, f.NeedsFrame())
		}
	}
}

// The cheap condition comes first, so the frame is not read for events that fail it.
func TestFrameIsReadOnlyWhenEvaluationComesToIt(t *testing.T) {
	r := conversation(t)
	f, _ := Compile(`code == SEND_MESSAGE_V2 and kind == "request" and ext.AccessKey == "app1"`)
	failed := 0
	for i := range r.events {
		if _, err := f.Match(&r.events[i], &World{Symbols: r.symbols}); err != nil {
			failed++
			if !errors.Is(err, session.ErrNoBytes) {
				t.Error(err)
			}
		}
	}
	if failed != 1 {
		t.Errorf("%d events asked for their frame", failed)
	}
}

func TestErrors(t *testing.T) {
	for _, c := range []struct {
		src        string
		column     int
		suggestion string
	}{
		{`topci == "x"`, 1, "topic"},
		{`code == SEND_MESAGE_V2`, 9, "SEND_MESSAGE_V2"},
		{`code == send_message_v2`, 9, "SEND_MESSAGE_V2"},
		{`kind == "日本" and clientId == "x"`, 18, "client_id"},
		{`true and latncy > 5`, 10, "latency"},
		{`any(messages, .topc == "x")`, 16, "topic"},
		{`error.resaon == "x"`, 7, "reason"},
		{`topic = "x"`, 7, "=="},
		{`statrsWith(topic, "x")`, 1, ""},
		{`topic > 5`, 7, ""},
		{`code == 10 and`, 15, ""},
		{`topic`, 1, ""},
		{`len(topic)`, 1, ""},
		{`now() == now()`, 1, ""},
		{`$env.code == 1`, 1, ""},
		{`zzzzzzzzzzzzzzz == 1`, 1, ""},
		{"topic == \"\xff\"", 11, ""},
		{`topic matches "("`, 7, ""},
		{strings.Repeat("(", MaxSource+1), 1, ""},
	} {
		_, err := Compile(c.src)
		var e *Error
		if !errors.As(err, &e) {
			t.Errorf("%.40q: %v", c.src, err)
			continue
		}
		if e.Column != c.column || e.Suggestion != c.suggestion && c.suggestion != "" || e.Msg == "" {
			t.Errorf("%.40q: %v, want column %d, suggestion %q", c.src, e, c.column, c.suggestion)
		}
	}
}

func TestEvaluationErrorHasColumn(t *testing.T) {
	r := conversation(t)
	f, err := Compile(`messages[9].topic == "x"`)
	if err != nil {
		t.Fatal(err)
	}
	ok, err := f.Match(&r.events[1], &World{Symbols: r.symbols, View: &r.views[1]})
	var e *Error
	if ok || !errors.As(err, &e) || e.Column < 1 {
		t.Errorf("%v, %v", ok, err)
	}
}

func TestFieldsAreTheKeysOfTheJSONOutput(t *testing.T) {
	want := "frame time conn client server dir kind len header_len body_len serialize code code_name status status_name opaque flag " +
		"language version version_name remark ext fields request latency_ns latency added_ns topic group client_id queue_id messages body cut bytes packets note error"
	if got := strings.Join(fieldNames(Fields()), " "); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	for _, f := range append(Fields(), MessageFields()...) {
		if f.Meaning == "" || f.Type == "" {
			t.Errorf("%s is not explained", f.Name)
		}
	}
}
