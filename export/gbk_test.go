package export

import (
	"bytes"
	"strings"
	"testing"

	"github.com/mqsniff/mqsniff/decode"
	"github.com/mqsniff/mqsniff/session"
)

// Text in GBK is shown, and said to be GBK; the JSON lines keep its bytes.
func TestBodiesInGBK(t *testing.T) {
	for _, c := range []struct {
		body string
		want []string
		json string
	}{
		{"\xb6\xa9\xb5\xa5\x0a\xd2\xd1", []string{`      body: 订单\n已 (GBK, no UTF-8, 7 bytes)`}, `"body":{"base64":"tqm1pQrS0Q=="}`},
		{"{\"\xb6\xa9\xb5\xa5\":[\"\xd2\xd1\x1b\"]}", []string{"(no UTF-8, 16 bytes)"}, `{"base64":`},
		{"{\"\xb6\xa9\xb5\xa5\":[\"\xd2\xd1\"]}", []string{"      body: 15 bytes (JSON, GBK)\n        订单: [1]\n          [0]: 已\n"}, `"body"`},
	} {
		var text, lines bytes.Buffer
		talk := newTalk(t, func(s *session.Symbols) session.Handler {
			out, j := NewText(&text, s, TextOptions{Detail: true}), NewJSON(&lines, s, JSONOptions{Detail: true})
			return func(ev *session.Event, v *session.View) {
				text.Write(out.Append(nil, ev, v))
				lines.Write(j.Append(nil, ev, v))
			}
		})
		talk.frame(session.ClientToServer, 1000, decode.JSON, decode.CommandSpec{Code: 310, Opaque: 7, Ext: ext("b", "T")}, []byte(c.body))
		for _, want := range c.want {
			if !strings.Contains(text.String(), want) {
				t.Errorf("no %q in\n%s", want, text.String())
			}
		}
		if !strings.Contains(lines.String(), c.json) {
			t.Errorf("no %s in\n%s", c.json, lines.String())
		}
	}
}
