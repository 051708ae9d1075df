package session

import (
	"encoding/binary"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
)

// vector is a TLS vector: a length of n bytes, and b.
func vector(n int, b string) string {
	return string(binary.BigEndian.AppendUint32(nil, uint32(len(b)))[4-n:]) + b
}

func record(kind byte, b string) string { return string([]byte{kind, 3, 1}) + vector(2, b) }

func extension(id byte, b string) string { return string([]byte{0, id}) + vector(2, b) }

// clientHelloMessage is a handshake message that offers TLS 1.3 behind a version of no meaning (RFC 8701).
func clientHelloMessage(extensions string) string {
	return "\x01" + vector(3, "\x03\x03"+strings.Repeat("r", 32)+vector(1, "session id")+vector(2, "\x13\x01\xc0\x2f")+vector(1, "\x00")+
		vector(2, extension(43, vector(1, "\x7a\x7a\x03\x04\x03\x03"))+extensions))
}

func serverHelloMessage(random, extensions string) string {
	return "\x02" + vector(3, "\x03\x03"+random+vector(1, "")+"\x13\x01\x00"+vector(2, extensions))
}

var (
	serverName = extension(0, vector(2, "\x00"+vector(2, "broker.example")))
	alpn       = extension(16, vector(2, vector(1, "h2")+vector(1, "http/1.1")))
	toBroker   = clientHelloMessage(serverName + alpn)
	chosen     = serverHelloMessage(strings.Repeat("s", 32), extension(43, "\x03\x04"))
)

// sample is what both sides say, and what is to be told of it.
type sample struct {
	name     string
	c2s, s2c string
	want     []string // of each event but the opening: kind, direction, length, note, and whether it is more about something
}

func samples() []sample {
	request := string(frame(105, 1, 0, "", ""))
	return []sample{
		{"TLS", record(22, toBroker) + record(20, "\x01") + record(23, "secret"), record(22, chosen+"\x0b"+vector(3, "certificate")) + record(23, "secret"), []string{
			"tls c2s 116 TLS to broker.example, ClientHello offers TLS 1.3, ALPN h2 http/1.1",
			"tls s2c 55 TLS 1.3 to broker.example, TLS_AES_128_GCM_SHA256, ServerHello +"}},
		{"TLS hello in three records", record(22, toBroker[:2]) + record(22, toBroker[2:50]) + record(22, toBroker[50:]), "", []string{
			"tls c2s 126 TLS to broker.example, ClientHello offers TLS 1.3, ALPN h2 http/1.1"}},
		{"TLS hello without name", record(22, clientHelloMessage("")), "", []string{
			"tls c2s 75 TLS without server name, ClientHello offers TLS 1.3"}},
		{"TLS hello cut off", record(22, toBroker)[:60], "", []string{"tls c2s 60 TLS, ClientHello offers TLS 1.2, cut off"}},
		{"TLS 1.2 only", record(22, "\x01"+vector(3, "\x03\x03"+strings.Repeat("r", 32)+"\x00"+vector(2, "\x00\x2f")+vector(1, "\x00"))), "", []string{
			"tls c2s 50 TLS without server name, ClientHello offers TLS 1.2"}},
		{"TLS, another hello wanted", "", record(22, serverHelloMessage(helloRetry, extension(43, "\x03\x04"))), []string{
			"tls s2c 55 TLS 1.3, TLS_AES_128_GCM_SHA256, ServerHello asks for another ClientHello"}},
		{"TLS refused", record(22, toBroker) + record(21, "\x02\x2a"), record(21, "\x02\x28"), []string{
			"tls c2s 116 TLS to broker.example, ClientHello offers TLS 1.3, ALPN h2 http/1.1",
			"tls c2s 7 TLS alert: bad certificate +",
			"tls s2c 7 TLS alert: handshake failure +"}},
		{"TLS alert behind a hello", record(22, toBroker), record(22, chosen) + record(21, "\x01\x70") + record(21, "\x02\x46"), []string{
			"tls c2s 116 TLS to broker.example, ClientHello offers TLS 1.3, ALPN h2 http/1.1",
			"tls s2c 55 TLS 1.3 to broker.example, TLS_AES_128_GCM_SHA256, ServerHello +",
			"tls s2c 7 TLS alert: unrecognized name (a warning) +",
			"tls s2c 7 TLS alert: protocol version not supported +"}},
		{"a handshake that is no hello", record(22, "\x0e\x00\x00\x00"), "", []string{"tls c2s 6 TLS"}},
		{"PROXY v1", "PROXY TCP4 192.0.2.1 198.51.100.2 56324 9876\r\n" + request, "", []string{
			"proxy_header c2s 46 PROXY v1: TCP4 from 192.0.2.1:56324 to 198.51.100.2:9876", "request c2s 105"}},
		{"PROXY v1, IPv6", "PROXY TCP6 2001:db8::1 2001:db8::2 1 2\r\n" + request, "", []string{
			"proxy_header c2s 40 PROXY v1: TCP6 from [2001:db8::1]:1 to [2001:db8::2]:2", "request c2s 105"}},
		{"PROXY v1 without addresses", "PROXY UNKNOWN\r\n" + request, "", []string{
			"proxy_header c2s 15 PROXY v1: no addresses (UNKNOWN)", "request c2s 105"}},
		{"PROXY v2", proxyV2 + "\x21\x11" + vector(2, "\xc0\x00\x02\x01\xc6\x33\x64\x02\xdc\x04\x26\x94\x02"+vector(2, "mq.example")) + request, "", []string{
			"proxy_header c2s 41 PROXY v2: TCP4 from 192.0.2.1:56324 to 198.51.100.2:9876, server name mq.example", "request c2s 105"}},
		{"PROXY v2, IPv6", proxyV2 + "\x21\x21" + vector(2, strings.Repeat("\x20\x01", 8)+strings.Repeat("\x20\x02", 8)+"\x00\x01\x00\x02"), "", []string{
			"proxy_header c2s 52 PROXY v2: TCP6 from [2001:2001:2001:2001:2001:2001:2001:2001]:1 to [2002:2002:2002:2002:2002:2002:2002:2002]:2"}},
		{"PROXY v2 of the balancer", proxyV2 + "\x20\x00\x00\x00" + record(22, toBroker), "", []string{
			"proxy_header c2s 16 PROXY v2: no addresses, the load balancer speaks for itself",
			"tls c2s 116 TLS to broker.example, ClientHello offers TLS 1.3, ALPN h2 http/1.1"}},
		{"gRPC", grpcPreface + "\x00\x00\x00\x04\x00\x00\x00\x00\x00", "\x00\x00\x00\x04\x00\x00\x00\x00\x00", []string{"grpc c2s 24 " + grpcNote}},
		{"HTTP", "GET /metrics HTTP/1.1\r\nHost: broker\r\n\r\n", "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno", []string{
			"garbage c2s 39 HTTP request: GET /metrics", "garbage s2c 45 HTTP answer: 404 Not Found", "garbage s2c 2 HTTP, more of it +"}},
		{"HTTP without end", "POST /x?" + strings.Repeat("y", 300), "", []string{
			"garbage c2s 308 HTTP request, cut off: POST /x?" + strings.Repeat("y", 166) + "…"}},
		{"HTTP tunnel", "CONNECT broker:10911 HTTP/1.1\r\n\r\n" + request, "", []string{
			"garbage c2s 33 HTTP request: CONNECT broker:10911", "request c2s 105"}},
		{"SIP", "OPTIONS sip:nm SIP/2.0\r\nVia: SIP/2.0/TCP nm\r\n\r\n", "", []string{"garbage c2s 47 SIP request: OPTIONS sip:nm"}},
		{"GET, but no HTTP", "GET key\r\n" + request, "", []string{"undecodable c2s 9", "request c2s 105"}},
		{"SSH", "SSH-2.0-OpenSSH_9.6\r\n\x00\x00\x05\xdc", "", []string{
			"garbage c2s 21 SSH banner: SSH-2.0-OpenSSH_9.6", "garbage c2s 4 SSH, more of it +"}},
		{"Redis", "*2\r\n$4\r\nAUTH\r\n$3\r\nabc\r\n", "-NOAUTH Authentication required.\r\n", []string{
			"garbage c2s 14 Redis: AUTH", "garbage s2c 34 Redis: -NOAUTH Authentication required.", "garbage c2s 9 Redis, more of it +"}},
		{"MySQL", "", "\x0c\x00\x00\x00\x0a8.0.36\x00\x01\x02\x03\x04", []string{"garbage s2c 16 MySQL greeting: server 8.0.36"}},
		{"RDP", "\x03\x00\x00\x27\x22\xe0\x00\x00\x00\x00\x00Cookie: mstshash=admin\r\n\x01\x00\x08\x00", "", []string{
			"garbage c2s 39 RDP connection request, user admin"}},
		{"SMB", "\x00\x00\x00\x54\xffSMBr\x00\x00\x00\x00", "", []string{
			"garbage c2s 8 SMB 1 (Windows file sharing)", "garbage c2s 5 SMB, more of it +"}},
		{"Kafka", "\x00\x00\x00\x1a\x00\x12\x00\x03\x00\x00\x00\x01\x00\x0aconsumer-1\x00\x01\x02\x03", "", []string{
			"garbage c2s 24 Kafka request: key 18, version 3, client consumer-1", "garbage c2s 4 Kafka, more of it +"}},
		{"PostgreSQL", "\x00\x00\x00\x08\x04\xd2\x16\x2f", "N", []string{"garbage c2s 8 PostgreSQL: asks for TLS", "garbage s2c 1"}},
		{"PostgreSQL start", "\x00\x00\x00\x13\x00\x03\x00\x00user\x00root\x00\x00", "", []string{"garbage c2s 13 PostgreSQL start", "garbage c2s 6 PostgreSQL, more of it +"}},
		{"MongoDB", "\x3a\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\xd4\x07\x00\x00", "", []string{"garbage c2s 16 MongoDB"}},
		{"MQTT", "\x10\x10\x00\x04MQTT\x04\x02\x00\x3c\x00\x04abcd", "", []string{"garbage c2s 2 MQTT", "garbage c2s 16 MQTT, more of it +"}},
		{"AMQP", "AMQP\x00\x00\x09\x01", "", []string{"garbage c2s 4 AMQP (RabbitMQ)", "garbage c2s 4 AMQP, more of it +"}},
		{"SOCKS5", "\x05\x01\x00" + request, "", []string{"garbage c2s 3 SOCKS5 greeting", "request c2s 105"}},
		{"Dubbo", "\xda\xbb\xc2\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x01N", "", []string{"garbage c2s 16 Dubbo request", "garbage c2s 1 Dubbo, more of it +"}},
		{"DNS", "\x00\x1e\x00\x06\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x07version\x04bind\x00\x00\x10\x00\x03", "", []string{
			"garbage c2s 27 DNS question for version.bind: a scanner's probe", "garbage c2s 5 DNS, more of it +"}},
		{"empty lines", "\r\n\r\n", "", []string{"garbage c2s 4 empty lines: a scanner's probe"}},
		{"zeros", strings.Repeat("\x00", 20), "", []string{"undecodable c2s 20 zeros, with which no frame begins: a probe, or a sender gone wrong"}},
		{"zeros, then a frame", strings.Repeat("\x00", 20) + request, "", []string{
			"undecodable c2s 20 zeros, with which no frame begins: a probe, or a sender gone wrong", "request c2s 105"}},
		{"an unknown protocol", "\x01\x10\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00", "", []string{"undecodable c2s 18"}},
	}
}

// tell runs a conversation in segments of size bytes, first the client's, and returns its events in words.
func tell(t *testing.T, e Endpoints, handshake bool, c2s, s2c string, size int) []string {
	t.Helper()
	r := &recorder{}
	s := New(Options{}, r.handle)
	st := &stream{c: s.Open(0, e, ClientToServer, handshake)}
	if handshake {
		st.c.Begin(ClientToServer, 0)
		st.c.Begin(ServerToClient, 0)
	}
	for dir, rest := range [2]string{c2s, s2c} {
		for len(rest) > 0 {
			n := min(size, len(rest))
			st.send(Direction(dir), []byte(rest[:n]))
			rest = rest[n:]
		}
	}
	s.End()
	if s.held != 0 {
		t.Errorf("%d bytes held at the end", s.held)
	}
	return words(s, r.events)
}

func words(s *Session, events []Event) []string {
	var out []string
	for _, e := range events {
		if e.Kind == Open {
			continue
		}
		text := fmt.Sprintf("%s %s %d", e.Kind, e.Dir, e.Len)
		if e.Note != 0 {
			text += " " + s.Symbols.Text(e.Note)
		}
		if e.Has(Continued) {
			text += " +"
		}
		out = append(out, text)
	}
	return out
}

func TestFirstBytesAreNamed(t *testing.T) {
	for _, x := range samples() {
		for _, size := range []int{10000, 1, 7, 64} {
			if got := tell(t, ends, true, x.c2s, x.s2c, size); !reflect.DeepEqual(got, x.want) {
				t.Errorf("%s in segments of %d:\ngot  %q\nwant %q", x.name, size, got, x.want)
			}
		}
	}
}

// TestFirstBytesCutOff: wherever a conversation ends, every byte is in an event, unless it is encrypted, and the same
// events come of it in any segments.
func TestFirstBytesCutOff(t *testing.T) {
	for _, x := range samples() {
		for n := range len(x.c2s) + 1 {
			cut := x.c2s[:n]
			whole, small := tell(t, ends, true, cut, "", 10000), tell(t, ends, true, cut, "", 1)
			if !reflect.DeepEqual(whole, small) {
				t.Errorf("%s: %d bytes in one piece: %q, in segments of 1: %q", x.name, n, whole, small)
			}
			total := 0
			for _, w := range whole {
				var kind, dir string
				var length int
				fmt.Sscan(w, &kind, &dir, &length)
				total += length
				if kind == "tls" || kind == "grpc" || kind == "request" {
					total = n
				}
			}
			if total != n {
				t.Errorf("%s: %d bytes went in, events have %d: %q", x.name, n, total, whole)
			}
		}
	}
}

func TestNotesAreBounded(t *testing.T) {
	s := New(Options{}, nil)
	for _, text := range []string{strings.Repeat("x", 500), strings.Repeat("\xff", 500), strings.Repeat("水", 100), "ab\xffc", strings.Repeat("x", 199) + "\xe6\xb0"} {
		if note := s.Symbols.Text(s.note(text)); len(note) > maxNote || !utf8.ValidString(note) {
			t.Errorf("%q: %d bytes", note, len(note))
		}
	}
	if s.note("") != 0 {
		t.Error("a note without text")
	}
}

func TestNotesLeaveRoomForTopics(t *testing.T) {
	s := New(Options{}, nil)
	for i := range MaxSymbols {
		s.note(fmt.Sprint(i))
	}
	if n := s.Symbols.Len(); n > MaxSymbols/2+1 {
		t.Errorf("%d notes", n)
	}
}

// TestTheMiddleOfABodyIsNotNamed: a direction that begins in the middle may begin with anything.
func TestTheMiddleOfABodyIsNotNamed(t *testing.T) {
	request := string(frame(105, 1, 0, "", ""))
	for _, text := range []string{"SSH-2.0-x\r\n", "PING\r\n", "\r\n\r\n", "\x05\x01\x00", "SSH-"} {
		want := []string{fmt.Sprintf("garbage c2s %d", len(text)), "request c2s 105"}
		if got := tell(t, ends, false, text+request, "", 10000); !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %q", text, got)
		}
	}
	if got, want := tell(t, ends, false, record(23, "secret")[:0]+"\x17\x03\x03\x00\x05abcde", "", 3), []string{"tls c2s 5 TLS, begun before the capture"}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %q", got)
	}
}

// TestGapInATLSHandshake: what follows is not searched for frames.
func TestGapInATLSHandshake(t *testing.T) {
	r := &recorder{}
	s, st := begin(r, true)
	hello := record(22, toBroker)
	st.send(ClientToServer, []byte(hello[:30]))
	st.lose(ClientToServer, len(hello)-30)
	st.send(ClientToServer, frame(105, 1, 0, "", ""))
	st.lose(ServerToClient, 30)
	st.send(ServerToClient, frame(105, 1, 0, "", ""))
	s.End()
	want := []string{"tls c2s 30 TLS, ClientHello offers TLS 1.2, cut off", "gap c2s 86", "gap s2c 30"}
	if got := words(s, r.events); !reflect.DeepEqual(got, want) {
		t.Errorf("got %q", got)
	}
}

func TestConnectionsAreNamed(t *testing.T) {
	for _, x := range []struct {
		c2s, s2c, want string
		state          ConnState
	}{
		{record(22, toBroker), record(22, chosen), "TLS 1.3 to broker.example, TLS_AES_128_GCM_SHA256, ServerHello", ConnTLS},
		{"GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n", "HTTP request: GET /", ConnOther},
	} {
		var store *Store
		s := New(Options{}, func(ev *Event, v *View) { store.Handle(ev, v) })
		store = NewStore(0, s.Symbols, nil)
		st := &stream{c: s.Open(0, ends, ClientToServer, true)}
		st.c.Begin(ClientToServer, 0)
		st.c.Begin(ServerToClient, 0)
		st.send(ClientToServer, []byte(x.c2s))
		st.send(ServerToClient, []byte(x.s2c))
		s.End()
		c, _ := store.Conn(1)
		if got := s.Symbols.Text(c.Note); got != x.want || c.State != x.state {
			t.Errorf("%q, %v; want %q, %v", got, c.State, x.want, x.state)
		}
	}
}

// FuzzFirstBytes checks that the events of a direction do not depend on its segments, and that no byte is lost silently.
func FuzzFirstBytes(f *testing.F) {
	for _, x := range samples() {
		f.Add(x.c2s, false, true, false)
		f.Add(x.s2c, true, true, false)
	}
	for _, x := range haSamples() {
		f.Add(x.c2s, false, x.handshake, x.ends == haEnds)
		f.Add(x.s2c, true, x.handshake, x.ends == haEnds)
	}
	f.Fuzz(func(t *testing.T, data string, fromServer, handshake, port bool) {
		e := ends
		if port {
			e = haEnds
		}
		run := func(size int) []string {
			if fromServer {
				return tell(t, e, handshake, "", data, size)
			}
			return tell(t, e, handshake, data, "", size)
		}
		whole := run(len(data))
		for _, size := range []int{1, 3, 50} {
			if got := run(size); !reflect.DeepEqual(got, whole) {
				t.Errorf("in segments of %d: %q, in one %q", size, got, whole)
			}
		}
		total := 0
		for _, w := range whole {
			var kind, dir string
			var length int
			fmt.Sscan(w, &kind, &dir, &length)
			switch kind {
			case "tls", "grpc", "request", "oneway", "response": // encrypted, or cut off
				return
			}
			total += length
		}
		if total != len(data) {
			t.Errorf("%d bytes went in, events have %d: %q", len(data), total, whole)
		}
	})
}
