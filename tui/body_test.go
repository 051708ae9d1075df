package tui

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gdamore/tcell/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/mqsniff/mqsniff/decode"
	"github.com/mqsniff/mqsniff/session"
)

func gbk(t testing.TB, text string) string {
	t.Helper()
	b, err := simplifiedchinese.GBK.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func deflated(t testing.TB, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	if _, err := w.Write([]byte(text)); err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	return b.String()
}

// batch is the body of a send of several messages.
func batch(bodies ...string) string {
	var b []byte
	for _, body := range bodies {
		b = binary.BigEndian.AppendUint32(b, uint32(22+len(body)))
		b = append(b, make([]byte, 12)...)
		b = binary.BigEndian.AppendUint32(b, uint32(len(body)))
		b = append(append(b, body...), 0, 0)
	}
	return string(b)
}

// The frames of letters.
const (
	frameHeartbeat = 2 + iota
	frameGBK
	frameGBKJSON
	frameJSON
	frameCompressed
	frameBroken // compressed, they say
	frameBinary
	frameHostile
	frameBatch
	frameNothing
	frameCutJSON
)

// letters fills a capture with bodies of all kinds.
func letters(t testing.TB) *capture {
	c := newCapture(t)
	one := c.open("10.0.0.7:51234", "10.0.0.2:10911", true)
	put := func(code int32, body string, change ...string) {
		ext := send("OrderPaid", int(c.opaque))
		for i := range ext {
			for j := 0; j+1 < len(change); j += 2 {
				if i%2 == 0 && ext[i] == change[j] {
					ext[i+1] = change[j+1]
				}
			}
		}
		c.request(one, code, 0, body, ext...)
	}
	c.request(one, decode.HeartBeat, 0, `{clientID:"10.0.0.7@12311",'producerDataSet':[{"groupName":"pg-order"}],}`)
	put(decode.SendMessageV2, gbk(t, "订单已支付，金额 12.50 元。\n备注：请尽快发货，轻拿轻放，谢谢合作，欢迎再次光临本店选购商品！"))
	put(decode.SendMessageV2, gbk(t, `{"订单":"A-1001","名称":"测试商品","明细":[{"价格":12.5,"备注":"轻拿轻放"}]}`))
	put(decode.SendMessageV2, `{"order":1010,"名称":"测试","items":[{"sku":"X-1","n":2}],"paid":true}`)
	put(decode.SendMessageV2, deflated(t, `{"lines":["`+strings.Repeat("一行文字 ", 200)+`"]}`), "f", "1")
	put(decode.SendMessageV2, "x\x9cno zlib", "f", "1")
	put(decode.SendMessageV2, "\x00\x01\xca\xfe\xba\xbe"+strings.Repeat("\x11\x80", 20))
	put(decode.SendMessageV2, "\x1b]0;pwned\x07[red]x[:::http://evil/]\u202egnp.exe \\x1b\xff\xfe")
	put(320, batch(gbk(t, "第一条"), `{"n":2}`, deflated(t, "no message of a batch is decompressed")), "m", "true")
	put(decode.SendMessageV2, "")
	put(decode.SendMessageV2, `{"order":1011,"items":[1,2`)
	return c
}

// selectNode puts the cursor of the tree on the n-th node with a label.
func (u *ui) selectNode(label string, n int) {
	u.t.Helper()
	u.do(func() {
		d := &u.a.detail
		for i := range d.shown.nodes {
			if d.shown.nodes[i].Label == label {
				if n--; n == 0 {
					d.tree.SetCursor(i)
					d.fromTree(i)
					return
				}
			}
		}
		u.t.Errorf("no %s in frame %d", label, d.shown.event.Number)
	})
}

func TestBodyFormats(t *testing.T) {
	u := start(t, letters(t), 120, 40)
	open := func(frame int) { u.keys(":" + count(frame) + "<enter>") }
	open(frameGBK)
	has(t, u.screen(), "Bytes  [wire]")
	u.selectNode("body", 1)
	has(t, u.screen(), "订单已支付，金额")
	u.keys("v")
	has(t, u.screen(), "Body as text (UTF-8)  92 bytes", `\xb6\xa9\xb5\xa5`)
	u.keys("v")
	has(t, u.screen(), "Body as GBK  92 bytes", "│订单已支付，金额 12.50 元。", "│备注：请尽快发货")
	open(frameGBKJSON) // the format stays
	has(t, u.screen(), "Body as GBK", `│{"订单":"A-1001"`)
	u.keys("v")
	has(t, u.screen(), "Body as JSON  76 bytes  read as GBK", `│  "名称": "测试商品",`, `│      "备注": "轻拿轻放"`)
	open(frameCompressed)
	has(t, u.screen(), "Body as JSON  message decompressed, 2,614 bytes", `│  "lines": [`)
	open(frameHeartbeat)
	has(t, u.screen(), `│  clientID: "10.0.0.7@12311",`, `│  'producerDataSet': [`)
	open(frameBinary)
	has(t, u.screen(), "Body as JSON  46 bytes  no JSON: as text")
	open(frameCutJSON)
	has(t, u.screen(), "Body as JSON  26 bytes  ends early", `│  "order": 1011,`, "│    2")
	open(frameNothing)
	has(t, u.screen(), "the body is empty")
	open(1)
	has(t, u.screen(), "this frame has no body")
	open(frameHostile)
	has(t, u.screen(), `\x1b]0;pwned\x07[red]x[:::http://evil/]\u202egnp.exe \\x1b\xff\xfe`)
	u.keys("v")
	has(t, u.screen(), "Body as hex  50 bytes", "0000  1b 5d 30 3b")
	u.keys("v")
	has(t, u.screen(), "Bytes  [wire]")
}

// Which body is meant depends on the cursor of the tree.
func TestBodyUnderTheCursor(t *testing.T) {
	u := start(t, letters(t), 120, 40)
	for _, c := range []struct {
		frame int
		label string
		n     int
		want  string // title, without "Body as text (UTF-8)  "
	}{
		{frameGBK, "Frame", 1, "92 bytes"},
		{frameGBK, "topic", 1, "92 bytes"},
		{frameGBKJSON, "备注", 1, "76 bytes"},
		{frameJSON, "sku", 1, "74 bytes"},
		{frameCompressed, "Frame", 1, "message decompressed, 2,614 bytes"},
		{frameCompressed, "body", 1, "message decompressed, 2,614 bytes"},
		{frameCompressed, "lines", 1, "message decompressed, 2,614 bytes"},
		{frameBroken, "body", 1, "9 bytes"},
		{frameBatch, "Frame", 1, "128 bytes"},
		{frameBatch, "Body", 1, "128 bytes"},
		{frameBatch, "message 2", 1, "message 2, 7 bytes"},
		{frameBatch, "bodyLength", 1, "message 1, 6 bytes"},
		{frameBatch, "n", 1, "message 2, 7 bytes"},
		{frameBatch, "propertiesLength", 3, "message 3, 49 bytes"},
		{frameHeartbeat, "groupName", 1, "73 bytes"},
	} {
		u.keys(":" + count(c.frame) + "<enter>")
		u.selectNode(c.label, c.n)
		u.do(func() {
			d := &u.a.detail
			d.view.set(formatText)
			if got := strings.TrimPrefix(d.title(paneHex, 80), "Body as text (UTF-8)  "); got != c.want {
				t.Errorf("frame %d %s: %q, want %q", c.frame, c.label, got, c.want)
			}
			d.view.set(formatAuto)
		})
	}
}

// Where one lower pane has room, v brings the body to the front and takes it away again.
func TestBodyOnASmallScreen(t *testing.T) {
	u := start(t, letters(t), 80, 24)
	u.keys(":3<enter>v")
	has(t, u.screen(), "Body as text", "No.")
	u.do(func() {
		if u.a.focus != paneList {
			t.Error("v in the list took the focus")
		}
	})
	u.keys("vvv")
	has(t, u.screen(), "Body as hex")
	u.keys("v")
	has(t, u.screen(), "Frame 3 ")
	u.keys("<enter>vv")
	has(t, u.screen(), "Body as GBK", "订单已支付")
	u.keys("?")
	has(t, u.screen(), "Body", "start, end")
	u.keys("<esc>vvd")
	has(t, u.screen(), "Bytes  [wire]", "there is one buffer only")
	u.keys("<backtab>\\vvv")
	has(t, u.screen(), "Body as JSON")
	hasNot(t, u.screen(), "Lat ms")
	u.keys("<esc>")
	has(t, u.screen(), "Lat ms")
}

func TestFindInABody(t *testing.T) {
	u := start(t, letters(t), 120, 40)
	u.keys(":5<enter>vvv<c-f>sku<enter>")
	marked := 0
	u.do(func() {
		for _, l := range u.a.screen.StyleGrid(u.a.theme.Letter)[20:] {
			marked += strings.Count(l, "f")
		}
	})
	if marked != len("sku") {
		t.Errorf("%d cells are marked", marked)
	}
	u.keys("<esc>")
	has(t, u.screen(), "Body as JSON")
}

// A body beyond what is taken apart at once is taken apart by a worker; changes meanwhile are not lost.
func TestLargeBodies(t *testing.T) {
	c := newCapture(t)
	one := c.open("10.0.0.7:51234", "10.0.0.2:10911", true)
	for _, body := range []string{
		`[` + strings.Repeat(`{"名称":"测试"},`, 400_000) + `7]`, strings.Repeat(gbk(t, "订单，"), 1_000_000), strings.Repeat("[", 100) + strings.Repeat("1,", 3_000_000),
	} {
		c.request(one, decode.SendMessageV2, 0, body, send("OrderPaid", 1)...)
	}
	u := start(t, c, 120, 40)
	u.keys("jvvv")
	has(t, u.screen(), "Body as JSON", `│  {`, `│    "名称": "测试"`)
	u.keys("<tab><tab>G")
	has(t, u.screen(), "│  7", "│]")
	for _, key := range "vvvvvj" {
		u.a.tv.QueueEvent(tcell.NewEventKey(tcell.KeyRune, key, tcell.ModNone))
	}
	u.keys("<tab>j")
	has(t, u.screen(), "Body as JSON  6,000,000 bytes  read as GBK, no JSON: as text", "订单，订单，")
	u.keys("j")
	has(t, u.screen(), "indented up to byte 2")
	u.do(func() {
		if n := len(u.a.detail.view.bytes); n > 40<<20 {
			t.Errorf("%d bytes", n)
		}
	})
}

func TestCopyTheBodyOfAMessage(t *testing.T) {
	u := start(t, letters(t), 120, 40)
	file := filepath.Join(u.a.opts.StateDir, copyFile)
	for _, c := range []struct {
		frame     int
		label     string
		key, want string
	}{
		{frameGBKJSON, "订单", "b", `{"订单":"A-1001","名称":"测试商品","明细":[{"价格":12.5,"备注":"轻拿轻放"}]}`},
		{frameBatch, "message 1", "B", gbk(t, "第一条")},
		{frameBatch, "message 2", "b", `{"n":2}`},
	} {
		u.keys("<esc><esc>:" + count(c.frame) + "<enter><enter>")
		u.selectNode(c.label, 1)
		u.keys("y" + c.key)
		if b, err := os.ReadFile(file); err != nil || string(b) != c.want {
			t.Errorf("%s: %q, %v", c.label, b, err)
		}
	}
}

func TestColumnMenu(t *testing.T) {
	u := start(t, story(t), 80, 24)
	hasNot(t, u.screen(), "MsgId tail")
	u.keys("C")
	has(t, u.screen(), "[x] No.          always", "[x] Delta        no room on this screen", "Space shows or hides")
	u.keys(" jj ")
	has(t, u.screen(), "[ ] Time", "[ ] Conn")
	u.keys("<esc>")
	has(t, u.screen(), "Code", "MsgId tail")
	hasNot(t, u.screen(), "Time Conn")
	u.keys("llhhC ") // other columns move in
	u.keys("<esc>")
	has(t, u.screen(), "Time")
	u.do(func() {
		for i := range u.a.frames.columns {
			u.a.frames.columns[i].Hidden = i != colNumber
		}
		u.a.frames.fitted = fitted{}
	})
	u.keys("llC<esc>jG")
	has(t, u.screen(), "23")
}

func TestGoldenBodies(t *testing.T) {
	for _, size := range []struct {
		name string
		w, h int
	}{{"80x24", 80, 24}, {"120x40", 120, 40}, {"200x50", 200, 50}} {
		for _, state := range []struct{ name, keys string }{
			{"body-text", ":5<enter><enter>v"},
			{"body-gbk", ":3<enter><enter>vv"},
			{"body-json", ":4<enter>vvv"},
			{"body-hex", ":8<enter>vvvv"},
			{"body-hostile", ":9<enter>v"},
			{"columns", "Cj jj "},
		} {
			t.Run(state.name+"-"+size.name, func(t *testing.T) {
				u := start(t, letters(t), size.w, size.h)
				u.keys(state.keys)
				u.golden(state.name + "-" + size.name)
			})
		}
	}
}

// The bodies that v means are found in any detail, and lie within their buffers.
func FuzzBodyOf(f *testing.F) {
	f.Add([]byte(batch("a", "b")), true)
	f.Add([]byte(gbk(f, `{"订":1}`)), false)
	f.Fuzz(func(t *testing.T, content []byte, many bool) {
		c := newCapture(t)
		code := int32(decode.SendMessageV2)
		if many {
			code = 320
		}
		c.request(c.open("10.0.0.7:51234", "10.0.0.2:10911", true), code, 0, string(content), append(send("T", 1), "m", "true")...)
		var ev session.Event
		if !c.store.At(2, &ev) {
			return
		}
		d := load(c.store, nil, ev, c.store.Latest(), true)
		for i := -1; i < len(d.nodes); i++ {
			b, ok := d.body(i)
			if !ok && len(content) > 0 {
				t.Fatalf("no body at node %d", i)
			}
			if text, note := indented(&b); note == "" && decode.IsGBK(b.bytes) || !decode.LooksLikeJSON(text) && len(text) < len(b.bytes) {
				t.Fatalf("%q became %q (%s)", b.bytes, text, note)
			}
		}
	})
}
