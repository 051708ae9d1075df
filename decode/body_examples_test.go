package decode

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// bodyExample is a line of testdata/bodies.ndjson.
type bodyExample struct {
	Name     string `json:"name"`
	Source   string `json:"source"`
	Code     int32  `json:"code"`
	Response bool   `json:"response"`
	Body     string `json:"body"`
}

func bodyExamples(t testing.TB) (list []bodyExample) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "bodies.ndjson"))
	if err != nil {
		t.Fatal(err)
	}
	for d := json.NewDecoder(bytes.NewReader(b)); d.More(); {
		var e bodyExample
		if err := d.Decode(&e); err != nil {
			t.Fatal(err)
		}
		list = append(list, e)
	}
	return list
}

// frame is the body in a frame of its operation.
func (e *bodyExample) frame(t testing.TB) (Context, []byte) {
	t.Helper()
	s := CommandSpec{Code: e.Code, Version: 479}
	if e.Response {
		s.Code, s.Flag = 0, FlagResponse
	}
	return Context{Code: e.Code, Known: true}, framed(t, s, []byte(e.Body))
}

// bodyClasses are the kinds of a body by its name in the tables.
func bodyClasses(name string) (classes []string) {
	for _, c := range strings.Split(strings.ReplaceAll(name, " | ", " or "), " or ") {
		c, _, _ = strings.Cut(strings.TrimPrefix(c, "json:"), " (")
		if c != "" && c != "none" && c != "zlib binary" && c != "json" {
			classes = append(classes, c)
		}
	}
	return classes
}

// Every body of every operation has an example, from a recording, of Apache's classes, or built after the sources.
func TestEveryBodyHasAnExample(t *testing.T) {
	// TestRecordedMessagesAreWhatApacheReads has those of messages.
	have := map[string]bool{"messages": true, "message": true, "rawMessageBody": true, "batchMessageList": true}
	for _, r := range recordings(t) {
		_, cmd := split(t, r.Raw)
		for _, c := range bodyClasses(bodyName(r.context(), cmd)) {
			have[c] = true
		}
	}
	for _, e := range bodyExamples(t) {
		c := RequestCode(e.Code)
		name := c.RequestBody
		if e.Response {
			name = c.ResponseBody
		}
		classes := bodyClasses(name)
		if len(classes) > 1 {
			classes = []string{strings.Fields(e.Name)[0]}
		}
		for _, c := range classes {
			have[c] = true
		}
	}
	for _, c := range RequestCodes() {
		for _, name := range []string{c.RequestBody, c.ResponseBody} {
			for _, class := range bodyClasses(name) {
				if !have[class] {
					t.Errorf("%d %s: no example of %s", c.Number, c.Name, class)
				}
			}
		}
	}
}

func TestBodiesGolden(t *testing.T) {
	for _, e := range bodyExamples(t) {
		t.Run(e.Name, func(t *testing.T) {
			ctx, raw := e.frame(t)
			f, cmd := split(t, raw)
			d := Describe(ctx, f, len(raw), DescribeOptions{})
			wellFormed(t, d)
			for _, n := range d.Nodes {
				if n.Kind == NodeError || n.Kind == NodeWarning {
					t.Errorf("%+v", n)
				}
			}
			if body, ok := AppendBody(nil, ctx, cmd, f, nil); !ok || !json.Valid(body) {
				t.Errorf("%v %s", ok, body)
			} else if json.Valid([]byte(e.Body)) && string(body) != e.Body {
				t.Errorf("%s\nwant %s", body, e.Body)
			}
			_, got, _ := strings.Cut(rendered(d), "+ Body")
			path := filepath.Join("testdata", "golden", "bodies", strings.NewReplacer(" ", "_", "<", "_", ">", "").Replace(e.Name)+".txt")
			if *update {
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("differs from %s; see what changed with -update\n%s", path, got)
			}
		})
	}
}

// Every key that Apache's classes write has a meaning, unless somebody chose it.
func TestEveryBodyKeyHasAMeaning(t *testing.T) {
	for _, e := range bodyExamples(t) {
		var tree Tree
		if tree.Parse([]byte(e.Body)) != nil || e.Source == "after the sources" {
			continue
		}
		var keys [MaxTreeDepth + 2]string
		for i := range tree.Values {
			v := &tree.Values[i]
			keys[v.Depth] = string(tree.KeyText(v))
			if v.Depth == 0 || v.KeyKind != ValueString || keys[v.Depth] == "$ref" {
				continue
			}
			named := false
			for _, above := range keys[:v.Depth] {
				k := bodyKeyOf(above)
				named = named || k != nil && k.named && above == keys[v.Depth-1] || above == "messageRequestModeMap" && v.Depth == 3
			}
			if name := keys[v.Depth]; !named && bodyKeyOf(name) == nil && ackKeys[name] == "" && !slices.Contains(severalMeanings, name) && !strings.HasPrefix(name, "TopicTest") {
				t.Errorf("%s: %s has no meaning", e.Name, name)
			}
		}
	}
	for i, k := range bodyKeys {
		if i > 0 && k.name <= bodyKeys[i-1].name || k.meaning == "" {
			t.Errorf("%q stands in the wrong place, or means nothing", k.name)
		}
	}
}

// severalMeanings are keys that mean something else in each class, and say so by their values and what they stand in.
var severalMeanings = []string{"type", "value", "version", "empty"}

// TestMutatedBodiesKeepWhatStandsBefore breaks each body at many places: no field before the broken one is lost, the header
// stays as it is, and where the decoder finds an error it says where and shows the bytes behind.
func TestMutatedBodiesKeepWhatStandsBefore(t *testing.T) {
	type frame struct {
		name string
		ctx  Context
		raw  []byte
	}
	var frames []frame
	for _, e := range bodyExamples(t) {
		ctx, raw := e.frame(t)
		frames = append(frames, frame{e.Name, ctx, raw})
	}
	for _, r := range recordings(t) {
		frames = append(frames, frame{r.Name, r.context(), r.Raw})
	}
	for _, x := range frames {
		t.Run(x.name, func(t *testing.T) {
			f, _ := split(t, x.raw)
			body := len(f.Raw) - len(f.Body)
			whole := leaves(Describe(x.ctx, f, len(f.Raw), DescribeOptions{}), body)
			step := max(1, len(f.Body)/30)
			for at := body; at < len(x.raw); at += step {
				for _, c := range []byte{0, 0xFF, '}', '"', x.raw[at] ^ 1} {
					broken := bytes.Clone(x.raw)
					broken[at] = c
					f, _, err := Split(broken, Limits{})
					if err != nil {
						t.Fatal(err)
					}
					d := Describe(x.ctx, f, len(broken), DescribeOptions{})
					wellFormed(t, d)
					kept(t, d, whole, body, at)
				}
				p, err := ReadPrefix(x.raw, Limits{})
				if err != nil {
					t.Fatal(err)
				}
				d := Describe(x.ctx, Cut(x.raw[:at:at], p), len(x.raw), DescribeOptions{})
				wellFormed(t, d)
				kept(t, d, whole, body, at)
			}
		})
	}
}

// leaf is a field with bytes of its own.
type leaf struct {
	name, value string
	at          Range
}

// leaves are the fields of a frame's own bytes up to the body, and of a body in fastjson's dialect those in it, in order.
func leaves(d *Detail, body int) (list []leaf) {
	isJSON := LooksLikeJSON(d.Buffers[0].Bytes[body:])
	apart := 1 << 30 // depth of what is taken apart
	for i, n := range d.Nodes {
		if n.Depth <= apart {
			apart = 1 << 30
		} else {
			continue
		}
		if i+1 < len(d.Nodes) && d.Nodes[i+1].Depth > n.Depth {
			if n.Kind == NodeField && !isSummary(n.Value) || i+1 < len(d.Nodes) && d.Nodes[i+1].Name == "stands for" {
				apart = n.Depth
			}
			continue
		}
		if n.Kind == NodeField && n.Buffer == 0 && n.Range.Len > 0 && (n.Range.Off < body || isJSON) {
			list = append(list, leaf{n.Name, n.Value, n.Range})
		}
	}
	return list
}

// isSummary tells whether a value stands for the inside of an object or array.
func isSummary(s string) bool {
	return len(s) > 2 && (s[0] == '{' && s[len(s)-1] == '}' || s[0] == '[' && s[len(s)-1] == ']') && strings.Trim(s[1:len(s)-1], "0123456789") == ""
}

// kept tells whether d, of a frame that is broken at the byte at, has all fields that stood before.
func kept(t *testing.T, d *Detail, whole []leaf, body, at int) {
	t.Helper()
	have := map[leaf]bool{}
	failed := false
	for _, n := range d.Nodes {
		have[leaf{n.Name, n.Value, n.Range}] = true
		failed = failed || n.Kind == NodeError
	}
	for _, l := range whole {
		// Of a body that breaks in its first value, all is shown as it is.
		if l.at.Off+l.at.Len+2 < at && !have[l] && (l.at.Off < body || failed) {
			t.Fatalf("broken at %d: %+v is lost", at, l)
		}
	}
}
