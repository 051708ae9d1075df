package filter

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func seenValues(field string) []Value {
	switch field {
	case "topic":
		return []Value{{"OrderPaid", 88120}, {"order-订单", 12}, {`quo"te`, 1}}
	case "code":
		return []Value{{"310", 5}}
	case "ext":
		return []Value{{"AccessKey", 3}}
	}
	return nil
}

// complete gives the texts for an expression whose cursor is at the bar.
func complete(src string) (texts []string, list []Completion) {
	before, after, _ := strings.Cut(src, "|")
	list = Complete(before+after, utf8.RuneCountInString(before), seenValues)
	for _, c := range list {
		texts = append(texts, c.Text)
	}
	return texts, list
}

func TestComplete(t *testing.T) {
	for src, want := range map[string]string{
		"lat|":                            "latency_ns latency",
		"code == SEND_MESSAGE_V|":         "SEND_MESSAGE_V2",
		"code == |":                       "SEND_MESSAGE_V2 SEND_MESSAGE",
		"code == se|":                     "SEND_MESSAGE_V2 SEND_MESSAGE",
		"status != SYSTEM_|":              "SYSTEM_ERROR SYSTEM_BUSY",
		"topic == |":                      `"OrderPaid" "order-订单" "quo\"te"`,
		"topic == \"ord|":                 `"OrderPaid" "order-订单"`,
		"topic in [\"a\", \"or|":          `"OrderPaid" "order-订单"`,
		"topic in [|":                     `"OrderPaid" "order-订单"`,
		"topic startsWith |":              `"OrderPaid"`,
		"kind == |":                       `"request" "oneway"`,
		"topic s|":                        "startsWith",
		"topic |":                         "== != in contains",
		"latency |":                       "== != < <= > >= and or",
		"code == 10 |":                    "and or",
		"any(messages, .prop|":            "properties",
		"ext.A|":                          "AccessKey",
		"error.r|":                        "reason",
		"(code == 10 and |":               "frame time",
		"订单 == top|":                      "topic",
		"to| == \"x\"":                    "topic",
		"UNREG|":                          "UNREGISTER_CLIENT UNREGISTER_BROKER",
		"any(messages, .compression == |": `"none" "zlib"`,
	} {
		texts, _ := complete(src)
		if got := strings.Join(texts, " "); !strings.HasPrefix(got, want) {
			t.Errorf("%s: got %.80s, want %s", src, got, want)
		}
	}
}

func TestCompletionReplacesTheWord(t *testing.T) {
	for src, want := range map[string]string{
		`topic == "Or|" and true`:       `topic == "OrderPaid" and true`,
		"lat| > 5":                      "latency_ns > 5",
		`订 == 1 and topic == "Or|`:      `订 == 1 and topic == "OrderPaid"`,
		"code == SEND_MESSAGE_V|ERSION": "code == SEND_MESSAGE_V2",
	} {
		_, list := complete(src)
		if len(list) == 0 {
			t.Errorf("%s: nothing", src)
			continue
		}
		r := []rune(strings.Replace(src, "|", "", 1))
		got := string(r[:list[0].From]) + list[0].Text + string(r[list[0].To:])
		if got != want {
			t.Errorf("%s: %s, want %s", src, got, want)
		}
	}
}
