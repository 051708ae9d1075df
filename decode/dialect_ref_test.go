package decode

import (
	"fmt"
	"strings"
	"testing"
)

// described is the body of a request as Describe shows it.
func described(t testing.TB, code int32, body string) string {
	t.Helper()
	raw := framed(t, CommandSpec{Code: code}, []byte(body))
	f, _ := split(t, raw)
	_, text, _ := strings.Cut(rendered(Describe(Context{Code: code, Known: true}, f, len(raw), DescribeOptions{})), "+ Body")
	return text
}

// All forms of references, as fastjson 1.2.83 writes them of objects that stand several times.
const refForms = `{"mid":{"leaf":{"self":{"$ref":"@"},"parent":{"$ref":".."},"root":{"$ref":"$"}}},"list":[{"$ref":"$.mid.leaf"},` +
	`{"$ref":"@"},{"$ref":".."},{"up":[{"$ref":"$.mid.leaf"},{"$ref":"@"},{"$ref":"$"},{"$ref":".."}],"x.y[0] z":[1],` +
	`"x.y\"z$ä":{"k":1}}],"again":{"$ref":"$.list[3].x\\.y\\\"z\\$ä"},"leafElem":{"$ref":"$.list[3]"}}`

func TestReferences(t *testing.T) {
	var tree Tree
	if err := tree.Parse([]byte(refForms)); err != nil {
		t.Fatal(err)
	}
	// where each stands, and the beginning of what it stands for
	want := []string{
		`@ {"self":`, `.. {"leaf":`, `$ {"mid":`, `$.mid.leaf {"self":`, `@ [{"$ref":"$.mid.leaf"},{"$ref":"@"},{"$ref":".."}`, `.. {"mid":`,
		`$.mid.leaf {"self":`, `@ [{"$ref":"$.mid.leaf"},{"$ref":"@"},{"$ref":"$"}`, `$ {"mid":`, `.. {"up":`,
		`$.list[3].x\.y\"z\$ä {"k":1}`, `$.list[3] {"up":`,
	}
	var got []string
	var above [MaxTreeDepth]int
	r := refs{tree: &tree}
	for i := range tree.Values {
		v := &tree.Values[i]
		above[v.Depth] = i
		if v.Kind != ValueReference {
			continue
		}
		text := "none"
		if at := r.find(i, above[:v.Depth]); at >= 0 {
			text = refForms[tree.Values[at].Range.Off:]
		}
		n := len(got)
		if n < len(want) {
			rest := len(want[n]) - len(tree.Text(&tree.Values[i+1])) - 1
			text = text[:min(len(text), rest)]
		}
		got = append(got, string(tree.Text(&tree.Values[i+1]))+" "+text)
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestReferencesToNothing(t *testing.T) {
	for _, path := range []string{
		"", "a", "$x", "$.", "$.b", "$.a.b", "$.a[1]", "$.a[-1]", "$.a[x]", "$.a[", "$[0]", "..", "$.r", "$.a[99999999999999999999]",
	} {
		body := fmt.Sprintf(`{"a":[1],"r":{"$ref":"%s"}}`, path)
		var tree Tree
		if err := tree.Parse([]byte(body)); err != nil {
			t.Fatal(err)
		}
		r := refs{tree: &tree}
		if at := r.find(3, []int{0}); at >= 0 {
			t.Errorf("%s: %d", body, at)
		}
		if text := described(t, 307, body); !strings.Contains(text, "reference to a value that was not found") {
			t.Error(text)
		}
	}
}

// Keys that are references, as the encoder of ConsumerRunningInfo (5.3.3) writes them, cut to what matters.
func TestReferencesAsKeys(t *testing.T) {
	const q0, q1, q2, ref = `{"brokerName":"b","queueId":0,"topic":"T"}`, `{"brokerName":"b","queueId":1,"topic":"T"}`, `{"brokerName":"b","queueId":2,"topic":"T"}`, `{"$ref":"$.mqPopTable.null"}`
	for _, c := range []struct {
		name, pop, table string
		want             []string
	}{
		{"one", q0 + ":{}", ref + ":{}", []string{`stands for = "{\"brokerName\":\"b\",\"queueId\":0,\"topic\":\"T\"}"  (the key)`}},
		{"in order", q0 + ":{}," + q2 + ":{}", ref + ":{}," + q1 + ":{}," + ref + ":{}", []string{`queueId\":0`, `stands for = "{\"brokerName\":\"b\",\"queueId\":2`}},
		{"one of two", q0 + ":{}," + q2 + ":{}", ref + ":{}", []string{"- stands for  (one of the 2 keys there)"}},
		{"none", "", ref + ":{}", []string{"- stands for  (a key that was not found)"}},
		{"no path", q0 + ":{}", `{"$ref":"$.mqPopTable"}` + ":{}", []string{"a key that was not found"}},
	} {
		text := described(t, 307, `{"mqPopTable":{`+c.pop+`},"mqTable":{`+c.table+`}}`)
		for _, want := range c.want {
			if !strings.Contains(text, want) {
				t.Errorf("%s: no %s in\n%s", c.name, want, text)
			}
		}
	}
}

func TestDescribeReference(t *testing.T) {
	// GetConsumerStatusBody of 5.3.3 whose table of one client is the table of all.
	body := `{"consumerTable":{"127.0.0.1@1":{{"brokerName":"b","queueId":0,"topic":"T"}:5}},"messageQueueTable":{"$ref":"$.consumerTable.127\\.0\\.0\\.1\\@1"}}`
	text := described(t, 221, body)
	for _, want := range []string{`messageQueueTable = "$.consumerTable.127\\.0\\.0\\.1\\@1"`, `stands for = "{{\"brokerName\":\"b\",\"queueId\":0,\"topic\":\"T\"}:5}"`} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in\n%s", want, text)
		}
	}
	text = described(t, 221, `{"a":{"$ref":"$.b"},"b":{"$ref":"$.c"},"c":{"$ref":"$.a"},"long":"`+strings.Repeat("x", 1000)+`","d":{"$ref":"$"}}`)
	if strings.Count(text, "was not found") != 3 || !strings.Contains(text, "…") {
		t.Error(text)
	}
}

// References that would each be looked for through all of a large body; the test only has to end.
func TestReferencesAreLinear(t *testing.T) {
	const n = 100_000
	wide := strings.Repeat(`"k":1,`, n)
	keys := strings.Repeat(`{"a":1}:1,`, n)
	for _, body := range []string{
		`{` + wide + `"r":[` + strings.Repeat(`{"$ref":"$.no"},`, n/10) + `]}`,
		`{"l":[` + strings.Repeat("1,", n) + `],"r":[` + strings.Repeat(`{"$ref":"$.l[99999]"},`, n/10) + `]}`,
		`{"p":{` + keys + `},"t":{` + strings.Repeat(`{"$ref":"$.p.null"}:1,`, n/10) + `}}`,
		`{"p":{` + keys + `},"t":[` + strings.Repeat(`{{"$ref":"$.p.null"}:1},`, n/10) + `]}`,
		`{"r":{"$ref":"$` + strings.Repeat(".r", n) + `"}}`,
		`{"r":{"$ref":"$.` + strings.Repeat(`\\\\x`, n) + `"}}`,
	} {
		described(t, 307, body)
	}
}
