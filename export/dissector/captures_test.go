package dissector

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/mqsniff/mqsniff/capture"
	"github.com/mqsniff/mqsniff/capture/tcp"
	"github.com/mqsniff/mqsniff/decode"
	"github.com/mqsniff/mqsniff/session"
)

// seen is a frame as this module reads it.
type seen struct {
	session.Event
	topic, group, remark, status string
	ext                          []string
	messages                     []string
}

// read reads the frames of a capture.
func read(t *testing.T, path string) (list []seen) {
	t.Helper()
	readFrames(t, path, func(s *session.Session, ev *session.Event, v *session.View) {
		e := seen{Event: *ev, topic: s.Symbols.Text(ev.Topic), group: s.Symbols.Text(ev.Group), remark: string(v.Command.Remark)}
		e.status, _ = decode.StatusFor(ev.Code, ev.Status, !ev.Has(session.Unmatched), ev.Version)
		e.ext = entries(v.Command)
		it := decode.MessagesOf(v.Context, ev.Status, v.Command, v.Frame)
		var m decode.Message
		for it.Next(&m) {
			e.messages = append(e.messages, told(&m))
		}
		list = append(list, e)
	})
	return list
}

// readFrames calls handle for each frame of a capture.
func readFrames(t *testing.T, path string, handle func(*session.Session, *session.Event, *session.View)) {
	t.Helper()
	files, err := capture.Open([]string{path}, capture.Options{NoSpool: true})
	if err != nil {
		t.Fatal(err)
	}
	defer files.Close()
	var s *session.Session
	s = session.New(session.Options{}, func(ev *session.Event, v *session.View) {
		if ev.Kind.Frame() {
			handle(s, ev, v)
		}
	})
	err = files.Run(context.Background(), func(t int64, e session.Endpoints, dir session.Direction, handshake bool) tcp.Stream {
		return s.Open(t, e, dir, handshake)
	})
	if err != nil {
		t.Fatal(err)
	}
	s.End()
}

// entries are the extFields of a command, each "key=value".
func entries(cmd *decode.Command) (list []string) {
	for i := range cmd.Ext.Len() {
		f := cmd.Ext.At(i)
		list = append(list, string(f.Key)+"="+string(f.Value))
	}
	return list
}

// told is what both sides know of a stored message.
func told(m *decode.Message) string {
	if !m.Stored {
		return fmt.Sprintf("%d bytes, %d properties", len(m.Body), countProperties(m))
	}
	return fmt.Sprintf("%s queue %d at %d, %d; sysFlag %#x, crc %#x, born %s %s, stored %s %s, again %d, prepared %d, %d bytes, %d properties",
		m.Topic, m.QueueID, m.QueueOffset, m.CommitLogOffset, uint32(m.SysFlag), uint32(m.BodyCRC), seconds(m.BornTimestamp),
		m.BornAddr(), seconds(m.StoreTimestamp), m.StoreAddr(), m.ReconsumeTimes, m.PreparedTransactionOffset, len(m.Body),
		countProperties(m))
}

func seconds(ms int64) string { return fmt.Sprintf("%d.%03d", ms/1000, ms%1000) }

func countProperties(m *decode.Message) (n int) {
	it := decode.PropertiesOf(m.Properties)
	var p decode.Property
	for it.Next(&p) {
		n++
	}
	return n
}

// toldBy is told of what Wireshark drew.
func toldBy(t *testing.T, m *node) string {
	t.Helper()
	properties, length := len(m.all("rocketmq.property_key")), m.text("rocketmq.message.body_length")
	if len(m.all("rocketmq.message.magic")) == 0 {
		return fmt.Sprintf("%s bytes, %d properties", length, properties)
	}
	host := func(name string) string {
		if v6 := m.text(name + "_v6"); v6 != "" {
			return "[" + v6 + "]:" + m.text(name+"_port")
		}
		return m.text(name) + ":" + m.text(name+"_port")
	}
	at := func(name string) string {
		v, err := parseTime(m.text(name))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		return seconds(v)
	}
	number := func(name string) int64 { return m.number(t, "rocketmq.message."+name) }
	return fmt.Sprintf("%s queue %d at %d, %d; sysFlag %#x, crc %#x, born %s %s, stored %s %s, again %d, prepared %d, %s bytes, %d properties",
		m.text("rocketmq.message.topic"), number("queueId"), number("queueOffset"), number("commitLogOffset"), number("sysFlag"),
		number("bodyCRC"), at("rocketmq.message.bornTimestamp"), host("rocketmq.message.bornHost"),
		at("rocketmq.message.storeTimestamp"), host("rocketmq.message.storeHost"), number("reconsumeTimes"),
		number("preparedTransactionOffset"), length, properties)
}

// samplePath is where a sample capture is.
func samplePath(name string) string {
	return filepath.Join("..", "..", "pcaps", filepath.FromSlash(name))
}

// captures are what is compared, with the options that tshark needs for it.
var captures = []struct {
	name string
	args []string
}{
	{"4.9.7-binaryserver-jsonclient-push-consume.pcap", nil},
	{"4.9.7-json-admin.pcap", nil},
	{"4.9.7-json-retry-and-dlq.pcap", nil},
	{"4.9.7-json-send-compressed-reordered.pcap", []string{"-o", "tcp.reassemble_out_of_order:TRUE"}},
	{"4.9.7-json-tls-permissive.pcap", nil},
	{"5.3.3+4.9.7-two-interfaces.pcapng", nil},
	{"5.3.3-binary-signed-push-consume.pcap", nil},
	{"5.3.3-json-admin.pcap", nil},
	{"5.3.3-json-bad-frames.pcap", nil},
	{"5.3.3-json-batchcq.pcap", nil},
	{"5.3.3-json-errors.pcap", nil},
	{"5.3.3-json-ipv6-push-consume.pcap", nil},
	{"5.3.3-json-midstream.pcap", nil},
	{"5.3.3-json-pop-consume.pcap", nil},
	{"5.3.3-json-proxy-push-consume.pcap", []string{"-d", "tcp.port==8080,rocketmq"}},
	{"5.3.3-json-request-reply.pcap", nil},
	{"5.3.3-json-send-batch.pcap", nil},
	{"5.3.3-json-send-properties.pcap", nil},
	{"5.3.3-json-transaction.pcapng", nil},
	{"5.3.3-json-two-brokers.pcap", nil},
	{"deepflow/rocketmq-consumer-otel.pcap", nil},
	{"deepflow/rocketmq-pull-message.pcap", nil},
	{"cpp-client-1.pcap", nil},
	{"cpp-client-2.pcap", nil},
}

func TestWiresharkSeesWhatThisModuleSees(t *testing.T) {
	s := newShark(t)
	for _, c := range captures {
		t.Run(c.name, func(t *testing.T) {
			path := samplePath(c.name)
			compare(t, s.dissect(t, path, c.args...), read(t, path))
		})
	}
}

// compare holds what Wireshark drew against what this module read, frame by frame.
func compare(t *testing.T, drawn []pdu, want []seen) {
	t.Helper()
	var got []pdu
	for _, p := range drawn {
		if p.frame() {
			got = append(got, p)
		}
	}
	if len(got) != len(want) {
		t.Fatalf("%d frames, want %d", len(got), len(want))
	}
	place := map[uint32]int{} // of an event in the lists
	answer := map[int]int{}   // place of a request to that of its response
	for i := range want {
		place[want[i].Number] = i
		if want[i].Kind == session.Response && want[i].Pair != 0 {
			answer[place[want[i].Pair]] = i
		}
	}
	for i := range got {
		p, w := &got[i], &want[i]
		compareHeader(t, p, w)
		var pair, link int64
		if r, ok := answer[i]; ok {
			pair, link = got[r].packet, p.number(t, "rocketmq.response_in")
		} else if w.Pair != 0 {
			pair, link = got[place[w.Pair]].packet, p.number(t, "rocketmq.response_to")
			if late, _ := strconv.ParseFloat(p.text("rocketmq.time"), 64); math.Abs(late*1e9-float64(w.Latency)) > 1.5 {
				t.Errorf("packet %d: %v s late, want %d ns", p.packet, late, w.Latency)
			}
		} else {
			link = p.number(t, "rocketmq.response_to") + p.number(t, "rocketmq.response_in")
		}
		if link != pair {
			t.Errorf("packet %d: linked with %d, want %d", p.packet, link, pair)
		}
		compareMessages(t, p, w)
		if t.Failed() {
			return
		}
	}
}

func compareHeader(t *testing.T, p *pdu, w *seen) {
	t.Helper()
	for _, f := range []struct {
		name string
		want int64
	}{
		{"length", int64(w.Len) - 4}, {"header_length", int64(w.HeaderLen)}, {"serialize_type", int64(w.Serialization)},
		{"code", int64(w.Code)}, {"status", int64(w.Status)}, {"opaque", int64(w.Opaque)}, {"flag", int64(w.Flag)},
		{"version", int64(w.Version)}, {"message_count", int64(w.Messages)},
	} {
		if got := p.number(t, "rocketmq."+f.name); got != f.want {
			t.Errorf("packet %d: %s is %d, want %d", p.packet, f.name, got, f.want)
		}
	}
	if w.Language < decode.LanguageNone && p.number(t, "rocketmq.language") != int64(w.Language) {
		t.Errorf("packet %d: language is %s, want %d", p.packet, p.text("rocketmq.language"), w.Language)
	}
	for _, f := range []struct{ name, want string }{
		{"topic", w.topic}, {"group", w.group}, {"remark", w.remark},
		{"flag.response", truth(w.Kind == session.Response)}, {"flag.oneway", truth(w.Kind == session.Oneway)},
	} {
		if got := p.text("rocketmq." + f.name); !same(got, f.want) {
			t.Errorf("packet %d: %s is %q, want %q", p.packet, f.name, got, f.want)
		}
	}
	if w.Kind == session.Response && !strings.Contains(p.text("rocketmq.status")+p.all("rocketmq.status")[0].ShowName, w.status) {
		t.Errorf("packet %d: status is %q, want %s", p.packet, p.all("rocketmq.status")[0].ShowName, w.status)
	}
	if c := decode.RequestCode(w.Code); c != nil && !w.Has(session.Unmatched) && !strings.Contains(p.ShowName, c.Name) {
		t.Errorf("packet %d: %q does not name %s", p.packet, p.ShowName, c.Name)
	}
	compareExt(t, p, w.ext)
}

func compareExt(t *testing.T, p *pdu, want []string) {
	t.Helper()
	var got []string
	for _, list := range p.all("rocketmq.ext") {
		for i := range list.Nodes {
			e := &list.Nodes[i]
			if len(e.all("rocketmq.ext_key")) > 0 {
				got = append(got, e.text("rocketmq.ext_key")+"="+e.text("rocketmq.ext_value"))
			}
		}
	}
	if !same(strings.Join(got, "\n"), strings.Join(want, "\n")) {
		t.Errorf("packet %d: extFields are %q, want %q", p.packet, got, want)
	}
}

func compareMessages(t *testing.T, p *pdu, w *seen) {
	t.Helper()
	var got []string
	for i := range p.Nodes {
		m := &p.Nodes[i]
		if m.Name != "rocketmq.message" {
			continue
		}
		inner := m.all("rocketmq.message")
		if len(inner) > 0 && len(m.all("rocketmq.message.magic")) == 0 { // a batch
			for _, e := range inner {
				got = append(got, toldBy(t, e))
			}
			continue
		}
		if len(inner) > 0 { // an inner batch counts as the one message that was stored
			m = m.without("rocketmq.message")
		}
		got = append(got, toldBy(t, m))
	}
	if strings.Join(got, "\n") != strings.Join(w.messages, "\n") {
		t.Errorf("packet %d: messages are\n%s\nwant\n%s", p.packet, strings.Join(got, "\n"), strings.Join(w.messages, "\n"))
	}
}

// payloads are the frames of a capture as bytes, as far as they were captured.
func payloads(t *testing.T, path string) (list [][]byte) {
	t.Helper()
	readFrames(t, path, func(_ *session.Session, _ *session.Event, v *session.View) {
		if len(v.Frame.Raw) < 60000 {
			list = append(list, bytes.Clone(v.Frame.Raw))
		}
	})
	return list
}

func TestColumns(t *testing.T) {
	s := newShark(t)
	out := string(s.run(t, samplePath("5.3.3-json-bad-frames.pcap"), "-Y", "rocketmq", "-T", "fields",
		"-e", "_ws.col.Protocol", "-e", "_ws.col.Info"))
	for _, want := range []string{
		"ROCKETMQ\tGET_ROUTEINFO_BY_TOPIC TBW102\n",
		"ROCKETMQ\tGET_ROUTEINFO_BY_TOPIC TBW102: SUCCESS\n",
		"ROCKETMQ\tresponse: REQUEST_CODE_NOT_SUPPORTED\n",
		"ROCKETMQ\tnot decodable: frame length out of range\n",
		"ROCKETMQ\tGET_CONSUMER_LIST_BY_GROUP; not decodable: frame length out of range\n",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("no line %q in\n%s", want, out)
		}
	}
}

func TestFiltersOfTheReadme(t *testing.T) {
	s := newShark(t)
	for _, test := range []struct {
		capture, filter string
		want            int
	}{
		{"5.3.3-json-errors.pcap", `rocketmq.failed`, -1},
		{"5.3.3-json-send-sync.pcap", `rocketmq.code == 310 && rocketmq.ext.topic == "SendSync"`, -1},
		{"5.3.3-json-send-sync.pcap", `rocketmq.time > 1000`, 0},
		{"5.3.3-json-push-consume.pcap", `rocketmq.message.queueOffset == 1 && rocketmq.property.TAGS`, -1},
		{"4.9.7-json-admin.pcap", `rocketmq.json contains "0: 127.0.0.1:10911"`, -1},
		{"5.3.3-json-admin.pcap", `rocketmq.undecodable`, 0},
	} {
		out := s.run(t, samplePath(test.capture), "-Y", test.filter, "-T", "fields", "-e", "frame.number")
		if n := bytes.Count(out, []byte("\n")); test.want >= 0 && n != test.want || test.want < 0 && n == 0 {
			t.Errorf("%s: %s shows %d packets", test.capture, test.filter, n)
		}
	}
}

// In these either side may see frames that the other does not, as bytes are missing or no dissector knows the keys.
func TestDamagedCapturesBringNoError(t *testing.T) {
	if testing.Short() {
		t.Skip("many runs of tshark")
	}
	s := newShark(t)
	for _, name := range []string{
		"4.9.7-json-transaction-dropped.pcap", "4.9.7-json-send-compressed-reordered.pcap", "5.3.3-json-snap96-push-consume.pcap",
		"5.3.3-json-slave-sync.pcap", "5.3.3-json-tls12-send-sync.pcap", "5.3.3-json-proxy-push-consume.pcap",
	} {
		s.dissect(t, samplePath(name))
		s.dissect(t, samplePath(name), "-o", "tcp.desegment_tcp_streams:FALSE")
	}
}
