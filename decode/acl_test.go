package decode

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"testing/iotest"
)

func sign(content, secret string) string {
	h := hmac.New(sha1.New, []byte(secret))
	h.Write([]byte(content))
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

func command(t testing.TB, s Serialization, spec CommandSpec, body string) (*Command, Frame) {
	t.Helper()
	raw, err := EncodeCommand(nil, s, &spec, []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	f, cmd := split(t, raw)
	return cmd, f
}

var known = Credentials{"rocketmq2": "12345678", "other": "secret-of-other"}

// What Java signed, and what it signed in it.
func TestSignaturesOfJava(t *testing.T) {
	for name, content := range map[string]string{
		"route JSON ACL":            "rocketmq2TopicTest",
		"send v2 RMQ with ACL hook": "rocketmq2pgTopicTestTBW10241017000000000000KEYS\x01k1\x02TAGS\x01TagA\x020falsefalsebroker-ahello",
	} {
		f := goldenFrame(t, name)
		var cmd Command
		if err := cmd.Decode(f); err != nil {
			t.Fatal(err)
		}
		if got := string(SigningContent(nil, &cmd, f.Body, SigningOptionsOf(&cmd))); got != content {
			t.Errorf("%s: signs %q, want %q", name, got, content)
		}
		for _, c := range []struct {
			credentials Credentials
			want        Verdict
		}{{known, VerdictRight}, {Credentials{"rocketmq2": "1234567"}, VerdictWrong}, {nil, VerdictNoSecret}} {
			if s := VerifySignature(&cmd, f, c.credentials); s.Verdict != c.want || string(s.AccessKey) != "rocketmq2" || !s.Present {
				t.Errorf("%s: %+v, want %v", name, s, c.want)
			}
		}
	}
	if got := sign("rocketmq2TopicTest", "12345678"); got != "GeeGoP9mRvDhoVp4PD5omX0prgE=" {
		t.Error(got)
	}
}

// What the C++ client signed: numbers of its JSON as text, and the body.
func TestSignatureOfCPP(t *testing.T) {
	f, cmd := split(t, recording(t, "signed send of the C++ client").Raw)
	for secret, want := range map[string]Verdict{"labuser123": VerdictRight, "labuser12": VerdictWrong} {
		if s := VerifySignature(cmd, f, Credentials{"labuser": secret}); s.Verdict != want || string(s.AccessKey) != "labuser" {
			t.Errorf("%s: %+v, want %v", secret, s, want)
		}
	}
}

func TestSigningContent(t *testing.T) {
	for _, c := range []struct {
		name   string
		header string
		o      SigningOptions
		want   string
	}{
		{"nothing", `{"code":1}`, SigningOptions{}, "body"},
		{"order of bytes", `{"extFields":{"b":"2","a":"1","B":"0","Signature":"x","signature":"3"}}`, SigningOptions{}, "0123body"},
		{"last of doubled keys", `{"extFields":{"a":"1","b":"2","a":"3"}}`, SigningOptions{}, "32body"},
		{"null and empty", `{"extFields":{"a":null,"b":"","c":7,"d":true}}`, SigningOptions{}, "null7truebody"},
		{"empty as null", `{"extFields":{"a":null,"b":""}}`, SigningOptions{EmptyAsNull: true}, "nullnullbody"},
		{"escapes", `{"extFields":{"a":"\u0001\u4e2d"}}`, SigningOptions{}, "\x01中body"},
		{"order of UTF-16", `{"extFields":{"\uE000":"1","😀":"2","😁":"3","中":"0"}}`, SigningOptions{}, "0231body"},
		{"unique key query", `{"extFields":{"_UNIQUE_KEY_QUERY":"true","a":"1"}}`, SigningOptions{}, "true1body"},
		{"without it", `{"extFields":{"_UNIQUE_KEY_QUERY":"true","a":"1"}}`, SigningOptions{WithoutUniqueKeyQuery: true}, "1body"},
		{"zone", `{"extFields":{"__ZONE_MODE":"true","__ZONE_NAME":"z","a":"1"}}`, SigningOptions{WithoutZone: true}, "1body"},
		{"one left out", `{"extFields":{"a":"1","b":"2"}}`, SigningOptions{Without: "a"}, "2body"},
		{"empty key", `{"extFields":{"":"0","b":"2"}}`, SigningOptions{}, "02body"},
	} {
		var cmd Command
		if err := cmd.Decode(jsonFrame(c.header)); err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got := string(SigningContent([]byte("before "), &cmd, []byte("body"), c.o)); got != "before "+c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestVerifySignature(t *testing.T) {
	sent := func(content string) ExtField { return ExtField{"Signature", sign(content, "12345678")} }
	key := ExtField{"AccessKey", "rocketmq2"}
	for _, c := range []struct {
		name    string
		s       Serialization
		version int32
		ext     []ExtField
		body    string
		want    Verdict
		hint    string // part of it
	}{
		{"no extFields", JSON, 479, nil, "b", VerdictUnsigned, ""},
		{"empty, as C++ clients send", JSON, 479, []ExtField{{"AccessKey", ""}, {"Signature", ""}, {"OnsChannel", ""}}, "b", VerdictUnsigned, ""},
		{"no signature", JSON, 479, []ExtField{key}, "b", VerdictUnsigned, ""},
		{"right", JSON, 479, []ExtField{{"a", "1"}, key, sent("rocketmq21b")}, "b", VerdictRight, ""},
		{"unknown key", JSON, 479, []ExtField{{"AccessKey", "x"}, sent("xb")}, "b", VerdictNoSecret, ""},
		{"body changed", JSON, 479, []ExtField{key, sent("rocketmq2b")}, "c", VerdictWrong, ""},
		{"body added", JSON, 479, []ExtField{key, sent("rocketmq2")}, "c", VerdictWrong, "without the body"},
		{"zone added", JSON, 479, []ExtField{{"__ZONE_NAME", "z"}, {"__ZONE_MODE", "true"}, key, sent("rocketmq2b")}, "b", VerdictWrong, "without __ZONE_NAME"},
		{"field added", JSON, 479, []ExtField{{"ns", "z"}, key, sent("rocketmq2b")}, "b", VerdictWrong, `without "ns"`},
		{"other secret", JSON, 479, []ExtField{key, {"Signature", sign("rocketmq2b", "secret-of-other")}}, "b", VerdictWrong, `secret of "other"`},
		{"no base64", JSON, 479, []ExtField{key, {"Signature", "???"}}, "b", VerdictWrong, "no base64"},
		{"other algorithm", JSON, 479, []ExtField{key, {"Signature", base64.StdEncoding.EncodeToString(make([]byte, 32))}}, "b", VerdictWrong, "has 32 bytes"},
		{"old query", JSON, 399, []ExtField{{"_UNIQUE_KEY_QUERY", "true"}, key, sent("rocketmq2b")}, "b", VerdictRight, ""},
		{"new query", JSON, 400, []ExtField{{"_UNIQUE_KEY_QUERY", "true"}, key, sent("rocketmq2trueb")}, "b", VerdictRight, ""},
		{"new query, old rule", JSON, 400, []ExtField{{"_UNIQUE_KEY_QUERY", "true"}, key, sent("rocketmq2b")}, "b", VerdictRight, "servers of 5.x sign"},
		{"old query, new rule", JSON, 399, []ExtField{{"_UNIQUE_KEY_QUERY", "true"}, key, sent("rocketmq2trueb")}, "b", VerdictRight, "4.x leave out"},
		{"empty in JSON", JSON, 479, []ExtField{{"a", ""}, key, sent("rocketmq2b")}, "b", VerdictRight, ""},
		{"empty in ROCKETMQ", ROCKETMQ, 479, []ExtField{{"a", ""}, key, sent("rocketmq2b")}, "b", VerdictRight, "“null”"},
		{"null was empty", JSON, 479, []ExtField{{"a", ""}, key, sent("rocketmq2nullb")}, "b", VerdictWrong, "“null”"},
	} {
		cmd, f := command(t, c.s, CommandSpec{Code: 310, Version: c.version, Ext: c.ext}, c.body)
		s := VerifySignature(cmd, f, known)
		if s.Verdict != c.want || !strings.Contains(s.Hint, c.hint) || c.hint == "" && s.Hint != "" {
			t.Errorf("%s: %v, %q", c.name, s.Verdict, s.Hint)
		}
		if (s.Expected != "") != (c.want == VerdictWrong) {
			t.Errorf("%s: expects %q", c.name, s.Expected)
		}
		if c.want == VerdictWrong && s.Expected != sign(string(SigningContent(nil, cmd, f.Body, SigningOptionsOf(cmd))), "12345678") {
			t.Errorf("%s: expects %q", c.name, s.Expected)
		}
	}
}

// A body that the capture lacks in part cannot be checked.
func TestVerifySignatureOfCutFrame(t *testing.T) {
	_, f := command(t, JSON, CommandSpec{Ext: []ExtField{{"AccessKey", "rocketmq2"}, {"Signature", "x"}}}, "body")
	p, _ := ReadPrefix(f.Raw, Limits{})
	f = Cut(f.Raw[:len(f.Raw)-1], p)
	var cmd Command
	if err := cmd.Decode(f); err != nil {
		t.Fatal(err)
	}
	if s := VerifySignature(&cmd, f, known); s.Verdict != VerdictCut {
		t.Errorf("%+v", s)
	}
}

// Looking for what explains a wrong signature must not take quadratic time.
func TestWrongSignatureIsBounded(t *testing.T) {
	ext := []ExtField{{"AccessKey", "rocketmq2"}, {"Signature", sign("", "")}}
	for i := range 60_000 {
		ext = append(ext, ExtField{fmt.Sprint("k", i), ""})
	}
	cmd, f := command(t, ROCKETMQ, CommandSpec{Ext: ext}, "")
	tr := trial{fields: signedFields(cmd), sent: []byte(ext[1].Value)}
	if hint := tr.explain(SigningOptions{}, "12345678", known); hint != "" {
		t.Error(hint)
	}
	if tr.work > maxTrials+4*len(ext) {
		t.Errorf("work %d", tr.work)
	}
	if s := VerifySignature(cmd, f, known); s.Verdict != VerdictWrong {
		t.Errorf("%+v", s)
	}
}

func TestDescribeACL(t *testing.T) {
	right := []ExtField{{"a", "1"}, {"AccessKey", "rocketmq2"}, {"Signature", sign("rocketmq21b", "12345678")}}
	for _, c := range []struct {
		name string
		ext  []ExtField
		c    Credentials
		want []string
	}{
		{"right", right, known, []string{`+ ACL = "right"`, `AccessKey = "rocketmq2"`, `signed = "rocketmq21"  (10 bytes: the values of 2 header fields by key, then the body, 1 byte)`}},
		{"wrong", right, Credentials{"rocketmq2": "hidden"}, []string{`+ ACL = "wrong"`, "? wrong  (expected " + sign("rocketmq21b", "hidden") + "; the secret is another one"}},
		{"unknown", right, nil, []string{`+ ACL = "not checked: no secret for access key rocketmq2 (give it with --acl rocketmq2:SECRET)"`}},
		{"empty", []ExtField{{"AccessKey", ""}, {"Signature", ""}}, nil, []string{`+ ACL = "unsigned"`, "AccessKey  (empty)", "Signature  (empty)"}},
		{"nothing, nobody asked", nil, nil, nil},
		{"nothing", nil, known, []string{`+ ACL = "unsigned"`}},
	} {
		for _, s := range []Serialization{JSON, ROCKETMQ} {
			_, f := command(t, s, CommandSpec{Code: 310, Version: 479, Ext: c.ext}, "b")
			d := Describe(Context{}, f, len(f.Raw), DescribeOptions{Credentials: c.c})
			wellFormed(t, d)
			text := rendered(d)
			for _, want := range c.want {
				if !strings.Contains(text, want) {
					t.Errorf("%s: no %s in\n%s", c.name, want, text)
				}
			}
			if c.want == nil && strings.Contains(text, "ACL") {
				t.Errorf("%s: %s", c.name, text)
			}
			for _, secret := range c.c {
				if strings.Contains(text, secret) {
					t.Errorf("%s: a secret in\n%s", c.name, text)
				}
			}
		}
	}
	_, f := command(t, JSON, CommandSpec{Flag: 1, Ext: right}, "b")
	if text := rendered(Describe(Context{}, f, len(f.Raw), DescribeOptions{Credentials: known})); strings.Contains(text, "+ ACL") {
		t.Errorf("a signed response:\n%s", text)
	}
}

func TestCredentials(t *testing.T) {
	c := Credentials{}
	text := "\uFEFF# users\r\n\n a:1 \r\nb:2:3\n  # more\na:4"
	if err := c.Read(strings.NewReader(text), "acl.txt"); err != nil || len(c) != 2 || c["a"] != "4" || c["b"] != "2:3" {
		t.Errorf("%d %v", len(c), err)
	}
	for _, s := range []string{fmt.Sprint(c), fmt.Sprintf("%v %+v %#v %s", c, c, c, c)} {
		if strings.Contains(s, "2:3") || !strings.Contains(s, "2 access keys") {
			t.Error(s)
		}
	}
	for text, want := range map[string]string{
		"a:1\nhunter2\n":                         `acl.txt:2: no ":" between access key and secret; write ACCESS:SECRET, or begin the line with # to leave it out`,
		":hunter2":                               `acl.txt:1: no access key in front of the ":"`,
		"a:":                                     `acl.txt:1: no secret behind the ":"`,
		"\n" + strings.Repeat("hunter2", 10_000): "acl.txt:2: a line beyond 65536 bytes",
	} {
		err := Credentials{}.Read(strings.NewReader(text), "acl.txt")
		if err == nil || !strings.HasPrefix(err.Error(), want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%.20q: %v", text, err)
		}
	}
	if err := (Credentials{}).Read(iotest.ErrReader(fmt.Errorf("gone")), "acl.txt"); err == nil || err.Error() != "acl.txt: gone" {
		t.Error(err)
	}
}

func FuzzVerifySignature(f *testing.F) {
	for _, name := range []string{"route JSON ACL", "send v2 RMQ with ACL hook"} {
		f.Add(golden(f)[name])
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		frame, n, err := Split(raw, Limits{})
		var cmd Command
		if err != nil || n == 0 || cmd.Decode(frame) != nil {
			return
		}
		s := VerifySignature(&cmd, frame, known)
		if want := sign(string(SigningContent(nil, &cmd, frame.Body, SigningOptionsOf(&cmd))), known[string(s.AccessKey)]); s.Verdict == VerdictWrong && s.Expected != want {
			t.Errorf("expects %s, not %s", s.Expected, want)
		}
		wellFormed(t, Describe(Context{}, frame, n, DescribeOptions{Credentials: known}))
	})
}
