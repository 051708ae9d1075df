package proxy

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"github.com/mqsniff/mqsniff/decode"
	"github.com/mqsniff/mqsniff/session"
)

// request is a frame whose answer is known: of a language and version, in a form.
func request(t testing.TB, opaque, flag, version int32, language decode.Language, form decode.Serialization, body int) []byte {
	t.Helper()
	b, err := decode.EncodeCommand(nil, form, &decode.CommandSpec{
		Code: 310, Opaque: opaque, Flag: flag, Version: version, Language: language, Ext: []decode.ExtField{{Key: "b", Value: "topic"}},
	}, bytes.Repeat([]byte{'x'}, body))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// What brokers answer while they are being shut down: the first is byte for byte that of a 5.3.3 broker, of the recording
// 5.3.3-json-goaway.
func TestGoAwayAnswers(t *testing.T) {
	for name, c := range map[string]struct {
		request []byte
		want    string // "": it goes on
	}{
		"5.3.3": {request(t, 203, 0, 479, java, decode.JSON, 5000),
			"\x00\x00\x00\x82\x00\x00\x00~" + `{"code":1500,"flag":1,"language":"JAVA","opaque":203,"remark":"please go away","serializeTypeCurrentRPC":"JSON","version":479}`},
		"no body": {request(t, -1, 0, 479, java, decode.JSON, 0),
			"\x00\x00\x00\x81\x00\x00\x00}" + `{"code":1500,"flag":1,"language":"JAVA","opaque":-1,"remark":"please go away","serializeTypeCurrentRPC":"JSON","version":479}`},
		"binary": {request(t, 7, 0, 476, java, decode.ROCKETMQ, 3),
			"\x00\x00\x00\x27\x01\x00\x00\x23\x05\xdc\x00\x01\xdc\x00\x00\x00\x07\x00\x00\x00\x01\x00\x00\x00\x0eplease go away\x00\x00\x00\x00"},
		"5.3.1":                 {request(t, 1, 0, lastWithoutGoAway, java, decode.JSON, 3), ""},
		"Go":                    {request(t, 1, 0, 479, decode.LanguageGo, decode.JSON, 3), ""},
		"C++":                   {request(t, 1, 0, 479, 1, decode.ROCKETMQ, 3), ""},
		"oneway":                {request(t, 1, 2, 479, java, decode.JSON, 3), ""},
		"an answer":             {request(t, 1, 1, 479, java, decode.JSON, 3), ""},
		"no header":             {[]byte{0, 0, 0, 4, 0, 0, 0, 0}, ""},
		"a header of something": {[]byte("\x00\x00\x00\x08\x00\x00\x00\x04nope"), ""},
		"no remoting":           {[]byte("GET / HTTP/1.1\r\n\r\n"), ""},
	} {
		for _, small := range []bool{false, true} {
			w := &watcher{}
			got := make(chan []byte, 1)
			p, client := start(t, Options{Observer: w, GoAway: true}, func(s *net.TCPConn) {
				b, _ := io.ReadAll(s)
				got <- b
				s.Close()
			})
			p.ending.Store(true)
			write(client, c.request, small)
			if c.want != "" {
				back := make([]byte, len(c.want))
				if _, err := io.ReadFull(client, back); err != nil || string(back) != c.want {
					t.Errorf("%s: the client got %q, %v", name, back, err)
				}
			}
			client.CloseWrite()
			if rest, err := io.ReadAll(client); err != nil || len(rest) > 0 {
				t.Errorf("%s: the client got %q, %v", name, rest, err)
			}
			want := c.request
			if c.want != "" {
				want = nil
			}
			if b := <-got; !bytes.Equal(b, want) {
				t.Errorf("%s: the server got %d bytes of %d: %.80q", name, len(b), len(want), b)
			}
			drain(p)
			if !bytes.Equal(w.read[0], c.request) || !bytes.Equal(w.written[0], want) || string(w.written[1]) != c.want || len(w.read[1]) > 0 {
				t.Errorf("%s: the observer saw %q as %q, and %q as %q", name, w.read[0], w.written[0], w.read[1], w.written[1])
			}
		}
	}
}

// A client that is told to go away, again and again, does not keep the proxy from ending; one that is not told so is waited for.
func TestShutdownWithGoAway(t *testing.T) {
	p, client := start(t, Options{GoAway: true}, func(s *net.TCPConn) { io.Copy(s, s) })
	client.Write(request(t, 0, 1, 479, java, decode.JSON, 0)) // an answer, which comes back
	io.ReadFull(client, make([]byte, len(request(t, 0, 1, 479, java, decode.JSON, 0))))
	busy := make(chan error)
	go func() {
		answer := make([]byte, 1024)
		for i := range int32(1 << 20) {
			if _, err := client.Write(request(t, i, 0, 479, java, decode.JSON, 100)); err != nil {
				busy <- err
				return
			}
			if _, err := client.Read(answer); err != nil {
				busy <- err
				return
			}
		}
		busy <- nil
	}()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	p.Shutdown(ctx)
	if ctx.Err() != nil {
		t.Error("it did not end by itself")
	}
	if err := <-busy; err == nil {
		t.Error("the connection is open")
	}
	if p.declined.Load() == 0 {
		t.Error("no request was declined")
	}
}

// Without the option requests go on until the end.
func TestNoGoAwayUnlessAsked(t *testing.T) {
	p, client := start(t, Options{}, func(s *net.TCPConn) { io.Copy(s, s) })
	p.ending.Store(true)
	want := request(t, 1, 0, 479, java, decode.JSON, 10)
	client.Write(want)
	got := make([]byte, len(want))
	if _, err := io.ReadFull(client, got); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%q, %v", got, err)
	}
	client.Close()
	drain(p)
}

// sink is a connection that only takes.
type sink struct {
	net.Conn
	bytes.Buffer
}

func (s *sink) Write(b []byte) (int, error) { return s.Buffer.Write(b) }
func (s *sink) Read([]byte) (int, error)    { return 0, errors.New("not read") }

// FuzzFarewell: however bytes are cut and directions interleave, each request either goes on whole or is answered once, in both
// directions only whole frames go on, in their order, and nothing else does.
func FuzzFarewell(f *testing.F) {
	f.Add([]byte{0, 1, 2, 3, 4, 0, 0}, []byte{0, 1, 2, 0}, []byte{10, 255, 200, 3, 5, 255, 7})
	f.Add([]byte{5, 5, 5, 0}, []byte{2, 2, 2}, []byte{255, 254, 253, 1, 2, 3, 4, 5, 6, 7, 8, 9})
	f.Add([]byte{0, 0}, []byte{}, []byte{128})
	f.Fuzz(func(t *testing.T, up, down, cuts []byte) {
		if len(up) > 20 || len(down) > 20 || len(cuts) > 500 {
			return
		}
		var stream [2][]byte
		for i, kind := range up {
			stream[0] = append(stream[0], [][]byte{
				request(t, int32(i), 0, 479, java, decode.JSON, 10), request(t, int32(i), 2, 479, java, decode.JSON, 0),
				request(t, int32(i), 0, 400, java, decode.JSON, 3), request(t, int32(i), 0, 479, java, decode.ROCKETMQ, 0),
				frame(t, 105, int32(i), 0, nil), request(t, int32(i), 0, 479, java, decode.JSON, 300),
			}[kind%6]...)
		}
		for i, kind := range down {
			stream[1] = append(stream[1], frame(t, 0, int32(i), 1, make([]byte, int(kind%3)*50))...)
		}
		p := New(Options{GoAway: true})
		c := &Conn{rewriter: &noRewrite{}}
		ends := [2]*sink{{}, {}} // server, client
		a, farewell := &asked{}, p.newFarewell(c, &side{Conn: ends[1]})
		var pumps [2]*pump
		for dir := range pumps {
			pumps[dir] = &pump{proxy: p, conn: c, dir: session.Direction(dir), dst: &side{Conn: ends[dir]}, asked: a, farewell: farewell}
			pumps[dir].gate = gate{conn: c, asked: a, rewriter: c.rewriter, budget: &p.budget}
		}
		left := stream
		feed := func(dir, n int) {
			n = min(n, len(left[dir]))
			if n == 0 {
				return
			}
			if err := pumps[dir].use(bytes.Clone(left[dir][:n]), nil); err != nil {
				t.Fatal(err)
			}
			left[dir] = left[dir][n:]
		}
		for _, cut := range cuts {
			if cut == 255 {
				p.ending.Store(true)
			} else {
				feed(int(cut&1), int(cut>>1))
			}
		}
		feed(0, len(left[0]))
		feed(1, len(left[1]))
		went := framesOf(t, ends[0].Bytes())
		var answers, declined [][]byte
		for _, g := range framesOf(t, ends[1].Bytes()) {
			if bytes.Contains(g, []byte("please go away")) {
				declined = append(declined, g)
			} else {
				answers = append(answers, g)
			}
		}
		if !bytes.Equal(bytes.Join(answers, nil), stream[1]) {
			t.Fatal("the server's answers are not as they were")
		}
		opaque := func(b []byte) int32 {
			prefix, _ := decode.ReadPrefix(b, decode.Limits{})
			var cmd decode.Command
			if err := cmd.Decode(decode.Cut(b, prefix)); err != nil {
				t.Fatal(err)
			}
			return cmd.Opaque
		}
		for _, sent := range framesOf(t, stream[0]) {
			switch {
			case len(went) > 0 && bytes.Equal(went[0], sent):
				went = went[1:]
			case len(declined) > 0 && opaque(declined[0]) == opaque(sent):
				declined = declined[1:]
			default:
				t.Fatalf("request %d went nowhere", opaque(sent))
			}
		}
		if len(went) > 0 || len(declined) > 0 {
			t.Fatalf("%d requests, %d answers too many", len(went), len(declined))
		}
	})
}

// framesOf cuts a stream that consists of whole frames.
func framesOf(t *testing.T, b []byte) (list [][]byte) {
	t.Helper()
	for len(b) > 0 {
		f, n, err := decode.Split(b, decode.Limits{})
		if err != nil || n == 0 {
			t.Fatalf("behind %d frames: %v, %d bytes: %.80q", len(list), err, len(b), b)
		}
		list = append(list, f.Raw)
		b = b[n:]
	}
	return list
}
