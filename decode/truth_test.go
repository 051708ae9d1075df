package decode

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// recorded is a frame of a recording, with what Apache's own classes say of it.
type recorded struct {
	Name     string           `json:"name"`
	Source   string           `json:"source"`
	Code     int32            `json:"code"` // operation; of a response that of its request
	Known    bool             `json:"known"`
	Time     int64            `json:"time"` // ms since 1970
	Raw      []byte           `json:"raw"`
	Messages []map[string]any `json:"messages"`
}

func (r *recorded) context() Context { return Context{Code: r.Code, Known: r.Known} }

// recordings are the frames of testdata/recorded.ndjson.
func recordings(t testing.TB) (list []recorded) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "recorded.ndjson"))
	if err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	for d.More() {
		var r recorded
		if err := d.Decode(&r); err != nil {
			t.Fatal(err)
		}
		list = append(list, r)
	}
	return list
}

func recording(t testing.TB, name string) recorded {
	t.Helper()
	for _, r := range recordings(t) {
		if r.Name == name {
			return r
		}
	}
	t.Fatalf("no recording %q", name)
	return recorded{}
}

// split cuts the one frame that raw is, and decodes its header.
func split(t testing.TB, raw []byte) (Frame, *Command) {
	t.Helper()
	f, n, err := Split(raw, Limits{})
	if err != nil || n != len(raw) {
		t.Fatalf("Split: %d of %d bytes, %v", n, len(raw), err)
	}
	cmd := new(Command)
	if err := cmd.Decode(f); err != nil {
		t.Fatal(err)
	}
	return f, cmd
}

func TestRecordedMessagesAreWhatApacheReads(t *testing.T) {
	for _, r := range recordings(t) {
		t.Run(r.Name, func(t *testing.T) {
			f, cmd := split(t, r.Raw)
			compareMessages(t, r.context(), cmd, f, r.Messages)
		})
	}
}

// compareMessages holds the messages of a frame against those of Apache; what Apache leaves out is not compared.
func compareMessages(t *testing.T, ctx Context, cmd *Command, f Frame, want []map[string]any) {
	t.Helper()
	it := MessagesOf(ctx, cmd.Code, cmd, f)
	var m Message
	n := 0
	var in Inflater
	for it.Next(&m) {
		if n < len(want) {
			compareMessage(t, fmt.Sprintf("message %d", n), told(&in, &m), want[n])
		}
		if m.CRCMismatch() {
			t.Errorf("message %d: wrong checksum", n)
		}
		n++
	}
	if err := it.Err(); err != nil {
		t.Error(err)
	}
	if n != len(want) {
		t.Errorf("%d messages, want %d", n, len(want))
	}
	if c := CountMessages(ctx, cmd.Code, cmd, f); c.Messages != n || c.Err != nil {
		t.Errorf("CountMessages says %d, %v", c.Messages, c.Err)
	}
}

func compareMessage(t *testing.T, where string, got, want map[string]any) {
	t.Helper()
	for k, w := range want {
		g, ok := got[k]
		if k == "inner" {
			continue
		}
		if w == nil || !ok {
			if k == "uniqKey" && g != nil {
				t.Errorf("%s: %s is %v, want none", where, k, g)
			}
			continue
		}
		if gs, ws := fmt.Sprint(g), fmt.Sprint(w); gs != ws {
			t.Errorf("%s: %s is %s, want %s", where, k, gs, ws)
		}
	}
	inner, _ := want["inner"].([]any)
	list, _ := got["inner"].([]map[string]any)
	if len(inner) != len(list) {
		t.Errorf("%s: %d inner messages, want %d", where, len(list), len(inner))
		return
	}
	for i := range inner {
		compareMessage(t, fmt.Sprintf("%s, inner %d", where, i), list[i], inner[i].(map[string]any))
	}
}

// told is m in the words of the oracle that made testdata/recorded.ndjson.
func told(in *Inflater, m *Message) map[string]any {
	properties := map[string]any{}
	for _, p := range AppendProperties(nil, m.Properties) {
		properties[string(p.Key)] = string(p.Value)
	}
	v := map[string]any{
		"topic": string(m.Topic), "queueId": m.QueueID, "flag": m.Flag, "sysFlag": m.SysFlag, "bornTimestamp": m.BornTimestamp,
		"uniqKey": nil, "properties": properties, "compression": m.Compression(), "bodyLen": len(m.Body),
		"reconsumeTimes": m.ReconsumeTimes,
	}
	if key := m.UniqKey(); key != nil {
		v["uniqKey"] = string(key)
	}
	body, used, err := in.Inflate(nil, m.SysFlag, m.Body)
	if err == nil && used == CodecOf(m.SysFlag) {
		sum := sha256.Sum256(body)
		v["rawBodyLen"], v["bodySha256"] = len(body), hex.EncodeToString(sum[:])
	}
	if !m.Stored {
		return v
	}
	v["queueOffset"], v["commitLogOffset"], v["storeTimestamp"] = m.QueueOffset, m.CommitLogOffset, m.StoreTimestamp
	v["bornHost"], v["storeHost"], v["msgId"] = m.BornAddr(), m.StoreAddr(), m.OffsetMsgID()
	v["preparedTransactionOffset"], v["bodyCRC"], v["storeSize"] = m.PreparedTransactionOffset, m.BodyCRC, m.Range.Len
	v["magic"] = fmt.Sprintf("%08X", m.Magic)
	if m.InnerBatch() {
		var list []map[string]any
		inner := m.Inner(body)
		var e Message
		for inner.Next(&e) {
			list = append(list, told(in, &e))
		}
		v["inner"] = list
	}
	return v
}
