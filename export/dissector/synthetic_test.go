package dissector

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mqsniff/mqsniff/decode"
)

// packet is a TCP segment from a client's port to port 10911.
type packet struct {
	port uint16
	seq  uint32
	back bool // to the client
	data []byte
}

// firstPort is above 10911, since Wireshark asks the dissector of the lower port first.
const firstPort = 20000

// separately puts each payload into a packet and a connection of its own.
func separately(payloads [][]byte) (list []packet) {
	for i, p := range payloads {
		list = append(list, packet{port: uint16(firstPort + i), seq: 1, data: p})
	}
	return list
}

// writeCapture writes a pcap file of LINKTYPE_RAW.
func writeCapture(t *testing.T, packets []packet) string {
	t.Helper()
	le, be := binary.LittleEndian, binary.BigEndian
	var b []byte
	b = le.AppendUint32(b, 0xA1B2C3D4)
	b = le.AppendUint32(b, 2|4<<16)
	b = append(b, make([]byte, 8)...)
	b = le.AppendUint32(b, 1<<18)
	b = le.AppendUint32(b, 101)
	for i, p := range packets {
		n := 40 + len(p.data)
		b = le.AppendUint32(b, uint32(1700000000+i))
		b = le.AppendUint32(b, 0)
		b = le.AppendUint32(b, uint32(n))
		b = le.AppendUint32(b, uint32(n))
		b = append(b, 0x45, 0)
		b = be.AppendUint16(b, uint16(n))
		from, to, source, target := byte(1), byte(2), p.port, uint16(10911)
		if p.back {
			from, to, source, target = to, from, target, source
		}
		b = append(b, 0, 0, 0, 0, 64, 6, 0, 0, 10, 0, 0, from, 10, 0, 0, to)
		b = be.AppendUint16(b, source)
		b = be.AppendUint16(b, target)
		b = be.AppendUint32(b, p.seq)
		b = append(b, 0, 0, 0, 1, 0x50, 0x18, 0xFF, 0xFF, 0, 0, 0, 0)
		b = append(b, p.data...)
	}
	path := filepath.Join(t.TempDir(), "made.pcap")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// frameOf puts a header into a frame without a body.
func frameOf(kind decode.Serialization, header string) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(4+len(header)))
	b = binary.BigEndian.AppendUint32(b, uint32(kind)<<24|uint32(len(header)))
	return append(b, header...)
}

// headers are what peers write, what fastjson reads beyond that, and what nobody can read.
var headers = []string{
	`{"code":105,"extFields":{"topic":"TopicTest"},"flag":0,"language":"JAVA","opaque":1,"serializeTypeCurrentRPC":"JSON","version":479}`,
	`{"code":0,"flag":1,"language":"GO","version":317,"opaque":-7,"remark":"","extFields":{"queueId":"3","queueOffset":"9223372036854775807"}}`,
	`{"code":310,"extFields":{"a":"g","b":"T","e":3,"i":"KEYS\u0001k1\u0002","m":true,"AccessKey":""},"flag":2,"language":"CPP","opaque":2147483647,"version":63}` + "\n",
	`{ "code" : "11" , "flag" : null , 'opaque' : 1e3 , language : 5 , version : 12.9 , extFields : null }`,
	`{code:105,/* who */flag:2,// line` + "\n" + `opaque:-2147483648,,,extFields:{topic:'it\'s',n:null,o:{ "a" : [1, 2] },t:true,'q':12.50,},}`,
	`{"Code":34,"FLAG":1,"Opaque":5,"code":35}`,
	`{"code":1,"flag":1,"opaque":1,"remark":"\u4f60\u597d \ud83d\ude00 \ud83d x\x41 \/ \b\f\n\r\t\\ \""}`,
	`{"code":1,"flag":1,"opaque":1,"remark":null,"language":"KLINGON"}`,
	`{"code":1,"flag":1,"opaque":1,"remark":"héllo 你好","extFields":{"ключ":"значение","":"empty"}}`,
	`{"code":true,"flag":false,"opaque":" 12 "}`,
	`{}`,
	`{"code":105,"opaque":2147483648,"flag":0}`,
	`{"code":105,"opaque":1,"flag":0`,
	`{"code":105,"opaque":1,"flag":0} x`,
	`{"code":105,"opaque":1,"flag":"zero"}`,
	`{"code":105,"opaque":1,"flag":0,"extFields":[]}`,
	`{"code":105,"opaque":1,"flag":0,"remark":"\q"}`,
	`{"code":105,"opaque":1,"flag":0,"x":` + strings.Repeat("[", 70) + strings.Repeat("]", 70) + `}`,
	`{"code":105,"opaque":1,"flag":0,"x":` + strings.Repeat("[", 60) + strings.Repeat("]", 60) + `}`,
	`{"code":105,"opaque":1,"flag":0,"extFields":{"topic" "x"}}`,
	`{"code":105,"opaque":1,"flag":0,"extFields":{"queueId":"three","queueOffset":"99999999999999999999","batch":"maybe"}}`,
	`{"code":105,"opaque":1,"flag":0,"extFields":{"queueId":"-2147483649","queueOffset":"-9223372036854775808"}}`,
	`{"code":105,"opaque":1,"flag":0,"extFields":{"topic":"a","topic":"b"}}`,
}

// binaryHeaders are ROCKETMQ headers, good and bad.
var binaryHeaders = []string{
	"\x00\x69\x00\x01\xdf\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x14\x00\x05topic\x00\x00\x00\x09TopicTest",
	"\x0d\x72\x0c\x01\xdf\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00",
	"\xff\xfe\x63\xff\xff\xff\xff\xff\xff\x00\x00\x00\x01\x00\x00\x00\x02no\x00\x00\x00\x00tail",
	"\x00\x69\x00\x01\xdf\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x15\x00\x05topic\x00\x00\x00\x09TopicTest",
	"\x00\x69\x00\x01\xdf\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x14\x00\x05topic\x00\x00\x00\x0aTopicTest",
	"\x00\x69\x00\x01\xdf\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x14\xff\x05topic\x00\x00\x00\x09TopicTest",
	"\x00\x69\x00\x01\xdf\x00\x00\x00\x01\x00\x00\x00\x00\x7f\xff\xff\xff\x00\x00\x00\x00",
	"\x00\x69\x00\x01\xdf\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x09\x00\x01\xff\x00\x00\x00\x02\x00\x80",
}

// mutated is h with a few bytes changed, inserted or taken out.
func mutated(r *rand.Rand, h string) string {
	const likely = "{}[],:\"'\\/*u0n19-.eE \x00\xff"
	b := []byte(h)
	for range 1 + r.IntN(3) {
		i, c := r.IntN(len(b)), likely[r.IntN(len(likely))]
		switch r.IntN(3) {
		case 0:
			b[i] = c
		case 1:
			b = append(b[:i:i], append([]byte{c}, b[i:]...)...)
		case 2:
			if len(b) > 22 {
				b = append(b[:i:i], b[i+1:]...)
			}
		}
	}
	return string(b)
}

func TestHeadersAreReadAsByPackageDecode(t *testing.T) {
	s := newShark(t)
	r := rand.New(rand.NewPCG(1, 2))
	var frames [][]byte
	for _, group := range []struct {
		kind decode.Serialization
		list []string
	}{{decode.JSON, headers}, {decode.ROCKETMQ, binaryHeaders}} {
		for _, h := range group.list {
			frames = append(frames, frameOf(group.kind, h))
			for range 40 {
				frames = append(frames, frameOf(group.kind, mutated(r, h)))
			}
		}
	}
	drawn := map[int64]*pdu{}
	list := s.dissect(t, writeCapture(t, separately(frames)))
	for i := range list {
		if drawn[list[i].packet] == nil {
			drawn[list[i].packet] = &list[i]
		}
	}
	read := 0
	for i, raw := range frames {
		p := drawn[int64(i)+1]
		if p == nil {
			t.Errorf("%q is not shown", raw[decode.PrefixLen:])
			continue
		}
		if compareCommand(t, p, raw) {
			read++
		}
	}
	if read < len(frames)/10 || read > len(frames)*9/10 {
		t.Errorf("%d of %d frames can be read: these tell nothing", read, len(frames))
	}
}

// compareCommand holds what Wireshark shows of a frame against its command. It returns whether the frame can be read.
func compareCommand(t *testing.T, p *pdu, raw []byte) bool {
	t.Helper()
	f, n, err := decode.Split(raw, decode.Limits{})
	if err != nil || n == 0 {
		if p.frame() {
			t.Errorf("%q is shown as a frame", raw)
		}
		return false
	}
	var cmd decode.Command
	if err := cmd.Decode(f); err != nil {
		if p.frame() {
			t.Errorf("%q is read, though %v", f.Header, err)
		}
		return false
	}
	if !p.frame() {
		t.Errorf("%q is not read", f.Header)
		return true
	}
	code, opaque := "code", ""
	if cmd.Response() {
		code = "status"
	}
	if cmd.HasOpaque {
		opaque = fmt.Sprint(cmd.Opaque)
	}
	for _, v := range []struct{ name, want string }{
		{code, fmt.Sprint(cmd.Code)}, {"flag", fmt.Sprint(cmd.Flag)}, {"opaque", opaque}, {"remark", string(cmd.Remark)},
		{"flag.response", truth(cmd.Response())}, {"flag.oneway", truth(cmd.Oneway())}, {"language_name", string(cmd.LanguageName)},
	} {
		if got := p.text("rocketmq." + v.name); !same(got, v.want) {
			t.Errorf("%q: %s is %q, want %q", f.Header, v.name, got, v.want)
		}
	}
	if got := p.number(t, "rocketmq.version"); got != int64(cmd.Version) {
		t.Errorf("%q: version is %d, want %d", f.Header, got, cmd.Version)
	}
	compareExt(t, p, entries(&cmd))
	return true
}

// Nothing that comes to a port of RocketMQ may bring Lua to an error: dissect fails the test where it does. Frames are
// changed and cut, and then come each in a packet, or as a stream whose segments end anywhere.
func TestBrokenFramesBringNoError(t *testing.T) {
	if testing.Short() {
		t.Skip("many runs of tshark")
	}
	s := newShark(t)
	r := rand.New(rand.NewPCG(3, 4))
	for _, name := range []string{
		"5.3.3-binary-push-consume.pcap", "5.3.3-json-batchcq.pcap", "5.3.3-json-transaction.pcapng", "deepflow/rocketmq-pull-message.pcap",
	} {
		t.Run(name, func(t *testing.T) {
			var frames [][]byte
			for _, p := range payloads(t, samplePath(name)) {
				for range 8 {
					b := bytes.Clone(p)
					for range 1 + r.IntN(4) {
						b[r.IntN(len(b))] = byte(r.UintN(256))
					}
					frames = append(frames, b[:1+r.IntN(len(b))], b)
				}
			}
			if len(frames) == 0 {
				t.Fatal("no frames")
			}
			frames = frames[:min(len(frames), 1000)]
			packets := separately(frames)
			seq := uint32(1)
			for stream := bytes.Join(frames, nil); len(stream) > 0; {
				n := min(1+r.IntN(1400), len(stream))
				packets = append(packets, packet{port: firstPort - 1, seq: seq, data: stream[:n]})
				stream, seq = stream[n:], seq+uint32(n)
			}
			s.dissect(t, writeCapture(t, packets))
		})
	}
}

// A frame may come byte by byte, and frames may share a segment.
func TestFramesAreReassembled(t *testing.T) {
	s := newShark(t)
	var stream []byte
	var ends []int
	for i, h := range append(headers[:3:3], binaryHeaders[:2]...) {
		kind := decode.JSON
		if i >= 3 {
			kind = decode.ROCKETMQ
		}
		stream = append(stream, frameOf(kind, h)...)
		ends = append(ends, len(stream))
	}
	for _, size := range []int{1, 7, 8, 150, len(stream)} {
		var packets []packet
		for i := 0; i < len(stream); i += size {
			packets = append(packets, packet{port: firstPort, seq: uint32(1 + i), data: stream[i:min(i+size, len(stream))]})
		}
		list := s.dissect(t, writeCapture(t, packets))
		if len(list) != len(ends) {
			t.Errorf("in segments of %d bytes there are %d frames, want %d", size, len(list), len(ends))
			continue
		}
		for i := range list {
			if want := int64((ends[i] + size - 1) / size); list[i].packet != want || !list[i].frame() {
				t.Errorf("in segments of %d bytes frame %d is in packet %d, want %d", size, i, list[i].packet, want)
			}
		}
	}
}

// Equal opaques are answered oldest first; each end counts its own; a second answer has no request.
func TestPairs(t *testing.T) {
	s := newShark(t)
	request := func(code, opaque, flag int) []byte {
		return frameOf(decode.JSON, fmt.Sprintf(`{"code":%d,"opaque":%d,"flag":%d,"language":"JAVA","version":1}`, code, opaque, flag))
	}
	var packets []packet
	seq := map[uint16]uint32{}
	send := func(port uint16, b []byte) {
		packets = append(packets, packet{port: port, seq: 1 + seq[port], data: b})
		seq[port] += uint32(len(b))
	}
	const a, b = firstPort, firstPort + 1
	send(a, request(34, 7, 0))             // 1
	send(a, request(105, 7, 0))            // 2
	send(b, request(11, 7, 0))             // 3: another connection
	send(a, request(40, 7, 2))             // 4: oneway, never answered
	packets = append(packets, answerTo(a)) // 5 answers 1
	packets = append(packets, answerTo(b)) // 6 answers 3
	second := answerTo(a)                  // 7 answers 2
	second.seq += uint32(len(second.data)) //
	packets = append(packets, second)      //
	second.seq += uint32(len(second.data)) // 8 answers nothing
	packets = append(packets, second)      //
	list := s.dissect(t, writeCapture(t, packets))
	want := []struct{ in, to int64 }{{5, 0}, {7, 0}, {6, 0}, {0, 0}, {0, 1}, {0, 3}, {0, 2}, {0, 0}}
	if len(list) != len(want) {
		t.Fatalf("%d frames, want %d", len(list), len(want))
	}
	for i, w := range want {
		in, to := list[i].number(t, "rocketmq.response_in"), list[i].number(t, "rocketmq.response_to")
		if in != w.in || to != w.to {
			t.Errorf("packet %d is answered in %d and answers %d, want %d and %d", i+1, in, to, w.in, w.to)
		}
	}
	if len(list[7].all("rocketmq.unmatched")) == 0 {
		t.Error("the answer without a request is not marked")
	}
}

// answerTo is a response with opaque 7 to a client's port.
func answerTo(port uint16) packet {
	return packet{port: port, seq: 1, back: true, data: frameOf(decode.JSON, `{"code":0,"opaque":7,"flag":1,"language":"JAVA","version":1}`)}
}
