package decode

import (
	"fmt"
	"strings"
	"testing"
)

func TestProperties(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"", ""},
		{"a\x01b", "a=b"},
		{"a\x01b\x02", "a=b"},
		{"a\x01b\x02\x02c\x01d", "a=b c=d"},
		{"a\x02b\x01c", "b=c"},                    // no separator
		{"\x01b\x02c\x01d", "c=d"},                // no key
		{"a\x01\x02c\x01d", "c=d"},                // no value
		{"a\x01b\x01c\x02", "a=b\x01c"},           // the first separator counts
		{"a\x011\x02b\x012\x02a\x013", "a=3 b=2"}, // the last value counts
		{"订单\x01值", "订单=值"},
	} {
		var got []string
		for _, p := range AppendProperties(nil, []byte(c.in)) {
			got = append(got, fmt.Sprintf("%s=%s", p.Key, p.Value))
			if !strings.HasPrefix(c.in[p.Off:], string(p.Key)+"\x01"+string(p.Value)) {
				t.Errorf("%q: %s is not at %d", c.in, p.Key, p.Off)
			}
			if v, ok := LookupProperty([]byte(c.in), string(p.Key)); !ok || string(v) != string(p.Value) {
				t.Errorf("%q: lookup of %s gives %q", c.in, p.Key, v)
			}
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%q: %q, want %q", c.in, s, c.want)
		}
	}
	if _, ok := LookupProperty([]byte("ab\x01c"), "b"); ok {
		t.Error("found the end of a key")
	}
}

// Doubled keys among many: the map that takes over from comparing must know those before it.
func TestManyProperties(t *testing.T) {
	var b strings.Builder
	for i := range 200 {
		fmt.Fprintf(&b, "k%d\x01%d\x02", i%70, i)
	}
	list := AppendProperties(make([]Property, 1), []byte(b.String()))[1:]
	if len(list) != 70 {
		t.Fatal(len(list))
	}
	for i, p := range list {
		last := i + 140
		if i >= 60 {
			last = i + 70
		}
		if string(p.Key) != fmt.Sprint("k", i) || string(p.Value) != fmt.Sprint(last) {
			t.Errorf("%s=%s", p.Key, p.Value)
		}
	}
}

func TestPropertyKeysAreUnique(t *testing.T) {
	seen := map[string]bool{}
	for _, k := range PropertyKeys() {
		if seen[k.Name] || k.Name == "" || k.Meaning == "" {
			t.Errorf("%+v", k)
		}
		seen[k.Name] = true
	}
	if PropertyKeyByName("UNIQ_KEY") == nil || PropertyKeyByName("uniq_key") != nil {
		t.Error("lookup")
	}
}

// The properties that people look for say what they mean, the numbers among them in words.
func TestMeaningsOfProperties(t *testing.T) {
	for _, p := range []struct{ key, value, want string }{
		{"KEYS", "k1 k2", "index keys"}, {"TAGS", "TagA", "tag"}, {"DELAY", "3", "10s unless"}, {"DELAY", "99", "delay level"},
		{"TIMER_DELAY_SEC", "60", "1m0s"}, {"TIMER_DELAY_MS", "1500", "1.5s"}, {"TIMER_DELIVER_MS", "1700000000000", "2023-11-14T22:13:20.000Z"},
		{"TIMER_OUT_MS", "1700000000000", "2023-11-14"}, {"TIMER_ROLL_TIMES", "1", "timer internal"}, {"TIMER_DEL_UNIQKEY", "x", "cancel timer"},
		{"UNIQ_KEY", "x", "client unique id"}, {"RETRY_TOPIC", "T", "original topic"}, {"PGROUP", "pg", "producer group"},
		{"TRAN_MSG", "true", "half message"}, {"INSTANCE_ID", "i", "instance id"}, {"TRACE_ON", "true", "trace switch"},
		{"TRACE_CONTEXT", "x", "trace context"}, {"traceparent", "x", "W3C trace context"}, {"_SYS_MSG_PRIORITY_", "1", "priority"},
		{"__LITE_TOPIC", "t", "lite topic"}, {"CHECK_IMMUNITY_TIME_IN_SECONDS", "30", "30s"}, {"CONSUME_START_TIME", "1700000000000", "2023-11-14"},
	} {
		if got := propertyNote(p.key, []byte(p.value)); !strings.Contains(got, p.want) {
			t.Errorf("%s=%s is %q, want %q", p.key, p.value, got, p.want)
		}
	}
	raw := framed(t, CommandSpec{Code: SendMessageV2, Ext: []ExtField{{"b", "T"}, {"i", "traceparent\x0100-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\x02"}}}, nil)
	f, _ := split(t, raw)
	text := rendered(Describe(Context{Code: SendMessageV2, Known: true}, f, len(raw), DescribeOptions{}))
	for _, want := range []string{`trace-id = "4bf92f3577b34da6a3ce929d0e0e4736"`, `parent-id = "00f067aa0ba902b7"`, `trace-flags = "01"  (sampled)`} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in\n%s", want, text)
		}
	}
}
