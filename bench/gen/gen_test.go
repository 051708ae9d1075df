package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

func generate(t *testing.T, o options) ([]byte, *truth) {
	t.Helper()
	var b bytes.Buffer
	tr, err := write(&b, o)
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), tr
}

func small(name string, faults float64, ng bool) options {
	return options{size: 1.5e6, seed: 7, clients: 24, faults: faults, mix: mixes[name], ng: ng}
}

func TestSameSeedSameBytes(t *testing.T) {
	sum := func(seed uint64) [32]byte {
		o := small("mixed", 0.01, false)
		o.seed = seed
		b, _ := generate(t, o)
		return sha256.Sum256(b)
	}
	first, second := sum(7), sum(7)
	if first != second {
		t.Error("the same seed gave different files")
	}
	if first == sum(8) {
		t.Error("another seed gave the same file")
	}
}

func TestTruthIsWhatTheFileHolds(t *testing.T) {
	for name := range mixes {
		for _, faults := range []float64{0, 0.001, 0.05} {
			for _, ng := range []bool{false, true} {
				b, want := generate(t, small(name, faults, ng))
				got := readBack(t, b)
				got.PureAcks, got.Retransmissions, got.Reorderings = want.PureAcks, want.Retransmissions, want.Reorderings
				g, _ := json.Marshal(got)
				w, _ := json.Marshal(want)
				if !bytes.Equal(g, w) {
					t.Errorf("mix %s, faults %v, pcapng %v:\nread %s\nsaid %s", name, faults, ng, g, w)
				}
				if faults == 0 && want.Retransmissions+want.Reorderings != 0 || faults == 0.05 && want.Retransmissions == 0 {
					t.Errorf("faults %v gave %d retransmissions, %d reorderings", faults, want.Retransmissions, want.Reorderings)
				}
			}
		}
	}
}

// TestEverythingOccurs guards the corpus against losing a kind of traffic when the mix is changed.
func TestEverythingOccurs(t *testing.T) {
	o := small("mixed", 0.01, false)
	o.size, o.clients = 12e6, 40
	b, tr := generate(t, o)
	for _, code := range []int32{sendMessageV2, pullMessage, heartBeat, getRoute, updateConsumerOffset, endTransaction, getConsumerList, notifyConsumerIDs} {
		if tr.Codes[code] == nil {
			t.Errorf("no frame of operation %d", code)
		}
	}
	if tr.Codes[sendMessageV2].Errors == 0 || tr.Codes[getRoute].Errors == 0 || tr.Codes[sendMessageV2].Oneways == 0 {
		t.Errorf("no errors or oneway sends: %+v %+v", tr.Codes[sendMessageV2], tr.Codes[getRoute])
	}
	if s := float64(tr.BinaryFrames) / float64(tr.Frames); s < 0.05 || s > 0.2 {
		t.Errorf("%.2f of the frames have binary headers, want about 0.1", s)
	}
	if !bytes.Contains(b, []byte("OFFSET_OVERFLOW_ONE")) {
		t.Error("no pull ended without messages")
	}
	if !bytes.Contains(b, []byte("\x78\x5e")) {
		t.Error("no body compressed with zlib at Java's level")
	}
	if tr.Reorderings == 0 || tr.PureAcks == 0 || tr.Connections <= 80 {
		t.Errorf("reorderings %d, acknowledgements %d, connections %d", tr.Reorderings, tr.PureAcks, tr.Connections)
	}
}

func TestCommandWritesTruthBeside(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sub", "x.pcap")
	var out, errs bytes.Buffer
	if err := run([]string{"-size", "200kB", "-clients", "4", "-o", path}, &out, &errs); err != nil {
		t.Fatal(err)
	}
	beside, err := os.ReadFile(path + ".json")
	if err != nil || !bytes.Equal(beside, out.Bytes()) {
		t.Errorf("truth beside the file %q, %v; printed %q", beside, err, out.Bytes())
	}
	if _, err := os.Stat(path + ".part"); err == nil {
		t.Error("the unfinished file is still there")
	}
	for _, bad := range [][]string{{}, {"-o", path, "-size", "x"}, {"-o", path, "-mix", "x"}, {"-o", path, "-clients", "1"}} {
		if err := run(bad, &out, &errs); err == nil {
			t.Errorf("run(%q) gave no error", bad)
		}
	}
}

func TestParseSize(t *testing.T) {
	for s, want := range map[string]int64{"17": 17, "300MB": 300e6, "1.5GB": 15e8, "2 GiB": 2 << 30, "64KiB": 64 << 10, "5kB": 5000} {
		if got, err := parseSize(s); err != nil || got != want {
			t.Errorf("parseSize(%q) = %d, %v, want %d", s, got, err, want)
		}
	}
	for _, s := range []string{"", "MB", "-1MB", "1TB", "NaN", "1e40GB"} {
		if got, err := parseSize(s); err == nil {
			t.Errorf("parseSize(%q) = %d, want an error", s, got)
		}
	}
}

func TestGoldenHeaders(t *testing.T) {
	// From the real Java encoder, version 479: GET_ROUTEINFO_BY_TOPIC for TopicTest, opaque 1.
	var h header
	h.begin(getRoute, 1, flagRequest, true)
	h.str("topic", "TopicTest")
	for _, c := range []struct {
		binaryForm bool
		want       string
	}{
		{false, "\x00\x00\x00\x87\x00\x00\x00\x83" + `{"code":105,"extFields":{"topic":"TopicTest"},"flag":0,"language":"JAVA","opaque":1,"serializeTypeCurrentRPC":"JSON","version":479}`},
		{true, "\x00\x00\x00\x2d\x01\x00\x00\x29\x00\x69\x00\x01\xdf\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x14\x00\x05topic\x00\x00\x00\x09TopicTest"},
	} {
		b := h.appendTo(nil, c.binaryForm)
		setLength(b, 0)
		if string(b) != c.want {
			t.Errorf("binary %v: %q, want %q", c.binaryForm, b, c.want)
		}
	}
}

func TestGoldenRecord(t *testing.T) {
	// From the real MessageDecoder.
	const millis = 1700000000000
	s := stored{topic: "TopicTest", queue: 1, queueOffset: 7, offset: 0x1234, born: millis, store: millis + 5,
		bornIP: [4]byte{192, 168, 0, 9}, bornPort: 50000, storeIP: [4]byte{192, 168, 0, 1}, storePort: 10911}
	b := appendRecord(nil, &s, 0, []byte("hello"), []byte("TAGS\x01TagA\x02UNIQ_KEY\x01C0A8000930392F0EE9F60000000A0001\x02"))
	want := "\x00\x00\x00\x9d\xda\xa3\x20\xa7\x36\x10\xa6\x86\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x07" +
		"\x00\x00\x00\x00\x00\x00\x12\x34\x00\x00\x00\x00\x00\x00\x01\x8b\xcf\xe5\x68\x00\xc0\xa8\x00\x09\x00\x00\xc3\x50" +
		"\x00\x00\x01\x8b\xcf\xe5\x68\x05\xc0\xa8\x00\x01\x00\x00\x2a\x9f\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00" +
		"\x00\x00\x00\x05hello\x09TopicTest\x00\x34TAGS\x01TagA\x02UNIQ_KEY\x01C0A8000930392F0EE9F60000000A0001\x02"
	if string(b) != want {
		t.Errorf("%x, want %x", b, want)
	}
	if len(b) != int(binary.BigEndian.Uint32(b)) {
		t.Error("the record's size is wrong")
	}
}
