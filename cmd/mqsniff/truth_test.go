package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "renew golden files")

// captures are the sample captures, as paths from this folder.
func captures(t *testing.T) []string {
	t.Helper()
	var out []string
	for _, pattern := range []string{"*.pcap", "*.pcapng", "*.gz", "deepflow/*.pcap"} {
		found, err := filepath.Glob(filepath.Join("..", "..", "pcaps", pattern))
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, found...)
	}
	if len(out) < 40 {
		t.Fatalf("only %d captures found", len(out))
	}
	return out
}

func mqsniff(t *testing.T, args ...string) (out, errs string, code int) {
	t.Helper()
	var o, e bytes.Buffer
	code = run(args, strings.NewReader(""), &o, &e)
	return o.String(), e.String(), code
}

// truthFrame is a line of a truth file: what Apache's own classes make of a frame.
type truthFrame struct {
	Conn, Dir, Kind, Serialize string
	TimeNS                     int64 `json:"time_ns,string"`
	Len, Code, Flag, Version   int64
	Opaque                     *int64
	Language, Remark           *string
	Ext                        map[string]*string
	BodyLen                    int64  `json:"body_len"`
	RequestCode                *int64 `json:"request_code"`
	RTT                        *int64 `json:"rtt_ns"`
	Messages                   []map[string]any
	MessagesError              string          `json:"messages_error"`
	ByMagic                    bool            `json:"messages_by_magic"`
	Summary                    json.RawMessage `json:"summary"`
}

// messageKeys are the keys of a message in a truth file and in the output.
var messageKeys = map[string]string{
	"topic": "topic", "queueId": "queue_id", "queueOffset": "queue_offset", "commitLogOffset": "commit_log_offset",
	"sysFlag": "sys_flag", "flag": "flag", "bornTimestamp": "born_timestamp", "storeTimestamp": "store_timestamp", "msgId": "msg_id",
	"uniqKey": "uniq_key", "reconsumeTimes": "reconsume_times", "preparedTransactionOffset": "prepared_transaction_offset",
	"compression": "compression", "bodyLen": "body_len", "rawBodyLen": "raw_body_len", "bodySha256": "body_sha256", "bodyCRC": "body_crc",
	"bornHost": "born_host", "storeHost": "store_host", "properties": "properties",
}

func decodeLines(t *testing.T, b []byte, each func(d *json.Decoder) error) {
	t.Helper()
	s := bufio.NewScanner(bytes.NewReader(b))
	s.Buffer(nil, 64<<20)
	for n := 1; s.Scan(); n++ {
		d := json.NewDecoder(bytes.NewReader(s.Bytes()))
		d.UseNumber()
		if err := each(d); err != nil {
			t.Fatalf("line %d: %v", n, err)
		}
	}
	if err := s.Err(); err != nil {
		t.Fatal(err)
	}
}

// TestTruth holds what mqsniff reads against what Apache's own classes and an independent reassembly say.
func TestTruth(t *testing.T) {
	for _, path := range captures(t) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			b, err := os.ReadFile(path + ".truth.ndjson")
			if err != nil {
				t.Fatal(err)
			}
			out, errs, code := mqsniff(t, "read", "-o", "json", path)
			if code != 0 {
				t.Fatalf("exit %d: %s", code, errs)
			}
			want := map[string][]truthFrame{}
			decodeLines(t, b, func(d *json.Decoder) error {
				var f truthFrame
				if err := d.Decode(&f); err != nil {
					return err
				}
				if f.Summary == nil {
					way := f.Conn + " " + f.Dir
					want[way] = append(want[way], f)
				}
				return nil
			})
			got := map[string][]map[string]any{}
			decodeLines(t, []byte(out), func(d *json.Decoder) error {
				var e map[string]any
				if err := d.Decode(&e); err != nil {
					return err
				}
				if k := e["kind"]; (k == "request" || k == "oneway" || k == "response") && e["cut"] == nil {
					way := fmt.Sprintf("%s->%s %s", e["client"], e["server"], e["dir"])
					got[way] = append(got[way], e)
				}
				return nil
			})
			for way, frames := range want {
				if len(frames) != len(got[way]) {
					t.Errorf("%s: %d frames, want %d", way, len(got[way]), len(frames))
					continue
				}
				for i := range frames {
					compareFrame(t, fmt.Sprintf("%s, frame %d", way, i+1), &frames[i], got[way][i])
				}
			}
			for way := range got {
				if want[way] == nil {
					t.Errorf("%s: %d frames, want none", way, len(got[way]))
				}
			}
		})
	}
}

func compareFrame(t *testing.T, where string, want *truthFrame, got map[string]any) {
	t.Helper()
	code, status := any(want.Code), any(nil)
	if want.Kind == "response" {
		code, status = nil, want.Code
		if want.RequestCode != nil {
			code = *want.RequestCode
		}
	}
	expected := map[string]any{
		"kind": want.Kind, "dir": want.Dir, "len": want.Len, "body_len": want.BodyLen, "serialize": want.Serialize, "code": code,
		"status": status, "flag": want.Flag, "version": want.Version,
		"time": time.Unix(0, want.TimeNS).UTC().Format("2006-01-02T15:04:05.000000000Z"),
	}
	if want.Opaque != nil {
		expected["opaque"] = *want.Opaque
	}
	if want.Language != nil {
		expected["language"] = *want.Language
	}
	if want.Remark != nil && *want.Remark != "" {
		expected["remark"] = *want.Remark
	}
	if want.RTT != nil {
		expected["latency_ns"] = *want.RTT
	}
	for key, w := range expected {
		if g := got[key]; !same(w, g) {
			t.Errorf("%s: %s is %v, want %v", where, key, g, w)
		}
	}
	ext := map[string]any{}
	for k, v := range want.Ext {
		if v != nil && *v != "" {
			ext[k] = *v
		}
	}
	if g := nonEmpty(got["ext"]); !reflect.DeepEqual(g, ext) {
		t.Errorf("%s: ext is %v, want %v", where, g, ext)
	}
	if want.MessagesError != "" || want.ByMagic || want.Kind == "response" && want.RequestCode == nil {
		return
	}
	messages, _ := got["messages"].([]any)
	if len(messages) != len(want.Messages) {
		t.Errorf("%s: %d messages, want %d", where, len(messages), len(want.Messages))
		return
	}
	for i, w := range want.Messages {
		g := messages[i].(map[string]any)
		for theirs, ours := range messageKeys {
			v, there := w[theirs]
			if !there || v == nil {
				continue
			}
			switch theirs {
			case "properties":
				if !reflect.DeepEqual(nonEmpty(g[ours]), nonEmpty(v)) {
					t.Errorf("%s, message %d: %s is %v, want %v", where, i+1, ours, g[ours], v)
				}
			case "bornHost", "storeHost":
				if !sameHost(v, g[ours]) {
					t.Errorf("%s, message %d: %s is %v, want %v", where, i+1, ours, g[ours], v)
				}
			default:
				if !same(v, g[ours]) {
					t.Errorf("%s, message %d: %s is %v, want %v", where, i+1, ours, g[ours], v)
				}
			}
		}
	}
}

// same compares a number or a text, however each was decoded.
func same(want, got any) bool { return fmt.Sprint(want) == fmt.Sprint(got) }

func sameHost(want, got any) bool {
	w, err := netip.ParseAddrPort(fmt.Sprint(want))
	if err != nil {
		return same(want, got)
	}
	g, err := netip.ParseAddrPort(fmt.Sprint(got))
	return err == nil && w == g
}

func nonEmpty(v any) map[string]any {
	out := map[string]any{}
	m, _ := v.(map[string]any)
	for k, v := range m {
		if v != nil && v != "" {
			out[k] = v
		}
	}
	return out
}

// TestGoldenText is what a person reads of the sample captures.
func TestGoldenText(t *testing.T) {
	for _, path := range captures(t) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			got, errs, code := mqsniff(t, "read", path)
			if code != 0 {
				t.Fatalf("exit %d: %s", code, errs)
			}
			golden(t, path+".txt", got)
		})
	}
}

func golden(t *testing.T, path, got string) {
	t.Helper()
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
	if got == string(want) {
		return
	}
	g, w := strings.Split(got, "\n"), strings.Split(string(want), "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			t.Fatalf("line %d of %s:\n got %s\nwant %s", i+1, path, g[i], w[i])
		}
	}
	t.Fatalf("%s: %d lines, want %d", path, len(g), len(w))
}
