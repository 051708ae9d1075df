package decode

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/klauspost/compress/zlib"
)

// traced writes a record: fields with commas between them.
func traced(fields string) string { return strings.ReplaceAll(fields, ",", "\x01") + "\x02" }

func traceNames(r *TraceRecord) string {
	var list []string
	for _, x := range r.Fields {
		list = append(list, x.Name+"="+string(x.Value))
	}
	return strings.Join(list, " ")
}

// The fields of every version of every client.
func TestTraceRecords(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"first Java clients", "Pub,1,r,g,T,id,tag,k,h:1,5,2,0,true",
			"timeStamp=1 regionId=r groupName=g topic=T msgId=id tags=tag keys=k storeHost=h:1 bodyLength=5 costTime=2 msgType=0 success=true"},
		{"Java", "Pub,1,r,g,T,id,tag,k,h:1,5,2,3,oid,false",
			"timeStamp=1 regionId=r groupName=g topic=T msgId=id tags=tag keys=k storeHost=h:1 bodyLength=5 costTime=2 msgType=3 offsetMsgId=oid success=false"},
		{"Go", "Pub,1,r,g,T,id,,,h:1,5,2,0,oid,true,c",
			"timeStamp=1 regionId=r groupName=g topic=T msgId=id tags= keys= storeHost=h:1 bodyLength=5 costTime=2 msgType=0 offsetMsgId=oid success=true clientHost=c"},
		{"more than is known", "Pub,1,r,g,T,id,,,h:1,5,2,0,oid,true,c,new", "timeStamp=1 regionId=r groupName=g topic=T msgId=id tags= keys= storeHost=h:1 " +
			"bodyLength=5 costTime=2 msgType=0 offsetMsgId=oid success=true clientHost=c =new"},
		{"SubBefore", "SubBefore,1,r,g,q,id,0,", "timeStamp=1 regionId=r groupName=g requestId=q msgId=id retryTimes=0 keys="},
		{"SubBefore of Go", "SubBefore,1,r,g,q,id,0,k,c", "timeStamp=1 regionId=r groupName=g requestId=q msgId=id retryTimes=0 keys=k clientHost=c"},
		{"first SubAfter", "SubAfter,q,id,3,true,k", "requestId=q msgId=id costTime=3 success=true keys=k"},
		{"SubAfter with code", "SubAfter,q,id,3,true,k,4", "requestId=q msgId=id costTime=3 success=true keys=k contextCode=4"},
		{"SubAfter", "SubAfter,q,id,3,true,k,4,9,g", "requestId=q msgId=id costTime=3 success=true keys=k contextCode=4 timeStamp=9 groupName=g"},
		{"EndTransaction", "EndTransaction,1,r,g,T,id,tag,k,h:1,2,tx,COMMIT_MESSAGE,true", "timeStamp=1 regionId=r groupName=g topic=T msgId=id " +
			"tags=tag keys=k storeHost=h:1 msgType=2 transactionId=tx transactionState=COMMIT_MESSAGE fromTransactionCheck=true"},
		{"Recall", "Recall,1,r,g,T,id,true", "timeStamp=1 regionId=r groupName=g topic=T msgId=id success=true"},
	} {
		body := traced(c.in) + traced("Recall,2,r,g,T,id,true")
		if !IsTrace([]byte(body)) {
			t.Errorf("%s: no trace", c.name)
		}
		it := TraceOf([]byte(body))
		var r TraceRecord
		if !it.Next(&r) || !r.Whole {
			t.Errorf("%s: %+v", c.name, r)
		}
		if got := traceNames(&r); got != c.want {
			t.Errorf("%s:\nhave %s\nwant %s", c.name, got, c.want)
		}
		for _, x := range r.Fields {
			if body[x.Off:x.Off+len(x.Value)] != string(x.Value) {
				t.Errorf("%s: %s at %d", c.name, x.Name, x.Off)
			}
		}
		if off := r.Off + r.Len; body[off] != traceRecordEnd || !it.Next(&r) || r.Off != off+1 || string(r.Field("timeStamp")) != "2" || it.Next(&r) {
			t.Errorf("%s: the record behind it is %+v", c.name, r)
		}
	}
}

func TestIsTrace(t *testing.T) {
	for _, no := range []string{
		"", "P", "Pub", "Publication", "Pub\x02", "Pub\x01\x02", traced("Pub,x,r,g,T,id,tag,k,h:1,5,2,0,true"),
		traced("SubAfter,q,id,soon,true,k"), traced("Pub,1,r,g,T,id,tag,k,h:1,5,2"), traced("Other,1,2,3"), "\x02" + traced("x"), `{"Pub":1}`,
	} {
		if IsTrace([]byte(no)) {
			t.Errorf("%q is taken for a trace", no)
		}
	}
}

func TestAppendTrace(t *testing.T) {
	body := traced("Pub,1795387747473,r,g,T,id,tag,k,h:1,5,2,4,null,false") + "\x02" + traced("SubAfter,q,id,3,true,\xff") + traced("New,x") + "Recall"
	got := AppendTrace(nil, []byte(body))
	want := `[{"type":"Pub","timestamp":1795387747473,"region_id":"r","group":"g","topic":"T","msg_id":"id","tags":"tag","keys":"k","store_host":"h:1",` +
		`"body_len":5,"cost_ms":2,"msg_type":4,"msg_type_name":"Order_Msg","offset_msg_id":"null","success":false},` +
		`{"type":"SubAfter","request_id":"q","msg_id":"id","cost_ms":3,"success":true,"keys":{"base64":"/w=="}},` +
		`{"type":"New","field_1":"x"},{"type":"Recall"}]`
	if string(got) != want {
		t.Errorf("have %s\nwant %s", got, want)
	}
	if !json.Valid(got) {
		t.Error("no JSON")
	}
}

// What real clients wrote makes whole records, with the ids of the messages that they were about.
func TestRecordedTraces(t *testing.T) {
	for name, want := range map[string][]string{
		"trace of producer": {"Pub", "Pub", "Pub", "Pub", "Pub"},
		"trace of consumer": {"SubBefore", "SubAfter", "SubBefore", "SubAfter", "SubBefore", "SubAfter", "SubBefore", "SubAfter", "SubBefore", "SubAfter"},
	} {
		r := recording(t, name)
		f, cmd := split(t, r.Raw)
		messages := MessagesOf(r.context(), cmd.Code, cmd, f)
		var m Message
		if !messages.Next(&m) || !IsTrace(m.Body) {
			t.Fatalf("%s: no trace", name)
		}
		var got []string
		var x TraceRecord
		for it := TraceOf(m.Body); it.Next(&x); {
			got = append(got, string(x.Type))
			if _, ok := ParseUniqKey(x.Field("msgId")); !ok || !x.Whole {
				t.Errorf("%s: %s", name, traceNames(&x))
			}
			keys, _ := LookupProperty(m.Properties, "KEYS")
			if !strings.Contains(string(keys), string(x.Field("msgId"))) {
				t.Errorf("%s: KEYS of the message lack %s", name, x.Field("msgId"))
			}
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestDescribeContent(t *testing.T) {
	deep := strings.Repeat("[", 200) + strings.Repeat("]", 200)
	for _, c := range []struct {
		name, body string
		want       []string
		not        string
	}{
		{"trace", traced("Recall,1795387747473,r,g,T,7F00000116AF4E0E2F2A710B04900000,false") + traced("Pub,1"), []string{
			`+ body = "72 bytes"  (trace)`, `+ Recall = "7F00000116AF4E0E2F2A710B04900000"  (failed)`,
			`timeStamp = "1795387747473"  (2026-11-22T22:49:07.473Z)`, "pid = ", "? incomplete",
		}, ""},
		{"JSON", `{"order":{"id":"7F00000116AF4E0E2F2A710B04900000","msgId":"7F00000116AF4E0E2F2A710B04900000","at":1795387747473,"perm":6}}`,
			[]string{"(JSON)", `order = "{4}"`, `msgId = "7F00`, "(2026-11-22T22:49:07.473Z)"}, "pid"},
		{"fastjson's JSON", `{order:1}`, []string{`body = "{order:1}"  (UTF-8, 9 bytes)`}, ""},
		{"text", "[INFO] done", []string{`body = "[INFO] done"  (UTF-8, 11 bytes)`}, ""},
		{"deep", deep, []string{"(JSON)"}, ""},
		{"GBK", "\xd6\xd0\xce\xc4", []string{`body = "中文"  (GBK, no UTF-8, 4 bytes)`}, ""},
		{"JSON in GBK", "{\"\xc3\xfb\x8e\x5c\":\"\xb2\xe2\xca\xd4\"}", []string{`0:125+15         + body = "15 bytes"  (JSON, GBK)`, `1:11+6`, `名嶾 = "测试"`,
			"buffer 1: message as UTF-8, 19 bytes"}, ""},
		{"no GBK", "\xd6\xd0\xce", []string{`body = "d6 d0 ce"  (no UTF-8, 3 bytes)`}, ""},
		{"empty", "", []string{"body  (empty)"}, ""},
	} {
		_, f := command(t, JSON, CommandSpec{Code: 310, Ext: []ExtField{{"b", "T"}}}, c.body)
		d := Describe(Context{}, f, len(f.Raw), DescribeOptions{})
		wellFormed(t, d)
		text := rendered(d)
		for _, want := range c.want {
			if !strings.Contains(text, want) {
				t.Errorf("%s: no %s in\n%s", c.name, want, text)
			}
		}
		if c.not != "" && strings.Contains(text, c.not) {
			t.Errorf("%s: %s in\n%s", c.name, c.not, text)
		}
	}
}

// Traces beyond 4096 bytes are compressed like any message.
func TestDescribeCompressedTrace(t *testing.T) {
	var b strings.Builder
	z := zlib.NewWriter(&b)
	z.Write([]byte(strings.Repeat(traced("Recall,1,r,g,T,id,true"), 300)))
	z.Close()
	_, f := command(t, JSON, CommandSpec{Code: 310, Ext: []ExtField{{"b", "T"}, {"f", "1"}}}, b.String())
	d := Describe(Context{}, f, len(f.Raw), DescribeOptions{Nodes: 100})
	wellFormed(t, d)
	if text := rendered(d); !strings.Contains(text, `+ decompressed = "6900 bytes"  (trace)`) || !strings.Contains(text, "more") {
		t.Error(text)
	}
}

func TestDescribeTraceContext(t *testing.T) {
	properties := "traceparent\x0100-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\x02tracestate\x01a=b\x02__RMQ.TRANSIENT.X\x011\x02traceparent\x01short\x02"
	_, f := command(t, ROCKETMQ, CommandSpec{Code: 310, Ext: []ExtField{{"b", "T"}, {"i", properties}}}, "")
	text := rendered(Describe(Context{}, f, len(f.Raw), DescribeOptions{}))
	for _, want := range []string{
		`trace-id = "4bf92f3577b34da6a3ce929d0e0e4736"`, `parent-id = "00f067aa0ba902b7"`, `trace-flags = "01"  (sampled)`,
		`tracestate = "a=b"  (W3C trace context: what vendors add)`, `__RMQ.TRANSIENT.X = "1"  (prefix of client-side`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in\n%s", want, text)
		}
	}
}

func FuzzTrace(f *testing.F) {
	f.Add([]byte(traced("Pub,1,r,g,T,id,tag,k,h:1,5,2,0,true") + traced("SubAfter,q,id,3,true,k")))
	f.Add([]byte(strings.Repeat("\x01", 100) + "\x02\x02a\x01"))
	f.Fuzz(func(t *testing.T, body []byte) {
		end := 0
		var r TraceRecord
		for it := TraceOf(body); it.Next(&r); {
			if r.Off < end || r.Len == 0 || r.Off+r.Len > len(body) || len(r.Fields) > maxTraceFields+1 {
				t.Fatalf("%+v behind %d", r, end)
			}
			end = r.Off + r.Len
			for _, x := range r.Fields {
				if string(body[x.Off:x.Off+len(x.Value)]) != string(x.Value) || x.Off+len(x.Value) > end {
					t.Fatalf("%+v", x)
				}
			}
		}
		if out := AppendTrace(nil, body); !json.Valid(out) {
			t.Fatalf("%s", out)
		}
	})
}
