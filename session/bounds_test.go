package session

import (
	"strings"
	"testing"
)

// TestSearchDoesNotDependOnSegments: behind the first whole frame of a direction that begins in the middle comes something
// that is none. Whether that frame is believed must not depend on how much of what follows came with it.
func TestSearchDoesNotDependOnSegments(t *testing.T) {
	for _, behind := range []string{"\x00\x00\x00\x20no frame, though it begins like one", "\x00\x00\x00\x00\x00\x00\x00\x00", "xyz", "\x00\x00"} {
		b := []byte("tail of a frame" + string(frame(310, 1, 0, "", "body")) + behind)
		b = append(append(b, frame(310, 2, 0, "", "body")...), frame(310, 3, 0, "", "body")...)
		for _, size := range []int{1, 7, 50, 100, len(b)} {
			r := &recorder{}
			s, st := begin(r, false)
			for rest := b; len(rest) > 0; {
				n := min(size, len(rest))
				st.send(ClientToServer, rest[:n])
				rest = rest[n:]
			}
			s.End()
			if want := "open garbage request undecodable request request"; r.kinds() != want {
				t.Errorf("%q in segments of %d: %s, want %s", behind, size, r.kinds(), want)
			}
		}
	}
}

// TestUnfinishedHeadersAndWindowsAreBounded: what many connections leave unfinished stays within the session's memory, in
// whatever state and segments it came.
func TestUnfinishedHeadersAndWindowsAreBounded(t *testing.T) {
	const conns, buffer = 500, 1 << 20
	header := "\x00\x10\x00\x00\x00\x03\xff\x00{" + strings.Repeat("\"", 30_000)
	tests := []struct {
		name, bytes string
		handshake   bool
		size        int
	}{
		{"a header", header, true, 1400},
		{"a header in one segment", header, true, 1 << 20},
		{"a header in a window", header, false, 1400},
		{"a header in a window of tiny segments", header[:3000], false, 1},
		{"a PROXY header of tiny segments", "\r\n\r\n\x00\r\nQUIT\n\x21\x11\x0f\x00" + strings.Repeat("x", 3000), true, 1},
	}
	for _, test := range tests {
		r := &recorder{}
		s := New(Options{Buffer: buffer}, r.handle)
		fed := 0
		for range conns {
			st := &stream{c: s.Open(0, ends, ClientToServer, test.handshake)}
			if test.handshake {
				st.c.Begin(ClientToServer, 0)
			}
			for b := test.bytes; len(b) > 0; {
				n := min(test.size, len(b))
				st.send(ClientToServer, []byte(b[:n]))
				b = b[n:]
				fed += n
			}
		}
		// A direction may hold a little whatever others hold; a slice that grows may take twice what it needs.
		if limit := 2*buffer + conns*4*small; s.held > limit {
			t.Errorf("%s: %d bytes held, more than %d", test.name, s.held, limit)
		}
		s.End()
		if s.held != 0 {
			t.Errorf("%s: %d bytes held at the end", test.name, s.held)
		}
		out := 0
		for _, e := range r.events {
			out += int(e.Len)
		}
		if out != fed {
			t.Errorf("%s: %d bytes went in, %d came out", test.name, fed, out)
		}
	}
}
