package proxy

import "github.com/mqsniff/mqsniff/decode"

// limits bounds what is taken for a frame. NettyDecoder takes 16 MiB; the Go client sends and takes more.
var limits = decode.Limits{Frame: 128 << 20}

// maxHeader is the longest header that is looked into, in bytes.
const maxHeader = 64 << 10

// scanner follows the frames of a direction in bytes that go through.
type scanner struct {
	head   []byte // the beginning of a frame whose header is not whole yet
	left   int    // bytes of the frame behind what was scanned
	opaque bool   // this is no remoting: nothing is looked at any more
	long   int    // bytes of a header that passed unseen, since whoever asks set it to 0
}

// scan takes the next bytes. It calls frame, if that is not nil, for each header that became whole; the frame's body may
// not be there, and its slices are borrowed.
func (s *scanner) scan(b []byte, frame func(decode.Frame)) {
	for len(b) > 0 && !s.opaque {
		b = b[s.step(b, frame):]
	}
}

// step takes bytes up to the end of a header or of a frame, and returns how many.
func (s *scanner) step(b []byte, frame func(decode.Frame)) int {
	if s.left > 0 {
		n := min(s.left, len(b))
		s.left -= n
		return n
	}
	if len(s.head) > 0 {
		return s.join(b, frame)
	}
	n, whole := s.header(b, frame)
	if !whole && !s.opaque {
		s.head = append(s.head, b...)
		return len(b)
	}
	return n
}

// join completes a head of which the beginning came before.
func (s *scanner) join(b []byte, frame func(decode.Frame)) int {
	had := len(s.head)
	want := decode.PrefixLen
	if had >= decode.PrefixLen {
		p, _ := decode.ValidPrefix(s.head, limits)
		want += p.HeaderLen
	}
	n := min(want-had, len(b))
	s.head = append(s.head, b[:n]...)
	if len(s.head) < want {
		return n
	}
	if _, whole := s.header(s.head, frame); whole || s.opaque {
		s.head = s.head[:0]
		if cap(s.head) > maxHeader {
			s.head = nil
		}
	}
	return n
}

// header looks at b, which begins with a frame. It is whole when b has all of the header; n is then what was taken.
func (s *scanner) header(b []byte, frame func(decode.Frame)) (n int, whole bool) {
	if len(b) < decode.PrefixLen {
		return 0, false
	}
	p, ok := decode.ValidPrefix(b, limits)
	if !ok {
		s.opaque = true
		return len(b), false
	}
	n = decode.PrefixLen + p.HeaderLen
	if p.HeaderLen > maxHeader { // nobody writes such; it passes unseen
		s.left, s.long = p.Len-decode.PrefixLen, p.HeaderLen
		return decode.PrefixLen, true
	}
	if len(b) < n {
		return 0, false
	}
	s.left = p.Len - n
	if frame != nil {
		frame(decode.Cut(b[:n], p))
	}
	return n, true
}

// between tells whether the next byte begins a frame.
func (s *scanner) between() bool { return s.left == 0 && len(s.head) == 0 && !s.opaque }
