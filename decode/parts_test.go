package decode

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"
)

// masked is what Parts says of a stream that comes in pieces: headers as they are, b for bodies, s for secrets.
func masked(t testing.TB, p *Parts, stream []byte, piece func() int) []byte {
	t.Helper()
	var out []byte
	for len(stream) > 0 {
		run := stream[:min(piece(), len(stream))]
		stream = stream[len(run):]
		for len(run) > 0 {
			n, body, secret := p.Next(run)
			if n < 1 || n > len(run) || body && secret {
				t.Fatalf("%d of %d bytes, %v, %v", n, len(run), body, secret)
			}
			switch {
			case body:
				out = append(out, bytes.Repeat([]byte{'b'}, n)...)
			case secret:
				out = append(out, bytes.Repeat([]byte{'s'}, n)...)
			default:
				out = append(out, run[:n]...)
			}
			run = run[n:]
		}
	}
	return out
}

// secretFrames are frames in both forms, and what is to be left of them.
func secretFrames(t testing.TB) (stream, want []byte) {
	t.Helper()
	for _, s := range []Serialization{JSON, ROCKETMQ} {
		for i, body := range []string{"", "some bytes of a body", strings.Repeat("{\"AccessKey\":\"in a body\"}", 9)} {
			remark := "AccessKey"
			c := &CommandSpec{Code: 310, Opaque: int32(i), Version: 479, Remark: &remark, Ext: []ExtField{
				{"AccessKey", "rocketmq"}, {"a", "AccessKey"}, {"Signature", `quo"te\s`}, {"accessKeys", "not secret"},
				{"SecurityToken", strings.Repeat("t", 300)}, {"secretKey", ""}, {"z", "end"},
			}}
			from := len(stream)
			var err error
			stream, err = EncodeCommand(stream, s, c, []byte(body))
			if err != nil {
				t.Fatal(err)
			}
			frame := bytes.Clone(stream[from:])
			f, _, err := Split(frame, Limits{})
			if err != nil {
				t.Fatal(err)
			}
			var cmd Command
			if err := cmd.Decode(f); err != nil {
				t.Fatal(err)
			}
			for i := range cmd.Ext.Len() {
				if e := cmd.Ext.At(i); SecretField(e.Key) {
					copy(f.Header[e.ValueRange.Off:], bytes.Repeat([]byte{'s'}, e.ValueRange.Len))
				}
			}
			copy(f.Body, bytes.Repeat([]byte{'b'}, len(f.Body)))
			want = append(want, frame...)
		}
	}
	return stream, want
}

func TestPartsOfFramesCutAnywhere(t *testing.T) {
	stream, want := secretFrames(t)
	if bytes.Count(want, []byte("s")) < 1000 || bytes.Contains(want, []byte("quo")) || !bytes.Contains(want, []byte("not secret")) {
		t.Fatalf("the test says %q", want)
	}
	for size := 1; size < 600; size++ {
		if got := masked(t, &Parts{}, stream, func() int { return size }); !bytes.Equal(got, want) {
			t.Fatalf("pieces of %d: %q", size, got)
		}
	}
	r := rand.New(rand.NewPCG(1, 9))
	for range 200 {
		if got := masked(t, &Parts{}, stream, func() int { return 1 + r.IntN(40) }); !bytes.Equal(got, want) {
			t.Fatalf("%q", got)
		}
	}
}

// Headers as fastjson reads them, though no peer writes them so.
func TestPartsOfJSONDialect(t *testing.T) {
	for header, want := range map[string]string{
		`{"AccessKey":"abc","b":"c"}`:                     `{"AccessKey":"sss","b":"c"}`,
		`{"AccessKey" : 'a"c' ,b:1}`:                      `{"AccessKey" : 'sss' ,b:1}`,
		`{AccessKey:12,b:1}`:                              `{AccessKey:ss,b:1}`,
		`{'accesskey':null}`:                              `{'accesskey':ssss}`,
		`{"x":{"SIGNATURE":"a"},"y":"b"}`:                 `{"x":{"SIGNATURE":"s"},"y":"b"}`,
		`{"password":{"x":["a",1]},"y":"b"}`:              `{"password":{"s":["s",s]},"y":"b"}`,
		`{"Access\u004bey":"abc","b":"c\n"}`:              `{"Access\u004bey":"sss","b":"c\n"}`,
		`{"a":"\"AccessKey\":","b":"AccessKey","c":"d"}`:  `{"a":"\"AccessKey\":","b":"AccessKey","c":"d"}`,
		`{"securityToken":"\\\"","AccessKeyAndMore":"d"}`: `{"securityToken":"ssss","AccessKeyAndMore":"d"}`,
	} {
		for size := 1; size < len(header); size++ {
			frame := append([]byte{0, 0, 0, byte(len(header) + 4), 0, 0, 0, byte(len(header))}, header...)
			got := masked(t, &Parts{}, frame, func() int { return size })
			if string(got[PrefixLen:]) != want {
				t.Errorf("pieces of %d: %s", size, got[PrefixLen:])
			}
		}
	}
}

// What is no frame is nobody's header, and a lost place is found where bytes come that begin with a frame.
func TestPartsFindTheirPlaceAgain(t *testing.T) {
	stream, want := secretFrames(t)
	all := func() int { return 1 << 30 }
	p := &Parts{}
	tls := append([]byte{22, 3, 1, 2, 0, 1, 0, 1}, "no frame at all"...)
	if got := masked(t, p, tls, all); strings.Trim(string(got), "b") != "" {
		t.Errorf("no frame: %q", got)
	}
	if got := masked(t, p, stream, all); !bytes.Equal(got, want) {
		t.Errorf("behind it: %q", got)
	}
	p.Skip(1)
	if got := masked(t, p, stream[1:], all); strings.Trim(string(got), "b") != "" {
		t.Errorf("behind a hole: %q", got)
	}
	if got := masked(t, p, stream, all); !bytes.Equal(got, want) {
		t.Errorf("behind it: %q", got)
	}
	last := lastFrame(t, stream)
	for cut := range 20 {
		p = &Parts{}
		masked(t, p, last[:len(last)-20], all)
		p.Skip(int64(cut))
		masked(t, p, last[len(last)-20+cut:], all)
		if got := masked(t, p, stream, func() int { return 3 }); !bytes.Equal(got, want) {
			t.Errorf("a hole of %d bytes in a body: %q", cut, got)
		}
	}
}

func lastFrame(t *testing.T, stream []byte) []byte {
	for {
		_, n, err := Split(stream, Limits{})
		if err != nil || n == 0 {
			t.Fatal(n, err)
		}
		if n == len(stream) {
			return stream
		}
		stream = stream[n:]
	}
}

func FuzzParts(f *testing.F) {
	stream, _ := secretFrames(f)
	f.Add(stream, uint8(7), uint16(0))
	f.Add(stream[3:], uint8(1), uint16(9))
	f.Add([]byte("\x00\x00\x00\x30\x01\x00\x00\x1c\x00\x01\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\xff\xff\xff\xff"), uint8(2), uint16(5))
	f.Fuzz(func(t *testing.T, stream []byte, size uint8, skip uint16) {
		p := &Parts{}
		pieces := masked(t, p, stream, func() int { return int(size) + 1 })
		if len(pieces) != len(stream) {
			t.Fatalf("%d bytes, %d came", len(pieces), len(stream))
		}
		if _, n, err := Split(stream, Limits{}); err == nil && n == len(stream) { // a frame: the same however it is cut
			if whole := masked(t, &Parts{}, stream, func() int { return n }); !bytes.Equal(whole, pieces) {
				t.Fatalf("whole %q, in pieces %q", whole, pieces)
			}
		}
		p.Skip(int64(skip))
		masked(t, p, stream, func() int { return int(size) + 1 })
	})
}

func BenchmarkParts(b *testing.B) {
	stream, _ := secretFrames(b)
	p := &Parts{}
	b.SetBytes(int64(len(stream)))
	b.ReportAllocs()
	for b.Loop() {
		for run := stream; len(run) > 0; {
			n, _, _ := p.Next(run)
			run = run[n:]
		}
	}
}
