package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// verdicts counts the requests of a capture by access key and verdict.
func verdicts(t *testing.T, args ...string) map[string]int {
	t.Helper()
	out, errs, code := mqsniff(t, append([]string{"read", "-o", "json", "--detail"}, args...)...)
	if code != 0 {
		t.Fatalf("exit %d: %s", code, errs)
	}
	counts := map[string]int{}
	decodeLines(t, []byte(out), func(d *json.Decoder) error {
		var e struct {
			Kind string
			ACL  *struct {
				AccessKey string `json:"access_key"`
				Verdict   string
			}
		}
		if err := d.Decode(&e); err != nil {
			return err
		}
		if e.ACL != nil {
			counts[strings.TrimSpace(e.ACL.AccessKey+" "+e.ACL.Verdict)]++
			if e.Kind == "response" {
				t.Error("a response has a verdict")
			}
		}
		return nil
	})
	return counts
}

// What real clients with good, bad, unknown and no credentials sent: half of labuser's connections have a wrong secret.
func TestACL(t *testing.T) {
	capture := filepath.Join("..", "..", "pcaps", "5.3.3-json-acl.pcap")
	signed := filepath.Join("..", "..", "pcaps", "5.3.3-binary-signed-push-consume.pcap")
	file := filepath.Join(t.TempDir(), "users")
	if err := os.WriteFile(file, []byte("# the lab's users\nlabadmin:labadmin123\nlabuser:labuser123\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	all := map[string]int{"labadmin right": 28, "labuser right": 12, "labuser wrong": 12, "nobody12 no_secret": 12, "unsigned": 12}
	for _, c := range []struct {
		args []string
		want map[string]int
	}{
		{[]string{capture, "--acl", "labadmin:labadmin123", "--acl", "labuser:labuser123"}, all},
		{[]string{capture, "--acl", "@" + file}, all},
		{[]string{capture, "--acl", "labuser:wrong-secret"},
			map[string]int{"labadmin no_secret": 28, "labuser right": 12, "labuser wrong": 12, "nobody12 no_secret": 12, "unsigned": 12}},
		{[]string{capture}, map[string]int{"labadmin no_secret": 28, "labuser no_secret": 24, "nobody12 no_secret": 12}},
		{[]string{signed, "--acl", "labadmin:labadmin123"}, map[string]int{"labadmin right": 53}},
	} {
		if got := verdicts(t, c.args...); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %v, want %v", c.args, got, c.want)
		}
	}
}

func TestACLText(t *testing.T) {
	capture := filepath.Join("..", "..", "pcaps", "5.3.3-json-acl.pcap")
	out, errs, code := mqsniff(t, "read", "--detail", capture, "--acl", "labuser:labuser123", "-f", "code == SEND_MESSAGE_V2")
	if code != 0 {
		t.Fatalf("exit %d: %s", code, errs)
	}
	for line, want := range map[string]int{
		"ACL: right": 2, "ACL: wrong": 2, "ACL: unsigned": 2, "wrong (expected ": 2,
		"ACL: not checked: no secret for access key labadmin (give it with --acl labadmin:SECRET)": 2,
		"ACL: not checked: no secret for access key nobody12 ":                                     2,
		"labuser123": 0,
	} {
		if n := strings.Count(out, line); n != want {
			t.Errorf("%q comes %d times, want %d", line, n, want)
		}
	}
}

func TestACLUsage(t *testing.T) {
	capture := filepath.Join("..", "..", "pcaps", "5.3.3-json-acl.pcap")
	file := filepath.Join(t.TempDir(), "users")
	if err := os.WriteFile(file, []byte("labadmin:hunter2\nhunter2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"read", "--acl", "a:hunter2", capture}, exitUsage, "add --detail"},
		{[]string{"read", "--detail", "-o", "summary", "--acl", "a:hunter2", capture}, exitUsage, "with -o text, wide or json"},
		{[]string{"read", "--detail", "--acl", "hunter2", capture}, exitUsage, "--acl: no \":\" between access key and secret; write ACCESS:SECRET, or @FILE"},
		{[]string{"read", "--detail", "--acl", "@" + file, capture}, exitFailed, file + ":2: no \":\""},
		{[]string{"read", "--detail", "--acl", "@" + file + "x", capture}, exitFailed, "no such file"},
		{[]string{"--acl", "hunter2", capture}, exitUsage, "--acl: no"},
		{[]string{"--acl", "a:hunter2", capture}, exitDone, "mqsniff read --detail --acl"},
	} {
		out, errs, code := mqsniff(t, c.args...)
		if code != c.code || !strings.Contains(errs, c.want) || strings.Contains(out+errs, "hunter2") {
			t.Errorf("%s: exit %d, %s", c.args, code, errs)
		}
	}
}

// Traces in a real capture: whole records, about the messages of the same capture.
func TestTraceInJSON(t *testing.T) {
	out, errs, code := mqsniff(t, "read", "-o", "json", "--detail", filepath.Join("..", "..", "pcaps", "5.3.3-json-trace.pcap"))
	if code != 0 {
		t.Fatalf("exit %d: %s", code, errs)
	}
	sent, counts := map[string]bool{}, map[string]int{}
	var about []string
	decodeLines(t, []byte(out), func(d *json.Decoder) error {
		var e struct {
			Messages []struct {
				Topic   string
				UniqKey string `json:"uniq_key"`
				Trace   []struct {
					Type      string
					MsgID     string `json:"msg_id"`
					Timestamp int64
					Success   *bool
				}
			}
		}
		if err := d.Decode(&e); err != nil {
			return err
		}
		for _, m := range e.Messages {
			sent[m.UniqKey] = true
			if (m.Trace != nil) != (m.Topic == "RMQ_SYS_TRACE_TOPIC") {
				t.Errorf("a message of %s has %d records", m.Topic, len(m.Trace))
			}
			for _, r := range m.Trace {
				counts[fmt.Sprint(r.Type, " ", r.Success != nil && *r.Success)]++
				about = append(about, r.MsgID)
				if r.Timestamp < 1795387740000 || r.Timestamp > 1795387760000 {
					t.Errorf("%s at %d", r.Type, r.Timestamp)
				}
			}
		}
		return nil
	})
	if want := map[string]int{"Pub true": 5, "SubBefore false": 5, "SubAfter true": 5}; !reflect.DeepEqual(counts, want) {
		t.Errorf("%v, want %v", counts, want)
	}
	for _, id := range about {
		if !sent[id] {
			t.Errorf("a record about %q, which nobody sent", id)
		}
	}
}
