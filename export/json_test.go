package export

import (
	"bytes"
	"encoding/json"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/mqsniff/mqsniff/decode"
	"github.com/mqsniff/mqsniff/session"
)

// The keys of an event and of a message, in the order that programs rely on.
var (
	eventKeys = strings.Fields("frame time conn client server dir kind len header_len body_len serialize code code_name status status_name " +
		"opaque flag language version version_name remark ext fields acl request latency_ns added_ns topic group client_id queue_id messages body cut bytes note error")
	messageKeys = strings.Fields("topic queue_id queue_offset commit_log_offset sys_flag flag born_timestamp store_timestamp born_host store_host " +
		"msg_id uniq_key reconsume_times prepared_transaction_offset compression body_len raw_body_len body_sha256 body_crc properties body trace")
	sendKeys = strings.Fields("topic queue_id sys_flag flag born_timestamp uniq_key compression body_len raw_body_len body_sha256 properties body trace")
)

// inOrder fails unless keys come in the order of want.
func inOrder(t *testing.T, what string, object json.RawMessage, want []string) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(object))
	if tok, err := d.Token(); err != nil || tok != json.Delim('{') {
		t.Fatalf("%s: no object: %.100s", what, object)
	}
	at := 0
	for d.More() {
		tok, err := d.Token()
		if err != nil {
			t.Fatal(err)
		}
		key := tok.(string)
		for at < len(want) && want[at] != key {
			at++
		}
		if at == len(want) {
			t.Fatalf("%s: key %q is unknown or out of order: %.400s", what, key, object)
		}
		at++
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			t.Fatal(err)
		}
	}
}

// checkLines holds lines against what OUTPUT promises of all of them.
func checkLines(t *testing.T, lines []byte) {
	t.Helper()
	for _, line := range bytes.SplitAfter(lines, []byte("\n")) {
		if len(line) == 0 {
			continue
		}
		if !json.Valid(line) || !utf8.Valid(line) || line[len(line)-1] != '\n' {
			t.Fatalf("not a line of JSON: %q", line)
		}
		for _, r := range string(line[:len(line)-1]) {
			if unicode.IsControl(r) || r >= 0x2028 && r <= 0x202E || r >= 0x2066 && r <= 0x2069 {
				t.Fatalf("%U in %q", r, line)
			}
		}
		inOrder(t, "event", line, eventKeys)
		var ev struct {
			Kind     string
			Code     json.RawMessage
			Messages []json.RawMessage
		}
		if err := json.Unmarshal(line, &ev); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		for _, m := range ev.Messages {
			keys := sendKeys
			if bytes.Contains(m, []byte(`"msg_id":`)) {
				keys = messageKeys
			}
			inOrder(t, "message", m, keys)
		}
		if frame := ev.Kind == "request" || ev.Kind == "oneway" || ev.Kind == "response"; frame != (ev.Code != nil) {
			t.Fatalf("code: %s", line)
		}
	}
}

func TestJSONLinesKeepTheContract(t *testing.T) {
	for _, detail := range []bool{false, true} {
		lines := printJSON(t, detail)
		checkLines(t, lines)
		if n := bytes.Count(lines, []byte("\n")); n != 19 {
			t.Errorf("%d lines", n)
		}
	}
}

func TestAppendText(t *testing.T) {
	for text, want := range map[string]string{
		"":                       `""`,
		"plain":                  `"plain"`,
		"\"\\/\n\r\t\x00\x1f":    `"\"\\/\n\r\t\u0000\u001f"`,
		"\x7f\u0085\u2028\ufeff": `"\u007f\u0085\u2028\ufeff"`,
		"订单 é 🙂":                 `"订单 é 🙂"`,
		"\uFFFD":                 "\"\uFFFD\"",
		"a\xff":                  `{"base64":"Yf8="}`,
		"\xed\xa0\x80":           `{"base64":"7aCA"}`,
		"\xe8\xae":               `{"base64":"6K4="}`,
	} {
		if got := string(appendText([]byte("x"), text)); got != "x"+want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
		if got := string(appendText(nil, []byte(text))); got != want {
			t.Errorf("%q as bytes: %s, want %s", text, got, want)
		}
	}
	if got := string(appendKey(nil, []byte("a\xffb\n"))); got != "\"a\uFFFDb\\n\"" {
		t.Error(got)
	}
}

func TestDoubledHeaderFields(t *testing.T) {
	for _, n := range []int{3, fewFields + 3} { // both ways of finding them
		var pairs []string
		for i := range n {
			pairs = append(pairs, "k"+strconv.Itoa(i%(n-1)), strconv.Itoa(i))
		}
		b := encode(t, decode.JSON, decode.CommandSpec{Code: 105, Ext: ext(pairs...)}, nil)
		f, _, err := decode.Split(b, decode.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		var cmd decode.Command
		if err := cmd.Decode(f); err != nil {
			t.Fatal(err)
		}
		j := NewJSON(nil, session.NewSymbols(), JSONOptions{})
		got := string(j.appendExt(nil, &cmd.Ext))
		if strings.Count(got, `"k0":`) != 1 || !strings.Contains(got, `"k0":"`+strconv.Itoa(n-1)+`"`) || strings.Count(got, ":") != n-1 {
			t.Error(got)
		}
	}
}

// frameOf makes an event and its view of a frame, as a session would.
func frameOf(t testing.TB, raw []byte, kind session.Kind) (*session.Event, *session.View) {
	f, n, err := decode.Split(raw, decode.Limits{})
	if err != nil || n == 0 {
		t.Fatal(n, err)
	}
	cmd := new(decode.Command)
	if err := cmd.Decode(f); err != nil {
		t.Fatal(err)
	}
	ev := &session.Event{Number: 1, Time: start, Conn: 1, Len: uint32(n), HeaderLen: uint32(len(f.Header)), Code: cmd.Code, Opaque: cmd.Opaque,
		Flag: cmd.Flag, Version: cmd.Version, Language: cmd.Language, QueueID: session.None, Kind: kind, Serialization: f.Serialization}
	v := &session.View{Frame: f, Command: cmd, Context: decode.Context{Code: cmd.Code, Known: true},
		Conn: &session.Conn{Endpoints: session.Endpoints{Client: netip.MustParseAddrPort("10.0.0.1:50000"), Server: netip.MustParseAddrPort("10.0.0.2:10911")}}}
	if kind == session.Response {
		ev.Status, ev.Code, v.Context.Code = cmd.Code, decode.PullMessage, decode.PullMessage
		ev.Pair, ev.Latency = 1, 5
	}
	ev.Messages = uint32(decode.CountMessages(v.Context, ev.Status, cmd, f).Messages)
	return ev, v
}

func sendFrame(t testing.TB) []byte {
	return encode(t, decode.JSON, decode.CommandSpec{Code: 310, Opaque: 7, Version: 479, Ext: ext("a", "pg-order", "b", "OrderPaid", "c", "TBW102", "d", "8",
		"e", "3", "f", "0", "g", "1700000000000", "h", "0", "i", "KEYS\x01k-17\x02UNIQ_KEY\x010A0000010000000000000000000000000A\x02TAGS\x01a", "j", "0",
		"k", "false", "m", "false", "n", "broker-a")}, bytes.Repeat([]byte("x"), 256))
}

func pullAnswer(t testing.TB) []byte {
	var records []byte
	for i := range 8 {
		records = append(records, storedRecord(0, int64(i), "OrderPaid", "KEYS\x01k-1\x02UNIQ_KEY\x01U1\x02", bytes.Repeat([]byte("x"), 256))...)
	}
	return encode(t, decode.ROCKETMQ, decode.CommandSpec{Code: 0, Opaque: 9, Flag: 1, Version: 479, Ext: ext("nextBeginOffset", "16", "minOffset", "0", "maxOffset", "16")}, records)
}

func TestPrintersDoNotAllocate(t *testing.T) {
	symbols := session.NewSymbols()
	topic := symbols.Add([]byte("OrderPaid"))
	j := NewJSON(nil, symbols, JSONOptions{})
	text := NewText(nil, symbols, TextOptions{})
	wide := NewWide(nil, symbols, TextOptions{Color: true})
	summary := NewSummary()
	buf := make([]byte, 0, 1<<16)
	for name, raw := range map[string][]byte{"send": sendFrame(t), "pull": pullAnswer(t)} {
		kind := session.Request
		if name == "pull" {
			kind = session.Response
		}
		ev, v := frameOf(t, raw, kind)
		ev.Topic = topic
		for printer, run := range map[string]func(){
			"json":    func() { j.Append(buf[:0], ev, v) },
			"text":    func() { text.Append(buf[:0], ev, v) },
			"wide":    func() { wide.Append(buf[:0], ev, v) },
			"summary": func() { summary.Handle(ev, v) },
		} {
			run()
			if n := testing.AllocsPerRun(100, run); n > 0 {
				t.Errorf("%s of %s: %v allocations", printer, name, n)
			}
		}
	}
}

func BenchmarkPrint(b *testing.B) {
	symbols := session.NewSymbols()
	send, sendView := frameOf(b, sendFrame(b), session.Request)
	pull, pullView := frameOf(b, pullAnswer(b), session.Response)
	j, text, summary := NewJSON(nil, symbols, JSONOptions{}), NewText(nil, symbols, TextOptions{}), NewSummary()
	buf := make([]byte, 0, 1<<16)
	for _, c := range []struct {
		name string
		run  func()
	}{
		{"json/send", func() { j.Append(buf[:0], send, sendView) }},
		{"json/pull8", func() { j.Append(buf[:0], pull, pullView) }},
		{"text/send", func() { text.Append(buf[:0], send, sendView) }},
		{"summary/send", func() { summary.Handle(send, sendView) }},
		{"summary/pull8", func() { summary.Handle(pull, pullView) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for range b.N {
				c.run()
			}
		})
	}
}

// Whatever a frame is made of, its line is JSON that keeps the contract.
func FuzzJSONLine(f *testing.F) {
	f.Add(sendFrame(f), false)
	f.Add(pullAnswer(f), true)
	f.Add(encode(f, decode.ROCKETMQ, decode.CommandSpec{Code: 34, Ext: ext(hostile, hostile+"\xff", "\xfe", "")}, []byte(`{0:"x",'n':NaN,{"a":1}:[.5,01,1e999],}`)), true)
	f.Add(encode(f, decode.JSON, decode.CommandSpec{Code: 105, Remark: new(string)}, []byte(hostile)), false)
	f.Fuzz(func(t *testing.T, stream []byte, response bool) {
		var out bytes.Buffer
		var printers []interface{ Close() error }
		k := newTalk(t, func(s *session.Symbols) session.Handler {
			plain, detail := NewJSON(&out, s, JSONOptions{}), NewJSON(&out, s, JSONOptions{Detail: true})
			printers = append(printers, plain, detail)
			return func(ev *session.Event, v *session.View) {
				plain.Handle(ev, v)
				detail.Handle(ev, v)
			}
		})
		dir := session.ClientToServer
		if response {
			k.frame(dir, 1, decode.JSON, decode.CommandSpec{Code: 11, Opaque: 9}, nil)
			dir = session.ServerToClient
		}
		k.bytes(dir, 2, stream)
		k.s.End()
		for _, p := range printers {
			if err := p.Close(); err != nil {
				t.Fatal(err)
			}
		}
		checkLines(t, out.Bytes())
	})
}

// Packets lost before they could be read belong to no connection and to no direction.
func TestDropHasNoConnection(t *testing.T) {
	var out bytes.Buffer
	var j *JSON
	s := session.New(session.Options{}, func(ev *session.Event, v *session.View) { j.Handle(ev, v) })
	j = NewJSON(&out, s.Symbols, JSONOptions{})
	s.Lost(1, 12, "the ring was full")
	if err := j.Flush(); err != nil {
		t.Fatal(err)
	}
	want := `{"frame":1,"time":"1970-01-01T00:00:00.000000001Z","kind":"drop","packets":12,"note":"the ring was full"}` + "\n"
	if out.String() != want {
		t.Errorf("%s", out.String())
	}
}
