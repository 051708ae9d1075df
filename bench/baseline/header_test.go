package baseline

import (
	"encoding/binary"
	"encoding/json"
	"testing"

	"github.com/mqsniff/mqsniff/decode"
)

// sendV2 is the header of a SEND_MESSAGE_V2 as a Java client 5.3.3 wrote it.
const sendV2 = `{"code":310,"extFields":{"a":"pg-push","b":"Push","c":"TBW102","d":"4","e":"0","f":"0","g":"1795387599693","h":"0",` +
	`"i":"a\u00010\u0002KEYS\u0001key-0\u0002UNIQ_KEY\u00017F000001068D4E0E2F2A7108C34C0000\u0002WAIT\u0001true\u0002TAGS\u0001TagA\u0002",` +
	`"j":"0","k":"false","m":"false","n":"broker-a"},"flag":0,"language":"JAVA","opaque":2,"serializeTypeCurrentRPC":"JSON","version":479}`

const sendV2Body = "hello Push 0"

// frameJSON is the whole frame.
func frameJSON() []byte {
	var b []byte
	b = binary.BigEndian.AppendUint32(b, uint32(4+len(sendV2)+len(sendV2Body)))
	b = binary.BigEndian.AppendUint32(b, uint32(len(sendV2)))
	return append(append(b, sendV2...), sendV2Body...)
}

// frameBinary is the same command with a ROCKETMQ header.
func frameBinary(tb testing.TB) []byte {
	h := structHeader(tb, []byte(sendV2))
	be := binary.BigEndian
	var ext []byte
	for _, k := range []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "m", "n"} {
		ext = be.AppendUint16(ext, uint16(len(k)))
		ext = append(ext, k...)
		ext = be.AppendUint32(ext, uint32(len(h.ExtFields[k])))
		ext = append(ext, h.ExtFields[k]...)
	}
	b := be.AppendUint32(nil, uint32(4+21+len(ext)+len(sendV2Body)))
	b = be.AppendUint32(b, 1<<24|uint32(21+len(ext)))
	b = be.AppendUint16(b, uint16(h.Code))
	b = append(b, 0)
	b = be.AppendUint16(b, uint16(h.Version))
	b = be.AppendUint32(b, uint32(h.Opaque))
	b = be.AppendUint32(b, uint32(h.Flag))
	b = be.AppendUint32(b, 0)
	b = be.AppendUint32(b, uint32(len(ext)))
	return append(append(b, ext...), sendV2Body...)
}

// header is what a decoder with the standard library makes of a header; the one of kyanos has the same shape.
type header struct {
	Code      int32             `json:"code"`
	Language  string            `json:"language"`
	Version   int32             `json:"version"`
	Opaque    int32             `json:"opaque"`
	Flag      int32             `json:"flag"`
	Remark    string            `json:"remark"`
	ExtFields map[string]string `json:"extFields"`
}

func structHeader(tb testing.TB, b []byte) header {
	var h header
	if err := json.Unmarshal(b, &h); err != nil {
		tb.Fatal(err)
	}
	return h
}

// mapHeader decodes into maps of any, as one does without knowing the fields, and looks up what every frame needs.
func mapHeader(tb testing.TB, b []byte) (h header, ext map[string]any) {
	var m map[string]any
	if err := json.Unmarshal(b, &m); err != nil {
		tb.Fatal(err)
	}
	number := func(key string) int32 {
		f, _ := m[key].(float64)
		return int32(f)
	}
	h.Code, h.Version, h.Opaque, h.Flag = number("code"), number("version"), number("opaque"), number("flag")
	h.Language, _ = m["language"].(string)
	h.Remark, _ = m["remark"].(string)
	ext, _ = m["extFields"].(map[string]any)
	return h, ext
}

// ours decodes a frame and reads every field, so that nothing is left undone that the others do.
func ours(tb testing.TB, c *decode.Command, raw []byte) (fieldBytes int) {
	f, n, err := decode.Split(raw, decode.Limits{})
	if err != nil || n != len(raw) {
		tb.Fatal(n, err)
	}
	if err := c.Decode(f); err != nil {
		tb.Fatal(err)
	}
	for i := range c.Ext.Len() {
		field := c.Ext.At(i)
		fieldBytes += len(field.Key) + len(field.Value)
	}
	return fieldBytes
}

func TestAllDecodersAgree(t *testing.T) {
	want := structHeader(t, []byte(sendV2))
	if m, ext := mapHeader(t, []byte(sendV2)); m.Code != want.Code || m.Opaque != want.Opaque || ext["i"] != want.ExtFields["i"] {
		t.Errorf("maps: %+v %v, want %+v", m, ext, want)
	}
	var c decode.Command
	for _, raw := range [][]byte{frameJSON(), frameBinary(t)} {
		ours(t, &c, raw)
		if c.Code != want.Code || c.Opaque != want.Opaque || c.Flag != want.Flag || c.Version != want.Version || c.Ext.Len() != len(want.ExtFields) {
			t.Errorf("got %+v, want %+v", c, want)
		}
		for k, v := range want.ExtFields {
			if got := c.Ext.GetString(k); got != v {
				t.Errorf("%s: %q, want %q", k, got, v)
			}
		}
	}
}

func BenchmarkHeaderOurs(b *testing.B) {
	run := func(name string, raw []byte, decodeOnly bool) {
		b.Run(name, func(b *testing.B) {
			var c decode.Command
			f, _, err := decode.Split(raw, decode.Limits{})
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			b.SetBytes(int64(len(f.Header)))
			for b.Loop() {
				if decodeOnly {
					if err := c.Decode(f); err != nil {
						b.Fatal(err)
					}
				} else {
					ours(b, &c, raw)
				}
			}
		})
	}
	run("json", frameJSON(), true)
	run("json-all-fields", frameJSON(), false)
	run("binary", frameBinary(b), true)
	run("binary-all-fields", frameBinary(b), false)
}

func BenchmarkHeaderStruct(b *testing.B) {
	text := []byte(sendV2)
	b.ReportAllocs()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		structHeader(b, text)
	}
}

func BenchmarkHeaderMap(b *testing.B) {
	text := []byte(sendV2)
	b.ReportAllocs()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		mapHeader(b, text)
	}
}
