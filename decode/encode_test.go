package decode

import (
	"bytes"
	"strings"
	"testing"
)

// What Java wrote must come out again as it went in.
func TestEncodeGolden(t *testing.T) {
	frames := golden(t)
	if len(frames) < 20 {
		t.Fatalf("%d frames", len(frames))
	}
	for name, raw := range frames {
		f, n, err := Split(raw, Limits{})
		if err != nil || n != len(raw) {
			t.Errorf("%s: %d %v", name, n, err)
			continue
		}
		var c Command
		if err := c.Decode(f); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !PlausibleHeader(f.Header, f.Serialization) {
			t.Errorf("%s: not plausible", name)
		}
		s := SpecOf(&c)
		if got, err := EncodeCommand(nil, f.Serialization, &s, f.Body); err != nil || !bytes.Equal(got, raw) {
			t.Errorf("%s: %v\nhave %q\nwant %q", name, err, got, raw)
		}
	}
}

func TestGoldenCommands(t *testing.T) {
	for name, want := range map[string]string{
		"send v2 JSON":  `310 JAVA 479 3 0 nil {"a"="pg" "b"="TopicTest" "c"="TBW102" "d"="4" "e"="1" "f"="0" "g"="1700000000000" "h"="0" "i"="KEYS\x01k1\x02TAGS\x01TagA\x02" "j"="0" "k"="false" "m"="false" "n"="broker-a"}`,
		"send v2 RMQ":   `310 JAVA 479 3 0 nil {"a"="pg" "b"="TopicTest" "c"="TBW102" "d"="4" "e"="1" "f"="0" "g"="1700000000000" "h"="0" "i"="KEYS\x01k1\x02TAGS\x01TagA\x02" "j"="0" "k"="false" "m"="false" "n"="broker-a"}`,
		"POP RMQ":       `3442 JAVA 479 5 0 nil {"pollTime"="15000" "invisibleTime"="60000" "queueId"="-1" "bornTime"="1700000000000" "maxMsgNums"="32" "topic"="TopicTest" "expType"="TAG" "exp"="*" "consumerGroup"="cg" "initMode"="1" "order"="false"}`,
		"pull resp RMQ": `0 JAVA 479 7 1 "FOUND" {"suggestWhichBrokerId"="0" "nextBeginOffset"="1" "minOffset"="0" "maxOffset"="1" "topicSysFlag"="0" "groupSysFlag"="0"}`,
		"err resp JSON": `17 JAVA 0 1 1 "No topic route info in name server for the topic: X\nSee https://rocketmq.apache.org/docs/bestPractice/06FAQ for further details."`,
	} {
		var c Command
		if err := c.Decode(goldenFrame(t, name)); err != nil || text(&c) != want {
			t.Errorf("%s: %v\nhave %s\nwant %s", name, err, text(&c), want)
		}
	}
}

func TestEncodeEscapes(t *testing.T) {
	remark := "\"\\/\b\f\n\r\t\v\x00\x1f\x7f\u0080\u009f\u00a0中😀\u2028\u2029\xff"
	s := CommandSpec{Language: LanguageNone, Remark: &remark}
	b, err := EncodeCommand([]byte("before"), JSON, &s, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"code":0,"flag":0,"opaque":0,"remark":"\"\\/\b\f\n\r\t\u000B\u0000\u001F\u007F\u0080\u009F` + "\u00a0中😀" +
		`\u2028\u2029` + "\xff" + `","serializeTypeCurrentRPC":"JSON","version":0}`
	if got := string(b[len("before")+PrefixLen:]); got != want || !bytes.HasPrefix(b, []byte("before")) {
		t.Errorf("have %s\nwant %s", got, want)
	}
	var c Command
	if err := c.Decode(jsonFrame(want)); err != nil || string(c.Remark) != remark {
		t.Errorf("%q %v", c.Remark, err)
	}
}

func TestEncodeRefuses(t *testing.T) {
	long := strings.Repeat("k", 1<<15)
	for name, tt := range map[string]struct {
		s    Serialization
		spec CommandSpec
	}{
		"key":       {ROCKETMQ, CommandSpec{Ext: []ExtField{{long, ""}}}},
		"header":    {JSON, CommandSpec{Ext: []ExtField{{"k", strings.Repeat("v", 1<<24)}}}},
		"serialize": {Serialization(7), CommandSpec{}},
	} {
		if b, err := EncodeCommand([]byte("x"), tt.s, &tt.spec, nil); err == nil || string(b) != "x" {
			t.Errorf("%s: %d bytes, %v", name, len(b), err)
		}
	}
	s := CommandSpec{Ext: []ExtField{{long[1:], ""}}}
	if _, err := EncodeCommand(nil, ROCKETMQ, &s, nil); err != nil {
		t.Error(err)
	}
}

func TestEncodeLanguages(t *testing.T) {
	for _, tt := range []struct {
		language   Language
		name, want string
		number     byte
	}{{9, "", `"language":"GO"`, 9}, {LanguageUnknown, "COBOL", `"language":"COBOL"`, 255}, {LanguageNone, "", "", 0}} {
		s := CommandSpec{Language: tt.language, LanguageName: tt.name}
		j, _ := EncodeCommand(nil, JSON, &s, nil)
		if !strings.Contains(string(j), tt.want) || tt.want == "" && strings.Contains(string(j), "language") {
			t.Errorf("%s", j)
		}
		if b, _ := EncodeCommand(nil, ROCKETMQ, &s, nil); b[PrefixLen+binaryLanguage] != tt.number {
			t.Errorf("%x", b)
		}
	}
}
