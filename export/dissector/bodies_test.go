package dissector

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"strings"
	"testing"

	"github.com/mqsniff/mqsniff/decode"
)

// stored is a stored message with this body and checksum; the latter is made where it is 0.
func stored(t *testing.T, sysFlag uint32, crc uint32, body []byte) []byte {
	t.Helper()
	if crc == 0 {
		crc = crc32.ChecksumIEEE(body) & 0x7FFFFFFF
	}
	be := binary.BigEndian
	b := make([]byte, 88, 91+len(body)+1)
	be.PutUint32(b[4:], decode.MagicV1)
	be.PutUint32(b[8:], crc)
	be.PutUint32(b[36:], sysFlag)
	be.PutUint32(b[84:], uint32(len(body)))
	b = append(append(b, body...), 1, 'T', 0, 0)
	be.PutUint32(b, uint32(len(b)))
	return b
}

func deflated(t *testing.T, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zlib.NewWriter(&out)
	if _, err := w.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestBodiesAreCheckedAndDecompressed(t *testing.T) {
	s := newShark(t)
	text := []byte(strings.Repeat("a body that compresses ", 8))
	large := bytes.Repeat([]byte{7}, 1<<16+1)
	inner := append([]byte("\x00\x00\x00\x1b\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x05\x00\x00\x00\x05first"), 0, 0)
	lz4 := []byte("\x04\x22\x4d\x18\x60\x70\x73\x0b\x00\x00\x00\x1f\x61\x01\x00\x27\x50\x61\x61\x61\x61\x61\x00\x00\x00\x00")
	messages := []struct {
		name    string
		sysFlag uint32
		crc     uint32
		body    []byte
		right   string // as PDML shows it, "" where it was not checked
		shows   string // of the body
		inflate string // what it decompresses to
	}{
		{"plain", 0, 0, []byte("hello"), "1", "(hello)", ""},
		{"wrong checksum", 0, 1, []byte("hello"), "0", "(hello)", ""},
		{"empty", 0, 1, nil, "", "", ""},
		{"zlib", 0x301, 0, deflated(t, text), "1", "(zlib, 184 bytes)", string(text)},
		{"zlib of old clients", 1, 0, deflated(t, text), "1", "(zlib, 184 bytes)", string(text)},
		{"broken zlib", 1, 0, []byte("no zlib at all"), "1", "(zlib, not decompressed)", ""},
		{"lz4", 0x101, 0, lz4, "1", "(lz4, not decompressed)", ""},
		{"unknown", 0x701, 0, lz4, "1", "(unknown, not decompressed)", ""},
		{"inner batch in zlib", 0x3C1, 0, deflated(t, inner), "1", "(zlib, 27 bytes)", "first"},
		{"too large to check", 0, 0, large, "", "", ""},
	}
	var body []byte
	for _, m := range messages {
		body = append(body, stored(t, m.sysFlag, m.crc, m.body)...)
	}
	request, err := decode.EncodeCommand(nil, decode.JSON, &decode.CommandSpec{Code: decode.PullMessage, Opaque: 1}, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := decode.EncodeCommand(nil, decode.JSON, &decode.CommandSpec{Flag: decode.FlagResponse, Opaque: 1}, body)
	if err != nil {
		t.Fatal(err)
	}
	packets := []packet{{port: firstPort, seq: 1, data: request}}
	for seq := uint32(1); len(answer) > 0; {
		n := min(len(answer), 1<<15)
		packets = append(packets, packet{port: firstPort, seq: seq, back: true, data: answer[:n]})
		answer, seq = answer[n:], seq+uint32(n)
	}
	drawn := s.dissect(t, writeCapture(t, packets))
	if len(drawn) != 2 {
		t.Fatalf("%d frames", len(drawn))
	}
	var got []*node
	for _, m := range drawn[1].all("rocketmq.message") {
		if len(m.all("rocketmq.message.magic")) > 0 { // of an inner batch there are others
			got = append(got, m)
		}
	}
	if len(got) != len(messages) {
		t.Fatalf("%d messages, want %d", len(got), len(messages))
	}
	for i, m := range messages {
		if right := got[i].text("rocketmq.message.bodyCRC_right"); right != m.right {
			t.Errorf("%s: the checksum is %q, want %q", m.name, right, m.right)
		}
		if warned := len(got[i].all("rocketmq.bad_crc")) > 0; warned != (m.right == "0") {
			t.Errorf("%s: warned of its checksum: %v", m.name, warned)
		}
		if list := got[i].all("rocketmq.message.body"); m.shows != "" && (len(list) == 0 || !strings.Contains(list[0].ShowName, m.shows)) {
			t.Errorf("%s: no %s in %+v", m.name, m.shows, list)
		}
		if m.inflate == "" {
			continue
		}
		list := got[i].all("rocketmq.message.decompressed")
		if len(list) != 1 || !strings.Contains(list[0].ShowName, "("+m.inflate[:min(len(m.inflate), 100)]) && m.sysFlag&0x40 == 0 {
			t.Errorf("%s: decompressed to %+v", m.name, list)
		}
		if m.sysFlag&0x40 != 0 && !strings.Contains(got[i].Nodes[len(got[i].Nodes)-1].text("rocketmq.message.body"), "66:69:72:73:74") {
			t.Errorf("%s: no inner message in %+v", m.name, got[i])
		}
	}
}
