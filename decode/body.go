package decode

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf8"
)

// bodyView is a body, or a part of one, and where it lies.
type bodyView struct {
	bytes []byte
	base  int // of bytes[0] within the outline's buffer
	ctx   Context
	cmd   *Command
	// foreign is set for what an application wrote: names of its fields mean nothing here.
	foreign bool
}

// part is n bytes of v from off on.
func (v bodyView) part(off, n int) bodyView {
	v.bytes = v.bytes[off : off+n : off+n]
	v.base += off
	return v
}

// bodyDecoder describes one kind of body.
type bodyDecoder struct {
	name string // as in Code.RequestBody and ResponseBody
	// describe is false when the body is not what its name says; then it adds nothing.
	describe func(*outline, bodyView) bool
}

// bodyDecoders are the bodies with more to say about them than their form. JSON and text that have no line here are
// described by what they look like.
var bodyDecoders = [...]bodyDecoder{
	{"binary:TimerCheckpoint", timerBody},
	{"json:BatchAckMessageRequestBody", batchAckBody},
	{"json:ClusterInfo", clusterBody},
	{"json:ConsumerOffsetSerializeWrapper", offsetsBody},
	{"json:GetBrokerMemberGroupResponseBody", clusterBody},
	{"json:GetConsumerListByGroupResponseBody", consumerListBody},
	{"json:HeartbeatData", heartbeatBody},
	{"json:LockBatchRequestBody", lockBody},
	{"json:LockBatchResponseBody", lockBody},
	{"json:RegisterBrokerBody or zlib binary", registerBody},
	{"json:TopicRouteData", routeBody},
	{"json:UnlockBatchRequestBody", lockBody},
	{"json:inline{dataVersion,offsetTable:{<int level>:<long>}}", delayOffsetsBody},
	{"rawMessageBody", rawMessageBody},
	{"text:properties", propertiesBody},
}

// bodyName is what the tables call the body of a frame, "" where nobody knows.
func bodyName(ctx Context, cmd *Command) string {
	if !cmd.Response() {
		if c := RequestCode(cmd.Code); c != nil {
			return c.RequestBody
		}
		return ""
	}
	if ctx.Known && cmd.Code == 0 {
		if c := RequestCode(ctx.Code); c != nil {
			return c.ResponseBody
		}
	}
	return ""
}

// body describes the body of a frame.
func (o *outline) body(ctx Context, cmd *Command, f Frame) {
	it := MessagesOf(ctx, cmd.Code, cmd, f)
	if len(f.Body) == 0 && it.shape == shapeNone {
		return
	}
	base := len(f.Raw) - len(f.Body)
	if it.shape != shapeNone {
		o.openBody("Body", bytesText(len(f.Body)), it.shape.String(), Range{base, len(f.Body)})
		if it.shape == shapeSend {
			o.unreadBatch(cmd)
		}
		o.messages(&it, f)
		o.close()
		return
	}
	v := bodyView{bytes: f.Body, base: base, ctx: ctx, cmd: cmd}
	name := bodyName(ctx, cmd)
	o.openBody("Body", bytesText(len(f.Body)), bodyTitle(name, f.Body), Range{base, len(f.Body)})
	defer o.close()
	for i := range bodyDecoders {
		if bodyDecoders[i].name == name && bodyDecoders[i].describe(o, v) {
			return
		}
	}
	guessedBody(o, v)
}

// bodyTitle is the Java class of a body.
func bodyTitle(name string, body []byte) string {
	if name == "none" || name == "" {
		if LooksLikeJSON(body) {
			return "JSON"
		}
		return ""
	}
	name, _, _ = strings.Cut(name, " ")
	if class, ok := strings.CutPrefix(name, "json:"); ok && !strings.HasPrefix(class, "inline") {
		return class
	}
	return name
}

// guessedBody describes a body by what it looks like.
func guessedBody(o *outline, v bodyView) {
	switch {
	case looksLikeRecords(v.bytes):
		it := MessageIter{body: v.bytes, base: v.base, shape: shapeRecords}
		o.records(&it)
	case bytes.HasPrefix(v.bytes, []byte(`{"brokerDatas"`)) && routeBody(o, v):
	case bytes.HasPrefix(v.bytes, []byte(`{"brokerAddrTable"`)) && clusterBody(o, v):
	case LooksLikeJSON(v.bytes) && o.json(v, commonNotes):
	case IsGBK(v.bytes):
		o.previewGBK("content", v.bytes, v.base)
	default:
		o.preview("content", v.bytes, v.base)
	}
}

func looksLikeRecords(b []byte) bool {
	return len(b) >= minRecord && isMagic(binary.BigEndian.Uint32(b[recordMagic:]))
}

// LooksLikeJSON tells whether b begins like an object or an array in fastjson's dialect: blanks and comments, then a bracket.
func LooksLikeJSON(b []byte) bool {
	i := skipBlank(b, 0)
	return i < len(b) && (b[i] == '{' || b[i] == '[')
}

// beginning is about the first n bytes of b, without a part of a letter.
func beginning(b []byte, n int) []byte {
	if n >= len(b) {
		return b
	}
	for i := 0; i < utf8.UTFMax && n > 0 && !utf8.RuneStart(b[n]); i++ {
		n--
	}
	return b[:n]
}

// preview adds bytes as text where they are UTF-8, otherwise as hex; of long ones the beginning.
func (o *outline) preview(name string, b []byte, base int) {
	r := Range{base, len(b)}
	if len(b) == 0 {
		o.field(name, "", "empty", r)
		return
	}
	head := beginning(b, maxPreview)
	if utf8.Valid(head) && !bytes.Contains(head, []byte{0}) {
		note := "UTF-8, " + bytesText(len(b))
		if len(head) < len(b) {
			note += ", here the first " + bytesText(len(head))
		}
		o.field(name, string(head), note, r)
		return
	}
	head = b[:min(len(b), maxHexPreview)]
	note := "no UTF-8, " + bytesText(len(b))
	if len(head) < len(b) {
		note += ", here the first " + bytesText(len(head))
	}
	o.field(name, fmt.Sprintf("% x", head), note, r)
}
